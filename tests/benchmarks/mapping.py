"""One export of a million supervisions: the agent's way to a validated table against `read_csv`.

Both start as a new process and read the same file: 14 columns, as a case system exports them, with
its own words for codes and its own form of dates. The agent reads, checks the file's form, maps
codes and dates, replaces four identifiers by keyed pseudonyms, ranks the workers and checks keys;
pandas reads. What counts is the time of the work alone, without what each process loads first, and
the most memory that the whole process held.

    python mapping.py FOLDER agent|pandas

does one of them and prints its seconds and megabytes as JSON.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROWS, CHILDREN, WORKERS = 1_000_000, 100_000, 7_000
FILE, MAPPING, SECRET = "supervisions.csv", "mapping.toml", "pseudonym.secret"
RUNS = 5

KINDS = {
    "Case supervision": "case", "Personal supervision": "personal",
    "Combined supervision": "combined", "Group supervision": "group",
    "Management oversight": "management_decision",
}  # fmt: skip
PLACES = {
    "Child's record": "child_file", "Supervision record": "supervision_record", "Both": "both",
    "Nowhere": "neither",
}  # fmt: skip
ANSWERS = {"Yes": "Y", "No": "N", "Not known": "U"}
_FIRST, _DAYS = np.datetime64("2024-04-01"), 730


@dataclass(frozen=True)
class Measured:
    """The median time of one way, in seconds, and the most memory of any run, in megabytes."""

    seconds: float
    megabytes: float


def prepare(folder: Path, rows: int = ROWS) -> None:
    """Write the export, its mapping and a secret. Nobody in it exists."""
    chance = np.random.default_rng(20261126)

    def pick(words: dict[str, str]) -> np.ndarray:
        return chance.choice(np.array(list(words)), rows)

    def person(letter: str, most: int) -> np.ndarray:
        return np.char.add(letter, chance.integers(10**6, 10**6 + most, rows).astype(str))

    def sometimes(column: np.ndarray, share: float) -> pd.Series:
        return pd.Series(column).where(chance.random(rows) < share)

    held = _FIRST + chance.integers(0, _DAYS, rows)
    recorded = held + chance.integers(0, 12, rows)
    pd.DataFrame({
        "Form number": np.char.add("F", np.arange(10**7, 10**7 + rows).astype(str)),
        "Child": sometimes(person("C", CHILDREN), 0.93),
        "Worker": person("W", WORKERS),
        "Manager": person("W", WORKERS),
        "Date held": held,
        "Date recorded": sometimes(recorded, 0.95),
        "Date authorised": sometimes(recorded + chance.integers(0, 20, rows), 0.8),
        "Type of supervision": pick(KINDS),
        "Reflection on the family": sometimes(pick(PLACES), 0.98),
        "Reflection on practice": sometimes(pick(PLACES), 0.98),
        "Family reflected": pick(ANSWERS),
        "Practice reflected": pick(ANSWERS),
        "Actions": pick(ANSWERS),
        "Known from": sometimes(np.full(rows, "Form"), 0.9),
    }).to_csv(folder / FILE, index=False, date_format="%d/%m/%Y")  # fmt: skip
    (folder / MAPPING).write_text(_mapping(), encoding="utf-8")
    (folder / SECRET).write_bytes(b"only for the benchmark, of synthetic data")


def _mapping() -> str:
    def codes(words: dict[str, str]) -> str:
        return ", ".join(f'"{word}" = "{code}"' for word, code in words.items())

    return f"""\
specification = "1.0"
[tables.oversight_event]
file = "{FILE}"
date_format = "%d/%m/%Y"
match = "loose"
[tables.oversight_event.fields]
event_id = {{ column = "Form number" }}
child_id = {{ column = "Child" }}
worker_id = {{ column = "Worker" }}
supervisor_id = {{ column = "Manager" }}
held_date = {{ column = "Date held" }}
recorded_date = {{ column = "Date recorded" }}
authorised_date = {{ column = "Date authorised" }}
type = {{ column = "Type of supervision", codes = {{ {codes(KINDS)} }} }}
part1_location = {{ column = "Reflection on the family", codes = {{ {codes(PLACES)} }} }}
part2_location = {{ column = "Reflection on practice", codes = {{ {codes(PLACES)} }} }}
reflects_family = {{ column = "Family reflected", codes = {{ {codes(ANSWERS)} }} }}
reflects_practitioner = {{ column = "Practice reflected", codes = {{ {codes(ANSWERS)} }} }}
actions_set = {{ column = "Actions", codes = {{ {codes(ANSWERS)} }} }}
evidence = {{ column = "Known from", codes = {{ "Form" = "structured" }} }}
"""


def compare(folder: Path, runs: int = RUNS) -> tuple[Measured, Measured]:
    """The agent and pandas, in turn, each in processes of its own."""
    rounds = [[_once(folder, way) for way in ("agent", "pandas")] for _ in range(runs)]
    ours, other = (
        Measured(statistics.median(one["seconds"] for one in column),
                 max(one["megabytes"] for one in column))
        for column in zip(*rounds, strict=True)
    )  # fmt: skip
    return ours, other


def _once(folder: Path, way: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, str(folder), way],
        check=True, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    return json.loads(done.stdout)


def _agent(folder: Path) -> float:
    from oversight_agent import readers
    from oversight_agent.mapping import Pseudonymiser, load, map_table, rank_workers
    from oversight_agent.validate import validate

    # What is loaded when it is first used is no work on the file.
    map_table.__name__  # noqa: B018
    started = time.perf_counter()
    mapping = load(folder / MAPPING)
    pseudonyms = Pseudonymiser((folder / SECRET).read_bytes())
    (table,) = mapping.tables.values()
    mapped = map_table(table, readers.read(table.source, folder, table.columns), pseudonyms)
    if mapped.table is None:
        raise RuntimeError("rows were rejected")
    tables = rank_workers({table.name: mapped.table}, mapping.specification, pseudonyms)
    if validate(tables, mapping.specification, {table.name: mapped.origin}):
        raise RuntimeError("keys do not hold")
    return time.perf_counter() - started


def _pandas(folder: Path) -> float:
    started = time.perf_counter()
    pd.read_csv(folder / FILE)
    return time.perf_counter() - started


def _peak() -> float:
    """The most memory of this process, in megabytes.

    `getrusage` would give that of the process that started it, if that was more.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError("the kernel does not say how much memory was held")
    return int(found[1]) * 1024 / 1e6


def main() -> int:
    folder, way = Path(sys.argv[1]), sys.argv[2]
    seconds = _agent(folder) if way == "agent" else _pandas(folder)
    json.dump({"seconds": seconds, "megabytes": _peak()}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
