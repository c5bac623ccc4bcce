"""A column of an export, and a field's values as they stand in it.

1. A whole column is converted at once, each distinct value only once.
2. A column without a field is what every real export also holds and no mapping may take: names,
   dates of birth, notes. Its text is made up from an identifier.
3. A value that is in no list of codes and is no day stays as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from oversight_coordinator.demo.layouts.dates import ISO, WRITERS, serial

Cell = str | int | float | bool | None
"""What a workbook or a database holds in one place; None where it is empty."""

_TRUTH = {"TRUE": True, "FALSE": False}
_EVERY_OTHER = 3
"""Of days that stand in two formats, every third stands in the second."""


@dataclass(frozen=True)
class Lookup:
    """A second file in which a value is found by what stands in its place.

    Attributes:
        source: where it lies, as `layouts.sources` has it.
        key: the header of what stands in the value's place.
        value: the header of the value.
        text: what stands in a value's place.
        has_it_anyway: whether that file is the export of another table, and is not written here.
    """

    source: Any
    key: str
    value: str
    text: Callable[[Any], str]
    has_it_anyway: bool = False


@dataclass(frozen=True)
class Column:
    """A column of an export.

    Attributes:
        header: as the file has it.
        field: the specification's field that it holds, or None for a column not to be mapped.
        codes: from the specification's codes to the words of this system.
        blank: the code that this system writes as an empty value.
        prefix: what this system puts before an identifier.
        date_format: where it differs from the table's.
        native: the words are numbers, TRUE or FALSE, and stand in a workbook as such; in a database
            numbers do.
        over: the name above the header, in an export whose header has two rows.
        bare: this system leaves out what it elsewhere puts before the identifier.
        inside: the day is the last one inside, not the first one outside.
        also: a second format, in which some of the days stand.
        percent: the number is per cent.
        loose: the words stand in capitals or small letters, with blanks around them, as it comes.
        patterns: from the codes to patterns of the words, where these go on differently.
        second: the header of a second column, in which some of the values stand instead.
        lookup: what stands in place of the value, and where the value is found by it.
        made_of: of a column not to be mapped, the identifier that its text follows from.
        text: of a column not to be mapped, that text; empty where there is no identifier.
        half: of two columns that share a field's values, which one this is.
    """

    header: str
    field: str | None = None
    codes: Mapping[str | int, str] = dataclasses.field(default_factory=dict)
    blank: str | None = None
    prefix: str = ""
    date_format: str | None = None
    native: bool = False
    over: str = ""
    bare: bool = False
    inside: bool = False
    also: str = ""
    percent: bool = False
    loose: bool = False
    patterns: Mapping[str | int, str] = dataclasses.field(default_factory=dict)
    second: str = ""
    lookup: Lookup | None = None
    made_of: str = ""
    text: Callable[[str], str] = str
    half: int | None = None

    @property
    def name(self) -> str:
        """The column's whole name, as a mapping has it."""
        return f"{self.over}: {self.header}" if self.over else self.header

    @property
    def halves(self) -> tuple[Column, ...]:
        """The column, or both of which each has some of its values."""
        if not self.second:
            return (self,)
        first = dataclasses.replace(self, second="", half=0)
        return first, dataclasses.replace(first, header=self.second, half=1)


@dataclass(frozen=True)
class Filled:
    """A column with the field's values, one of each record.

    Attributes:
        date_format: that the column writes days in.
    """

    column: Column
    values: Sequence[Any]
    date_format: str

    @property
    def texts(self) -> list[str]:
        """As a text file has them; an empty one is ""."""
        return self._all(lambda value: _text(self._cell(value)))

    @property
    def cells(self) -> list[Cell]:
        """As a database has them, which knows neither days nor truth values: both are words."""
        return self._all(self._stored)

    @property
    def sheet_cells(self) -> list[Cell]:
        """As a workbook has them: a day in ISO's format or Excel's is a serial number."""
        return self._all(self._shown)

    def _all(self, convert: Callable[[Any], Any]) -> list[Any]:
        found = list(map(_Once(convert).__getitem__, self.values))
        return [_typed(cell, row) for row, cell in enumerate(found)] if self.column.loose else found

    @property
    def is_shown_as_date(self) -> bool:
        """Whether it holds days and a workbook shows their serial numbers as dates."""
        return self.date_format == ISO and any(isinstance(value, date) for value in self.values)

    def _stored(self, value: Any) -> Cell:
        cell = self._cell(value)
        return _text(cell) if isinstance(cell, bool) else cell

    def _shown(self, value: Any) -> Cell:
        plain = not self.column.lookup and self._is_here(value)
        if plain and isinstance(value, date) and self.date_format == ISO:
            return serial(self._written(value))
        return self._cell(value)

    def _is_here(self, value: Any) -> bool:
        """Whether a value stands in this column, and not in one that shares them with it."""
        half = self.column.half
        return half is None or (isinstance(value, date) and value.toordinal() % 2 == half)

    def _written(self, day: date) -> date:
        return day - timedelta(days=1) if self.column.inside else day

    def _cell(self, value: Any) -> Cell:
        column = self.column
        if value is None or value == column.blank or not self._is_here(value):
            return None
        if column.field is None:
            return column.text(value) or None
        if column.lookup:
            return column.lookup.text(value)
        if isinstance(value, date):
            return self._day(self._written(value))
        return self._plain(value)

    def _day(self, day: date) -> str | int:
        other = self.column.also and day.toordinal() % _EVERY_OTHER == 0
        return _day(day, self.column.also if other else self.date_format)

    def _plain(self, value: str | float) -> Cell:
        column = self.column
        if isinstance(value, str | int) and column.codes:
            word = column.codes[value]
            return _native(word) if column.native else word
        if isinstance(value, str):
            return value if column.bare else f"{column.prefix}{value}"
        return round(100 * value) if column.percent else value


def fill(columns: Sequence[Column], records: Sequence[Any], date_format: str) -> tuple[Filled, ...]:
    """Columns with what the records have in their fields; without records, empty ones.

    Args:
        columns: in their order; one that shares its values becomes two.
        records: named tuples of one kind.
        date_format: of the days.
    """
    values = (
        dict(zip(records[0]._fields, zip(*records, strict=True), strict=True)) if records else {}
    )
    return tuple(
        Filled(
            column,
            values.get(column.field or column.made_of, ()),
            column.date_format or date_format,
        )
        for whole in columns
        for column in whole.halves
    )


def header_rows(columns: Sequence[Column], number: int) -> list[list[str]]:
    """The header's rows: one, or two of which the upper has each name above others once."""
    if number == 1:
        return [[column.header for column in columns]]
    upper = [column.over or column.header for column in columns]
    first = [
        name if place == 0 or name != upper[place - 1] else "" for place, name in enumerate(upper)
    ]
    return [first, [column.header if column.over else "" for column in columns]]


class _Once(dict[Any, Any]):
    """Values converted when they are first met."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        self[value] = converted = self._convert(value)
        return converted


def _typed(cell: Cell, row: int) -> Cell:
    """A word as one person or another types it."""
    if not isinstance(cell, str):
        return cell
    return (cell, cell.upper(), f" {cell.lower()} ", cell)[row % 4]


def _day(day: date, date_format: str) -> str | int:
    text = WRITERS[date_format](day)
    return int(text) if date_format == "excel" else text


def _native(word: str) -> Cell:
    if word.lstrip("-").isdigit():
        return int(word)
    return _TRUTH.get(word, word)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    return "" if cell is None else str(cell)
