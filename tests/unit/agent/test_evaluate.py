"""Signed SQL in locked DuckDB: counts in declared cells, or a refusal that quotes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from oversight_agent.evaluate import snapshot_file
from oversight_agent.evaluate.database import Data, Database
from oversight_agent.evaluate.run import evaluate
from oversight_agent.limits import QueryLimits
from oversight_agent.tables import SpecTable, UnsafeCell, UnsafeMerge, UnsafeTable
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import BaseTable, Collapse, Merge, Outcome, Subject
from support.spec_tables import AGENCY, Q2, Q3, posts, spec_table, worker_table

LIMITS = QueryLimits(memory_mib=256, threads=1)
OPTIONAL = Subject(kind="workers", column="worker_id", optional=True)

AGAINST_A_SNAPSHOT = [
    "CREATE TABLE data.more AS SELECT 1",
    "DROP TABLE data.worker",
    "ATTACH 'tables.duckdb' AS again",
]
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


@contextmanager
def _reading(table: BaseTable, data: Data) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connection that a base table is evaluated on."""
    with (
        closing(Database(data, LIMITS, "1.0", table.reads)) as database,
        database.reading(table) as connection,
    ):
        yield connection


def _file(folder: Path, *tables: SpecTable) -> Path:
    """The same tables as a snapshot's file."""
    path = folder / "tables.duckdb"
    snapshot_file.write(path, {table.name: table for table in tables}, "", LIMITS)
    path.chmod(0o400)
    return path


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


def test_what_a_merge_puts_together_is_counted_as_if_it_were_an_outcome() -> None:
    """Each agency worker is in two outcomes, so persons do not add up over them."""
    sql = """
        SELECT one.worker_id, one.team_id AS team, one.role,
            CASE WHEN one.agency = 0 THEN '0' WHEN other.agency = 0 THEN '1' ELSE '2' END AS outcome
        FROM worker AS one JOIN worker AS other ON one.role = other.role
        WHERE other.worker_id IN ('w0', 'w1')
    """
    step = Merge(outcomes=("1", "2"), into=Outcome(code="some", label="Some"))
    table = worker_table(sql, outcomes=("0", "1", "2"), dimensions={"role": ("4", "5")})
    table = table.model_copy(update={"collapse": (Collapse(merge=step),)})

    [outcome] = _evaluate(table)

    assert isinstance(outcome, UnsafeTable)
    whole, empty, same = outcome.rows
    both = UnsafeCell(count=6, children=0, workers=3, teams=2, top_worker=2)
    others = UnsafeCell(count=6, children=0, workers=3, teams=2, top_worker=2)
    nobody = UnsafeCell(count=0, children=0, workers=0, teams=0, top_worker=0)
    assert whole.merged == same.merged == {"some": UnsafeMerge(both, others)}
    assert empty.merged == {"some": UnsafeMerge(nobody, nobody)}
    assert list(whole.cells) == ["0", "1", "2"]


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


@pytest.mark.parametrize(
    ("sql", "kept"),
    [(sql, kept) for sql in FROM_OUTSIDE for kept in (False, True)]
    + [(sql, True) for sql in AGAINST_A_SNAPSHOT],
)
def test_the_database_denies_what_lies_outside_it_even_without_the_allow_list(
    sql: str, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data: Data = _file(tmp_path, posts(2)) if kept else {"worker": posts(2)}
    there = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    frame = posts(1).frame  # a replacement scan would find it by this name

    with _reading(worker_table(AGENCY), data) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql)

    assert len(frame) == 1
    assert sorted(tmp_path.iterdir()) == there


@pytest.mark.parametrize("kept", [False, True], ids=["in memory", "in a snapshot"])
def test_a_base_table_sees_only_the_tables_that_it_declares(kept: bool, tmp_path: Path) -> None:
    tables = (posts(2), spec_table("team", []))
    data: Data = _file(tmp_path, *tables) if kept else {table.name: table for table in tables}

    with _reading(worker_table(AGENCY), data) as connection:
        seen = connection.execute("SELECT count(*) FROM worker").fetchall()
        with pytest.raises(duckdb.CatalogException):
            connection.execute("SELECT * FROM team")
        with pytest.raises(duckdb.CatalogException):
            connection.execute("SELECT * FROM bank_holiday")

    assert seen == [(2,)]


def test_a_base_table_leaves_nothing_to_the_next_one() -> None:
    database = Database({"worker": posts(2)}, LIMITS, "1.0", ["worker"])

    with closing(database):
        with database.reading(worker_table(AGENCY)) as connection:
            connection.execute("CREATE TEMP TABLE left_behind AS SELECT * FROM worker")
        with (
            database.reading(worker_table(AGENCY)) as connection,
            pytest.raises(duckdb.CatalogException),
        ):
            connection.execute("SELECT * FROM left_behind")


