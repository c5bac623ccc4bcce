"""The demo's course: real parts on loopback, from the authorities' files to a pooled figure.

    1. files      synthetic exports and a mapping for each authority
    2. programme  the coordinator's folder, people's keys, files of trust
    3. parts      gateway, SuperLink, dispatcher; an agent each, enrolled with a one-time token
    4. study      made, signed by two people, published
    5. run        one wave, to the last answer
    6. results    pooled.csv, the report, and the truth beside each figure

It composes the ordinary commands: those of the coordinator in this process, those of the agents in
processes of their own, since nothing here may import the agent.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oversight_coordinator import config, serve
from oversight_coordinator.authorities import Authority, authority
from oversight_coordinator.demo.generate import SYNTHETIC, generate
from oversight_coordinator.demo.loopback import answers, free_ports
from oversight_coordinator.demo.processes import DemoError, Processes
from oversight_coordinator.demo.truth import Truth
from oversight_coordinator.results import RunResult, is_finished
from oversight_coordinator.results import load as load_result
from oversight_coordinator.store import AskState, Store

STUDY, WAVE = "management-oversight-2026", "wave-2026-q2-q3"
READY_SECONDS = 120.0
"""A part that does not answer within this has failed."""
INTERRUPTED = 130
RUN_HOURS = 0.25
"""Whoever has not answered a quarter of an hour after the question counts as unreachable."""

_AGENT_SETTINGS = """\
poll_fast_seconds = 0.2
poll_idle_seconds = 1.0
poll_fast_for_seconds = 30
backoff_most_seconds = 1.0
tick_seconds = 1.0
"""
_POLICY = f"""\
[studies]
accept = ["{STUDY}"]

[release]
mode = "automatic"
"""

_SHOWN = {
    AskState.ACCEPTED: "accepted the question and is at work",
    AskState.HELD: "holds its answer for a person",
    AskState.ANSWERED: "answered",
    AskState.DONE: "answered",
    AskState.REJECTED: "sent an answer that did not verify",
    AskState.UNREACHABLE: "did not answer in time",
}
"""What is said of an ask's state; of a question that is not yet delivered, nothing."""


