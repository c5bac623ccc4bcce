"""One table's export, its part of the mapping, and all tables of an authority written.

A mapping is TOML; every text in it is a basic string, whose escapes are JSON's.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from oversight_coordinator.demo.layouts.columns import Column, Filled, fill
from oversight_coordinator.demo.layouts.database import write_database
from oversight_coordinator.demo.layouts.dates import ISO
from oversight_coordinator.demo.layouts.sources import Database, Delimited, Sheet, Source
from oversight_coordinator.demo.layouts.text import write_text
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
    """

    table: str
    source: Source
    columns: tuple[Column, ...]
    date_format: str = ISO
    constants: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file's name, or what the names of several have in common."""
        return self.source.file

    def write(self, folder: Path, records: Sequence[Record]) -> None:
        """Write this table alone; a workbook or database of several tables then holds no other."""
        _write(folder, [(self, records)])

    def mapping(self) -> str:
        """The table's part of `mapping.toml`."""
        lines = [f"[tables.{self.table}]"]
        lines += [f"{name} = {_toml(value)}" for name, value in self.source.settings.items()]
        if self.date_format != ISO:
            lines.append(f"date_format = {_toml(self.date_format)}")
        lines += ["", f"[tables.{self.table}.fields]"]
        lines += [f"{c.field} = {_settings(c)}" for c in self.columns if c.field is not None]
        lines += [f"{n} = {{ constant = {_toml(c)} }}" for n, c in self.constants.items()]
        return "\n".join(lines) + "\n"


Filling = tuple[Layout, Sequence[Record]]


def mapping_file(name: str, layouts: Sequence[Layout]) -> str:
    """The whole `mapping.toml` of an authority."""
    head = f"# From the exports of {name} to the common specification. Synthetic.\n\n"
    return head + "\n".join(['specification = "1.0"\n', *(one.mapping() for one in layouts)])


def write_all(folder: Path, layouts: Sequence[Layout], world: World) -> None:
    """Write all files of an authority below `folder`, those that are there replaced."""
    for group in _by_file(layouts):
        _write(folder, [(layout, world.table(layout.table)) for layout in group])


def _by_file(layouts: Sequence[Layout]) -> Iterator[list[Layout]]:
    for file in dict.fromkeys(layout.file for layout in layouts):
        yield [layout for layout in layouts if layout.file == file]


def _write(folder: Path, tables: Sequence[Filling]) -> None:
    """Write one file, or several of one table."""
    layout, records = tables[0]
    match layout.source:
        case Delimited() as source:
            write_text(folder, source, layout.columns, records, layout.date_format)
        case Sheet(book=book):
            write_book(folder / book.file, book, _filled(Sheet, tables))
        case Database(file=file):
            write_database(folder / file, _filled(Database, tables))


def _filled(kind: type[S], tables: Sequence[Filling]) -> list[tuple[S, tuple[Filled, ...]]]:
    return [
        (layout.source, fill(layout.columns, records, layout.date_format))
        for layout, records in tables
        if isinstance(layout.source, kind)
    ]


def _settings(column: Column) -> str:
    parts = [f"column = {_toml(column.header)}"]
    if column.date_format is not None:
        parts.append(f"date_format = {_toml(column.date_format)}")
    if column.codes:
        words = (f"{_toml(word)} = {_toml(code)}" for code, word in column.codes.items())
        parts.append(f"codes = {{ {', '.join(words)} }}")
    if column.blank is not None:
        parts.append(f"blank = {_toml(column.blank)}")
    return f"{{ {', '.join(parts)} }}"


def _toml(value: str | int | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)
