"""What an attacker knows of a table, from what is published alone, as a linear program.

Rules kept here:

1. Counts are at least 0; a row's cells sum to its total; a dimension's categories sum to the whole.
   In a table with magnitudes, a sum is at least 0 and at most its row's count times the maximum.
2. A published figure lies in the interval of its rounded value. Figures are rounded one by one.
3. The rules are public: a published count other than 0 is at least `least`, and so is the rest of a
   published cell's row (unless zeros may be shown: then the rest may be nothing). A published sum
   is not 0, with the same exception.
4. A published count of 0 is a true 0: a figure that keeps the rules never rounds down to 0.

Tables of one wave are separate programs. What definitions entail between tables (containment,
shared populations) has no place in a study yet; where it gets one, its conditions join here.
"""

from __future__ import annotations

import math

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, WHOLE, Figure, Shape
from oversight_agent.disclosure.solver import Bounds, Program, total_of
from oversight_agent.disclosure.view import View


class Knowledge:
    """The program of a table; its variables are the figures by number.

    Whatever is published, the conditions are the same, and only bounds differ.

    Attributes:
        program: the conditions of an attacker who sees nothing.
    """

    def __init__(self, shape: Shape) -> None:
        self.program = additions(shape)
        self._rests = {
            figure: self.program.require(_rest(shape, figure))
            for figure in shape.figures()
            if not (figure.is_total or shape.scales)
        }

    def bounds(self, view: View) -> Bounds:
        """The bounds of one who sees a view."""
        bounds = self.program.bounds
        for figure in view.shown:
            number = view.shape.number(figure)
            bounds.lows[number], bounds.highs[number] = view.bounds(figure)
            if figure in self._rests and not view.zeros:
                bounds.least[self._rests[figure]] = view.least
        return bounds


class Yielding:
    """The same where what is published may give way, at a cost.

    The variables are the figures by number, then one for each published figure that may be hidden
    by itself (a row, where rows with sums are hidden as a whole). Above 0 it says that hiding would
    let the attacker's interval grow. A count of 0 does not give way: it would need too little.

    Attributes:
        program: the conditions of one who sees the view.
        slacks: the variable of each that may give way.
    """

    def __init__(self, view: View) -> None:
        self.program, self.slacks = additions(view.shape), dict[Figure, int]()
        self._conditions: dict[Figure, list[int]] = {}
        for figure in view.shown:
            self._add(view, figure)

    def bounds(self, view: View) -> Bounds:
        """The bounds of one who sees a part of the view."""
        bounds = self.program.bounds
        for leader, conditions in self._conditions.items():
            if leader not in view.shown:
                bounds.least[conditions], bounds.most[conditions] = -math.inf, math.inf
                bounds.highs[self.slacks[leader]] = 0
        return bounds

    def _add(self, view: View, figure: Figure) -> None:
        number, (low, high) = view.shape.number(figure), view.bounds(figure)
        if view.shown[figure] == 0 and view.shape.goes_with(figure) == figure:
            self.program.lows[number] = self.program.highs[number] = 0
            return
        leader = view.shape.goes_with(figure)
        if leader not in self.slacks:
            self.slacks[leader] = self.program.variable()
            self._conditions[leader] = []
        slack, one = self.slacks[leader], float(view.shape.one(figure))
        added = [
            self.program.require({number: 1.0, slack: one}, low),
            self.program.require({number: 1.0, slack: -one}, high=high),
        ]
        if not (figure.is_total or view.shape.scales or view.zeros):
            rest = {**_rest(view.shape, figure), slack: 1.0}
            added.append(self.program.require(rest, view.least))
        self._conditions[leader] += added


def additions(shape: Shape) -> Program:
    """Rule 1."""
    result = Program([0.0] * shape.size, [math.inf] * shape.size)
    for row in range(shape.rows):
        total, *cells = map(shape.number, shape.line(row))
        if not shape.scales:
            result.require({**total_of(cells), total: -1.0}, 0, 0)
        for cell, scale in zip(cells, shape.scales, strict=False):
            result.require({total: float(scale.ceiling), cell: -1.0}, 0)
    columns = range(TOTAL_OF_ROW if shape.scales else 0, shape.outcomes)
    for dimension in shape.dimensions:
        for column in columns:
            parts = total_of(shape.number(Figure(row, column)) for row in dimension)
            result.require({**parts, shape.number(Figure(WHOLE, column)): -1.0}, 0, 0)
    return result


def _rest(shape: Shape, figure: Figure) -> dict[int, float]:
    total = Figure(figure.row, TOTAL_OF_ROW)
    return {shape.number(total): 1.0, shape.number(figure): -1.0}
