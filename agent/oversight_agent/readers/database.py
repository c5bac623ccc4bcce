"""A table or view of an SQLite database, read in place.

Rules kept here:

1. The database is only read, and never taken for unchanging: another program's lock is waited for,
   then told. One statement reads the rows, so that they are of one moment. No file is written
   beside it, which the library needs to for a write-ahead log that no program has open.
2. A row's number is its position in the table, from 1.
3. NULL is empty. Binary values are not text, and an error.
4. The library's messages may quote values; none of them is passed on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pandas as pd

from oversight_agent.problems import Part, SourceError
from oversight_agent.readers.encodings import likely
from oversight_agent.readers.header import check_width, names, same_name
from oversight_agent.readers.request import Request
from oversight_agent.readers.values import as_text
from oversight_agent.sources import read_start, tidy
from oversight_agent.tables import RawTable

_MAGIC = b"SQLite format 3\0"
_WAL = b"\x02"
_AT_ONCE = 20_000


def read_database(request: Request) -> RawTable:
    """Read a table or view of an SQLite database.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    _check(request)
    try:
        with closing(_opened(request)) as database:
            return _read(database, request)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _unreadable(error, request) from None


def _check(request: Request) -> None:
    start = read_start(request.path, request.name, 100)
    if not start.startswith(_MAGIC):
        raise _no_database(start, request)
    if _WAL in start[18:20] and not request.path.with_name(f"{request.path.name}-shm").exists():
        raise SourceError(
            "the database keeps a write-ahead log and no program has it open",
            file=request.name,
            expected="a database that can be read without writing a file beside it",
            advice="copy it with VACUUM INTO, or have its program set journal_mode = DELETE",
        )


def _no_database(start: bytes, request: Request) -> SourceError:
    advice = "name the database itself; if this is text, set format = 'delimited'"
    if start.startswith((b"PK", b"\xd0\xcf")):
        advice = likely(start, "utf-8")
    return SourceError(
        "the file is not an SQLite database" if start else "the file is empty",
        file=request.name,
        expected="an SQLite database without encryption",
        advice=advice,
    )


def _opened(request: Request) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{request.path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=request.limits.lock_seconds,
        isolation_level=None,
    )


def _read(database: sqlite3.Connection, request: Request) -> RawTable:
    table = _table(database, request)
    file = f"{request.name}, table {table}"
    cursor = database.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0")  # noqa: S608 (quoted)
    own = [str(column[0]) for column in cursor.description]
    header = _header(own, request, file)
    wanted = {name: own[n] for n, name in enumerate(header) if request.wants(name)}
    rows, columns = _columns(database, table, list(wanted.values()), request, file)
    index = pd.RangeIndex(1, rows + 1)
    frame = pd.DataFrame(dict(zip(wanted, columns, strict=True)), index=index, dtype="str")
    return RawTable(frame, (Part(file, rows, header, "record"),))


def _table(database: sqlite3.Connection, request: Request) -> str:
    """The table's own name."""
    found = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    own = sorted(str(name) for (name,) in found if not str(name).startswith("sqlite_"))
    wanted = tidy(request.source.table or "").casefold()
    for name in own:
        if tidy(name).casefold() == wanted:
            return name
    raise SourceError(
        "the database has no such table",
        file=f"{request.name}, table {request.source.table}",
        found=", ".join(own) or "no table at all",
        expected="one of its tables or views, named in the mapping",
        advice="write one of these names as 'table' in the mapping",
    )


def _header(own: list[str], request: Request, file: str) -> tuple[str, ...]:
    header = names(own)
    check_width(len(header), request, file, 0, "record")
    for position, name in enumerate(header):
        if request.wants(name) and name in header[:position]:
            raise SourceError(
                same_name(header, position),
                file=file,
                expected="a name of its own for each column",
                advice="make a view that gives them other names",
            )
    return header


def _columns(
    database: sqlite3.Connection, table: str, own: list[str], request: Request, file: str
) -> tuple[int, list[list[str]]]:
    """The number of rows, and the columns' values as text."""
    select = ", ".join(map(_quoted, own)) or "NULL"
    cursor = database.execute(f"SELECT {select} FROM {_quoted(table)}")  # noqa: S608 (quoted)
    columns: list[list[str]] = [[] for _ in own]
    rows = 0
    while chunk := cursor.fetchmany(_AT_ONCE):
        for name, column, values in zip(own, columns, zip(*chunk, strict=True), strict=False):
            _check_text(values, name, rows, file)
            column.extend([one if type(one) is str else as_text(one) for one in values])
        rows += len(chunk)
        _check_rows(rows, request, file)
    if not rows:
        raise SourceError(
            "the table is empty",
            file=file,
            expected="at least one row",
            advice="fill it again; if there is nothing to export, leave it out of the mapping",
        )
    return rows, columns


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _check_text(values: Sequence[object], name: str, before: int, file: str) -> None:
    if bytes in set(map(type, values)):
        raise SourceError(
            f"the column '{tidy(name)}' holds binary data",
            file=file,
            row=before + 1 + next(n for n, one in enumerate(values) if type(one) is bytes),
            unit="record",
            expected="text, numbers or NULL",
            advice="name another column, or a view that makes text of it",
        )


def _check_rows(rows: int, request: Request, file: str) -> None:
    if rows > request.limits.rows:
        raise SourceError(
            "the table has too many rows",
            file=file,
            expected=f"at most {request.limits.rows:,}",
            advice="name a view of the years that are needed",
        )


_ADVICE = {
    sqlite3.SQLITE_BUSY: (
        "the database is locked by another program",
        "close that program, or have it finish, and try again",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the database is cut off or damaged",
        "copy it again while no program writes to it",
    ),
    sqlite3.SQLITE_READONLY: (
        "another program left the database in the middle of a change",
        "open and close it once with the program that writes it, or copy it with VACUUM INTO",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the database cannot be opened",
        "give the agent's account the right to read it and its folder",
    ),
}
"""What is wrong and what to do, by SQLite's primary result code."""


def _unreadable(error: Exception, request: Request) -> SourceError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    code = {
        sqlite3.SQLITE_LOCKED: sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_NOTADB: sqlite3.SQLITE_CORRUPT,
    }.get(code, code)
    what, advice = _ADVICE.get(code, (
        "the table cannot be read",
        "see that it can be read whole, as UTF-8, with SQLite's own program",
    ))  # fmt: skip
    return SourceError(
        what,
        file=request.name,
        expected="a sound SQLite database that nobody is changing",
        advice=advice,
    )
