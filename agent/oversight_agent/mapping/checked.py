"""The mapping once it is checked against the specification: the form that is used to map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from oversight_agent.mapping.codes import Codes
from oversight_agent.mapping.settings import ISO_DATE, Constant, NumberFormat
from oversight_agent.sources import SourceSettings
from oversight_protocol.specification import SpecField, Specification, SpecTableSchema

OWN = ""
"""The alias of a table's own source."""

PLAIN = NumberFormat()
"""Numbers with a point and without separators."""


@dataclass(frozen=True)
class FirstOf:
    """The first of several columns that holds something."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class JoinedText:
    """Several columns as one text; empty if one of them is."""

    columns: tuple[str, ...]
    separator: str


@dataclass(frozen=True)
class WorkingDays:
    """The number of working days after the first column's day, up to and with the second's.

    Attributes:
        holidays: the days from Monday to Friday that are none.
        years: those whose holidays are known, the first and the last.
    """

    columns: tuple[str, str]
    holidays: tuple[date, ...]
    years: tuple[int, int]


Derived = FirstOf | JoinedText | WorkingDays


@dataclass(frozen=True)
class FieldMapping:
    """How one field is filled, checked: by a column, a constant or a derivation, one of them.

    Without any of them it is missing in every row.

    Attributes:
        column: of the table's own source, or `alias.Column` of a join.
        derived: from several columns.
        prefix: text before a value that is not empty.
        codes: for a coded field and where a short code is mapped.
        date_formats: in the order in which they are tried.
        number: how numbers are written.
        add_days: days from the source's date to the field's.
        called: what a statutory return calls it; empty for a column of the authority's own.
    """

    field: SpecField
    column: str | None = None
    constant: Constant | None = None
    derived: Derived | None = None
    prefix: str = ""
    codes: Codes | None = None
    date_formats: tuple[str, ...] = (ISO_DATE,)
    number: NumberFormat = PLAIN
    add_days: int = 0
    called: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the field is filled from."""
        if self.derived is not None:
            return self.derived.columns
        return () if self.column is None else (self.column,)

    @property
    def is_filled(self) -> bool:
        """Whether anything fills the field."""
        return bool(self.columns) or self.constant is not None

    @property
    def unused_codes(self) -> tuple[str | int, ...]:
        """The specification's codes that no value of the source can become: worth a look."""
        if self.codes is None or self.field.codes is None:
            return ()
        return tuple(code for code in self.field.codes if code not in self.codes.produced)


@dataclass(frozen=True)
class RowTest:
    """What a row must keep to be taken.

    Attributes:
        column: the column that is tested.
        values: values, or patterns of them; None for another test.
        start, end: the first and the last day, or None.
        empty: whether nothing stands there, or None for another test.
        negated: whether none of the values may stand there.
        date_formats: of the column.
    """

    column: str
    values: Codes | None = None
    start: date | None = None
    end: date | None = None
    empty: bool | None = None
    negated: bool = False
    date_formats: tuple[str, ...] = (ISO_DATE,)


@dataclass(frozen=True)
class Join:
    """Another source of a table.

    Attributes:
        alias: what its columns' names begin with, before a point.
        source: where it is read from.
        on: pairs of the table's column and the source's that hold the same.
        columns: those of the source that are wanted.
        may_miss: whether a row that names none there leaves them empty; else it is a problem.
    """

    alias: str
    source: SourceSettings
    on: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    may_miss: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The source's columns that hold the key."""
        return tuple(theirs for _, theirs in self.on)


@dataclass(frozen=True)
class TableSource:
    """A source that a table is made from: what it is called, where it is, which columns."""

    alias: str
    settings: SourceSettings
    columns: tuple[str, ...]


@dataclass(frozen=True)
class TableMapping:
    """How one table is filled, checked.

    Attributes:
        source: the table's own source.
        fields: all of the table's fields, in the specification's order.
        where: what its rows must keep to be taken.
        joins: its further sources.
    """

    table: SpecTableSchema
    source: SourceSettings
    fields: tuple[FieldMapping, ...]
    where: tuple[RowTest, ...] = ()
    joins: tuple[Join, ...] = ()

    @property
    def name(self) -> str:
        """The specification's name of the table."""
        return self.table.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table's own source that are needed, each once."""
        named = [column for each in self.fields for column in each.columns]
        named += [test.column for test in self.where]
        named += [ours for join in self.joins for ours, _ in join.on]
        return tuple(name for name in dict.fromkeys(named) if self.join_of(name) is None)

    def join_of(self, column: str) -> Join | None:
        """The join that a column belongs to, or None for the table's own."""
        alias, point, _ = column.partition(".")
        return next((one for one in self.joins if point and one.alias == alias), None)

    @property
    def sources(self) -> tuple[TableSource, ...]:
        """All sources that are read for the table, its own first."""
        extra = (
            TableSource(one.alias, one.source, tuple(dict.fromkeys((*one.keys, *one.columns))))
            for one in self.joins
        )
        return (TableSource(OWN, self.source, self.columns), *extra)


@dataclass(frozen=True)
class Mapping:
    """An authority's mapping, checked.

    Attributes:
        tables: by the specification's name; a table that is not here is not available.
        case_system: a code of `submission.case_system`, or None if the file does not say.
    """

    specification: Specification
    tables: dict[str, TableMapping]
    case_system: str | None = None
