"""Shares: some of a row's outcomes as a percentage of some of its outcomes.

Of a share N / (N + R), where R is what the denominator counts beyond the numerator, the least value
is N low with R high, and the greatest is N high with R low. Where nothing bounds N or R from above,
the interval is 0 to 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from oversight_coordinator.pool.figures import (
    Bounds,
    Estimate,
    Parts,
    RowKey,
    rounded,
    rounded_down,
    rounded_up,
)
from oversight_coordinator.pool.intervals import Interval, Key, collapse
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Measure

_NUMERATOR, _REST, _OUTSIDE = "numerator", "rest of the denominator", "outside the denominator"


class Share:
    """A measure of kind `share`."""

    def __init__(self, measure: Measure, table: BaseTable) -> None:
        self._measure, self._rows = measure, row_keys(table)
        self._groups = dict.fromkeys(table.outcome_codes, _OUTSIDE)
        self._groups |= dict.fromkeys(measure.denominator, _REST)
        self._groups |= dict.fromkeys(measure.numerator, _NUMERATOR)

    @property
    def needs(self) -> tuple[str, ...]:
        """The denominator's outcomes, the numerator's being among them."""
        return self._measure.denominator

    def estimate(self, sums: Mapping[str, int]) -> Estimate:
        """The percentage."""
        numerator = sum(sums[outcome] for outcome in self._measure.numerator)
        denominator = sum(sums[outcome] for outcome in self._measure.denominator)
        value = rounded(100 * numerator, denominator) if denominator else None
        return Estimate(value, numerator, denominator)

    def parts(self, cells: Mapping[Key, Interval]) -> dict[RowKey, Parts]:
        """The numerator, and the rest of the denominator."""
        known = collapse(cells, self._groups)
        return {row: (known[*row, _NUMERATOR], known[*row, _REST]) for row in self._rows}

    def bounds(self, parts: Parts) -> Bounds:
        """Percentages, 0 to 100 where nothing is known."""
        numerator, rest = parts
        if inf in (numerator.upper, rest.upper):
            return Bounds(0.0, 100.0)
        most, least = numerator.lower + int(rest.upper), int(numerator.upper) + rest.lower
        lower = rounded_down(100 * numerator.lower, most) if most else 0.0
        upper = rounded_up(100 * int(numerator.upper), least) if least else 100.0
        return Bounds(lower, upper)
