"""Stage 4: secondary suppression by a heuristic: cheapest partners for each need, then clean-up.

Rules kept here:

1. For an exposed need a linear program asks which published figures would have to give way, at
   least cost, for the attacker's interval to grow enough; those are hidden. Hiding only widens
   intervals, so a need once met stays met.
2. What is dear is kept: the whole authority's total, its cells, the totals of rows, then the cells
   with larger counts. A line in which no partner is left gives up its total.
3. Then every added figure, dearest first, is shown again if the audit passes with it.
4. It stops after `ROUNDS` rounds. The caller audits the result anew and trusts nothing said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oversight_agent.disclosure.audit import Exposed, attack, is_safe
from oversight_agent.disclosure.figures import WHOLE, Figure
from oversight_agent.disclosure.knowledge import View, program_with_slack
from oversight_agent.disclosure.primary import Need
from oversight_agent.disclosure.solver import TOLERANCE, UnsolvedError, minimise, total_of

ROUNDS = 200
"""Additions to one table before it is given up. The tables of the first study need under ten."""

COST_OF_WHOLE_TOTAL = 1000.0
COST_OF_WHOLE_CELL = 100.0
COST_OF_ROW_TOTAL = 10.0
"""What hiding one figure costs, in figures of a category; a cell costs from 1 to 2 by its size."""


def extend(view: View, truths: Sequence[int], needs: Sequence[Need]) -> View:
    """The view with as few figures hidden in addition as the heuristic finds.

    Raises:
        UnsolvedError: the solver failed, or the rounds were used up.
    """
    smaller, exposed = view, attack(view, truths, needs)
    for _ in range(ROUNDS):
        if not exposed:
            return _clean_up(view, smaller, truths, needs)
        smaller = smaller.without(_partners(smaller, truths, exposed[0]))
        exposed = attack(smaller, truths, [found.need for found in exposed])
    raise UnsolvedError


def cost(view: View, figure: Figure) -> float:
    """What hiding a published figure costs."""
    if figure.row == WHOLE:
        return COST_OF_WHOLE_TOTAL if figure.is_total else COST_OF_WHOLE_CELL
    if figure.is_total:
        return COST_OF_ROW_TOTAL
    return 1.0 + view.shown[figure] / max(view.shown.values())


def _partners(view: View, truths: Sequence[int], exposed: Exposed) -> frozenset[Figure]:
    need, found = exposed.need, frozenset[Figure]()
    if need.holds_to >= 0 and exposed.low > 0:
        found |= _cheapest(view, truths, need, high=0)
    enough = max(need.holds_to, exposed.low + need.width)
    if exposed.high < enough:
        found |= _cheapest(view, truths, need, low=enough)
    if not found:
        raise UnsolvedError
    return found


def _cheapest(
    view: View, truths: Sequence[int], need: Need, low: float = 0, high: float = float("inf")
) -> frozenset[Figure]:
    """The figures that give way where the quantity is between `low` and `high` at least cost."""
    program, slacks = program_with_slack(view)
    for cell in need.known:
        program.fix(cell, truths[cell])
    program.require(total_of(need.cells), low, high)
    point = minimise(program, {slack: cost(view, figure) for figure, slack in slacks.items()})
    return frozenset(figure for figure, slack in slacks.items() if point[slack] > TOLERANCE)


def _clean_up(view: View, smaller: View, truths: Sequence[int], needs: Sequence[Need]) -> View:
    added = set(view.shown) - set(smaller.shown)
    for figure in _dearest_first(view, added):
        trial = view.without(added - {figure})
        if is_safe(trial, truths, needs):
            added.remove(figure)
    return view.without(added)


def _dearest_first(view: View, figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda figure: (-cost(view, figure), figure))
