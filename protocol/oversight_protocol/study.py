"""A study: the question as data. Two people sign it; nothing else may ask an agent for anything.

Rules kept here:

1. A base table is one population in one period, by its dimensions one at a time. It is either split
   into mutually exclusive outcomes, or carries magnitudes (caseload, working time) that are summed.
   Its SQL yields one row per person or event.
2. A measure is made of sums of one base table: a share of its outcomes, a ratio of its magnitudes,
   the median of its outcomes where these are bins, the part of a magnitude that one category has,
   or the difference of two shares. It may be of one category only. Nothing else is a figure.
3. A study checks itself: names are unique, measures use what their table declares, waves list whole
   quarters, what it says of two tables together is said of tables that it has.
4. A base table says which fields of the specification its figures need, and which only its break-
   downs do; and how its outcomes may be put together where too few people stand behind them.
5. A study is valid with a valid signature of an analyst and of an approver who is another person.
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

DataPoint = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}\.[a-z][a-z0-9_]{0,30}$")]
"""A field of the specification, as `table.field`."""

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


class Merge(Document):
    """Outcomes that may be put together into one, which stands where the first of them stood."""

    outcomes: tuple[Code, ...] = Field(min_length=2)
    into: Outcome


class Collapse(Document):
    """A step that makes a table coarser: outcomes put together, or a dimension left out.

    A base table lists its steps in the order in which they may be taken, each on what the one
    before has left. Taking one loses detail; suppressing cells may lose more.
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
    reads: tuple[Name, ...] = Field(min_length=1, max_length=20)
    needs: tuple[DataPoint, ...] = Field(default=(), max_length=40)
    dimension_needs: tuple[DimensionNeeds, ...] = Field(default=(), max_length=8)
    collapse: tuple[Collapse, ...] = Field(default=(), max_length=10)
    sql: Sql

    @model_validator(mode="after")
    def _needs_what_it_reads(self) -> Self:
        _unique("field", list(self.needs))
        _unique("dimension", [one.dimension for one in self.dimension_needs])
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
            else:
                dimensions.remove(step.drop)
        return self

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
                    "collapse": [step.model_dump(mode="json") for step in self.collapse],
                    "reads": list(self.reads),
                    "sql": canonical_sql(self.sql),
                }
            )
        )


def _merged(codes: list[str], merge: Merge) -> list[str]:
    """The outcomes that are left after some are put together."""
    if not set(merge.outcomes) <= set(codes):
        raise ValueError("a step merges an outcome that is not there")
    at = codes.index(merge.outcomes[0])
    left = [code for code in codes if code not in merge.outcomes]
    left.insert(at, merge.into.code)
    _unique("outcome after a step", [TOTAL, *left])
    if len(left) < 2:
        raise ValueError("a step leaves one outcome only")
    return left


class Place(Document):
    """A category of a dimension."""

    dimension: Name
    code: Code


