"""From an admitted ticket to a release: what goes to the worker, and what becomes of its result."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from oversight_agent import config, service
from oversight_agent.durability import HOLD_VARIABLE
from oversight_agent.gate import ApprovedRelease, Candidate
from oversight_agent.pipeline.admission import Admitted
from oversight_agent.pipeline.job import Job, JobResult, TableResult
from oversight_agent.pipeline.retention import Retention
from oversight_agent.pipeline.work import Work
from oversight_agent.service import new_job, run_job
from oversight_agent.times import now
from oversight_protocol.durability import Step
from oversight_protocol.errors import InputError, OversightError, Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import Study
from support import protocol
from support.requests import POLICY, Agent, Asker, Clock, Home, posts_table


class _Worker:
    """A worker that gives every table the same figure, or the same reason."""

    def __init__(self, value: int | None = 40, reason: Reason | None = None) -> None:
        self.value, self.reason = value, reason
        self.jobs: list[Job] = []

    def __call__(self, job: Job) -> JobResult:
        self.jobs.append(job)
        return JobResult(tables=tuple(self._result(job, *q.key) for q in job.questions))

    def _result(self, job: Job, table: str, period: str) -> TableResult:
        question = next(q for q in job.questions if q.key == (table, period))
        if self.reason is not None:
            return question.refuse(self.reason, job.spec_version)
        return TableResult(
            table=table, period=period,
            question=question.table.question(question.period, job.spec_version),
            answer=protocol.table_answer(question.table, period, self.value), rules=job.rules,
        )  # fmt: skip


def _answer(home: Home, worker: _Worker) -> ApprovedRelease | Candidate:
    clock = Clock()
    asker = Asker(clock)
    envelope = asker.study()
    ticket = protocol.ticket(study=envelope.digest, tables=("posts", "kinds"))
    settings = config.load(home.folder)
    work = Work(settings, clock, worker, lambda *asked: new_job(settings, *asked))
    return work.answer(Admitted(ticket, "0" * 64, Study.parse(envelope.payload)), {})


def test_everything_new_goes_to_the_worker_as_one_job(home: Home) -> None:
    worker = _Worker()

    _answer(home, worker)

    [job] = worker.jobs
    assert [question.key for question in job.questions] == [
        ("posts", "2024-Q1"), ("posts", "2024-Q2"), ("kinds", "2024-Q1"), ("kinds", "2024-Q2"),
    ]  # fmt: skip


def test_the_stricter_of_study_and_policy_binds_the_worker(home: Home) -> None:
    home.policy(POLICY + "[rules]\nminimum_persons = 25\n")
    worker = _Worker()

    _answer(home, worker)

    assert worker.jobs[0].rules == Rules(minimum_persons=25)


def test_without_anything_to_ask_no_worker_is_started(home: Home) -> None:
    home.policy(POLICY + '[tables]\nblock = ["posts", "kinds"]\n')
    worker = _Worker()

    result = _answer(home, worker)

    assert worker.jobs == []
    assert {table.status for table in result.release.tables} == {"refused"}


def test_the_policy_decides_whether_a_person_looks_first(home: Home) -> None:
    by_policy = _answer(home, _Worker())
    home.policy("")

    by_person = _answer(home, _Worker())

    assert isinstance(by_policy, ApprovedRelease)
    assert isinstance(by_person, Candidate)


@pytest.mark.parametrize("value", [7, 5, 41])
def test_a_figure_below_the_rules_from_the_worker_releases_nothing(value: int, home: Home) -> None:
    with pytest.raises(Refused) as caught:
        _answer(home, _Worker(value))

    assert caught.value.reason is Reason.FLOOR


@pytest.mark.parametrize("reason", [
    Reason.SQL_NOT_ALLOWED, Reason.QUERY_LIMITS, Reason.RESULT_UNDECLARED, Reason.SOURCE,
])  # fmt: skip
def test_a_workers_reason_stays_here_and_its_family_leaves(reason: Reason, home: Home) -> None:
    result = _answer(home, _Worker(reason=reason))

    assert set(result.reasons.values()) == {str(reason)}
    assert result.questions == {}
    assert str(reason) not in result.release.model_dump_json()


def test_a_result_that_lacks_a_table_releases_nothing(home: Home) -> None:
    def lacking(job: Job) -> JobResult:
        return JobResult(tables=_Worker()(job).tables[1:])

    with pytest.raises(KeyError):
        _answer(home, lacking)  # type: ignore[arg-type]


def test_a_policy_that_does_not_load_stops_before_the_worker(home: Home) -> None:
    home.policy("[rules]\nminimum_persons = 1\n")
    worker = _Worker()

    with pytest.raises(InputError):
        _answer(home, worker)

    assert worker.jobs == []


def test_a_figure_that_the_worker_made_too_small_is_recorded_as_a_refusal(home: Home) -> None:
    agent = Agent(home, run_job=_Worker(5))
    asker = Asker(agent.clock)

    agent.settle(asker.ask(asker.study()))

    assert home.bodies("answered") == []
    assert home.bodies("refused")[0]["reason"] == str(Reason.FLOOR)


# ---------------------------------------------------------------------- the working thread


class _Answering:
    """Answers that go wrong in turn, then stop the thread."""

    def __init__(self, stop: threading.Event, *results: Exception | bool) -> None:
        self.pending, self._stop, self._results = threading.Event(), stop, list(results)
        self.pending.set()

    def work(self) -> bool:
        result = self._results.pop(0)
        if not self._results:
            self._stop.set()
        if isinstance(result, Exception):
            raise result
        return result


def test_no_error_ends_the_working_thread(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LOOK_FOR_WORK_SECONDS", 0.0)
    stop = threading.Event()
    retention = Retention(config.load(home.folder), Clock())
    answering = _Answering(
        stop, ValueError("x"), KeyError("x"), InputError("x"), OversightError("x"),
        OSError(28, "x"), MemoryError(), True, False,
    )  # fmt: skip

    service._work(answering, retention, stop)  # type: ignore[arg-type]

    assert answering._results == []


def test_the_working_thread_deletes_snapshots_whose_time_is_over(home: Home) -> None:
    settings, stop = config.load(home.folder), threading.Event()
    settings.snapshots.mkdir()
    expired = settings.snapshots / "20200101T000000Z-0123456789abcdef.duckdb"
    expired.touch()

    service._work(_Answering(stop, True, True), Retention(settings, now), stop)  # type: ignore[arg-type]

    assert not expired.exists()


# ---------------------------------------------------------------------- the worker's own step


@pytest.mark.system
def test_a_worker_killed_as_soon_as_it_started_is_replaced(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOLD_VARIABLE, str(tmp_path))
    hold, reached = (tmp_path / f"{Step.JOB_STARTED}.{end}" for end in ("hold", "reached"))
    hold.touch()
    settings = config.load(home.folder)
    period = protocol.quarter(2024, 1)
    job = new_job(settings, [(posts_table(), period)], Rules(), "1.0")
    results: list[JobResult] = []
    thread = threading.Thread(target=lambda: results.append(run_job(settings, job)))

    thread.start()
    deadline = now().timestamp() + 60
    while not reached.exists() and now().timestamp() < deadline:
        thread.join(0.01)
    worker = int(reached.read_text(encoding="ascii"))
    hold.unlink()
    os.kill(worker, signal.SIGKILL)
    thread.join(60)

    assert worker != os.getpid()
    answer = results[0].tables[0].answer
    assert isinstance(answer, TableAnswer)
    assert answer.status == "released"
