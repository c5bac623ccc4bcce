"""A small real deployment on loopback, made by the ordinary commands, to kill its processes.

Rules kept here:

1. What a person would do is done by the commands a person would use; what systemd would restart (an
   agent, `oversight serve`) is restarted here, and nothing else is.
2. Every wait has a deadline; what it then says shows where each question stands and what the logs
   said last.
3. The agent of the first authority can be held at a step, the other never: which process is held
   is then certain.
4. Everything that was started is ended in `stop`; if the tests themselves are killed, by Linux.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil
from typer.testing import CliRunner

from oversight_agent.cli import app as agent_app
from oversight_agent.cli.ledger import read_ledger
from oversight_agent.durability import HOLD_VARIABLE
from oversight_coordinator import config, serve
from oversight_coordinator.authorities import Authority, authority
from oversight_coordinator.cli import app as coordinator_app
from oversight_coordinator.config import HOME_VARIABLE
from oversight_coordinator.demo.loopback import answers, free_ports
from oversight_coordinator.keys import card
from oversight_coordinator.store import AskState, Store
from oversight_protocol.durability import Step
from oversight_protocol.ledger import Records, read_file
from support.quarters import STUDY, write_sources, write_study

AUTHORITIES = (authority("E10000016"), authority("E06000035"))
HELD = AUTHORITIES[0]
"""The authority whose agent can be held."""
BIN = Path(sys.executable).parent
WAIT_SECONDS = 60.0
_LOOK_SECONDS = 0.03
_LOG_TAIL_BYTES = 2500
_PR_SET_PDEATHSIG = 1
_SIGNS = {
    "oversight_coordinator.gateway_process": "gateway",
    "flower-superlink": "superlink",
    "flwr-serverapp": "dispatcher",
    "oversight_agent.pipeline.compute": "worker",
    "oversight-agent run": "agent",
    "oversight run": "oversight",
}
"""Parts by what stands in their command lines."""

_COORDINATOR_SETTINGS = """\
tick_seconds = 0.1
idle_seconds = 0.1
collect_seconds = 0.2
reply_seconds = 3.0
lease_seconds = 2.0
"""
_AGENT_SETTINGS = """\
poll_fast_seconds = 0.1
poll_idle_seconds = 0.2
backoff_most_seconds = 0.5
tick_seconds = 0.1
"""
_POLICY = f"""\
[studies]
accept = ["{STUDY}"]

[release]
mode = "automatic"
"""

Found = TypeVar("Found")


@dataclass(frozen=True)
class Hold:
    """A step at which processes wait to be killed."""

    folder: Path
    step: Step

    @property
    def _reached(self) -> Path:
        return self.folder / f"{self.step}.reached"

    def arm(self) -> None:
        """Have the next process wait that reaches the step."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{self.step}.hold").touch()

    def process(self) -> int | None:
        """The process that waits there."""
        return int(self._reached.read_text("ascii")) if self._reached.exists() else None

    def release(self) -> None:
        """Let go on whoever waits and whoever comes."""
        (self.folder / f"{self.step}.hold").unlink(missing_ok=True)
        self._reached.unlink(missing_ok=True)


