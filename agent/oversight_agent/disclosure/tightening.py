"""Bounds that follow from other bounds, condition by condition, without a solution.

Rules kept here:

1. Of each condition: what the other terms can be at least and at most bounds each term. That is
   done for all conditions, and again with what was found.
2. What follows so is true of every solution; a solution may tell more.
3. Bounds are moved outwards by the tolerance, so that no rounding of numbers makes one too narrow.
"""

from __future__ import annotations

import math

import numpy as np

from oversight_agent.disclosure.knowledge import Knowledge
from oversight_agent.disclosure.solver import TOLERANCE, Bounds, Program, Vector

SWEEPS = 4
"""How often all conditions are gone through; what is found later is little."""


class Tightening:
    """The conditions of a program, ready to be gone through."""

    def __init__(self, program: Program) -> None:
        sizes = [len(terms) for terms, _, _ in program.conditions]
        terms = [pair for each, _, _ in program.conditions for pair in each.items()]
        self._conditions, self._variables = len(sizes), len(program.lows)
        self._condition = np.repeat(np.arange(len(sizes)), sizes)
        self._variable = np.array([variable for variable, _ in terms], dtype=np.int64)
        self._factor = np.array([factor for _, factor in terms])
        self._order = np.argsort(self._variable, kind="stable")
        self._used, self._starts = np.unique(self._variable[self._order], return_index=True)

    def of(self, bounds: Bounds) -> tuple[Vector, Vector]:
        """The least and the largest value of each variable by what follows from bounds."""
        lows, highs = bounds.lows, bounds.highs
        for _ in range(SWEEPS):
            before = lows, highs
            lows, highs = self._swept(lows, highs, bounds)
            if (lows == before[0]).all() and (highs == before[1]).all():
                break
        return lows, highs

    def _swept(self, lows: Vector, highs: Vector, bounds: Bounds) -> tuple[Vector, Vector]:
        """Through all conditions once."""
        ends = self._factor * lows[self._variable], self._factor * highs[self._variable]
        least, most = np.minimum(*ends), np.maximum(*ends)
        above = (bounds.least[self._condition] - self._others(most, math.inf)) / self._factor
        below = (bounds.most[self._condition] - self._others(least, -math.inf)) / self._factor
        lows, highs = lows.copy(), highs.copy()
        found = np.maximum.reduceat(np.minimum(above, below)[self._order], self._starts)
        lows[self._used] = np.maximum(lows[self._used], found - TOLERANCE)
        found = np.minimum.reduceat(np.maximum(above, below)[self._order], self._starts)
        highs[self._used] = np.minimum(highs[self._used], found + TOLERANCE)
        return lows, highs

    def _others(self, terms: Vector, endless: float) -> Vector:
        """For each term the sum of the others of its condition; endless if one of them is."""
        ends = np.isinf(terms)
        finite = np.where(ends, 0.0, terms)
        sums = np.bincount(self._condition, finite, self._conditions).astype(float)
        number = np.bincount(self._condition, ends, self._conditions)
        others = sums[self._condition] - finite
        others[number[self._condition] - ends > 0] = endless
        return others


class Plain:
    """What is plain of quantities without a solution, to one who knows some bounds.

    Args:
        knowledge: what else is known.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge, self._tightening = knowledge, Tightening(knowledge.program)
        self._seen: Bounds | None = None

    def interval(self, parts: tuple[int, ...], bounds: Bounds) -> tuple[float, float]:
        """How much the sum of some figures is at least and at most, as integers if not endless."""
        if bounds is not self._seen:
            self._seen, (self._lows, self._highs) = bounds, self._tightening.of(bounds)
        index = [*parts]
        low, high = float(self._lows[index].sum()), float(self._highs[index].sum())
        if (rest := self._knowledge.rests.get(parts)) is not None:
            low = max(low, float(self._lows[rest.total] - self._highs[rest.cell]))
            high = min(high, float(self._highs[rest.total] - self._lows[rest.cell]))
        slack = TOLERANCE * (1 + len(parts))
        low = math.ceil(low - slack) if math.isfinite(low) else low
        return low, math.floor(high + slack) if math.isfinite(high) else high
