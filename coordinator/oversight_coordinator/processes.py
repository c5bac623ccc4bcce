"""Processes of this machine, and a file that says which of them are ours.

A process is named by its number and the time of its start: a number alone may belong to another by
now.
"""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from oversight_coordinator import files
from oversight_protocol.errors import InputError

CLOCK_SECONDS = 60.0
"""By so much a process may seem to have started earlier or later after the clock was corrected."""


def find(pid: int) -> psutil.Process | None:
    """The process of this number."""
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def tree(pid: int) -> list[psutil.Process]:
    """A process and all that it started, directly or not."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill_tree(pid: int) -> None:
    """Kill a process and all that it started."""
    for process in tree(pid):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def started(pid: int) -> float | None:
    """When a process was started, in Unix time: with its number, this names it for ever."""
    process = find(pid)
    return float(process.create_time()) if process is not None else None


def is_same(pid: int, noted: float) -> bool:
    """Whether the process of this number is the one that was noted with its start."""
    now = started(pid)
    return now is not None and abs(now - noted) < CLOCK_SECONDS


def is_alive(process: psutil.Process) -> bool:
    """Whether a process still runs; one that waits to be collected by its parent does not."""
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def has_words(process: psutil.Process, words: str) -> bool:
    """Whether a process was called by a name that holds these words."""
    try:
        return words in " ".join(process.cmdline()[:3])
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen at this address now; False if another has it.

    Raises:
        InputError: the address is not this machine's, or needs other rights.
    """
    try:
        (family, kind, _, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise InputError(
            f"nothing can listen on port {port} of {host} ({error.strerror})"
        ) from None
    return True


@contextmanager
def alone(lock_file: Path, what: str) -> Iterator[None]:
    """Be the only one that does something; the system ends this with the process, however it ends.

    Raises:
        InputError: another process does it.
    """
    lock = FileLock(lock_file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            f"{what} is running for this folder already", where=str(lock_file.parent),
            advice="stop it first; two would end each other's processes",
        ) from None  # fmt: skip
    try:
        yield
    finally:
        lock.release()


class RunningFile:
    """What runs, written down for whoever comes after a kill."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = b""

    def note(self, parts: Mapping[str, int | None], facts: Mapping[str, Any]) -> None:
        """Write down the processes by the names of their parts, and some facts beside them."""
        starts = {part: started(pid) for part, pid in parts.items() if pid is not None}
        content = json.dumps({**facts, **parts, "started": starts}, indent=2).encode()
        if content != self._written or not self._path.exists():
            files.write(self._path, content)
            self._written = content

    def left(self) -> dict[str, int]:
        """The processes that an earlier one wrote down and that still run, by part."""
        try:
            noted = json.loads(self._path.read_bytes())
            known = {part: (int(noted[part]), float(at)) for part, at in noted["started"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}
        return {part: pid for part, (pid, at) in known.items() if is_same(pid, at)}

    def remove(self) -> None:
        """Nothing runs any more."""
        self._path.unlink(missing_ok=True)
