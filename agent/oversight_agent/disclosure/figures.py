"""The figures of a table, numbered: what every stage of disclosure control talks about.

A *figure* is a cell or the total of a row. A `Grid` holds a table's exact numbers in a canonical
order (rows and outcomes by their codes), whatever order they are declared or supplied in, so that
the outcome of every later stage depends on the numbers and the codes alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from oversight_agent.tables import UnsafeCell, UnsafeRow, UnsafeTable
from oversight_protocol.release import TOTAL
from oversight_protocol.study import BaseTable

TOTAL_OF_ROW = -1
"""The outcome number under which a row's total stands."""

WHOLE = 0
"""The row number of the whole authority."""


class Figure(NamedTuple):
    """A figure by the numbers of its row and its outcome in the grid."""

    row: int
    outcome: int

    @property
    def is_total(self) -> bool:
        """Whether it is the total of its row."""
        return self.outcome == TOTAL_OF_ROW


@dataclass(frozen=True)
class Shape:
    """How the figures of a table add up.

    Attributes:
        rows: the number of rows; row 0 is the whole authority.
        outcomes: the number of outcomes.
        dimensions: for each dimension, the numbers of its rows; they sum to row 0.
    """

    rows: int
    outcomes: int
    dimensions: tuple[tuple[int, ...], ...]

    def figures(self) -> Iterator[Figure]:
        """Every figure: row by row, the total first."""
        for row in range(self.rows):
            yield Figure(row, TOTAL_OF_ROW)
            yield from self.cells_of(row)

    def cells_of(self, row: int) -> tuple[Figure, ...]:
        """The cells of a row."""
        return tuple(Figure(row, outcome) for outcome in range(self.outcomes))

    def cells_in(self, figure: Figure) -> tuple[int, ...]:
        """The numbers of the cells that a figure is the sum of."""
        start = figure.row * self.outcomes
        if figure.is_total:
            return tuple(range(start, start + self.outcomes))
        return (start + figure.outcome,)

    def rest_of(self, figure: Figure) -> tuple[int, ...]:
        """The numbers of the other cells in a cell's row."""
        return tuple(
            cell
            for cell in self.cells_in(Figure(figure.row, TOTAL_OF_ROW))
            if cell not in self.cells_in(figure)
        )


@dataclass(frozen=True)
class Grid:
    """A table's exact numbers in canonical order.

    Attributes:
        table: the base table.
        rows: the whole authority, then the categories by dimension and code.
        outcomes: the outcome codes, sorted.
        shape: how the figures add up.
    """

    table: BaseTable
    rows: tuple[UnsafeRow, ...] = field(repr=False)
    outcomes: tuple[str, ...]
    shape: Shape

    @classmethod
    def of(cls, unsafe: UnsafeTable) -> Grid:
        """The grid of a table that `checks.check` has passed."""
        rows = tuple(sorted(unsafe.rows, key=lambda row: (row.dimension, row.category)))
        outcomes = tuple(sorted(unsafe.table.outcome_codes))
        dimensions = tuple(
            tuple(number for number, row in enumerate(rows) if row.dimension == name)
            for name in sorted(dimension.name for dimension in unsafe.table.dimensions)
        )
        shape = Shape(len(rows), len(outcomes), dimensions)
        return cls(unsafe.table, rows, outcomes, shape)

    def behind(self, figure: Figure) -> UnsafeCell:
        """What stands behind a figure."""
        row = self.rows[figure.row]
        return row.total if figure.is_total else row.cells[self.outcomes[figure.outcome]]

    def behind_rest(self, figure: Figure) -> UnsafeCell:
        """What stands behind the rest of a cell's row."""
        return self.rows[figure.row].complements[self.outcomes[figure.outcome]]

    def name(self, figure: Figure) -> tuple[str, str, str]:
        """A figure's dimension, category and outcome, as a release names them."""
        row = self.rows[figure.row]
        outcome = TOTAL if figure.is_total else self.outcomes[figure.outcome]
        return (row.dimension, row.category, outcome)
