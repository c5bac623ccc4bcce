"""A snapshot's file: a DuckDB database in the form that `loading` describes, with a description.

The description is one row of text in the table `_about`. What it says is the pipeline's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb

from oversight_agent.evaluate.database import attach, bound
from oversight_agent.evaluate.loading import DATA, load, place
from oversight_agent.limits import QueryLimits
from oversight_agent.tables import SpecTable
from oversight_protocol.errors import InputError

_ABOUT = "_about"


def write(path: Path, tables: Mapping[str, SpecTable], about: str, limits: QueryLimits) -> None:
    """Write a new file, whole and closed.

    Raises:
        InputError: it cannot be written: no room, no right, larger than this process may write, or
            more than the limits hold in memory.
    """
    try:
        with duckdb.connect(":memory:") as connection:
            bound(connection, limits)
            attach(connection, path, "READ_WRITE")
            load(connection, {name: table.frame for name, table in tables.items()})
            connection.execute(f"CREATE TABLE {place(_ABOUT)} AS SELECT $about", {"about": about})
            connection.execute(f"CHECKPOINT {DATA}")
            connection.execute(f"DETACH {DATA}")
    except duckdb.OutOfMemoryException:
        raise _too_large(limits) from None
    except duckdb.Error as error:
        # Only the error's kind: DuckDB's text quotes data.
        raise InputError(
            f"the snapshot could not be written ({type(error).__name__})",
            where=str(path.parent.parent),
            advice="make room on this disk, and give the agent's account the right to write there",
        ) from None


def _too_large(limits: QueryLimits) -> InputError:
    return InputError(
        "the tables do not fit into the memory that queries may use, so no snapshot of them can be"
        " written",
        found=f"query_memory_mib = {limits.memory_mib}",
        expected="about 512 for a million events",
        advice="raise query_memory_mib in agent.toml, and worker_memory_mib by as much",
    )


def descriptions(paths: Iterable[Path]) -> Iterator[str | None]:
    """The description of each file, in their order; None for one that is no such file."""
    with duckdb.connect(":memory:") as connection:
        for path in paths:
            yield _description(connection, path)


def _description(connection: duckdb.DuckDBPyConnection, path: Path) -> str | None:
    try:
        attach(connection, path, "READ_ONLY")
        try:
            found = connection.execute(f"FROM {place(_ABOUT)}").fetchone()
        finally:
            connection.execute(f"DETACH {DATA}")
    except duckdb.Error:
        return None
    return str(found[0]) if found else None
