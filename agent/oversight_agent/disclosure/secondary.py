"""Stage 4: secondary suppression: by a heuristic, which `optimal` then improves within a budget.

Rules kept here:

1. For an exposed need a linear program asks which published figures would have to give way, at
   least cost, for the attacker's interval to grow enough; those are hidden. Hiding only widens
   intervals, so a need once met stays met, and one pass over the needs meets them all.
2. What is dear is kept: the whole authority's total, its cells, the totals of rows, then cells;
   among figures of a sort, by `preference`, which knows no count. A line in which no partner is
   left gives up its total. A merged figure is dearer than one of its cells (`merging`). The sums
   of a row give way together, and its count by itself, which is cheap: most ratios are of sums.
3. What is hidden then leaves needs of its own (`following`), until these are met too. Then every
   added figure, dearest first, is shown again if the audit passes with it.
4. It stops after `ROUNDS` additions. The caller audits the result anew and trusts nothing of this.
5. What is better is taken only if the audit passes it as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from oversight_agent.disclosure import optimal
from oversight_agent.disclosure.audit import Audit, Exposed
from oversight_agent.disclosure.figures import WHOLE
from oversight_agent.disclosure.following import Following
from oversight_agent.disclosure.joint import Joint, JointView, Place
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

PATTERNS = 20
"""Patterns of one component that are tried before it is given up."""

ROUNDS = 1_000
"""Additions to one table before it is given up. The tables of the first study need under fifty."""

COST_OF_WHOLE_TOTAL = 1000.0
COST_OF_WHOLE_CELL = 100.0
COST_OF_ROW_TOTAL = 10.0
COST_OF_CELL = 1.0
"""What hiding one figure costs, in cells of a category; and up to 1 more by `preference`."""

COST_OF_MERGED = 2.0
"""As much as how many of its row's cells a merged figure costs."""


def extend(
    view: JointView, truths: Sequence[int], needs: Sequence[Need],
    preference: Preference = by_place, following: Following | None = None,
) -> JointView:  # fmt: skip
    """The view with as few figures hidden in addition as is found within the budget.

    Args:
        view: what is published before anything is hidden for the needs.
        truths: the exact number of every figure.
        needs: what must stay hidden.
        preference: among figures that cost the same.
        following: the needs that patterns leave besides.

    Raises:
        UnsolvedError: the solver failed, or the rounds were used up.
    """
    attacker = _Attacker(view.joint, truths, needs, following)
    exposed = [*attacker.standing(view)]
    found, more, why = view, exposed, dict[Place, Need]()
    for _ in range(PATTERNS):
        if more:
            found = _enough(view, found, more, truths, preference, why)
        more = [*attacker.following(found)]
        if not more:
            break
    else:
        raise UnsolvedError
    if found is view:
        return view
    costs = {place: cost(view, place, preference) for place in Yielding(view).slacks}
    found = _clean_up(view, found, attacker, costs, why)
    better = optimal.improve(view, found, truths, exposed, costs, following)
    return better if attacker.finds_nothing(better) else found


class _Attacker:
    """Attacks the needs that stand, and those that a pattern leaves besides."""

    def __init__(
        self,
        joint: Joint,
        truths: Sequence[int],
        needs: Sequence[Need],
        following: Following | None,
    ) -> None:
        self._audit = Audit(joint, truths, needs) if needs else None
        self._following = following

    def standing(self, view: JointView) -> Iterator[Need]:
        """The needs exposed of those that stand."""
        return self._audit.exposed(view) if self._audit else iter(())

    def following(self, view: JointView) -> Iterator[Need]:
        """The needs exposed of those that follow from a view."""
        return self._following.exposed(view) if self._following else iter(())

    def finds(self, need: Need | None, view: JointView) -> bool:
        """Whether one need is exposed; False also where that is not looked at."""
        if need is None:
            return False
        if self._audit and self._audit.has(need):
            return self._audit.exposes(need, view)
        return self._following is not None and self._following.exposes(need, view)

    def finds_nothing(self, view: JointView) -> bool:
        """Whether no need is exposed."""
        return not any(self.standing(view)) and not any(self.following(view))


def _enough(
    draft: JointView, view: JointView, exposed: Sequence[Need], truths: Sequence[int],
    preference: Preference, why: dict[Place, Need],
) -> JointView:  # fmt: skip
    """A part of the draft with partners hidden for each need; of each it is noted for which."""
    audit = Audit(view.joint, truths, exposed)
    partners = _Partners(draft, truths, exposed, preference)
    rounds = ROUNDS
    for need in exposed:
        while found := audit.attack(need, view):
            if not rounds:
                raise UnsolvedError
            rounds -= 1
            figures, points = partners.of(found, view)
            view = view.without(figures)
            why.update(dict.fromkeys(figures, need))
            for point in points:
                audit.learn(point)
    return view


def cost(view: JointView, place: Place, preference: Preference = by_place) -> float:
    """What hiding a published figure costs, with all that goes with it."""
    figure, shape = place.figure, view.views[place.table].shape
    whole, total = figure.row == WHOLE, figure.is_total
    if shape.scales:
        # Most ratios are of sums: with these goes what the table is for, and with a count little.
        total, whole = whole and total, whole and not total
    dear = COST_OF_WHOLE_TOTAL if total or shape.scales else COST_OF_WHOLE_CELL
    cheap = COST_OF_ROW_TOTAL if total else COST_OF_CELL
    times = COST_OF_MERGED if shape.is_merged(figure) else 1
    return times * (dear if whole else cheap) + preference(place)


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
    view: JointView, smaller: JointView, attacker: _Attacker, costs: Mapping[Place, float],
    why: Mapping[Place, Need],
) -> JointView:  # fmt: skip
    added = {view.leader(place) for place in set(view.shown) - set(smaller.shown)}
    for place in sorted(added, key=lambda place: (-costs[place], place)):
        trial = view.without(added - {place})
        # Mostly it is still needed for what it was hidden for: that is soon found.
        if not attacker.finds(why.get(place), trial) and attacker.finds_nothing(trial):
            added.remove(place)
    return view.without(added)
