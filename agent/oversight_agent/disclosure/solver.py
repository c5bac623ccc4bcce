"""Linear programs, and the one place that calls the solver (HiGHS, through scipy).

scipy and numpy are imported at the first call: a process that only reads answers back never pays
for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TOLERANCE = 1e-6
"""How far a solution's number may be from the integer that it stands for."""


class UnsolvedError(Exception):
    """The solver gave no optimum: what depends on it must count as unsafe."""


@dataclass
class Program:
    """Variables with bounds, and linear conditions on them.

    Attributes:
        lows, highs: the bounds of each variable.
        conditions: each with its coefficients by variable, its least and its largest value.
    """

    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    conditions: list[tuple[Mapping[int, float], float, float]] = field(default_factory=list)

    def copy(self) -> Program:
        """A program that can be added to without changing this one."""
        return Program(list(self.lows), list(self.highs), list(self.conditions))

    def variable(self, low: float = 0.0, high: float = math.inf) -> int:
        """Add a variable; its number."""
        self.lows.append(low)
        self.highs.append(high)
        return len(self.lows) - 1

    def require(
        self, coefficients: Mapping[int, float], low: float = -math.inf, high: float = math.inf
    ) -> None:
        """Add a condition."""
        self.conditions.append((coefficients, low, high))

    def fix(self, variable: int, value: float) -> None:
        """Give a variable its value."""
        self.lows[variable] = self.highs[variable] = value


def total_of(variables: Iterable[int]) -> dict[int, float]:
    """The coefficients of a plain sum."""
    return dict.fromkeys(variables, 1.0)


def minimise(program: Program, objective: Mapping[int, float]) -> list[float]:
    """The values of all variables where the objective is least.

    Raises:
        UnsolvedError: the solver gave no optimum.
    """
    import numpy as np  # noqa: PLC0415 - see the head of this module
    from scipy import optimize, sparse  # noqa: PLC0415

    size = len(program.lows)
    costs = np.zeros(size)
    costs[list(objective)] = list(objective.values())
    starts, columns, values = [0], list[int](), list[float]()
    for coefficients, _, _ in program.conditions:
        columns.extend(coefficients)
        values.extend(coefficients.values())
        starts.append(len(columns))
    matrix = sparse.csr_array((values, columns, starts), shape=(len(starts) - 1, size))
    result = optimize.milp(
        costs,
        bounds=optimize.Bounds(program.lows, program.highs),
        constraints=optimize.LinearConstraint(
            matrix, [c[1] for c in program.conditions], [c[2] for c in program.conditions]
        ),
    )
    if result.status != 0 or result.x is None:
        raise UnsolvedError
    return [float(value) for value in result.x]
