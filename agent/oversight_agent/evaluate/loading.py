"""Tables of the specification in DuckDB, in memory or in a snapshot's file: one form for both.

The attached database `data` holds each table under its own name, and `_persons`: the pseudonyms of
persons and teams that stand anywhere in it, by kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import duckdb
import pandas as pd

from oversight_protocol import specification
from oversight_protocol.specification import CALENDAR

Connection = duckdb.DuckDBPyConnection

DATA = "data"
"""The name of the attached database."""

_BESIDE = "beside"

PERSONS = "_persons"
"""The pseudonyms that the data holds, by kind. No signed SQL can name a table that begins so."""

_COUNTED = frozenset({"child", "worker", "respondent", "team"})
"""The kinds that a result may name."""


def load(connection: Connection, frames: Mapping[str, pd.DataFrame]) -> None:
    """Fill the attached database."""
    persons = place(PERSONS)
    connection.execute(f"CREATE TABLE {persons} (kind VARCHAR, id VARCHAR)")
    for name, frame in frames.items():
        _create(connection, name, frame)
    connection.execute(f"INSERT INTO {persons} {_all_persons(frames)}")


def load_calendar(connection: Connection, days: Sequence[date]) -> None:
    """Put the bank holidays beside the data."""
    connection.execute(f"ATTACH ':memory:' AS {_BESIDE}")
    connection.execute(f"CREATE TABLE {place(CALENDAR)} (day DATE)")
    connection.execute(f"INSERT INTO {place(CALENDAR)} SELECT unnest($days)", {"days": list(days)})


def tables_of(connection: Connection) -> frozenset[str]:
    """The tables of the specification in the attached database."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $name", {"name": DATA}
    )
    return frozenset(name for (name,) in found.fetchall() if not name.startswith("_"))


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def place(name: str) -> str:
    """A table of the data, or the calendar, with the name of its database."""
    return f"{_BESIDE if name == CALENDAR else DATA}.{quoted(name)}"


def _create(connection: Connection, name: str, frame: pd.DataFrame) -> None:
    columns = ", ".join(f"{quoted(field)} {_type(frame[field])}" for field in frame.columns)
    connection.execute(f"CREATE TABLE {place(name)} ({columns})")
    connection.register("_frame", frame)
    connection.execute(f"INSERT INTO {place(name)} SELECT * FROM _frame")  # noqa: S608
    connection.unregister("_frame")


def _type(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return "DATE"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "BIGINT"
    return "DOUBLE" if pd.api.types.is_float_dtype(values.dtype) else "VARCHAR"


def _all_persons(frames: Mapping[str, pd.DataFrame]) -> str:
    """A query for all pseudonyms in these tables, each once."""
    columns = [
        f"SELECT '{kind}' AS kind, {quoted(field)} AS id FROM {place(name)}"  # noqa: S608
        for name, frame in frames.items()
        for field, kind in _pseudonyms().get(name, {}).items()
        if field in frame.columns
    ]
    if not columns:
        return "SELECT NULL, NULL LIMIT 0"
    return f"SELECT DISTINCT * FROM ({' UNION ALL '.join(columns)}) WHERE id IS NOT NULL"  # noqa: S608


@cache
def _pseudonyms() -> dict[str, dict[str, str]]:
    """By table and field, whose pseudonyms the field holds, in any installed specification.

    A version may have dropped a field that another one has: a table has the fields of all.
    """
    found: dict[str, dict[str, str]] = {}
    for version in specification.versions():
        for table in specification.load(version).resources:
            found.setdefault(table.name, {}).update(
                (field.name, field.pseudonym)
                for field in table.fields
                if field.pseudonym in _COUNTED
            )
    return found
