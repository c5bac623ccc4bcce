"""Where a table's export lies: a delimited text, a sheet of a workbook, a table of a database.

Each says how a mapping finds it. Several tables may lie in one workbook or database.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

_FIRST, _LAST = (2025, 4), (2026, 4)
_WORKBOOKS, _DATABASES = (".xlsx",), (".sqlite", ".sqlite3", ".db")

Settings = dict[str, Any]
"""Settings of a mapping by name, those that are as by default left out."""


@dataclass(frozen=True)
class Quarters:
    """One file for each quarter of the calendar from October 2025 to December 2026.

    The file's name holds `{year}` and `{quarter}`, or `{fy}` and `{fq}` of the financial year.

    Attributes:
        by: the date field that decides. A day before the first quarter goes to the first file, one
            after the last to the last.
        listed: whether the mapping lists the files; otherwise it has a pattern.
    """

    by: str
    listed: bool = False

    def names(self, file: str) -> list[str]:
        """The files' names in the order of the quarters."""
        return [
            file.format(year=year, quarter=quarter, **_financial(year, quarter))
            for year, quarter in _quarters()
        ]

    def pattern(self, file: str) -> str:
        """The names as a pattern."""
        return file.format(year="*", quarter="*", fy="*", fq="*")

    @staticmethod
    def place(day: date) -> int:
        """The place of a day's file among `names`."""
        quarters = list(_quarters())
        found = min(max((day.year, (day.month + 2) // 3), _FIRST), _LAST)
        return quarters.index(found)


@dataclass(frozen=True)
class Delimited:
    """A delimited text.

    Attributes:
        file: its name below the data folder; see `quarters`.
        newline: how the system ends a line.
        above: lines above the header.
        quoted: whether every value stands in quotation marks.
        quarters: if there is one file for each.
        header_rows: how many rows the header has: two where some columns have a name above theirs.
    """

    file: str
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    newline: str = "\n"
    above: tuple[str, ...] = ()
    quoted: bool = False
    quarters: Quarters | None = None
    header_rows: int = 1

    @property
    def files(self) -> list[str]:
        """All files."""
        return [self.file] if self.quarters is None else self.quarters.names(self.file)

    @property
    def quoting(self) -> int:
        """As `csv` calls it."""
        return csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL

    @property
    def settings(self) -> Settings:
        """How a mapping finds it."""
        found: Settings = {"file": self.file}
        if self.quarters is not None:
            pattern = self.quarters.pattern(self.file)
            found = {"files": self.files if self.quarters.listed else pattern}
        if self.above and not self.above[0].startswith("sep="):
            found["header_row"] = len(self.above) + 1
        if self.header_rows > 1:
            found["header_rows"] = self.header_rows
        if self.encoding != "utf-8-sig":
            found["encoding"] = self.encoding
        if self.delimiter != ",":
            found["delimiter"] = self.delimiter
        return found


@dataclass(frozen=True)
class Extra:
    """A sheet that holds no table: notes, lists, a cover.

    Attributes:
        last: whether it stands after the sheets with tables.
    """

    name: str
    rows: tuple[tuple[str | int, ...], ...]
    hidden: bool = False
    last: bool = False


@dataclass(frozen=True)
class Book:
    """A workbook."""

    file: str
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook that holds a table.

    Attributes:
        above: rows above the header, each one text; the first is a merged title.
        header_rows: as in `Delimited`.
    """

    book: Book
    sheet: str
    above: tuple[str, ...] = ()
    header_rows: int = 1

    @property
    def file(self) -> str:
        """The workbook's name."""
        return self.book.file

    @property
    def files(self) -> list[str]:
        """The same."""
        return [self.file]

    @property
    def settings(self) -> Settings:
        """How a mapping finds it."""
        found: Settings = {"file": self.file}
        if not self.file.endswith(_WORKBOOKS):
            found["format"] = "workbook"
        found["sheet"] = self.sheet
        if self.above:
            found["header_row"] = len(self.above) + 1
        if self.header_rows > 1:
            found["header_rows"] = self.header_rows
        return found


@dataclass(frozen=True)
class Database:
    """A table or view of an SQLite database.

    Attributes:
        view_of: for a view, the table that it shows without the rows that were deleted.
    """

    file: str
    table: str
    view_of: str = ""

    @property
    def files(self) -> list[str]:
        """The database's name."""
        return [self.file]

    @property
    def settings(self) -> Settings:
        """How a mapping finds it."""
        found: Settings = {"file": self.file}
        if not self.file.endswith(_DATABASES):
            found["format"] = "sqlite"
        found["table"] = self.table
        return found


Source = Delimited | Sheet | Database


def _quarters() -> Iterator[tuple[int, int]]:
    (year, quarter), last = _FIRST, _LAST
    while (year, quarter) <= last:
        yield year, quarter
        year, quarter = (year, quarter + 1) if quarter < 4 else (year + 1, 1)


def _financial(year: int, quarter: int) -> dict[str, str | int]:
    first = year if quarter > 1 else year - 1
    return {"fy": f"{first}-{(first + 1) % 100:02d}", "fq": (quarter + 2) % 4 + 1}
