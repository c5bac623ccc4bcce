"""A table or view of an SQLite database that is a file in the data folder, read in place.

Rules kept here:

1. The database is only read, and never taken for unchanging: another program's lock is waited for,
   then told. One statement reads the rows, so that they are of one moment. No file is written
   beside it, which the library needs to for a write-ahead log that no program has open.
2. The library's messages may quote values; none of them is passed on.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from oversight_agent.problems import SourceError
from oversight_agent.readers import records
from oversight_agent.readers.encodings import likely
from oversight_agent.readers.request import Request
from oversight_agent.sources import read_start, tidy
from oversight_agent.tables import RawTable

_MAGIC = b"SQLite format 3\0"
_WAL = b"\x02"
_AT_ONCE = 10_000


def read_database(request: Request) -> RawTable:
    """Read a table or view of an SQLite database.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    check_database(request)
    try:
        with closing(open_database(request)) as database:
            return _read(database, request)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _unreadable(error, request) from None


def check_database(request: Request) -> None:
    """Check that a file can be read in place.

    Raises:
        InputError: it is no SQLite database, or one that cannot be read without writing beside it.
    """
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


def open_database(request: Request) -> sqlite3.Connection:
    """A connection that can only read."""
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
    header = records.header(own, request, file)
    wanted = records.wanted(own, header, request)
    select = ", ".join(map(_quoted, wanted.values())) or "NULL"
    cursor = database.execute(f"SELECT {select} FROM {_quoted(table)}")  # noqa: S608 (quoted)
    chunks = iter(lambda: cursor.fetchmany(_AT_ONCE), [])
    return records.gathered(chunks, header, wanted, request, file)


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


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


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
