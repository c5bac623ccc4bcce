"""What must stay hidden: how little may be found out about each quantity that breaks a rule.

Rules kept here:

1. Too few persons, or too few workers in a table about staff: the attacker's interval must hold 0
   and all up to one below that threshold. The threshold counts persons and the figure counts the
   table's unit, but a row names at most one person of a kind, so persons never exceed the count:
   who cannot exclude a count of 0 or of threshold − 1 cannot exclude any small number of persons.
2. Teams, contributors, share: the number itself may be large, only its precision would tell of a
   worker or team. The interval must be at least `minimum_persons` wide (10 or more), which is
   always wider than rounding alone would make it.
3. A sum that one person dominates, and every sum over persons for whom 1 or 2 holds: the interval
   must be at least `minimum_persons` whole units wide, and at least `dominance_percent` of the
   largest contribution, upwards to a whole unit. With a `two_largest_percent` of k it must also be
   (100 − k) / k of what the two largest contribute: a sum that barely keeps that rule is so much
   above what they have, so nobody can place them more closely than by a sum that is shown.
4. In a table with magnitudes persons are disjoint between the rows that make up another, so any of
   these together are a quantity too. Those that anybody can compute by subtracting must keep
   the rules, or be as uncertain as 1 to 3 say: all categories of a dimension but one, and all whose
   rows are hidden; in a dimension of few categories, any of them. (Categories that keep the rules
   one by one keep them together: persons, and what stands beside the two largest contributions,
   only become more.)
5. What is hidden besides must not be told from what had to be: a hidden count that may be small for
   all that is published, or whose rest may, is protected as if it were. Else whoever re-runs the
   algorithm concludes that it is not small, as more would have been hidden then. So is the number
   of persons of a row with sums, and each of its sums, once hidden, as if one person dominated it.
   Where zeros may be shown, it is no secret of a count that everybody can tell that it is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from oversight_agent.adding_up import joined, joined_sums
from oversight_agent.disclosure.figures import TOTAL_OF_ROW, WHOLE, Figure, Grid
from oversight_agent.disclosure.rules import Rule, broken, dominated, least_shown
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeSum
from oversight_protocol.policy import Rules

FEW_CATEGORIES = 6
"""Up to so many categories of a dimension, any of them together are a quantity: at most 62."""


@dataclass(frozen=True)
class Need:
    """What must stay hidden of one quantity. Sums are in units of their last decimal place.

    Attributes:
        parts: the numbers of the figures that the quantity is the sum of.
        truth: the quantity.
        holds_to: the attacker's interval must hold 0 … this number; -1 if it need not.
        width: the attacker's interval must be at least this wide.
        known: numbers of the figures whose exact value the attacker is taken to know.
        if_small: nothing need be hidden of a quantity that everybody can tell to be larger than
            `holds_to`.
        if_anybody: nor of one that everybody can tell to be nothing: zeros may be shown.
        of_nobody: that nobody is behind the quantity: it is guarded against one who does not know
            where nobody is.
    """

    parts: tuple[int, ...]
    truth: int = field(repr=False)
    holds_to: int
    width: int
    known: frozenset[int] = field(repr=False)
    if_small: bool = False
    if_anybody: bool = False
    of_nobody: bool = False

    @property
    def cap(self) -> int:
        """An upper end of the interval that is high enough whatever the lower end."""
        return max(self.holds_to, self.truth + self.width)

    def is_met(self, low: float, high: float) -> bool:
        """Whether an interval from `low` to `high`, both inside, hides the quantity enough."""
        holds = self.holds_to < 0 or (low <= 0 and high >= self.holds_to)
        return holds and high - low >= self.width


class Breach(NamedTuple):
    """A rule that a figure breaks, itself or (`rest`) through the rest of its row."""

    figure: Figure
    rule: Rule
    rest: bool


def of_breaches(grid: Grid, breaches: Iterable[Breach], rules: Rules) -> tuple[Need, ...]:
    """The needs of a table with outcomes: one for each figure that breaks a rule, or its rest."""
    found: dict[tuple[Figure, bool], list[Rule]] = {}
    for breach in breaches:
        found.setdefault((breach.figure, breach.rest), []).append(breach.rule)
    return tuple(_of_count(grid, *key, broke, rules) for key, broke in found.items())


def of_lines(grid: Grid, rules: Rules) -> tuple[Need, ...]:
    """The needs of a table with magnitudes that do not depend on what is hidden."""
    together = (line for _, rows in grid.shape.partitions for line in _together(rows))
    alone = ((row,) for row in range(grid.shape.rows))
    lines = dict.fromkeys([(WHOLE,), *together, *alone])
    return tuple(need for rows in lines for need in _of_rows(grid, rows, rules))


def _together(rows: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Categories of one dimension, by themselves and together, but for all of them: the whole."""
    most = len(rows)
    for size in range(1, most) if most <= FEW_CATEGORIES else (1, most - 1):
        yield from combinations(rows, size)
    if most == 1:
        yield rows


