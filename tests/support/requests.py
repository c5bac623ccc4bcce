"""A real agent's folder, and requests for it as the coordinator would send them.

`Home` is made by `oversight-agent init` over small synthetic files; `Asker` signs what it is asked
with the keys of `support.protocol`. Two base tables, about 80 posts in 8 teams, in two quarters:

    posts   by agency; reads the workers
    kinds   by role; reads the workers and their teams
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oversight_agent import config
from oversight_agent.pipeline.answering import Answering
from oversight_agent.pipeline.compute import compute
from oversight_agent.pipeline.deciding import Deciding
from oversight_agent.pipeline.job import Job, JobResult
from oversight_agent.pipeline.recording import Recording
from oversight_agent.pipeline.work import Work
from oversight_agent.service import new_job
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.exchange import Reply, Request
from oversight_protocol.ledger import Records
from oversight_protocol.release import Receipt, Release
from oversight_protocol.study import BaseTable, Dimension, Measure, Outcome, Wave
from support import protocol
from support.protocol import KENT, LAS, Network, quarter, signing_key
from support.spec_tables import worker_table

PROGRAM = Path(sys.executable).with_name("oversight-agent")
NAME = "posts-study"

POSTS_SQL = "SELECT worker_id, team_id AS team, agency AS outcome FROM worker"
KINDS_SQL = """
    SELECT w.worker_id, w.team_id AS team, w.role AS outcome, t.service
    FROM worker AS w JOIN team AS t ON w.team_id = t.team_id
"""
SERVICES = ("cin_cp", "looked_after")
MAPPING = """\
specification = "1.0"

[tables.worker]
file = "posts.csv"

[tables.worker.fields]
worker_id = { column = "worker" }
role = { column = "role" }
agency = { column = "agency" }
role_start = { column = "start" }
team_id = { column = "team" }

[tables.team]
file = "teams.csv"

[tables.team.fields]
team_id = { column = "team" }
service = { column = "service" }
"""
POLICY = f"""\
[studies]
accept = ["{NAME}"]
[release]
mode = "automatic"
"""


def posts_table(**changes: Any) -> BaseTable:
    """Posts by agency."""
    return worker_table(POSTS_SQL).model_copy(update=changes)


def kinds_table(**changes: Any) -> BaseTable:
    """Posts by role, by service."""
    table = worker_table(
        KINDS_SQL, name="kinds", outcomes=("4", "5"), dimensions={"service": SERVICES},
        reads=("worker", "team"),
    )  # fmt: skip
    return table.model_copy(update=changes)


def dimension(name: str, codes: Sequence[str]) -> Dimension:
    """A dimension whose labels are its codes."""
    return Dimension(
        name=name, label=name, categories=tuple(Outcome(code=c, label=c) for c in codes)
    )


def posts_csv(workers: int = 80, *, agency_every: int = 2) -> str:
    """Workers w0, w1 … in teams t0 … t7 by turns."""
    rows = [
        f"w{n},{int(n % agency_every == 0)},2020-01-01,t{n % 8},{4 + n // 8 % 2}"
        for n in range(workers)
    ]
    return "\n".join(["worker,agency,start,team,role", *rows, ""])


def teams_csv() -> str:
    """Eight teams of two services."""
    return "\n".join(["team,service", *(f"t{n},{SERVICES[n // 4]}" for n in range(8)), ""])


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    time: datetime = protocol.NOW

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class Asker:
    """A coordinator's side: keys, trust files and requests."""

    clock: Callable[[], datetime]
    network: Network = field(default_factory=protocol.network)

    def study(self, *signers: str, **changes: Any) -> Envelope:
        """The study, signed by its analyst and approver or by `signers`."""
        now = self.clock()
        fields = {
            "name": NAME,
            "issued": now - timedelta(days=1),
            "expires": now + timedelta(days=30),
            "waves": (Wave(id="wave-1", periods=(quarter(2024, 1), quarter(2024, 2))),),
            "base_tables": (posts_table(), kinds_table()),
            "measures": (
                Measure(
                    id="agency", number="1", title="Agency", definition="Agency of all posts",
                    table="posts", numerator=("1",), denominator=("0", "1"),
                ),
            ),
        }  # fmt: skip
        return protocol.sealed_study(*signers, **{**fields, **changes})

    def ticket(
        self, study: Envelope, signer: str = "coordinator service", **changes: Any
    ) -> Envelope:
        """A ticket for Kent for both tables."""
        now = self.clock()
        fields = {
            "study": study.digest,
            "tables": ("posts", "kinds"),
            "issued": now,
            "expires": now + timedelta(hours=1),
        }
        return seal("ticket", protocol.ticket(**{**fields, **changes}), signing_key(signer))

    def ask(self, study: Envelope, ticket: Envelope | None = None, **changes: Any) -> bytes:
        """The request that carries a ticket; by default one for this study with `changes`."""
        sealed = ticket or self.ticket(study, **changes)
        return Request(
            kind="ask", trust=self.network.bundle, study=study.raw.decode(),
            ticket=sealed.raw.decode(),
        ).canonical()  # fmt: skip

    def offer(self, study: Envelope) -> bytes:
        """The request that offers a study."""
        return Request(
            kind="offer", trust=self.network.bundle, study=study.raw.decode()
        ).canonical()

    def collect(self, ticket_id: str = "ticket-1") -> bytes:
        """The request for what was answered."""
        return Request(kind="collect", ticket_id=ticket_id).canonical()

    def receipt(self, answer: str, signer: str = "coordinator service", **changes: Any) -> bytes:
        """The request that tells that an answer (by its payload's digest) arrived."""
        fields = {
            "ticket": "ticket-1", "la": KENT, "answer": answer, "received": self.clock(),
            "checkpoint": protocol.EMPTY_HEAD,
        }  # fmt: skip
        sealed = seal("receipt", Receipt(**{**fields, **changes}), signing_key(signer))
        return Request(kind="receipt", receipt=sealed.raw.decode()).canonical()


