"""A study: the question as data. Two people sign it; nothing else may ask an agent for anything.

Rules kept here:

1. A base table is one population in one period, by its dimensions one at a time. It is either split
   into mutually exclusive outcomes, or carries magnitudes (caseload, working time) that are summed.
   Its SQL yields one row per person or event.
2. A measure is made of sums of one base table: a share of its outcomes, a ratio of its magnitudes,
   or the median of its outcomes where these are bins. Nothing else is a figure.
3. A study checks itself: names are unique, measures use what their table declares, waves list whole
   quarters.
4. A study is valid with a valid signature of an analyst and of an approver who is another person.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from oversight_protocol.canonical import canonical_json, canonical_sql, digest
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.model import Code, Digest, Document, Instant, LaCode, Name, Text, Visible
from oversight_protocol.policy import Rules

Unit = Literal["events", "children", "workers", "plans", "audits", "responses"]

Sql = Annotated[str, StringConstraints(min_length=1, max_length=20_000), Visible]
"""A query as its reviewers read it."""

TOTAL = "all"
"""The code under which a row's total is written; no outcome and no magnitude has it."""

LARGEST_BOUND = 1_000_000
"""The largest bound of a bin and of a magnitude: enough for days, cases and money of one person."""


class Outcome(Document):
    """One of a base table's mutually exclusive outcomes, or a category of a dimension.

    An outcome that is a bin of a whole number says from which to which value, both inside; an open
    end has none.
    """

    code: Code
    label: Text
    low: int | None = Field(default=None, ge=0, le=LARGEST_BOUND)
    high: int | None = Field(default=None, ge=0, le=LARGEST_BOUND)

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.high is not None and (self.low is None or self.low > self.high):
            raise ValueError("a bin has a lower bound, which is not above its upper one")
        return self


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


class Dimension(Document):
    """A coded field by which a base table may be broken down; codes in the order of publication."""

    name: Name
    label: Text
    categories: tuple[Outcome, ...] = Field(min_length=1, max_length=100)

    @property
    def codes(self) -> tuple[str, ...]:
        """The category codes in the order of publication."""
        return tuple(category.code for category in self.categories)


class Period(Document):
    """A quarter: first and last day, both inside."""

    id: Code
    label: Text
    start: date
    end: date

    @model_validator(mode="after")
    def _is_a_quarter(self) -> Self:
        first_of_quarter = self.start.day == 1 and self.start.month in (1, 4, 7, 10)
        year, month = divmod(self.start.month + 2, 12)
        after = date(self.start.year + year, month + 1, 1) if first_of_quarter else self.start
        if not first_of_quarter or self.end != after - timedelta(days=1):
            raise ValueError("a period is a whole calendar quarter")
        return self


