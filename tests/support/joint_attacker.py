"""An attacker who holds several releases, and what definitions say of their figures together.

Made of the attackers on each table (`support.attacker`). A *fact* is any linear condition between
figures: equal totals, a population within another, parts that make up a whole, an exact number from
elsewhere. Nothing of it comes from the defence. Two programs answer: over the reals, and over whole
numbers, which is never weaker. A table that was withheld is one whose figures are all hidden.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import block_diag
from scipy.optimize import Bounds, LinearConstraint, milp

from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Row, TableAnswer
from oversight_protocol.study import BaseTable
from support.attacker import Attacker, Interval, Key, exact
from support.exact_tables import lines_of
from support.plain_rules import small

Place = tuple[int, Key]
"""A figure with its table's number."""


class Fact(NamedTuple):
    """A sum of figures, each times its factor, lies between two numbers, both inside."""

    factors: Mapping[Place, float]
    low: float = 0.0
    high: float = 0.0


def equal(one: Place, other: Place) -> Fact:
    """Two figures are the same number."""
    return Fact({one: 1.0, other: -1.0})


def at_least(more: Place, less: Place) -> Fact:
    """A figure is at least another."""
    return Fact({more: 1.0, less: -1.0}, 0.0, math.inf)


def sum_of(whole: Place, parts: Iterable[Place]) -> Fact:
    """A figure is the sum of others."""
    return Fact({whole: -1.0, **dict.fromkeys(parts, 1.0)})


def is_exactly(figure: Place, number: int) -> Fact:
    """A figure is known."""
    return Fact({figure: 1.0}, number, number)


def as_seen(table: BaseTable, answer: TableAnswer) -> TableAnswer:
    """An answer; of a withheld table, one that hides every figure."""
    if answer.status == "released":
        return answer

    def hidden(code: str) -> Cell:
        return Cell(outcome=code, value=None, marker="[c]")

    rows = tuple(
        Row(
            dimension=dimension,
            category=category,
            cells=tuple(map(hidden, table.outcome_codes)),
            total=hidden("all"),
            sums=tuple(map(hidden, table.magnitude_names)),
        )
        for (dimension, category), _ in lines_of(table)
    )
    return TableAnswer(table=answer.table, period=answer.period, status="released", rows=rows)


class JointAttacker:
    """Solves for sums of figures over all tables at once."""

    def __init__(self, attackers: Sequence[Attacker], facts: Iterable[Fact] = ()) -> None:
        self._index = {
            place: number
            for number, place in enumerate(
                (table, key) for table, one in enumerate(attackers) for key in one.keys
            )
        }
        bounds = np.array([bound for one in attackers for bound in one.bounds], dtype=float)
        self._bounds = Bounds(bounds[:, 0], bounds[:, 1])
        equations = block_diag(*(one.equations for one in attackers))
        under = block_diag(*(one.under for one in attackers))
        limits = np.concatenate([one.limits for one in attackers])
        said = list(facts)
        self._rules = [
            LinearConstraint(lines, low, high)
            for lines, low, high in (
                (equations, np.zeros(len(equations)), np.zeros(len(equations))),
                (under, np.full(len(limits), -np.inf), limits),
                (
                    np.array([self._line(fact.factors) for fact in said]),
                    np.array([fact.low for fact in said]),
                    np.array([fact.high for fact in said]),
                ),
            )
            if len(lines)
        ]

    @classmethod
    def on(
        cls, tables: Sequence[UnsafeTable], answers: Sequence[TableAnswer], rules: Rules,
        facts: Iterable[Fact] = (),
    ) -> JointAttacker:  # fmt: skip
        """One who reads these answers; of the tables only their definitions are read."""
        pairs = zip(tables, answers, strict=True)
        return cls(
            [Attacker(one.table, as_seen(one.table, answer), rules) for one, answer in pairs], facts
        )

    def interval(self, factors: Mapping[Place, float]) -> Interval:
        """The least and the largest that a sum of figures can be, over the reals."""
        return self._interval(factors, whole=False)

    def whole_interval(self, factors: Mapping[Place, float]) -> Interval:
        """The same where every figure is a whole number."""
        return self._interval(factors, whole=True)

    def _interval(self, factors: Mapping[Place, float], *, whole: bool) -> Interval:
        goal = self._line(factors)
        low, high = self._solve(goal, whole=whole), self._solve(-goal, whole=whole)
        least = math.ceil(low - 1e-6) if math.isfinite(low) else -math.inf
        return least, math.floor(1e-6 - high) if math.isfinite(high) else math.inf

    def _solve(self, goal: np.ndarray, *, whole: bool) -> float:
        result = milp(
            goal, bounds=self._bounds, constraints=self._rules,
            integrality=np.full(len(goal), int(whole)),
        )  # fmt: skip
        if result.status in (3, 4):
            # Nothing bounds it: the solver says so, or that it is so or that nothing fits at all.
            return -math.inf
        assert result.status == 0, result.message
        return float(result.fun)

    def _line(self, factors: Mapping[Place, float]) -> np.ndarray:
        line = np.zeros(len(self._index))
        for place, factor in factors.items():
            line[self._index[place]] += factor
        return line


def truth_of(tables: Sequence[UnsafeTable], factors: Mapping[Place, float]) -> int:
    """What a sum of counts truly is: to judge an attack by, never for the attacker."""
    counts = [{key: cell.count for key, cell in exact(unsafe).items()} for unsafe in tables]
    return round(sum(factor * counts[table][key] for (table, key), factor in factors.items()))


def small_quantities(
    tables: Sequence[UnsafeTable], rules: Rules, *, rests: bool = True
) -> list[dict[Place, float]]:
    """Every count of tables that is too small to be known, and every rest of a row that is."""
    found: list[dict[Place, float]] = []
    for number, unsafe in enumerate(tables):
        for row in unsafe.rows:
            at = (row.dimension, row.category)
            total = (number, (*at, "all"))
            if small(row.total, unsafe.table, rules):
                found.append({total: 1.0})
            for code, cell in row.cells.items():
                if small(cell, unsafe.table, rules):
                    found.append({(number, (*at, code)): 1.0})
                if rests and small(row.complements[code], unsafe.table, rules):
                    found.append({total: 1.0, (number, (*at, code)): -1.0})
    return found


def small_differences(
    tables: Sequence[UnsafeTable], pairs: Iterable[tuple[Place, ...]], rules: Rules
) -> list[dict[Place, float]]:
    """Every difference of a figure and one or more others that is too small to be known."""
    differences: list[dict[Place, float]] = [
        {more: 1.0, **dict.fromkeys(less, -1.0)} for more, *less in pairs
    ]
    return [one for one in differences if 0 <= truth_of(tables, one) < rules.minimum_persons]


def learned(
    attacker: JointAttacker,
    quantities: Iterable[Mapping[Place, float]],
    rules: Rules,
    *,
    whole: bool = False,
) -> Iterator[tuple[Mapping[Place, float], Interval]]:
    """The quantities of which an attacker can exclude some number that a small one may be."""
    solve = attacker.whole_interval if whole else attacker.interval
    for quantity in quantities:
        low, high = solve(quantity)
        if low > 0 or high < rules.minimum_persons - 1:
            yield quantity, (low, high)
