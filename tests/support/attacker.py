"""An attacker who reads a release and the public rules, and shares no code with the defence.

The attacker's figures are the cells, the totals and the sums, and what the release shows of some
cells together; each is an unknown of its own, keyed by dimension, category and outcome (`all` for a
row's total, for a sum the magnitude's name, for cells together the code under which the study puts
them together). Sums are counted in units of their magnitude's last decimal place.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from scipy.optimize import linprog

from oversight_agent.tables import UnsafeCell, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable

Key = tuple[str, str, str]
Interval = tuple[float, float]


def half_up(count: int, base: int) -> int:
    """The rounding as the documents state it."""
    return int((Decimal(count) / base).quantize(Decimal(1), ROUND_HALF_UP)) * base


def fits(rounded: int, base: int) -> list[int]:
    """All counts that a rounded figure can stand for."""
    window = range(max(rounded - base, 0), rounded + base + 1)
    return [count for count in window if half_up(count, base) == rounded]


def published(answer: TableAnswer) -> dict[Key, int | None]:
    """Every figure of an answer; `None` where it is hidden."""
    return {
        (row.dimension, row.category, cell.outcome): cell.value
        for row in answer.rows
        for cell in (*row.cells, row.total, *row.sums, *row.merged)
    }


def markers(answer: TableAnswer) -> dict[Key, str]:
    """The marker of every hidden cell."""
    return {
        (row.dimension, row.category, cell.outcome): cell.marker
        for row in answer.rows
        for cell in row.cells
        if cell.value is None
    }


def exact(unsafe: UnsafeTable) -> dict[Key, UnsafeCell]:
    """The truth behind every figure."""
    found: dict[Key, UnsafeCell] = {}
    for row in unsafe.rows:
        found[row.dimension, row.category, "all"] = row.total
        found.update({(row.dimension, row.category, code): c for code, c in row.cells.items()})
    return found


class Attacker:
    """Solves for any sum of figures, given a release and what else the attacker knows."""

    def __init__(
        self,
        table: BaseTable,
        answer: TableAnswer,
        rules: Rules,
        known: Mapping[Key, int] | None = None,
    ) -> None:
        self.figures = published(answer)
        self.keys = list(self.figures)
        self._markers, self._below = markers(answer), rules.low_high_below
        self._zeros = rules.zeros_may_be_shown
        self._bounds = [self._bound(key, table, rules, known or {}) for key in self.keys]
        self._equations = list(self._additions(table))
        floors = [(line, self._least) for line in self._rests(rules)] if table.outcomes else []
        floors += [(line, 0) for line in self._ceilings(table)]
        floors += [(line, 1 - self._below) for line in self._highs()]
        self._under = np.array([line for line, _ in floors]) if floors else None
        self._limits = np.array([-least for _, least in floors]) if floors else None

    @property
    def bounds(self) -> list[Interval]:
        """Of each figure, in the order of `keys`."""
        return self._bounds

    @property
    def equations(self) -> np.ndarray:
        """Sums of figures that are 0."""
        return np.array(self._equations).reshape(-1, len(self.keys))

    @property
    def under(self) -> np.ndarray:
        """Sums of figures that are at most `limits`."""
        return np.zeros((0, len(self.keys))) if self._under is None else self._under

    @property
    def limits(self) -> np.ndarray:
        """See `under`."""
        return np.zeros(0) if self._limits is None else self._limits

    def interval(self, plus: Iterable[Key], minus: Iterable[Key] = ()) -> Interval:
        """The least and the largest that a sum of figures, less others, can be (integers)."""
        goal = self._line({**dict.fromkeys(plus, 1.0), **dict.fromkeys(minus, -1.0)})
        low, high = self._solve(goal), self._solve(-goal)
        return math.ceil(low - 1e-6), math.floor(1e-6 - high) if math.isfinite(high) else math.inf

    def _solve(self, goal: np.ndarray) -> float:
        result = linprog(
            goal,
            A_ub=self._under,
            b_ub=self._limits,
            A_eq=np.array(self._equations) if self._equations else None,
            b_eq=np.zeros(len(self._equations)) if self._equations else None,
            bounds=self._bounds,
        )
        if result.status == 3:
            return -math.inf
        assert result.status == 0
        return float(result.fun)

    def _bound(
        self, key: Key, table: BaseTable, rules: Rules, known: Mapping[Key, int]
    ) -> Interval:
        self._least = rules.minimum_persons
        if table.about_staff:
            self._least = max(self._least, rules.staff_minimum_workers)
        if key in known:
            return known[key], known[key]
        value = self.figures[key]
        if value is None and key[2] == "all" and not self._zeros:
            # Whose sums are shown, broke no rule: so many persons there are.
            of_row = [self.figures[*key[:2], one.name] for one in table.magnitudes]
            if any(one is not None for one in of_row):
                return self._least, math.inf
        if value is None:
            return self._of_marker(key)
        for magnitude in table.magnitudes:
            if magnitude.name == key[2]:
                one = 10**magnitude.decimals
                sums = [n for n in fits(value * one, rules.rounding_base * one) if n or self._zeros]
                return min(sums), max(sums)
        if value == 0:
            return 0, 0
        counts = [count for count in fits(value, rules.rounding_base) if count >= self._least]
        return min(counts), max(counts)

    def _of_marker(self, key: Key) -> Interval:
        """A hidden figure; where its row is marked, one without a mark is not small, as they say.

        (What they do not say is when they mark a row: that is attacked in `test_attacks_on_marks`.)
        """
        row = {other: mark for other, mark in self._markers.items() if other[:2] == key[:2]}
        if row.get(key) == "[low]":
            return 0, self._below - 1
        is_marked = {"[low]", "[high]"} & set(row.values())
        return self._below if is_marked and row.get(key) == "[c]" else 0, math.inf

    def _highs(self) -> Iterator[np.ndarray]:
        """The rest of a row is below the number."""
        for key, mark in self._markers.items():
            if mark == "[high]":
                yield self._line({(*key[:2], "all"): 1.0, key: -1.0})

    def _additions(self, table: BaseTable) -> Iterator[np.ndarray]:
        rows = list(dict.fromkeys(key[:2] for key in self.keys))
        for row in rows if table.outcomes else ():
            cells = {(*row, code): 1.0 for code in table.outcome_codes}
            yield self._line({**cells, (*row, "all"): -1.0})
        made = put_together(table)
        for key in self.keys:
            if key[2] in made:
                cells = {(*key[:2], code): 1.0 for code in made[key[2]]}
                yield self._line({**cells, key: -1.0})
        for whole, parts in made_up(table):
            for code in (*table.outcome_codes, *table.magnitude_names, "all"):
                line = {(*part, code): 1.0 for part in parts}
                yield self._line({**line, (*whole, code): -1.0})

    def _rests(self, rules: Rules) -> Iterator[np.ndarray]:
        for key, value in self.figures.items():
            if value is not None and key[2] != "all" and not rules.zeros_may_be_shown:
                yield self._line({key: 1.0, (*key[:2], "all"): -1.0})

    def _ceilings(self, table: BaseTable) -> Iterator[np.ndarray]:
        """Nobody contributes more than the maximum."""
        for magnitude in table.magnitudes:
            most = float(magnitude.maximum * 10**magnitude.decimals)
            for key in self.keys:
                if key[2] == magnitude.name:
                    yield self._line({key: 1.0, (*key[:2], "all"): -most})

    def _line(self, terms: Mapping[Key, float]) -> np.ndarray:
        return np.array([terms.get(key, 0.0) for key in self.keys])


def put_together(table: BaseTable) -> dict[str, set[str]]:
    """What the study says which outcomes each of its merges is made of, step by step."""
    made: dict[str, set[str]] = {}
    for step in table.collapse:
        if step.merge is not None:
            made[step.merge.into.code] = set().union(
                *(made.get(code, {code}) for code in step.merge.outcomes)
            )
    return made


def made_up(table: BaseTable) -> Iterator[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Rows that others make up, and these, by what the study says of each row."""
    for dimension in table.dimensions:
        yield ("", ""), [(dimension.name, code) for code in dimension.codes]
        for group in dimension.groups:
            yield (dimension.name, group.code), [(dimension.name, code) for code in group.of]
    for crossing in table.crossings:
        codes = {each.name: each.codes for each in table.dimensions}
        rows = list(itertools.product(*(codes[name] for name in crossing.dimensions)))
        finer = [(each.name, each.dimensions) for each in table.crossings]
        finer += [(each.name, (each.name,)) for each in table.dimensions]
        for name, fixed in finer:
            if not set(fixed) < set(crossing.dimensions):
                continue
            at = [crossing.dimensions.index(one) for one in fixed]
            for each in itertools.product(*(codes[one] for one in fixed)):
                parts = [row for row in rows if tuple(row[place] for place in at) == each]
                key = (name, " / ".join(each))
                yield key, [(crossing.name, " / ".join(row)) for row in parts]


def every_line(shown: list[int | None], total: int | None, rules: Rules) -> set[tuple[int, ...]]:
    """All lines of counts up to 60 that would be shown as this one: no algebra, only counting."""
    choices = [range(61) if value is None else fits(value, rules.rounding_base) for value in shown]
    return {
        line
        for line in itertools.product(*choices)
        if total is None or half_up(sum(line), rules.rounding_base) == total
    }
