"""From a base table's signed SELECT to exact counts.

Rules kept here:

1. Of the signed SELECT only its result is used, once it has the declared shape: the declared
   columns; persons and teams that the data holds, missing only where that is declared; outcomes and
   categories from the declared codes; magnitudes as `magnitudes` says.
2. Grouping and counting are this package's, around that result. The query itself counts nothing
   that is used.
3. Every declared cell is counted, an empty one as zero, in the order of publication.
4. A table that cannot be evaluated is refused alone; the others are not touched by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

from oversight_agent.evaluate.allow import allow
from oversight_agent.evaluate.behind import rows_behind
from oversight_agent.evaluate.counts import count
from oversight_agent.evaluate.database import (
    ANSWER,
    PERSONS,
    Connection,
    Data,
    Database,
    DatabaseErrors,
    parameters,
    quoted,
    reason_of,
    refuse_if_any,
)
from oversight_agent.evaluate.magnitudes import check_magnitudes, sum_up
from oversight_agent.limits import QueryLimits
from oversight_agent.tables import UnsafeTable
from oversight_protocol import specification
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import BaseTable, Period

Evaluated = tuple[BaseTable, Period, UnsafeTable | Refused]

Keep = Callable[[BaseTable, Period, Mapping[str, Sequence[str | None]]], None]
"""Takes the rows behind a table in a period."""

_KINDS = {
    "children": ["child"],
    "workers": ["worker", "respondent"],  # who answers a survey is a worker under another name
    "teams": ["team"],
}


def evaluate(
    tables: Sequence[BaseTable],
    periods: Sequence[Period],
    data: Data,
    limits: QueryLimits,
    spec_version: str = specification.versions()[-1],
    keep: Keep | None = None,
) -> Iterator[Evaluated]:
    """Evaluate each base table in each period: tables in their order, within each the periods.

    `data` is tables by name, or a snapshot's file; `spec_version` is the version that it was mapped
    to, whose calendar is read with it; `keep` is given the rows behind each table.

    A table that cannot be evaluated gives the refusal in place of its counts: `sql-not-allowed`,
    `source`, `query-limits` or `result-undeclared`.
    """
    names = {name for table in tables for name in table.reads}
    with closing(Database(data, limits, spec_version, names)) as database:
        for table in tables:
            outcomes = _in_periods(table, periods, database, keep)
            for period, outcome in zip(periods, outcomes, strict=True):
                yield table, period, outcome


def _in_periods(
    table: BaseTable, periods: Sequence[Period], database: Database, keep: Keep | None
) -> list[UnsafeTable | Refused]:
    try:
        sql = allow(table)
        with database.reading(table) as connection:
            outcomes = [_in_period(connection, table, period, sql, keep) for period in periods]
    except Refused as refused:
        return [refused] * len(periods)
    except DatabaseErrors as error:
        outcomes = [Refused(reason_of(error), table.name)] * len(periods)
    if any(isinstance(outcome, Refused) for outcome in outcomes):
        database.close()
    return outcomes


def _in_period(
    connection: Connection, table: BaseTable, period: Period, sql: str, keep: Keep | None
) -> UnsafeTable | Refused:
    try:
        execute(connection, table, period, sql)
        _check_values(connection, table)
        check_magnitudes(connection, table)
        tabulate = sum_up if table.magnitudes else count
        if keep is not None:
            keep(table, period, rows_behind(connection, table))
        return tabulate(connection, table, period)
    except Refused as refused:
        return refused
    except DatabaseErrors as error:
        # Made, not raised, so that it carries no trace of an error that quotes data.
        return Refused(reason_of(error), table.name)


def execute(connection: Connection, table: BaseTable, period: Period, sql: str) -> None:
    """Run an allowed SELECT into the temporary table `_answer`.

    A magnitude is a number there, every other column text.

    Raises:
        Refused: `result-undeclared`, it yields other columns.
        duckdb.Error: it failed.
    """
    all_days = {"q0": period.start, "q1": period.end}
    days = {name: all_days[name] for name in parameters(connection, sql)}
    columns = connection.execute(f"SELECT * FROM ({sql}) LIMIT 0", days).description  # noqa: S608
    if sorted(column[0] for column in columns or ()) != sorted(table.columns):
        raise Refused(Reason.RESULT_UNDECLARED, table.name)
    types = dict.fromkeys(table.columns, "VARCHAR") | dict.fromkeys(table.magnitude_names, "DOUBLE")
    chosen = ", ".join(
        f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in types.items()
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {ANSWER} AS SELECT {chosen} FROM ({sql})",  # noqa: S608
        days,
    )


def _check_values(connection: Connection, table: BaseTable) -> None:
    conditions, values = list[str](), dict[str, object]()
    for column, codes in _declared(table).items():
        name = f"codes{len(values)}"
        values[name] = list(codes)
        conditions.append(f"NOT coalesce(list_contains(${name}, {quoted(column)}), false)")
    for subject in table.subjects:
        conditions.append(_unknown(subject.column, _KINDS[subject.kind]))
        if not subject.optional:
            conditions.append(f"{quoted(subject.column)} IS NULL")
    conditions.append(_unknown("team", _KINDS["teams"]))
    refuse_if_any(connection, table, " OR ".join(f"({each})" for each in conditions), values)


def _declared(table: BaseTable) -> dict[str, tuple[str, ...]]:
    outcome = {} if table.magnitudes else {"outcome": table.outcome_codes}
    return outcome | {d.name: d.codes for d in table.dimensions}


def _unknown(column: str, kinds: Sequence[str]) -> str:
    """The condition that a row has a person that the data does not hold.

    A made-up identifier would pass for a person of its own and lift a cell over a floor.
    """
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    known = f"(SELECT id FROM {PERSONS} WHERE kind IN ({listed}))"  # noqa: S608
    return f"{quoted(column)} IS NOT NULL AND {quoted(column)} NOT IN {known}"
