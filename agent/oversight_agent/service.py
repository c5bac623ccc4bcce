"""The agent's lasting process: the node that talks, and a thread that works. Nothing else stays.

Data libraries are not imported here: mapping, SQL and disclosure control run in worker processes.
"""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from oversight_agent import files, keys, local_policy, studies
from oversight_agent.config import Settings
from oversight_agent.history import FILE, HistoryError
from oversight_agent.limits import QueryLimits, WorkerLimits
from oversight_agent.pipeline import worker
from oversight_agent.pipeline.answering import Answering
from oversight_agent.pipeline.deciding import Deciding
from oversight_agent.pipeline.job import AskedWave, Job, JobResult, Question, SnapshotUse
from oversight_agent.pipeline.recording import Recording
from oversight_agent.pipeline.remembering import Remembering
from oversight_agent.pipeline.retention import Retention
from oversight_agent.pipeline.work import Work, refusal, require_nothing_to_mend
from oversight_agent.times import now
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family, InputError, OversightError, Reason
from oversight_protocol.exchange import Reply
from oversight_protocol.policy import Rules
from oversight_protocol.release import Refusal, Release, TableAnswer
from oversight_protocol.study import BaseTable, Link, Period, PublicFigure

_log = structlog.get_logger("oversight_agent.service")

LOOK_FOR_WORK_SECONDS = 5.0
"""Requests wake the working thread; beyond that it looks by itself for what a person did."""


def make_answering(settings: Settings) -> Answering:
    """The agent's answers, its jobs run in worker processes."""
    return Answering(
        settings, now,
        Work(settings, now, lambda job: run_job(settings, job),
             lambda *asked: new_job(settings, *asked), Recording(settings, now).note_snapshots),
    )  # fmt: skip


def make_deciding(settings: Settings) -> Deciding:
    """People's decisions at this agent."""
    return Deciding(settings, now)


def run_job(settings: Settings, job: Job) -> JobResult:
    """Run a job in a worker process, within this agent's limits."""
    limits = WorkerLimits(
        address_space_mib=settings.worker_memory_mib,
        cpu_seconds=max(1, int(settings.worker_seconds * settings.query_threads)),
        deadline_seconds=settings.worker_seconds,
    )
    return worker.run(job, limits)


def new_job(
    settings: Settings, asked: list[tuple[BaseTable, Period]], rules: Rules, version: str,
    wave: AskedWave | None = None, links: tuple[Link, ...] = (),
    public: tuple[PublicFigure, ...] = (), *, make_snapshot: bool = True,
) -> Job:  # fmt: skip
    """A job over this agent's data: over a wave's snapshot, or over the sources as they are."""
    use = SnapshotUse(folder=settings.snapshots, wave=wave, make=make_snapshot) if wave else None
    return Job(
        mapping=settings.mapping, data=settings.data_folder,
        secret=settings.path("keys", "pseudonym.secret"),
        questions=tuple(Question(table=table, period=period) for table, period in asked),
        rules=rules, spec_version=version,
        limits=query_limits(settings),
        snapshot=use,
        links=links,
        public=public,
        history=history if (history := settings.path(FILE)).exists() else None,
    )  # fmt: skip


def query_limits(settings: Settings) -> QueryLimits:
    """What DuckDB may use at this agent."""
    return QueryLimits(memory_mib=settings.query_memory_mib, threads=settings.query_threads)


def answer_now(settings: Settings, request: bytes) -> Reply:
    """Answer one request to the end in this process, waiting for the tick; then the final reply.

    Raises:
        InputError: the policy or another file of this agent cannot be used.
        LedgerError: an entry of the ledger does not verify.
    """
    # The network is told no more than a family of what a person here must mend; a command is.
    local_policy.load(settings.policy)
    answering = make_answering(settings)
    with answering.ledger.locked():
        pass
    reply = Reply.parse(answering.handle(request))
    while reply.status == "accepted":
        if not answering.work():
            time.sleep(settings.tick_seconds / 10)
        reply = Reply.parse(answering.handle(request))
    return reply


def refused_family(reply: Reply) -> Family | None:
    """The family, if a reply refuses: by itself, or by the signed refusal that it carries."""
    if reply.answer is None:
        return reply.family
    envelope = Envelope.from_bytes(reply.answer.encode())
    return Refusal.parse(envelope.payload).family if envelope.kind == "refusal" else None


def refused_tables(reply: Reply) -> list[TableAnswer]:
    """The refused tables, if a reply carries a release."""
    release = _release(reply)
    return [one for one in release.tables if one.status == "refused"] if release else []


