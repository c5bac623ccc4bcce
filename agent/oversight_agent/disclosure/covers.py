"""Covers: published figures of which at least one must be hidden, for a need's sake.

Rules kept here:

1. A linear program plays the attacker, as in `audit`, but each published figure gives way as far as
   it is hidden. By duality the bounds that hold the optimum entail it: as long as none of the
   figures that set these bounds is hidden, the attacker comes as close. They are a cover.
2. Where each figure is either hidden or not, an exposed need always has a cover of which nothing is
   hidden. Where some are hidden in part, covers of which less than one figure is hidden are looked
   for as in a network: a figure gives way by its share of what the attacker has to be kept off. A
   cover so found is as true as any, but not every one is found.
3. What is spent is counted in sizes of the programs solved, never in seconds: the same numbers
   must give the same bytes on slow machines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from oversight_agent.disclosure.joint import JointView, Place
from oversight_agent.disclosure.knowledge import Knowledge
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.points import pool_of
from oversight_agent.disclosure.solver import (
    TOLERANCE,
    Bounds,
    Solver,
    UnsolvedError,
    Vector,
    total_of,
)

Cover = frozenset[int]
"""Figures that may be hidden, each by its number among these."""

NOTHING = 1e-9
"""A price below it is the solver's noise: bounds are below 10⁹, and needs are missed by ones."""


@dataclass
class Budget:
    """What may still be spent, in variables and conditions of programs solved."""

    left: int

    def spend(self, amount: int) -> None:
        """Take from it.

        Raises:
            UnsolvedError: nothing is left.
        """
        if self.left <= 0:
            raise UnsolvedError
        self.left -= amount


class _End(NamedTuple):
    """An end of the attacker's interval, and the figures that hold it there."""

    at: float
    cover: Cover


@dataclass(frozen=True)
class _Limits:
    """The least and the largest value of each variable, then of each condition."""

    lows: Vector
    highs: Vector

    @classmethod
    def of(cls, bounds: Bounds) -> _Limits:
        return cls(
            np.concatenate((bounds.lows, bounds.least)), np.concatenate((bounds.highs, bounds.most))
        )


