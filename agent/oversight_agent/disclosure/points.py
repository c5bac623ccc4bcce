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
4. What one attacker finds serves every other one of the same component: points are kept with it, as
   long as they show something new, up to `MOST` of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from oversight_agent.disclosure.joint import Joint, Place
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.solver import TOLERANCE, Bounds, Program, Vector

Matrix = npt.NDArray[np.float64]

MOST = 4_000
"""Points that are kept of a component: the largest of the first study finds about as many."""

CHUNK = 64
"""Points that are looked at together, so that they fit into the processor's memory."""


class Points:
    """All points found so far, and what they say of some needs to one who knows some bounds.

    Args:
        program: what is known of the component whatever is published.
        moving: the conditions of the program whose bounds depend on what is published.
        truths: the exact number of every figure.
        needs: the needs.
        found: points of the component, by this and other attackers; more are added to it.
    """

    def __init__(
        self, program: Program, moving: Sequence[int], truths: Vector, needs: Sequence[Need],
        found: list[Vector],
    ) -> None:  # fmt: skip
        self._truths, self._pool, self._seen = truths, found, 0
        self._conditions = _Sums(terms for terms, _, _ in program.conditions)
        self._quantities = _Sums(dict.fromkeys(need.parts, 1.0) for need in needs)
        groups = {known: number for number, known in enumerate({n.known: None for n in needs})}
        self._known = [np.array(sorted(known), dtype=np.int64) for known in groups]
        self._group = np.array([groups[need.known] for need in needs], dtype=np.int64)
        self._always, self._moving = program.bounds, np.array(moving, dtype=np.int64)
        columns = len(truths) + len(self._moving)
        self._now = np.full(columns, -np.inf), np.full(columns, np.inf)
        self._values = _Stack(columns)
        self._ends = _Stack(len(needs)), _Stack(len(needs))
        self._broken = np.zeros(0, dtype=np.int64)
        self._lows, self._highs = np.full(len(needs), np.inf), np.full(len(needs), -np.inf)
        self._take(truths[None])

    def look(self, bounds: Bounds) -> None:
        """Know these bounds from now on.

        Raises:
            ValueError: the truth itself does not keep them.
        """
        self._take_from_others()
        before, now = self._now, (
            np.append(bounds.lows, bounds.least[self._moving]),
            np.append(bounds.highs, bounds.most[self._moving]),
        )  # fmt: skip
        changed = np.flatnonzero((before[0] != now[0]) | (before[1] != now[1]))
        values = self._values.rows[:, changed]
        self._broken += _outside(values, now[0][changed], now[1][changed])
        self._broken -= _outside(values, before[0][changed], before[1][changed])
        self._now, kept = now, self._broken == 0
        if not kept[0]:
            raise ValueError("what an attacker is taken to know is not true")
        self._lows = self._ends[0].rows[kept].min(axis=0)
        self._highs = self._ends[1].rows[kept].max(axis=0)

    def learn(self, point: Vector) -> None:
        """Take in a point: the numbers of all figures."""
        self._take_from_others()
        lows, highs = self._lows, self._highs
        self._take(point[None])
        new = (self._lows < lows).any() or (self._highs > highs).any() or bool(self._broken[-1])
        if new and len(self._pool) < MOST:
            self._pool.append(point)
            self._seen = len(self._pool)

    def interval(self, need: int) -> tuple[int, int]:
        """How low and how high a need's quantity can be for one who knows the bounds."""
        return int(self._lows[need]), int(self._highs[need])

    def _take_from_others(self) -> None:
        while self._seen < len(self._pool):
            some = self._pool[self._seen : self._seen + CHUNK]
            self._seen += len(some)
            self._take(np.array(some))

    def _take(self, points: Matrix) -> None:
        """Take in points; those that break what always holds are none."""
        sums = self._conditions.of(points)
        true = _outside(sums, self._always.least, self._always.most) == 0
        points, sums = points[true], sums[true][:, self._moving]
        values = np.hstack((points, sums))
        broken = _outside(values, *self._now)
        lows, highs = self._told(points)
        self._values.add(values)
        self._ends[0].add(lows)
        self._ends[1].add(highs)
        self._broken = np.append(self._broken, broken)
        if (broken == 0).any():
            self._lows = np.minimum(self._lows, lows[broken == 0].min(axis=0))
            self._highs = np.maximum(self._highs, highs[broken == 0].max(axis=0))

    def _told(self, points: Matrix) -> tuple[Matrix, Matrix]:
        """How low and how high each point shows each need's quantity."""
        wrong = np.abs(points - self._truths) > TOLERANCE
        fits = np.ones((len(points), len(self._known)), dtype=np.bool_)
        for number, known in enumerate(self._known):
            fits[:, number] = ~wrong[:, known].any(axis=1)
        fits = fits[:, self._group]
        values = self._quantities.of(points)
        lows = np.where(fits, np.ceil(values - TOLERANCE), np.inf)
        return lows, np.where(fits, np.floor(values + TOLERANCE), -np.inf)


