"""Tables with magnitudes: exact sums of what the signed SQL yields, or a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.evaluate.run import evaluate
from oversight_agent.limits import QueryLimits
from oversight_agent.tables import UnsafeCell, UnsafeRow, UnsafeSum, UnsafeTable
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Magnitude
from support.exact_tables import sum_up
from support.spec_tables import Q2, posts, spec_table, worker_table

LIMITS = QueryLimits(memory_mib=256, threads=1)
FTE = Magnitude(name="fte", label="Working time", unit="workers", maximum=1, decimals=2)
ROLE = Magnitude(name="number", label="Number", unit="numbers", maximum=500)
DIMENSIONS = {"agency": ("0", "1", "unknown")}


def table_of(sql: str, *magnitudes: Magnitude, **changes: Any) -> BaseTable:
    plain = worker_table(sql, name="caseload", **changes)
    return BaseTable.model_validate(dict(plain) | {"outcomes": (), "magnitudes": magnitudes})


def outcome_of(table: BaseTable, workers: list[dict[str, Any]]) -> UnsafeTable | Refused:
    data = {"worker": spec_table("worker", workers)}
    [(_, _, outcome)] = evaluate([table], [Q2], data, LIMITS)
    return outcome


def sum_of(value: str, *, magnitude: Magnitude = ROLE, workers: int = 4) -> UnsafeTable | Refused:
    """The outcome of a query in which everybody has this value, an expression of SQL."""
    sql = f"SELECT worker_id, team_id AS team, {value} AS {magnitude.name} FROM worker"
    [(_, _, outcome)] = evaluate(
        [table_of(sql, magnitude)], [Q2], {"worker": posts(workers)}, LIMITS
    )
    return outcome


worker = st.fixed_dictionaries(
    {
        "agency": st.sampled_from([0, 1, None]),
        "team_id": st.sampled_from(["t1", "t2", None]),
        "role": st.integers(0, 9),
        "fte": st.integers(0, 100).map(lambda hundredths: hundredths / 100),
    }
)


@settings(max_examples=40, deadline=None)
@given(workers=st.lists(worker, max_size=12))
def test_sums_and_the_two_largest_contributions_are_those_of_plain_python(workers):
    sql = """
        SELECT worker_id, team_id AS team, role AS number, fte,
            CASE agency WHEN 0 THEN '0' WHEN 1 THEN '1' ELSE 'unknown' END AS agency
        FROM worker
    """
    table = table_of(sql, ROLE, FTE, dimensions=DIMENSIONS)
    records = [{"worker_id": f"w{n}", **each} for n, each in enumerate(workers)]

    found = outcome_of(table, records)

    codes = {0: 0, 1: 1, None: 2}
    persons = [
        (each["team_id"], (codes[each["agency"]],), (each["role"], round(each["fte"] * 100)))
        for each in workers
    ]
    assert isinstance(found, UnsafeTable)
    assert [_without_teams(row) for row in found.rows] == [
        _without_teams(row) for row in sum_up(table, persons, Q2).rows
    ]
    assert [row.total.teams for row in found.rows] == [
        _teams(persons, key) for key in _places(table)
    ]


def _without_teams(row: UnsafeRow) -> tuple[object, ...]:
    total = (row.total.count, row.total.children, row.total.workers, row.total.top_worker)
    return row.dimension, row.category, row.cells, row.complements, total, row.sums


def _places(table: BaseTable) -> list[int | None]:
    codes = DIMENSIONS["agency"]
    return [codes.index(category) if dimension else None for dimension, category in row_keys(table)]


def _teams(persons: list[Any], place: int | None) -> int:
    return len({p[0] for p in persons if p[0] and place in (None, p[1][0])})


def test_a_row_of_nobody_has_sums_of_nothing():
    sql = "SELECT worker_id, team_id AS team, role AS number, fte, '0' AS agency FROM worker"

    found = outcome_of(table_of(sql, ROLE, FTE, dimensions=DIMENSIONS), [])

    assert isinstance(found, UnsafeTable)
    nobody = UnsafeCell(count=0, children=0, workers=0, teams=0, top_worker=0)
    assert [row.total for row in found.rows] == [nobody] * 4
    assert [row.sums for row in found.rows] == [
        {"number": UnsafeSum(0, 0, 0), "fte": UnsafeSum(0, 0, 0)}
    ] * 4


@pytest.mark.parametrize(
    ("value", "units"),
    [("0.29", 29), ("0.1 + 0.2", 30), ("1", 100), ("0", 0), ("1.0 / 4", 25), ("'0.5'", 50)],
)
def test_a_value_that_a_binary_number_misses_is_still_whole_in_its_smallest_units(value, units):
    found = sum_of(value, magnitude=FTE)

    assert isinstance(found, UnsafeTable)
    assert found.rows[0].sums == {"fte": UnsafeSum(4 * units, units, units)}


REFUSED = {
    "missing": ("NULL", ROLE),
    "negative": ("-1", ROLE),
    "above its maximum": ("501", ROLE),
    "far above": ("CAST('1e300' AS DOUBLE)", ROLE),
    "finer than declared": ("1.5", ROLE),
    "a little finer than declared": ("0.505", FTE),
    "not a number": ("CAST('nan' AS DOUBLE)", ROLE),
    "infinite": ("CAST('inf' AS DOUBLE)", ROLE),
    "text": ("'many'", ROLE),
    "a pseudonym": ("worker_id", ROLE),
    "missing for one": ("CASE WHEN worker_id = 'w3' THEN NULL ELSE 1 END", ROLE),
    "negative for one": ("CASE WHEN worker_id = 'w3' THEN -1 ELSE 1 END", ROLE),
}


@pytest.mark.parametrize(("value", "magnitude"), REFUSED.values(), ids=REFUSED.keys())
def test_a_value_that_is_not_what_was_declared_is_refused(value, magnitude):
    found = sum_of(value, magnitude=magnitude)

    assert isinstance(found, Refused)
    assert (found.reason, found.place) == (Reason.RESULT_UNDECLARED, "caseload")


def test_a_person_who_comes_twice_is_refused():
    sql = """
        SELECT a.worker_id, a.team_id AS team, 1 AS number
        FROM worker AS a CROSS JOIN worker AS b WHERE a.worker_id = 'w1' OR b.worker_id = 'w0'
    """
    [(_, _, found)] = evaluate([table_of(sql, ROLE)], [Q2], {"worker": posts(3)}, LIMITS)

    assert isinstance(found, Refused)
    assert found.reason is Reason.RESULT_UNDECLARED


def test_a_sum_beyond_what_can_be_audited_exactly_is_refused():
    money = Magnitude(name="money", label="£", unit="pounds", maximum=1_000_000, decimals=4)

    [fits, too_large] = [sum_of("10000", magnitude=money, workers=n) for n in (10, 11)]

    assert isinstance(fits, UnsafeTable)
    assert isinstance(too_large, Refused)
    assert too_large.reason is Reason.RESULT_UNDECLARED


def test_a_table_with_magnitudes_yields_no_outcome():
    sql = "SELECT worker_id, team_id AS team, 1 AS number, '0' AS outcome FROM worker"

    found = outcome_of(table_of(sql, ROLE), [])

    assert isinstance(found, Refused)
    assert found.reason is Reason.RESULT_UNDECLARED
