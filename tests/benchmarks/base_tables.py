"""The base tables of a large authority: the agent's worker against pandas written by hand.

Both start as a new process from the same files and end with all counts of the base tables in two
quarters. The worker also checks every row, replaces identifiers by keyed pseudonyms, and protects
what it counted; the pandas script does none of this.

    python base_tables.py FOLDER

runs the worker as the agent does and prints its result's status by table.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import large_authority

from oversight_agent.limits import QueryLimits, WorkerLimits
from oversight_agent.pipeline import worker
from oversight_agent.pipeline.job import Job, Question
from oversight_coordinator.studies import MANAGEMENT_OVERSIGHT_2026, load_package
from oversight_protocol.study import Study

WAVE = "wave-2026-q2-q3"
_HERE = Path(__file__).parent


def study() -> Study:
    now = datetime.now(UTC).replace(microsecond=0)
    return load_package(MANAGEMENT_OVERSIGHT_2026, issued=now, expires=now + timedelta(days=1))


def job(folder: Path) -> Job:
    asked = study()
    return Job(
        mapping=folder / "mapping.toml", data=folder, secret=folder / "pseudonym.secret",
        rules=asked.rules, spec_version=asked.spec_version, limits=QueryLimits(),
        questions=tuple(
            Question(table=table, period=period)
            for table in asked.base_tables for period in asked.wave(WAVE).periods
        ),
    )  # fmt: skip


def prepare(folder: Path, share: float = 1.0) -> None:
    """Write the files and a secret."""
    large_authority.write(folder, share)
    (folder / "pseudonym.secret").write_bytes(b"only for the benchmark, of synthetic data")


def seconds(script: str, folder: Path) -> float:
    """How long a script of this folder takes with these files, its start included.

    Raises:
        RuntimeError: it failed.
    """
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(_HERE / script), str(folder)],
        check=False, capture_output=True, text=True, timeout=1200,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{script} failed: {done.stderr[-2000:]}")
    return time.monotonic() - started


def main() -> int:
    folder = Path(sys.argv[1])
    result = worker.run(job(folder), WorkerLimits(address_space_mib=16384))
    states = {f"{one.table} {one.period}": str(one.reason or "answered") for one in result.tables}
    json.dump(states, sys.stdout)
    return 0 if set(states.values()) == {"answered"} else 1


if __name__ == "__main__":
    raise SystemExit(main())
