"""A base table: the unit of release, and what it is made of.

Rules kept here:

1. A base table is one population in one period, by its dimensions one at a time, and crossed where
   it says so. It is either split into mutually exclusive outcomes, or carries magnitudes (caseload,
   working time) that are summed. Its SQL yields one row per person or event.
2. It says which fields of the specification its figures need, and which only its breakdowns do; and
   how its outcomes may be put together where too few people stand behind them. What is put together
   has a code of its own, so that nobody takes it for one of its parts.
3. Rewording does not make a new question; whatever changes a figure does.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from oversight_protocol.canonical import canonical_json, canonical_sql, digest
from oversight_protocol.dimension import LONGEST_CODE, Crossing, Dimension
from oversight_protocol.model import Code, Document, Name, Text, Visible, require_unique
from oversight_protocol.outcome import LARGEST_BOUND, Outcome

DataPoint = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}\.[a-z][a-z0-9_]{0,30}$")]
"""A field of the specification, as `table.field`."""

Unit = Literal["events", "children", "workers", "plans", "audits", "responses"]

Sql = Annotated[str, StringConstraints(min_length=1, max_length=20_000), Visible]
"""A query as its reviewers read it."""

TOTAL = "all"
"""The code under which a row's total is written; no outcome and no magnitude has it."""

LARGEST_TABLE = 20_000
"""The most figures of a base table: cells, totals and sums of all its rows."""


class Magnitude(Document):
    """A number that each row of a base table has, and that is summed.

    Attributes:
        name: the column that holds it.
        unit: what one of it is, in words ("children").
        maximum: the least is 0, the most of one row is this; a value outside is refused.
        decimals: places behind the point that a value may have; a finer one is refused. A sum is
            exact in units of that place, and rounded as counts are, in whole units.
    """

    name: Name
    label: Text
    unit: Text
    maximum: int = Field(ge=1, le=LARGEST_BOUND)
    decimals: int = Field(default=0, ge=0, le=4)


class Subject(Document):
    """Whose privacy a base table touches, and the column that holds their pseudonyms.

    `optional` says that a row may lack such a person (a personal supervision has no child).
    """

    kind: Literal["children", "workers"]
    column: Name
    optional: bool = False


class AnyPeriod(Document):
    """Some days: the first and the last, both inside."""

    id: Code
    label: Text
    start: date
    end: date

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("a period ends before it starts")
        return self


class Period(AnyPeriod):
    """A quarter."""

    @model_validator(mode="after")
    def _is_a_quarter(self) -> Self:
        first_of_quarter = self.start.day == 1 and self.start.month in (1, 4, 7, 10)
        year, month = divmod(self.start.month + 2, 12)
        after = date(self.start.year + year, month + 1, 1) if first_of_quarter else self.start
        if not first_of_quarter or self.end != after - timedelta(days=1):
            raise ValueError("a period is a whole calendar quarter")
        return self


class Merge(Document):
    """Outcomes that may be put together into one, which stands where the first of them stood."""

    outcomes: tuple[Code, ...] = Field(min_length=2)
    into: Outcome


class Collapse(Document):
    """A step that makes a table coarser: outcomes put together, or a dimension left out.

    A base table lists its steps in the order in which they may be taken, each on what the one
    before has left. A merge is taken row by row, where outcomes that it puts together are hidden:
    then what they are together may be shown. To leave out a dimension is to hide all of its
    figures, which suppression does wherever less would not do.
    """

    merge: Merge | None = None
    drop: Name | None = None

    @model_validator(mode="after")
    def _is_one_step(self) -> Self:
        if (self.merge is None) == (self.drop is None):
            raise ValueError("a step merges outcomes or drops a dimension")
        return self


class DimensionNeeds(Document):
    """The fields that only one of a base table's dimensions is made of."""

    dimension: Name
    fields: tuple[DataPoint, ...] = Field(min_length=1, max_length=20)