def of_difference(
    number: int, truth: int, one: int, rules: Rules, known: frozenset[int] = frozenset()
) -> Need:
    """The need of a small difference between two tables, by its number in the component.

    Args:
        number: of the difference.
        truth: the difference.
        one: a whole unit of it where it is one of sums, which is taken for one person's; else 0.
        rules: the rules to keep.
        known: numbers of the figures whose exact value the attacker is taken to know.
    """
    known = known if truth else frozenset()
    if one:
        width = _width(UnsafeSum(truth, truth, 0), one, rules)
        return Need((number,), truth, -1, width, known)
    return Need((number,), truth, rules.minimum_persons - 1, 0, known)


def of_hidden(grid: Grid, view: View, rules: Rules) -> tuple[Need, ...]:
    """The needs of what a table with magnitudes hides, together, in each dimension."""
    of_each = ((TOTAL_OF_ROW, _count_of_rows), (0, _sums_of_rows))
    found = dict[Need, None]()
    for column, needs in of_each if grid.shape.scales else ():
        for _, rows in grid.shape.partitions:
            hidden = [row for row in rows if Figure(row, column) not in view.shown]
            found.update(dict.fromkeys(needs(grid, hidden, rules) if hidden else ()))
    return tuple(found)


def of_possible(grid: Grid, rules: Rules) -> Iterator[tuple[Figure, tuple[Need, ...]]]:
    """For each figure with which others are hidden, the needs that it leaves by rule 5 if it is.

    They are of itself and, for a cell, of the rest of its row. No figure is taken to be known:
    which one would be depends on the true numbers.
    """
    shape, holds_to = grid.shape, least_shown(grid.table, rules) - 1
    for figure in shape.figures():
        if shape.is_merged(figure):
            # A hidden one is a sum of cells, of which each that is hidden has a need of its own.
            continue
        if shape.is_sum(figure):
            yield shape.goes_with(figure), (_of_sums(grid, [figure], rules, frozenset()),)
            continue
        own = shape.number(figure)
        quantities: list[tuple[tuple[int, ...], int]] = [((own,), grid.truth(figure))]
        if not figure.is_total:
            line = (shape.number(cell) for cell in shape.cells_of(figure.row))
            rest = tuple(each for each in line if each != own)
            quantities.append((rest, grid.behind_rest(figure).count))
        needs = (
            Need(
                parts, truth, holds_to, 0, frozenset(), if_small=True,
                if_anybody=rules.zeros_may_be_shown, of_nobody=not truth,
            )
            for parts, truth in quantities
        )  # fmt: skip
        yield figure, tuple(needs)


def _sizes(broke: Iterable[Rule], rules: Rules) -> tuple[int, int]:
    """By rules 1 and 2: up to where a count's interval must hold all, and how wide it must be."""
    holds_to, width = -1, 0
    for rule in broke:
        if rule in (Rule.MINIMUM, Rule.STAFF_WORKERS):
            holds_to = max(holds_to, getattr(rules, rule) - 1)
        else:
            width = rules.minimum_persons
    return holds_to, width


