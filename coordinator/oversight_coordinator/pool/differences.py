"""Differences: one share less another of the same table, in percentage points.

The two have no outcome in common, so each may have any value of its interval whatever the other
has: the difference is least with the first low and the second high, and greatest the other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oversight_coordinator.pool.figures import Bounds, Estimate, Parts, RowKey, Values, rounded
from oversight_coordinator.pool.intervals import Interval, Key
from oversight_coordinator.pool.shares import Share


class Difference:
    """A measure of kind `difference`."""

    def __init__(self, first: Share, second: Share) -> None:
        self._first, self._second = first, second

    def published(self, rows: Mapping[RowKey, Values], row: RowKey) -> tuple[int, ...] | None:
        """Numerator and denominator of the first share, and of the second."""
        first, second = self._first.published(rows, row), self._second.published(rows, row)
        return None if first is None or second is None else (*first, *second)

    def estimate(self, sums: Sequence[int]) -> Estimate:
        """Percentage points, from both shares before they are rounded."""
        numerator, denominator, less, less_of = sums
        if not denominator or not less_of:
            return Estimate(None, None, denominator + less_of)
        above = 100 * (numerator * less_of - less * denominator)
        return Estimate(rounded(above, denominator * less_of), None, denominator + less_of)

    def parts(self, cells: Mapping[Key, Interval]) -> dict[RowKey, Parts]:
        """Those of the first share, then those of the second."""
        first, second = self._first.parts(cells), self._second.parts(cells)
        return {row: (*parts, *second[row]) for row, parts in first.items()}

    def bounds(self, parts: Parts) -> Bounds:
        """Percentage points, -100 to 100 where nothing is known."""
        first, second = self._first.bounds(parts[:2]), self._second.bounds(parts[2:])
        return Bounds(_less(first.lower, second.upper), _less(first.upper, second.lower))


def _less(one: float | None, other: float | None) -> float | None:
    """The difference of two numbers with one decimal, which binary numbers would miss."""
    return None if one is None or other is None else round(one - other, 1)
