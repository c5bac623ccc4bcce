"""The demo's course: real parts on loopback, from the authorities' files to a pooled figure.

    1. files      synthetic exports and a mapping for each authority, written meanwhile
    2. programme  the coordinator's folder, people's keys, files of trust
    3. parts      gateway, SuperLink, dispatcher; an agent each, enrolled with a one-time token
    4. study      made, signed by two people, published
    5. run        one wave, to the last answer
    6. results    pooled.csv, the report, and the truth beside each figure
    7. coverage   which measures each authority's data can answer, shared meanwhile, as codes

It composes the ordinary commands: those of the coordinator in this process, those of the agents in
processes of their own, since nothing here may import the agent.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from oversight_coordinator import config, files, serve
from oversight_coordinator.authorities import Authority, authority
from oversight_coordinator.demo import dice, incidents, policies, programme
from oversight_coordinator.demo.board import Lines
from oversight_coordinator.demo.commands import oversight, script
from oversight_coordinator.demo.coverage import Sharing
from oversight_coordinator.demo.hands import Hands
from oversight_coordinator.demo.loopback import answers
from oversight_coordinator.demo.processes import DemoError, Processes
from oversight_coordinator.demo.truth import Truth
from oversight_coordinator.results import RunResult, is_finished
from oversight_coordinator.results import load as load_result
from oversight_coordinator.store import AskState, Store
from oversight_protocol import study_package

STUDY, WAVE = "management-oversight-2026", "wave-2026-q2-q3"
READY_SECONDS = 120.0
"""A part that does not answer within this has failed."""
RUN_HOURS = 0.25
"""Whoever has not answered a quarter of an hour after the question counts as unreachable."""

_SHOWN = {
    AskState.ACCEPTED: "at work on the question",
    AskState.HELD: "holds its answer for a person",
    AskState.ANSWERED: "answered",
    AskState.DONE: "answered",
    AskState.REJECTED: "sent an answer that did not verify",
    AskState.UNREACHABLE: "did not answer",
}
"""What is said of an ask's state; of a question that is not yet delivered, nothing."""


