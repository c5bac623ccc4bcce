"""From a base table's signed SELECT to exact counts, in DuckDB.

Rules kept here:

1. Of the signed SELECT only its result is used, once it has the declared shape: the declared
   columns; persons and teams that the data holds, missing only where that is declared; outcomes and
   categories from the declared codes.
2. Grouping and counting are SQL of this package around that result. The query itself counts nothing
   that is used.
3. Every declared cell is counted, an empty one as zero, in the order of publication.
4. A table that cannot be evaluated is refused alone; the others are not touched by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from oversight_agent.evaluate.allow import allow
from oversight_agent.evaluate.counts import count
from oversight_agent.evaluate.database import (
    PERSONS,
    Connection,
    DatabaseErrors,
    database,
    parameters,
    quoted,
    reason_of,
)
from oversight_agent.limits import QueryLimits
from oversight_agent.tables import SpecTable, UnsafeTable
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import BaseTable, Period

Evaluated = tuple[BaseTable, Period, UnsafeTable | Refused]

ANSWER = "_answer"
"""The temporary table that holds the result of the signed SELECT."""

_KINDS = {"children": "child", "workers": "worker"}


def evaluate(
    tables: Sequence[BaseTable],
    periods: Sequence[Period],
    data: Mapping[str, SpecTable],
    limits: QueryLimits,
) -> Iterator[Evaluated]:
    """Evaluate each base table in each period: tables in their order, within each the periods.

    A table that cannot be evaluated gives the refusal in place of its counts: `sql-not-allowed`,
    `source`, `query-limits` or `result-undeclared`.
    """
    for table in tables:
        for period, outcome in zip(periods, _in_periods(table, periods, data, limits), strict=True):
            yield table, period, outcome


def _in_periods(
    table: BaseTable,
    periods: Sequence[Period],
    data: Mapping[str, SpecTable],
    limits: QueryLimits,
) -> list[UnsafeTable | Refused]:
    try:
        sql = allow(table)
        with database(table, data, limits) as connection:
            return [_in_period(connection, table, period, sql) for period in periods]
    except Refused as refused:
        outcome = refused
    except DatabaseErrors as error:
        outcome = Refused(reason_of(error), table.name)
    return [outcome] * len(periods)


def _in_period(
    connection: Connection, table: BaseTable, period: Period, sql: str
) -> UnsafeTable | Refused:
    try:
        execute(connection, table, period, sql)
        _check_values(connection, table)
        return count(connection, ANSWER, table, period)
    except Refused as refused:
        return refused
    except DatabaseErrors as error:
        # Made, not raised, so that it carries no trace of an error that quotes data.
        return Refused(reason_of(error), table.name)


def execute(connection: Connection, table: BaseTable, period: Period, sql: str) -> None:
    """Run an allowed SELECT into the temporary table `_answer`, every column as text.

    Raises:
        Refused: `result-undeclared`, it yields other columns.
        duckdb.Error: it failed.
    """
    all_days = {"q0": period.start, "q1": period.end}
    days = {name: all_days[name] for name in parameters(connection, sql)}
    columns = connection.execute(f"SELECT * FROM ({sql}) LIMIT 0", days).description  # noqa: S608
    if sorted(column[0] for column in columns or ()) != sorted(table.columns):
        raise Refused(Reason.RESULT_UNDECLARED, table.name)
    chosen = ", ".join(
        f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in table.columns
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {ANSWER} AS SELECT {chosen} FROM ({sql})",  # noqa: S608
        days,
    )


def _check_values(connection: Connection, table: BaseTable) -> None:
    for column, codes in _declared(table).items():
        _refuse_if_any(
            connection,
            table,
            f"{quoted(column)} IS NULL OR NOT list_contains($codes, {quoted(column)})",
            {"codes": list(codes)},
        )
    for subject in table.subjects:
        _check_persons(connection, table, subject.column, _KINDS[subject.kind])
        if not subject.optional:
            _refuse_if_any(connection, table, f"{quoted(subject.column)} IS NULL", {})
    _check_persons(connection, table, "team", "team")


def _declared(table: BaseTable) -> dict[str, tuple[str, ...]]:
    return {"outcome": table.outcome_codes} | {d.name: d.codes for d in table.dimensions}


def _check_persons(connection: Connection, table: BaseTable, column: str, kind: str) -> None:
    # A made-up identifier would pass for a person of its own and lift a cell over a floor.
    known = f"(SELECT id FROM {PERSONS} WHERE kind = $kind)"  # noqa: S608
    unknown = f"{quoted(column)} IS NOT NULL AND {quoted(column)} NOT IN {known}"
    _refuse_if_any(connection, table, unknown, {"kind": kind})


def _refuse_if_any(
    connection: Connection, table: BaseTable, condition: str, values: dict[str, object]
) -> None:
    found = connection.execute(
        f"SELECT 1 FROM {ANSWER} WHERE {condition} LIMIT 1",  # noqa: S608
        values,
    )
    if found.fetchone() is not None:
        raise Refused(Reason.RESULT_UNDECLARED, table.name)
