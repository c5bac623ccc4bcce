"""The history's stage against a thousand released tables of a hundred thousand people.

    python history.py [--releases N] [--people N]

writes a history of that many tables, each of all these people by two outcomes and nine services (30
figures and 20 rests), then times what a worker does: it opens the history, recalls and compares.
One new table, then a wave of 24 that are soon found too close to released ones, then 24 tables of
other people that are close to nothing, of which every figure is compared, with each other too.

Beside it stands the plain way: every figure as a Python set, and every pair compared. All together
they would not fit into memory, so three tables are timed and multiplied.

Times are of the one processor that is used. Nobody in it exists. Of the tables, every fiftieth is
nearly one of the new ones.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from oversight_agent.history import Answered, History, Span
from oversight_agent.history.matching import known
from oversight_agent.history.memory import About, Memory, definition_of
from oversight_agent.history.record_sets import Name, RecordSets, write
from oversight_agent.history.sketches import Sketches
from oversight_agent.history.ties import Foreseen
from oversight_agent.history.unforeseen import Found, unforeseen
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Row, TableAnswer, row_keys
from oversight_protocol.study import BaseTable
from support.exact_tables import CHILD, base_table

SECRET = bytes(range(32))
SERVICES = [f"s{n}" for n in range(9)]
WAVE, EVERY, TABLES = 24, 50, 25
"""New tables of a wave; of how many releases one is nearly new; base tables in the history."""
MOST = 9


@dataclass(frozen=True)
class Measured:
    """Processor seconds of the stage and of the plain way, and the tables found too close."""

    releases: int
    people: int
    megabytes: float
    opening: float
    one_table: float
    a_wave: float
    a_wave_of_others: float
    sets_one_table: float
    found: int

    @property
    def ratio(self) -> float:
        """How many times as long the plain way takes for one table."""
        return self.sets_one_table / (self.opening + self.one_table)


def table_of(number: int) -> BaseTable:
    """A base table of 30 figures."""
    return base_table(
        ("yes", "no"), {"service": SERVICES}, name=f"table_{number}", subjects=(CHILD,)
    )


def span_of(number: int) -> Span:
    """A period that shares no day with another."""
    start = date(1900, 1, 1) + timedelta(days=number)
    return Span(id=f"p{number}", label=f"p{number}", start=start, end=start)


class People:
    """People, and tables of them."""

    def __init__(self, people: int, seed: int = 20261126) -> None:
        self._chance = np.random.default_rng(seed)
        self.keys = np.sort(self._chance.integers(0, 2**64, people, dtype=np.uint64))

    def table(self, number: int) -> RecordSets:
        """A table of all of them, at random."""
        outcomes = self._chance.integers(0, 2, len(self.keys), dtype=np.uint8)
        services = self._chance.integers(0, len(SERVICES), len(self.keys), dtype=np.uint8)
        table = table_of(number % TABLES)
        return RecordSets(table, "children", self.keys, outcomes, {"service": services})

    def nearly(self, one: RecordSets, number: int) -> RecordSets:
        """The same once more, but for three people who have gone."""
        gone = self._chance.choice(len(one.persons), 3, replace=False)
        rest = np.delete(np.arange(len(one.persons)), gone)
        services = {"service": one.categories["service"][rest]}
        table = table_of(number % TABLES)
        return RecordSets(table, "children", one.persons[rest], one.outcomes[rest], services)


def names(table: BaseTable) -> frozenset[Name]:
    """All figures."""
    return frozenset(
        Name(*key, code) for key in row_keys(table) for code in ("all", *table.outcome_codes)
    )


def memory(number: int, sets: RecordSets, history: History) -> Memory:
    """A table as it is kept; its exact numbers are of no use here."""
    from oversight_agent.history import content
    from support.exact_tables import QUARTER, tabulate

    table = sets.table
    cells = tuple(Cell(outcome=code, value=5000) for code in table.outcome_codes)
    total = Cell(outcome="all", value=10_000)
    rows = tuple(Row(dimension=d, category=c, cells=cells, total=total) for d, c in row_keys(table))
    answer = TableAnswer(table=table.name, period=f"p{number}", status="released", rows=rows)
    about = About(
        identity=f"{number:064x}", question=f"{number:064x}", definition=definition_of(table),
        table=table.name, span=span_of(number), published=30, figures=30, has_records=True,
    )  # fmt: skip
    parts = {
        "content": content.write(tabulate(table, [], QUARTER)),
        "sketches": Sketches.of([sets], names(table)).write(),
        "records": write([sets]),
    }
    answered = Answered(answer=answer, rules=Rules())
    return Memory.of(about, answered, parts, history.sealing)  # type: ignore[arg-type]


def fill(folder: Path, people: People, new: Sequence[RecordSets], releases: int) -> None:
    """Write the history."""
    history = History.begin(folder / "history.db", SECRET, "2026-01-01T00:00:00Z")
    numbers: Iterator[int] = iter(range(releases))
    while batch := list(itertools.islice(numbers, 20)):
        tables = [
            people.nearly(new[n // EVERY % len(new)], n) if n % EVERY == 0 else people.table(n)
            for n in batch
        ]
        memories = [memory(n, sets, history) for n, sets in zip(batch, tables, strict=True)]
        history.add(memories, "t", "2026-01-01T00:00:00Z")
    history.close()


def stage(
    folder: Path, new: Sequence[RecordSets], *, tied: bool = True
) -> tuple[float, float, list[Found]]:
    """Seconds to open the history, and to compare new tables with it, and what was found.

    Unless they are tied, new tables are compared with each other too.
    """
    start = time.process_time()
    history = History.open(folder / "history.db", SECRET, read_only=True)
    opened = time.process_time()
    old = history.known()
    candidates = [
        known(-1 - n, f"new_{n}", span_of(-1 - n), [sets], names(sets.table))
        for n, sets in enumerate(new)
    ]
    pairs = frozenset((-1 - n, -1 - m) for n in range(len(new)) for m in range(n) if tied)
    found = unforeseen(candidates, old, Foreseen(pairs, frozenset()), MOST)
    done = time.process_time()
    history.close()
    return opened - start, done - opened, found


def sets_way(new: RecordSets, old: Sequence[RecordSets], releases: int) -> float:
    """Seconds for all pairs of figures as Python sets, by a sample of them."""
    start = time.process_time()
    mine = [set(new.persons_behind(each).tolist()) for each in new.figures()]
    theirs = [set(sets.persons_behind(each).tolist()) for sets in old for each in sets.figures()]
    for one, other in itertools.product(mine, theirs):
        _ = abs(len(one) - len(other)) <= MOST and (one < other or other < one)
    return (time.process_time() - start) * releases / len(old)


def measure(releases: int = 1000, people: int = 100_000) -> Measured:
    """Both ways."""
    crowd = People(people)
    new = [crowd.table(n) for n in range(WAVE)]
    other = People(people, seed=1)
    others = [other.table(n) for n in range(WAVE)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, crowd, new, releases)
        one = [stage(folder, new[:1]) for _ in range(5)]
        wave = [stage(folder, new) for _ in range(3)]
        apart = [stage(folder, others, tied=False) for _ in range(3)]
        size = (folder / "history.db").stat().st_size / 1e6
    plain = sets_way(new[0], [crowd.table(n) for n in range(3)], releases)
    return Measured(
        releases, people, size, statistics.median(o for o, _, _ in one),
        statistics.median(c for _, c, _ in one), statistics.median(c for _, c, _ in wave),
        statistics.median(c for _, c, _ in apart), plain, len(wave[0][2]),
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--people", type=int, default=100_000)
    given = parser.parse_args()
    found = measure(given.releases, given.people)
    print(json.dumps(asdict(found) | {"ratio": found.ratio}, indent=2))


if __name__ == "__main__":
    main()