@dataclass
class Deployment:
    """One coordinator and two agents in a folder."""

    folder: Path
    _versions: int = 0
    _store: Store | None = None
    _serve: subprocess.Popen[bytes] | None = None
    _agents: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The coordinator's folder."""
        return self.folder / "coordinator"

    @property
    def _hold_folder(self) -> Path:
        return self.folder / "hold"

    def agent_home(self, one: Authority) -> Path:
        """An agent's folder."""
        return self.folder / "agents" / one.slug

    # ------------------------------------------------------------------ making and ending

    def start(self) -> None:
        """Make everything, start it, publish the study's first version."""
        self._make_programme()
        self.start_serve()
        settings = config.load(self.home)
        self._wait(lambda: answers(settings.gateway_port, settings.ca), "no gateway answers")
        for seed, one in enumerate(AUTHORITIES):
            self._enrol(one, seed)
            self.start_agent(one)
        self._wait_until_ready()
        self._store = Store(settings.database)
        self.publish()

    def stop(self) -> None:
        """End everything."""
        running = [process for process in self._started if process.poll() is None]
        for process in running:
            process.terminate()
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
        for left in self.processes():
            with suppress(psutil.NoSuchProcess):
                left.kill()
        if self._store is not None:
            self._store.close()

    def _make_programme(self) -> None:
        gateway, superlink = free_ports(2)
        self.oversight(
            "init", str(self.home), "--gateway-url", f"https://127.0.0.1:{gateway}",
            "--gateway-port", str(gateway), "--superlink-port", str(superlink), home=False,
        )  # fmt: skip
        with (self.home / "coordinator.toml").open("a", encoding="utf-8") as file:
            file.write(_COORDINATOR_SETTINGS)
        for name in ("root-1", "root-2", "root-3", "analyst", "approver", "registrar"):
            self.oversight("key", "new", self._key(name), "--holder", name,
                           "--organisation", f"of {name}", home=False)  # fmt: skip
        signers = ("--key", self._key("root-1.key"), "--key", self._key("root-2.key"))
        members = [part for number in (1, 2, 3)
                   for part in ("--member", self._key(f"root-{number}.pub"))]  # fmt: skip
        self.oversight("trust", "root", *members, *signers)
        self.oversight(
            "trust", "roles", "--analyst", self._key("analyst.pub"),
            "--approver", self._key("approver.pub"), "--registrar", self._key("registrar.pub"),
            *signers,
        )  # fmt: skip
        self.oversight("trust", "roster", "--key", self._key("registrar.key"))

    def _enrol(self, one: Authority, seed: int) -> None:
        mapping = write_sources(self.folder / "sources" / one.slug, seed)
        home, invitation = self.agent_home(one), self.folder / f"{one.slug}.invitation.json"
        invited = json.loads(
            self.oversight("agents", "invite", one.code, "--out", str(invitation), "--json")
        )
        self.agent(
            "init", str(home), "--la", one.code, "--name", one.name,
            "--data", str(mapping.parent / "data"), "--mapping", str(mapping),
        )  # fmt: skip
        (home / "policy.toml").write_text(_POLICY, encoding="utf-8")
        with (home / "agent.toml").open("a", encoding="utf-8") as file:
            file.write(_AGENT_SETTINGS)
        enrolled = json.loads(self.agent(
            "enrol", str(invitation), "--fingerprint", invited["fingerprint"], "--json",
            "--home", str(home),
        ))  # fmt: skip
        self.oversight(
            "agents", "approve", one.code, "--fingerprint", enrolled["fingerprint"],
            "--key", self._key("registrar.key"),
        )  # fmt: skip

    # ------------------------------------------------------------------ processes

    def start_serve(self) -> None:
        """Start `oversight serve`."""
        self._serve = self._start("serve", "oversight", "serve", "--home", str(self.home))

    def start_agent(self, one: Authority) -> None:
        """Start an agent, as systemd does when it has ended."""
        self._agents[one.code] = self._start(
            f"agent-{one.slug}", "oversight-agent", "run", "--home", str(self.agent_home(one)),
            held=one is HELD,
        )  # fmt: skip

    def _start(
        self, log: str, program: str, *arguments: str, held: bool = True
    ) -> subprocess.Popen[bytes]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("OVERSIGHT_")
        }
        if held:
            environment[HOLD_VARIABLE] = str(self._hold_folder)
        path = self.folder / "logs" / f"{log}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as output:
            process = subprocess.Popen(
                [str(BIN / program), *arguments], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, env=environment, start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - it only asks the kernel
            )  # fmt: skip
        self._started.append(process)
        return process

    def pid(self, part: str) -> int:
        """The process of a part: `serve`, `gateway`, `superlink`, `dispatcher` or `agent`."""
        if part == "serve" and self._serve is not None:
            return self._serve.pid
        if part == "agent":
            return self._agents[HELD.code].pid
        return self._wait(lambda: self._state().get(part), f"no {part} runs")

    def kill(self, *pids: int) -> None:
        """SIGKILL processes at once and see them gone."""
        killed = [psutil.Process(pid) for pid in pids]
        for process in killed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for ours in self._started:
            if ours.pid in pids:
                ours.wait(WAIT_SECONDS)
        self._wait(lambda: not any(map(_is_alive, killed)), "what was killed lives")

    def wait_until_gone(self, pids: Sequence[int]) -> None:
        """See that processes of this deployment are ended by whoever ought to."""
        self._wait(lambda: not any(map(self.part, pids)), "what was left still runs")

    def kill_everything(self) -> None:
        """SIGKILL all processes at once."""
        self.kill(*(process.pid for process in self.processes()))

    def restart_what_systemd_would(self) -> None:
        """Start again what ended and is restarted by nothing of ours."""
        if self._serve is not None and self._serve.poll() is not None:
            self.start_serve()
        for one in AUTHORITIES:
            if self._agents[one.code].poll() is not None:
                self.start_agent(one)

    def processes(self) -> list[psutil.Process]:
        """All processes that work for this deployment, however they were orphaned."""
        return [process for process in psutil.process_iter() if self._is_of_here(process)]

    def running(self) -> Counter[str]:
        """How many of the coordinator's lasting parts run."""
        parts = Counter(self.part(process.pid) for process in self.processes())
        return Counter({part: parts[part] for part in ("gateway", "superlink", "dispatcher")})

    def part(self, pid: int) -> str:
        """What a process of this deployment is; nothing if there is none, or it does nothing."""
        try:
            process = psutil.Process(pid)
            command = "" if not self._is_of_here(process) else _command(process)
        except psutil.NoSuchProcess:
            return ""
        return next((part for sign, part in _SIGNS.items() if sign in command), "")

    def _is_of_here(self, process: psutil.Process) -> bool:
        try:
            if process.pid == os.getpid() or not _is_alive(process):
                return False
            environment = process.environ()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False
        homes = {environment.get(HOME_VARIABLE), environment.get(HOLD_VARIABLE)}
        of_here = bool(homes & {str(self.home), str(self._hold_folder)})
        return of_here or str(self.folder) in _command(process)

    def _state(self) -> dict[str, int]:
        try:
            state: dict[str, int] = json.loads((self.home / "serve.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return state

    def _wait_until_ready(self) -> None:
        las = {one.code for one in AUTHORITIES}
        if not serve.wait_until_ready(self.home, las, lambda: True, WAIT_SECONDS):
            raise AssertionError(f"not everything came up\n{self.account()}")

    # ------------------------------------------------------------------ studies and runs

    def publish(self) -> None:
        """Have the study's next version signed and publish it."""
        self._versions += 1
        version = self._versions
        package, study = self.folder / f"study-{version}", self.folder / f"study-{version}.json"
        write_study(package, [one.code for one in AUTHORITIES], version)
        self.oversight("study", "new", str(study), "--package", str(package), home=False)
        self.oversight("study", "sign", str(study), "--key", self._key("analyst.key"), home=False)
        self.oversight(
            "study", "approve", str(study), "--key", self._key("approver.key"), home=False
        )
        self.oversight("study", "publish", str(study))

    def ask(self, wave: str) -> str:
        """Ask a wave of the study's latest version; the run."""
        return str(json.loads(self.oversight("run", STUDY, "--wave", wave, "--json"))["run"])

    def ask_in_a_process(self, wave: str) -> None:
        """Ask by a process of its own, which can be held and killed."""
        self._start("run", "oversight", "run", STUDY, "--wave", wave, "--home", str(self.home))

    def run_of(self, wave: str) -> str:
        """The one run in which a wave was asked."""
        (run,) = (run.id for run in self.store.runs() if run.wave == wave)
        return run

    def finish(self, run: str) -> bytes:
        """Wait until nothing of a run is left to do; its `pooled.csv`."""
        self._wait(
            lambda: all(ask.state is AskState.DONE for ask in self.store.asks(run)),
            f"run {run} does not end",
        )
        out = self.folder / "results" / run
        self.oversight("report", run, "--out", str(out))
        return (out / "pooled.csv").read_bytes()

    @contextmanager
    def holding(self, *steps: Step) -> Iterator[dict[Step, Hold]]:
        """Hold steps inside the block."""
        holds = {step: Hold(self._hold_folder, step) for step in steps}
        for hold in holds.values():
            hold.arm()
        try:
            yield holds
        finally:
            for hold in holds.values():
                hold.release()

    def wait_at(self, hold: Hold) -> int:
        """The process that waits at a held step."""
        return self._wait(hold.process, f"no process reached '{hold.step}'")

    @property
    def store(self) -> Store:
        """The coordinator's store."""
        if self._store is None:
            raise ValueError("the deployment has not started")
        return self._store

    # ------------------------------------------------------------------ what the ledgers say

    def verify_ledgers(self) -> None:
        """Have every ledger verified by its command."""
        self.oversight("ledger", "verify", str(self.home), home=False)
        for one in AUTHORITIES:
            self.agent("ledger", "verify", str(self.agent_home(one)))

    def ledgers(self) -> dict[str, Records]:
        """All ledgers, verified: the coordinator's and the agents'."""
        key = card(self.home / "keys" / "service.pub").public_key
        content = (self.home / "ledger.jsonl").read_bytes()
        return {
            "coordinator": read_file(content, config.ORIGIN, key),
            **{one.slug: read_ledger(self.agent_home(one)) for one in AUTHORITIES},
        }

    def repeated(self) -> list[str]:
        """Facts that a ledger holds more than once."""
        return [
            f"{number} times in the ledger of {owner}: {fact}"
            for owner, ledger in self.ledgers().items()
            for fact, number in Counter(map(_fact, ledger.entries)).items()
            if number > 1
        ]

    def kinds_by_ticket(self, run: str) -> dict[str, Counter[str]]:
        """For each ticket of a run, how often each kind of entry names it, in all ledgers."""
        entries = [entry for ledger in self.ledgers().values() for entry in ledger.entries]
        return {
            ask.ticket: Counter(
                entry.entry.kind
                for entry in entries
                if entry.entry.body.get("ticket") == ask.ticket
            )
            for ask in self.store.asks(run)
        }

    # ------------------------------------------------------------------ helpers

    def oversight(self, *arguments: str, home: bool = True) -> str:
        """One of the coordinator's commands; what it printed."""
        at_home = ("--home", str(self.home)) if home else ()
        return _invoke(coordinator_app, [*arguments, *at_home])

    def agent(self, *arguments: str) -> str:
        """One of the agent's commands; what it printed."""
        return _invoke(agent_app, arguments)

    def _key(self, name: str) -> str:
        return str(self.folder / "people" / name)

    def _wait(self, ready: Callable[[], Found], what: str) -> Found:
        deadline = time.monotonic() + WAIT_SECONDS
        while not (found := ready()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} after {WAIT_SECONDS:.0f} s\n{self.account()}")
            time.sleep(_LOOK_SECONDS)
        return found

    def account(self) -> str:
        """Where everything stands, for whoever reads a failure."""
        lines = [f"serve: {self._state()}", f"processes: {dict(self.running())}"]
        if self._store is not None:
            lines += [
                f"run {run.id[:8]} {run.wave}: "
                + ", ".join(f"{ask.la} {ask.state}" for ask in self._store.asks(run.id))
                for run in self._store.runs()[-3:]
            ]
        for log in sorted([*self.folder.glob("logs/*.log"), *self.home.glob("logs/*.log")]):
            tail = log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace")
            lines.append(f"----- the end of {log.name}\n{tail}")
        return "\n".join(lines)


def _invoke(app: object, arguments: Sequence[str]) -> str:
    done = CliRunner().invoke(app, list(arguments))  # type: ignore[arg-type]
    if done.exit_code:
        problem = done.exception if done.exception is not None else done.output
        raise AssertionError(f"'{' '.join(arguments[:2])}' failed: {problem!r}")
    return done.stdout


def _fact(recorded: object) -> str:
    """What an entry says, so that saying it again would be a repetition."""
    entry = recorded.entry  # type: ignore[attr-defined]
    kind = "answer" if entry.kind in ("answered", "refused") else entry.kind
    named = ("ticket", "study", "run", "la", "roles", "roster", "snapshot")
    about = [f"{name}={entry.body[name]}" for name in named if entry.body.get(name) is not None]
    return " ".join([kind, *about])


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    return False


def _command(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return " ".join(process.cmdline())
    return ""


def _end_with_parent() -> None:
    """Have Linux end this process when the tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
