"""The sums behind every declared row of a checked result, and what a magnitude must be.

Rules kept here:

1. A magnitude is never missing, from 0 to its maximum, and has no more decimals than declared.
2. A person has at most one row, so that persons are disjoint between the categories of a dimension
   and a row's value is all that its person contributes.
3. A sum is a whole number of the magnitude's last decimal place, and so exact.
"""

from __future__ import annotations

from typing import Any

from oversight_agent.evaluate.breakdowns import Breakdown, breakdowns
from oversight_agent.evaluate.database import ANSWER, Connection, quoted, refuse_if_any
from oversight_agent.tables import (
    EVALUATE,
    LARGEST_SUM,
    UnsafeCell,
    UnsafeRow,
    UnsafeSum,
    UnsafeTable,
)
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Magnitude, Period

_NEAR = "0.0001"
"""How far from a whole number of its smallest units a value may be: what binary numbers miss."""

_ROWS = """
SELECT {category}, count(*), count(DISTINCT {person}), count(DISTINCT team), {sums}
FROM {answer} GROUP BY ALL HAVING count(*) > 0
"""


def check_magnitudes(connection: Connection, table: BaseTable) -> None:
    """Check the magnitudes of a result, and that nobody comes twice; nothing for a table without.

    Raises:
        Refused: `result-undeclared`.
        duckdb.Error: over the memory, for instance.
    """
    if not table.magnitudes:
        return
    person = quoted(table.subjects[0].column)
    twice = f"SELECT {person} FROM {ANSWER} GROUP BY ALL HAVING count(*) > 1"  # noqa: S608
    refuse_if_any(connection, table, f"{person} IN ({twice})", {})
    for magnitude in table.magnitudes:
        value, units = quoted(magnitude.name), _in_units(magnitude)
        inside = f"{value} BETWEEN 0 AND {magnitude.maximum:d}"
        # Not a number compares as the largest of all.
        refuse_if_any(connection, table, f"{value} IS NULL OR NOT ({inside})", {})
        refuse_if_any(connection, table, f"abs({units} - round({units})) > {_NEAR}", {})
        total = f"SELECT sum(round({units})) FROM {ANSWER}"  # noqa: S608
        refuse_if_any(connection, table, f"({total}) > {LARGEST_SUM:d}", {})


def sum_up(connection: Connection, table: BaseTable, period: Period) -> UnsafeTable:
    """Count the persons and sum the magnitudes of a result that passed every check, row by row.

    Raises:
        duckdb.Error: over the memory, for instance.
    """
    found: dict[tuple[str, str], tuple[UnsafeCell, dict[str, UnsafeSum]]] = {}
    for breakdown in breakdowns(table):
        for category, *numbers in connection.execute(_sql(table, breakdown)).fetchall():
            found[breakdown.name, category] = _behind(table, numbers)
    nobody = (UnsafeCell(0, 0, 0, 0, 0), dict.fromkeys(table.magnitude_names, UnsafeSum(0, 0, 0)))
    rows = []
    for key in row_keys(table):
        total, sums = found.get(key, nobody)
        rows.append(UnsafeRow(*key, cells={}, complements={}, total=total, sums=sums))
    return UnsafeTable(table, period, tuple(rows), EVALUATE)


def _sql(table: BaseTable, breakdown: Breakdown) -> str:
    return _ROWS.format(
        category=breakdown.category,
        person=quoted(table.subjects[0].column),
        sums=", ".join(_sums(magnitude) for magnitude in table.magnitudes),
        answer=breakdown.answer,
    )


def _sums(magnitude: Magnitude) -> str:
    units = f"CAST(round({_in_units(magnitude)}) AS BIGINT)"
    return f"CAST(sum({units}) AS BIGINT), max({units}, 2)"


def _in_units(magnitude: Magnitude) -> str:
    return f"({quoted(magnitude.name)} * {10**magnitude.decimals:d})"


def _behind(table: BaseTable, numbers: list[Any]) -> tuple[UnsafeCell, dict[str, UnsafeSum]]:
    rows, persons, teams, *values = numbers
    about_workers = table.subjects[0].kind == "workers"
    cell = UnsafeCell(
        count=rows,
        children=0 if about_workers else persons,
        workers=persons if about_workers else 0,
        teams=teams,
        top_worker=int(about_workers),
    )
    pairs = zip(table.magnitude_names, values[::2], values[1::2], strict=True)
    return cell, {name: UnsafeSum(value, *(*largest, 0)[:2]) for name, value, largest in pairs}
