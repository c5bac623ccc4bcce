"""The fewest suppressions against the heuristic alone: tables of one dimension with their margins.

Each table has as many categories as outcomes, and a fifth of its cells breaks the minimum. It is
protected twice: with its figures rounded, as they are released, and with exact figures, as if the
rules had no rounding. The latter never leave; they are what such programs are measured on
elsewhere, and much harder, as nothing else makes a hidden figure uncertain.

Time is the processor's, as other programs may run on the machine at the same time.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from oversight_agent.disclosure import optimal, primary, protect, secondary
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.joint import JointView
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.view import View
from oversight_agent.tables import EVALUATE, UnsafeCell, UnsafeRow, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.study import BaseTable
from support.exact_tables import CHILD, QUARTER, base_table, random_table

RULES = Rules()
SHARE_BELOW = 0.2
TABLES = 12
GOALS = {10: 0.5, 20: 3.0}
"""Seconds at most, by the number of categories and of outcomes."""

TYPICAL_GOAL = 0.05


@dataclass(frozen=True)
class Measured:
    """What became of one table: seconds of the processor, and what is hidden besides."""

    heuristic_seconds: float
    seconds: float
    wall_seconds: float
    heuristic_figures: int
    figures: int


def random_square(size: int, seed: int) -> UnsafeTable:
    """A table of children where a share of the cells is below the minimum."""
    source = random.Random(seed)
    table = base_table(
        [f"outcome_{number:02}" for number in range(size)],
        {"area": [f"area_{number:02}" for number in range(size)]},
        subjects=(CHILD,),
    )
    lines = [
        [
            source.randint(1, RULES.minimum_persons - 1)
            if source.random() < SHARE_BELOW
            else source.randint(RULES.minimum_persons, 100)
            for _ in range(size)
        ]
        for _ in range(size)
    ]
    whole = [sum(column) for column in zip(*lines, strict=True)]
    areas = zip(table.dimensions[0].codes, lines, strict=True)
    rows = [_row(table, "", "", whole), *(_row(table, "area", code, line) for code, line in areas)]
    return UnsafeTable(table, QUARTER, tuple(rows), EVALUATE)


def measure(size: int, seed: int, *, exact: bool) -> Measured:
    """Protect a table by the heuristic alone, then as it is done."""
    view, truths, needs = _draft(random_square(size, seed), exact=exact)
    budget = optimal.BUDGET
    optimal.BUDGET = 0
    try:
        alone, heuristic, _ = _timed(view, truths, needs)
    finally:
        optimal.BUDGET = budget
    found, seconds, wall = _timed(view, truths, needs)
    more = [len(view.shown) - len(each.shown) for each in (alone, found)]
    return Measured(heuristic, seconds, wall, more[0], more[1])


def typical_seconds() -> dict[str, float]:
    """The median of protecting random tables of some forms, from their cells; sparse ones."""
    area, agency = _codes(8), _codes(4)
    dimensions = {"area": area, "agency": agency}
    crossed = {"both": ("area", "agency")}
    outcomes = [f"outcome_{number}" for number in range(5)]
    return {
        "6 categories by 2 outcomes": _median(
            base_table(["yes", "no"], {"area": _codes(6)}), 300, 20
        ),
        "8 and 4 categories by 5 outcomes": _median(base_table(outcomes, dimensions), 600, 20),
        "8 by 4 categories by 5 outcomes": _median(
            base_table(outcomes, dimensions, crossings=crossed), 2400, 6
        ),
    }


def _codes(number: int) -> list[str]:
    return [str(code) for code in range(number)]


def _median(table: BaseTable, events: int, rounds: int) -> float:
    taken = []
    for seed in range(rounds):
        unsafe = random_table(table, seed, events)
        started = time.process_time()
        protect([unsafe], RULES, "1.0")
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def _draft(unsafe: UnsafeTable, *, exact: bool) -> tuple[JointView, Sequence[int], Sequence[Need]]:
    grid = Grid.of(unsafe)
    found = primary.suppress(grid, RULES)
    seen = View.of(grid, found.hidden, RULES)
    if exact:
        seen = replace(seen, shown={each: grid.truth(each) for each in seen.shown}, base=1)
    return JointView.alone(seen), grid.truths, found.needs


def _timed(
    view: JointView, truths: Sequence[int], needs: Sequence[Need]
) -> tuple[JointView, float, float]:
    wall, started = time.monotonic(), time.process_time()
    found = secondary.extend(view, truths, needs)
    return found, time.process_time() - started, time.monotonic() - wall


def _row(table: BaseTable, dimension: str, category: str, line: Sequence[int]) -> UnsafeRow:
    total, codes = sum(line), table.outcome_codes
    return UnsafeRow(
        dimension, category,
        _cells(dict(zip(codes, line, strict=True))),
        _cells({code: total - count for code, count in zip(codes, line, strict=True)}),
        _cells({"": total})[""],
    )  # fmt: skip


def _cells(counts: Mapping[str, int]) -> dict[str, UnsafeCell]:
    return {
        code: UnsafeCell(count=count, children=count, workers=0, teams=1, top_worker=0)
        for code, count in counts.items()
    }


@dataclass(frozen=True)
class Compared:
    """Tables of one kind: the slowest by the processor, and what is hidden besides in all of them.

    Attributes:
        name: of the kind.
        seconds: of the slowest; `other` by the heuristic alone.
        wall: of the slowest, by the clock.
        figures: hidden besides; `other_figures` by the heuristic alone.
        goal: seconds at most.
    """

    name: str
    seconds: float
    other: float
    wall: float
    figures: int
    other_figures: int
    goal: float


def compare(size: int, *, exact: bool) -> Compared:
    """Tables of as many categories as outcomes."""
    every = [measure(size, seed, exact=exact) for seed in range(TABLES)]
    return Compared(
        f"{size} x {size}, {'exact' if exact else 'rounded'} figures",
        max(one.seconds for one in every),
        max(one.heuristic_seconds for one in every),
        max(one.wall_seconds for one in every),
        sum(one.figures for one in every),
        sum(one.heuristic_figures for one in every),
        GOALS[size],
    )


def main() -> int:
    for size in GOALS:
        for exact in (False, True):
            found = compare(size, exact=exact)
            print(
                f"{found.name}: {found.seconds:.2f} s at most by {found.other:.2f} s "
                f"(by the clock {found.wall:.2f} s; goal {found.goal} s); "
                f"hidden besides {found.figures} by {found.other_figures}"
            )
    for name, seconds in typical_seconds().items():
        print(f"a random table of {name}: median {seconds:.3f} s (goal {TYPICAL_GOAL} s)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
