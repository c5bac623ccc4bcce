"""Intervals of whole numbers, and how what holds between figures narrows them.

Rules kept here:

1. Narrowing only ever cuts off values that nothing true can have. However few rounds it runs, the
   truth stays inside.
2. Figures that contradict each other narrow nothing.
3. All is whole numbers: a magnitude with decimals is counted in units of its last place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TypeVar

Key = tuple[str, str, str]
"""(dimension, category, outcome, merge or magnitude); `TOTAL` is a row's number of rows."""

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
        if lower <= self.lower and self.upper <= upper:
            return self
        return Interval(int(max(self.lower, lower)), min(self.upper, upper))


NOTHING = Interval(0, 0)
ANYTHING = Interval(0, inf)


def add(intervals: Iterable[Interval]) -> Interval:
    """The interval of a sum."""
    return sum(intervals, NOTHING)


_Name = TypeVar("_Name", bound=Hashable)

Relation = Callable[[dict[_Name, Interval]], None]
"""Narrows the figures between which it holds."""


def settle(
    known: Mapping[_Name, Interval], relations: Sequence[Relation[_Name]]
) -> dict[_Name, Interval] | None:
    """Narrow figures by what holds between them until nothing changes; None if they contradict."""
    found = dict(known)
    for _ in range(_ROUNDS):
        before = dict(found)
        for relation in relations:
            relation(found)
        if any(interval.lower > interval.upper for interval in found.values()):
            return None
        if found == before:
            break
    return found


def is_sum(whole: _Name, parts: Sequence[_Name]) -> Relation[_Name]:
    """A figure is the sum of others."""
    return partial(_narrow_sum, whole, parts)


def together(parts: Sequence[_Name], total: Interval) -> Relation[_Name]:
    """The sum of some figures lies in an interval."""
    return partial(_narrow_together, parts, total)


def apart(more: _Name, less: _Name, by: Interval) -> Relation[_Name]:
    """One figure less another lies in an interval."""
    return partial(_narrow_difference, more, less, by)


def has_at_most(total: _Name, count: _Name, most: int) -> Relation[_Name]:
    """A sum is of so many rows, each of which has at most `most`."""
    return partial(_narrow_product, total, count, most)


def _narrow_sum(whole: _Name, parts: Sequence[_Name], known: dict[_Name, Interval]) -> None:
    """The whole and each part, from the others."""
    known[whole] = _narrow_parts(parts, known[whole], known)


def _narrow_together(parts: Sequence[_Name], total: Interval, known: dict[_Name, Interval]) -> None:
    """Each part, from the others."""
    _narrow_parts(parts, total, known)


def _narrow_parts(
    parts: Sequence[_Name], total: Interval, known: dict[_Name, Interval]
) -> Interval:
    """Each part, from the others and from what they are together; and that, from them."""
    lower = sum(known[part].lower for part in parts)
    bounded = sum(known[part].upper for part in parts if known[part].upper < inf)
    unbounded = sum(known[part].upper == inf for part in parts)
    total = total.within(lower, inf if unbounded else bounded)
    for part in parts:
        one = known[part]
        if one.upper < inf:
            rest = inf if unbounded else bounded - one.upper
        else:
            rest = inf if unbounded > 1 else bounded
        known[part] = one.within(total.lower - rest, total.upper - (lower - one.lower))
    return total


def _narrow_difference(
    more: _Name, less: _Name, by: Interval, known: dict[_Name, Interval]
) -> None:
    known[more] = known[more].within(known[less].lower + by.lower, known[less].upper + by.upper)
    known[less] = known[less].within(known[more].lower - by.upper, known[more].upper - by.lower)


def _narrow_product(total: _Name, count: _Name, most: int, known: dict[_Name, Interval]) -> None:
    """A sum from the number of rows, and their number from it."""
    known[total] = known[total].within(0, known[count].upper * most)
    known[count] = known[count].within(-(-known[total].lower // most), inf)
