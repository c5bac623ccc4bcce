"""`oversight serve`: keeps the coordinator's processes running.

    serve ─┬─ gateway              the only one that listens to the network
           └─ flower-superlink ── superexec ── flwr-serverapp (our dispatcher)

Rules kept here:

1. Each process may die at any moment; it is started again, and nothing that matters was in it.
2. After a SuperLink start: wait until it answers, register the roster's nodes, start a run.
3. A dispatcher that has gone (or never came) means a new run, and one only: a dispatcher that lives
   but does not hold the lease gets some time, and is ended before another comes.
4. Agents that are put on the roster are registered as they come.
5. What an earlier, killed `serve` left running is stopped first. What runs is therefore noted as
   soon as it is started, with the time of its start: a number alone may belong to another by then.
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
"""A dispatcher that does not take the lease, or lets it lapse, for this long is given up."""
LAUNCH_SECONDS = 8.0
"""Flower starts a run's process within this, if at all."""
CLOCK_SECONDS = 60.0
"""By so much a process may seem to have started earlier or later after the clock was corrected."""


class Supervisor:
    """The processes of a home and the watching of them."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._gateway: subprocess.Popen[bytes] | None = None
        self._superlink: subprocess.Popen[bytes] | None = None
        self._control: superlink.Control | None = None
        self._registered: dict[str, tuple[str, int]] = {}
        self._run_started = self._last_sign = 0.0
        self._dispatcher: psutil.Process | None = None
        self._state = settings.home / "serve.json"

    def run(self, stop: threading.Event) -> None:
        """Watch until told to stop, then stop everything."""
        self._stop_leftovers()
        try:
            while not stop.is_set():
                self._look(stop)
                stop.wait(LOOK_SECONDS)
        finally:
            self._stop_all()

    # ------------------------------------------------------------------ watching

    def _look(self, stop: threading.Event) -> None:
        if self._gateway is None or self._gateway.poll() is not None:
            self._start_gateway()
        if self._superlink is None or self._superlink.poll() is not None:
            self._start_superlink()
            self._wait_for_superlink(stop)
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
            self._gateway = subprocess.Popen(
                [sys.executable, "-m", "oversight_coordinator.gateway_process"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, HOME_VARIABLE: str(self._settings.home.resolve())},
                start_new_session=True,
            )  # fmt: skip
        self._write_state()

    def _start_superlink(self) -> None:
        _log.info("starting", what="superlink")
        if self._control is not None:
            self._control.close()
        self._kill_dispatcher()
        self._registered, self._run_started = {}, 0.0
        self._superlink = superlink.start(self._settings, self._settings.logs / "superlink.log")
        self._control = superlink.Control(self._settings)
        self._write_state()

    def _wait_for_superlink(self, stop: threading.Event) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self._superlink and self._control and not self._control.is_ready():
            if self._superlink.poll() is not None or time.monotonic() > deadline:
                _kill_tree(self._superlink.pid)
                return
            if stop.wait(LOOK_SECONDS / 3):
                return

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
        now = time.monotonic()
        if holder := self._lease_holder():
            self._dispatcher, self._last_sign = holder, now
            return
        if self._run_started and now - self._last_sign < DISPATCHER_SECONDS and self._app_runs():
            return
        self._kill_dispatcher()
        self._control.start_run()
        self._run_started = self._last_sign = time.monotonic()
        _log.info("run-started")

    def _lease_holder(self) -> psutil.Process | None:
        """The living dispatcher whose lease it is."""
        pid = self._store.lease(LEASE, time.time())
        process = None if pid is None else _process(pid)
        return process if process is not None and _is_alive(process) else None

    def _app_runs(self) -> bool:
        """Whether the run's dispatcher lives, or is on its way: it takes some seconds to come."""
        if self._dispatcher is not None:
            return _is_alive(self._dispatcher)
        return time.monotonic() - self._run_started < LAUNCH_SECONDS or bool(self._dispatchers())

    def _dispatchers(self) -> list[psutil.Process]:
        if self._superlink is None:
            return []
        return [process for process in _tree(self._superlink.pid) if _is_dispatcher(process)]

    # ------------------------------------------------------------------ state and stopping

    def _write_state(self) -> None:
        holder = self._lease_holder()
        running = {
            "gateway": self._gateway.pid if self._gateway else None,
            "superlink": self._superlink.pid if self._superlink else None,
            "dispatcher": holder.pid if holder else None,
        }
        state = {
            "serve": os.getpid(), **running, "nodes": sorted(self._registered),
            "started": {part: _started(pid) for part, pid in running.items() if pid is not None},
        }  # fmt: skip
        content = json.dumps(state, indent=2).encode()
        if not self._state.exists() or self._state.read_bytes() != content:
            files.write(self._state, content)

    def _stop_leftovers(self) -> None:
        try:
            left = json.loads(self._state.read_bytes())
            noted = {part: (left[part], started) for part, started in left["started"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return
        for part, (pid, started) in noted.items():
            now = _started(pid)
            if now is not None and abs(now - started) < CLOCK_SECONDS:
                _log.warning("stopping-leftover", what=part)
                _kill_tree(pid)
        self._state.unlink(missing_ok=True)

    def _kill_dispatcher(self) -> None:
        for process in {self._lease_holder(), self._dispatcher, *self._dispatchers()} - {None}:
            if process is not None and _is_alive(process) and _is_dispatcher(process):
                _kill_tree(process.pid)
        self._dispatcher = None

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


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _started(pid: int) -> float | None:
    """When a process was started, in Unix time: with its number, this names it for ever."""
    process = _process(pid)
    return float(process.create_time()) if process is not None else None


def _is_alive(process: psutil.Process) -> bool:
    """Whether a process still runs; one that waits to be collected by its parent does not."""
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_dispatcher(process: psutil.Process) -> bool:
    try:
        return "flwr-serverapp" in " ".join(process.cmdline()[:3])
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


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