class Measure(Document):
    """A figure made of sums of one base table.

    Attributes:
        kind: `share`: the numerator's outcomes as a percentage of the denominator's, the
            numerator's being among them. `ratio`: one magnitude over another, or over the number of
            rows (`all`). `median`: of the denominator's outcomes, which are bins in rising order
            without a gap between them; it has no numerator. `part`: of one magnitude, what the
            category `place` has, as a percentage of what all have. `difference`: the share of the
            numerator in the denominator less that of `less` in `less_of`, in percentage points.
        unit: of the figure: "percent" for a share and a part, "percentage points" for a difference;
            else in words ("children per full-time worker").
        place: of a part, the category; of any other kind, if it is given, the one category of which
            the figure is. Then it is not broken down further.
        less: of a difference, the numerator of the share that is taken away; `less_of` its
            denominator.
        distribution: the name of a group of shares that together split one whole, if it is one of
            them; they are shown together.
    """

    id: Name
    number: Text
    title: Text
    definition: Text
    table: Name
    kind: Literal["share", "ratio", "median", "part", "difference"] = "share"
    unit: Text = "percent"
    numerator: tuple[Code, ...] = ()
    denominator: tuple[Code, ...] = Field(min_length=1)
    less: tuple[Code, ...] = ()
    less_of: tuple[Code, ...] = ()
    place: Place | None = None
    distribution: Name | None = None
    hypothesis: Text | None = None

    @model_validator(mode="after")
    def _has_the_form_of_its_kind(self) -> Self:
        _unique("outcome in the denominator", list(self.denominator))
        _unique("outcome in the numerator", list(self.numerator))
        units = {"share": "percent", "part": "percent", "difference": "percentage points"}
        if self.unit != units.get(self.kind, self.unit) or (
            self.kind not in units and self.unit in units.values()
        ):
            raise ValueError("a share and a part are in percent, a difference in percentage points")
        if self.kind == "share" and not _is_part(self.numerator, self.denominator):
            raise ValueError("the numerator is not a proper part of the denominator")
        if self.kind == "ratio" and (len(self.numerator), len(self.denominator)) != (1, 1):
            raise ValueError("a ratio is of one magnitude over one other")
        if self.kind == "median" and (self.numerator or len(self.denominator) < 2):
            raise ValueError("a median has bins in its denominator, and no numerator")
        if self.kind == "part" and not (
            self.place and self.numerator == self.denominator and len(self.numerator) == 1
        ):
            raise ValueError("a part is of one magnitude in one category")
        return self

    @model_validator(mode="after")
    def _has_a_difference_of_shares(self) -> Self:
        if self.kind != "difference":
            if self.less or self.less_of:
                raise ValueError("only a difference takes a share away")
        elif not (
            _is_part(self.numerator, self.denominator)
            and _is_part(self.less, self.less_of)
            and not set(self.denominator) & set(self.less_of)
        ):
            raise ValueError("a difference is of two shares whose denominators share no outcome")
        return self

    @property
    def outcomes(self) -> tuple[Code, ...]:
        """The outcomes or magnitudes that it sums, each once."""
        return tuple(dict.fromkeys((*self.denominator, *self.numerator, *self.less_of)))

    def problem(self, table: BaseTable) -> str | None:
        """What this measure asks of its table that the table does not declare, if anything."""
        if self.place is not None and not _has_place(table, self.place):
            return "is of a category that its table does not have"
        if self.kind in ("ratio", "part"):
            known = {*table.magnitude_names, TOTAL}
            if self.numerator[0] not in table.magnitude_names or self.denominator[0] not in known:
                return "names an undeclared magnitude"
            return None
        if not set(self.outcomes) <= set(table.outcome_codes):
            return "sums an undeclared outcome"
        if self.kind == "median" and not _are_bins(self._bins(table)):
            return "has outcomes that are not bins in rising order without a gap"
        return None

    def _bins(self, table: BaseTable) -> list[Outcome]:
        outcomes = {outcome.code: outcome for outcome in table.outcomes}
        return [outcomes[code] for code in self.denominator]


def _is_part(numerator: tuple[Code, ...], denominator: tuple[Code, ...]) -> bool:
    return bool(numerator) and set(numerator) < set(denominator)


def _has_place(table: BaseTable, place: Place) -> bool:
    return any(one.name == place.dimension and place.code in one.codes for one in table.dimensions)


def _are_bins(outcomes: list[Outcome]) -> bool:
    """Whether each outcome starts right after the one before; only the last may be open."""
    return outcomes[0].low is not None and all(
        before.high is not None and after.low == before.high + 1
        for before, after in pairwise(outcomes)
    )


class Link(Document):
    """Base tables about the same people, and why they are tables of their own.

    Two measures on one population that came from different tables could be subtracted from each
    other. Where that is meant, a study says so here, and why one table would not do.

    Attributes:
        kind: `same_population`: each has a row for every row of the others. `contained`: the first
            has a row for every row of the others, and more.
    """

    kind: Literal["same_population", "contained"]
    tables: tuple[Name, ...] = Field(min_length=2, max_length=10)
    reason: Text


class Question(Document):
    """A question of the survey of staff.

    Attributes:
        text: its wording.
        topic: the heading under which it stands.
        source: where the wording or its topic comes from.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}$")]
    text: Text
    topic: Text
    source: Text


class Survey(Document):
    """What staff are asked.

    Attributes:
        scale: the answers to each question, from 1.
    """

    title: Text
    introduction: Text
    scale: tuple[Text, ...] = Field(min_length=2, max_length=10)
    questions: tuple[Question, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _asks_each_once(self) -> Self:
        _unique("question", [one.id for one in self.questions])
        return self


class Theme(Document):
    """A theme of the code frame by which what was said in focus groups is coded.

    Attributes:
        belongs: what is coded with it, and what is not.
    """

    code: Annotated[str, StringConstraints(pattern=r"^T[0-9]{2}$")]
    label: Text
    belongs: Text


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
    links: tuple[Link, ...] = Field(default=(), max_length=50)
    survey: Survey | None = None
    themes: tuple[Theme, ...] = Field(default=(), max_length=99)

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
        if any(name not in tables for link in self.links for name in link.tables):
            raise ValueError("a link names no base table of the study")
        _unique("theme", [theme.code for theme in self.themes])
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
