"""The figures of a table, numbered: what every stage of disclosure control talks about.

A *figure* is a cell, the total of a row, or the sum of a magnitude over a row. A *merged* figure is
what some cells of a row are together, where the table declares that they may be put together; only
those that may be shown are numbered, behind all others. A `Grid` holds a table's exact numbers in a
canonical order (rows, outcomes, merges and magnitudes by their codes), whatever order they are
declared or supplied in, so that the outcome of every later stage depends on the numbers and the
codes alone.

Sums are integers in units of their magnitude's last decimal place, here and in every later stage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from oversight_agent.tables import UnsafeCell, UnsafeRow, UnsafeSum, UnsafeTable
from oversight_protocol.partitions import Scope, are_apart, partitions, scopes
from oversight_protocol.release import TOTAL
from oversight_protocol.study import BaseTable

TOTAL_OF_ROW = -1
"""The outcome number under which a row's total stands."""

WHOLE = 0
"""The row number of the whole authority."""


Name = tuple[str, str, str]
"""A figure's dimension, category and outcome, as a release names them."""


class Figure(NamedTuple):
    """A figure by the numbers of its row and of its outcome or magnitude in the grid."""

    row: int
    outcome: int

    @property
    def is_total(self) -> bool:
        """Whether it is the total of its row."""
        return self.outcome == TOTAL_OF_ROW


class Scale(NamedTuple):
    """A magnitude's numbers, both in units of its last decimal place."""

    one: int
    """A whole unit."""
    ceiling: int
    """The most that one person contributes."""


@dataclass(frozen=True)
class Shape:
    """How the figures of a table add up.

    Attributes:
        rows: the number of rows; row 0 is the whole authority.
        outcomes: the number of outcomes; in a table with magnitudes, of these.
        partitions: rows that others make up, each with the numbers of these.
        scales: of each magnitude; none in a table with outcomes.
        merges: the outcomes that each merge puts together. In place of an outcome a merged figure
            has the number of its merge, counted on from the outcomes.
        merged: the merged figures that are numbered, sorted.
    """

    rows: int
    outcomes: int
    partitions: tuple[tuple[int, tuple[int, ...]], ...]
    scales: tuple[Scale, ...] = ()
    merges: tuple[tuple[int, ...], ...] = ()
    merged: tuple[Figure, ...] = ()

    @property
    def size(self) -> int:
        """The number of figures."""
        return self.rows * (self.outcomes + 1) + len(self.merged)

    def figures(self) -> Iterator[Figure]:
        """Every figure by its number: row by row, the total first; then the merged ones."""
        for row in range(self.rows):
            yield from self.line(row)
        yield from self.merged

    def line(self, row: int) -> tuple[Figure, ...]:
        """The figures of a row, the total first."""
        return (Figure(row, TOTAL_OF_ROW), *self.cells_of(row))

    def cells_of(self, row: int) -> tuple[Figure, ...]:
        """The cells, or the sums, of a row."""
        return tuple(Figure(row, outcome) for outcome in range(self.outcomes))

    def number(self, figure: Figure) -> int:
        """The number of a figure."""
        if figure.outcome >= self.outcomes:
            return self.rows * (self.outcomes + 1) + self.merged.index(figure)
        return figure.row * (self.outcomes + 1) + figure.outcome + 1

    def is_merged(self, figure: Figure) -> bool:
        """Whether it is what some cells of its row are together."""
        return figure.outcome >= self.outcomes

    def puts_together(self, one: Figure, other: Figure) -> bool:
        """Whether one of two figures is a merged one that counts an outcome of the other's."""
        if not (self.is_merged(one) or self.is_merged(other)):
            return False
        return not self.outcomes_of(one).isdisjoint(self.outcomes_of(other))

    def parts(self, figure: Figure) -> tuple[Figure, ...]:
        """The cells that a merged figure puts together."""
        outcomes = self.merges[figure.outcome - self.outcomes]
        return tuple(Figure(figure.row, outcome) for outcome in outcomes)

    def outcomes_of(self, figure: Figure) -> frozenset[int]:
        """The outcomes that a figure counts."""
        if figure.is_total:
            return frozenset(range(self.outcomes))
        if self.is_merged(figure):
            return frozenset(self.merges[figure.outcome - self.outcomes])
        return frozenset({figure.outcome})

    def one(self, figure: Figure) -> int:
        """A whole unit of a figure, in the units in which it is counted."""
        return self.scales[figure.outcome].one if self.scales and not figure.is_total else 1

    def is_sum(self, figure: Figure) -> bool:
        """Whether it is the sum of a magnitude."""
        return bool(self.scales) and not figure.is_total

    def goes_with(self, figure: Figure) -> Figure:
        """The figure with which this one is shown or hidden: the sums of a row stand together."""
        return Figure(figure.row, 0) if self.is_sum(figure) else figure

    def together(self, figure: Figure) -> tuple[Figure, ...]:
        """All figures that are shown or hidden with one."""
        return self.cells_of(figure.row) if self.is_sum(figure) else (figure,)