@dataclass
class Stage:
    """One demo in a folder.

    Args:
        authorities: who takes part.
        scale: how large, as a share of the published sizes.
        board: shows progress.
    """

    out: Path
    authorities: tuple[Authority, ...]
    scale: float
    seed: int
    processes: Processes
    board: Lines
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The coordinator's folder."""
        return self.out / "coordinator"

    @property
    def incidents(self) -> dict[str, incidents.Incident]:
        """What goes wrong on purpose, by ONS code."""
        return incidents.staged([one.code for one in self.authorities])

    @property
    def endings(self) -> dict[str, str]:
        """How the run must end for each authority, as `outcome.problems` reads it."""
        return incidents.endings([one.code for one in self.authorities])

    def agent_home(self, authority: Authority) -> Path:
        """An agent's folder."""
        return self.out / "agents" / authority.slug

    def play(self) -> tuple[RunResult, Truth]:
        """Everything up to the results."""
        self.board.expect([one.name for one in self.authorities])
        self._begin_files()
        with self._timed("programme"):
            self.board.step("Making keys and files of trust")
            programme.make(self.home, self.out)
        with self._timed("parts"):
            self.board.step("Starting gateway, SuperLink and dispatcher")
            self._start_coordinator()
            self._start_agents()
        with self._timed("study"):
            self.board.step("Publishing the study, signed by its analyst and its approver")
            self._publish()
        with self._timed("files"):
            self._finish_files()
        with self._timed("run"):
            tables = len(study_package.installed().base_tables)
            self.board.step(f"Asking for wave {WAVE}: {tables} base tables, two quarters")
            run = self._run()
        with self._sharing() as shared:
            with self._timed("results"):
                self.board.step("Pooling the answers and writing the report")
                result = self._write_results(run)
            with self._timed("coverage"):
                self.board.step("Taking in which measures each authority's data can answer")
                self._take_coverage(shared)
        return result, Truth.read(self.out / "truth.json")

    # ------------------------------------------------------------------ 1. files

    def _begin_files(self) -> None:
        """Have the files written by a process of its own, while the parts start."""
        self.board.step(f"Writing the files of {len(self.authorities)} authorities meanwhile")
        self.processes.begin(
            "files",
            [sys.executable, "-m", "oversight_coordinator.demo.synthetic_files", str(self.out),
             str(len(self.authorities)), str(self.scale), str(self.seed)],
        )  # fmt: skip

    def _finish_files(self) -> None:
        self._wait(lambda: self.processes.has_ended("files"), "the files were not written")
        for one in self.authorities:
            mapping = self.out / "las" / one.slug / "mapping.toml"
            shutil.copyfile(mapping, self.agent_home(one) / "mapping.toml")

    # ------------------------------------------------------------------ 3. parts

    def _start_coordinator(self) -> None:
        self.processes.start("serve", [script("oversight"), "serve", *self._at_home])
        settings = config.load(self.home)
        self._wait(
            lambda: answers(settings.gateway_port, settings.ca),
            f"the gateway does not answer on port {settings.gateway_port} of 127.0.0.1, which "
            "another program may have taken",
        )

    def _start_agents(self) -> None:
        hands = Hands(self.processes.log("hands"))
        try:
            for one in self.authorities:
                self._enrol(one, hands)
        finally:
            hands.close()
        self.board.step("Waiting until the agents are online")
        away = {code for code, one in self.incidents.items() if one.kind == "off"}
        self._wait_ready({one.code for one in self.authorities} - away)

    def _enrol(self, authority: Authority, hands: Hands) -> None:
        home, data = self.agent_home(authority), self.out / "las" / authority.slug / "data"
        invitation = self.out / "invitations" / f"{authority.slug}.json"
        invitation.parent.mkdir(exist_ok=True)
        invited = json.loads(oversight(
            "agents", "invite", authority.code, "--out", str(invitation), "--json", *self._at_home,
        ))  # fmt: skip
        hands.run(
            "init", str(home), "--la", authority.code, "--name", authority.name,
            "--data", str(data),
        )  # fmt: skip
        files.write(
            home / "keys" / "pseudonym.secret", dice.secret(self.seed, authority.code), private=True
        )
        incident = self.incidents.get(authority.code)
        policies.settle(home, STUDY, incident.kind if incident else "")
        enrolled = json.loads(hands.run(
            "enrol", str(invitation), "--fingerprint", invited["fingerprint"], "--json",
            "--home", str(home),
        ))  # fmt: skip
        oversight(
            "agents", "approve", authority.code, "--fingerprint", enrolled["fingerprint"],
            "--key", programme.key(self.out, "registrar", "key"), *self._at_home,
        )  # fmt: skip
        if incident is not None and incident.kind == "off":
            self.board.show(authority.name, "enrolled", f"on purpose: {incident.sentence}")
            return
        self.processes.start(
            f"agent-{authority.slug}", [script("oversight-agent"), "run", "--home", str(home)]
        )
        note = f"on purpose: {incident.sentence}" if incident else ""
        self.board.show(authority.name, "enrolled and started", note)

    def _wait_ready(self, las: set[str]) -> None:
        if not serve.wait_until_ready(self.home, las, self._all_alive, READY_SECONDS):
            raise self._late("not all agents came online")

    def _all_alive(self) -> bool:
        self.processes.require_alive()
        return True

    # ------------------------------------------------------------------ 4. study and 5. run

    def _publish(self) -> None:
        study = str(self.out / "study.json")
        las = [part for one in self.authorities for part in ("--la", one.code)]
        oversight("study", "new", study, *las)
        oversight("study", "sign", study, "--key", programme.key(self.out, "analyst", "key"))
        oversight("study", "approve", study, "--key", programme.key(self.out, "approver", "key"))
        oversight("study", "publish", study, *self._at_home)

    def _run(self) -> str:
        made = json.loads(oversight(
            "run", STUDY, "--wave", WAVE, "--within", str(RUN_HOURS), "--json", *self._at_home,
        ))  # fmt: skip
        away = {code for code, one in self.incidents.items() if one.kind == "off"}
        store = self._store()
        shown: dict[str, AskState] = {}
        try:
            self._wait(lambda: self._answered(store, made["run"], shown) <= away,
                       "not all authorities answered", RUN_HOURS * 3600)  # fmt: skip
            if away:
                self.board.step("Closing the run: who is switched off will not answer")
                oversight("runs", "close", made["run"], *self._at_home)
                self._wait(lambda: not self._answered(store, made["run"], shown),
                           "the run did not close")  # fmt: skip
        finally:
            store.close()
        return str(made["run"])

    def _answered(self, store: Store, run: str, shown: dict[str, AskState]) -> set[str]:
        """Who has yet to answer; what has changed is shown."""
        asks = store.asks(run)
        for ask in asks:
            said = _SHOWN.get(ask.state)
            if said and said != _SHOWN.get(shown.get(ask.la, AskState.QUEUED)):
                self.board.show(authority(ask.la).name, said)
            shown[ask.la] = ask.state
        return {ask.la for ask in asks if not is_finished(ask)}

    # ------------------------------------------------------------------ 6. results

    def _write_results(self, run: str) -> RunResult:
        oversight("report", run, "--out", str(self.out), *self._at_home)
        store = self._store()
        try:
            return load_result(store, store.run(run))
        finally:
            store.close()

    # ------------------------------------------------------------------ 7. coverage

    def _sharing(self) -> Sharing:
        off = {code for code, one in self.incidents.items() if one.kind == "off"}
        homes = {one.slug: self.agent_home(one) for one in self.authorities if one.code not in off}
        return Sharing(homes, self.out / "coverage", self.processes.log("hands"))

    def _take_coverage(self, shared: Sharing) -> None:
        oversight("coverage", "add", *map(str, shared.files()), *self._at_home)
        matrix = str(self.out / "coverage.csv")
        oversight("coverage", "show", "--csv", matrix, *self._at_home)

    # ------------------------------------------------------------------ helpers

    @property
    def _at_home(self) -> tuple[str, str]:
        return "--home", str(self.home)

    def _store(self) -> Store:
        return Store(config.load(self.home).database)

    def _wait(
        self, ready: Callable[[], bool], problem: str, seconds: float = READY_SECONDS
    ) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            self.processes.require_alive()
            if time.monotonic() > deadline:
                raise self._late(problem)
            time.sleep(0.1)

    def _late(self, problem: str) -> DemoError:
        logs = f"{self.processes.log('serve').parent} and {self.home / 'logs'}"
        return DemoError(f"{problem}; the logs are in {logs}")

    @contextlib.contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.timings[what] = round(time.monotonic() - start, 2)
