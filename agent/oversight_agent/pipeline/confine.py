"""What a worker does to itself: limits before it touches data, and an end with its parent.

Rules kept here:

1. Limits are set by the process itself at its start, so that nothing of the parent runs between
   `fork` and `exec`. A process cannot raise its own hard limits again.
2. A worker does not outlive its parent. Its standard input stays open as long as the parent lives,
   and its end is the parent's end; on Linux the kernel sends SIGKILL besides, which needs no
   cooperation of a busy process. The kernel watches the parent's *thread* that started the worker,
   so that thread waits for the worker.
3. A worker reads its sources without the right to write a file, may write one snapshot then, and
   gives the right up for good before it runs signed SQL.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from pydantic import BaseModel, ConfigDict

from oversight_agent.limits import WorkerLimits

MEMORY_STATUS = 70
"""Exit status of a worker whose memory did not suffice."""
ORPHAN_STATUS = 71
"""Exit status of a worker whose parent is gone."""

_PR_SET_PDEATHSIG = 1
_MIB = 1024 * 1024


class Confinement(BaseModel):
    """What a worker is told of its confinement, as the one argument of its command line.

    Attributes:
        parent: the process identifier of the parent.
        limits: the worker's limits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parent: int
    limits: WorkerLimits


def limit(limits: WorkerLimits) -> None:
    """Bound address space, processor time and files (on Windows nothing: it has no such limits)."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 — POSIX only

    space = limits.address_space_mib * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    # The soft limit ends the process with SIGXCPU, which nobody else sends, before the hard one
    # would end it with a SIGKILL like any other.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits.snapshot_mib * _MIB))


@contextmanager
def writing() -> Iterator[None]:
    """Write files while this lasts, then nevermore; a process that is not confined just goes on."""
    if not _is_confined():
        yield
        return
    import resource  # noqa: PLC0415 — POSIX only

    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def end_writing() -> None:
    """Give up the right to write files for good, if this process is confined."""
    if _is_confined():
        import resource  # noqa: PLC0415 — POSIX only

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _is_confined() -> bool:
    """Whether `limit` was called; the tests compute in their own process, which stays free."""
    if sys.platform == "win32":
        return False
    import resource  # noqa: PLC0415 — POSIX only

    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] == 0


def end_with_parent(parent: int) -> None:
    """Have the kernel end this process with its parent; end now if the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(ORPHAN_STATUS)


def end_with_input(descriptor: int) -> None:
    """End this process when nobody holds the other end of a pipe any more."""
    Thread(target=_wait_for_end, args=(descriptor,), daemon=True).start()


def _wait_for_end(descriptor: int) -> None:
    while os.read(descriptor, 4096):
        pass
    os._exit(ORPHAN_STATUS)
