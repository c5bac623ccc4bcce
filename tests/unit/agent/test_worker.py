"""Jobs in a process of their own: within limits, alone, and not beyond their parent."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from oversight_agent import disclosure
from oversight_agent.limits import QueryLimits, WorkerLimits
from oversight_agent.pipeline import worker
from oversight_agent.pipeline.job import AskedWave, Job, JobResult, Question, SnapshotUse
from oversight_protocol.errors import OversightError, Reason
from oversight_protocol.policy import Rules
from oversight_protocol.study import BaseTable, Period
from support.spec_tables import AGENCY, Q2, Q3, worker_table

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(sys.platform == "win32", reason="needs signals and limits of POSIX"),
]

TESTS = Path(__file__).parents[2]
GENEROUS = WorkerLimits(deadline_seconds=120)

ENDLESS = """
    SELECT min(a.worker_id) AS worker_id, NULL AS team, '0' AS outcome
    FROM worker AS a CROSS JOIN worker AS b CROSS JOIN worker AS c CROSS JOIN worker AS d
    WHERE a.worker_id <> b.worker_id OR c.worker_id <> d.worker_id
"""
"""Allowed, small in memory, and not done in a lifetime."""

MAPPING = """
specification = "1.0"
[tables.worker]
file = "posts.csv"
[tables.worker.fields]
worker_id = { column = "worker" }
role = { constant = 5 }
agency = { column = "agency" }
role_start = { column = "start" }
team_id = { column = "team" }
[tables.team]
file = "teams.csv"
[tables.team.fields]
team_id = { column = "team" }
service = { column = "service" }
"""


@dataclass
class Place:
    """An authority's files, and jobs on them."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def job(self, *tables: BaseTable, periods: tuple[Period, ...] = (Q2,)) -> Job:
        return Job(
            mapping=self.folder / "mapping.toml",
            data=self.folder,
            secret=self.folder / "secret",
            questions=tuple(Question(table=t, period=p) for t in tables for p in periods),
            rules=Rules(),
            spec_version="1.0",
            limits=QueryLimits(memory_mib=256, threads=1),
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """160 posts in 8 teams, every second one of an agency."""
    place = Place(tmp_path)
    posts = [f"w{n},{n % 2},2020-01-01,t{n % 8}" for n in range(160)]
    place.write("mapping.toml", MAPPING)
    place.write("posts.csv", "\n".join(["worker,agency,start,team", *posts, ""]))
    place.write("teams.csv", "\n".join(["team,service", *(f"t{n},cin_cp" for n in range(8)), ""]))
    (tmp_path / "secret").write_bytes(bytes(range(32)))
    return place


@dataclass
class Starts:
    """The workers started, and what to do with each as soon as it runs."""

    act: Callable[[int, subprocess.Popen[bytes]], None] = lambda *_: None
    arguments: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Starts:
    seen = Starts()

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            seen.arguments.append(options)
            seen.act(len(seen.arguments), self)

    monkeypatch.setattr(worker.subprocess, "Popen", Popen)
    return seen


def _reasons(result: JobResult) -> dict[tuple[str, str], Reason | None]:
    return {(each.table, each.period): each.reason for each in result.tables}


def test_a_job_goes_from_files_to_protected_answers(place: Place) -> None:
    table = worker_table(AGENCY)
    job = place.job(table, periods=(Q2, Q3))

    result = worker.run(job, GENEROUS)

    assert [each.question for each in result.tables] == [
        table.question(Q2, "1.0"),
        table.question(Q3, "1.0"),
    ]
    for each in result.tables:
        assert each.answer is not None
        assert each.rules is not None
        safe = disclosure.restore(each.question, each.answer, each.rules)
        assert [cell.value for cell in safe.answer.rows[0].cells] == [80, 80]
    assert (result.problems, len(result.disclosure)) == ((), 2)


def test_a_source_that_fails_refuses_only_the_tables_that_read_it(place: Place) -> None:
    place.write("teams.csv", "team,service\nt0,nonsense\n")
    alone = worker_table(AGENCY, name="alone")
    joined = worker_table(AGENCY, name="joined", reads=("worker", "team"))

    result = worker.run(place.job(alone, joined), GENEROUS)

    assert _reasons(result) == {("alone", "2026-Q2"): None, ("joined", "2026-Q2"): Reason.SOURCE}
    assert [problem["file"] for problem in result.problems] == ["teams.csv"]
    assert "nonsense" not in result.model_dump_json()


def test_a_table_whose_keys_do_not_hold_is_not_used(place: Place) -> None:
    place.write("teams.csv", "team,service\nt0,cin_cp\nt0,other\n")

    result = worker.run(place.job(worker_table(AGENCY, reads=("worker", "team"))), GENEROUS)

    assert _reasons(result) == {("posts", "2026-Q2"): Reason.SOURCE}
    assert result.problems


@pytest.mark.parametrize("missing", ["mapping.toml", "secret"])
def test_without_mapping_or_secret_nothing_is_answered(place: Place, missing: str) -> None:
    (place.folder / missing).unlink()

    result = worker.run(place.job(worker_table(AGENCY)), GENEROUS)

    assert _reasons(result) == {("posts", "2026-Q2"): Reason.SOURCE}
    assert len(result.problems) == 1


def test_a_mapping_to_another_version_than_the_studys_answers_nothing(place: Place) -> None:
    job = place.job(worker_table(AGENCY)).model_copy(update={"spec_version": "9.9"})

    result = worker.run(job, GENEROUS)

    assert _reasons(result) == {("posts", "2026-Q2"): Reason.SOURCE}


def test_refused_sql_leaves_the_other_table_answered(place: Place) -> None:
    bad = worker_table("SELECT * FROM read_csv('/etc/passwd')", name="bad")

    result = worker.run(place.job(bad, worker_table(AGENCY)), GENEROUS)

    assert _reasons(result) == {
        ("bad", "2026-Q2"): Reason.SQL_NOT_ALLOWED,
        ("posts", "2026-Q2"): None,
    }


def test_a_query_over_its_time_is_refused_and_the_other_table_answered(place: Place) -> None:
    endless = worker_table(ENDLESS, name="endless")
    limits = WorkerLimits(cpu_seconds=6, deadline_seconds=120)

    result = worker.run(place.job(endless, worker_table(AGENCY), periods=(Q2, Q3)), limits)

    assert _reasons(result) == {
        ("endless", "2026-Q2"): Reason.QUERY_LIMITS,
        ("endless", "2026-Q3"): Reason.QUERY_LIMITS,
        ("posts", "2026-Q2"): None,
        ("posts", "2026-Q3"): None,
    }
    assert len(result.disclosure) == 2


def test_a_query_over_its_memory_is_refused_and_the_other_table_answered(
    place: Place, starts: Starts
) -> None:
    large = worker_table(
        "SELECT a.worker_id, b.team_id AS team, '0' AS outcome"
        " FROM worker AS a CROSS JOIN worker AS b CROSS JOIN worker AS c CROSS JOIN worker AS d",
        name="large",
    )

    result = worker.run(place.job(large, worker_table(AGENCY)), GENEROUS)

    assert _reasons(result) == {
        ("large", "2026-Q2"): Reason.QUERY_LIMITS,
        ("posts", "2026-Q2"): None,
    }
    assert len(starts.arguments) == 1


def test_at_the_deadline_the_worker_is_killed_with_its_group(place: Place, starts: Starts) -> None:
    pids = []
    starts.act = lambda _, process: pids.append(process.pid)
    limits = WorkerLimits(deadline_seconds=0.5)

    result = worker.run(place.job(worker_table(ENDLESS)), limits)

    assert _reasons(result) == {("posts", "2026-Q2"): Reason.QUERY_LIMITS}
    [pid] = pids
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


def test_too_little_address_space_is_a_limit_like_the_others(place: Place) -> None:
    limits = WorkerLimits(address_space_mib=400, deadline_seconds=120)

    result = worker.run(place.job(worker_table(AGENCY)), limits)

    assert _reasons(result) == {("posts", "2026-Q2"): Reason.QUERY_LIMITS}


def test_a_result_over_its_size_is_not_read(place: Place) -> None:
    limits = WorkerLimits(output_mib=0, deadline_seconds=120)

    result = worker.run(place.job(worker_table(AGENCY)), limits)

    assert _reasons(result) == {("posts", "2026-Q2"): Reason.QUERY_LIMITS}


def test_a_worker_killed_by_someone_else_is_started_again(place: Place, starts: Starts) -> None:
    starts.act = lambda number, process: process.kill() if number <= 2 else None

    result = worker.run(place.job(worker_table(AGENCY)), GENEROUS)

    assert _reasons(result) == {("posts", "2026-Q2"): None}
    assert len(starts.arguments) == 3


def test_a_worker_that_is_always_killed_is_given_up(place: Place, starts: Starts) -> None:
    starts.act = lambda _, process: process.kill()

    result = worker.run(place.job(worker_table(AGENCY)), WorkerLimits(restarts=2))

    assert _reasons(result) == {("posts", "2026-Q2"): Reason.QUERY_LIMITS}
    assert len(starts.arguments) == 3


def test_a_worker_that_fails_by_itself_is_an_error_without_its_text(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An interpreter that does not find the module ends with status 1 and talks about it.
    monkeypatch.setattr(worker.sys, "executable", "/bin/false")

    with pytest.raises(OversightError) as failed:
        worker.run(place.job(worker_table(AGENCY)), GENEROUS)

    assert str(failed.value) == "the worker failed; nothing was released"


def test_a_worker_gets_no_environment_but_a_few_settings(
    place: Place, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")

    worker.run(place.job(worker_table(AGENCY)), GENEROUS)

    [options] = starts.arguments
    assert set(options["env"]) == {"LC_ALL", "TZ", "OPENBLAS_NUM_THREADS"}
    assert options["start_new_session"]


def test_the_lasting_process_imports_no_data_library_for_its_workers() -> None:
    code = """
import sys
import oversight_agent.pipeline.worker
print(sorted({"pandas", "numpy", "duckdb", "scipy", "sqlglot"} & set(sys.modules)))
"""

    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert shown.strip() == "[]"


_PARENT = """
import subprocess, sys
from oversight_agent.limits import WorkerLimits
from oversight_agent.pipeline import worker
from oversight_agent.pipeline.job import Job

class Popen(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        print(self.pid, flush=True)

worker.subprocess.Popen = Popen
worker.run(Job.model_validate_json(sys.stdin.readline()), WorkerLimits())
"""

_CHILD = """
import os, signal, sys
from oversight_agent.pipeline import confine
if sys.argv[1] == "kernel":
    confine.end_with_parent(os.getppid())
else:
    confine.end_with_input(0)
print(os.getpid(), flush=True)
signal.pause()
"""

_PARENT_OF_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE)
child.wait()
"""


def _dies_with(parent: subprocess.Popen[str]) -> bool:
    """Kill a parent once it, or its child, has told the child's pid; whether the child ends too."""
    assert parent.stdout is not None
    watched = os.pidfd_open(int(parent.stdout.readline()))
    try:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        ended, _, _ = select.select([watched], [], [], 60)
        return bool(ended)
    finally:
        os.close(watched)


@pytest.mark.skipif(sys.platform != "linux", reason="watches a process by its descriptor")
def test_a_worker_dies_when_its_parent_is_killed(place: Place) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        parent.stdin.write(place.job(worker_table(ENDLESS)).model_dump_json() + "\n")
        parent.stdin.flush()

        assert _dies_with(parent)


@pytest.mark.skipif(sys.platform != "linux", reason="watches a process by its descriptor")
@pytest.mark.parametrize("tie", ["kernel", "pipe"])
def test_each_of_the_two_ties_alone_ends_a_process_with_its_parent(tie: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT_OF_CHILD, _CHILD, tie], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert _dies_with(parent)


def test_a_process_whose_parent_is_gone_already_ends_at_once() -> None:
    code = "from oversight_agent.pipeline import confine; confine.end_with_parent(-1); print('on')"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert (ended.returncode, ended.stdout) == (71, b"")


# ---------------------------------------------------------------------- what a table needs


def _needing(name: str, *points: str) -> BaseTable:
    return worker_table(AGENCY, name=name).model_copy(update={"needs": points})


def test_a_base_table_that_needs_a_field_which_nothing_fills_is_refused_alone(place: Place) -> None:
    whole, half = (
        _needing("whole", "worker.agency"),
        _needing("half", "worker.agency", "worker.fte"),
    )

    result = worker.run(place.job(whole, half, periods=(Q2, Q3)), GENEROUS)

    assert _reasons(result) == {
        ("whole", "2026-Q2"): None, ("whole", "2026-Q3"): None,
        ("half", "2026-Q2"): Reason.SOURCE, ("half", "2026-Q3"): Reason.SOURCE,
    }  # fmt: skip
    (problem,) = result.problems
    assert (problem["file"], problem["field"]) == ("worker", "fte")
    assert "half" in problem["expected"]


def test_a_constant_fills_a_field_that_a_base_table_needs(place: Place) -> None:
    place.write("mapping.toml", MAPPING.replace(
        "role = { constant = 5 }", "role = { constant = 5 }\nfte = { constant = 1.0 }"
    ))  # fmt: skip

    result = worker.run(place.job(_needing("half", "worker.fte")), GENEROUS)

    assert _reasons(result) == {("half", "2026-Q2"): None}


def test_once_the_field_is_mapped_a_waves_second_snapshot_answers_what_lacked_it(
    place: Place,
) -> None:
    whole, half = _needing("whole", "worker.agency"), _needing("half", "worker.fte")
    wave = AskedWave(study="0" * 64, name="study", version=1, wave="wave-1")
    use = SnapshotUse(folder=place.folder / "snapshots", wave=wave, make=True)
    job = place.job(whole, half).model_copy(update={"snapshot": use})
    first = worker.run(job, GENEROUS)
    place.write("mapping.toml", MAPPING.replace(
        "role = { constant = 5 }", "role = { constant = 5 }\nfte = { constant = 1.0 }"
    ))  # fmt: skip

    second = worker.run(job, GENEROUS)

    assert _reasons(first) == {("whole", "2026-Q2"): None, ("half", "2026-Q2"): Reason.SOURCE}
    assert _reasons(second) == {("whole", "2026-Q2"): None, ("half", "2026-Q2"): None}
    assert len(first.snapshots) == 1
    assert len(second.snapshots) == 2