@dataclass
class Home:
    """An agent's folder, its source files in `data` below it."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Home:
        """Make one with `oversight-agent init` and pin the root as enrolment would."""
        home = cls(folder)
        mapping = folder.with_name("mapping-to-copy.toml")
        mapping.write_text(MAPPING, encoding="utf-8")
        made = run("init", str(folder), "--la", KENT, "--name", "Kent", "--mapping", str(mapping))
        assert made.returncode == 0, made.stderr
        home.write("posts.csv", posts_csv())
        home.write("teams.csv", teams_csv())
        home.set(root_digest=protocol.network().root_envelope.digest)
        home.policy(POLICY)
        return home

    @property
    def data(self) -> Path:
        """The folder of the source files."""
        return self.folder / "data"

    def copy(self, folder: Path) -> Home:
        """The same agent in another folder."""
        shutil.copytree(self.folder, folder)
        return Home(folder)

    def write(self, name: str, text: str) -> None:
        """Write a source file."""
        (self.data / name).write_text(text, encoding="utf-8")

    def policy(self, text: str) -> None:
        """Write the policy."""
        (self.folder / "policy.toml").write_text(text, encoding="utf-8")

    def set(self, **values: Any) -> None:
        """Add settings."""
        path = self.folder / "agent.toml"
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        text = "\n".join([path.read_text(encoding="utf-8"), *lines, ""])
        path.write_text(text, encoding="utf-8")

    def run(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """A command of this agent."""
        return run(*arguments, home=self.folder, **more)

    def answer(self, request: bytes) -> subprocess.CompletedProcess[str]:
        """`oversight-agent answer` for a request."""
        path = self.folder.parent / "request.json"
        path.write_bytes(request)
        return self.run("answer", str(path))

    def ledger(self) -> Records:
        """The ledger, verified."""
        from oversight_agent.cli.ledger import read_ledger

        return read_ledger(self.folder)

    def kinds(self) -> list[str]:
        """The kinds of the ledger's entries."""
        return [one.entry.kind for one in self.ledger().entries]

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the ledger's entries of a kind."""
        return [one.entry.body for one in self.ledger().entries if one.entry.kind == kind]


@dataclass
class Agent:
    """An agent in this process over a home, its jobs computed in this process and noted."""

    home: Home
    clock: Clock = field(default_factory=Clock)
    jobs: list[Job] = field(default_factory=list)
    run_job: Callable[[Job], JobResult] = compute

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start afresh, as after a crash."""
        settings = config.load(self.home.folder)
        work = Work(
            settings, self.clock, self._run, lambda *asked: new_job(settings, *asked),
            Recording(settings, self.clock).note_snapshots,
        )  # fmt: skip
        self.answering = Answering(settings, self.clock, work)
        self.deciding = Deciding(settings, self.clock)

    def _run(self, job: Job) -> JobResult:
        self.jobs.append(job)
        return self.run_job(job)

    def handle(self, request: bytes) -> Reply:
        """The reply to one request, as it stands now."""
        return Reply.parse(self.answering.handle(request))

    def settle(self, request: bytes) -> Reply:
        """The last reply to a request, all work done and the tick passed."""
        reply = self.handle(request)
        while self.answering.work():
            pass
        self.clock.move(seconds=2)
        return self.handle(request) if reply.status == "accepted" else reply


def released(reply: Reply) -> Release:
    """The release that a reply carries."""
    assert reply.answer is not None, reply
    return Release.parse(Envelope.from_bytes(reply.answer.encode()).open("release"))


def run(
    *arguments: str, home: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command of `oversight-agent`."""
    own = {"OVERSIGHT_AGENT_HOME": str(home)} if home else {}
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [str(PROGRAM), *arguments], capture_output=True, text=True, check=False, timeout=120,
        env={**kept, **own, **environment}, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def real_time() -> datetime:
    """Now, to the second: for requests to a process with a clock of its own."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Raw:
    """A payload that no maker would make, to be sealed like a document."""

    payload: bytes

    def canonical(self) -> bytes:
        """The payload as it is."""
        return self.payload


def altered(envelope: Envelope, old: str, new: str) -> Envelope:
    """An envelope whose payload was changed after it was signed."""
    assert old.encode() in envelope.payload
    form = envelope.as_json()
    form["payload"] = b64encode(envelope.payload.replace(old.encode(), new.encode())).decode()
    return Envelope.from_json(form)


def this_quarter(now: datetime) -> Wave:
    """A wave that is not over."""
    return Wave(id="wave-1", periods=(quarter(now.year, (now.month + 2) // 3),))


def others() -> tuple[str, ...]:
    """The authorities besides Kent."""
    return tuple(la for la in LAS if la != KENT)
