"""How much a query and a worker may use, in one place, with units.

Nothing here imports a data library: the lasting process of an agent reads these numbers too.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QueryLimits:
    """What DuckDB may use for one base table.

    Attributes:
        memory_mib: DuckDB's own memory limit, in MiB; a million events need about half of it.
        threads: threads of DuckDB.
    """

    memory_mib: int = 1024
    threads: int = 2


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker process may use; beyond it, the worker is ended.

    DuckDB's limit does not bound every function and nothing interrupts some of them, so the
    operating system's limits stand behind it.

    Attributes:
        address_space_mib: address space, in MiB (`RLIMIT_AS`). Python, pandas, DuckDB and SciPy
            reserve about 900 before any data is read; `QueryLimits.memory_mib` comes on top.
        cpu_seconds: processor time over all threads, in seconds (`RLIMIT_CPU`).
        deadline_seconds: time on the wall, in seconds, after which the worker is killed.
        output_mib: size of a result, in MiB; an honest one is under 1.
        snapshot_mib: size of a snapshot, in MiB (`RLIMIT_FSIZE`); one of a million events takes
            about 70. Outside of writing one, a worker writes no file at all.
        restarts: how often a worker that something else killed is started again.
    """

    address_space_mib: int = 4096
    cpu_seconds: int = 600
    deadline_seconds: float = 600.0
    output_mib: int = 16
    snapshot_mib: int = 4096
    restarts: int = 3