@dataclass
class Stage:
    """One demo in a folder.

    Args:
        say: shows a line of progress.
    """

    out: Path
    las: int
    seed: int
    processes: Processes
    say: Callable[[str], None]
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The coordinator's folder."""
        return self.out / "coordinator"

    def agent_home(self, authority: Authority) -> Path:
        """An agent's folder."""
        return self.out / "agents" / authority.slug

    def play(self) -> tuple[RunResult, Truth]:
        """Everything up to the results."""
        with self._timed("files"):
            self.say(f"Writing the files of {self.las} authorities (seed {self.seed})")
            truth = generate(self.out, self.las, self.seed)
            truth.write(self.out / "truth.json")
        authorities = [one.authority for one in SYNTHETIC[: self.las]]
        with self._timed("programme"):
            self.say("Making keys and files of trust")
            self._make_programme()
        with self._timed("parts"):
            self.say("Starting gateway, SuperLink and dispatcher")
            self._start_coordinator()
            for one in authorities:
                self._enrol(one)
            self.say(f"Waiting until the {len(authorities)} agents are online")
            self._wait_ready({one.code for one in authorities})
        with self._timed("study"):
            self.say("Publishing the study, signed by its analyst and its approver")
            self._publish(authorities)
        with self._timed("run"):
            self.say(f"Asking for wave {WAVE}, two quarters")
            run = self._run()
        with self._timed("results"):
            self.say("Pooling the answers and writing the report")
            result = self._write_results(run)
        return result, truth

    # ------------------------------------------------------------------ 2. programme

    def _make_programme(self) -> None:
        gateway, superlink = free_ports(2)
        self._oversight(
            "init", str(self.home), "--gateway-url", f"https://127.0.0.1:{gateway}",
            "--gateway-port", str(gateway), "--superlink-port", str(superlink),
        )  # fmt: skip
        with (self.home / "coordinator.toml").open("a", encoding="utf-8") as file:
            file.write("idle_seconds = 0.2\n")
        for name, organisation in (
            ("root-1", "Kent Analytics"), ("root-2", "SESLIP"), ("root-3", "University"),
            ("analyst", "Kent Analytics"), ("approver", "SESLIP"), ("registrar", "SESLIP"),
        ):  # fmt: skip
            self._oversight("key", "new", self._key(name), "--holder", f"Demo {name}",
                            "--organisation", organisation)  # fmt: skip
        members = [part for name in ("root-1", "root-2", "root-3")
                   for part in ("--member", self._key(name, "pub"))]  # fmt: skip
        signers = ("--key", self._key("root-1", "key"), "--key", self._key("root-2", "key"))
        self._oversight("trust", "root", *members, *signers, *self._at_home)
        self._oversight(
            "trust", "roles", "--analyst", self._key("analyst", "pub"),
            "--approver", self._key("approver", "pub"),
            "--registrar", self._key("registrar", "pub"), *signers, *self._at_home,
        )  # fmt: skip
        self._oversight("trust", "roster", "--key", self._key("registrar", "key"), *self._at_home)

    # ------------------------------------------------------------------ 3. parts

    def _start_coordinator(self) -> None:
        self.processes.start("serve", [_script("oversight"), "serve", *self._at_home])
        settings = config.load(self.home)
        self._wait(
            lambda: answers(settings.gateway_port, settings.ca),
            f"the gateway does not answer on port {settings.gateway_port} of 127.0.0.1, which "
            "another program may have taken",
        )

    def _enrol(self, authority: Authority) -> None:
        self.say(f"Enrolling {authority.name}")
        home, source = self.agent_home(authority), self.out / "las" / authority.slug
        invitation = self.out / "invitations" / f"{authority.slug}.json"
        invited = json.loads(self._oversight(
            "agents", "invite", authority.code, "--out", str(invitation), "--json", *self._at_home,
        ))  # fmt: skip
        self._agent(
            "init", str(home), "--la", authority.code, "--name", authority.name,
            "--data", str(source / "data"), "--mapping", str(source / "mapping.toml"),
        )  # fmt: skip
        (home / "policy.toml").write_text(_POLICY, encoding="utf-8")
        with (home / "agent.toml").open("a", encoding="utf-8") as file:
            file.write(_AGENT_SETTINGS)
        enrolled = json.loads(self._agent(
            "enrol", str(invitation), "--fingerprint", invited["fingerprint"], "--json",
            "--home", str(home),
        ))  # fmt: skip
        self._oversight(
            "agents", "approve", authority.code, "--fingerprint", enrolled["fingerprint"],
            "--key", self._key("registrar", "key"), *self._at_home,
        )  # fmt: skip
        self.processes.start(
            f"agent-{authority.slug}", [_script("oversight-agent"), "run", "--home", str(home)]
        )

    def _wait_ready(self, las: set[str]) -> None:
        if not serve.wait_until_ready(self.home, las, self._all_alive, READY_SECONDS):
            raise self._late("not all agents came online")

    def _all_alive(self) -> bool:
        self.processes.require_alive()
        return True

    # ------------------------------------------------------------------ 4. study and 5. run

    def _publish(self, authorities: Sequence[Authority]) -> None:
        study = str(self.out / "study.json")
        las = [part for one in authorities for part in ("--la", one.code)]
        self._oversight("study", "new", study, *las)
        self._oversight("study", "sign", study, "--key", self._key("analyst", "key"))
        self._oversight("study", "approve", study, "--key", self._key("approver", "key"))
        self._oversight("study", "publish", study, *self._at_home)

    def _run(self) -> str:
        made = json.loads(self._oversight(
            "run", STUDY, "--wave", WAVE, "--within", str(RUN_HOURS), "--json", *self._at_home,
        ))  # fmt: skip
        store = self._store()
        shown: dict[str, AskState] = {}
        self._wait(lambda: self._all_answered(store, made["run"], shown),
                   "not all authorities answered", RUN_HOURS * 3600 + READY_SECONDS)  # fmt: skip
        store.close()
        return str(made["run"])

    def _all_answered(self, store: Store, run: str, shown: dict[str, AskState]) -> bool:
        asks = store.asks(run)
        for ask in asks:
            said = _SHOWN.get(ask.state)
            if said and said != _SHOWN.get(shown.get(ask.la, AskState.QUEUED)):
                self.say(f"  {authority(ask.la).name} {said}")
            shown[ask.la] = ask.state
        return all(map(is_finished, asks))

    # ------------------------------------------------------------------ 6. results

    def _write_results(self, run: str) -> RunResult:
        self._oversight("report", run, "--out", str(self.out), *self._at_home)
        store = self._store()
        try:
            return load_result(store, store.run(run))
        finally:
            store.close()

    # ------------------------------------------------------------------ helpers

    @property
    def _at_home(self) -> tuple[str, str]:
        return "--home", str(self.home)

    def _store(self) -> Store:
        return Store(config.load(self.home).database)

    def _key(self, name: str, kind: str = "") -> str:
        path = self.out / "people" / name
        return str(path.with_suffix(f".{kind}") if kind else path)

    def _oversight(self, *arguments: str) -> str:
        """One of the coordinator's commands; what it printed."""
        # The command line imports the demo, not the other way round, until the demo runs.
        from oversight_coordinator.cli import app  # noqa: PLC0415

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = app(list(arguments), standalone_mode=False)
        if status == INTERRUPTED:
            # Typer makes a status of Ctrl-C; the demo must not go on as if nothing had happened.
            raise KeyboardInterrupt
        return printed.getvalue()

    def _agent(self, *arguments: str) -> str:
        """One of the agent's commands; what it printed."""
        done = subprocess.run(  # noqa: S603 - our own command
            [_script("oversight-agent"), *arguments], check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            said = done.stderr.strip().removeprefix("oversight-agent: ")
            raise DemoError(f"'oversight-agent {arguments[0]}' failed: {said}")
        return done.stdout

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


def _script(name: str) -> str:
    return str(Path(sys.executable).parent / (f"{name}.exe" if os.name == "nt" else name))
