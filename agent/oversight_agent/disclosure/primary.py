"""Stage 1: which figures the rules hide by themselves, and what must then stay hidden.

Rules kept here:

1. A figure that breaks a rule is hidden. So is a cell whose rest of row breaks one.
2. If the total of a row is hidden, so is the whole row.
3. The sums of a row are hidden together, whichever breaks a rule. The rest of their dimension hides
   nothing here: it leaves a need, and the later stages choose what gives way.
4. Each broken rule leaves a need, by the rules of `needs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oversight_agent.disclosure.figures import Figure, Grid
from oversight_agent.disclosure.needs import Breach, Need, of_breaches, of_lines
from oversight_agent.disclosure.rules import Rule, broken, dominated
from oversight_protocol.policy import Rules


@dataclass(frozen=True)
class Primary:
    """What stage 1 found."""

    breaches: tuple[Breach, ...]
    hidden: frozenset[Figure]
    needs: tuple[Need, ...]


def suppress(grid: Grid, rules: Rules) -> Primary:
    """Hide what breaks a rule."""
    if grid.shape.scales:
        breaches, needs = tuple(_of_lines(grid, rules)), of_lines(grid, rules)
    else:
        breaches = tuple(_of_cells(grid, rules))
        needs = of_breaches(grid, breaches, rules)
    hidden = {breach.figure for breach in breaches}
    for figure in set(hidden):
        hidden.update(grid.shape.line(figure.row) if figure.is_total else ())
        hidden.update(grid.shape.cells_of(figure.row) if grid.shape.is_sum(figure) else ())
    return Primary(breaches, frozenset(hidden), needs)


def _of_cells(grid: Grid, rules: Rules) -> Iterator[Breach]:
    for figure in grid.shape.figures():
        if grid.shape.is_merged(figure):
            # It may be numbered for another table's sake; it leaves no need (`merging`).
            continue
        for rule in broken(grid.behind(figure), grid.table, rules):
            yield Breach(figure, rule, rest=False)
        if not figure.is_total:
            for rule in broken(grid.behind_rest(figure), grid.table, rules):
                yield Breach(figure, rule, rest=True)


def _of_lines(grid: Grid, rules: Rules) -> Iterator[Breach]:
    for row in range(grid.shape.rows):
        total, *sums = grid.shape.line(row)
        for rule in broken(grid.behind(total), grid.table, rules):
            yield Breach(total, rule, rest=False)
        for figure in sums:
            if dominated(grid.sum_of(figure), rules):
                yield Breach(figure, Rule.DOMINANCE, rest=False)
