"""Stage 2, and what everybody sees of a table: the published figures, each rounded on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, WHOLE, Figure, Grid, Shape
from oversight_agent.disclosure.marks import HiddenPart, Mark, Marker, known_by, true_of
from oversight_agent.disclosure.rounding import interval, to_nearest
from oversight_agent.disclosure.rules import least_shown
from oversight_protocol.policy import Rules
from oversight_protocol.release import HIGH, LOW, TOTAL, TableAnswer


@dataclass(frozen=True)
class View:
    """All that everybody can see of a table.

    Attributes:
        shape: how the figures add up.
        shown: the rounded value of every published figure.
        base: the base of the rounding, in whole units.
        least: the least that a published count other than 0 can be.
        zeros: whether zeros may be shown.
        marks: what the markers in the row of the whole authority say of its hidden cells.
    """

    shape: Shape
    shown: dict[Figure, int] = field(repr=False)
    base: int
    least: int
    zeros: bool
    marks: Mapping[Figure, Mark] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, grid: Grid, hidden: Iterable[Figure], rules: Rules) -> View:
        """Every figure that is not hidden, rounded on its own; no merged one."""
        gone, base = set(hidden), rules.rounding_base
        shown = {
            figure: to_nearest(grid.truth(figure), base * grid.shape.one(figure))
            for figure in grid.shape.figures()
            if figure not in gone and not grid.shape.is_merged(figure)
        }
        least = least_shown(grid.table, rules)
        return cls(grid.shape, shown, base, least, rules.zeros_may_be_shown)

    @classmethod
    def of_answer(cls, grid: Grid, answer: TableAnswer, rules: Rules) -> View:
        """What was released of a table before; its merged figures are numbered in the grid."""
        numbers = {(row.dimension, row.category): n for n, row in enumerate(grid.rows)}
        shown, markers = dict[Figure, int](), dict[Figure, Marker]()
        for row in answer.rows:
            if (number := numbers.get((row.dimension, row.category))) is None:
                continue
            for cell in row.figures:
                total = cell.outcome == TOTAL
                at = TOTAL_OF_ROW if total else grid.codes.index(cell.outcome)
                figure = Figure(number, at)
                if cell.value is not None:
                    shown[figure] = cell.value * grid.shape.one(figure)
                elif cell.marker in (LOW, HIGH):
                    markers[figure] = cell.marker
        least = least_shown(grid.table, rules)
        seen = cls(grid.shape, shown, rules.rounding_base, least, rules.zeros_may_be_shown)
        known = known_by(grid.table, seen.hidden_part, rules, markers)
        return replace(seen, marks=true_of(grid, known))

    @property
    def hidden_part(self) -> HiddenPart:
        """What is published of the whole authority's row, and so of what is hidden in it."""
        total, *cells = self.shape.line(WHOLE)
        shown = [self.bounds(cell) for cell in cells if cell in self.shown]
        low, high = self.bounds(total) if total in self.shown else (0, 0)
        return HiddenPart(
            tuple(cell for cell in cells if cell not in self.shown),
            len(cells),
            self.shown.get(total),
            low - sum(most for _, most in shown),
            high - sum(least for least, _ in shown),
            any(figure.row == WHOLE for figure in self.shape.merged if figure in self.shown),
        )

    def with_merged(self, grid: Grid, figure: Figure) -> View:
        """The view with a merged figure that its grid numbers, rounded on its own."""
        value = to_nearest(grid.truth(figure), self.base)
        return replace(self, shown={**self.shown, figure: value})

    def without(self, figures: Iterable[Figure]) -> View:
        """The view with some figures hidden as well, and whatever goes with them."""
        shown = dict(self.shown)
        for figure in figures:
            for each in self.shape.together(figure):
                shown.pop(each, None)
        return replace(self, shown=shown)

    def bounds(self, figure: Figure) -> tuple[int, int]:
        """The interval of a published figure, by what `knowledge` says of it."""
        value = self.shown[figure]
        low, high = interval(value, self.base * self.shape.one(figure))
        if self.shape.scales and not figure.is_total:
            return (low if self.zeros else max(low, 1), high)
        return (max(low, self.least), high) if value else (0, 0)
