"""Which of several figures is hidden besides, where one would serve as well as another.

Rules kept here:

1. It never depends on a count. A partner that were chosen because it is small would tell how small
   it is, and with it the figure that had to be hidden, to anybody who re-runs the algorithm.
2. It depends on the authority's secret, and on what the figure is: table, period, row and outcome
   by their names. So nobody else can re-run the choice, one table's choice tells nothing of
   another's, and the same question is answered alike whenever it is asked.
3. Without a secret (own tables outside a history) it depends on what the figure is alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.joint import Place

PUBLIC = b""
"""In place of a key where there is no secret."""

Preference = Callable[[Place], float]
"""How dear a figure is beside others of its sort, 0 to 1."""


@dataclass(frozen=True)
class Lot:
    """Draws preferences for the figures of a component.

    Attributes:
        key: derived from the authority's secret, at most 64 bytes; or `PUBLIC`.
        periods: of the tables, by number, as they are named.
    """

    key: bytes = field(default=PUBLIC, repr=False)
    periods: Mapping[int, str] = field(default_factory=dict)

    def among(self, grids: Sequence[Grid]) -> Preference:
        """The preferences among the figures of some tables."""

        def of(place: Place) -> float:
            grid, period = grids[place.table], self.periods.get(place.table, "")
            return _drawn(self.key, grid.table.name, period, *grid.name(place.figure))

        return of


def by_place(place: Place) -> float:
    """The preference among figures of which nothing but their places is known."""
    return _drawn(PUBLIC, str(place.table), *map(str, place.figure))


def _drawn(key: bytes, *name: str) -> float:
    drawn = blake2b("\0".join(name).encode(), digest_size=4, key=key)
    return int.from_bytes(drawn.digest()) / 2**32
