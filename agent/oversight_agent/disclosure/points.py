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
   long as they show something new and there is room. One for which there is no room serves the view
   for which it was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from oversight_agent.disclosure.joint import Joint
from oversight_agent.disclosure.knowledge import Knowledge
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.solver import TOLERANCE, Bounds, Vector
from oversight_agent.disclosure.tightening import Plain

Matrix = npt.NDArray[np.float64]

ROOM = 16_000_000
"""Numbers that are kept of a component's points; the largest of the first study needs about half.
"""

CHUNK = 64
"""Points that are looked at together, so that they fit into the processor's memory."""


class Pool:
    """The points of a component, each tested for what always holds.

    Attributes:
        knowledge: what attackers of the component know.
        plain: what is plain of it without a solution.
        moving: the conditions of it whose bounds depend on what is published.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge, self.plain = knowledge, Plain(knowledge)
        self.moving = np.array(knowledge.moving, dtype=np.int64)
        self._always = knowledge.program.bounds
        self._conditions = _Sums(terms for terms, _, _ in knowledge.program.conditions)
        # Mostly a few of the numbers are looked at, of all points.
        self._kept = _Stack(len(self._always.lows) + len(self.moving), "F")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def rows(self) -> Matrix:
        """Of each point the numbers of all figures, then the sums of the moving conditions."""
        return self._kept.rows

    @property
    def figures(self) -> Matrix:
        """The numbers of all figures of each point."""
        return self.rows[:, : len(self._always.lows)]

    @property
    def room(self) -> int:
        """For how many more points there is room."""
        return max(0, ROOM // int(self.rows.shape[1]) - len(self))

    def tested(self, points: Matrix) -> Matrix:
        """Rows of points, given by the numbers of all figures, that keep what always holds."""
        sums = self._conditions.of(points)
        true = _outside(sums, self._always.least, self._always.most) == 0
        return np.hstack((points[true], sums[true][:, self.moving]))

    def keep(self, tested: Matrix) -> None:
        """Keep rows of points, as long as there is room."""
        self._kept.add(tested[: self.room])


def pool_of(joint: Joint) -> Pool:
    """The points of a component, which all its attackers share."""
    if joint.pool is None:
        joint.pool = Pool(Knowledge(joint))
    return joint.pool


class _Told(NamedTuple):
    """What some points say.

    Attributes:
        broken: how many of the bounds each breaks that an attacker knows now.
        lows: how low each shows each need's quantity.
        highs: how high.
    """

    broken: npt.NDArray[np.int64]
    lows: Matrix
    highs: Matrix


class Points:
    """All points found so far, and what they say of some needs to one who knows some bounds.

    Args:
        pool: points of the component, by this and other attackers; more are added to it.
        truths: the exact number of every figure.
        needs: the needs.
    """

    def __init__(self, pool: Pool, truths: Vector, needs: Sequence[Need]) -> None:
        self._truths, self._pool = truths, pool
        self._quantities = _Sums(dict.fromkeys(need.parts, 1.0) for need in needs)
        groups = {known: number for number, known in enumerate({n.known: None for n in needs})}
        self._known = [np.array(sorted(known), dtype=np.int64) for known in groups]
        self._group = np.array([groups[need.known] for need in needs], dtype=np.int64)
        columns = pool.rows.shape[1]
        self._now = np.full(columns, -np.inf), np.full(columns, np.inf)
        self._bounds: Bounds | None = None
        self._ends = _Stack(len(needs)), _Stack(len(needs))
        self._broken = np.zeros(0, dtype=np.int64)
        # Whether a point counts at present for which there was no room.
        self._passing = False
        self._truth = pool.tested(truths[None])
        self._forget()

    def look(self, bounds: Bounds) -> None:
        """Know these bounds from now on.

        Raises:
            ValueError: the truth itself does not keep them.
        """
        self._take_from_others()
        if bounds is self._bounds:
            return
        kept = self._broken == 0
        self._know(bounds)
        if self._passing or (self._broken[kept] > 0).any():
            self._forget()
            kept[:] = False
        new = (self._broken == 0) & ~kept
        self._serve(_Told(self._broken[new], self._ends[0].rows[new], self._ends[1].rows[new]))
        if not self._serve(self._told(self._truth)):
            raise ValueError("what an attacker is taken to know is not true")
        self._bounds = bounds

    def learn(self, point: Vector) -> None:
        """Take in a point: the numbers of all figures."""
        self._take_from_others()
        tested, lows, highs = self._pool.tested(point[None]), self._lows, self._highs
        told = self._told(tested)
        fits = self._serve(told)
        if fits and (self._lows == lows).all() and (self._highs == highs).all():
            return
        if self._pool.room:
            self._pool.keep(tested)
            self._keep(told)
        else:
            self._passing = True

    def interval(self, need: int) -> tuple[int, int]:
        """How low and how high a need's quantity can be for one who knows the bounds."""
        return int(self._lows[need]), int(self._highs[need])

    def _know(self, bounds: Bounds) -> None:
        moving, before = self._pool.moving, self._now
        self._now = now = (
            np.concatenate((bounds.lows, bounds.least[moving])),
            np.concatenate((bounds.highs, bounds.most[moving])),
        )
        changed = np.flatnonzero((before[0] != now[0]) | (before[1] != now[1]))
        values = self._pool.rows.T[changed].T
        self._broken += _outside(values, now[0][changed], now[1][changed])
        self._broken -= _outside(values, before[0][changed], before[1][changed])

    def _take_from_others(self) -> None:
        while len(self._broken) < len(self._pool):
            first = len(self._broken)
            told = self._told(self._pool.rows[first : first + CHUNK])
            self._serve(told)
            self._keep(told)

    def _keep(self, told: _Told) -> None:
        self._ends[0].add(told.lows)
        self._ends[1].add(told.highs)
        self._broken = np.concatenate((self._broken, told.broken))

    def _forget(self) -> None:
        """Begin anew with what points say of the needs."""
        self._lows, self._highs = (
            np.full(len(self._group), np.inf),
            np.full(len(self._group), -np.inf),
        )
        self._passing = False

    def _serve(self, told: _Told) -> bool:
        """Whether any points keep the bounds: of these what they say counts."""
        fits = told.broken == 0
        if fits.any():
            self._lows = np.minimum(self._lows, told.lows[fits].min(axis=0))
            self._highs = np.maximum(self._highs, told.highs[fits].max(axis=0))
        return bool(fits.any())

    def _told(self, rows: Matrix) -> _Told:
        points = rows[:, : len(self._truths)]
        wrong = np.abs(points - self._truths) > TOLERANCE
        fits = np.ones((len(points), len(self._known)), dtype=np.bool_)
        for number, known in enumerate(self._known):
            fits[:, number] = ~wrong[:, known].any(axis=1)
        fits = fits[:, self._group]
        values = self._quantities.of(points)
        lows = np.where(fits, np.ceil(values - TOLERANCE), np.inf)
        highs = np.where(fits, np.floor(values + TOLERANCE), -np.inf)
        return _Told(_outside(rows, *self._now), lows, highs)


