"""`oversight serve`: keeps the coordinator's processes running.

    serve ─┬─ gateway              the only one that listens to the network
           └─ flower-superlink ── superexec ── flwr-serverapp (our dispatcher)

Rules kept here:

1. Each process may die at any moment; it is started again, and nothing that matters was in it.
2. After a SuperLink start: wait until it answers, register the roster's nodes, start a run.
3. A dispatcher that has gone (or never came) means a new run.
4. Agents that are put on the roster are registered as they come.
5. What an earlier, killed `serve` left running is stopped first.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import structlog

from oversight_coordinator import files, trust_files
from oversight_coordinator.config import HOME_VARIABLE, Settings
from oversight_coordinator.dispatcher import superlink
from oversight_coordinator.dispatcher.app import LEASE
from oversight_coordinator.store import Store
from oversight_protocol.enrolment import node_public_key
from oversight_protocol.errors import OversightError

_log = structlog.get_logger("oversight_coordinator.serve")

LOOK_SECONDS = 0.3
READY_SECONDS = 60.0
"""A SuperLink that does not answer within this is started again."""
DISPATCHER_SECONDS = 30.0
"""A run whose dispatcher does not take the lease within this is given up for another."""


class Supervisor:
    """The processes of a home and the watching of them."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._gateway: subprocess.Popen[bytes] | None = None
        self._superlink: subprocess.Popen[bytes] | None = None
        self._control: superlink.Control | None = None
        self._registered: dict[str, tuple[str, int]] = {}
        self._run_started = 0.0
        self._state = settings.home / "serve.json"

    def run(self, stop: threading.Event) -> None:
        """Watch until told to stop, then stop everything."""
        self._stop_leftovers()
        try:
            while not stop.is_set():
                self._look()
                stop.wait(LOOK_SECONDS)
        finally:
            self._stop_all()

    # ------------------------------------------------------------------ watching

    def _look(self) -> None:
        if self._gateway is None or self._gateway.poll() is not None:
            self._start_gateway()
        if self._superlink is None or self._superlink.poll() is not None:
            self._start_superlink()
        try:
            self._register_new()
            self._watch_dispatcher()
        except (httpx.HTTPError, OSError) as error:
            _log.warning("superlink-away", error=type(error).__name__)
        except OversightError as error:
            _log.warning("trust-not-usable", problem=str(error))
        self._write_state()

    def _start_gateway(self) -> None:
        _log.info("starting", what="gateway")
        with (self._settings.logs / "gateway.log").open("ab") as output:
            self._gateway = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "oversight_coordinator.gateway_process"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, HOME_VARIABLE: str(self._settings.home.resolve())},
                start_new_session=True,
            )  # fmt: skip

    def _start_superlink(self) -> None:
        _log.info("starting", what="superlink")
        if self._control is not None:
            self._control.close()
        self._kill_dispatcher()
        self._registered, self._run_started = {}, 0.0
        self._superlink = superlink.start(self._settings, self._settings.logs / "superlink.log")
        self._control = superlink.Control(self._settings)
        deadline = time.monotonic() + READY_SECONDS
        while not self._control.is_ready():
            if self._superlink.poll() is not None or time.monotonic() > deadline:
                _kill_tree(self._superlink.pid)
                return
            time.sleep(LOOK_SECONDS / 3)

    def _register_new(self) -> None:
        if self._control is None:
            return
        changed = False
        for agent in trust_files.current(self._settings.trust).roster.agents:
            if agent.status == "active" and (
                self._registered.get(agent.la, ("", 0))[0] != agent.node_key
            ):
                node = self._control.register(superlink.node_pem(node_public_key(agent.node_key)))
                self._registered[agent.la] = agent.node_key, node
                changed = True
                _log.info("node-registered", la=agent.la)
        if changed or not self._run_started:
            nodes = {la: node for la, (_, node) in sorted(self._registered.items())}
            files.write(self._settings.superlink / "nodes.json", json.dumps(nodes).encode())

    def _watch_dispatcher(self) -> None:
        if self._control is None:
            return
        pid = self._store.lease(LEASE, time.time())
        if pid is not None and psutil.pid_exists(pid):
            return
        waited = time.monotonic() - self._run_started
        if self._run_started and pid is None and waited < DISPATCHER_SECONDS and self._app_runs():
            return
        self._control.start_run()
        self._run_started = time.monotonic()
        _log.info("run-started")

    def _app_runs(self) -> bool:
        """Whether a dispatcher is on its way: its process takes some seconds to take the lease."""
        return time.monotonic() - self._run_started < 8 or bool(self._dispatchers())

    def _dispatchers(self) -> list[psutil.Process]:
        if self._superlink is None:
            return []
        return [p for p in _tree(self._superlink.pid) if "flwr-serverapp" in _name(p)]

    # ------------------------------------------------------------------ state and stopping

    def _write_state(self) -> None:
        pid = self._store.lease(LEASE, time.time())
        state = {
            "serve": os.getpid(),
            "gateway": self._gateway.pid if self._gateway else None,
            "superlink": self._superlink.pid if self._superlink else None,
            "dispatcher": pid if pid is not None and psutil.pid_exists(pid) else None,
            "nodes": sorted(self._registered),
        }
        content = json.dumps(state, indent=2).encode()
        if not self._state.exists() or self._state.read_bytes() != content:
            files.write(self._state, content)

    def _stop_leftovers(self) -> None:
        try:
            left = json.loads(self._state.read_bytes())
        except (OSError, ValueError):
            return
        for part in ("gateway", "superlink", "dispatcher"):
            pid = left.get(part)
            if isinstance(pid, int) and _is_ours(pid):
                _log.warning("stopping-leftover", what=part)
                _kill_tree(pid)
        self._state.unlink(missing_ok=True)

    def _kill_dispatcher(self) -> None:
        pid = self._store.lease(LEASE, time.time())
        if pid is not None and _is_ours(pid):
            _kill_tree(pid)

    def _stop_all(self) -> None:
        if self._gateway is not None:
            self._gateway.terminate()
        if self._superlink is not None:
            # It would wait half a minute for its children; its state is in memory and disposable.
            _kill_tree(self._superlink.pid)
            self._superlink.wait()
        self._kill_dispatcher()
        if self._gateway is not None:
            try:
                self._gateway.wait(5)
            except subprocess.TimeoutExpired:
                self._gateway.kill()
                self._gateway.wait()
        self._state.unlink(missing_ok=True)


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM or SIGINT sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill_tree(pid: int) -> None:
    for process in _tree(pid):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()[:3])
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def _is_ours(pid: int) -> bool:
    """Whether a process of this number is one of ours, and not a later one with the same number."""
    try:
        line = " ".join(psutil.Process(pid).cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return any(part in line for part in ("flower-superlink", "flwr-serverapp", __package__ or ""))


def wait_until_ready(home: Path, las: set[str], alive: Callable[[], bool], seconds: float) -> bool:
    """Whether, within some seconds, everything runs and these authorities' nodes are registered."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        try:
            state = json.loads((home / "serve.json").read_bytes())
        except (OSError, ValueError):
            state = {}
        parts = ("gateway", "superlink", "dispatcher")
        if all(state.get(part) for part in parts) and las <= set(state.get("nodes", [])):
            return True
        time.sleep(LOOK_SECONDS / 3)
    return False
