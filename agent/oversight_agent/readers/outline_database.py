"""What a database on a server holds, before anybody has said how it is to be read.

Rules kept here:

1. It is looked at as it is read (`relational`): in transactions that can only read, each table in
   one of its own, no more than `LOOKED_AT` rows of it.
2. Tables of the system are passed over. Of Oracle only the account's own are looked at: it lists
   everybody's.
3. A table that cannot be read is told, and the others are looked at all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from oversight_agent.problems import Problem, SourceError, problem_of
from oversight_agent.readers.connections import Connection, connection
from oversight_agent.readers.header import names
from oversight_agent.readers.piece import LOOKED_AT, Piece, piece_of, settings_of
from oversight_agent.readers.relational import reading
from oversight_agent.readers.request import Request
from oversight_agent.readers.values import as_text
from oversight_agent.sources import LIMITS, tidy
from oversight_protocol.errors import InputError

MOST_TABLES = 300
"""Tables and views of a database that are looked at."""

_OF_THE_SYSTEM = ("pg_", "information_schema", "sys", "db_", "guest")
_SHOWN = (str, int, float, Decimal, UUID, date, datetime, time, timedelta, type(None))


def outline_database(
    name: str, file: Path | None, tell: Callable[[Problem], None]
) -> Iterator[Piece]:
    """The tables and views of a database that hold a row.

    Args:
        name: as `databases.toml` calls it.
        file: that file.
        tell: is given the problem of each table that cannot be read.

    Raises:
        InputError: the database cannot be reached, or holds far too many tables.
    """
    link = connection(name, file)
    for schema, table in _tables(link):
        try:
            piece = _piece(link, schema, table)
        except InputError as error:
            tell(replace(problem_of(error), file=_called(link, schema, table)))
            continue
        if piece is not None:
            yield piece


def _request(link: Connection, schema: str | None, table: str) -> Request:
    settings = settings_of(database=link.name, database_schema=schema, table=tidy(table))
    return Request(settings, link.name, Path(link.url.database or ""), None, LIMITS)


def _tables(link: Connection) -> Sequence[tuple[str | None, str]]:
    """Each table's schema, if it is not the account's own, and its name."""
    with reading(link, _request(link, None, "all")) as database:
        inspector = sa.inspect(database)
        own = inspector.default_schema_name
        schemas = {own} if link.backend == "oracle" else {own, *inspector.get_schema_names()}
        found = [
            (None if schema == own else schema, table)
            for schema in sorted(filter(None, schemas))
            if schema == own or not schema.lower().startswith(_OF_THE_SYSTEM)
            for table in _names(inspector, schema)
        ]
    if len(found) > MOST_TABLES:
        raise SourceError(
            "the database holds too many tables to look at",
            file=link.name,
            found=f"{len(found):,} tables and views",
            expected=f"at most {MOST_TABLES} that the account may see",
            advice="give the account views in a schema of their own, as docs/sources.md says, or"
            " write the tables into the mapping by hand",
        )
    return found


def _names(inspector: sa.Inspector, schema: str) -> list[str]:
    found = {*inspector.get_table_names(schema), *inspector.get_view_names(schema)}
    if inspector.dialect.name in ("postgresql", "oracle"):
        found |= {*inspector.get_materialized_view_names(schema)}
    return sorted(found)


def _piece(link: Connection, schema: str | None, table: str) -> Piece | None:
    request = _request(link, schema, table)
    with reading(link, request) as database:
        columns = [str(one["name"]) for one in sa.inspect(database).get_columns(table, schema)]
        wanted: list[sa.ColumnClause[Any]] = [sa.column(one) for one in columns]
        query = sa.select(*wanted).select_from(sa.table(table, schema=schema))
        found = database.execute(query.limit(LOOKED_AT + 1)).fetchall()
    if not found or not columns:
        return None
    rows = [[as_text(one) if isinstance(one, _SHOWN) else "" for one in row] for row in found]
    return piece_of(request.source, _called(link, schema, table), names(columns),
                    rows[:LOOKED_AT], whole=len(rows) <= LOOKED_AT)  # fmt: skip


def _called(link: Connection, schema: str | None, table: str) -> str:
    return f"{link.name}, table {'.'.join(filter(None, (schema, table)))}"
