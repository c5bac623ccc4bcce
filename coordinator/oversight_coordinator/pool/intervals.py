"""What a published table says about its true figures: an interval for every cell, total and sum.

Rules kept here:

1. A published figure lies within half a rounding base of the true one. How ties were rounded is
   not assumed, so where the half is a whole number of units both ends count.
2. A suppressed figure starts as "0 or more". `[low]` says that it is below the number that the
   release's rules hold, `[high]` that all else in its row is. It is narrowed only by what entails
   it: a row's total is the sum of its outcomes, and a merged figure of those that it puts together;
   the whole authority is the sum of a dimension's categories, and a magnitude's sum is at most its
   maximum times the number of rows.
3. Narrowing only ever cuts off values that no true table can have. However few rounds it runs, the
   truth stays inside.
4. A table whose figures contradict each other says nothing: its intervals stay as in 1 and 2.
5. All is whole numbers: a magnitude with decimals is counted in units of its last place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

from oversight_protocol.policy import Rules
from oversight_protocol.release import HIGH, LOW, TOTAL, Cell, Row
from oversight_protocol.study import Magnitude

Key = tuple[str, str, str]
"""(dimension, category, outcome, merge or magnitude); `TOTAL` is a row's number of rows."""

Merges = Mapping[str, Sequence[str]]
"""For each merge that a table declares, the outcomes that it puts together."""

_NO_MERGES: Merges = {}

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


def scale(magnitude: Magnitude) -> int:
    """How many units of a magnitude's last place make one."""
    return int(10**magnitude.decimals)


def of_cell(cell: Cell, rounding_base: int, units: int = 1) -> Interval:
    """What one figure alone says of its true value, in units of which `units` make one."""
    if cell.value is None:
        return ANYTHING
    half = rounding_base * units // 2
    return Interval(max(0, cell.value * units - half), cell.value * units + half)


def add(intervals: Iterable[Interval]) -> Interval:
    """The interval of a sum."""
    return sum(intervals, NOTHING)


def of_table(
    rows: Sequence[Row], rules: Rules, magnitudes: Sequence[Magnitude] = (),
    merges: Merges = _NO_MERGES,
) -> dict[Key, Interval]:  # fmt: skip
    """The narrowed interval of every cell, total, sum and merged figure of a released table.

    Args:
        rows: the table's.
        rules: of the release.
        magnitudes: those that the table's rows have sums of.
        merges: those that the table declares.
    """
    units = {magnitude.name: scale(magnitude) for magnitude in magnitudes}
    cells = {
        (row.dimension, row.category, cell.outcome): of_cell(
            cell, rules.rounding_base, units.get(cell.outcome, 1)
        )
        for row in rows
        for cell in row.figures
    }
    for row in rows:
        _read_markers(row, rules.low_high_below - 1, cells)
    return narrow(cells, magnitudes, merges)


def _read_markers(row: Row, most: int, cells: dict[Key, Interval]) -> None:
    """Narrow the cells of a row by `[low]` and `[high]`."""
    place = (row.dimension, row.category)
    for cell in row.cells:
        if cell.marker == LOW:
            cells[*place, cell.outcome] = cells[*place, cell.outcome].within(0, most)
        elif cell.marker == HIGH:
            least = cells[*place, TOTAL].lower - most
            cells[*place, cell.outcome] = cells[*place, cell.outcome].within(least, inf)
            for other in row.cells:
                if other is not cell:
                    cells[*place, other.outcome] = cells[*place, other.outcome].within(0, most)


