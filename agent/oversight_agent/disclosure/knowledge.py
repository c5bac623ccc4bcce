"""What an attacker knows of a component, from what is published alone, as a linear program.

Rules kept here:

1. Counts are at least 0; a row's cells sum to its total, and some of them to a merged figure; rows
   that make up another sum to it.
   In a table with magnitudes, a sum is at least 0 and at most its row's count times the maximum.
2. A published figure lies in the interval of its rounded value. Figures are rounded one by one.
3. The rules are public: a published count other than 0 is at least `least`, and so is the rest of a
   published cell's row (unless zeros may be shown: then the rest may be nothing). A published sum
   is not 0, and at least `least` persons are behind it, with the same exception.
4. A published count of 0 is a true 0: a figure that keeps the rules never rounds down to 0.
5. A marker in the row of the whole authority says of a hidden cell, and of the rest of its row,
   between what and what they lie (`marks`).
6. Between the tables of a component its relations hold. A public figure is known exactly.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Shape
from oversight_agent.disclosure.joint import Joint, JointView, Place
from oversight_agent.disclosure.solver import TOLERANCE, Bounds, Program, Vector, total_of


class Rest(NamedTuple):
    """A row without one of its cells.

    Attributes:
        total: the number of the row's total.
        cell: the number of the cell.
        condition: the number of the condition that is the difference of the two.
    """

    total: int
    cell: int
    condition: int


class Knowledge:
    """The program of a component; its variables are the figures by number.

    Whatever is published, the conditions are the same, and only bounds differ.

    Attributes:
        program: the conditions of an attacker who sees nothing.
        rests: by the figures of a row but one cell, what is known of these together.
    """

    def __init__(self, joint: Joint) -> None:
        self.program = additions(joint)
        self.rests = dict[tuple[int, ...], Rest]()
        self._rests = {
            place: self.program.require(_rest(joint, place))
            for place in joint.places()
            if not (place.figure.is_total or joint.shapes[place.table].scales)
        }
        for place, condition in self._rests.items():
            total, cell = _rest(joint, place)
            line = range(total + 1, total + 1 + joint.shapes[place.table].outcomes)
            if cell in line:
                rest = tuple(number for number in line if number != cell)
                self.rests[rest] = Rest(total, cell, condition)
        self._behind = {
            place: self.program.require(_behind(joint, place))
            for place in joint.places()
            if _leads_sums(joint, place)
        }

        self._numbers = {place: joint.number(place) for place in joint.places()}
        # As lists, of which single numbers are read and written faster than of arrays.
        self._always = [line.tolist() for line in self.program.bounds.lines]
        self._last: tuple[JointView, Bounds] | None = None

    @property
    def moving(self) -> list[int]:
        """The conditions whose bounds depend on the view."""
        return [*self._rests.values(), *self._behind.values()]

    def bounds(self, view: JointView) -> Bounds:
        """The bounds of one who sees a view; of the same view the very same bounds."""
        if self._last is None or self._last[0] is not view:
            self._last = view, self._seen(view)
        return self._last[1]

    def _seen(self, view: JointView) -> Bounds:
        lows, highs, least, most = (line.copy() for line in self._always)
        for place in view.shown:
            seen = view.views[place.table]
            _narrow(lows, highs, self._numbers[place], seen.bounds(place.figure))
            above = self._above(place)
            if above is not None and not seen.zeros:
                least[above] = seen.least
        for place, mark in view.marks.items():
            _narrow(lows, highs, self._numbers[place], mark.own)
            _narrow(least, most, self._rests[place], mark.rest)
        return Bounds(*(np.array(line, dtype=float) for line in (lows, highs, least, most)))

    def excludes(self, point: Vector, view: JointView, place: Place) -> bool:
        """Whether a published figure, or what goes with it, says that a point is none."""
        seen, table = view.views[place.table], place.table
        for figure in seen.shape.together(place.figure):
            if figure not in seen.shown:
                continue
            one = Place(table, figure)
            (low, high), above = seen.bounds(figure), self._above(one)
            if not low - TOLERANCE <= point[self._numbers[one]] <= high + TOLERANCE:
                return True
            terms = {} if above is None or seen.zeros else self.program.conditions[above][0]
            if terms and sum(x * point[n] for n, x in terms.items()) < seen.least - TOLERANCE:
                return True
        return False

    def _above(self, place: Place) -> int | None:
        """The condition that a published figure is beside: at least so many are behind it."""
        return self._rests.get(place, self._behind.get(place))


class Yielding:
    """The same where what is published may give way, at a cost.

    The variables are the figures by number, then one for each published figure that may be hidden
    by itself (for all sums of a row, which are hidden together). Above 0 it says that hiding would
    let the attacker's interval grow. A count of 0 does not give way: it would need too little.
    Nor do markers: here only tables that were released before have any.

    Attributes:
        program: the conditions of one who sees the view.
        slacks: the variable of each that may give way.
    """

    def __init__(self, view: JointView) -> None:
        self.program, self.slacks = additions(view.joint), dict[Place, int]()
        self._conditions: dict[Place, list[int]] = {}
        for place in view.shown:
            self._add(view, place)
        for place, mark in view.marks.items():
            number = view.joint.number(place)
            _narrow(self.program.lows, self.program.highs, number, mark.own)
            self.program.require(_rest(view.joint, place), *mark.rest)

    def bounds(self, view: JointView) -> Bounds:
        """The bounds of one who sees a part of the view."""
        bounds, shown = self.program.bounds, view.shown
        for leader, conditions in self._conditions.items():
            if leader not in shown:
                bounds.least[conditions], bounds.most[conditions] = -math.inf, math.inf
                bounds.highs[self.slacks[leader]] = 0
        return bounds

    def _add(self, view: JointView, place: Place) -> None:
        number, seen = view.joint.number(place), view.views[place.table]
        low, high = seen.bounds(place.figure)
        leader = view.leader(place)
        if seen.shown[place.figure] == 0 and not seen.shape.is_sum(place.figure):
            self.program.lows[number] = self.program.highs[number] = 0
            return
        if place.table in view.joint.fixed:
            _narrow(self.program.lows, self.program.highs, number, (low, high))
            if not (place.figure.is_total or seen.shape.scales or seen.zeros):
                self.program.require(_rest(view.joint, place), seen.least)
            if _leads_sums(view.joint, place) and not seen.zeros:
                self.program.require(_behind(view.joint, place), seen.least)
            return
        if leader not in self.slacks:
            self.slacks[leader] = self.program.variable()
            self._conditions[leader] = []
        slack, one = self.slacks[leader], float(seen.shape.one(place.figure))
        added = [
            self.program.require({number: 1.0, slack: one}, low),
            self.program.require({number: 1.0, slack: -one}, high=high),
        ]
        if not (place.figure.is_total or seen.shape.scales or seen.zeros):
            rest = {**_rest(view.joint, place), slack: 1.0}
            added.append(self.program.require(rest, seen.least))
        if _leads_sums(view.joint, place) and not seen.zeros:
            behind = {**_behind(view.joint, place), slack: 1.0}
            added.append(self.program.require(behind, seen.least))
        self._conditions[leader] += added


def additions(joint: Joint) -> Program:
    """Rules 1 and 6, and what the differences are."""
    result = Program([0.0] * joint.size, [math.inf] * joint.size)
    for place, exact in joint.public.items():
        number = joint.number(place)
        result.lows[number] = result.highs[number] = exact
    for number, each in enumerate(joint.differences):
        factors = dict.fromkeys(map(joint.number, each.more), 1.0)
        factors |= dict.fromkeys((*map(joint.number, each.less), joint.difference(number)), -1.0)
        result.require(factors, 0, 0)
    for table, shape in enumerate(joint.shapes):
        _add_table(result, shape, joint.start(table))
    for relation in joint.relations:
        factors = {joint.number(place): factor for place, factor in relation.factors}
        result.require(factors, relation.low, relation.high)
    return result


def _add_table(result: Program, shape: Shape, start: int) -> None:
    def number(figure: Figure) -> int:
        return start + shape.number(figure)

    for row in range(shape.rows):
        total, *cells = map(number, shape.line(row))
        if not shape.scales:
            result.require({**total_of(cells), total: -1.0}, 0, 0)
        for cell, scale in zip(cells, shape.scales, strict=False):
            result.require({total: float(scale.ceiling), cell: -1.0}, 0)
    for figure in shape.merged:
        result.require({**total_of(map(number, shape.parts(figure))), number(figure): -1.0}, 0, 0)
    columns = range(TOTAL_OF_ROW if shape.scales else 0, shape.outcomes)
    for whole, rows in shape.partitions:
        for column in columns:
            parts = total_of(number(Figure(row, column)) for row in rows)
            result.require({**parts, number(Figure(whole, column)): -1.0}, 0, 0)


def _narrow(
    lows: list[float], highs: list[float], number: int, between: tuple[float, float]
) -> None:
    """Know besides that a variable, or a condition, lies between two numbers."""
    lows[number] = max(between[0], lows[number])
    highs[number] = min(between[1], highs[number])


def _leads_sums(joint: Joint, place: Place) -> bool:
    """Whether it is the sum with which the others of its row are shown or hidden."""
    shape = joint.shapes[place.table]
    return shape.is_sum(place.figure) and shape.goes_with(place.figure) == place.figure


def _behind(joint: Joint, place: Place) -> dict[int, float]:
    """The persons behind a sum."""
    return {joint.number(Place(place.table, Figure(place.figure.row, TOTAL_OF_ROW))): 1.0}


def _rest(joint: Joint, place: Place) -> dict[int, float]:
    total = Place(place.table, Figure(place.figure.row, TOTAL_OF_ROW))
    return {joint.number(total): 1.0, joint.number(place): -1.0}