def carry_from_part(
    part: Joint, tables: Sequence[int], whole: Joint, truths: Sequence[int]
) -> None:
    """Give a component the points of some of its tables; all others are there as they are."""
    points = pool_of(part).figures
    found = np.tile(np.array(truths, dtype=float), (len(points), 1))
    for at, table in enumerate(tables):
        size, start, there = part.shapes[at].size, whole.start(table), part.start(at)
        found[:, start : start + size] = points[:, there : there + size]
    _keep(found, whole)


def _keep(found: Matrix, joint: Joint) -> None:
    """Give a component points of which the differences are still to be worked out."""
    for number, each in enumerate(joint.differences):
        more, less = ([*map(joint.number, places)] for places in (each.more, each.less))
        found[:, joint.difference(number)] = found[:, more].sum(axis=1) - found[:, less].sum(axis=1)
    pool = pool_of(joint)
    pool.keep(pool.tested(found))


class _Stack:
    """Rows of numbers, to which more are added; in memory by rows (C) or by columns (F)."""

    def __init__(self, columns: int, order: Literal["C", "F"] = "C") -> None:
        self._room, self._size = np.empty((CHUNK, columns), order=order), 0

    @property
    def rows(self) -> Matrix:
        return self._room[: self._size]

    def add(self, rows: Matrix) -> None:
        size = self._size + len(rows)
        if size > len(self._room):
            room = np.empty_like(self._room, shape=(2 * size, self._room.shape[1]))
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
