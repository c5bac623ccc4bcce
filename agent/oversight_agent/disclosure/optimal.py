"""Stage 4, improved: the fewest figures to hide, by a mixed-integer program within a budget.

A master program chooses figures to hide so that one of every known cover is hidden (`master`). The
attacker is let loose on its choice, and where a need is exposed there is another cover (`covers`).
What is left when no need is exposed is the best there is (Fischetti and Salazar-González, 2000).

Rules kept here:

1. The fewest figures first, where one of the whole authority counts as several of a category,
   since pools are made of it, its total as several of these, and a merged one as two (`merging`).
   Among patterns of as few, the cheapest. Costs depend on nothing but what is published.
2. The heuristic's pattern is where it begins, and what remains if the budget is used up. A pattern
   takes its place only if it meets all needs. The caller audits it anew.
3. What a pattern leaves as a need of its own (`following`) makes covers for patterns like it alone:
   for those that hide the figures for whose sake it stands.
4. A component too large for a few rounds within the budget is left as it is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain

import numpy as np

from oversight_agent.disclosure.audit import Audit
from oversight_agent.disclosure.covers import Budget, Cover, Covers
from oversight_agent.disclosure.figures import WHOLE
from oversight_agent.disclosure.following import Following
from oversight_agent.disclosure.joint import JointView, Place
from oversight_agent.disclosure.master import ALWAYS, Master
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.solver import UnsolvedError, Vector

BUDGET = 1_400_000
"""Variables and conditions of programs solved; about as many microseconds on a usual machine."""

BUDGET_OF_FIGURE = 10_000
"""The same for each figure that may be hidden: small tables must not take as long as large ones."""

LEAST_SEARCHES = 20
"""Searches of the attacker for all needs that the budget must allow for, or nothing is begun."""

ROUNDS = 50
"""Searches for covers where figures are hidden in part, before whole patterns are tried."""

WEIGHT_OF_WHOLE = 5
"""As how many of a category a figure of the whole authority counts."""

WEIGHT_OF_WHOLE_TOTAL = 3
"""As how many cells of its row the whole authority's total counts: all shares are shares of it."""

WEIGHT_OF_MERGED = 2
"""As how many cells of its row a merged figure counts."""

GAP_OF_COUNT = 0.9
"""Less than one figure: a pattern this near to the least number has the least number."""

SHARE_OF_COST = 0.05
"""What all costs together may weigh beside a figure, where the number comes first."""

GAP_OF_COST = 1e-5
"""A pattern is not searched that is cheaper by less than a tenth of a category's figure."""


def improve(
    view: JointView, best: JointView, truths: Sequence[int], needs: Sequence[Need],
    costs: Mapping[Place, float], following: Following | None = None,
) -> JointView:  # fmt: skip
    """A view that hides the fewest figures, or the best that was found within the budget.

    Args:
        view: what is published before anything is hidden for the needs.
        best: a part of it that meets the needs.
        truths: the exact number of every figure.
        needs: those that the view exposes.
        costs: of each figure that may be hidden, with what goes with it.
        following: the needs that patterns leave besides; `best` meets its own.
    """
    # Both ends of an interval, in a program that has about as many conditions as variables.
    if LEAST_SEARCHES * len(needs) * 4 * view.joint.size > BUDGET:
        return best
    search = _Search(view, best, costs, following)
    with suppress(UnsolvedError):
        search.run(truths, needs)
    return search.best


def weight(view: JointView, place: Place) -> float:
    """As how many figures one counts, by rule 1."""
    shape, figure = view.views[place.table].shape, place.figure
    dear = figure.row == WHOLE and not (shape.scales and figure.is_total)
    times = WEIGHT_OF_MERGED if shape.is_merged(figure) else 1
    if dear and figure.is_total:
        times = WEIGHT_OF_WHOLE_TOTAL
    return float(times * (WEIGHT_OF_WHOLE if dear else 1))


