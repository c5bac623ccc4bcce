"""One table's export, and all tables of an authority written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from oversight_coordinator.demo.layouts.columns import Column, Filled, fill
from oversight_coordinator.demo.layouts.database import write_database
from oversight_coordinator.demo.layouts.dates import ISO
from oversight_coordinator.demo.layouts.mapping import table_mapping
from oversight_coordinator.demo.layouts.parts import Part, parts
from oversight_coordinator.demo.layouts.sources import Database, Delimited, Sheet, Source
from oversight_coordinator.demo.layouts.text import write_text
from oversight_coordinator.demo.layouts.unwanted import Unwanted
from oversight_coordinator.demo.layouts.wide import Wide
from oversight_coordinator.demo.layouts.workbook import write_book
from oversight_coordinator.demo.records import Record, World

S = TypeVar("S", Sheet, Database)


@dataclass(frozen=True)
class Layout:
    """One table's export.

    Attributes:
        table: the specification's name of the table.
        source: where it lies.
        date_format: how its days are written, `strptime`'s directives or "excel".
        constants: fields that the mapping fills with one value, for want of a column.
        wide: the questions' columns, of a survey that has a row for each person.
        unwanted: the column that says which rows count, if some do not.
    """

    table: str
    source: Source
    columns: tuple[Column, ...]
    date_format: str = ISO
    constants: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    wide: Wide | None = None
    unwanted: Unwanted | None = None

    @property
    def file(self) -> str:
        """The file's name, or what the names of several have in common."""
        return self.source.file

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the mapping fills."""
        own = {column.field for column in self.columns if column.field}
        asked = {"question_id", "response"} if self.wide else set()
        return frozenset(own | asked | set(self.constants))

    @property
    def sources(self) -> tuple[Source, ...]:
        """The table's own source, and those that are written for its lookups."""
        lookups = (column.lookup for column in self.columns if column.lookup)
        return (self.source, *(one.source for one in lookups if not one.has_it_anyway))

    def write(self, folder: Path, records: Sequence[Record]) -> None:
        """Write this table alone; a workbook or database of several tables then holds no other."""
        _write_parts(folder, parts(self, records))

    def mapping(self) -> str:
        """The table's part of `mapping.toml`."""
        return table_mapping(self)


def write_all(folder: Path, layouts: Sequence[Layout], world: World) -> None:
    """Write all files of an authority below `folder`, those that are there replaced."""
    _write_parts(folder, (p for one in layouts for p in parts(one, world.table(one.table))))


def _write_parts(folder: Path, written: Iterable[Part]) -> None:
    by_file: dict[str, list[Part]] = {}
    for part in written:
        by_file.setdefault(part.source.file, []).append(part)
    for group in by_file.values():
        _write(folder, group)


def _write(folder: Path, group: Sequence[Part]) -> None:
    """Write one file, or several of one table."""
    match group[0].source:
        case Delimited() as source:
            write_text(folder, source, *group[0][1:])
        case Sheet(book=book):
            write_book(folder / book.file, book, list(_filled(Sheet, group)))
        case Database(file=file):
            write_database(folder / file, list(_filled(Database, group)))


def _filled(kind: type[S], group: Iterable[Part]) -> Iterator[tuple[S, tuple[Filled, ...]]]:
    for part in group:
        if isinstance(part.source, kind):
            yield part.source, fill(part.columns, part.records, part.date_format)
