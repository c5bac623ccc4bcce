"""The database below the store: opened, brought to this software's schema, one writer at a time.

Rules kept here:

1. One writer at a time on every database: what a transaction has read still holds when it writes.
2. One process changes the schema; others wait, and find it changed.
3. A database that newer software made is not touched.
4. What goes wrong is an error for people, without SQL and without a value in it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import event

from oversight_protocol.errors import InputError, OversightError

BUSY_SECONDS = 30.0
"""How long a writer waits for another process's transaction on SQLite."""

_LOOK_AGAIN_SECONDS = 0.02
_WRITER_LOCK = int.from_bytes(b"oversigh")
"""Names the writers' lock among the advisory locks of a PostgreSQL database."""


class StoreError(OversightError):
    """The database did not do its work: it is away, full, or locked for too long."""


class Database:
    """The database at a URL, with the schema of `tables`.

    Raises:
        InputError: it cannot be opened, or newer software made it.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        try:
            self._migrate()
        except sa.exc.DBAPIError as error:
            raise self._not_usable(f"the store cannot be opened ({_problem(error)})",
                                   "check the path or URL and its rights") from None  # fmt: skip
        except CommandError:
            raise self._not_usable("the store was made by a newer version of this software",
                                   "upgrade this installation") from None  # fmt: skip

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction in which nobody else writes.

        Raises:
            StoreError: the database did not do its work.
        """
        with _said_plainly(), self._transaction() as connection:
            yield connection

    def rows(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        """What a query finds.

        Raises:
            StoreError: the database did not do its work.
        """
        with _said_plainly(), self._engine.connect() as connection:
            return connection.execute(query).mappings().all()

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                # A transaction that first reads cannot wait for a writer later on: it is refused.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
            yield connection

    def _migrate(self) -> None:
        config = Config()
        folder = package_files("oversight_coordinator") / "store" / "migrations"
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        with self._engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
        if present == ScriptDirectory.from_config(config).get_current_head():
            return
        with self._transaction() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def _not_usable(self, what: str, advice: str) -> InputError:
        self.close()
        url = self._engine.url
        return InputError(what, where=url.render_as_string(hide_password=True), advice=advice)


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        raise StoreError(f"the store did not answer ({_problem(error)})") from None


def _problem(error: sa.exc.DBAPIError) -> str:
    """SQLite's words name no value; other databases' may, and then only the kind is said."""
    said = str(error.orig)
    return said if "sqlite3" in type(error.orig).__module__ else type(error.orig).__name__


def _engine(url: str) -> sa.Engine:
    try:
        engine = sa.create_engine(url)
    except (sa.exc.ArgumentError, ImportError, ValueError):
        # The URL may hold a password, so it is not repeated.
        raise InputError(
            "setting 'database_url' cannot be used",
            expected="a URL such as postgresql+psycopg://HOST/NAME, and its driver installed",
        ) from None
    if engine.dialect.name == "sqlite":
        _make_private(engine.url.database)
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _make_private(path: str | None) -> None:
    """Answers are nobody else's business; SQLite's side files take the rights of the first."""
    if path and path != ":memory:" and Path(path).parent.is_dir() and not Path(path).exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Durable commits, readers beside a writer, patience with others; transactions are ours."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    _begin_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_wal(cursor: Any) -> None:
    """Several processes may open a new file at once, and SQLite lets them not wait for this."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except cursor.connection.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return
