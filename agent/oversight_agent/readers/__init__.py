"""From a source to text: one door for all kinds of source.

    locate      which files a source is
    delimited   delimited text; `layout` checks its form first
    workbook    sheets of Excel and OpenDocument; `package` checks the file first
    database    a table of SQLite
    encodings   bytes to text
    header      the columns' names, and what may be set wrong
    values      cells of a workbook or database as text
    join        several files as one

A reader changes nothing: every value stays as it stands in the source, an empty one is `""`.
Columns that nobody asked for are left in the source: what is not read cannot leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from oversight_agent.readers.database import read_database
from oversight_agent.readers.delimited import read_delimited
from oversight_agent.readers.join import check_rows, joined
from oversight_agent.readers.locate import locate
from oversight_agent.readers.request import Request
from oversight_agent.readers.workbook import read_workbook
from oversight_agent.sources import LIMITS, Format, SourceLimits, SourceSettings
from oversight_agent.tables import RawTable

__all__ = ["read"]

_READERS: dict[Format, Callable[[Request], RawTable]] = {
    "delimited": read_delimited,
    "workbook": read_workbook,
    "sqlite": read_database,
}


def read(
    source: SourceSettings,
    folder: Path,
    columns: Collection[str] | None = None,
    limits: SourceLimits = LIMITS,
) -> RawTable:
    """Read a source, which lies in the data folder, as text.

    Args:
        source: its settings.
        folder: the data folder.
        columns: tidied names of the columns to read; those that a file lacks are left out, for the
            mapping to tell. None reads all; of several files, those that all of them have.
        limits: the most that is read.

    Raises:
        InputError: the source is missing, unreadable, too large, or not as its settings say; it
            names file and row and never quotes a value.
    """
    tables: list[RawTable] = []
    for name in locate(source, folder, limits):
        request = Request(source, name, folder / name, columns, limits)
        tables.append(_READERS[source.format_of(name)](request))
        check_rows(tables, limits)
    return joined(tables)
