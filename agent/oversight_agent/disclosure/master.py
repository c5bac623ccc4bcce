"""The master program: which figures to hide so that one of every cover is, at least cost.

Rules kept here:

1. It is solved on one thread with a fixed seed, and stops after a number of nodes, never of
   seconds.
2. Costs are lowered only down to a gap; which solution within it is found depends on nothing but
   the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import highspy
import numpy as np

from oversight_agent.disclosure.covers import Budget, Cover
from oversight_agent.disclosure.solver import QuietHighs, UnsolvedError, Vector

Conditional = tuple[Cover, Cover]
"""A cover, of which at least one figure is to be hidden; but only where all of the other are."""

ALWAYS: Cover = frozenset()
"""In place of the other, where a cover is to be kept whatever is hidden."""

STEPS_OF_NODE = 100
"""Steps of the simplex method that a node is taken to need when the number of nodes is set."""


class Master:
    """Covers, limits and costs; how much of each figure is hidden is a variable from 0 to 1.

    Args:
        limited: rows of coefficients by figure, whose sums can be limited.
        budget: from which each solution is paid.

    Raises:
        UnsolvedError: the solver failed, or the budget is used up; so do all methods.
    """

    def __init__(self, limited: Iterable[Vector], budget: Budget) -> None:
        rows = list(limited)
        self._every, self._budget = np.arange(len(rows[0]), dtype=np.int32), budget
        self._covers, self._highs = set[Conditional](), QuietHighs()
        for option, value in (
            ("threads", 1),
            ("random_seed", 0),
            # The programs are small and met again with a few covers more: these pay, that does not.
            ("mip_heuristic_run_zi_round", True),
            ("mip_heuristic_run_shifting", True),
            ("presolve", "off"),
            ("mip_rel_gap", 0.0),
        ):
            self._highs.setOptionValue(option, value)
        for _ in self._every:
            self._highs.addVar(0.0, 1.0)
        for row in rows:
            self._highs.addRow(-math.inf, math.inf, len(row), self._every, row)

    def aim(self, costs: Vector, gap: float, limits: Iterable[float]) -> None:
        """Set the costs, how far from the least they may be, and the limits."""
        self._highs.setOptionValue("mip_abs_gap", gap)
        self._highs.changeColsCost(len(costs), self._every, costs)
        for row, limit in enumerate(limits):
            self._highs.changeRowBounds(row, -math.inf, limit)

    def add(self, covers: Iterable[Conditional], *, again: bool = False) -> bool:
        """Whether there were any covers; all of them are to be kept from now on.

        `again` says that they may all be known: a pattern broke them that was not chosen here.
        """
        found = dict.fromkeys(covers)
        new = [cover for cover in found if cover not in self._covers]
        if found and not new and not again:
            # The solver broke a cover that it had: going on would never end.
            raise UnsolvedError
        for cover, given in new:
            index = np.array([*sorted(cover), *sorted(given)], dtype=np.int32)
            signs = np.array([1.0] * len(cover) + [-1.0] * len(given))
            self._highs.addRow(1.0 - len(given), math.inf, len(index), index, signs)
        self._covers.update(new)
        return bool(new)

    def relaxed(self) -> Vector | None:
        """The cheapest way where figures may be hidden in part; None if there is none."""
        return self._solution()

    def whole(self) -> Vector | None:
        """A cheapest way, within the gap; None if there is none."""
        size = self._highs.getNumRow() + len(self._every)
        nodes = max(1, self._budget.left // (STEPS_OF_NODE * size))
        self._highs.setOptionValue("mip_max_nodes", nodes)
        self._are(highspy.HighsVarType.kInteger)
        found = self._solution()
        self._are(highspy.HighsVarType.kContinuous)
        return None if found is None else np.round(found)

    def _are(self, kind: highspy.HighsVarType) -> None:
        self._highs.changeColsIntegrality(
            len(self._every), self._every, np.array([kind] * len(self._every))
        )

    def _solution(self) -> Vector | None:
        self._highs.run()
        status, steps = self._highs.getModelStatus(), self._highs.getInfo().simplex_iteration_count
        self._budget.spend((1 + max(0, steps)) * (self._highs.getNumRow() + len(self._every)))
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise UnsolvedError
        return np.array(self._highs.getSolution().col_value)
