"""A table or view of a database on a server, through SQLAlchemy.

Rules kept here:

1. The database is only read: in one transaction that the database itself was told is for reading,
   and that sees one moment where it offers that (PostgreSQL: repeatable read; Oracle: read only). A
   single statement reads the rows. The account should have no other right besides.
2. Rows are fetched some at a time; no statement takes longer than the connection's time.
3. The library's and the database's messages may quote values, hosts and accounts; none of them is
   passed on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from oversight_agent.problems import SourceError
from oversight_agent.readers import records
from oversight_agent.readers.connections import Connection, connection, load_driver
from oversight_agent.readers.database import check_database, open_database
from oversight_agent.readers.refusals import refusal, unusable
from oversight_agent.readers.request import Request
from oversight_agent.sources import SourceLimits, SourceSettings, tidy
from oversight_agent.tables import RawTable

_AT_ONCE = 1_000
_LISTED = 20
_CONNECT_SECONDS = 15


def read_relational(
    source: SourceSettings,
    columns: Collection[str] | None,
    limits: SourceLimits,
    databases: Path | None,
) -> RawTable:
    """Read a table or view of a database that the settings name.

    Args:
        source: its settings.
        columns: see `oversight_agent.readers.read`, and so are `limits`.
        limits: the most that is read.
        databases: the file that says how databases are reached.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    link = connection(source.database or "", databases)
    request = Request(source, link.name, Path(link.url.database or ""), columns, limits)
    with reading(link, request) as database:
        table = _table(database, request)
        names = [request.source.database_schema, table.name]
        file = f"{link.name}, table {'.'.join(filter(None, names))}"
        own = [str(one["name"]) for one in sa.inspect(database).get_columns(
            table.name, schema=table.schema
        )]  # fmt: skip
        header = records.header(own, request, file)
        wanted = records.wanted(own, header, request)
        chosen: list[sa.ColumnElement[Any]] = [sa.column(name) for name in wanted.values()]
        rows = database.execution_options(yield_per=_AT_ONCE).execute(
            sa.select(*(chosen or [sa.null()])).select_from(table)
        )
        return records.gathered(rows.partitions(), header, wanted, request, file)


@contextmanager
def reading(link: Connection, request: Request) -> Iterator[sa.Connection]:
    """A connection in a transaction that can only read.

    Raises:
        InputError: the driver or the URL cannot be used, or the database cannot be reached or read.
    """
    engine, connected = _engine(link, request), False
    try:
        with _connected(engine, link) as database:
            connected = True
            yield _readonly(database, link)
            database.rollback()
    except (SQLAlchemyError, UnicodeDecodeError, ArithmeticError) as error:
        raise refusal(error, link, connected=connected) from None
    finally:
        engine.dispose()


def _connected(engine: sa.Engine, link: Connection) -> sa.Connection:
    try:
        return engine.connect()
    except Exception as error:  # noqa: BLE001 — a driver raises what it likes
        raise refusal(error, link, connected=False) from None


def _engine(link: Connection, request: Request) -> sa.Engine:
    if link.backend == "sqlite":
        check_database(request)
        return sa.create_engine(
            "sqlite://", creator=lambda: open_database(request), poolclass=NullPool
        )
    seconds = {
        "postgresql": {"connect_timeout": _CONNECT_SECONDS, "application_name": "oversight-agent"},
        "mssql": {"timeout": _CONNECT_SECONDS},
        "oracle": {"tcp_connect_timeout": _CONNECT_SECONDS},
    }[link.backend]
    load_driver(link)
    try:
        return sa.create_engine(
            link.url, poolclass=NullPool, hide_parameters=True, connect_args=seconds
        )
    except Exception:  # noqa: BLE001 — its dialect too; the text may quote the URL
        raise unusable(link) from None


def _readonly(database: sa.Connection, link: Connection) -> sa.Connection:
    driver = database.connection.driver_connection
    if link.backend == "postgresql":
        database = database.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        database.exec_driver_sql(f"SET LOCAL statement_timeout = '{link.timeout_seconds}s'")
        database.exec_driver_sql("SET LOCAL TIME ZONE 'Europe/London'")
    elif link.backend == "oracle" and driver is not None:
        driver.call_timeout = link.timeout_seconds * 1_000
        database.exec_driver_sql("SET TRANSACTION READ ONLY")
    elif link.backend == "mssql" and driver is not None:
        driver.timeout = link.timeout_seconds
    return database


def _table(database: sa.Connection, request: Request) -> sa.TableClause:
    """The table by its own name."""
    schema = request.source.database_schema
    inspector = sa.inspect(database)
    if schema is not None:
        schema = _found(schema, inspector.get_schema_names(), "schema", request)
    own = [*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)]
    if database.dialect.name in ("postgresql", "oracle"):
        own += inspector.get_materialized_view_names(schema=schema)
    name = _found(request.source.table or "", own, "table", request)
    return sa.table(name, schema=schema)


def _found(wanted: str, own: Collection[str], kind: str, request: Request) -> str:
    """The own name that is the wanted one but for white space and case."""
    for alike in (tidy, lambda name: tidy(name).casefold()):
        fitting = [name for name in own if alike(name) == alike(wanted)]
        if len(fitting) == 1:
            return fitting[0]
    shown = get_close_matches(wanted, own, n=_LISTED, cutoff=0.0) if own else []
    more = f" and {len(own) - len(shown)} more" if len(own) > len(shown) else ""
    setting = "database_schema" if kind == "schema" else "table"
    raise SourceError(
        f"the database has not one such {kind}",
        file=f"{request.name}, {kind} {wanted}",
        found=", ".join(shown) + more if shown else f"no {kind} that the account may see",
        expected=f"one of its {kind}s{' or views' if kind == 'table' else ''}, by its name",
        advice=f"write one of these names as '{setting}' in the mapping" + _elsewhere(kind),
    )


def _elsewhere(kind: str) -> str:
    return "; if it is in another schema, name that as 'database_schema'" * (kind == "table")
