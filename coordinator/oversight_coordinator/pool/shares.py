"""Shares: some of a row's outcomes as a percentage of some of its outcomes.

Of a share N / (N + R), where R is what the denominator counts beyond the numerator, the least value
is N low with R high, and the greatest is N high with R low. Where nothing bounds R from above, the
least is 0, and where nothing bounds N, the greatest is 100.

A sum of outcomes is known when all of them were published, one by one or together in a merged
figure, and else when the row's total and all of its other outcomes were: then it is the total less
these. Of a share of all rows the denominator
is then the total itself. So an outcome that is rare everywhere, and therefore hidden, costs the
figures that are made of it and no others.
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
    all_of,
    rounded,
    rounded_down,
    rounded_up,
)
from oversight_coordinator.pool.grouping import Grouping, cover
from oversight_coordinator.pool.intervals import Interval, Key
from oversight_protocol.policy import FLOORS
from oversight_protocol.release import TOTAL, row_keys
from oversight_protocol.study import BaseTable

_NUMERATOR, _REST, _OUTSIDE = "numerator", "rest of the denominator", "outside the denominator"


LEAST = FLOORS["minimum_persons"].value
"""What is left of a total is given only if it is no small count: others stand in no table."""


class Share:
    """A measure of kind `share`, of these outcomes in those."""

    def __init__(
        self, table: BaseTable, numerator: Sequence[str], denominator: Sequence[str]
    ) -> None:
        self._halves, self._rows = (numerator, denominator), row_keys(table)
        self._merges = table.merges
        self._groups = dict.fromkeys(table.outcome_codes, _OUTSIDE)
        self._groups |= dict.fromkeys(denominator, _REST)
        self._groups |= dict.fromkeys(numerator, _NUMERATOR)
        self._grouping = Grouping(table, self._groups)

    def published(self, rows: Mapping[RowKey, Values], row: RowKey) -> tuple[int, ...] | None:
        """Numerator and denominator from rounded counts."""
        numerator, denominator = (self._sum(rows[row], half) for half in self._halves)
        if numerator is None or denominator is None:
            return None
        # Rounded one by one, a part can come out above the whole by a few.
        return min(numerator, denominator), denominator

    def _sum(self, values: Values, outcomes: Sequence[str]) -> int | None:
        merges = {code: parts for code, parts in self._merges.items() if code in values}
        parts = all_of(values, cover(outcomes, merges))
        if parts is not None:
            return sum(parts)
        others = [code for code in self._groups if code not in outcomes]
        known = all_of(values, [TOTAL, *cover(others, merges)])
        if known is None:
            return None
        left = known[0] - sum(known[1:])
        return left if left >= LEAST else None

    def estimate(self, sums: Sequence[int]) -> Estimate:
        """The percentage."""
        numerator, denominator = sums
        value = rounded(100 * numerator, denominator) if denominator else None
        return Estimate(value, numerator, denominator)

    def parts(self, cells: Mapping[Key, Interval]) -> dict[RowKey, Parts]:
        """The numerator, and the rest of the denominator."""
        known = self._grouping.of(cells)
        return {row: (known[*row, _NUMERATOR], known[*row, _REST]) for row in self._rows}

    def bounds(self, parts: Parts) -> Bounds:
        """Percentages."""
        numerator, rest = parts
        return percentages(numerator, rest)


def percentages(numerator: Interval, rest: Interval) -> Bounds:
    """The bounds of what a numerator is of itself and the rest, in percent."""
    lower, upper = 0.0, 100.0
    if rest.upper < inf and (most := numerator.lower + int(rest.upper)):
        lower = rounded_down(100 * numerator.lower, most)
    if numerator.upper < inf and (least := int(numerator.upper) + rest.lower):
        upper = rounded_up(100 * int(numerator.upper), least)
    return Bounds(lower, upper)
