"""Parts: what one category has of a magnitude, as a percentage of what all have.

A dimension's categories are the whole between them, so the rest of the whole is what the other
categories have; the narrowed intervals of both are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from oversight_coordinator.pool.figures import (
    Bounds,
    Estimate,
    Parts,
    RowKey,
    Values,
    rounded,
)
from oversight_coordinator.pool.intervals import Interval, Key, add
from oversight_coordinator.pool.shares import percentages
from oversight_protocol.study import BaseTable, Measure

_WHOLE: RowKey = ("", "")


class Part:
    """A measure of kind `part`. It has a figure of the whole authority alone."""

    def __init__(self, measure: Measure, table: BaseTable) -> None:
        if measure.place is None:
            raise ValueError("a part is of one category")
        (self._magnitude,) = measure.numerator
        self._place: RowKey = (measure.place.dimension, measure.place.code)
        self._others: tuple[RowKey, ...] = tuple(
            (one.name, code)
            for one in table.dimensions
            for code in one.codes
            if one.name == measure.place.dimension and code != measure.place.code
        )

    def published(self, rows: Mapping[RowKey, Values], row: RowKey) -> tuple[int, ...] | None:
        """The magnitude in the category and in the row, in whole units."""
        part, whole = rows[self._place][self._magnitude], rows[row][self._magnitude]
        if part is None or whole is None:
            return None
        # Rounded one by one, a part can come out above the whole by a few.
        return min(part, whole), whole

    def estimate(self, sums: Sequence[int]) -> Estimate:
        """The percentage."""
        part, whole = sums
        return Estimate(rounded(100 * part, whole) if whole else None, part, whole)

    def parts(self, cells: Mapping[Key, Interval]) -> dict[RowKey, Parts]:
        """What the category has, and what the others have."""
        part, whole = (cells[*row, self._magnitude] for row in (self._place, _WHOLE))
        others = add(cells[*row, self._magnitude] for row in self._others)
        left = whole.lower - part.upper if part.upper != inf else 0
        return {_WHOLE: (part, others.within(left, whole.upper - part.lower))}

    def bounds(self, parts: Parts) -> Bounds:
        """Percentages."""
        part, others = parts
        return percentages(part, others)
