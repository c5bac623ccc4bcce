"""`oversight serve`: keeps the coordinator's processes running.

    serve ─┬─ gateway              the only one that listens to the network
           └─ flower-superlink ── superexec ── flwr-serverapp (our dispatcher)

Rules kept here:

1. Each process may die at any moment; it is started again, and nothing that matters was in it. One
   that cannot come up is tried ever more rarely, and each try is reported with the log to read.
2. After a SuperLink start: wait until it answers, register the roster's nodes, start a run.
3. A dispatcher that has gone (or never came) means a new run, and one only: a dispatcher that lives
   but does not hold the lease gets some time, and is ended before another comes.
4. The SuperLink knows the nodes of the roster's active agents, as they come, and no other's.
5. What an earlier, killed `serve` left running is stopped first. What runs is therefore noted as
   soon as it is started, with the time of its start: a number alone may belong to another by then.
6. One `serve` for a home. A port that another program has is an error at once, which names it.
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
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import structlog

from oversight_coordinator import files, processes, trust_files
from oversight_coordinator.config import HOME_VARIABLE, Settings
from oversight_coordinator.dispatcher import LEASE, superlink
from oversight_coordinator.restarts import Restarts
from oversight_coordinator.store import Store, StoreError
from oversight_protocol.enrolment import node_public_key
from oversight_protocol.errors import InputError, OversightError

_log = structlog.get_logger("oversight_coordinator.serve")

STATE = "serve.json"
"""In the home: what runs."""
LOOK_SECONDS = 0.3
READY_SECONDS = 60.0
"""A SuperLink that does not answer within this is started again."""
DISPATCHER_SECONDS = 30.0
"""A dispatcher that does not take the lease, or lets it lapse, for this long is given up."""
LAUNCH_SECONDS = 8.0
"""Flower starts a run's process within this, if at all."""
PORT_SECONDS = 5.0
"""What was just stopped gives its port back within this."""


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
        self._running = processes.RunningFile(settings.home / STATE)
        self._nodes: dict[str, int] | None = None
        parts = ("gateway", "superlink", "dispatcher")
        self._restarts = {part: Restarts(time.monotonic) for part in parts}
        self._problem = ""

    def run(self, stop: threading.Event) -> None:
        """Watch until told to stop, then stop everything.

        Raises:
            InputError: another `serve` runs for this home, or a port is taken.
        """
        superlink.forget_proxies()
        with processes.alone(self._settings.home / "serve.lock", "'oversight serve'"):
            self._stop_leftovers()
            self._require_ports(stop)
            try:
                while not stop.is_set():
                    self._look(stop)
                    stop.wait(LOOK_SECONDS)
            finally:
                self._stop_all()

    def _require_ports(self, stop: threading.Event) -> None:
        chosen = self._settings
        for setting, host, port in (
            ("gateway_port", chosen.gateway_host, chosen.gateway_port),
            ("superlink_port", "127.0.0.1", chosen.superlink_port),
        ):
            deadline = time.monotonic() + PORT_SECONDS
            while not processes.is_free(host, port):
                if stop.wait(LOOK_SECONDS):
                    return
                if time.monotonic() > deadline:
                    raise InputError(
                        f"port {port} of {host} is taken by another program",
                        where=str(chosen.home / "coordinator.toml"),
                        advice=f"end that program, or choose another '{setting}'",
                    )

    # ------------------------------------------------------------------ watching

    def _look(self, stop: threading.Event) -> None:
        if self._is_due("gateway", self._gateway):
            self._start_gateway()
        if self._is_due("superlink", self._superlink):
            self._start_superlink()
            self._wait_for_superlink(stop)
        try:
            if self._control and self._superlink and self._superlink.poll() is None:
                self._register_nodes(self._control)
                self._watch_dispatcher(self._control)
            holder = self._lease_holder()
            self._note(holder.pid if holder else None)
            self._report("")
        except httpx.HTTPError as error:
            self._report(f"the SuperLink is away ({type(error).__name__})")
        except OSError as error:
            self._report(f"a file cannot be used ({error.strerror}): {error.filename}")
        except OversightError as error:
            self._report(str(error))

    def _report(self, problem: str) -> None:
        """Say what hinders, once and not at every look."""
        if problem and problem != self._problem:
            _log.warning("cannot-go-on-yet", problem=problem)
        self._problem = problem

    def _is_due(self, part: str, process: subprocess.Popen[bytes] | None) -> bool:
        """Whether a part does not run and is to be started now."""
        if process is None:
            return True
        if process.poll() is None:
            return False
        if not self._restarts[part].is_due():
            return False
        log = self._settings.logs / f"{part}.log"
        _log.warning("part-ended", what=part, status=process.returncode, log=str(log))
        return True

    def _start_gateway(self) -> None:
        _log.info("starting", what="gateway")
        with (self._settings.logs / "gateway.log").open("ab") as output:
            self._gateway = subprocess.Popen(
                [sys.executable, "-m", "oversight_coordinator.gateway_process"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, HOME_VARIABLE: str(self._settings.home.resolve())},
                start_new_session=True,
            )  # fmt: skip
        self._restarts["gateway"].started()
        self._note()

    def _start_superlink(self) -> None:
        _log.info("starting", what="superlink")
        if self._control is not None:
            self._control.close()
        self._kill_dispatcher()
        self._registered, self._nodes, self._run_started = {}, None, 0.0
        self._superlink = superlink.start(self._settings, self._settings.logs / "superlink.log")
        self._restarts["superlink"].started()
        self._control = superlink.Control(self._settings)
        self._note()

    def _wait_for_superlink(self, stop: threading.Event) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self._superlink and self._control and not self._control.is_ready():
            if self._superlink.poll() is not None or time.monotonic() > deadline:
                processes.kill_tree(self._superlink.pid)
                return
            if stop.wait(LOOK_SECONDS / 3):
                return

    def _register_nodes(self, control: superlink.Control) -> None:
        roster = trust_files.current(self._settings.trust).roster
        active = {agent.la: agent.node_key for agent in roster.agents if agent.status == "active"}
        for la, (key, node) in list(self._registered.items()):
            if active.get(la) != key:
                del self._registered[la]
                control.unregister(node)
                _log.info("node-unregistered", la=la)
        for la, key in active.items():
            if la not in self._registered:
                node = control.register(superlink.node_pem(node_public_key(key)))
                self._registered[la] = key, node
                _log.info("node-registered", la=la)
        nodes = {la: node for la, (_, node) in sorted(self._registered.items())}
        if nodes != self._nodes:
            files.write(self._settings.superlink / "nodes.json", json.dumps(nodes).encode())
            self._nodes = nodes

    def _watch_dispatcher(self, control: superlink.Control) -> None:
        now = time.monotonic()
        if holder := self._lease_holder():
            self._dispatcher, self._last_sign = holder, now
            return
        if self._run_started and now - self._last_sign < DISPATCHER_SECONDS and self._app_runs():
            return
        if not self._restarts["dispatcher"].is_due():
            return
        self._kill_dispatcher()
        control.start_run()
        self._restarts["dispatcher"].started()
        self._run_started = self._last_sign = time.monotonic()
        _log.info("run-started")

    def _lease_holder(self) -> psutil.Process | None:
        """The living dispatcher whose lease it is."""
        pid = self._store.lease(LEASE, time.time())
        process = None if pid is None else processes.find(pid)
        return process if process is not None and processes.is_alive(process) else None

    def _app_runs(self) -> bool:
        """Whether the run's dispatcher lives, or is on its way: it takes some seconds to come."""
        if self._dispatcher is not None:
            return processes.is_alive(self._dispatcher)
        return time.monotonic() - self._run_started < LAUNCH_SECONDS or bool(self._dispatchers())

    def _dispatchers(self) -> list[psutil.Process]:
        if self._superlink is None:
            return []
        return [one for one in processes.tree(self._superlink.pid) if _is_dispatcher(one)]

    # ------------------------------------------------------------------ state and stopping

    def _note(self, dispatcher: int | None = None) -> None:
        """Write down what runs."""
        parts = {
            "gateway": self._gateway.pid if self._gateway else None,
            "superlink": self._superlink.pid if self._superlink else None,
            "dispatcher": dispatcher,
        }
        self._running.note(parts, {"serve": os.getpid(), "nodes": sorted(self._registered)})

    def _stop_leftovers(self) -> None:
        for part, pid in self._running.left().items():
            _log.warning("stopping-leftover", what=part)
            processes.kill_tree(pid)
        self._running.remove()

    def _kill_dispatcher(self) -> None:
        found = [self._dispatcher, *self._dispatchers()]
        with suppress(StoreError):
            found.append(self._lease_holder())
        for one in found:
            if one is not None and processes.is_alive(one) and _is_dispatcher(one):
                processes.kill_tree(one.pid)
        self._dispatcher = None

    def _stop_all(self) -> None:
        if self._gateway is not None:
            self._gateway.terminate()
        if self._superlink is not None:
            # It would wait half a minute for its children; its state is in memory and disposable.
            processes.kill_tree(self._superlink.pid)
            self._superlink.wait()
        self._kill_dispatcher()
        if self._gateway is not None:
            try:
                self._gateway.wait(5)
            except subprocess.TimeoutExpired:
                self._gateway.kill()
                self._gateway.wait()
        self._running.remove()


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM or SIGINT sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _is_dispatcher(process: psutil.Process) -> bool:
    return processes.has_words(process, "flwr-serverapp")


def wait_until_ready(home: Path, las: set[str], alive: Callable[[], bool], seconds: float) -> bool:
    """Whether, within some seconds, everything runs and these authorities' nodes are registered."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        try:
            state = json.loads((home / STATE).read_bytes())
        except (OSError, ValueError):
            state = {}
        running = all(state.get(part) for part in ("gateway", "superlink", "dispatcher"))
        if running and las <= set(state.get("nodes", [])):
            return True
        time.sleep(LOOK_SECONDS / 3)
    return False
