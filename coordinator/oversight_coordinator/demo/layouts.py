"""How a system exports a table (file, columns, codes, dates), and the mapping that undoes it.

File and mapping are written from one description, so that they cannot disagree. A column without a
field is what every real export also holds and no mapping may take: names, dates of birth, notes.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from oversight_coordinator.demo.records import Record

ISO = "%Y-%m-%d"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATES: dict[str, Callable[[date], str]] = {
    ISO: date.isoformat,
    "%d/%m/%Y": lambda day: f"{day.day:02d}/{day.month:02d}/{day.year}",
    # `strftime` would write the month in the language of the machine.
    "%d-%b-%Y": lambda day: f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}",
}

Cell = Callable[[Record], str]


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
        text: of a column not to be mapped, what a record has there.
    """

    header: str
    field: str | None = None
    codes: Mapping[str | int, str] = dataclasses.field(default_factory=dict)
    blank: str | None = None
    prefix: str = ""
    date_format: str | None = None
    text: Cell | None = None


@dataclass(frozen=True)
class Layout:
    """One table's export.

    Attributes:
        constants: fields that the mapping fills with one code, for want of a column.
        newline: how the system ends a line.
    """

    table: str
    file: str
    columns: tuple[Column, ...]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    date_format: str = ISO
    newline: str = "\n"
    constants: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def export(self, records: Iterable[Record]) -> bytes:
        """The file's bytes."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.newline)
        writer.writerow([column.header for column in self.columns])
        cells = [self._cell(column) for column in self.columns]
        writer.writerows([[cell(record) for cell in cells] for record in records])
        return text.getvalue().encode(self.encoding)

    def _cell(self, column: Column) -> Cell:
        if column.field is None:
            return column.text or (lambda _: "")
        return _reader(column.field, _writer(column, column.date_format or self.date_format))

    def mapping(self) -> str:
        """The table's part of `mapping.toml`."""
        lines = [f"[tables.{self.table}]", f"file = {_quoted(self.file)}"]
        for name, default in (("encoding", "utf-8-sig"), ("delimiter", ","), ("date_format", ISO)):
            if (value := getattr(self, name)) != default:
                lines.append(f"{name} = {_quoted(value)}")
        lines += ["", f"[tables.{self.table}.fields]"]
        lines += [f"{c.field} = {_settings(c)}" for c in self.columns if c.field is not None]
        lines += [f"{n} = {{ constant = {_quoted(c)} }}" for n, c in self.constants.items()]
        return "\n".join(lines) + "\n"


def mapping_file(name: str, layouts: Sequence[Layout]) -> str:
    """The whole `mapping.toml` of an authority."""
    head = f"# From the exports of {name} to the common specification. Synthetic.\n\n"
    return head + "\n".join(['specification = "1.0"\n', *(one.mapping() for one in layouts)])


def _reader(name: str, write: Callable[[object], str]) -> Cell:
    return lambda record: write(getattr(record, name))


def _writer(column: Column, date_format: str) -> Callable[[object], str]:
    dates: dict[date, str] = {}

    def write(value: object) -> str:
        if value is None or value == column.blank:
            return ""
        if isinstance(value, date):
            if value not in dates:
                dates[value] = _DATES[date_format](value)
            return dates[value]
        if column.codes and isinstance(value, str | int):
            return column.codes[value]
        return f"{column.prefix}{value}"

    return write


def _settings(column: Column) -> str:
    parts = [f"column = {_quoted(column.header)}"]
    if column.date_format is not None:
        parts.append(f"date_format = {_quoted(column.date_format)}")
    if column.codes:
        words = (f"{_quoted(word)} = {_quoted(code)}" for code, word in column.codes.items())
        parts.append(f"codes = {{ {', '.join(words)} }}")
    if column.blank is not None:
        parts.append(f"blank = {_quoted(column.blank)}")
    return f"{{ {', '.join(parts)} }}"


def _quoted(value: str | int) -> str:
    """A TOML basic string, whose escapes are JSON's, or an integer."""
    return json.dumps(value, ensure_ascii=False)
