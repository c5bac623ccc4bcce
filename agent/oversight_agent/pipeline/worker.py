"""Runs a job in a process of its own, bounded in memory, time and output.

Rules kept here:

1. A worker gets its job on standard input and nothing else: no environment, no open file, a session
   and process group of its own. What it writes to standard error could quote data and is dropped.
2. At the deadline its whole process group is killed. Its output is read up to a bound.
3. A worker that went over a limit says something about its queries. Then each base table is tried
   alone; those that go over again are refused with `query-limits`, and the rest is answered, still
   jointly.
4. A worker that something else killed says nothing about its queries and is started again, a
   bounded number of times.
5. Importing this module brings in no data library, so that the lasting process stays small.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from threading import Thread
from time import monotonic
from typing import IO

from pydantic import ValidationError

from oversight_agent.durability import HOLD_VARIABLE
from oversight_agent.limits import WorkerLimits
from oversight_agent.pipeline.confine import MEMORY_STATUS, Confinement
from oversight_agent.pipeline.job import Job, JobResult
from oversight_protocol.errors import OversightError, Reason

_MIB = 1024 * 1024
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "OPENBLAS_NUM_THREADS": "1"}
"""All that a worker learns of its surroundings; numpy's threads would only reserve memory."""
_PASSED_ON = ("SYSTEMROOT", HOLD_VARIABLE)
"""Without the first Windows starts no process; the second is set in tests only."""


class _Ending(Enum):
    FINISHED = auto()
    OVER_LIMITS = auto()
    KILLED_FROM_OUTSIDE = auto()
    FAILED = auto()


_FROM_OUTSIDE = frozenset({"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"})
"""Signals that neither a limit nor a crash sends."""


@dataclass
class _Output:
    """What a worker wrote, up to one byte more than allowed."""

    most: int
    content: bytes = field(default=b"", repr=False)

    @property
    def too_large(self) -> bool:
        return len(self.content) > self.most

    def read(self, stream: IO[bytes]) -> None:
        self.content = stream.read(self.most + 1)


def run(job: Job, limits: WorkerLimits) -> JobResult:
    """Answer a job in a worker.

    The calling thread waits for the worker: at most the deadline for each attempt, of which there
    is one if all goes well, else one for each base table and two more, times restarts.

    Raises:
        OversightError: the worker failed for a reason that lies neither in the queries nor in their
            limits; the message says how it ended and nothing of the data.
    """
    # 1. All together.
    result = _attempt(job, limits)
    if result is not None:
        return result
    # 2. Each table alone, to find those that go over the limits.
    names = [table.name for table in job.base_tables]
    fitting = [name for name in names if len(names) > 1 and _fits(job.only([name]), limits)]
    # 3. The rest together, unless that is the same job again.
    rest = _attempt(job.only(fitting), limits) if 0 < len(fitting) < len(names) else None
    return _merged(job, rest)


def _fits(job: Job, limits: WorkerLimits) -> bool:
    return _attempt(job, limits) is not None


def _merged(job: Job, rest: JobResult | None) -> JobResult:
    found = {(each.table, each.period): each for each in rest.tables} if rest else {}
    tables = tuple(
        found.get(question.key) or question.refuse(Reason.QUERY_LIMITS, job.spec_version)
        for question in job.questions
    )
    return (rest or JobResult(tables=())).model_copy(update={"tables": tables})


def _attempt(job: Job, limits: WorkerLimits) -> JobResult | None:
    """The result, or None if the worker went over its limits."""
    for _ in range(1 + limits.restarts):
        ending, output = _once(job, limits)
        if ending is _Ending.FINISHED:
            return _result(job, output)
        if ending is _Ending.OVER_LIMITS:
            return None
        if ending is _Ending.FAILED:
            raise OversightError("the worker failed; nothing was released")
    # A system out of memory kills again and again: then it is the queries after all.
    return None


def _result(job: Job, output: bytes) -> JobResult:
    try:
        result = JobResult.model_validate_json(output)
    except ValidationError:
        result = JobResult(tables=())
    if [(each.table, each.period) for each in result.tables] != [q.key for q in job.questions]:
        raise OversightError("the worker gave no usable result; nothing was released")
    return result


def _once(job: Job, limits: WorkerLimits) -> tuple[_Ending, bytes]:
    process = _start(limits)
    output = _Output(limits.output_mib * _MIB)
    try:
        on_time = _exchange(process, job, output, limits.deadline_seconds)
    finally:
        _kill(process)
    return _ending(process.returncode, on_time=on_time and not output.too_large), output.content


def _start(limits: WorkerLimits) -> subprocess.Popen[bytes]:
    confinement = Confinement(parent=os.getpid(), limits=limits)
    system = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(  # noqa: S603 — our own interpreter and module
        [
            *(sys.executable, "-I", "-B", "-m", "oversight_agent.pipeline.compute"),
            confinement.model_dump_json(),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT | system,
        start_new_session=True,
    )


def _exchange(process: subprocess.Popen[bytes], job: Job, output: _Output, seconds: float) -> bool:
    """Give the job and take the output; whether the worker ended by itself in time."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the worker has no pipes")
    deadline = monotonic() + seconds
    line = job.model_dump_json().encode() + b"\n"
    # The input stays open: its end would tell the worker that its parent is gone.
    Thread(target=_write, args=(process.stdin, line), daemon=True).start()
    reader = Thread(target=output.read, args=(process.stdout,), daemon=True)
    reader.start()
    reader.join(seconds)
    if reader.is_alive() or output.too_large:
        return False
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, deadline - monotonic()))
    return process.returncode is not None


def _write(stream: IO[bytes], line: bytes) -> None:
    # A worker that died before it read its job shows in its ending.
    with suppress(OSError):
        stream.write(line)
        stream.flush()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of a worker and of what it started, and collect it."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ending(status: int, *, on_time: bool) -> _Ending:
    if not on_time or status == MEMORY_STATUS:
        return _Ending.OVER_LIMITS
    if status == 0:
        return _Ending.FINISHED
    if status > 0:
        return _Ending.FAILED
    # A crash (SIGSEGV, SIGABRT) is how libraries end that do not expect to be refused memory.
    outside = signal.Signals(-status).name in _FROM_OUTSIDE
    return _Ending.KILLED_FROM_OUTSIDE if outside else _Ending.OVER_LIMITS
