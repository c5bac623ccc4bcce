"""From a source to text: one door for all kinds of source.

    locate      which files a source is
    delimited   delimited text; `delimiters` says what parts it, `layout` checks its form
    workbook    sheets of Excel and OpenDocument; `sheets` measures the file before it is opened,
                `calm` keeps its library quiet
    parquet     a Parquet file
    database    a table of an SQLite file
    relational  a table of a database on a server; `connections` says how it is reached
    encodings   bytes to text
    header      the columns' names, and what may be set wrong; `headings` joins several rows of them
    values      cells of a workbook or database as text; `records` many of them
    wide        columns that become rows
    join        several files as one
    returns     statutory returns, in the specification's fields

A reader changes nothing: every value stays as it stands in the source, an empty one is `""`.
Columns that nobody asked for are left in the source: what is not read cannot leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

from oversight_agent.readers import wide
from oversight_agent.readers.database import read_database
from oversight_agent.readers.delimited import read_delimited
from oversight_agent.readers.join import check_rows, joined
from oversight_agent.readers.locate import locate
from oversight_agent.readers.parquet import read_parquet
from oversight_agent.readers.request import Request
from oversight_agent.readers.returns import read_return
from oversight_agent.readers.workbook import read_workbook
from oversight_agent.sources import LIMITS, RETURNS, Format, SourceLimits, SourceSettings
from oversight_agent.tables import RawTable

__all__ = ["read"]

_READERS: dict[Format, Callable[[Request], RawTable]] = {
    "delimited": read_delimited,
    "workbook": read_workbook,
    "parquet": read_parquet,
    "sqlite": read_database,
}


def read(
    source: SourceSettings,
    folder: Path,
    columns: Collection[str] | None = None,
    limits: SourceLimits = LIMITS,
    databases: Path | None = None,
) -> RawTable:
    """Read a source as text.

    Args:
        source: its settings.
        folder: the data folder.
        columns: tidied names of the columns to read; those that a file lacks are left out, for the
            mapping to tell. None reads all; of several files, those that all of them have.
        limits: the most that is read.
        databases: the file that says how databases are reached, `databases.toml` in the agent's
            folder; without it no database can be read but a file.

    Raises:
        InputError: the source is missing, unreadable, too large, or not as its settings say; it
            names file and row and never quotes a value.
    """
    if source.format in RETURNS:
        one = partial(read, folder=folder, limits=limits, databases=databases)
        return read_return(source, folder, tuple(columns or ()), limits, one)
    settings, tables = source.wide, list[RawTable]()
    asked = columns if settings is None or columns is None else wide.Wanted(settings, columns)
    for table in _each(source, folder, asked, limits, databases):
        tables.append(table if settings is None else wide.long(table, settings, limits))
        check_rows(tables, limits)
    return joined(tables)


def _each(
    source: SourceSettings,
    folder: Path,
    columns: Collection[str] | None,
    limits: SourceLimits,
    databases: Path | None,
) -> Iterator[RawTable]:
    """Each of a source's files by itself, or its one table of a database."""
    if source.database is not None:
        # Most authorities have no such database, and need not wait for what reads it.
        from oversight_agent.readers.relational import read_relational  # noqa: PLC0415

        yield read_relational(source, columns, limits, databases)
        return
    for name in locate(source, folder, limits):
        request = Request(source, name, folder / name, columns, limits)
        yield _READERS[source.format_of(name)](request)
