"""Ratios: the sum of one magnitude over that of another, or over the number of rows.

The least value is the numerator low with the denominator high, the greatest the other way round.
Where the numerator is not bounded from above, or the denominator may be nothing, no value is too
large, and there is no interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from oversight_coordinator.pool.figures import (
    UNBOUNDED,
    Bounds,
    Estimate,
    Parts,
    RowKey,
    Values,
    all_of,
    rounded,
    rounded_down,
    rounded_up,
)
from oversight_coordinator.pool.intervals import Interval, Key
from oversight_coordinator.pool.published import scale
from oversight_protocol.release import TOTAL, row_keys
from oversight_protocol.study import BaseTable, Measure


class Ratio:
    """A measure of kind `ratio`."""

    def __init__(self, measure: Measure, table: BaseTable) -> None:
        self._rows = row_keys(table)
        (self._numerator,), (self._denominator,) = measure.numerator, measure.denominator
        units = {TOTAL: 1} | {one.name: scale(one) for one in table.magnitudes}
        self._units = units[self._numerator], units[self._denominator]

    def published(self, rows: Mapping[RowKey, Values], row: RowKey) -> tuple[int, ...] | None:
        """The two magnitudes, or the one and the total, in whole units."""
        return all_of(rows[row], (self._numerator, self._denominator))

    def estimate(self, sums: Sequence[int]) -> Estimate:
        """The quotient."""
        above, below = sums
        return Estimate(rounded(above, below) if below else None, above, below)

    def parts(self, cells: Mapping[Key, Interval]) -> dict[RowKey, Parts]:
        """Numerator and denominator, each in units of its own last place."""
        return {
            row: (cells[*row, self._numerator], cells[*row, self._denominator])
            for row in self._rows
        }

    def bounds(self, parts: Parts) -> Bounds:
        """Quotients."""
        above, below = parts
        if above.upper == inf or not below.lower:
            return UNBOUNDED
        above_units, below_units = self._units
        upper = rounded_up(int(above.upper) * below_units, below.lower * above_units)
        if below.upper == inf:
            return Bounds(0.0, upper)
        lower = rounded_down(above.lower * below_units, int(below.upper) * above_units)
        return Bounds(lower, upper)
