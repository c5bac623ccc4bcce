"""What an attacker knows of a table, from what is published alone, as a linear program.

Rules kept here:

1. Counts are at least 0; a row's cells sum to its total; a dimension's categories sum to the whole.
2. A published figure lies in the interval of its rounded value. Figures are rounded one by one.
3. The rules are public: a published figure other than 0 counts at least `least`, and so does the
   rest of a published cell's row (unless zeros may be shown: then the rest may be nothing).
4. A published 0 is a true 0: a figure that keeps the rules never rounds down to 0.

Tables of one wave are separate programs. What definitions entail between tables (containment,
shared populations) has no place in a study yet; where it gets one, its conditions join here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from oversight_agent.disclosure.figures import WHOLE, Figure, Grid, Shape
from oversight_agent.disclosure.rounding import interval, to_nearest
from oversight_agent.disclosure.rules import least_shown
from oversight_agent.disclosure.solver import Program, total_of
from oversight_protocol.policy import Rules


@dataclass(frozen=True)
class View:
    """All that everybody can see of a table.

    Attributes:
        shape: how the figures add up.
        shown: the rounded value of every published figure.
        base: the base of the rounding.
        least: the least that a published figure other than 0 can count.
        zeros: whether zeros may be shown.
    """

    shape: Shape
    shown: dict[Figure, int] = field(repr=False)
    base: int
    least: int
    zeros: bool

    @classmethod
    def of(cls, grid: Grid, hidden: Iterable[Figure], rules: Rules) -> View:
        """Stage 2: every figure that is not hidden, rounded on its own."""
        shown = {
            figure: to_nearest(grid.behind(figure).count, rules.rounding_base)
            for figure in grid.shape.figures()
            if figure not in set(hidden)
        }
        least = least_shown(grid.table, rules)
        return cls(grid.shape, shown, rules.rounding_base, least, rules.zeros_may_be_shown)

    def without(self, figures: Iterable[Figure]) -> View:
        """The view with some figures hidden as well."""
        gone = set(figures)
        return replace(self, shown={f: v for f, v in self.shown.items() if f not in gone})

    def bounds(self, figure: Figure) -> tuple[int, int]:
        """The interval of a published figure, by rules 2 to 4."""
        low, high = interval(self.shown[figure], self.base)
        return (max(low, self.least), high) if self.shown[figure] else (0, 0)


def program(view: View) -> Program:
    """The program; its variables are the cells of the table by number."""
    result = additions(view.shape)
    for figure in view.shown:
        low, high = view.bounds(figure)
        if figure.is_total:
            result.require(total_of(view.shape.cells_in(figure)), low, high)
        else:
            (cell,) = view.shape.cells_in(figure)
            result.lows[cell], result.highs[cell] = low, high
            if not view.zeros:
                result.require(total_of(view.shape.rest_of(figure)), view.least)
    return result


def program_with_slack(view: View) -> tuple[Program, dict[Figure, int]]:
    """The same program where each published figure but a 0 may give way, and by which variable.

    A slack above 0 says that hiding the figure would let the attacker's interval grow.
    """
    result, slacks = additions(view.shape), dict[Figure, int]()
    for figure, value in view.shown.items():
        cells, (low, high) = total_of(view.shape.cells_in(figure)), view.bounds(figure)
        if value == 0:
            result.require(cells, 0, 0)
            continue
        slack = slacks[figure] = result.variable()
        result.require({**cells, slack: 1.0}, low)
        result.require({**cells, slack: -1.0}, high=high)
        if not (figure.is_total or view.zeros):
            result.require({**total_of(view.shape.rest_of(figure)), slack: 1.0}, view.least)
    return result, slacks


def additions(shape: Shape) -> Program:
    """Rule 1."""
    result = Program()
    for _ in range(shape.rows * shape.outcomes):
        result.variable()
    for dimension in shape.dimensions:
        for figure in shape.cells_of(WHOLE):
            parts = [Figure(row, figure.outcome) for row in dimension]
            terms = total_of(cell for part in parts for cell in shape.cells_in(part))
            result.require({**terms, shape.cells_in(figure)[0]: -1.0}, 0, 0)
    return result
