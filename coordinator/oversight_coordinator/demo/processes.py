"""The demo's child processes: started with a log each, noted in a file, stopped whatever happens.

Rules kept here:

1. What runs stands in `running.json` from its start, with the time of its start, so that whoever
   comes later can end it, and nothing that got the same number since.
2. Whatever a process started is ended with it, even if it had no time to do so itself.
3. If the demo itself is killed, Linux ends its processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from oversight_coordinator import files
from oversight_coordinator.demo import signals
from oversight_protocol.errors import OversightError

STOP_SECONDS = 10.0
"""After this a process that was asked to end is killed."""
STATE = "running.json"
_LOOK_SECONDS = 0.05

Noted = tuple[int, float]
"""A process: its number and when it was started (seconds, Unix time)."""


class DemoError(OversightError):
    """A part of the demo did not do its work; the message names its log."""


@dataclass
class Processes:
    """What was started, in order.

    Args:
        out: the demo's folder.
        outlive: the processes may go on when the demo has ended.
    """

    out: Path
    outlive: bool = False
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _passing: set[str] = field(default_factory=set)

    @property
    def state(self) -> Path:
        """The file that says what runs."""
        return self.out / STATE

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.out / "logs" / f"{name}.log"

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process that stays."""
        self.log(name).parent.mkdir(parents=True, exist_ok=True)
        with signals.put_off(), self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                # The demo has one thread, so nothing can hold a lock that this would wait for.
                preexec_fn=None if self.outlive else signals.end_with_parent,  # noqa: PLW1509
            )  # fmt: skip
        self.note(demo=os.getpid())

    def begin(self, name: str, command: Sequence[str]) -> None:
        """Start a process that does its work and ends."""
        self._passing.add(name)
        self.start(name, command)

    def has_ended(self, name: str) -> bool:
        """Whether a process that does its work has done it.

        Raises:
            DemoError: it failed.
        """
        status = self._running[name].poll()
        if status:
            raise DemoError(f"the part '{name}' failed; its log is {self.log(name)}")
        return status == 0

    def note(self, *, demo: int | None) -> None:
        """Write down what runs, with the demo's own process where it is still there."""
        pids = {name: process.pid for name, process in self._running.items()}
        if demo is not None:
            pids = {"demo": demo, **pids}
        noted = {name: [pid, started] for name, pid in pids.items() if (started := _started(pid))}
        files.write(self.state, json.dumps(noted, indent=1).encode())

    def require_alive(self) -> None:
        """Check that nothing has ended by itself.

        Raises:
            DemoError: naming the process and its log.
        """
        for name, process in self._running.items():
            if process.poll() is not None and (process.returncode or name not in self._passing):
                raise DemoError(f"the part '{name}' ended by itself; its log is {self.log(name)}")

    def stop(self) -> None:
        """End everything and all that it started."""
        stop_pids([process.pid for process in reversed(self._running.values())])
        for process in self._running.values():
            process.wait()
        self._running.clear()
        self.state.unlink(missing_ok=True)


def read_state(out: Path) -> dict[str, Noted]:
    """What a demo noted as running in this folder and is still the same process."""
    try:
        noted: dict[str, list[float]] = json.loads((out / STATE).read_bytes())
        known = {name: (int(pid), started) for name, (pid, started) in noted.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return {name: one for name, one in known.items() if _is_same(*one)}


def stop_pids(pids: Sequence[int], seconds: float = STOP_SECONDS) -> None:
    """Ask processes to end, together.

    Those that have not after some seconds are killed, and so is whatever they leave behind.
    """
    asked = [process for pid in pids for process in _tree(pid)[:1]]
    trees = [one for pid in pids for one in _tree(pid)]
    for process in asked:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _wait_for_end(asked, seconds)
    # Those that hang may have started others meanwhile.
    left = {
        *trees,
        *(one for process in asked for one in _tree(process.pid) if process.is_running()),
    }
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait_for_end(left, STOP_SECONDS)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _started(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def _is_same(pid: int, started: float) -> bool:
    """Whether a process number still belongs to the process that had it then, and that it runs."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and _runs(process)
    except psutil.NoSuchProcess:
        return False


def _runs(process: psutil.Process) -> bool:
    """Whether a process has not ended; one whose parent has yet to take note has."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_for_end(processes: Collection[psutil.Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
