"""SQLite databases, as an authority's warehouse or a system's backup.

1. A view shows a table without the rows that somebody deleted: the table itself holds one twice.
2. The file does not say which version of SQLite wrote it, so that its bytes are the same anywhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from oversight_coordinator.demo.layouts.columns import Cell, Filled
from oversight_coordinator.demo.layouts.sources import Database

_VERSION = slice(96, 100)
"""SQLITE_VERSION_NUMBER in the header (SQLite's file format §1.3.19): no part of the content."""
_DELETED = "IS_DELETED"


def write_database(path: Path, tables: Sequence[tuple[Database, Sequence[Filled]]]) -> None:
    """Write a database with these tables, one that is there replaced."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA encoding = 'UTF-8'")
        connection.execute("BEGIN")
        for source, columns in tables:
            _write_table(connection, source, columns)
        connection.execute("COMMIT")
        content = bytearray(connection.serialize())
    content[_VERSION] = (3_040_000).to_bytes(4, "big")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _write_table(
    connection: sqlite3.Connection, source: Database, columns: Sequence[Filled]
) -> None:
    headers = [one.column.header for one in columns]
    cells = [one.cells for one in columns]
    if not source.view_of:
        _insert(connection, source.table, headers, cells)
        return
    twice = [column + column[:1] for column in cells]
    deleted: list[Cell] = [*(0 for _ in cells[0]), *(1 for _ in cells[0][:1])]
    _insert(connection, source.view_of, [*headers, _DELETED], [*twice, deleted])
    connection.execute(
        f"CREATE VIEW {_name(source.table)} AS SELECT {', '.join(map(_name, headers))}"  # noqa: S608
        f" FROM {_name(source.view_of)} WHERE {_DELETED} = 0"
    )


def _insert(
    connection: sqlite3.Connection, table: str, headers: list[str], columns: Sequence[list[Cell]]
) -> None:
    types = map(_type, columns)
    named = ", ".join(f"{_name(h)} {t}" for h, t in zip(headers, types, strict=True))
    places = ", ".join("?" * len(headers))
    connection.execute(f"CREATE TABLE {_name(table)} ({named})")
    connection.executemany(
        f"INSERT INTO {_name(table)} VALUES ({places})",  # noqa: S608 (a name of ours)
        zip(*columns, strict=True),
    )


def _type(column: list[Cell]) -> str:
    kinds = set(map(type, column)) - {type(None)}
    if kinds <= {int} and kinds:
        return "INTEGER"
    return "REAL" if kinds and kinds <= {int, float} else "TEXT"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
