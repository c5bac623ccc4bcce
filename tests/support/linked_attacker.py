"""An attacker who reads several releases about the same people, and what a study says of them.

It is made of the attackers on each table (`support.attacker`), and knows besides which totals are
the same, or at least as large: nothing of it comes from the defence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.linalg import block_diag
from scipy.optimize import linprog

from support.attacker import Attacker, Interval, Key

Tie = tuple[tuple[int, Key], tuple[int, Key], bool]
"""Two figures, each with its table's number; and whether they are the same (else the first is at
least the second)."""


class LinkedAttacker:
    """Solves for sums of figures over all tables at once."""

    def __init__(self, attackers: Sequence[Attacker], ties: Iterable[Tie]) -> None:
        self._index = {
            (number, key): place
            for place, (number, key) in enumerate(
                (number, key) for number, one in enumerate(attackers) for key in one.keys
            )
        }
        self._bounds = [bound for one in attackers for bound in one.bounds]
        equal = [block_diag(*(one.equations for one in attackers))]
        under = [block_diag(*(one.under for one in attackers))]
        limits = [np.concatenate([one.limits for one in attackers])]
        for more, less, same in ties:
            line = np.zeros((1, len(self._index)))
            line[0, self._index[more]], line[0, self._index[less]] = -1.0, 1.0
            if same:
                equal.append(line)
            else:
                under.append(line)
                limits.append(np.zeros(1))
        self._equal, self._under = np.vstack(equal), np.vstack(under)
        self._limits = np.concatenate(limits)

    def interval(self, table: int, plus: Iterable[Key], minus: Iterable[Key] = ()) -> Interval:
        """The least and the largest that a sum of a table's figures, less others, can be."""
        goal = np.zeros(len(self._index))
        for sign, keys in ((1.0, plus), (-1.0, minus)):
            for key in keys:
                goal[self._index[table, key]] += sign
        low, high = self._solve(goal), self._solve(-goal)
        return math.ceil(low - 1e-6), math.floor(1e-6 - high) if math.isfinite(high) else math.inf

    def _solve(self, goal: np.ndarray) -> float:
        result = linprog(
            goal, A_ub=self._under, b_ub=self._limits, A_eq=self._equal,
            b_eq=np.zeros(len(self._equal)), bounds=self._bounds,
        )  # fmt: skip
        if result.status == 3:
            return -math.inf
        assert result.status == 0, result.message
        return float(result.fun)