class _Search:
    """Looks for better patterns and keeps the best."""

    def __init__(
        self, view: JointView, best: JointView, costs: Mapping[Place, float],
        following: Following | None,
    ) -> None:  # fmt: skip
        self.best, self._view, self._places, self._following = best, view, sorted(costs), following
        sizes = Counter(view.leader(place) for place in view.shown)
        self._sizes = np.array([sizes[place] * weight(view, place) for place in self._places])
        self._costs = np.array([costs[place] for place in self._places])
        self._weights = self._sizes + self._costs * (SHARE_OF_COST / self._costs.sum())

    def run(self, truths: Sequence[int], needs: Sequence[Need]) -> None:
        """Look for fewer figures, then for cheaper ones.

        Raises:
            UnsolvedError: the budget was used up, or the solver failed.
        """
        budget = Budget(min(BUDGET, BUDGET_OF_FIGURE * len(self._places)))
        self._needs, self._audit = list(needs), Audit(self._view.joint, truths, needs)
        self._covers = Covers(self._view, self._places, truths, needs, budget)
        self._master = Master((self._sizes, self._costs), budget)
        self._aim_at_fewer()
        self._settle()
        number, cost = self._hidden() @ self._sizes, self._hidden() @ self._costs
        if cost - GAP_OF_COST > number * (self._costs / self._sizes).min():
            self._master.aim(self._costs, GAP_OF_COST, (number, cost - GAP_OF_COST))
            self._settle()

    def _aim_at_fewer(self) -> None:
        fewer = self._hidden() @ self._sizes - 1
        self._master.aim(self._weights, GAP_OF_COUNT, (fewer, math.inf))

    def _settle(self) -> None:
        """Take what the master chooses once no need is exposed, if anything is within limits."""
        if not self._relax():
            return
        while (found := self._master.whole()) is not None:
            if exposed := self._exposed(found):
                covers = self._covers.of(found, exposed)
                if not self._learn(covers):
                    # The attacker of the covers does not see what that of the audit does.
                    raise UnsolvedError
                self._complete(found, covers)
            elif not self._learn_following(found):
                self._take(found)
                return

    def _relax(self) -> bool:
        """Learn covers where figures may be hidden in part; whether anything is within limits.

        Needs of which a cover was found are looked at again, all others once there is none.
        """
        some: list[int] | None = None
        for _ in range(ROUNDS):
            parts = self._master.relaxed()
            if parts is None:
                return False
            found = self._covers.of(parts, some)
            self._learn(found)
            if not found and some is None:
                break
            some = [*found] or None
        return True

    def _exposed(self, hidden: Vector) -> list[int]:
        """The numbers of the needs that a pattern exposes."""
        view = self._view.without(self._hidden_places(hidden))
        return [self._needs.index(need) for need in self._audit.exposed(view)]

    def _learn(self, covers: Mapping[int, Sequence[Cover]]) -> bool:
        return self._master.add((c, ALWAYS) for c in chain.from_iterable(covers.values()))

    def _complete(self, hidden: Vector, covers: Mapping[int, Sequence[Cover]]) -> None:
        """Hide more, greedily, until no need is exposed; take that if it is less than before."""
        most = self._hidden() @ self._sizes
        while covers:
            hidden = self._more(hidden, set(chain.from_iterable(covers.values())))
            if hidden @ self._sizes >= most:
                return
            covers = self._covers.of(hidden, list(covers))
            self._learn(covers)
        if not self._learn_following(hidden, chosen=False):
            self._take(hidden)
            self._aim_at_fewer()

    def _learn_following(self, found: Vector, *, chosen: bool = True) -> bool:
        """Whether a pattern exposes needs of its own; the covers for them are to be kept.

        One that the master has not `chosen` may break covers that the master has already.
        """
        if self._following is None:
            return False
        hidden = self._hidden_places(found)
        exposed = [*self._following.exposed(self._view.without(hidden))]
        if not exposed:
            return False
        covers = self._covers.beside(exposed).of(found)
        given = [self._following.given(need, self._view, hidden) for need in exposed]
        covers_of = [
            (cover | self._numbers(given[number].but), self._numbers(given[number].hidden))
            for number, few in covers.items()
            for cover in few
        ]
        if not self._master.add(covers_of, again=not chosen) and chosen:
            # The attacker of the covers does not see what that of the audit does.
            raise UnsolvedError
        return True

    def _numbers(self, places: Iterable[Place]) -> Cover:
        return frozenset(self._places.index(place) for place in places if place in self._places)

    def _more(self, hidden: Vector, covers: set[Cover]) -> Vector:
        """Hide one figure of each cover, those first that are in most of them."""
        hidden = hidden.copy()
        while covers:
            hits = Counter(chain.from_iterable(covers))
            best = min(hits, key=lambda number: (self._weights[number] / hits[number], number))
            hidden[best] = 1.0
            covers = {cover for cover in covers if best not in cover}
        return hidden

    def _hidden(self) -> Vector:
        return np.array([float(place not in self.best.shown) for place in self._places])

    def _hidden_places(self, found: Vector) -> frozenset[Place]:
        return frozenset(place for place, gone in zip(self._places, found, strict=True) if gone)

    def _take(self, found: Vector) -> None:
        self.best = self._view.without(self._hidden_places(found))