def carry_from_part(
    part: Joint, tables: Sequence[int], whole: Joint, truths: Sequence[int]
) -> None:
    """Give a component the points of some of its tables; all others are there as they are."""
    found = np.tile(np.array(truths, dtype=float), (len(part.points), 1))
    for at, table in enumerate(tables):
        size, start, there = part.shapes[at].size, whole.start(table), part.start(at)
        for place, point in enumerate(part.points):
            found[place, start : start + size] = point[there : there + size]
    _add_up(found, whole)


def carry_from_less(less: Joint, more: Joint) -> None:
    """Give a component the points of the same tables with fewer figures numbered."""
    places = list(less.places())
    at, there = [*map(more.number, places)], [*map(less.number, places)]
    found = np.zeros((len(less.points), more.size))
    for place, point in enumerate(less.points):
        found[place, at] = point[there]
    for table, shape in enumerate(more.shapes):
        for figure in shape.merged:
            parts = [more.number(Place(table, part)) for part in shape.parts(figure)]
            found[:, more.number(Place(table, figure))] = found[:, parts].sum(axis=1)
    _add_up(found, more)


def _add_up(found: Matrix, joint: Joint) -> None:
    """Add points to a component whose differences are still to be worked out."""
    for number, each in enumerate(joint.differences):
        more, less = ([*map(joint.number, places)] for places in (each.more, each.less))
        found[:, joint.difference(number)] = found[:, more].sum(axis=1) - found[:, less].sum(axis=1)
    joint.points.extend(found)


class _Stack:
    """Rows of numbers, to which more are added."""

    def __init__(self, columns: int) -> None:
        self._room, self._size = np.zeros((CHUNK, columns)), 0

    @property
    def rows(self) -> Matrix:
        return self._room[: self._size]

    def add(self, rows: Matrix) -> None:
        size = self._size + len(rows)
        if size > len(self._room):
            room = np.zeros((2 * size, self._room.shape[1]))
            room[: self._size] = self.rows
            self._room = room
        self._room[self._size : size] = rows
        self._size = size


class _Sums:
    """Some sums of the numbers of points, each with coefficients by variable."""

    def __init__(self, sums: Iterable[Mapping[int, float]]) -> None:
        every = list(sums)
        terms = [pair for each in every for pair in each.items()]
        self._index = np.array([variable for variable, _ in terms], dtype=np.int64)
        self._factor = np.array([factor for _, factor in terms])
        self._starts = np.cumsum([0, *(len(each) for each in every)])[:-1]

    def of(self, points: Matrix) -> Matrix:
        if not len(self._starts):
            return np.zeros((len(points), 0))
        parts = self._factor * points[:, self._index]
        sums: Matrix = np.add.reduceat(parts, self._starts, axis=1)
        return sums


def _outside(values: Matrix, lows: Vector, highs: Vector) -> npt.NDArray[np.int64]:
    """How many of each point's numbers lie outside their bounds."""
    wrong = (values < lows - TOLERANCE) | (values > highs + TOLERANCE)
    return np.asarray(wrong.sum(axis=1), dtype=np.int64)
