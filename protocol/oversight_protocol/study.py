"""A study: the question as data. Two people sign it; nothing else may ask an agent for anything.

Rules kept here:

1. A base table is one population in one period, split into mutually exclusive outcomes, by its
   dimensions one at a time. Its SQL yields one row per person or event.
2. A measure is a sum of cells of one base table over another such sum. Nothing else is a figure.
3. A study checks itself: names are unique, measures use declared outcomes, waves list whole
   quarters.
4. A study is valid with a valid signature of an analyst and of an approver who is another person.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
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
"""The outcome code under which a row's total is written; no outcome has it."""


class Outcome(Document):
    """One of a base table's mutually exclusive outcomes."""

    code: Code
    label: Text


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
    """

    name: Name
    title: Text
    population: Text
    unit: Unit
    about_staff: bool
    subjects: tuple[Subject, ...] = Field(min_length=1, max_length=2)
    outcomes: tuple[Outcome, ...] = Field(min_length=2, max_length=40)
    dimensions: tuple[Dimension, ...] = Field(default=(), max_length=8)
    reads: tuple[Name, ...] = Field(min_length=1, max_length=20)
    sql: Sql

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        _unique("outcome", [TOTAL, *(outcome.code for outcome in self.outcomes)])
        _unique("dimension", [dimension.name for dimension in self.dimensions])
        _unique("subject", [subject.kind for subject in self.subjects])
        _unique("column", list(self.columns))
        for dimension in self.dimensions:
            _unique("category", list(dimension.codes))
        return self

    @property
    def outcome_codes(self) -> tuple[str, ...]:
        """The outcome codes in the order of publication."""
        return tuple(outcome.code for outcome in self.outcomes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the SQL yields, in no set order."""
        subjects = tuple(subject.column for subject in self.subjects)
        return (*subjects, "team", "outcome", *(d.name for d in self.dimensions))

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
                    "dimensions": {d.name: list(d.codes) for d in self.dimensions},
                    "reads": list(self.reads),
                    "sql": canonical_sql(self.sql),
                }
            )
        )


class Measure(Document):
    """A figure: the sum of some outcomes over the sum of others, as a percentage.

    The numerator's outcomes are among the denominator's.
    """

    id: Name
    number: Text
    title: Text
    definition: Text
    table: Name
    unit: Literal["percent"] = "percent"
    numerator: tuple[Code, ...] = Field(min_length=1)
    denominator: tuple[Code, ...] = Field(min_length=2)
    hypothesis: Text | None = None

    @model_validator(mode="after")
    def _is_a_proportion(self) -> Self:
        _unique("outcome in the denominator", list(self.denominator))
        _unique("outcome in the numerator", list(self.numerator))
        if not set(self.numerator) < set(self.denominator):
            raise ValueError("the numerator is not a proper part of the denominator")
        return self


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
            if not set(measure.denominator) <= set(tables[measure.table].outcome_codes):
                raise ValueError(f"measure {measure.id} sums an undeclared outcome")
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
