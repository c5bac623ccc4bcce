"""The counts behind every declared cell of a checked result with outcomes.

For each line (the whole authority, then each row of each breakdown) and each outcome there
are three parts: the *cell* (rows of that outcome), its *complement* (rows of the line outside it:
so the persons with at least one row outside the outcome) and the line's *total*. Each holds the
number of rows, of distinct children, workers and teams, and the rows of the worker who has most.
What a merge puts together is counted as if it were an outcome besides.
"""

from __future__ import annotations

from typing import NamedTuple

from oversight_agent.evaluate.breakdowns import breakdowns
from oversight_agent.evaluate.database import Connection, quoted
from oversight_agent.tables import EVALUATE, UnsafeCell, UnsafeMerge, UnsafeRow, UnsafeTable
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Period

# First the rows of each person, then what they add up to: each row of the result is touched once.
_GROUPED = """
WITH finest AS (
    SELECT {category} AS category, outcome, {person} AS person, count(*) AS n
    FROM {answer} GROUP BY ALL
),
whole AS (
    SELECT category, person, CAST(sum(n) AS BIGINT) AS n FROM finest GROUP BY ALL
),
inside AS (SELECT unnest($inside) AS outcome, unnest($merge) AS merge),
part AS (
    FROM finest
    UNION ALL
    SELECT category, merge, person, CAST(sum(n) AS BIGINT)
    FROM finest JOIN inside USING (outcome) GROUP BY ALL
),
declared AS (SELECT unnest($outcomes) AS outcome),
rest AS (
    SELECT whole.category, declared.outcome, whole.person, whole.n - coalesce(part.n, 0) AS n
    FROM whole CROSS JOIN declared LEFT JOIN part
        ON part.category = whole.category AND part.outcome = declared.outcome
        AND part.person IS NOT DISTINCT FROM whole.person
),
parts AS (
    SELECT 'cell' AS part, * FROM part
    UNION ALL SELECT 'complement', * FROM rest WHERE n > 0
    UNION ALL SELECT 'total', category, '', person, n FROM whole
)
SELECT part, category, outcome, CAST(sum(n) AS BIGINT), count(person),
    coalesce(max(n) FILTER (WHERE person IS NOT NULL), 0)
FROM parts GROUP BY ALL
"""


class _Place(NamedTuple):
    part: str
    dimension: str
    category: str
    outcome: str


class _Counted(NamedTuple):
    rows: int = 0
    persons: int = 0
    most: int = 0


_Counts = dict[_Place, _Counted]


def count(connection: Connection, table: BaseTable, period: Period) -> UnsafeTable:
    """Count the rows of a result, whose shape has been checked, in every declared cell.

    Args:
        connection: where the result is, in the table `ANSWER`.
        table: what is declared, with outcomes.
        period: the quarter that was asked.

    Raises:
        duckdb.Error: over the memory, for instance.
    """
    columns = {subject.kind: subject.column for subject in table.subjects} | {"teams": "team"}
    counted = {kind: _by_person(connection, table, column) for kind, column in columns.items()}
    rows = tuple(_row(counted, table, *key) for key in row_keys(table))
    return UnsafeTable(table, period, rows, EVALUATE)


def _by_person(connection: Connection, table: BaseTable, column: str) -> _Counts:
    counts: _Counts = {}
    pairs = [(code, merge) for merge, codes in table.merges.items() for code in codes]
    declared = {
        "outcomes": [*table.outcome_codes, *table.merges],
        "inside": [code for code, _ in pairs],
        "merge": [merge for _, merge in pairs],
    }
    for name, category, answer in breakdowns(table):
        sql = _GROUPED.format(category=category, person=quoted(column), answer=answer)
        found = connection.execute(sql, declared).fetchall()
        for part, code, outcome, *numbers in found:
            counts[_Place(part, name, code, outcome)] = _Counted(*numbers)
    return counts


def _row(counted: dict[str, _Counts], table: BaseTable, dimension: str, category: str) -> UnsafeRow:
    def cell(part: str, outcome: str = "") -> UnsafeCell:
        return _cell(counted, _Place(part, dimension, category, outcome))

    return UnsafeRow(
        dimension=dimension,
        category=category,
        cells={code: cell("cell", code) for code in table.outcome_codes},
        complements={code: cell("complement", code) for code in table.outcome_codes},
        total=cell("total"),
        merged={
            code: UnsafeMerge(cell("cell", code), cell("complement", code)) for code in table.merges
        },
    )


def _cell(counted: dict[str, _Counts], place: _Place) -> UnsafeCell:
    def of(kind: str) -> _Counted:
        return counted.get(kind, {}).get(place, _Counted())

    return UnsafeCell(
        count=of("teams").rows,
        children=of("children").persons,
        workers=of("workers").persons,
        teams=of("teams").persons,
        top_worker=of("workers").most,
    )
