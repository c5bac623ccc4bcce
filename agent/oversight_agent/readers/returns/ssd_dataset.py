"""One extract of the Standard Safeguarding Dataset: its tables, with the columns that are read.

A table is a file of its name, a sheet of its name in the one workbook, or a table of the one
database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from oversight_agent.problems import Part, SourceError
from oversight_agent.readers.returns.rows import Rows
from oversight_agent.readers.returns.ssd_tables import OPTIONAL, TABLES, is_file, spellings
from oversight_agent.sources import SUFFIXES, SourceLimits, SourceSettings
from oversight_agent.tables import RawTable


class Read(Protocol):
    """The door of the ordinary readers."""

    def __call__(self, source: SourceSettings, *, columns: Collection[str]) -> RawTable:
        """Read a source's columns."""


@dataclass(frozen=True)
class Record:
    """One row of a table: its file, its number there, its values by this package's names."""

    part: Part
    number: int
    values: dict[str, str] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        """A value, trimmed; nothing for a column that the table does not have."""
        return self.values.get(column, "").strip()


@dataclass(frozen=True)
class Dataset:
    """One extract.

    Attributes:
        source: the settings under [[returns]].
        files: the extract's files; none for a database on a server.
        read: reads one of its tables.
    """

    source: SourceSettings
    files: tuple[str, ...]
    read: Read

    def records(self, table: str) -> list[Record]:
        """The rows of a table.

        Raises:
            InputError: the table or a column that it needs is missing, or it cannot be read.
        """
        columns = TABLES[table]
        wanted = spellings(sum(columns.values(), ()))
        raw = self.read(self._source(table), columns=wanted)
        own = {name: _own(names, raw) for name, names in columns.items()}
        for name, column in own.items():
            if not column and name not in OPTIONAL:
                raise _no_column(columns[name][0], raw)
        return list(_records(raw, {name: column for name, column in own.items() if column}))

    def _source(self, table: str) -> SourceSettings:
        nothing = {"file": None, "files": None, "folder": None, "format": None, "table": None}
        if not self.files:
            return self.source.model_copy(update=nothing | {"table": table})
        found = [name for name in self.files if is_file(name, table)]
        if len(found) == 1:
            return self.source.model_copy(update=nothing | {"file": found[0]})
        one = self.files[0]
        whole = {"workbook": "sheet", "sqlite": "table"}.get(SUFFIXES.get(_suffix(one), ""))
        if found or whole is None or len(self.files) > 1:
            raise _no_table(table, len(found), self.files)
        return self.source.model_copy(update=nothing | {"file": one, whole: table})


def rows_of(
    records: Iterable[tuple[Record, dict[str, str]]], names: tuple[str, ...], limits: SourceLimits
) -> tuple[Rows, ...]:
    """Rows of the specification's table, by the file that each comes from.

    Args:
        records: for each row the record that it stands in, and its fields.
        names: the fields that are filled.
        limits: the most that is read.
    """
    parts: dict[str, Rows] = {}
    for record, fields in records:
        part = record.part
        if part.file not in parts:
            parts[part.file] = Rows(part.file, part.unit, names, limits)
        parts[part.file].add(record.number, **fields)
    return tuple(parts.values())


def _own(names: Iterable[str], raw: RawTable) -> str:
    """The table's name of a column, the newest version's first; or nothing."""
    own = {str(column).casefold(): str(column) for column in raw.frame}
    return next((own[name] for name in names if name in own), "")


def _records(raw: RawTable, own: dict[str, str]) -> Iterator[Record]:
    parts = (part for part in raw.parts for _ in range(part.rows))
    columns = [raw.frame[column].tolist() for column in own.values()]
    numbers = raw.frame.index.tolist()
    for part, number, *values in zip(parts, numbers, *columns, strict=True):
        yield Record(part, int(number), dict(zip(own, values, strict=True)))


def _suffix(name: str) -> str:
    return "." + name.rsplit(".", 1)[-1].lower()


def _no_column(column: str, raw: RawTable) -> SourceError:
    return SourceError(
        f"the table has no column '{column}'",
        file=raw.parts[0].file,
        expected="the columns of the Standard Safeguarding Dataset",
        advice="export the table with all its columns, under their own names",
    )


def _no_table(table: str, found: int, files: tuple[str, ...]) -> SourceError:
    return SourceError(
        f"{'several files are' if found else 'no file is'} the table {table}",
        file=", ".join(files[:3]) + (" and others" if len(files) > 3 else ""),
        expected=f"one file named {table}, or one workbook or database with all tables",
        advice="name the files as the tables; keep extracts of several days in a folder each",
    )
