"""DuckDB in memory with everything shut that a query does not need.

Rules kept here:

1. A database holds the tables that one base table declares to read, and nothing else; it lives as
   long as that base table is evaluated.
2. Files, network, extensions, Python objects and spilling to disk are off; memory and threads are
   bounded; then the configuration is locked.
3. One SELECT at a time: whatever is not exactly that is not run.
4. DuckDB's error text quotes data, so no error of DuckDB's leaves this package: `reason_of` says
   which refusal takes its place, without its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import duckdb
import pandas as pd

from oversight_agent.limits import QueryLimits
from oversight_agent.tables import SpecTable
from oversight_protocol import specification
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import BaseTable

Connection = duckdb.DuckDBPyConnection

ANSWER = "_answer"
"""The temporary table that holds the result of a signed SELECT."""

PERSONS = "_persons"
"""The pseudonyms that the data holds, by kind. No signed SQL can name a table that begins so."""

_AGAINST_THE_TEXT = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.SyntaxException,
    duckdb.NotImplementedException,
    duckdb.PermissionException,
)
_OVER_THE_LIMITS = (duckdb.OutOfMemoryException, duckdb.InterruptException, MemoryError)


DatabaseErrors = (duckdb.Error, MemoryError)
"""What the functions of this package raise for a query, and what never leaves the package."""


def reason_of(error: duckdb.Error | MemoryError) -> Reason:
    """The reason that an error of the database stands for.

    - what DuckDB finds in the statement before it reads data: `sql-not-allowed`;
    - out of memory, or interrupted: `query-limits`;
    - anything else, which depends on the data (a conversion, an overflow): `result-undeclared`.
    """
    if isinstance(error, _OVER_THE_LIMITS):
        return Reason.QUERY_LIMITS
    if isinstance(error, _AGAINST_THE_TEXT):
        return Reason.SQL_NOT_ALLOWED
    return Reason.RESULT_UNDECLARED


@contextmanager
def database(
    table: BaseTable, data: Mapping[str, SpecTable], limits: QueryLimits
) -> Iterator[Connection]:
    """A locked database with the tables that `table` reads.

    Raises:
        Refused: `source`, a table is not in `data`.
        duckdb.Error: the data does not fit into the memory.
    """
    if not set(table.reads) <= set(data):
        raise Refused(Reason.SOURCE, table.name)
    connection = duckdb.connect(":memory:")
    try:
        _bound(connection, limits)
        _load(connection, {name: data[name].frame for name in table.reads})
        _lock(connection)
        yield connection
    finally:
        connection.close()


def _bound(connection: Connection, limits: QueryLimits) -> None:
    connection.execute(f"SET memory_limit = '{limits.memory_mib:d}MiB'")
    connection.execute(f"SET threads = {limits.threads:d}")
    # An empty folder name means that nothing is ever written to disk.
    connection.execute("SET temp_directory = ''")


def _lock(connection: Connection) -> None:
    for setting in (
        "enable_external_access = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "python_enable_replacements = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _load(connection: Connection, frames: Mapping[str, pd.DataFrame]) -> None:
    connection.execute(f"CREATE TABLE {PERSONS} (kind VARCHAR, id VARCHAR)")
    for name, frame in frames.items():
        _create(connection, name, frame)
        for field, kind in _pseudonyms().get(name, {}).items():
            if field in frame.columns:
                connection.execute(
                    f"INSERT INTO {PERSONS} SELECT DISTINCT $kind, {quoted(field)}"  # noqa: S608
                    f" FROM {quoted(name)} WHERE {quoted(field)} IS NOT NULL",
                    {"kind": kind},
                )


def _create(connection: Connection, name: str, frame: pd.DataFrame) -> None:
    columns = ", ".join(f"{quoted(field)} {_type(frame[field])}" for field in frame.columns)
    connection.execute(f"CREATE TABLE {quoted(name)} ({columns})")
    connection.register("_frame", frame)
    connection.execute(f"INSERT INTO {quoted(name)} SELECT * FROM _frame")  # noqa: S608
    connection.unregister("_frame")


def _type(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return "DATE"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "BIGINT"
    return "DOUBLE" if pd.api.types.is_float_dtype(values.dtype) else "VARCHAR"


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


@cache
def _pseudonyms() -> dict[str, dict[str, str]]:
    """By table and field, whose pseudonyms the field holds, in any installed specification."""
    return {
        table.name: {field.name: field.pseudonym for field in table.fields if field.pseudonym}
        for version in specification.versions()
        for table in specification.load(version).resources
    }


def parameters(connection: Connection, sql: str) -> frozenset[str]:
    """The parameters of a text that is, for DuckDB's own parser, exactly one SELECT.

    Raises:
        duckdb.Error: it is not.
    """
    statements = connection.extract_statements(sql)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise duckdb.ParserException("not one SELECT")
    return frozenset(statements[0].named_parameters)


def refuse_if_any(
    connection: Connection, table: BaseTable, condition: str, values: Mapping[str, object]
) -> None:
    """Refuse a result of which a row meets a condition, an expression of SQL.

    Raises:
        Refused: `result-undeclared`.
        duckdb.Error: the condition could not be tested.
    """
    found = connection.execute(
        f"SELECT 1 FROM {ANSWER} WHERE {condition} LIMIT 1",  # noqa: S608
        dict(values),
    )
    if found.fetchone() is not None:
        raise Refused(Reason.RESULT_UNDECLARED, table.name)
