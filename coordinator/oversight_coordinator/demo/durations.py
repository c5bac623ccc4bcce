"""How long something has lasted and will last, drawn from a published table of lengths so far.

Numbers by length at one day say both: a child picked at random is in a band with the band's share,
and where the numbers per day of length fall from one band to the next, that many have left on the
way. With a chance of leaving that follows from this, the table stays about the same on later days.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf, log

from oversight_coordinator.demo.dice import Dice, Weighted

_STARTS = (0, 92, 183, 365, 730)
"""First day of each of the five published bands."""
_SLOWEST = 1 / 2000
"""The least chance of leaving on a day, where a table does not fall."""


class Durations:
    """Lengths in days.

    Args:
        bands: numbers in the five bands, not all 0.
        longest: the length that nothing exceeds at the day of the table.

    Attributes:
        leaving: of all that are open, the share that ends on an average day.
    """

    def __init__(self, bands: Sequence[int], longest: int) -> None:
        edges = tuple(pairwise((*_STARTS, longest)))
        self._bands = Weighted(dict(zip(edges, bands, strict=True)))
        middles = [(low + high) / 2 for low, high in edges]
        chances = _chances(bands, edges, middles)
        self._steps = tuple(zip((*middles[1:], inf), chances, strict=True))
        # Half of a band lies before its middle, where the chance is still the earlier one.
        within = [(a + b) / 2 for a, b in pairwise((chances[0], *chances))]
        self.leaving = sum(n * c for n, c in zip(bands, within, strict=True)) / sum(bands)

    def so_far(self, dice: Dice) -> int:
        """How long something picked on the day has lasted."""
        low, high = dice.weighted(self._bands)
        return dice.whole(low, high - 1)

    def rest(self, dice: Dice, so_far: int) -> int:
        """How much longer something lasts that has lasted so long."""
        needed, day = -log(1 - dice.chance()), float(so_far)
        for until, chance in self._steps:
            if day < until:
                if needed <= (until - day) * chance:
                    return int(day + needed / chance) - so_far
                needed -= (until - day) * chance
                day = until
        raise AssertionError("the last step has no end")


def _chances(
    bands: Sequence[int], edges: Sequence[tuple[int, int]], middles: Sequence[float]
) -> list[float]:
    """The chance of leaving on a day, from the middle of each band to that of the next."""
    density = [max(n, 1) / (high - low) for n, (low, high) in zip(bands, edges, strict=True)]
    falls = [
        log(density[here] / density[here + 1]) / (middles[here + 1] - middles[here])
        for here in range(len(density) - 1)
    ]
    return [max(fall, _SLOWEST) for fall in (*falls, falls[-1])]
