"""Medians: the middle of values of which only the bins are counted.

Rules kept here:

1. The estimate takes the values of a bin as spread evenly over it, a bin of the whole numbers a to
   b reaching from a to b + 1. In an open bin it is the bin's lower end.
2. The interval assumes no such thing. It reaches from the low end of the lowest bin to the high end
   of the highest in which a middle observation can lie. Of an even number of observations both in
   the middle count, so that a median half-way between them is inside too.
3. The lower middle observation lies below a cut between bins exactly if something does, and not
   less than above it. So it is pushed down by taking the bins below the cut at their upper ends
   and those above at their lower ends; the upper one is pushed up the other way round. Within the
   narrowed intervals of a row both ends can be had at once.
4. If the highest such bin is open there is no upper bound, and no interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oversight_coordinator.pool.figures import (
    UNBOUNDED,
    Bounds,
    Estimate,
    Parts,
    RowKey,
    Values,
    all_of,
    rounded,
)
from oversight_coordinator.pool.grouping import Grouping
from oversight_coordinator.pool.intervals import Interval, Key
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Measure, Outcome

_BELOW, _ABOVE, _OUTSIDE = "below the cut", "above the cut", "outside the bins"


class Median:
    """A measure of kind `median`."""

    def __init__(self, measure: Measure, table: BaseTable) -> None:
        self._rows = row_keys(table)
        outcomes = {outcome.code: outcome for outcome in table.outcomes}
        self._bins = tuple(outcomes[code] for code in measure.denominator)
        self._codes = tuple(one.code for one in self._bins)
        self._cuts = tuple(
            Grouping(table, self._groups(cut, table)) for cut in range(1, len(self._bins))
        )

    def published(self, rows: Mapping[RowKey, Values], row: RowKey) -> tuple[int, ...] | None:
        """The counts of the bins, in rising order."""
        return all_of(rows[row], self._codes)

    def estimate(self, sums: Sequence[int]) -> Estimate:
        """The median by rule 1."""
        number, below = sum(sums), 0
        for one, count in zip(self._bins, sums, strict=True):
            if count and 2 * (below + count) >= number:
                return Estimate(_inside(one, number - 2 * below, 2 * count), None, number)
            below += count
        return Estimate(None, None, number)

    def parts(self, cells: Mapping[Key, Interval]) -> dict[RowKey, Parts]:
        """For each cut between two bins, in order: what lies below, and what above."""
        cuts = [cut.of(cells) for cut in self._cuts]
        return {
            row: tuple(known[*row, side] for known in cuts for side in (_BELOW, _ABOVE))
            for row in self._rows
        }

    def _groups(self, cut: int, table: BaseTable) -> dict[str, str]:
        groups = dict.fromkeys(table.outcome_codes, _OUTSIDE)
        groups |= dict.fromkeys(self._codes[:cut], _BELOW)
        return groups | dict.fromkeys(self._codes[cut:], _ABOVE)

    def bounds(self, parts: Parts) -> Bounds:
        """The ends of bins, by rules 2 to 4."""
        cuts = list(zip(parts[::2], parts[1::2], strict=True))
        if not any(below.upper or above.upper for below, above in cuts):
            return UNBOUNDED
        last = len(self._bins) - 1
        down = (cut for cut, sides in enumerate(cuts) if _can_hold_middle(*sides))
        up = (cut for cut in range(last, 0, -1) if _can_hold_middle(*reversed(cuts[cut - 1])))
        lowest, highest = self._bins[next(down, last)], self._bins[next(up, 0)]
        if lowest.low is None or highest.high is None:
            return UNBOUNDED
        return Bounds(float(lowest.low), float(highest.high))


def _can_hold_middle(side: Interval, other: Interval) -> bool:
    """Whether one side of a cut can hold as many observations as the other, and at least one."""
    return side.upper >= max(1, other.lower)


def _inside(one: Outcome, above: int, below: int) -> float:
    """The value at a fraction of a bin."""
    low = one.low or 0
    if one.high is None:
        return float(low)
    return rounded(low * below + above * (one.high + 1 - low), below)