def test_a_snapshot_gives_the_counts_of_the_tables_it_was_made_of(tmp_path: Path) -> None:
    sql = "SELECT worker_id, team_id AS team, agency AS outcome, role FROM worker"
    tables = [worker_table(sql, dimensions={"role": ("4", "5")}), worker_table("SELECT 1")]
    data = {"worker": posts(60), "team": spec_table("team", [])}

    from_file = list(evaluate(tables, [Q2, Q3], _file(tmp_path, *data.values()), LIMITS))
    from_memory = list(evaluate(tables, [Q2, Q3], data, LIMITS))

    assert [outcome for _, _, outcome in from_file[:2]] == [
        outcome for _, _, outcome in from_memory[:2]
    ]
    assert all(isinstance(outcome, UnsafeTable) for _, _, outcome in from_file[:2])
    assert all(isinstance(outcome, Refused) for _, _, outcome in from_file[2:])


def test_a_failed_base_table_does_not_touch_the_next_one_on_a_snapshot(tmp_path: Path) -> None:
    good, bad = worker_table(AGENCY), worker_table("SELECT nothing FROM worker", name="bad")

    found = list(evaluate([bad, good], [Q2], _file(tmp_path, posts(6)), LIMITS))

    assert isinstance(found[0][2], Refused)
    assert isinstance(found[1][2], UnsafeTable)


# ---------------------------------------------------------------------- the calendar


def test_a_base_table_may_read_the_bank_holidays_of_the_specification() -> None:
    sql = """
        SELECT w.worker_id, w.team_id AS team,
            CASE WHEN h.day IS NULL THEN '0' ELSE '1' END AS outcome
        FROM worker AS w LEFT JOIN bank_holiday AS h ON h.day = w.role_start
    """
    days = [date(2026, 12, 25), date(2026, 12, 28), date(2026, 12, 29)]  # the second is observed
    workers = [
        {"worker_id": f"w{n}", "role": 5, "agency": 0, "role_start": day, "team_id": "t0"}
        for n, day in enumerate(days)
    ]
    table = worker_table(sql, reads=("worker", "bank_holiday"))

    [(_, _, outcome)] = evaluate([table], [Q2], {"worker": spec_table("worker", workers)}, LIMITS)

    assert isinstance(outcome, UnsafeTable)
    assert {code: cell.count for code, cell in outcome.rows[0].cells.items()} == {"0": 1, "1": 2}


def test_the_bank_holidays_are_not_there_for_a_base_table_that_does_not_declare_them() -> None:
    sql = f"{AGENCY} JOIN bank_holiday ON bank_holiday.day = worker.role_start"

    assert _reason(worker_table(sql)) is Reason.SQL_NOT_ALLOWED


# ---------------------------------------------------------------------- who answers a survey


def test_subjects_among_workers_may_be_respondents_of_a_survey() -> None:
    answers = [
        {"respondent_id": f"r{n}", "wave": Q2.start, "question_id": "q1", "response": n % 2,
         "role": 5, "team_id": "t0"}
        for n in range(6)
    ]  # fmt: skip
    sql = "SELECT respondent_id, team_id AS team, response AS outcome FROM survey_response"
    table = worker_table(
        sql, subject=Subject(kind="workers", column="respondent_id"), reads=("survey_response",)
    )
    data = {"survey_response": spec_table("survey_response", answers)}

    [(_, _, outcome)] = evaluate([table], [Q2], data, LIMITS)

    assert isinstance(outcome, UnsafeTable)
    assert outcome.rows[0].total.workers == 6


def test_a_child_does_not_pass_for_a_respondent() -> None:
    sql = "SELECT child_id AS respondent_id, NULL AS team, '0' AS outcome FROM plan"
    table = worker_table(
        sql, subject=Subject(kind="workers", column="respondent_id"), reads=("plan",)
    )
    plan = spec_table("plan", [{"child_id": "c1", "type": "cp", "start": Q2.start}])

    [(_, _, outcome)] = evaluate([table], [Q2], {"plan": plan}, LIMITS)

    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.RESULT_UNDECLARED


_GROWING = """
from support.spec_tables import Q2, posts, worker_table
from oversight_agent.evaluate.database import Database, DatabaseErrors, reason_of
from oversight_agent.evaluate.run import execute
from oversight_agent.limits import QueryLimits, WorkerLimits
from oversight_agent.pipeline.confine import limit

limit(WorkerLimits(address_space_mib=1300, cpu_seconds=30))
table = worker_table("SELECT 1")
sql = "SELECT worker_id, {growing} AS team, '0' AS outcome FROM worker"
try:
    data = Database({{"worker": posts(2)}}, QueryLimits(256, 1), "1.0", ["worker"])
    with data.reading(table) as connection:
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
