"""Layouts of exports in the styles of several systems, for measuring the proposals.

Most were written before the proposals were tuned on anything, some after; they share no name with
the demo on purpose. Each says which column truly fills which field. All people are made up.
"""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl

from support.held_out_world import world

Row = Mapping[str, Any]
Codes = Mapping[Any, str]
Filler = Callable[[random.Random, Row], Any]

_FIRST = ("Ava", "Noah", "Isla", "Leo", "Maya", "Omar", "Ruth", "Tom", "Zara", "Ivan", "Nia", "Joe")
_LAST = ("Ashdown", "Birch", "Clarke", "Dunmore", "Eastley", "Farrow", "Grange", "Hythe", "Ives")
PEOPLE = frozenset(f"{first} {last}" for first in _FIRST for last in _LAST)
_WORDS = "the family spoke about school and home and agreed what happens next before the visit"


def name(chance: random.Random, _: Row) -> str:
    """A made-up person's name."""
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def birth(chance: random.Random, _: Row) -> str:
    """A made-up date of birth."""
    return (date(2008, 1, 1) + timedelta(days=chance.randrange(6000))).strftime("%d/%m/%Y")


def text(chance: random.Random, _: Row) -> str:
    """Free text."""
    words = _WORDS.split()
    return " ".join(chance.choice(words) for _ in range(chance.randrange(8, 30))) + "."


def stamp(chance: random.Random, _: Row) -> str:
    """When a system wrote a record."""
    moment = datetime(2025, 1, 1) + timedelta(minutes=chance.randrange(900_000))
    return moment.strftime("%d/%m/%Y %H:%M")


def minutes(chance: random.Random, _: Row) -> str:
    """How long something took."""
    return str(chance.choice((30, 45, 60, 60, 75, 90)))


def one_of(*values: str) -> Filler:
    """A column that the specification has no field for."""
    return lambda chance, _: chance.choice(values)


@dataclass(frozen=True)
class Column:
    """A column: what it is called, what it fills, how it writes that."""

    header: str
    fills: str | None
    writes: str | Codes | Filler | None = None

    def truth(self, *, dated: bool) -> dict[str, Any]:
        """The true mapping of the field; cells of a workbook may hold dates as such."""
        settings: dict[str, Any] = {"column": self.header}
        if isinstance(self.writes, Mapping):
            settings["codes"] = {text: code for code, text in self.writes.items() if text}
        elif isinstance(self.writes, str) and "%" in self.writes and not dated:
            settings["date_format"] = self.writes.removesuffix(" 00:00:00")
        elif self.writes == "excel":
            settings["date_format"] = "excel"
        return settings

    def cell(self, row: Row, chance: random.Random) -> Any:
        """The cell of a row as text; of an empty one `""`."""
        if callable(self.writes):
            return self.writes(chance, row)
        value = row.get(self.fills or "")
        if isinstance(self.writes, Mapping):
            return self.writes.get(value, "")
        if value is None:
            return ""
        return _written(value, self.writes)


def _written(value: Any, writes: str | None) -> str:
    if isinstance(value, date):
        if writes == "excel":
            return str((value - date(1899, 12, 30)).days)
        return value.strftime(writes or "%Y-%m-%d")
    return writes.format(value) if writes else str(value)


@dataclass(frozen=True)
class Export:
    """A file, sheet or database table that feeds one table of the specification."""

    file: str
    table: str
    columns: tuple[Column, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)
    rows: Callable[[Row], bool] = lambda _: True
    sheet: str | None = None
    sql: str | None = None
    titles: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"

    def truth(self) -> dict[str, Any]:
        """The true mapping of the table, as its file would have it."""
        dated = self.sheet is not None
        fields = {one.fills: one.truth(dated=dated) for one in self.columns if one.fills}
        fields |= {name: {"constant": value} for name, value in self.constants.items()}
        return {"file": self.file, "sheet": self.sheet, "table": self.sql, "fields": fields}


@dataclass(frozen=True)
class Layout:
    """An authority's exports, in one style."""

    name: str
    exports: tuple[Export, ...]

    def write(self, folder: Path) -> None:
        """Write the files."""
        rows_of = world()
        books: dict[str, openpyxl.Workbook] = {}
        for export in self.exports:
            chance = random.Random(export.file + export.table)
            rows = [
                [column.cell(row, chance) for column in export.columns]
                for row in rows_of[export.table]
                if export.rows(row)
            ]
            _write(folder, export, rows, books)
        for file, book in books.items():
            book.remove(book.active)  # type: ignore[arg-type]
            book.save(folder / file)

    def truth(self) -> dict[str, Any]:
        """The true mapping, as its file would have it."""
        return {"tables": {one.table: one.truth() for one in self.exports}}


def _write(
    folder: Path, export: Export, rows: Sequence[Sequence[Any]], books: dict[str, openpyxl.Workbook]
) -> None:
    header = [column.header for column in export.columns]
    if export.sheet is not None:
        sheet = books.setdefault(export.file, openpyxl.Workbook()).create_sheet(export.sheet)
        for line in (*([title] for title in export.titles), header, *rows):
            sheet.append([_typed(cell) for cell in line])
    elif export.sql is not None:
        names = ", ".join(f'"{one}"' for one in header)
        with closing(sqlite3.connect(folder / export.file)) as database:
            database.execute(f'CREATE TABLE "{export.sql}" ({names})')
            marks = ", ".join("?" * len(header))
            cells = [[cell if cell != "" else None for cell in row] for row in rows]
            database.executemany(f'INSERT INTO "{export.sql}" VALUES ({marks})', cells)
            database.commit()
    else:
        out = StringIO()
        for title in export.titles:
            out.write(title + "\n")
        csv.writer(out, delimiter=export.delimiter).writerows([header, *rows])
        (folder / export.file).write_bytes(out.getvalue().encode(export.encoding))


def _typed(cell: Any) -> Any:
    """As a person's workbook has it: numbers as numbers, days as days."""
    if isinstance(cell, str):
        if cell.isdigit() and len(cell) < 10:
            return int(cell)
        try:
            return datetime.strptime(cell, "%d/%m/%Y")
        except ValueError:
            return cell or None
    return cell


def all_layouts() -> tuple[Layout, ...]:
    """The layouts that were written before the proposals were tuned."""
    from support import held_out_exports

    return held_out_exports.LAYOUTS


def later_layouts() -> tuple[Layout, ...]:
    """The layouts that were written after."""
    from support import held_out_exports_later

    return held_out_exports_later.LAYOUTS