def releases_nothing(reply: Reply) -> bool:
    """Whether a reply carries a release in which every table is refused."""
    release = _release(reply)
    return release is not None and all(one.status == "refused" for one in release.tables)


def _release(reply: Reply) -> Release | None:
    if reply.answer is None:
        return None
    envelope = Envelope.from_bytes(reply.answer.encode())
    return Release.parse(envelope.payload) if envelope.kind == "release" else None


def preview(settings: Settings, study: str, wave: str) -> list[TableAnswer]:
    """What a release for a wave would hold; nothing is recorded and no snapshot made.

    The installed study, before it is offered, has no snapshot: the sources are read as they are.

    Raises:
        InputError: there is no such study, or the wave's snapshot was altered.
        Refused: the study has no such wave, or needs another specification.
    """
    asked, envelope = studies.looked_at(settings, study)
    questions = [
        (table, period) for table in asked.base_tables for period in asked.wave(wave).periods
    ]
    rules = asked.rules.tighten(local_policy.load(settings.policy).rules)
    of = AskedWave.of(asked, envelope.digest, wave) if envelope else None
    job = new_job(
        settings,
        questions,
        rules,
        asked.spec_version,
        of,
        asked.links,
        asked.public,
        make_snapshot=False,
    )
    result = run_job(settings, job)
    require_nothing_to_mend(result)
    return [
        one.answer or refusal(one.table, one.period, one.reason or Reason.SOURCE)
        for one in result.tables
    ]


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        InputError: the agent is not enrolled or runs already, or a file of its own cannot be used.
    """
    if not settings.coordinator_url or not settings.root_digest:
        raise InputError(
            "this agent is not enrolled",
            where=str(settings.home),
            advice="run 'oversight-agent enrol' with the invitation from Kent",
        )
    alone = FileLock(settings.path("state", "run.lock"), blocking=False)
    settings.path("state").mkdir(exist_ok=True)
    try:
        with alone:
            _serve(settings)
    except Timeout:
        raise InputError(
            "this agent is running already",
            where=str(settings.home),
            advice="stop the other one first; see 'oversight-agent status'",
        ) from None


def _serve(settings: Settings) -> None:
    from oversight_agent.node import FleetNode, NodeSettings, make_app, waiter

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    answering = make_answering(settings)
    with answering.ledger.locked() as ledger:
        _log.info("started", la=settings.la, ledger_entries=ledger.head.size)
        try:
            Remembering(settings).check(ledger)
        except HistoryError as error:
            # Requests are refused, and this says why, until a person has acted.
            _log.error("history-needs-attention", problem=str(error))
    # A daemon: a job under way is abandoned at the end and taken up again at the next start.
    retention = Retention(settings, now)
    threading.Thread(
        target=_work, args=(answering, retention, stop), name="work", daemon=True
    ).start()
    node = FleetNode(
        NodeSettings(
            url=settings.coordinator_url,
            ca=files.read(settings.path("trust", "ca.pem"), "the pinned CA", "enrol again"),
            remember=settings.path("state", "node.json"),
            poll_fast=settings.poll_fast_seconds, poll_idle=settings.poll_idle_seconds,
            fast_for=settings.poll_fast_for_seconds,
            backoff_most=settings.backoff_most_seconds,
        ),
        keys.node_key(settings.home), make_app(answering.handle), waiter(stop),
        on_state=lambda state, advice: _note_state(settings.home, state, advice),
    )  # fmt: skip
    try:
        node.run()
    finally:
        stop.set()
        _note_state(settings.home, "stopped", "")


def _work(answering: Answering, retention: Retention, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            retention.when_due()
            worked = answering.work()
        except OversightError as error:
            # A file of this agent needs a person; the ticket stays open until its deadline.
            _log.error("work-needs-attention", problem=str(error))
            worked = False
            stop.wait(LOOK_FOR_WORK_SECONDS)
        except Exception as error:  # noqa: BLE001 - a fault must not end the only thread that works
            # Only the error's kind: its text could quote what was worked on.
            _log.error("work-failed", error=type(error).__name__)
            worked = False
            stop.wait(LOOK_FOR_WORK_SECONDS)
        if not worked:
            answering.pending.wait(LOOK_FOR_WORK_SECONDS)


def _note_state(home: Path, state: str, advice: str) -> None:
    content = {"state": state, "advice": advice, "since": now().isoformat()}
    try:
        files.write(home / "state" / "connection.json", json.dumps(content).encode())
    except OSError as error:
        # It is for 'status' only: a full disk must not stop the node.
        _log.error("state-not-noted", error=type(error).__name__)