def _of_count(grid: Grid, figure: Figure, rest: bool, broke: Iterable[Rule], rules: Rules) -> Need:
    line = [grid.shape.number(cell) for cell in grid.shape.cells_of(figure.row)]
    number = grid.shape.number(figure)
    parts = tuple(each for each in line if each != number) if rest else (number,)
    behind = grid.behind_rest(figure) if rest else grid.behind(figure)
    known = frozenset[int]()
    if behind.count:
        known = _known(grid, () if rest else (figure,))
    return Need(parts, behind.count, *_sizes(broke, rules), known, of_nobody=not behind.count)


def _of_rows(grid: Grid, rows: Sequence[int], rules: Rules) -> Iterator[Need]:
    yield from _count_of_rows(grid, rows, rules)
    yield from _sums_of_rows(grid, rows, rules)


def _count_of_rows(grid: Grid, rows: Sequence[int], rules: Rules) -> Iterator[Need]:
    totals = [Figure(row, TOTAL_OF_ROW) for row in rows]
    behind = joined([grid.behind(total) for total in totals])
    if broke := broken(behind, grid.table, rules):
        known = _known(grid, totals) if behind.count else frozenset[int]()
        parts = tuple(map(grid.shape.number, totals))
        yield Need(parts, behind.count, *_sizes(broke, rules), known, of_nobody=not behind.count)


def _sums_of_rows(grid: Grid, rows: Sequence[int], rules: Rules) -> Iterator[Need]:
    totals = [Figure(row, TOTAL_OF_ROW) for row in rows]
    behind = joined([grid.behind(total) for total in totals])
    broke = broken(behind, grid.table, rules)
    known = _known(grid, totals) if behind.count else frozenset[int]()
    for outcome in range(grid.shape.outcomes):
        figures = [Figure(row, outcome) for row in rows]
        if broke or dominated(joined_sums([grid.sum_of(figure) for figure in figures]), rules):
            yield _of_sums(grid, figures, rules, known)


def _of_sums(grid: Grid, figures: Sequence[Figure], rules: Rules, known: frozenset[int]) -> Need:
    """By rule 3, of sums of one magnitude over some rows."""
    anybody = any(grid.rows[figure.row].total.count for figure in figures)
    made = joined_sums([grid.sum_of(figure) for figure in figures])
    width = _width(made, grid.shape.one(figures[0]), rules)
    parts = tuple(map(grid.shape.number, figures))
    return Need(parts, made.value, -1, width, known, of_nobody=not anybody)


def _width(behind: UnsafeSum, one: int, rules: Rules) -> int:
    """By rule 3, in units of the magnitude's last decimal place."""
    share = -(-rules.dominance_percent * behind.largest // (100 * one))
    percent = rules.two_largest_percent or 100
    beside = -(-(100 - percent) * (behind.largest + behind.second) // (percent * one))
    return max(rules.minimum_persons, share, beside) * one


def known_beside(grid: Grid, targets: Sequence[Figure]) -> frozenset[int]:
    """The figures of a table that an attacker on what differs in some may know exactly."""
    return _known(grid, targets)


def _known(grid: Grid, targets: Sequence[Figure]) -> frozenset[int]:
    """The figures that an attacker on a quantity other than 0 is taken to know exactly.

    - Every empty cell, or row with its sums: which combinations cannot occur is often plain from
      their definition, and nobody declares it. (A quantity that is 0 is guarded against an attacker
      without this: to one who knows it by definition it is no secret.)
    - Every cell, or row with its sums, with one child or one worker behind it, as that person knows
      it: then two single persons in one line cannot find each other out. Left out are those who may
      be behind the target themselves: they know what they are about to find out.
    """
    known = set[int]()
    for block, empty in grid.nearly_empty:
        if empty or (targets and _are_apart(grid, block[0], targets)):
            known.update(map(grid.shape.number, block))
    return frozenset(known)


def _are_apart(grid: Grid, cell: Figure, targets: Sequence[Figure]) -> bool:
    """Whether no row of the data can be in the cell and in a target, by the table's definition."""
    return all(
        (
            target.outcome != cell.outcome
            and TOTAL_OF_ROW not in (target.outcome, cell.outcome)
            and not grid.shape.puts_together(target, cell)
        )
        or grid.are_apart(cell.row, target.row)
        for target in targets
    )
