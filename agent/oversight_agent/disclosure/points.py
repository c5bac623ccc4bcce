"""Points: numbers for all figures of a table that an attacker cannot exclude.

Rules kept here:

1. A point says something of a need to one who knows what the need lists as known, so only if these
   figures have their true values there.
2. A point says something of a view only if it keeps all that is known of that view, which is tested
   here for every point, whoever found it. So a point found for one view serves any other, too.
3. Figures are integers: what a point shows of a quantity is taken inwards to the next integer. In
   tables with outcomes and of at most two dimensions the conditions are those of a flow in a
   network, so a point is whole already; elsewhere a true interval's ends may lie further in than a
   point says, by less than one of the smallest units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.solver import TOLERANCE, Bounds, Program, Vector

Mask = npt.NDArray[np.bool_]

_NEVER = 2**62
"""Above every quantity."""


class Points:
    """All points found so far, and what they say of some needs to one who knows some bounds."""

    def __init__(self, program: Program, truths: Vector, needs: Sequence[Need]) -> None:
        self._truths = truths
        self._conditions = _Sums(terms for terms, _, _ in program.conditions)
        self._quantities = _Sums(dict.fromkeys(need.parts, 1.0) for need in needs)
        groups = {known: number for number, known in enumerate({n.known: None for n in needs})}
        self._known = [np.array(sorted(known), dtype=np.int64) for known in groups]
        self._group = np.array([groups[need.known] for need in needs], dtype=np.int64)
        self._found = [_Found(*self._told(truths))]
        self._bounds: Bounds | None = None
        self._lows = self._highs = np.zeros(len(needs))

    def look(self, bounds: Bounds) -> None:
        """Know these bounds from now on.

        Raises:
            ValueError: the truth itself does not keep them.
        """
        kept = _inside(np.array([f.figures for f in self._found]), bounds.lows, bounds.highs)
        kept &= _inside(np.array([f.sums for f in self._found]), bounds.least, bounds.most)
        if not kept[0]:
            raise ValueError("what an attacker is taken to know is not true")
        self._bounds = bounds
        self._lows = np.array([f.lows for f in self._found])[kept].min(axis=0)
        self._highs = np.array([f.highs for f in self._found])[kept].max(axis=0)

    def learn(self, point: Vector) -> None:
        """Take in a point: the numbers of all figures."""
        found = _Found(*self._told(point))
        self._found.append(found)
        if self._bounds is not None and found.keeps(self._bounds):
            self._lows = np.minimum(self._lows, found.lows)
            self._highs = np.maximum(self._highs, found.highs)

    def interval(self, need: int) -> tuple[int, int]:
        """How low and how high a need's quantity can be for one who knows the bounds."""
        return int(self._lows[need]), int(self._highs[need])

    def _told(self, point: Vector) -> tuple[Vector, Vector, Vector, Vector]:
        wrong = np.abs(point - self._truths) > TOLERANCE
        fits = np.array([not wrong[known].any() for known in self._known])[self._group]
        values = self._quantities.of(point)
        lows = np.where(fits, np.ceil(values - TOLERANCE), _NEVER)
        highs = np.where(fits, np.floor(values + TOLERANCE), -_NEVER)
        return point, self._conditions.of(point), lows, highs


class _Found:
    """A point, the left sides of the conditions there, and what it says of each need."""

    def __init__(self, figures: Vector, sums: Vector, lows: Vector, highs: Vector) -> None:
        self.figures, self.sums, self.lows, self.highs = figures, sums, lows, highs

    def keeps(self, bounds: Bounds) -> bool:
        return bool(
            _inside(self.figures, bounds.lows, bounds.highs)
            & _inside(self.sums, bounds.least, bounds.most)
        )


class _Sums:
    """Some sums of a point's numbers, each with coefficients by variable."""

    def __init__(self, sums: Iterable[Mapping[int, float]]) -> None:
        every = list(sums)
        terms = [pair for each in every for pair in each.items()]
        self._index = np.array([variable for variable, _ in terms], dtype=np.int64)
        self._factor = np.array([factor for _, factor in terms])
        self._starts = np.cumsum([0, *(len(each) for each in every)])[:-1]

    def of(self, point: Vector) -> Vector:
        if not len(self._starts):
            return np.zeros(0)
        sums: Vector = np.add.reduceat(self._factor * point[self._index], self._starts)
        return sums


def _inside(values: Vector, lows: Vector, highs: Vector) -> Mask:
    """Whether all numbers lie within their bounds: of one point, or of each in an array of them."""
    kept: Mask = np.all((values >= lows - TOLERANCE) & (values <= highs + TOLERANCE), axis=-1)
    return kept
