"""The rows of a checked result as they are: who stands behind a table, for its record sets.

Rule kept here: they stay in the worker. The history keeps keyed hashes of them, under seal.
"""

from __future__ import annotations

from oversight_agent.evaluate.database import ANSWER, Connection, columns, quoted
from oversight_protocol.study import BaseTable


def rows_behind(connection: Connection, table: BaseTable) -> dict[str, list[str | None]]:
    """The persons, outcome and categories of each row of a result, as columns by their names.

    Rows come sorted, so that the same result gives the same columns. A table with magnitudes has
    no outcome.

    Raises:
        duckdb.Error: over the memory, for instance.
    """
    names = [subject.column for subject in table.subjects]
    names += [] if table.magnitudes else ["outcome"]
    names += [dimension.name for dimension in table.dimensions]
    listed = ", ".join(map(quoted, names))
    sql = f"SELECT {listed} FROM {ANSWER} ORDER BY ALL"  # noqa: S608
    return {name: column.tolist() for name, column in columns(connection, sql, {}).items()}
