"""Stage 1: which figures the rules hide by themselves, and what must then stay hidden.

Rules kept here:

1. A figure that breaks a rule is hidden. So is a cell whose rest of row breaks one.
2. If the total of a row is hidden, so is the whole row.
3. Each broken rule leaves a *need*: how little an attacker may find out about that quantity (the
   figure's count, or the count of the rest of its row), however they combine what is published.

   - Too few persons, or too few workers in a table about staff: the interval must hold 0 and all up
     to one below that threshold. The threshold counts persons and the figure counts the table's
     unit, but a row names at most one person of a kind, so persons never exceed the count: who
     cannot exclude a count of 0 or of threshold − 1 cannot exclude any small number of persons.
   - Teams, contributors, share: the number itself may be large, only its precision would tell of a
     worker or team. The interval must be at least `minimum_persons` wide (10 or more), which
     is always wider than rounding alone would make it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid
from oversight_agent.disclosure.rules import Rule, broken
from oversight_protocol.policy import Rules


@dataclass(frozen=True)
class Breach:
    """A rule that a figure breaks, itself or (`rest`) through the rest of its row."""

    figure: Figure
    rule: Rule
    rest: bool


@dataclass(frozen=True)
class Need:
    """What must stay hidden of one quantity.

    Attributes:
        cells: the numbers of the cells that the quantity is the sum of.
        truth: the quantity.
        holds_to: the attacker's interval must hold 0 … this number; -1 if it need not.
        width: the attacker's interval must be at least this wide.
        known: numbers of the cells whose exact count the attacker is taken to know.
    """

    cells: tuple[int, ...]
    truth: int = field(repr=False)
    holds_to: int
    width: int
    known: frozenset[int] = field(repr=False)

    @property
    def cap(self) -> int:
        """An upper end of the interval that is high enough whatever the lower end."""
        return max(self.holds_to, self.truth + self.width)

    def is_met(self, low: int, high: int) -> bool:
        """Whether an interval from `low` to `high`, both inside, hides the quantity enough."""
        holds = self.holds_to < 0 or (low <= 0 and high >= self.holds_to)
        return holds and high - low >= self.width


@dataclass(frozen=True)
class Primary:
    """What stage 1 found."""

    breaches: tuple[Breach, ...]
    hidden: frozenset[Figure]
    needs: tuple[Need, ...]


def suppress(grid: Grid, rules: Rules) -> Primary:
    """Hide what breaks a rule."""
    breaches = tuple(_breaches(grid, rules))
    hidden = {breach.figure for breach in breaches}
    rows = [figure.row for figure in hidden if figure.is_total]
    hidden.update(cell for row in rows for cell in grid.shape.cells_of(row))
    return Primary(breaches, frozenset(hidden), _needs(grid, breaches, rules))


def _breaches(grid: Grid, rules: Rules) -> Iterator[Breach]:
    for figure in grid.shape.figures():
        for rule in broken(grid.behind(figure), grid.table, rules):
            yield Breach(figure, rule, rest=False)
        if not figure.is_total:
            for rule in broken(grid.behind_rest(figure), grid.table, rules):
                yield Breach(figure, rule, rest=True)


def _needs(grid: Grid, breaches: tuple[Breach, ...], rules: Rules) -> tuple[Need, ...]:
    found: dict[tuple[Figure, bool], tuple[int, int]] = {}
    for breach in breaches:
        holds_to, width = found.get((breach.figure, breach.rest), (-1, 0))
        if breach.rule in (Rule.MINIMUM, Rule.STAFF_WORKERS):
            holds_to = max(holds_to, getattr(rules, breach.rule) - 1)
        else:
            width = rules.minimum_persons
        found[breach.figure, breach.rest] = (holds_to, width)
    return tuple(_need(grid, *key, *sizes) for key, sizes in found.items())


def _need(grid: Grid, figure: Figure, rest: bool, holds_to: int, width: int) -> Need:
    behind = grid.behind_rest(figure) if rest else grid.behind(figure)
    cells = grid.shape.rest_of(figure) if rest else grid.shape.cells_in(figure)
    known = _known(grid, None if rest else figure) if behind.count else frozenset[int]()
    return Need(cells, behind.count, holds_to, width, known)


def _known(grid: Grid, target: Figure | None) -> frozenset[int]:
    """The cells that an attacker on a quantity other than 0 is taken to know exactly.

    - Every empty cell: which combinations cannot occur is often plain from their definition, and
      nobody declares it. (A quantity that is 0 is guarded against an attacker without this: to one
      who knows it by definition it is no secret.)
    - Every cell with one child or one worker behind it, as that person knows it: then two single
      persons in one line cannot find each other out. Left out are those who may be behind the
      target themselves: they know what they are about to find out.
    """
    known = set[int]()
    for row in range(grid.shape.rows):
        for cell in grid.shape.cells_of(row):
            behind = grid.behind(cell)
            single = 1 in (behind.children, behind.workers)
            if not behind.count or (single and target and _are_apart(grid, cell, target)):
                known.update(grid.shape.cells_in(cell))
    return frozenset(known)


def _are_apart(grid: Grid, cell: Figure, target: Figure) -> bool:
    """Whether no row of the data can be in both, by the definition of the table."""
    if target.outcome not in (TOTAL_OF_ROW, cell.outcome):
        return True
    here, there = grid.rows[cell.row], grid.rows[target.row]
    return cell.row != target.row and here.dimension == there.dimension
