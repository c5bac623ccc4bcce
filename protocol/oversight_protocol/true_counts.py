"""Tables of true counts that an authority protects by itself, as `oversight-agent protect` reads.

They hold exact counts and never leave the authority; no message has a place for them. What comes of
them is in `protected_tables`.

Rules kept here:

1. A cell that is not listed is empty, in a breakdown of which any cell is listed. What is not
   listed at all (totals, margins, groups, the rows of a dimension that is crossed) is added up from
   what is finer.
2. What is listed twice over, by itself and by its parts, has to agree.
3. Numbers of persons do not add up. Where one is not listed, the least that it can be is taken.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import prod
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from oversight_protocol.base_table import LARGEST_TABLE, AnyPeriod, Magnitude, Unit
from oversight_protocol.dimension import Crossing
from oversight_protocol.model import Code, Document, Name, require_unique
from oversight_protocol.policy import Rules
from oversight_protocol.study import TOTAL

LARGEST_COUNT = 10_000_000
"""The most rows, or persons, behind a figure: far beyond any authority, and small enough for the
solver of the attack audit to be exact."""

LARGEST_WAVE = 60_000
"""The most figures of all tables of a file together."""

Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]

TableReference = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}(@[A-Za-z0-9][A-Za-z0-9 _./&+-]{0,63})?$")
]
"""A table by its name; with `@` and its period's `id` where the name comes in several periods."""


class OwnPeriod(Document):
    """Any days: the first and the last, both inside."""

    id: Code
    start: date
    end: date

    @property
    def period(self) -> AnyPeriod:
        """As other modules know it.

        Raises:
            ValueError: it ends before it starts.
        """
        return AnyPeriod(id=self.id, label=self.id, start=self.start, end=self.end)

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("a period ends before it starts")
        return self


class OwnGroup(Document):
    """Categories of a dimension together, such as the services of an area."""

    code: Code
    of: tuple[Code, ...] = Field(min_length=2, max_length=100, description="Codes of categories.")


class OwnDimension(Document):
    """A field by which the table is broken down; each row of the data is in one category."""

    name: Name
    codes: tuple[Code, ...] = Field(min_length=1, max_length=100, description="All categories.")
    groups: tuple[OwnGroup, ...] = Field(
        default=(), max_length=100, description="The hierarchy above the categories."
    )


class OwnMerge(Document):
    """Outcomes that may be published together where they are hidden one by one."""

    code: Code = Field(description="No outcome has it, and no other merge.")
    of: tuple[Code, ...] = Field(
        min_length=2, max_length=40, description="Codes of outcomes, or of merges above it."
    )


class Numbers(Document):
    """What stands behind a figure."""

    count: Count = Field(description="Rows, in the table's unit.")
    persons: Count | None = Field(
        default=None,
        description="Distinct persons of the table's first subject; needed unless the unit is"
        " children or workers, of which each is a row.",
    )
    workers: Count | None = Field(
        default=None,
        description="Distinct workers; needed where workers are the second subject. Where they are"
        " no subject, the rules about contributors are tested on those that are listed.",
    )
    teams: Count | None = Field(
        default=None,
        description="Distinct teams; needed in a table about staff.",
    )
    largest_worker: Count | None = Field(
        default=None,
        description="Rows of the worker who has most of them; needed where there are more rows than"
        " workers.",
    )


class OwnSum(Document):
    """The sum of a magnitude, in its unit."""

    sum: Decimal = Field(ge=0, description="The sum.")
    largest: Decimal = Field(ge=0, description="The largest contribution of one person.")
    second: Decimal = Field(ge=0, description="The second largest; 0 if there is none.")


class CountedCell(Numbers):
    """A figure of a table, and what stands behind it."""

    at: dict[Name, Code] = Field(
        default_factory=dict, max_length=4,
        description="Its category, or group, of a dimension; of several for a crossing; empty for"
        " the whole authority.",
    )  # fmt: skip
    outcome: Code = Field(default=TOTAL, description="Its outcome; 'all' for its row's total.")
    rest: Numbers | None = Field(
        default=None,
        description="What stands behind the rest of its row: all other outcomes.",
    )
    sums: dict[Name, OwnSum] = Field(
        default_factory=dict, max_length=4,
        description="By magnitude, in a table with magnitudes.",
    )  # fmt: skip


class CountedTable(Document):
    """One population in one period: true counts by outcome, or sums, by some dimensions."""

    name: Name
    period: OwnPeriod
    unit: Unit = Field(description="What a row of the data is.")
    about_staff: bool = Field(default=False, description="Whether it tells of staff.")
    subjects: tuple[Literal["children", "workers"], ...] = Field(
        min_length=1, max_length=2, description="Whose privacy it touches."
    )
    optional: tuple[Literal["children", "workers"], ...] = Field(
        default=(), max_length=2, description="Subjects that a row of the data may lack."
    )
    outcomes: tuple[Code, ...] = Field(
        default=(), max_length=40, description="Mutually exclusive; none in a table of magnitudes."
    )
    magnitudes: tuple[Magnitude, ...] = Field(default=(), max_length=4)
    merges: tuple[OwnMerge, ...] = Field(
        default=(), max_length=10, description="The finest first: in this order they are tried."
    )
    dimensions: tuple[OwnDimension, ...] = Field(default=(), max_length=8)
    crossings: tuple[Crossing, ...] = Field(default=(), max_length=8)
    cells: tuple[CountedCell, ...] = Field(min_length=1, max_length=LARGEST_TABLE)

    @property
    def size(self) -> int:
        """How many figures it declares."""
        codes = {one.name: len(one.codes) for one in self.dimensions}
        rows = 1 + sum(len(one.codes) + len(one.groups) for one in self.dimensions)
        rows += sum(prod(codes.get(name, 0) for name in one.dimensions) for one in self.crossings)
        return rows * (1 + len(self.outcomes) + len(self.magnitudes))


class OwnLink(Document):
    """Tables of the file that are about the same people.

    `same_population`: all have a row for every row of the others. `contained`: the first has a row
    for every row of the others, and more. `partition`: each row of the first is one of exactly one
    of the others, as of a year and its quarters.
    """

    kind: Literal["same_population", "contained", "partition"]
    tables: tuple[TableReference, ...] = Field(min_length=2, max_length=20)
    equal_sums: tuple[Name, ...] = Field(
        default=(), max_length=4, description="Magnitudes whose sums are the same in all of them."
    )


class OwnPublicFigure(Document):
    """A figure that everybody can find elsewhere, so that it is exactly known."""

    table: TableReference
    at: dict[Name, Code] = Field(default_factory=dict, max_length=4)
    outcome: Code = TOTAL


class TrueCounts(Document):
    """Tables of true counts that are protected together."""

    form: Literal["true-counts"]
    version: Literal[1]
    tables: tuple[CountedTable, ...] = Field(min_length=1, max_length=200)
    links: tuple[OwnLink, ...] = Field(default=(), max_length=200)
    public: tuple[OwnPublicFigure, ...] = Field(default=(), max_length=500)
    rules: Rules = Field(default=Rules(), description="Rules to keep besides the defaults.")

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        require_unique("table and period", [f"{one.name}@{one.period.id}" for one in self.tables])
        if sum(max(one.size, len(one.cells)) for one in self.tables) > LARGEST_WAVE:
            raise ValueError(f"the tables have more than {LARGEST_WAVE} figures together")
        return self
