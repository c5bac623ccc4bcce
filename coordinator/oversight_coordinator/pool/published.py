"""What a published table says about its true figures: an interval for every cell, total and sum.

Rules kept here:

1. A published figure lies within half a rounding base of the true one. How ties were rounded is
   not assumed, so where the half is a whole number of units both ends count.
2. The rules that a release keeps say more. A published count of 0 is a true 0, and any other counts
   at least so many persons; so does the rest of a published cell's row, unless zeros may be shown,
   and the row of a published sum.
3. A suppressed figure starts as "0 or more". `[low]` says that it is below the number that the
   release's rules hold, `[high]` that all else in its row is.
4. All of this is narrowed by what entails it: a row's total is the sum of its outcomes, and a
   merged figure of those that it puts together; rows that make up another sum to it; a magnitude's
   sum is at most its maximum times the number of rows.
5. Of a table whose figures contradict each other nothing but 1 is believed, and `[low]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

from oversight_coordinator.pool.intervals import (
    ANYTHING,
    NOTHING,
    Interval,
    Key,
    Relation,
    has_at_most,
    is_sum,
    settle,
    together,
)
from oversight_protocol.partitions import partitions
from oversight_protocol.policy import Rules
from oversight_protocol.release import HIGH, LOW, TOTAL, Cell, Row, TableAnswer
from oversight_protocol.study import BaseTable, Magnitude


def scale(magnitude: Magnitude) -> int:
    """How many units of a magnitude's last place make one."""
    return int(10**magnitude.decimals)


def rest_of(key: Key) -> Key:
    """What is in a row beside a cell or a merged figure, in place of its name; no code is so."""
    return (*key[:2], f"~{key[2]}")


@dataclass(frozen=True)
class Published:
    """A released table.

    Attributes:
        rules: those that its release keeps.
    """

    answer: TableAnswer
    table: BaseTable
    rules: Rules

    @cached_property
    def cells(self) -> dict[Key, Interval]:
        """The narrowed interval of every cell, total, sum and merged figure, and of known rests."""
        alone = {
            (row.dimension, row.category, cell.outcome): self._alone(cell)
            for row in self.answer.rows
            for cell in row.figures
        }
        alone |= dict.fromkeys(map(rest_of, self._rests), ANYTHING)
        found = settle(alone, self.relations)
        return alone if found is None else found

    @cached_property
    def relations(self) -> tuple[Relation[Key], ...]:
        """What holds between its figures."""
        of_row = self._of_sums if self.table.magnitudes else self._of_counts
        rows = (relation for row in self.answer.rows for relation in of_row(row))
        return (*rows, *margins(self.table, (*self.table.outcome_codes, *self._units)))

    @cached_property
    def _merges(self) -> dict[str, tuple[str, ...]]:
        return self.table.merges

    @cached_property
    def _units(self) -> dict[str, int]:
        return {one.name: scale(one) for one in self.table.magnitudes}

    @cached_property
    def _least(self) -> Interval:
        return Interval(self.rules.least_shown(about_staff=self.table.about_staff), inf)

    @cached_property
    def _rests(self) -> dict[Key, Interval]:
        """By rules 2 and 3, what is in rows beside cells and merged figures; by these."""
        return {
            (row.dimension, row.category, cell.outcome): known
            for row in self.answer.rows
            if any(cell.value is None for cell in (row.total, *row.cells))
            for cell in (*row.cells, *row.merged)
            if (known := self._beside(cell)) is not None
        }

    def _beside(self, cell: Cell) -> Interval | None:
        if cell.marker == HIGH:
            return Interval(0, self.rules.low_high_below - 1)
        return self._least if cell.value and not self.rules.zeros_may_be_shown else None

    def _alone(self, cell: Cell) -> Interval:
        """What one figure alone says of its true value; of a sum, in units of its last place."""
        if cell.marker == LOW:
            return Interval(0, self.rules.low_high_below - 1)
        if cell.value is None:
            return ANYTHING
        units = self._units.get(cell.outcome, 1)
        half = self.rules.rounding_base * units // 2
        return Interval(max(0, cell.value * units - half), cell.value * units + half)

    def _of_counts(self, row: Row) -> Iterator[Relation[Key]]:
        place = (row.dimension, row.category)
        codes = [cell.outcome for cell in row.cells]
        yield is_sum((*place, TOTAL), [(*place, code) for code in codes])
        yield from self._shown((*place, TOTAL), row.total)
        for cell in (*row.cells, *row.merged):
            own: Key = (*place, cell.outcome)
            inside = self._merges.get(cell.outcome, (cell.outcome,))
            yield from self._shown(own, cell)
            if cell in row.merged:
                yield is_sum(own, [(*place, code) for code in inside])
            if own in self._rests:
                yield together([rest_of(own)], self._rests[own])
                yield is_sum(rest_of(own), [(*place, code) for code in codes if code not in inside])
                yield is_sum((*place, TOTAL), [own, rest_of(own)])

    def _shown(self, own: Key, cell: Cell) -> Iterator[Relation[Key]]:
        """By rule 2, of a count."""
        if cell.value is not None:
            # Fewer than may be shown would not round to 0.
            nobody = not cell.value and self._least.lower > self.rules.rounding_base // 2
            yield together([own], NOTHING if nobody else self._least)

    def _of_sums(self, row: Row) -> Iterator[Relation[Key]]:
        place = (row.dimension, row.category)
        count: Key = (*place, TOTAL)
        yield from self._shown(count, row.total)
        for one in self.table.magnitudes:
            yield has_at_most((*place, one.name), count, one.maximum * self._units[one.name])
        if not self.rules.zeros_may_be_shown and any(cell.value is not None for cell in row.sums):
            yield together([count], self._least)


def margins(table: BaseTable, codes: Sequence[str]) -> Iterator[Relation[Key]]:
    """That rows which make up another sum to it, in their totals and in what has these codes."""
    for whole, parts in partitions(table):
        for code in (TOTAL, *codes):
            yield is_sum((*whole, code), [(*part, code) for part in parts])
