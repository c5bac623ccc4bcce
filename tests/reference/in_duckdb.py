"""The rows of the first study's base tables: of its SQL, in a plain DuckDB, and of the reference.

A row is a dictionary by column name of the base table; every value is the text that DuckDB casts
it to, a missing one `None`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from pandas import DataFrame

from oversight_agent.evaluate.allow import allow
from oversight_protocol.specification import CALENDAR
from oversight_protocol.study import BaseTable, Period
from oversight_protocol.study_package import installed
from reference.conventions import BANK_HOLIDAYS
from reference.measures import TABLES, Row, Tables
from support.spec_tables import spec_table

STUDY = installed()
ALLOWED = {table.name: allow(table) for table in STUDY.base_tables}

Plain = dict[str, str | None]


@contextmanager
def database(tables: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with these tables of the specification and its calendar."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET threads = 1")
        connection.execute(f"CREATE TABLE {CALENDAR} (day DATE)")
        days = {"days": sorted(BANK_HOLIDAYS)}
        connection.execute(f"INSERT INTO {CALENDAR} SELECT unnest($days)", days)
        for name, records in tables.items():
            frame = spec_table(name, records).frame
            connection.register("frame", frame)
            connection.execute(f'CREATE TABLE "{name}" AS SELECT {_columns(frame)} FROM frame')
        yield connection


def _columns(frame: DataFrame) -> str:
    return ", ".join(
        f'CAST("{name}" AS DATE) AS "{name}"' if kind.kind == "M" else f'"{name}"'
        for name, kind in frame.dtypes.items()
    )


def by_sql(connection: duckdb.DuckDBPyConnection, table: BaseTable, period: Period) -> list[Plain]:
    """The rows that the signed SQL yields."""
    columns = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in table.columns)
    query = f"SELECT {columns} FROM ({ALLOWED[table.name]})"
    days = {"q0": period.start, "q1": period.end}
    asked = {name: day for name, day in days.items() if f"${name}" in query}
    found = connection.execute(query, asked).fetchall()
    return [dict(zip(table.columns, row, strict=True)) for row in found]


def by_definition(tables: Tables, table: BaseTable, period: Period) -> list[Plain]:
    """The rows that the plain reference yields."""
    rows = TABLES[table.name](tables, period.start, period.end)
    return [_plain(table, row) for row in rows]


def _plain(table: BaseTable, row: Row) -> Plain:
    values: Plain = {
        "child_id": row.child,
        "worker_id": row.worker,
        "respondent_id": row.worker,
        "team": row.team,
        "outcome": row.outcome,
        **row.by,
    }
    for magnitude in table.magnitudes:
        value = row.magnitudes[magnitude.name]
        values[magnitude.name] = str(float(value) if magnitude.decimals else int(value))
    return {name: values[name] for name in table.columns}
