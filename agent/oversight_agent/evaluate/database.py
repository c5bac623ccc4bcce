"""DuckDB with everything shut that a query does not need.

Rules kept here:

1. One instance holds the data: tables in memory, or a snapshot's file that it can only read. A base
   table is evaluated on a connection of its own that sees, by name, the tables which it declares to
   read, and no others. The calendar among them comes from the specification.
2. Files, network, extensions, Python objects and spilling to disk are off; memory and threads are
   bounded; then the configuration is locked. The snapshot's file was opened before.
3. One SELECT at a time: whatever is not exactly that is not run.
4. DuckDB's error text quotes data, so no error of DuckDB's leaves this package: `reason_of` says
   which refusal takes its place, without its text.
5. A base table that failed leaves nothing behind: the next one finds a fresh instance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from oversight_agent.evaluate.loading import (
    DATA,
    PERSONS,
    Connection,
    load,
    load_calendar,
    place,
    quoted,
    tables_of,
)
from oversight_agent.limits import QueryLimits
from oversight_agent.tables import SpecTable
from oversight_protocol import specification
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.specification import CALENDAR
from oversight_protocol.study import BaseTable

__all__ = ["ANSWER", "PERSONS", "Connection", "quoted"]

Data = Mapping[str, SpecTable] | Path
"""Tables in memory by name, or the file of a snapshot."""

ANSWER = "_answer"
"""The temporary table that holds the result of a signed SELECT."""

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


@dataclass
class Database:
    """The data that base tables are evaluated on, opened when the first of them needs it.

    Attributes:
        data: where it is.
        limits: for the whole instance.
        spec_version: whose calendar is read with it.
        names: the tables to load of those in memory; the rest stays where it is.
    """

    data: Data = field(repr=False)
    limits: QueryLimits
    spec_version: str
    names: Collection[str]
    _instance: Connection | None = field(default=None, repr=False)

    @contextmanager
    def reading(self, table: BaseTable) -> Iterator[Connection]:
        """A locked connection that sees the tables which `table` reads.

        Raises:
            Refused: `source`, a table is not in the data.
            duckdb.Error: the data does not fit into the memory.
        """
        if not set(table.reads) <= {*self._held(), CALENDAR}:
            raise Refused(Reason.SOURCE, table.name)
        connection = self._opened().cursor()
        try:
            for name in (*table.reads, PERSONS):
                connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS FROM {place(name)}")
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        """Let the data go; what comes next opens it anew."""
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def _held(self) -> Collection[str]:
        return tables_of(self._opened()) if isinstance(self.data, Path) else self.data

    def _opened(self) -> Connection:
        if self._instance is None:
            instance = duckdb.connect(":memory:")
            try:
                self._fill(instance)
            except BaseException:
                instance.close()
                raise
            self._instance = instance
        return self._instance

    def _fill(self, instance: Connection) -> None:
        bound(instance, self.limits)
        if isinstance(self.data, Path):
            attach(instance, self.data, "READ_ONLY")
        else:
            instance.execute(f"ATTACH ':memory:' AS {DATA}")
            load(instance, {n: t.frame for n, t in self.data.items() if n in self.names})
        load_calendar(instance, specification.load(self.spec_version).bank_holidays.days)
        _lock(instance)


def bound(connection: Connection, limits: QueryLimits) -> None:
    """Bound memory and threads; nothing is ever spilled to disk."""
    connection.execute(f"SET memory_limit = '{limits.memory_mib:d}MiB'")
    connection.execute(f"SET threads = {limits.threads:d}")
    # An empty folder name means that nothing is ever written to disk.
    connection.execute("SET temp_directory = ''")


def attach(connection: Connection, path: Path, mode: str) -> None:
    """Attach a snapshot's file as the data, `READ_ONLY` or `READ_WRITE`."""
    name = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{name}' AS {DATA} ({mode})")


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


def parameters(connection: Connection, sql: str) -> frozenset[str]:
    """The parameters of a text that is, for DuckDB's own parser, exactly one SELECT.

    Raises:
        duckdb.Error: it is not.
    """
    statements = connection.extract_statements(sql)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise duckdb.ParserException("not one SELECT")
    return frozenset(statements[0].named_parameters)


def columns(
    connection: Connection, sql: str, values: Mapping[str, object]
) -> dict[str, NDArray[Any]]:
    """The rows of a SELECT as columns by their names; of text that is missing, None.

    Raises:
        duckdb.Error: over the memory, for instance.
        MemoryError: likewise.
    """
    found: Mapping[str, Any] = connection.execute(sql, dict(values)).fetchnumpy()
    return {name: _with_none(column) for name, column in found.items()}


def _with_none(column: NDArray[Any]) -> NDArray[Any]:
    # DuckDB masks what is missing, under the mask is anything.
    found = np.ma.getdata(column)
    if found.dtype == np.object_:
        found[np.ma.getmaskarray(column)] = None
    return found


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
