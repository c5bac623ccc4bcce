"""Between what and what a hidden figure may be, for anybody who sees all that is published.

It is what the attacker of the audit finds who knows nothing besides. Ends are in whole units,
outwards: a sum's interval is never said to be narrower than it is.

Rule kept here: an end is known once what follows from bounds condition by condition (`tightening`)
is seen in some solution. Only what is not is solved for by itself: of many figures that is little.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from oversight_agent.disclosure.joint import JointView, Place
from oversight_agent.disclosure.knowledge import Knowledge
from oversight_agent.disclosure.solver import TOLERANCE, Solver, UnsolvedError, Vector
from oversight_agent.disclosure.tightening import Tightening

Interval = tuple[int, int | None]
"""The least and the largest; None if nothing bounds it."""

Numbers = npt.NDArray[np.int64]

ENOUGH = 0.1
"""The share of open ends that a solution must settle for another one to be sought for all."""


def intervals(view: JointView, tables: int) -> Iterator[tuple[Place, Interval]]:
    """The interval of every figure of the first tables of a component; merged ones if published.

    Args:
        view: all that is published of it.
        tables: of how many tables.
    """
    joint, places = view.joint, list[Place]()
    for place in joint.places():
        merged = joint.shapes[place.table].is_merged(place.figure)
        if place.table < tables and (place in view.shown or not merged):
            places.append(place)
    numbers = np.array([joint.number(place) for place in places], dtype=np.int64)
    units = np.array([joint.shapes[place.table].one(place.figure) for place in places])
    search = _Search(view, numbers, units)
    lows, highs = search.ends(1), search.ends(-1)
    for place, low, high in zip(places, lows, highs, strict=True):
        yield place, (max(0, int(low)), int(high) if math.isfinite(high) else None)


class _Search:
    """Looks for the ends of some figures.

    Args:
        view: what is published.
        numbers: of the figures.
        units: a whole unit of each.
    """

    def __init__(self, view: JointView, numbers: Numbers, units: Numbers) -> None:
        knowledge = Knowledge(view.joint)
        self._numbers, self._units = numbers, units
        self._bounds, self._solver = knowledge.bounds(view), Solver(knowledge.program)
        lows, highs = Tightening(knowledge.program).of(self._bounds)
        self._plain = {1: lows[self._numbers], -1: highs[self._numbers]}
        # What any solution showed of a figure is possible, whatever it was sought for.
        self._least = np.full(len(self._numbers), math.inf)
        self._most = np.full(len(self._numbers), -math.inf)

    def ends(self, sign: int) -> Vector:
        """The least of each figure in whole units (`sign` 1), or the largest (-1)."""
        still, before = self._open(sign, together=True), math.inf
        while 1 < len(still) < before * (1 - ENOUGH) and self._solve(still, sign):
            still, before = self._open(sign, together=True), len(still)
        unbounded = list[int]()
        for one in self._open(sign):
            # The solution for another one may have settled it meanwhile.
            if one in self._open(sign) and not self._solve(np.array([one]), sign):
                unbounded.append(one)
        found = self._whole(sign)
        found[unbounded] = 0 if sign > 0 else math.inf
        return found

    def _open(self, sign: int, *, together: bool = False) -> Numbers:
        """The figures of which an end is not known; `together` those that are plainly bounded."""
        plain = self._rounded(self._plain[sign], sign)
        differ = plain != self._whole(sign)
        return np.flatnonzero(differ & np.isfinite(plain) if together else differ)

    def _solve(self, which: Numbers, sign: int) -> bool:
        try:
            objective = dict.fromkeys(self._numbers[which].tolist(), float(sign))
            point = self._solver.minimise(objective, self._bounds)[self._numbers]
        except UnsolvedError:
            return False
        self._least, self._most = np.minimum(self._least, point), np.maximum(self._most, point)
        return True

    def _whole(self, sign: int) -> Vector:
        """The ends that solutions showed so far, in whole units."""
        return self._rounded(self._least if sign > 0 else self._most, sign)

    def _rounded(self, ends: Vector, sign: int) -> Vector:
        """Ends in whole units: of counts inwards, as they are whole; of sums outwards."""
        ends = ends / self._units
        up, down = np.ceil(ends - TOLERANCE), np.floor(ends + TOLERANCE)
        counts, sums = (up, down) if sign > 0 else (down, up)
        return np.asarray(np.where(self._units > 1, sums, counts))
