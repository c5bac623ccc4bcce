"""Linear programs, and the one place that calls the solver (HiGHS).

A program is written once for a table and then solved many times with other bounds and another
objective. The solver starts from where it last ended, so one more solution costs little.

Rules kept here:

1. One thread, one fixed seed, and a budget of steps rather than of time: the same programs in the
   same order give the same solutions, on a slow machine too.
2. What is not an optimum by the solver's own word is an error. Whoever uses a solution tests that
   it keeps the conditions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import highspy
import numpy as np
import numpy.typing as npt

TOLERANCE = 1e-6
"""How far a solution's number may be from the integer that it stands for."""

BUDGET = 200_000
"""Steps of the simplex method for one solution; the tables of the first study need under 500."""

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]


class UnsolvedError(Exception):
    """The solver gave no optimum: what depends on it must count as unsafe."""


@dataclass(frozen=True)
class Bounds:
    """The least and the largest value of each variable and of each condition."""

    lows: Vector
    highs: Vector
    least: Vector
    most: Vector

    @property
    def lines(self) -> tuple[Vector, Vector, Vector, Vector]:
        """The four, in their order."""
        return self.lows, self.highs, self.least, self.most

    def fixed(self, variables: Iterable[int], values: Vector) -> Bounds:
        """The same where some variables have their values in `values`, which holds those of all."""
        chosen = list(variables)
        if not chosen:
            return self
        lows, highs = self.lows.copy(), self.highs.copy()
        lows[chosen] = highs[chosen] = values[chosen]
        return Bounds(lows, highs, self.least, self.most)

    def within(self, other: Bounds) -> bool:
        """Whether these bounds leave nothing open that the other ones do not."""
        return bool(
            (self.lows >= other.lows).all() and (self.highs <= other.highs).all()
            and (self.least >= other.least).all() and (self.most <= other.most).all()
        )  # fmt: skip


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
    ) -> int:
        """Add a condition; its number."""
        self.conditions.append((coefficients, low, high))
        return len(self.conditions) - 1

    @property
    def bounds(self) -> Bounds:
        """All bounds, as arrays of their own."""
        least = [low for _, low, _ in self.conditions]
        most = [high for _, _, high in self.conditions]
        return Bounds(
            *(np.array(line, dtype=float) for line in (self.lows, self.highs, least, most))
        )


def total_of(variables: Iterable[int]) -> dict[int, float]:
    """The coefficients of a plain sum."""
    return dict.fromkeys(variables, 1.0)


class QuietHighs(highspy.Highs):
    """The solver without what would greet on standard output, where a worker writes its result."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)


class Solver:
    """A program to be solved again and again; nothing may be added to it any more."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._bounds, self._costs = program.bounds, np.zeros(len(program.lows))

    @cached_property
    def _highs(self) -> QuietHighs:
        # Made when it is first asked: many an attacker finds out by other means.
        highs = QuietHighs()
        for option, value in (
            ("threads", 1),
            ("solver", "simplex"),
            # From one program to the next the last solution mostly stays inside: bounds and
            # objective differ, and the primal method goes on from there.
            ("simplex_strategy", highspy.simplex_constants.SimplexStrategy.kSimplexStrategyPrimal),
            ("presolve", "off"),
            ("simplex_iteration_limit", BUDGET),
        ):
            highs.setOptionValue(option, value)
        highs.passModel(_model(self._program))
        return highs

    def minimise(self, objective: Mapping[int, float], bounds: Bounds) -> Vector:
        """The values of all variables where the objective is least within the bounds.

        Raises:
            UnsolvedError: the solver gave no optimum.
        """
        costs = np.zeros(len(self._costs))
        costs[list(objective)] = list(objective.values())
        self._change(costs, bounds)
        self._highs.run()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            # Rarely the last solution is no place to go on from.
            self._highs.clearSolver()
            self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # The next program must not start from where this one failed.
            self._highs.clearSolver()
            raise UnsolvedError
        return np.array(self._highs.getSolution().col_value)

    def _change(self, costs: Vector, bounds: Bounds) -> None:
        """Tell the solver what is not as it was in the last program: mostly little."""
        before, self._bounds = self._bounds, bounds
        new = np.flatnonzero(costs != self._costs).astype(np.int32)
        self._highs.changeColsCost(len(new), new, costs[new])
        new = _changed(before.lows, bounds.lows, before.highs, bounds.highs)
        self._highs.changeColsBounds(len(new), new, bounds.lows[new], bounds.highs[new])
        new = _changed(before.least, bounds.least, before.most, bounds.most)
        # The solver's own type stubs leave this one out.
        self._highs.changeRowsBounds(  # type: ignore[attr-defined]
            len(new), new, bounds.least[new], bounds.most[new]
        )
        self._costs = costs


def _changed(lows: Vector, new_lows: Vector, highs: Vector, new_highs: Vector) -> Numbers:
    """The numbers of those whose bounds are not the same."""
    return np.flatnonzero((lows != new_lows) | (highs != new_highs)).astype(np.int32)


def _model(program: Program) -> highspy.HighsLp:
    model, bounds = highspy.HighsLp(), program.bounds
    starts = np.cumsum([0, *(len(terms) for terms, _, _ in program.conditions)])
    model.num_col_, model.num_row_ = len(program.lows), len(program.conditions)
    model.col_cost_ = np.zeros(len(program.lows))
    model.col_lower_, model.col_upper_ = bounds.lows, bounds.highs
    model.row_lower_, model.row_upper_ = bounds.least, bounds.most
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = len(program.lows), len(program.conditions)
    matrix.start_ = starts.astype(np.int32)
    matrix.index_ = np.array([v for c, _, _ in program.conditions for v in c], dtype=np.int32)
    matrix.value_ = np.array([x for c, _, _ in program.conditions for x in c.values()], dtype=float)
    return model