@dataclass(frozen=True)
class Grid:
    """A table's exact numbers in canonical order.

    Attributes:
        table: the base table.
        rows: the whole authority, then those of each dimension and crossing by name and code.
        outcomes: the codes of the outcomes, or the names of the magnitudes, sorted.
        shape: how the figures add up; without merged figures, until `with_merged` numbers some.
        merges: the codes of the merges, sorted.
    """

    table: BaseTable
    rows: tuple[UnsafeRow, ...] = field(repr=False)
    outcomes: tuple[str, ...]
    shape: Shape
    merges: tuple[str, ...] = ()

    @classmethod
    def of(cls, unsafe: UnsafeTable) -> Grid:
        """The grid of a table that `checks.check` has passed, without what it lacks."""
        table = unsafe.table
        there = (row for row in unsafe.rows if row.dimension not in unsafe.lacking)
        rows = tuple(sorted(there, key=lambda row: (row.dimension, row.category)))
        magnitudes = sorted(table.magnitudes, key=lambda magnitude: magnitude.name)
        outcomes = tuple(sorted((*table.outcome_codes, *table.magnitude_names)))
        numbers = {(row.dimension, row.category): number for number, row in enumerate(rows)}
        made_up = sorted(
            (numbers[whole], tuple(sorted(numbers[part] for part in parts)))
            for whole, parts in partitions(table, unsafe.lacking)
        )
        scales = tuple(
            Scale(one=10**each.decimals, ceiling=each.maximum * 10**each.decimals)
            for each in magnitudes
        )
        merges = sorted(table.merges.items())
        together = tuple(
            tuple(sorted(outcomes.index(code) for code in parts)) for _, parts in merges
        )
        shape = Shape(len(rows), len(outcomes), tuple(made_up), scales, together)
        return cls(table, rows, outcomes, shape, tuple(code for code, _ in merges))

    def with_merged(self, names: Collection[Name]) -> Grid:
        """The grid with the merged figures numbered, too, that are among some names."""
        every = (
            Figure(row, self.shape.outcomes + merge)
            for row in range(len(self.rows) if names else 0)
            for merge in range(len(self.merges))
        )
        found = tuple(figure for figure in every if self.name(figure) in names)
        return replace(self, shape=replace(self.shape, merged=found))

    def has(self, figure: Figure) -> bool:
        """Whether a merged figure is numbered."""
        return figure in self.shape.merged

    def behind(self, figure: Figure) -> UnsafeCell:
        """What stands behind a cell or a total, or behind a merged figure that its row has."""
        row = self.rows[figure.row]
        if self.shape.is_merged(figure):
            return row.merged[self.name(figure)[2]].own
        return row.total if figure.is_total else row.cells[self.outcomes[figure.outcome]]

    def behind_rest(self, figure: Figure) -> UnsafeCell:
        """What stands behind the rest of the row of a cell, or of a merged figure."""
        row, code = self.rows[figure.row], self.name(figure)[2]
        return row.merged[code].rest if self.shape.is_merged(figure) else row.complements[code]

    def sum_of(self, figure: Figure) -> UnsafeSum:
        """What stands behind a sum."""
        return self.rows[figure.row].sums[self.outcomes[figure.outcome]]

    def truth(self, figure: Figure) -> int:
        """The exact number of a figure."""
        if self.shape.scales and not figure.is_total:
            return self.sum_of(figure).value
        if self.shape.is_merged(figure):
            return sum(map(self.truth, self.shape.parts(figure)))
        return self.behind(figure).count

    def are_apart(self, row: int, other: int) -> bool:
        """Whether no row of the data can be in two rows of the grid, by their definition."""
        return are_apart(self.scope(row), self.scope(other))

    def scope(self, row: int) -> Scope:
        """What a row is made of."""
        return self._scopes[row]

    @cached_property
    def _scopes(self) -> list[Scope]:
        every = scopes(self.table)
        return [every[row.dimension, row.category] for row in self.rows]

    @cached_property
    def nearly_empty(self) -> list[tuple[tuple[Figure, ...], bool]]:
        """Figures that nobody is behind, or one child or one worker; and whether it is nobody.

        Figures that the same persons are behind are together: a cell, or a row with its sums.
        """
        lines = [self.shape.line(row) for row in range(self.shape.rows)]
        blocks = lines if self.shape.scales else [(cell,) for line in lines for cell in line[1:]]
        found = [(block, self.behind(block[0])) for block in blocks]
        return [
            (block, not behind.count)
            for block, behind in found
            if not behind.count or 1 in (behind.children, behind.workers)
        ]

    @property
    def truths(self) -> tuple[int, ...]:
        """The exact numbers of all figures, by number."""
        return tuple(self.truth(figure) for figure in self.shape.figures())

    def name(self, figure: Figure) -> Name:
        """A figure's dimension, category and outcome, as a release names them."""
        row = self.rows[figure.row]
        if figure.is_total:
            return (row.dimension, row.category, TOTAL)
        return (row.dimension, row.category, self.codes[figure.outcome])

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of the outcomes, then those of the merges: by a figure's outcome number."""
        return (*self.outcomes, *self.merges)
