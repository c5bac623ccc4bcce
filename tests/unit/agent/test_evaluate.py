"""Signed SQL in locked DuckDB: counts in declared cells, or a refusal that quotes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from oversight_agent.evaluate import QueryLimits, evaluate
from oversight_agent.evaluate.database import database
from oversight_agent.tables import UnsafeCell, UnsafeTable
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import BaseTable, Subject
from support.spec_tables import AGENCY, Q2, Q3, posts, spec_table, worker_table

LIMITS = QueryLimits(memory_mib=256, threads=1)
OPTIONAL = Subject(kind="workers", column="worker_id", optional=True)

FROM_OUTSIDE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_parquet('data.parquet')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "COPY worker TO 'worker.csv'",
    "COPY worker FROM '/etc/passwd'",
    "EXPORT DATABASE 'folder'",
    "ATTACH 'other.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 8",
    "SET memory_limit = '64GB'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET memory_limit",
    "PRAGMA threads = 8",
    "SELECT * FROM frame",
]


def _evaluate(*tables: BaseTable, limits: QueryLimits = LIMITS) -> list[UnsafeTable | Refused]:
    data = {"worker": posts(6), "team": spec_table("team", [])}
    return [outcome for _, _, outcome in evaluate(tables, [Q2], data, limits)]


def _reason(table: BaseTable, limits: QueryLimits = LIMITS) -> Reason:
    [outcome] = _evaluate(table, limits=limits)
    assert isinstance(outcome, Refused)
    assert outcome.place == table.name
    return outcome.reason


def test_counts_stand_behind_every_declared_cell_in_the_order_of_publication() -> None:
    sql = "SELECT worker_id, team_id AS team, agency AS outcome, role FROM worker"
    table = worker_table(sql, dimensions={"role": ("4", "5")})

    [outcome] = _evaluate(table)

    assert isinstance(outcome, UnsafeTable)
    agency = UnsafeCell(count=3, children=0, workers=3, teams=2, top_worker=1)
    everyone = UnsafeCell(count=6, children=0, workers=6, teams=4, top_worker=1)
    nobody = UnsafeCell(count=0, children=0, workers=0, teams=0, top_worker=0)
    whole, empty, same = outcome.rows
    assert [(row.dimension, row.category) for row in outcome.rows] == [
        ("", ""),
        ("role", "4"),
        ("role", "5"),
    ]
    assert list(whole.cells) == list(whole.complements) == ["0", "1"]
    assert (whole.cells, whole.total) == ({"0": agency, "1": agency}, everyone)
    assert (empty.cells, empty.total) == ({"0": nobody, "1": nobody}, nobody)
    assert (same.complements, same.total) == (whole.complements, everyone)


def test_a_missing_person_is_counted_as_a_row_and_as_nobody() -> None:
    sql = """
        SELECT CASE WHEN agency = 1 THEN worker_id END AS worker_id, team_id AS team, '0' AS outcome
        FROM worker
    """
    table = worker_table(sql, subject=OPTIONAL)

    [outcome] = _evaluate(table)

    assert isinstance(outcome, UnsafeTable)
    total = outcome.rows[0].total
    assert (total.count, total.workers, total.top_worker) == (6, 3, 1)


def test_each_table_is_evaluated_in_each_period_in_their_order() -> None:
    tables = [worker_table(AGENCY, name="one"), worker_table(AGENCY, name="two")]

    found = list(evaluate(tables, [Q2, Q3], {"worker": posts(3)}, LIMITS))

    assert [(table.name, period.id) for table, period, _ in found] == [
        ("one", "2026-Q2"),
        ("one", "2026-Q3"),
        ("two", "2026-Q2"),
        ("two", "2026-Q3"),
    ]


def test_the_parameters_are_the_first_and_last_day_of_the_period() -> None:
    starts = [{"worker_id": "w", "role": 5, "agency": 0, "role_start": day} for day in (Q2.end,)]
    sql = f"{AGENCY} WHERE role_start BETWEEN $q0 AND $q1"

    found = evaluate(
        [worker_table(sql)], [Q2, Q3], {"worker": spec_table("worker", starts)}, LIMITS
    )

    counts = [table.rows[0].total.count for _, _, table in found if isinstance(table, UnsafeTable)]
    assert counts == [1, 0]


UNDECLARED = {
    "an outcome": "SELECT worker_id, team_id AS team, 'x' AS outcome, role FROM worker",
    "a missing outcome": "SELECT worker_id, team_id AS team, NULL AS outcome, role FROM worker",
    "a category": "SELECT worker_id, team_id AS team, '0' AS outcome, 6 AS role FROM worker",
    "a missing category": """
        SELECT worker_id, team_id AS team, '0' AS outcome, NULL AS role FROM worker
    """,
    "a missing person": "SELECT NULL AS worker_id, NULL AS team, '0' AS outcome, role FROM worker",
    "a made-up person": "SELECT 'w99' AS worker_id, NULL AS team, '0' AS outcome, 5 AS role",
    "a team for a person": """
        SELECT team_id AS worker_id, team_id AS team, '0' AS outcome, role FROM worker
    """,
    "a made-up team": "SELECT worker_id, worker_id AS team, '0' AS outcome, role FROM worker",
    "a column too few": "SELECT worker_id, team_id AS team, '0' AS outcome FROM worker",
    "a column too many": "SELECT *, team_id AS team, '0' AS outcome FROM worker",
    "a column twice": "SELECT worker_id, team_id AS team, '0' AS outcome, role, role FROM worker",
    "a value that is no date": """
        SELECT worker_id, team_id AS team, '0' AS outcome, role FROM worker
        WHERE CAST(worker_id AS DATE) < $q0
    """,
    "an overflow": """
        SELECT worker_id, team_id AS team, '0' AS outcome, role FROM worker
        WHERE (role + CAST('9223372036854775807' AS BIGINT)) % 2 = 0
    """,
}


@pytest.mark.parametrize("sql", UNDECLARED.values(), ids=UNDECLARED.keys())
def test_a_result_outside_the_declared_shape_is_refused(sql: str) -> None:
    table = worker_table(sql, dimensions={"role": ("4", "5")})

    reason = _reason(table)

    assert reason is Reason.RESULT_UNDECLARED


def test_a_column_that_the_specification_lacks_is_an_error_of_the_sql() -> None:
    table = worker_table("SELECT worker_id, nowhere AS team, '0' AS outcome FROM worker")

    reason = _reason(table)

    assert reason is Reason.SQL_NOT_ALLOWED


def test_sql_outside_the_list_is_refused_before_anything_runs() -> None:
    table = worker_table("SELECT * FROM duckdb_settings()", reads=("allocation",))

    reason = _reason(table)

    assert reason is Reason.SQL_NOT_ALLOWED


def test_a_table_whose_source_is_missing_is_refused() -> None:
    table = worker_table(AGENCY, reads=("worker", "allocation"))

    reason = _reason(table)

    assert reason is Reason.SOURCE


def test_a_refused_table_leaves_the_others_alone() -> None:
    bad = worker_table("SELECT worker_id, team_id AS team, 'x' AS outcome FROM worker", name="bad")
    good = worker_table(AGENCY, name="good")

    outcomes = _evaluate(bad, good, worker_table("SELECT 1", name="worse"))

    assert [type(outcome) for outcome in outcomes] == [Refused, UnsafeTable, Refused]


def test_a_refusal_carries_no_trace_of_the_database_error_that_quotes_data() -> None:
    sql = f"{AGENCY} WHERE CAST(worker_id AS DATE) < $q0"

    [outcome] = _evaluate(worker_table(sql))

    assert isinstance(outcome, Refused)
    assert "w0" not in str(outcome)
    assert (outcome.__cause__, outcome.__context__) == (None, None)


def test_a_result_over_the_memory_is_refused() -> None:
    sql = """
        SELECT a.worker_id, b.team_id AS team, '0' AS outcome
        FROM worker AS a CROSS JOIN worker AS b CROSS JOIN worker AS c
    """
    data = {"worker": posts(500)}
    limits = QueryLimits(memory_mib=64, threads=1)

    [(_, _, outcome)] = evaluate([worker_table(sql)], [Q2], data, limits)

    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.QUERY_LIMITS


@pytest.mark.parametrize("sql", FROM_OUTSIDE)
def test_the_database_denies_what_lies_outside_it_even_without_the_allow_list(
    sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame = posts(1).frame  # a replacement scan would find it by this name

    with (
        database(worker_table(AGENCY), {"worker": posts(2)}, LIMITS) as connection,
        pytest.raises(duckdb.Error),
    ):
        connection.execute(sql)

    assert len(frame) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_database_holds_only_the_tables_that_are_declared() -> None:
    data = {"worker": posts(2), "team": spec_table("team", [])}

    with database(worker_table(AGENCY), data, LIMITS) as connection:
        names = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()

    assert sorted(name for (name,) in names) == ["_persons", "worker"]


_GROWING = """
from support.spec_tables import Q2, posts, worker_table
from oversight_agent.evaluate.database import DatabaseErrors, database, reason_of
from oversight_agent.evaluate.run import execute
from oversight_agent.limits import QueryLimits, WorkerLimits
from oversight_agent.pipeline.confine import limit

limit(WorkerLimits(address_space_mib=1300, cpu_seconds=30))
table = worker_table("SELECT 1")
sql = "SELECT worker_id, {growing} AS team, '0' AS outcome FROM worker"
try:
    with database(table, {{"worker": posts(2)}}, QueryLimits(256, 1)) as connection:
        execute(connection, table, Q2, sql)
except DatabaseErrors as error:
    print(reason_of(error))
else:
    print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize(
    "growing",
    ["lpad(worker_id, 2000000000, 'b')", "repeat(worker_id, 2000000000)"],
    ids=["lpad", "repeat"],
)
def test_a_function_that_duckdb_does_not_bound_ends_at_the_limits_of_the_process(
    growing: str,
) -> None:
    tests = Path(__file__).parents[2]

    ended = subprocess.run(
        [sys.executable, "-c", _GROWING.format(growing=growing)],
        cwd=tests,
        capture_output=True,
        text=True,
        check=False,
    )

    # Refused as the process lives on, or the process itself is ended: never done.
    assert ended.stdout.strip() == "query-limits" or (ended.stdout == "" and ended.returncode < 0)
