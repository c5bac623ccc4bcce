"""Parquet files, through DuckDB's own reader.

Rules kept here:

1. The database that reads is empty, in memory, bounded, and can open this one file alone.
2. Only the columns that are wanted are read. What has values inside values, or is binary, has no
   one form as text and is refused.
3. The library's messages may quote values; none of them is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import duckdb

from oversight_agent.problems import SourceError
from oversight_agent.readers import records
from oversight_agent.readers.encodings import likely
from oversight_agent.readers.request import Request
from oversight_agent.sources import check_file, read_start
from oversight_agent.tables import RawTable

_MAGIC = b"PAR1"
_AT_ONCE = 2_048
_LONGEST = 100_000
"""Characters of a value; a text that is longer is never needed."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",
    "memory_limit": "1GB",
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_PLAIN = re.compile(
    r"VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|BOOLEAN|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|DATE|TIME"
    r'|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|UUID|"NULL"'
)
_ZONED = "TIMESTAMP WITH TIME ZONE"
_PATTERN = frozenset("*?[")
"""What the library takes for a pattern of several names."""


def read_parquet(request: Request) -> RawTable:
    """Read a Parquet file.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    check_file(request.path, request.name, request.limits.bytes)
    if _PATTERN & set(str(request.path.absolute())):
        raise _odd_name(request)
    start = read_start(request.path, request.name, 16)
    if not start.startswith(_MAGIC):
        raise _no_parquet(start, request)
    try:
        with closing(_opened(request)) as database:
            return _read(database, request)
    except (duckdb.Error, ValueError, OverflowError, RuntimeError):
        raise _unreadable(request) from None


def _opened(request: Request) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(":memory:", config=_SETTINGS)
    # It would be written to standard output, which is the worker's answer.
    database.execute("SET enable_progress_bar = false")
    path = str(request.path.absolute()).replace("'", "''")
    database.execute(f"SET allowed_paths = ['{path}']")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def _read(database: duckdb.DuckDBPyConnection, request: Request) -> RawTable:
    source = str(request.path.absolute())
    claimed = database.execute("SELECT num_rows FROM parquet_file_metadata(?)", [source]).fetchone()
    if claimed is None or claimed[0] > request.limits.rows:
        raise records.too_many(request, request.name)
    described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [source]).fetchall()
    own = [str(name) for name, *_ in described]
    header = records.header(own, request, request.name)
    wanted = records.wanted(own, header, request)
    types = dict(zip(own, (str(kind) for _, kind, *_ in described), strict=True))
    for name in wanted.values():
        if not _PLAIN.fullmatch(types[name]):
            raise _not_plain(name, request)
    kinds = [types[name] for name in wanted.values()]
    select = ", ".join(map(_expression, wanted.values(), kinds)) or "NULL"
    cursor = database.execute(f"SELECT {select} FROM read_parquet(?)", [source])  # noqa: S608 (quoted)
    return records.gathered(_chunks(cursor, kinds, request), header, wanted, request, request.name)


def _expression(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind == "VARCHAR":
        return f"left({quoted}, {_LONGEST + 1})"
    # The library would need another one to tell what a clock shows elsewhere.
    return f"make_timestamp(epoch_us({quoted}))" if kind == _ZONED else quoted


def _in_utc(value: object, kind: str) -> object:
    return value.replace(tzinfo=UTC) if kind == _ZONED and isinstance(value, datetime) else value


def _chunks(
    cursor: duckdb.DuckDBPyConnection, kinds: list[str], request: Request
) -> Iterator[records.Chunk]:
    while chunk := cursor.fetchmany(_AT_ONCE):
        if any(type(one) is str and len(one) > _LONGEST for row in chunk for one in row):
            raise SourceError(
                "a value is far too long",
                file=request.name,
                expected=f"at most {_LONGEST:,} characters",
                advice="leave long texts out of the export: they are never needed",
            )
        yield [tuple(map(_in_utc, row, kinds)) for row in chunk] if _ZONED in kinds else chunk


def _not_plain(name: str, request: Request) -> SourceError:
    return SourceError(
        f"the column '{name}' is not of a plain type",
        file=request.name,
        expected="text, whole numbers, numbers, yes and no, days or times",
        advice="name another column, or export it as text",
    )


def _no_parquet(start: bytes, request: Request) -> SourceError:
    advice = "if this is text, set format = 'delimited'"
    if start.startswith((b"PK", b"\xd0\xcf", b"SQLite")):
        advice = likely(start, "utf-8")
    return SourceError(
        "the file is not a Parquet file" if start else "the file is empty",
        file=request.name,
        expected="a Parquet file without encryption",
        advice=advice if start else "export it again",
    )


def _odd_name(request: Request) -> SourceError:
    return SourceError(
        "the name of a Parquet file or of its folders has a character that stands for others",
        file=request.name,
        expected="a name without *, ? and [",
        advice="rename it",
    )


def _unreadable(request: Request) -> SourceError:
    return SourceError(
        "the Parquet file is cut off, damaged or too large to unpack",
        file=request.name,
        expected="a whole Parquet file that unpacks within 1 GB",
        advice="export it again, or export fewer columns and years",
    )