class Covers:
    """Finds covers for needs that a view exposes.

    Args:
        view: what is published.
        places: the figures of it that may be hidden, each with what goes with it.
        truths: the exact number of every figure.
        needs: those exposed.
        budget: from which each search is paid.

    Raises:
        UnsolvedError: the solver failed, or the budget is used up; so do all methods.
    """

    def __init__(
        self, view: JointView, places: Sequence[Place], truths: Sequence[int],
        needs: Sequence[Need], budget: Budget,
    ) -> None:  # fmt: skip
        knowledge = pool_of(view.joint).knowledge
        self._truths, self._budget, self._places = (
            np.array(truths, dtype=float),
            budget,
            len(places),
        )
        self._shown = _Limits.of(knowledge.bounds(view))
        self._free = _Limits.of(knowledge.bounds(view.without(places)))
        self._setter = _setters(knowledge, view, places)
        self._program = knowledge.program
        self.attack(needs)

    def beside(self, needs: Sequence[Need]) -> Covers:
        """The same for other needs."""
        other = copy(self)
        other.attack(needs)
        return other

    def attack(self, needs: Sequence[Need]) -> None:
        """Find covers for these needs from now on."""
        program, parts = self._program.copy(), dict.fromkeys(need.parts for need in needs)
        self._quantities = {each: program.require(total_of(each)) for each in parts}
        self._needs, self._solver = needs, _PricingSolver(program)
        self._size = len(program.lows) + len(program.conditions)
        nothing = np.zeros(self._places)
        ends = [self._ends(need, nothing, 0.0) for need in needs]
        # Hiding only widens intervals: an end that is far enough already stays so.
        self._far = [_far_enough(need, *each) for need, each in zip(needs, ends, strict=True)]
        self._reach = [self._missed(need, *each) for need, each in zip(needs, ends, strict=True)]

    def of(self, hidden: Vector, needs: Iterable[int] | None = None) -> dict[int, list[Cover]]:
        """By need, covers of which less than one figure is hidden.

        Args:
            hidden: how much of each figure is hidden, 0 to 1.
            needs: those that may be exposed, by number; otherwise all.
        """
        found = dict[int, list[Cover]]()
        for number in range(len(self._needs)) if needs is None else needs:
            need = self._needs[number]
            ends = self._ends(need, hidden, self._reach[number], self._far[number])
            for cover in _violated(need, *ends):
                if hidden[sorted(cover)].sum() < 1 - TOLERANCE:
                    found.setdefault(number, []).append(cover)
        return found

    def _ends(
        self, need: Need, hidden: Vector, reach: float, far: tuple[bool, bool] = (False, False)
    ) -> tuple[_End, _End]:
        """The attacker's interval if no figure of an end's cover is hidden at all.

        An end that is `far` enough already is not looked for: it has no cover.
        """
        share = np.append(hidden, 0.0)[self._setter]
        gone = share > 1 - TOLERANCE
        free, shown = self._free, self._shown
        lows = np.where(gone, -math.inf, shown.lows - share * reach)
        highs = np.where(gone, math.inf, shown.highs + share * reach)
        now = _Limits(np.maximum(free.lows, lows), np.minimum(free.highs, highs))
        bounds = self._bounds(now, need)
        return (
            _End(0.0, frozenset()) if far[0] else self._end(need, now, bounds, 1.0),
            _End(float(need.cap), frozenset()) if far[1] else self._end(need, now, bounds, -1.0),
        )

    def _end(self, need: Need, now: _Limits, bounds: Bounds, sign: float) -> _End:
        self._budget.spend(self._size)
        objective = dict.fromkeys(need.parts, sign)
        least, of_variables, of_conditions = self._solver.price(objective, bounds)
        known = of_conditions[: len(now.lows) - len(self._program.lows)]
        prices = np.concatenate((of_variables, known))
        prices[[*need.known]] = 0.0
        prices[self._setter < 0] = 0.0
        low = (prices > NOTHING) & (now.lows > self._free.lows)
        high = (prices < -NOTHING) & (now.highs < self._free.highs)
        least += float(prices[low] @ (self._shown.lows[low] - now.lows[low]))
        least += float(prices[high] @ (self._shown.highs[high] - now.highs[high]))
        return _End(sign * least, frozenset(self._setter[low | high].tolist()))

    def _bounds(self, now: _Limits, need: Need) -> Bounds:
        """The same to one who knows more, and with a bound on what is as high as it has to be."""
        split, quantities = len(self._program.lows), len(self._quantities)
        none, caps = np.full(quantities, -math.inf), np.full(quantities, math.inf)
        caps[self._quantities[need.parts] - (len(now.lows) - split)] = need.cap
        least = np.concatenate((now.lows[split:], none))
        most = np.concatenate((now.highs[split:], caps))
        return Bounds(now.lows[:split], now.highs[:split], least, most).fixed(
            need.known, self._truths
        )

    @staticmethod
    def _missed(need: Need, low: _End, high: _End) -> float:
        """By how much an interval misses a need."""
        below = low.at if need.holds_to >= 0 else 0.0
        return max(below, need.holds_to - high.at, need.width - (high.at - low.at))


def _far_enough(need: Need, low: _End, high: _End) -> tuple[bool, bool]:
    """Whether each end of an interval is where a need asks it to be, whatever the other end is."""
    if need.width:
        return False, False
    return low.at < TOLERANCE, high.at > need.holds_to - TOLERANCE


def _violated(need: Need, low: _End, high: _End) -> Iterator[Cover]:
    """Which ends, alone or together, would not meet a need."""
    if need.holds_to >= 0 and low.at > TOLERANCE:
        yield low.cover
    if high.at < need.holds_to - TOLERANCE:
        yield high.cover
    # Ends are taken inwards to integers, as the audit takes them.
    if math.floor(high.at + TOLERANCE) - math.ceil(low.at - TOLERANCE) < need.width:
        yield low.cover | high.cover


def _setters(
    knowledge: Knowledge, view: JointView, places: Sequence[Place]
) -> npt.NDArray[np.int64]:
    """For each variable and condition the number of the place that sets its bounds; -1 for none.

    For each binary digit, those places are hidden whose numbers have it: what then changes is set
    by one of them. So a few looks tell all.
    """
    shown = _Limits.of(knowledge.bounds(view))
    found = np.zeros(len(shown.lows), dtype=np.int64)
    for digit in range(len(places).bit_length()):
        some = [place for number, place in enumerate(places, 1) if number >> digit & 1]
        now = _Limits.of(knowledge.bounds(view.without(some)))
        changed = (now.lows != shown.lows) | (now.highs != shown.highs)
        found += changed.astype(np.int64) << digit
    return found - 1


class _PricingSolver(Solver):
    """The solver where one also asks what the bounds are worth."""

    def price(self, objective: dict[int, float], bounds: Bounds) -> tuple[float, Vector, Vector]:
        """The least value, and how it grows with the bounds that hold variables and conditions."""
        self.minimise(objective, bounds)
        found, told = self._highs.getSolution(), self._highs.getInfo()
        return told.objective_function_value, np.array(found.col_dual), np.array(found.row_dual)