class Wave(Document):
    """The quarters that are asked together."""

    id: Name
    periods: tuple[Period, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _asks_each_quarter_once(self) -> Self:
        _unique("period", [period.id for period in self.periods])
        _unique("quarter", [period.start.isoformat() for period in self.periods])
        return self


class BaseTable(Document):
    """The unit of release.

    `sql` selects, from the specification's tables and with the parameters `$q0` and `$q1` (first
    and last day of the period), one row per person or event with the columns: each subject's
    column, `team` (pseudonym of the team behind the row, may be empty), `outcome`, and one column
    per dimension, named as the dimension.

    A table with magnitudes has a column for each of them in place of `outcome`, one kind of
    subject, and at most one row for each person.
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
    reads: tuple[Name, ...] = Field(min_length=1, max_length=20)
    sql: Sql

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len(self.outcomes) == 1 or bool(self.outcomes) == bool(self.magnitudes):
            raise ValueError("a base table has two outcomes or more, or magnitudes, not both")
        if self.magnitudes and (len(self.subjects) > 1 or self.subjects[0].optional):
            raise ValueError("a base table with magnitudes has one kind of subject, in every row")
        _unique("outcome", [TOTAL, *(outcome.code for outcome in self.outcomes)])
        _unique("magnitude", [TOTAL, *(magnitude.name for magnitude in self.magnitudes)])
        _unique("dimension", [dimension.name for dimension in self.dimensions])
        _unique("subject", [subject.kind for subject in self.subjects])
        _unique("column", list(self.columns))
        for dimension in self.dimensions:
            _unique("category", list(dimension.codes))
        return self

    @property
    def outcome_codes(self) -> tuple[str, ...]:
        """The outcome codes in the order of publication; none in a table with magnitudes."""
        return tuple(outcome.code for outcome in self.outcomes)

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

    def question(self, period: Period, spec_version: str) -> str:
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
                    "reads": list(self.reads),
                    "sql": canonical_sql(self.sql),
                }
            )
        )


class Measure(Document):
    """A figure made of sums of one base table.

    Attributes:
        kind: `share`: the numerator's outcomes as a percentage of the denominator's, the
            numerator's being among them. `ratio`: one magnitude over another, or over the number of
            rows (`all`). `median`: of the denominator's outcomes, which are bins in rising order
            without a gap between them; it has no numerator.
        unit: of the figure: "percent" for a share; else in words ("children per full-time worker").
        distribution: the name of a group of shares that together split one whole, if it is one of
            them; they are shown together.
    """

    id: Name
    number: Text
    title: Text
    definition: Text
    table: Name
    kind: Literal["share", "ratio", "median"] = "share"
    unit: Text = "percent"
    numerator: tuple[Code, ...] = ()
    denominator: tuple[Code, ...] = Field(min_length=1)
    distribution: Name | None = None
    hypothesis: Text | None = None

    @model_validator(mode="after")
    def _has_the_form_of_its_kind(self) -> Self:
        _unique("outcome in the denominator", list(self.denominator))
        _unique("outcome in the numerator", list(self.numerator))
        if (self.kind == "share") != (self.unit == "percent"):
            raise ValueError("a share, and nothing else, is in percent")
        if self.kind == "share" and not (self.numerator and self._is_part()):
            raise ValueError("the numerator is not a proper part of the denominator")
        if self.kind == "ratio" and (len(self.numerator), len(self.denominator)) != (1, 1):
            raise ValueError("a ratio is of one magnitude over one other")
        if self.kind == "median" and (self.numerator or len(self.denominator) < 2):
            raise ValueError("a median has bins in its denominator, and no numerator")
        return self

    def _is_part(self) -> bool:
        return set(self.numerator) < set(self.denominator)

    def problem(self, table: BaseTable) -> str | None:
        """What this measure asks of its table that the table does not declare, if anything."""
        if self.kind == "ratio":
            known = {*table.magnitude_names, TOTAL}
            if self.numerator[0] not in table.magnitude_names or self.denominator[0] not in known:
                return "names an undeclared magnitude"
            return None
        if not set(self.denominator) <= set(table.outcome_codes):
            return "sums an undeclared outcome"
        if self.kind == "median" and not _are_bins(self._bins(table)):
            return "has outcomes that are not bins in rising order without a gap"
        return None

    def _bins(self, table: BaseTable) -> list[Outcome]:
        outcomes = {outcome.code: outcome for outcome in table.outcomes}
        return [outcomes[code] for code in self.denominator]


def _are_bins(outcomes: list[Outcome]) -> bool:
    """Whether each outcome starts right after the one before; only the last may be open."""
    return outcomes[0].low is not None and all(
        before.high is not None and after.low == before.high + 1
        for before, after in pairwise(outcomes)
    )


class Cohort(Document):
    """Which authorities a study may ask, and how many at least (fewer could single one out)."""

    las: tuple[LaCode, ...] = Field(min_length=1)
    minimum: int = Field(ge=2)

    @model_validator(mode="after")
    def _minimum_can_be_met(self) -> Self:
        _unique("authority", list(self.las))
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

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        _unique("wave", [wave.id for wave in self.waves])
        _unique("base table", [table.name for table in self.base_tables])
        _unique("measure", [measure.id for measure in self.measures])
        periods = {period.id: period for wave in self.waves for period in wave.periods}
        if any(periods[p.id] != p for wave in self.waves for p in wave.periods):
            raise ValueError("two periods share an id")
        tables = {table.name: table for table in self.base_tables}
        for measure in self.measures:
            if measure.table not in tables:
                raise ValueError(f"measure {measure.id} names no base table of the study")
            if problem := measure.problem(tables[measure.table]):
                raise ValueError(f"measure {measure.id} {problem}")
        if self.expires <= self.issued:
            raise ValueError("the study expires before it is issued")
        return self

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


def _unique(what: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise ValueError(f"a {what} is named twice")


class StudyReference(Document):
    """A study by name and digest."""

    name: Name
    version: int
    digest: Digest