def collapse(
    cells: Mapping[Key, Interval], groups: Mapping[str, str], merges: Merges = _NO_MERGES
) -> dict[Key, Interval]:
    """The same table with outcomes put together.

    The groups are narrowed again: of two suppressed outcomes in one row the sum is often known
    better than either. A merged figure all of whose outcomes are in one group stands for them.

    Args:
        cells: a narrowed table without magnitudes.
        groups: for each outcome the name of its group.
        merges: those that the table declares.
    """
    rows: defaultdict[tuple[str, str], dict[str, Interval]] = defaultdict(dict)
    for (dimension, category, outcome), interval in cells.items():
        rows[dimension, category][outcome] = interval
    joined: defaultdict[Key, Interval] = defaultdict(lambda: NOTHING)
    for row, figures in rows.items():
        within = {
            code: parts
            for code, parts in merges.items()
            if code in figures and len({groups.get(part, part) for part in parts}) == 1
        }
        for code in cover([code for code in figures if code not in merges], within):
            first = within.get(code, (code,))[0]
            joined[*row, groups.get(first, first)] += figures[code]
    return narrow(dict(joined))


def cover(outcomes: Sequence[str], merges: Merges) -> list[str]:
    """Outcomes, with each merge in place of those that it puts together, if all are among them.

    Where one merge is inside another, the larger stands.
    """
    left, found = dict.fromkeys(outcomes), []
    for code, parts in sorted(merges.items(), key=lambda one: -len(one[1])):
        if left.keys() >= set(parts):
            found.append(code)
            for part in parts:
                del left[part]
    return [*left, *found]


def narrow(
    cells: Mapping[Key, Interval], magnitudes: Sequence[Magnitude] = (),
    merges: Merges = _NO_MERGES,
) -> dict[Key, Interval]:  # fmt: skip
    """Narrow by rule 2 until nothing changes."""
    relations = [
        *_sums(cells, {one.name for one in magnitudes}, merges),
        *_products(cells, magnitudes),
    ]
    known = dict(cells)
    for _ in range(_ROUNDS):
        before = dict(known)
        for relation in relations:
            relation(known)
        if any(interval.lower > interval.upper for interval in known.values()):
            return dict(cells)
        if known == before:
            break
    return known


_Relation = Callable[[dict[Key, Interval]], None]
"""Narrows the figures between which it holds."""


def _sums(cells: Mapping[Key, Interval], magnitudes: set[str], merges: Merges) -> list[_Relation]:
    rows: defaultdict[Key, list[Key]] = defaultdict(list)
    margins: defaultdict[tuple[Key, str], list[Key]] = defaultdict(list)
    for key in cells:
        dimension, category, name = key
        if name in merges:
            rows[key] = [(dimension, category, part) for part in merges[name]]
            continue
        if name != TOTAL and name not in magnitudes:
            rows[dimension, category, TOTAL].append(key)
        if dimension:
            margins[("", "", name), dimension].append(key)
    sums = [*rows.items(), *((whole, parts) for (whole, _), parts in margins.items())]
    return [partial(_narrow_sum, whole, parts) for whole, parts in sums]


def _products(cells: Mapping[Key, Interval], magnitudes: Sequence[Magnitude]) -> list[_Relation]:
    most = {one.name: one.maximum * scale(one) for one in magnitudes}
    return [
        partial(_narrow_product, key, (*key[:2], TOTAL), most[key[2]])
        for key in cells
        if key[2] in most
    ]


def _narrow_sum(whole: Key, parts: Sequence[Key], known: dict[Key, Interval]) -> None:
    """The whole and each part, from the others."""
    lower = sum(known[part].lower for part in parts)
    bounded = sum(known[part].upper for part in parts if known[part].upper < inf)
    unbounded = sum(known[part].upper == inf for part in parts)
    total = known[whole].within(lower, inf if unbounded else bounded)
    known[whole] = total
    for part in parts:
        one = known[part]
        if one.upper < inf:
            rest = inf if unbounded else bounded - one.upper
        else:
            rest = inf if unbounded > 1 else bounded
        known[part] = one.within(total.lower - rest, total.upper - (lower - one.lower))


def _narrow_product(total: Key, count: Key, most: int, known: dict[Key, Interval]) -> None:
    """A sum from the number of rows, each of which has at most `most`; and their number from it."""
    known[total] = known[total].within(0, known[count].upper * most)
    known[count] = known[count].within(-(-known[total].lower // most), inf)
