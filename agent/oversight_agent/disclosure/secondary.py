"""Stage 4: secondary suppression: by a heuristic, which `optimal` then improves within a budget.

Rules kept here:

1. For an exposed need a linear program asks which published figures would have to give way, at
   least cost, for the attacker's interval to grow enough; those are hidden. Hiding only widens
   intervals, so a need once met stays met, and one pass over the needs meets them all.
2. What is dear is kept: the whole authority's total, its cells, the totals of rows, then cells;
   among figures of a sort, by `preference`, which knows no count. A line in which no partner is
   left gives up its total. A row with sums gives way as a whole.
3. Then every added figure, dearest first, is shown again if the audit passes with it.
4. It stops after `ROUNDS` additions. The caller audits the result anew and trusts nothing of this.
5. What is better is taken only if the audit passes it as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from oversight_agent.disclosure import optimal
from oversight_agent.disclosure.audit import Audit, Exposed
from oversight_agent.disclosure.figures import WHOLE
from oversight_agent.disclosure.joint import JointView, Place
from oversight_agent.disclosure.knowledge import Yielding
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.preference import Preference, by_place
from oversight_agent.disclosure.solver import (
    TOLERANCE,
    Bounds,
    Solver,
    UnsolvedError,
    Vector,
    total_of,
)

ROUNDS = 1_000
"""Additions to one table before it is given up. The tables of the first study need under fifty."""

COST_OF_WHOLE_TOTAL = 1000.0
COST_OF_WHOLE_CELL = 100.0
COST_OF_ROW_TOTAL = 10.0
COST_OF_CELL = 1.0
"""What hiding one figure costs, in cells of a category; and up to 1 more by `preference`."""


def extend(
    view: JointView, truths: Sequence[int], needs: Sequence[Need],
    preference: Preference = by_place,
) -> JointView:  # fmt: skip
    """The view with as few figures hidden in addition as is found within the budget.

    Args:
        view: what is published before anything is hidden for the needs.
        truths: the exact number of every figure.
        needs: what must stay hidden.
        preference: among figures that cost the same.

    Raises:
        UnsolvedError: the solver failed, or the rounds were used up.
    """
    if not needs:
        return view
    audit = Audit(view.joint, truths, needs)
    exposed = [found.need for found in audit.exposed(view)]
    if not exposed:
        return view
    partners = _Partners(view, truths, needs, preference)
    found = _clean_up(view, _enough(view, exposed, audit, partners), audit, partners.costs)
    better = optimal.improve(view, found, truths, exposed, partners.costs)
    return found if next(audit.exposed(better), None) else better


def _enough(
    view: JointView, exposed: Iterable[Need], audit: Audit, partners: _Partners
) -> JointView:
    """The view with partners hidden for each need."""
    rounds = ROUNDS
    for need in exposed:
        while found := audit.attack(need, view):
            if not rounds:
                raise UnsolvedError
            rounds -= 1
            figures, points = partners.of(found, view)
            view = view.without(figures)
            for point in points:
                audit.learn(point)
    return view


def cost(view: JointView, place: Place, preference: Preference = by_place) -> float:
    """What hiding a published figure costs, with all that goes with it."""
    figure, seen = place.figure, view.views[place.table]
    more = preference(place)
    if figure.row == WHOLE:
        return (COST_OF_WHOLE_TOTAL if figure.is_total else COST_OF_WHOLE_CELL) + more
    if figure.is_total and not seen.shape.scales:
        return COST_OF_ROW_TOTAL + more
    return COST_OF_CELL + more


class _Partners:
    """Asks which published figures would have to give way for a need.

    Attributes:
        costs: of each figure that may be hidden.
    """

    def __init__(
        self, view: JointView, truths: Sequence[int], needs: Sequence[Need], preference: Preference
    ) -> None:
        self._yielding, self._truths = Yielding(view), np.array(truths, dtype=float)
        self.costs = {place: cost(view, place, preference) for place in self._yielding.slacks}
        program = self._yielding.program
        self._quantities = {
            parts: program.require(total_of(parts)) for parts in {n.parts: None for n in needs}
        }
        self._solver = Solver(program)

    def of(self, exposed: Exposed, view: JointView) -> tuple[frozenset[Place], list[Vector]]:
        """The figures of a view that are to be hidden, and points that show why.

        Raises:
            UnsolvedError: none would help, or the solver failed.
        """
        need, points = exposed.need, list[Vector]()
        bounds = self._yielding.bounds(view).fixed(need.known, self._truths)
        if need.holds_to >= 0 and exposed.low > 0:
            points.append(self._cheapest(bounds, need, -math.inf, 0))
        enough = max(need.holds_to, exposed.low + need.width)
        if exposed.high < enough:
            points.append(self._cheapest(bounds, need, enough, math.inf))
        slacks = self._yielding.slacks.items()
        found = {f for f, s in slacks if any(point[s] > TOLERANCE for point in points)}
        if not found:
            raise UnsolvedError
        return frozenset(found), [point[: view.joint.size] for point in points]

    def _cheapest(self, bounds: Bounds, need: Need, low: float, high: float) -> Vector:
        """The point at least cost where the quantity is between `low` and `high`."""
        least, most = bounds.least.copy(), bounds.most.copy()
        condition = self._quantities[need.parts]
        least[condition], most[condition] = low, high
        costs = {slack: self.costs[place] for place, slack in self._yielding.slacks.items()}
        return self._solver.minimise(costs, replace(bounds, least=least, most=most))


def _clean_up(
    view: JointView, smaller: JointView, audit: Audit, costs: Mapping[Place, float]
) -> JointView:
    added = {view.leader(place) for place in set(view.shown) - set(smaller.shown)}
    for place in sorted(added, key=lambda place: (-costs[place], place)):
        trial = view.without(added - {place})
        if next(audit.exposed(trial), None) is None:
            added.remove(place)
    return view.without(added)
