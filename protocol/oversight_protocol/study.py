"""A study: the question as data. Two people sign it; nothing else may ask an agent for anything.

What it consists of stands in modules of its own: `base_table`, `measure`, `instrument`.

Rules kept here:

1. A study checks itself: names are unique, measures use what their table declares, waves list whole
   quarters, what it says of two tables together is said of tables that it has.
2. A study is valid with a valid signature of an analyst and of an approver who is another person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from oversight_protocol.base_table import (
    TOTAL,
    AnyPeriod,
    BaseTable,
    Collapse,
    DataPoint,
    DimensionNeeds,
    Magnitude,
    Merge,
    Period,
    Subject,
)
from oversight_protocol.dimension import Crossing, Dimension, Group
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.instrument import Question, Survey, Theme
from oversight_protocol.measure import Measure, Place
from oversight_protocol.model import Code, Document, Instant, LaCode, Name, Text, require_unique
from oversight_protocol.outcome import Outcome
from oversight_protocol.policy import Rules

__all__ = [
    "TOTAL",
    "AnyPeriod",
    "BaseTable",
    "Cohort",
    "Collapse",
    "Crossing",
    "DataPoint",
    "Dimension",
    "DimensionNeeds",
    "Group",
    "Link",
    "Magnitude",
    "Measure",
    "Merge",
    "Outcome",
    "Period",
    "Place",
    "PublicFigure",
    "Question",
    "Study",
    "Subject",
    "Survey",
    "Theme",
    "Wave",
]


class Wave(Document):
    """The quarters that are asked together."""

    id: Name
    periods: tuple[Period, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _asks_each_quarter_once(self) -> Self:
        require_unique("period", [period.id for period in self.periods])
        require_unique("quarter", [period.start.isoformat() for period in self.periods])
        return self


class PublicFigure(Document):
    """A figure of a base table that everybody can find elsewhere, so that it is no secret.

    It is published rounded as any other; disclosure control takes it for exactly known.

    Attributes:
        dimension: the row's dimension or crossing; empty for the whole authority.
        category: the row's category.
        outcome: the outcome; `all` for the row's total.
        reason: where it is published.
    """

    table: Name
    dimension: Name | Literal[""] = ""
    category: Code | Literal[""] = ""
    outcome: Code = TOTAL
    reason: Text


class Link(Document):
    """Base tables about the same people, and why they are tables of their own.

    Two measures on one population that came from different tables could be subtracted from each
    other. Where that is meant, a study says so here, and why one table would not do.

    Attributes:
        kind: `same_population`: each has a row for every row of the others. `contained`: the first
            has a row for every row of the others, and more. `partition`: each row of the first is
            a row of exactly one of the others.
        equal_sums: magnitudes that all of them have with the same sums, since the rows that only
            the first has add nothing.
    """

    kind: Literal["same_population", "contained", "partition"]
    tables: tuple[Name, ...] = Field(min_length=2, max_length=10)
    reason: Text
    equal_sums: tuple[Name, ...] = Field(default=(), max_length=4)


class Cohort(Document):
    """Which authorities a study may ask, and how many at least (fewer could single one out)."""

    las: tuple[LaCode, ...] = Field(min_length=1)
    minimum: int = Field(ge=2)

    @model_validator(mode="after")
    def _minimum_can_be_met(self) -> Self:
        require_unique("authority", list(self.las))
        if self.minimum > len(self.las):
            raise ValueError("the cohort has fewer authorities than its minimum")
        return self


class Study(Document):
    """A signed question."""

    type: Literal["study"] = "study"
    name: Name
    version: int = Field(ge=1)
    title: Text
    purpose: Text
    ethics_reference: Text
    lawful_basis: Text
    spec_version: Code
    issued: Instant
    expires: Instant
    rules: Rules
    cohort: Cohort
    waves: tuple[Wave, ...] = Field(min_length=1)
    base_tables: tuple[BaseTable, ...] = Field(min_length=1)
    measures: tuple[Measure, ...] = Field(min_length=1)
    links: tuple[Link, ...] = Field(default=(), max_length=50)
    public: tuple[PublicFigure, ...] = Field(default=(), max_length=500)
    survey: Survey | None = None
    themes: tuple[Theme, ...] = Field(default=(), max_length=99)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        require_unique("wave", [wave.id for wave in self.waves])
        require_unique("base table", [table.name for table in self.base_tables])
        require_unique("measure", [measure.id for measure in self.measures])
        periods = {period.id: period for wave in self.waves for period in wave.periods}
        if any(periods[p.id] != p for wave in self.waves for p in wave.periods):
            raise ValueError("two periods share an id")
        tables = {table.name: table for table in self.base_tables}
        for measure in self.measures:
            if measure.table not in tables:
                raise ValueError(f"measure {measure.id} names no base table of the study")
            if problem := measure.problem(tables[measure.table]):
                raise ValueError(f"measure {measure.id} {problem}")
        if any(name not in tables for link in self.links for name in link.tables):
            raise ValueError("a link names no base table of the study")
        if any(
            not set(link.equal_sums) <= set(tables[name].magnitude_names)
            for link in self.links for name in link.tables
        ):  # fmt: skip
            raise ValueError("a link names a magnitude that one of its tables does not have")
        self._check_public(tables)
        require_unique("theme", [theme.code for theme in self.themes])
        if self.expires <= self.issued:
            raise ValueError("the study expires before it is issued")
        return self

    def _check_public(self, tables: dict[str, BaseTable]) -> None:
        for one in self.public:
            table = tables.get(one.table)
            if table is None:
                raise ValueError("a public figure names no base table of the study")
            rows = {(name, code) for name in table.breakdowns for code in table.members(name)}
            if (one.dimension, one.category) not in rows | {("", "")}:
                raise ValueError("a public figure names no row of its table")
            if one.outcome not in (TOTAL, *table.outcome_codes, *table.magnitude_names):
                raise ValueError("a public figure names no outcome of its table")

    def table(self, name: str) -> BaseTable:
        """The base table of this name.

        Raises:
            Refused: `table-unknown`.
        """
        for table in self.base_tables:
            if table.name == name:
                return table
        raise Refused(Reason.TABLE_UNKNOWN)

    def wave(self, name: str) -> Wave:
        """The wave of this identifier.

        Raises:
            Refused: `wave`.
        """
        for wave in self.waves:
            if wave.id == name:
                return wave
        raise Refused(Reason.WAVE)

    def check_time(self, now: datetime) -> None:
        """Check that the study is in force.

        Raises:
            Refused: `study-expired`.
        """
        if now >= self.expires:
            raise Refused(Reason.STUDY_EXPIRED)
