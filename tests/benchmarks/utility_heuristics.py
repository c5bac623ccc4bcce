"""Two textbook heuristics of secondary suppression, and an audit of their patterns.

    smallest   an exposed figure gets the smallest published cell of its row or column as partner
    rectangle  an exposed figure gets the cheapest rectangle of another row and another outcome

Both begin with what the rules hide, go on until the audit passes, and then show again whatever can
be shown, the largest first. They run on single tables with outcomes, rounded, without markers.

The audit asks the same of a pattern as the defence's own (docs/what-leaves.md) and shares no code
with it: an independent attacker, who knows every empty cell and, where they cannot be behind the
figure themselves, every single person. Hiding more only widens what the attacker must allow, so a
quantity that was safe once is not looked at again. What is hidden besides and may be small for all
that is published must be as free as if it were, so that nobody tells it from what had to be hidden.
Points that the attacker's programs found are
kept: where they show already that a quantity is uncertain enough, none is solved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from utility_attacker import NEARLY, Points, Program

from oversight_agent.disclosure import protect
from oversight_agent.tables import UnsafeCell, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import CONFIDENTIAL, TOTAL, Cell, Row, TableAnswer
from support.attacker import Attacker, Key, exact, half_up
from support.plain_rules import forbidden, precise, small

Pattern = frozenset[Key]
"""The figures that are hidden."""

_BEYOND = 1000
"""How far above the largest figure an attacker still looks: no need is nearly as wide."""


@dataclass(frozen=True)
class Compared:
    """One table: figures that are hidden besides those that the rules hide.

    Attributes:
        ours: by `protect` for this table alone.
        passes: whether ours passes the audit.
        heuristics: by name; None where one found no pattern that passes.
    """

    table: str
    period: str
    ours: int
    passes: bool
    heuristics: Mapping[str, int | None]


@dataclass(frozen=True)
class _Quantity:
    """A sum of figures that must stay uncertain: up to where it must be possible, and how wide."""

    at: Key
    parts: tuple[Key, ...]
    holds_to: int
    width: int
    known: frozenset[Key]

    def is_met(self, low: float, high: float) -> bool:
        """Whether an interval hides it enough."""
        holds = self.holds_to < 0 or (low < 1 - NEARLY and high > self.holds_to - NEARLY)
        return holds and high - low > self.width - NEARLY


def compare(tables: Iterable[UnsafeTable], rules: Rules, spec_version: str) -> Iterator[Compared]:
    """Compare on each table with outcomes."""
    rules = rules.model_copy(update={"low_high_below": 0})
    for unsafe in tables:
        if unsafe.table.outcomes:
            yield _compared(unsafe, rules, spec_version)


def _compared(unsafe: UnsafeTable, rules: Rules, spec_version: str) -> Compared:
    # What outcomes are together is no figure to the heuristics.
    done = protect([unsafe], rules, spec_version, unmerged=[0])
    case = _Case(unsafe, rules)
    ours = case.hidden_in(done.tables[0].answer)
    found: dict[str, int | None] = {}
    for name, partners in HEURISTICS.items():
        pattern = case.protected(partners)
        found[name] = None if pattern is None else len(pattern - case.primary)
    passes = not any(case.exposed(ours, case.quantities)) and not any(case.as_if_small(ours))
    return Compared(
        unsafe.table.name, unsafe.period.id, len(ours - case.primary), passes, found
    )  # fmt: skip


class _Case:
    """A table, what the rules hide of it, and the audit."""

    def __init__(self, unsafe: UnsafeTable, rules: Rules) -> None:
        self.unsafe, self.rules = unsafe, rules
        self.rows = [row for row in unsafe.rows if row.dimension not in unsafe.lacking]
        self.cells = {
            key: cell for key, cell in exact(unsafe).items() if key[0] not in unsafe.lacking
        }
        broken = {key for key in forbidden(unsafe, rules) if key in self.cells}
        totals = {key[:2] for key in broken if key[2] == TOTAL}
        self.primary = frozenset(broken | {key for key in self.cells if key[:2] in totals})
        self.quantities = tuple(self._quantities())
        self.most = max(cell.count for cell in self.cells.values()) + _BEYOND
        self.points: Points = np.zeros((0, sum(len(row.cells) + 1 for row in unsafe.rows)))

    # ------------------------------------------------------------------ what must be kept

    def _quantities(self) -> Iterator[_Quantity]:
        for row in self.rows:
            codes = list(row.cells)
            for code, behind in [*row.cells.items(), (TOTAL, row.total)]:
                at = (row.dimension, row.category, code)
                yield from self._quantity(at, (at,), behind, (at,))
                if code != TOTAL:
                    rest = tuple((*at[:2], other) for other in codes if other != code)
                    yield from self._quantity(at, rest, row.complements[code], ())

    def _quantity(
        self, at: Key, parts: tuple[Key, ...], behind: UnsafeCell, targets: Sequence[Key]
    ) -> Iterator[_Quantity]:
        table, rules = self.unsafe.table, self.rules
        holds_to = rules.minimum_persons - 1 if small(behind, table, rules) else -1
        width = rules.minimum_persons if precise(behind, table, rules) else 0
        if holds_to >= 0 or width:
            known = self._known(targets) if behind.count else frozenset()
            yield _Quantity(at, parts, holds_to, width, known)

    def _known(self, targets: Sequence[Key]) -> frozenset[Key]:
        return frozenset(
            key
            for key, cell in self.cells.items()
            if key[2] != TOTAL
            if not cell.count
            or (
                targets
                and 1 in (cell.children, cell.workers)
                and all(_are_apart(key, target) for target in targets)
            )
        )

    # ------------------------------------------------------------------ the audit

    def exposed(self, pattern: Pattern, asked: Iterable[_Quantity]) -> Iterator[_Quantity]:
        """The quantities that an attacker finds out too much about."""
        program = Program(Attacker(self.unsafe.table, self._answer(pattern), self.rules))
        known = program.allows(self.points)
        for one in asked:
            goal, values = program.vector(one.parts), {k: self.cells[k].count for k in one.known}
            seen = known[program.agree(known, values)] @ goal
            if seen.size and one.is_met(seen.min(), seen.max()):
                continue
            ends = [program.furthest(sign * goal, values, self.most) for sign in (1, -1)]
            self.points = np.vstack([self.points, ends])
            low, high = (float(goal @ end) for end in ends)
            if not one.is_met(low, high):
                yield one

    def as_if_small(self, pattern: Pattern) -> Iterator[_Quantity]:
        """Hidden counts and rests that may be small, but not as small as they would have to be."""
        program = Program(Attacker(self.unsafe.table, self._answer(pattern), self.rules))
        known, looked = program.allows(self.points), {one.parts for one in self.quantities}
        for at, parts in self._hidden(pattern):
            if parts in looked:
                continue
            goal = program.vector(parts)
            if known.size and (known @ goal).min() < 1 - NEARLY:
                continue
            end = program.furthest(goal, {}, self.most)
            self.points = np.vstack([self.points, end])
            least = self.rules.minimum_persons
            if self.unsafe.table.about_staff:
                least = max(least, self.rules.staff_minimum_workers)
            if 1 - NEARLY < goal @ end < least - NEARLY:
                yield _Quantity(at, parts, least - 1, 0, frozenset())

    def _hidden(self, pattern: Pattern) -> Iterator[tuple[Key, tuple[Key, ...]]]:
        for at in sorted(pattern):
            yield at, (at,)
            if at[2] != TOTAL:
                codes = self.unsafe.table.outcome_codes
                yield at, tuple((*at[:2], code) for code in codes if code != at[2])

    def _answer(self, pattern: Pattern) -> TableAnswer:
        base = self.rules.rounding_base

        def cell(at: Key, count: int) -> Cell:
            if at in pattern or at not in self.cells:
                return Cell(outcome=at[2], value=None, marker=CONFIDENTIAL)
            return Cell(outcome=at[2], value=half_up(count, base))

        rows = tuple(
            Row(
                dimension=row.dimension,
                category=row.category,
                cells=tuple(
                    cell((row.dimension, row.category, code), one.count)
                    for code, one in row.cells.items()
                ),
                total=cell((row.dimension, row.category, TOTAL), row.total.count),
            )
            for row in self.unsafe.rows
        )
        return TableAnswer(
            table=self.unsafe.table.name, period=self.unsafe.period.id, status="released", rows=rows
        )

    def hidden_in(self, answer: TableAnswer) -> Pattern:
        """What an answer hides."""
        shown = {
            (row.dimension, row.category, cell.outcome)
            for row in answer.rows
            for cell in (*row.cells, row.total)
            if cell.value is not None
        }
        return frozenset(self.cells.keys() - shown)

    # ------------------------------------------------------------------ a heuristic's course

    def protected(self, partners: Partners) -> Pattern | None:
        """A pattern that passes the audit, by a heuristic; None if it finds none."""
        pattern, asked = self.primary, list(self.quantities)
        left = list(self.exposed(pattern, asked))
        while left or (left := list(self.as_if_small(pattern))):
            asked += [one for one in left if one not in asked]
            more = partners(self, left[0].at, pattern)
            if not more:
                return None
            pattern |= more
            left = list(self.exposed(pattern, left))
        return self._cleaned(pattern)

    def _cleaned(self, pattern: Pattern) -> Pattern:
        added = sorted(pattern - self.primary, key=lambda key: (-self.cells[key].count, key))
        for key in added:
            trial = pattern - {key}
            exposed = next(self.exposed(trial, self.quantities), None)
            if exposed is None and next(self.as_if_small(trial), None) is None:
                pattern = trial
        return pattern

    def cheapest(self, keys: Iterable[Key], pattern: Pattern) -> Pattern:
        """The smallest of those that are published, alone; nothing if none is."""
        shown = [key for key in keys if key in self.cells and key not in pattern]
        return frozenset(sorted(shown, key=lambda key: (self.cells[key].count, key))[:1])


Partners = Callable[[_Case, Key, Pattern], Pattern]


def _smallest(case: _Case, at: Key, pattern: Pattern) -> Pattern:
    row = [(*at[:2], code) for code in case.unsafe.table.outcome_codes]
    column = [
        key for key in case.cells
        if key[2] == at[2] and key != at and (key[0] == at[0] or "" in (key[0], at[0]))
    ]  # fmt: skip
    cells = [key for key in (*row, *column) if key[0] and key[2] != TOTAL]
    of_wholes = [key for key in (*row, *column) if key[2] != TOTAL]
    totals = [(*at[:2], TOTAL), *(key for key in column if key[2] == TOTAL)]
    return (
        case.cheapest(cells, pattern)
        or case.cheapest(of_wholes, pattern)
        or case.cheapest(totals, pattern)
        or case.cheapest((key for key in case.cells if key[0] == at[0]), pattern)
    )


def _rectangle(case: _Case, at: Key, pattern: Pattern) -> Pattern:
    codes = [code for code in case.unsafe.table.outcome_codes if code != at[2]]
    others = [row for row in dict.fromkeys(key[:2] for key in case.cells) if row != at[:2]]
    if at[0]:
        others = [row for row in others if row[0] == at[0]]
    corners = (
        {(*at[:2], code), (*row, at[2]), (*row, code)}
        for row in (*others, at[:2])
        for code in codes
    )
    costs = []
    for each in corners:
        more = frozenset(key for key in each if key in case.cells and key not in pattern) - {at}
        if more:
            size = sum(case.cells[key].count for key in more)
            costs.append((len(more), size, sorted(more)))
    return frozenset(min(costs)[2]) if costs else _smallest(case, at, pattern)


HEURISTICS: Mapping[str, Partners] = {"smallest": _smallest, "rectangle": _rectangle}


def _are_apart(one: Key, other: Key) -> bool:
    """Whether nobody's row can be in both, by their definition."""
    if TOTAL not in (one[2], other[2]) and one[2] != other[2]:
        return True
    return one[0] == other[0] and one[1] != other[1]
