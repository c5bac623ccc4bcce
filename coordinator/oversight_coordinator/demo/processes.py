"""The demo's child processes: started with a log each, stopped whatever happens."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from oversight_coordinator import files
from oversight_protocol.errors import OversightError

STOP_SECONDS = 10.0
"""After this a process that was asked to end is killed."""
_PR_SET_PDEATHSIG = 1


class DemoError(OversightError):
    """A part of the demo did not do its work; the message names its log."""


@dataclass
class Processes:
    """What was started, in order.

    Args:
        outlive: the processes stay when the demo ends without stopping them.
    """

    logs: Path
    outlive: bool = False
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a process that stays."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603, PLW1509 - our own commands
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **(environment or {})}, start_new_session=True,
                preexec_fn=None if self.outlive else _end_with_parent,
            )  # fmt: skip

    def alive(self, name: str) -> bool:
        """Whether a process still runs."""
        return self._running[name].poll() is None

    def require_alive(self) -> None:
        """Check that nothing has ended by itself.

        Raises:
            DemoError: naming the process and its log.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise DemoError(f"'{name}' ended by itself; see {self.logs / name}.log")

    def pids(self) -> dict[str, int]:
        """The process identifiers by name."""
        return {name: process.pid for name, process in self._running.items()}

    def stop(self) -> None:
        """End everything, the last started first."""
        stop_pids(list(reversed(list(self.pids().values()))))
        for process in self._running.values():
            process.wait()
        self._running.clear()


def stop_pids(pids: Sequence[int]) -> None:
    """Ask processes to end, together; kill those that do not."""
    there = []
    for pid in pids:
        try:
            process = psutil.Process(pid)
            process.terminate()
            there.append(process)
        except psutil.NoSuchProcess:
            continue
    _, left = psutil.wait_procs(there, timeout=STOP_SECONDS)
    for process in left:
        process.kill()


def hand_over(processes: Processes, state: Path, seconds: int) -> None:
    """Leave the processes running, and a keeper that stops them after some time."""
    created = {
        name: [pid, psutil.Process(pid).create_time()] for name, pid in processes.pids().items()
    }
    files.write(state, json.dumps(created).encode())
    subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "oversight_coordinator.demo.processes", str(state), str(seconds)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def stop_kept(state: Path) -> int:
    """Stop what an earlier demo left running; how many processes that were."""
    try:
        kept: dict[str, list[float]] = json.loads(state.read_bytes())
    except (OSError, ValueError):
        return 0
    pids = [int(pid) for pid, created in reversed(kept.values()) if _is_same(int(pid), created)]
    stop_pids(pids)
    state.unlink(missing_ok=True)
    return len(pids)


def _is_same(pid: int, created: float) -> bool:
    """Whether a process number still belongs to the process that had it then."""
    try:
        return abs(psutil.Process(pid).create_time() - created) < 1
    except psutil.NoSuchProcess:
        return False


def _end_with_parent() -> None:
    """Ask Linux to end this process when the demo is killed; elsewhere nothing can be asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _keep(state: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while state.exists() and time.monotonic() < deadline:
        time.sleep(1)
    stop_kept(state)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), float(sys.argv[2]))
