"""A column of an export, and a field's values as they stand in it.

1. A whole column is converted at once, each distinct value only once.
2. A column without a field is what every real export also holds and no mapping may take: names,
   dates of birth, notes. Its text is made up from an identifier.
3. A value that is in no list of codes and is no day stays as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from oversight_coordinator.demo.layouts.dates import ISO, WRITERS, serial
from oversight_coordinator.demo.records import Record

Cell = str | int | float | bool | None
"""What a workbook or a database holds in one place; None where it is empty."""

_TRUTH = {"TRUE": True, "FALSE": False}


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
        made_of: of a column not to be mapped, the identifier that its text follows from.
        text: of a column not to be mapped, that text; empty where there is no identifier.
    """

    header: str
    field: str | None = None
    codes: Mapping[str | int, str] = dataclasses.field(default_factory=dict)
    blank: str | None = None
    prefix: str = ""
    date_format: str | None = None
    native: bool = False
    made_of: str = ""
    text: Callable[[str], str] = str


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
        return _converted(self.values, lambda value: _text(self._cell(value)))

    @property
    def cells(self) -> list[Cell]:
        """As a database has them, which knows neither days nor truth values: both are words."""
        return _converted(self.values, self._stored)

    @property
    def sheet_cells(self) -> list[Cell]:
        """As a workbook has them: a day in ISO's format or Excel's is a serial number."""
        return _converted(self.values, self._shown)

    @property
    def is_shown_as_date(self) -> bool:
        """Whether it holds days and a workbook shows their serial numbers as dates."""
        return self.date_format == ISO and any(isinstance(value, date) for value in self.values)

    def _stored(self, value: Any) -> Cell:
        cell = self._cell(value)
        return _text(cell) if isinstance(cell, bool) else cell

    def _shown(self, value: Any) -> Cell:
        if isinstance(value, date) and self.date_format == ISO:
            return serial(value)
        return self._cell(value)

    def _cell(self, value: Any) -> Cell:
        column = self.column
        if value is None or value == column.blank:
            return None
        if column.field is None:
            return column.text(value) or None
        if isinstance(value, date):
            return _day(value, self.date_format)
        if column.codes:
            word = column.codes[value]
            return _native(word) if column.native else word
        return f"{column.prefix}{value}" if isinstance(value, str) else value


def fill(
    columns: Sequence[Column], records: Sequence[Record], date_format: str
) -> tuple[Filled, ...]:
    """Columns with what the records have in their fields; without records, empty ones."""
    values = (
        dict(zip(records[0]._fields, zip(*records, strict=True), strict=True)) if records else {}
    )
    return tuple(
        Filled(
            column,
            values.get(column.field or column.made_of, ()),
            column.date_format or date_format,
        )
        for column in columns
    )


class _Once(dict[Any, Any]):
    """Values converted when they are first met."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        self[value] = converted = self._convert(value)
        return converted


def _converted(values: Iterable[Any], convert: Callable[[Any], Any]) -> list[Any]:
    return list(map(_Once(convert).__getitem__, values))


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