class BaseTable(Document):
    """The unit of release.

    `sql` selects, from the specification's tables and with the parameters `$q0` and `$q1` (first
    and last day of the period), one row per person or event with the columns: each subject's
    column, `team` (pseudonym of the team behind the row, may be empty), `outcome`, and one column
    per dimension, named as the dimension.

    A table with magnitudes has a column for each of them in place of `outcome`, one kind of
    subject, and at most one row for each person.

    Attributes:
        needs: the fields of the specification that its rows and outcomes are made of. Without one
            of them no figure of the table can be had.
        dimension_needs: the fields that it takes beyond these to break a figure down.
        collapse: how it may be made coarser, in this order.
    """

    name: Name
    title: Text
    population: Text
    unit: Unit
    about_staff: bool
    subjects: tuple[Subject, ...] = Field(min_length=1, max_length=2)
    outcomes: tuple[Outcome, ...] = Field(default=(), max_length=40)
    magnitudes: tuple[Magnitude, ...] = Field(default=(), max_length=4)
    dimensions: tuple[Dimension, ...] = Field(default=(), max_length=8)
    crossings: tuple[Crossing, ...] = Field(default=(), max_length=8)
    reads: tuple[Name, ...] = Field(min_length=1, max_length=20)
    needs: tuple[DataPoint, ...] = Field(default=(), max_length=40)
    dimension_needs: tuple[DimensionNeeds, ...] = Field(default=(), max_length=8)
    collapse: tuple[Collapse, ...] = Field(default=(), max_length=10)
    sql: Sql

    @model_validator(mode="after")
    def _needs_what_it_reads(self) -> Self:
        require_unique("field", list(self.needs))
        require_unique("dimension", [one.dimension for one in self.dimension_needs])
        named = {*self.needs, *(field for one in self.dimension_needs for field in one.fields)}
        if not {field.split(".")[0] for field in named} <= set(self.reads):
            raise ValueError("a field is needed of a table that is not read")
        if not {one.dimension for one in self.dimension_needs} <= {d.name for d in self.dimensions}:
            raise ValueError("a dimension needs fields and is not declared")
        return self

    @model_validator(mode="after")
    def _collapses_what_it_has(self) -> Self:
        codes, dimensions = list(self.outcome_codes), [one.name for one in self.dimensions]
        for step in self.collapse:
            if step.merge is not None:
                codes = _merged(codes, step.merge)
            elif step.drop not in dimensions:
                raise ValueError("a step drops a dimension that is not there")
            elif any(step.drop in crossing.dimensions for crossing in self.crossings):
                raise ValueError("a step drops a dimension that is crossed with another")
            else:
                dimensions.remove(step.drop)
        made = [step.merge.into.code for step in self.collapse if step.merge is not None]
        require_unique("outcome, merged or not", [TOTAL, *self.outcome_codes, *made])
        return self

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len(self.outcomes) == 1 or bool(self.outcomes) == bool(self.magnitudes):
            raise ValueError("a base table has two outcomes or more, or magnitudes, not both")
        if self.magnitudes and (len(self.subjects) > 1 or self.subjects[0].optional):
            raise ValueError("a base table with magnitudes has one kind of subject, in every row")
        require_unique("outcome", [TOTAL, *(outcome.code for outcome in self.outcomes)])
        require_unique("magnitude", [TOTAL, *(magnitude.name for magnitude in self.magnitudes)])
        require_unique("dimension", [dimension.name for dimension in self.dimensions])
        require_unique("subject", [subject.kind for subject in self.subjects])
        require_unique("column", list(self.columns))
        for dimension in self.dimensions:
            groups = [group.code for group in dimension.groups]
            require_unique("category", [*dimension.codes, *groups])
        return self

    @model_validator(mode="after")
    def _crosses_what_it_has(self) -> Self:
        names = [dimension.name for dimension in self.dimensions]
        require_unique("crossing or dimension", [*names, *(one.name for one in self.crossings)])
        require_unique("crossing", ["\n".join(sorted(one.dimensions)) for one in self.crossings])
        for one in self.crossings:
            if not set(one.dimensions) <= set(names):
                raise ValueError("a crossing names a dimension that is not there")
            codes = list(self.members(one.name))
            require_unique("category of a crossing", codes)
            if max(map(len, codes)) > LONGEST_CODE:
                raise ValueError("the codes of a crossing are longer than a code may be, joined")
        figures = 1 + len(self.outcomes) + len(self.magnitudes)
        if figures * (1 + sum(len(self.members(name)) for name in self.breakdowns)) > LARGEST_TABLE:
            raise ValueError(f"the table has more than {LARGEST_TABLE} figures")
        return self

    @property
    def outcome_codes(self) -> tuple[str, ...]:
        """The outcome codes in the order of publication; none in a table with magnitudes."""
        return tuple(outcome.code for outcome in self.outcomes)

    @property
    def merges(self) -> dict[str, tuple[str, ...]]:
        """By the code of what is put together, the outcomes that it is made of, in their order.

        In the order of the steps; a step that puts together what an earlier one made is resolved.
        """
        found: dict[str, tuple[str, ...]] = {}
        for step in self.collapse:
            if step.merge is not None:
                inside = {part for code in step.merge.outcomes for part in found.get(code, (code,))}
                parts = tuple(code for code in self.outcome_codes if code in inside)
                found[step.merge.into.code] = parts
        return found

    @property
    def magnitude_names(self) -> tuple[str, ...]:
        """The names of the magnitudes in the order of publication."""
        return tuple(magnitude.name for magnitude in self.magnitudes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the SQL yields, in no set order."""
        subjects = tuple(subject.column for subject in self.subjects)
        values = self.magnitude_names or ("outcome",)
        return (*subjects, "team", *values, *(d.name for d in self.dimensions))

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """The names of the dimensions, then of the crossings."""
        return (*(one.name for one in self.dimensions), *(one.name for one in self.crossings))

    def members(self, breakdown: str) -> dict[str, tuple[str, ...]]:
        """What each row of a dimension or a crossing is made of, by its code, in their order.

        For a dimension, the categories that the row holds; for a crossing, one of each dimension.
        """
        dimensions = {one.name: one for one in self.dimensions}
        if breakdown in dimensions:
            return dimensions[breakdown].members
        [crossing] = [one for one in self.crossings if one.name == breakdown]
        return crossing.members(dimensions)

    def lacking(self, dimensions: Collection[str]) -> frozenset[str]:
        """The breakdowns that cannot be had without some of the dimensions."""
        crossed = {one.name for one in self.crossings if {*one.dimensions} & {*dimensions}}
        return frozenset(dimensions) | crossed

    def question(self, period: AnyPeriod, spec_version: str) -> str:
        """The digest of the canonical question: this table in this period.

        Titles, labels, the order of dimensions, and white space and comments in the SQL do not
        count: rewording does not make a new question, and a frozen answer stays frozen.
        """
        return digest(
            canonical_json(
                {
                    "spec_version": spec_version,
                    "period": [period.start.isoformat(), period.end.isoformat()],
                    "table": self.name,
                    "unit": self.unit,
                    "about_staff": self.about_staff,
                    "subjects": [subject.model_dump(mode="json") for subject in self.subjects],
                    "outcomes": list(self.outcome_codes),
                    "magnitudes": {m.name: [m.maximum, m.decimals] for m in self.magnitudes},
                    "dimensions": {d.name: list(d.codes) for d in self.dimensions},
                    **self._finer(),
                    "collapse": [step.model_dump(mode="json") for step in self.collapse],
                    "reads": list(self.reads),
                    "sql": canonical_sql(self.sql),
                }
            )
        )

    def _finer(self) -> dict[str, object]:
        """Groups and crossings in the question; a table without them is asked as it ever was."""
        groups = {
            d.name: {g.code: sorted(g.of) for g in d.groups} for d in self.dimensions if d.groups
        }
        crossings = {one.name: list(one.dimensions) for one in self.crossings}
        return {name: one for name, one in (("groups", groups), ("crossings", crossings)) if one}


def _merged(codes: list[str], merge: Merge) -> list[str]:
    """The outcomes that are left after some are put together."""
    if not set(merge.outcomes) <= set(codes):
        raise ValueError("a step merges an outcome that is not there")
    at = codes.index(merge.outcomes[0])
    left = [code for code in codes if code not in merge.outcomes]
    left.insert(at, merge.into.code)
    require_unique("outcome after a step", [TOTAL, *left])
    if len(left) < 2:
        raise ValueError("a step leaves one outcome only")
    return left
