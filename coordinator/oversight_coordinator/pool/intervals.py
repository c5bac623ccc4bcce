"""What a published table says about its true counts: an interval for every cell.

Rules kept here:

1. A published figure lies within half a rounding base of the true count. How ties were rounded is
   not assumed, so with an even base both ends count.
2. A suppressed figure starts as "0 or more". It is narrowed only by what entails it: a row's total
   is the sum of its outcomes, and the whole authority is the sum of a dimension's categories.
3. Narrowing only ever cuts off values that no true table can have. However few rounds it runs, the
   truth stays inside.
4. A table whose figures contradict each other says nothing: its intervals stay as in 1 and 2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from oversight_protocol.release import TOTAL, Cell, Row

Key = tuple[str, str, str]
"""(dimension, category, outcome); the outcome `TOTAL` is a row's total."""

_ROUNDS = 50
"""Narrowing settles within a few rounds; this bounds a table made to settle slowly."""


@dataclass(frozen=True)
class Interval:
    """All whole numbers from `lower` to `upper`, both inside; `upper` may be infinite."""

    lower: int
    upper: float

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.lower + other.lower, self.upper + other.upper)

    def within(self, lower: float, upper: float) -> Interval:
        """The part of this interval that lies in the other, which may be empty."""
        return Interval(int(max(self.lower, lower)), min(self.upper, upper))


NOTHING = Interval(0, 0)
ANYTHING = Interval(0, inf)


def of_cell(cell: Cell, rounding_base: int) -> Interval:
    """What one figure alone says of its true count."""
    if cell.value is None:
        return ANYTHING
    half = rounding_base // 2
    return Interval(max(0, cell.value - half), cell.value + half)


def add(intervals: Iterable[Interval]) -> Interval:
    """The interval of a sum."""
    return sum(intervals, NOTHING)


def of_table(rows: Sequence[Row], rounding_base: int) -> dict[Key, Interval]:
    """The narrowed interval of every cell and total of a released table."""
    cells = {
        (row.dimension, row.category, cell.outcome): of_cell(cell, rounding_base)
        for row in rows
        for cell in (*row.cells, row.total)
    }
    return narrow(cells)


def collapse(cells: Mapping[Key, Interval], groups: Mapping[str, str]) -> dict[Key, Interval]:
    """The same table with outcomes put together.

    The groups are narrowed again: of two suppressed outcomes in one row the sum is often known
    better than either.

    Args:
        cells: a narrowed table.
        groups: for each outcome the name of its group.
    """
    joined: defaultdict[Key, Interval] = defaultdict(lambda: NOTHING)
    for (dimension, category, outcome), interval in cells.items():
        joined[dimension, category, groups.get(outcome, outcome)] += interval
    return narrow(dict(joined))


def narrow(cells: Mapping[Key, Interval]) -> dict[Key, Interval]:
    """Narrow by rule 2 until nothing changes."""
    sums = _sums(cells)
    known = dict(cells)
    for _ in range(_ROUNDS):
        before = dict(known)
        for whole, parts in sums:
            _narrow_sum(known, whole, parts)
        if any(interval.lower > interval.upper for interval in known.values()):
            return dict(cells)
        if known == before:
            break
    return known


def _sums(cells: Mapping[Key, Interval]) -> list[tuple[Key, list[Key]]]:
    rows: defaultdict[Key, list[Key]] = defaultdict(list)
    margins: defaultdict[tuple[Key, str], list[Key]] = defaultdict(list)
    for key in cells:
        dimension, category, outcome = key
        if outcome != TOTAL:
            rows[dimension, category, TOTAL].append(key)
        if dimension:
            margins[("", "", outcome), dimension].append(key)
    return [*rows.items(), *((whole, parts) for (whole, _), parts in margins.items())]


def _narrow_sum(known: dict[Key, Interval], whole: Key, parts: Sequence[Key]) -> None:
    together = add(known[part] for part in parts)
    known[whole] = total = known[whole].within(together.lower, together.upper)
    for part in parts:
        others = [known[other] for other in parts if other != part]
        rest = add(others)
        known[part] = known[part].within(total.lower - rest.upper, total.upper - rest.lower)
