"""What an attacker knows of a released table, as a linear program with a memory of points."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.attacker import Attacker, Key

Points = npt.NDArray[np.float64]

NEARLY = 1e-6


class Program:
    """What an attacker knows, as a linear program over the attacker's figures."""

    def __init__(self, attacker: Attacker) -> None:
        self._number = {key: place for place, key in enumerate(attacker.keys)}
        self._equations, self._under = attacker.equations, attacker.under
        self._limits = attacker.limits
        self._bounds = np.array(attacker.bounds, dtype=float)

    def vector(self, keys: Iterable[Key]) -> Points:
        """The sum of some figures."""
        found = np.zeros(len(self._number))
        found[[self._number[key] for key in keys]] = 1
        return found

    def allows(self, points: Points) -> Points:
        """Those of the points that the attacker cannot exclude."""
        inside = (points >= self._bounds[:, 0] - NEARLY) & (points <= self._bounds[:, 1] + NEARLY)
        kept = points[inside.all(axis=1)]
        return kept[(kept @ self._under.T <= self._limits + NEARLY).all(axis=1)]

    def agree(self, points: Points, values: Mapping[Key, int]) -> Points:
        """Which of the points have these values."""
        places = [self._number[key] for key in values]
        return (np.abs(points[:, places] - list(values.values())) < NEARLY).all(axis=1)

    def furthest(self, goal: Points, values: Mapping[Key, int], most: int) -> Points:
        """The point at which a sum is least; no figure is above `most`, which binds no need."""
        bounds = np.minimum(self._bounds, most)
        for key, value in values.items():
            bounds[self._number[key]] = value
        found = linprog(
            goal, A_ub=self._under, b_ub=self._limits, A_eq=self._equations,
            b_eq=np.zeros(len(self._equations)), bounds=bounds,
        )  # fmt: skip
        if found.status:
            raise RuntimeError(found.message)
        return found.x
