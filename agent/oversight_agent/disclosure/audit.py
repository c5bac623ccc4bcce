"""Stages 3 and 5: the attack audit. A linear program plays the attacker against every need.

Rules kept here:

1. The attacker knows what `knowledge` says, and the figures that a need lists as known.
2. A need is met only by points: numbers that fit all this knowledge and show that the quantity
   could be so low and so high. The truth is such a point. One point often serves many needs, so the
   audit first takes those that it found before, then looks for points that push many quantities at
   once, and solves for a need by itself only if these leave it open.
3. What the solver cannot solve counts as exposed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from oversight_agent.disclosure.joint import Joint, JointView
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.points import Points, pool_of
from oversight_agent.disclosure.solver import (
    TOLERANCE,
    Bounds,
    Program,
    Solver,
    UnsolvedError,
    Vector,
    total_of,
)

FEW = 4
"""Up to so many open needs are solved one by one at once."""


@dataclass(frozen=True)
class Exposed:
    """A need that is not met, and the interval that the attacker finds (ends are integers)."""

    need: Need
    low: int = field(repr=False)
    high: int = field(repr=False)


class Audit:
    """An attacker on some needs of a component, who can be shown one view after another.

    Args:
        joint: the component.
        truths: the exact number of every figure.
        needs: what must stay hidden.
    """

    def __init__(self, joint: Joint, truths: Sequence[int], needs: Sequence[Need]) -> None:
        self._needs, self._truths = tuple(needs), np.array(truths, dtype=float)
        self._numbers = {need: number for number, need in enumerate(self._needs)}
        pool = pool_of(joint)
        self._knowledge, self._points = pool.knowledge, Points(pool, self._truths, self._needs)
        program = self._knowledge.program.copy()
        self._sums = {need.parts: self._sum(program, need.parts) for need in self._needs}
        self._solver, self._large = Solver(program), dict[int, list[Bounds]]()
        self._conditions = len(program.conditions)
        self._plain = pool.plain

    def exposed(self, view: JointView, among: Sequence[int] | None = None) -> Iterator[Need]:
        """The needs that a view does not meet, found one by one, until another view is shown.

        `among` are the numbers of those that are looked at; otherwise all.
        """
        numbers = range(len(self._needs)) if among is None else among
        bounds = self._look(view)
        self._push_together(
            [n for n in self._open(numbers) if not self._is_plain(n, bounds)], bounds
        )
        for number in self._open(numbers):
            if self._attack(number, bounds, wholly=False):
                yield self._needs[number]

    def met(self, view: JointView, among: Sequence[int]) -> list[Need]:
        """Those of some needs that points found so far show to be met."""
        self._look(view)
        return [self._needs[number] for number in among if self._is_met(number)]

    def has(self, need: Need) -> bool:
        """Whether it attacks a need."""
        return need in self._numbers

    def attack(self, need: Need, view: JointView) -> Exposed | None:
        """One of the needs, if a view does not meet it, with what is found out of it."""
        return self._attack(self._numbers[need], self._look(view))

    def exposes(self, need: Need, view: JointView) -> bool:
        """Whether a view does not meet one of the needs."""
        return self._attack(self._numbers[need], self._look(view), wholly=False) is not None

    def learn(self, point: Vector) -> None:
        """Take in numbers for all figures that were found elsewhere; they are tested."""
        self._points.learn(point)

    def _look(self, view: JointView) -> Bounds:
        bounds = self._knowledge.bounds(view)
        self._points.look(bounds)
        return bounds

    def _sum(self, program: Program, parts: tuple[int, ...]) -> int | None:
        """The condition that the sum of some figures is; None for a single figure."""
        if len(parts) == 1:
            return None
        if (rest := self._knowledge.rests.get(parts)) is not None:
            return rest.condition
        return program.require(total_of(parts))

    def _open(self, numbers: Sequence[int]) -> list[int]:
        return [number for number in numbers if not self._is_met(number)]

    def _is_large(self, number: int, bounds: Bounds) -> bool:
        """Whether a quantity is plainly larger than its need says, which then asks for nothing."""
        need = self._needs[number]
        if not need.if_small or self._points.interval(number)[0] <= need.holds_to:
            return False
        if self._is_plainly_large(number, bounds):
            return True
        # Who knows more finds it as large.
        if any(bounds.within(less) for less in self._large.get(number, ())):
            return True
        narrowed = bounds.fixed(need.known, self._truths)
        point = self._try(total_of(need.parts), self._capped((), narrowed))
        large = point is not None and point[[*need.parts]].sum() > need.holds_to + TOLERANCE
        if large:
            self._large.setdefault(number, []).append(bounds)
        return large

    def _is_nothing(self, number: int, bounds: Bounds) -> bool:
        """Whether everybody can tell that nobody is behind a quantity, and its need allows that."""
        need = self._needs[number]
        if not need.if_anybody or self._points.interval(number)[1] > 0:
            return False
        if self._plain.interval(need.parts, bounds)[1] <= 0:
            return True
        narrowed = bounds.fixed(need.known, self._truths)
        point = self._try(self._all_of([number], -1.0), self._capped([number], narrowed))
        return point is not None and point[[*need.parts]].sum() < TOLERANCE

    def _is_met(self, number: int) -> bool:
        return self._needs[number].is_met(*self._points.interval(number))

    def _push_together(self, numbers: Sequence[int], bounds: Bounds) -> None:
        """Look for points that push many quantities at once: first for one who knows everything.

        Who knows more finds a narrower interval, so such a point serves everybody.
        """
        still = self._open(numbers)
        if len(still) > FEW:
            everything = frozenset[int]().union(*(self._needs[n].known for n in still))
            self._push(still, everything, bounds)
        for known in sorted({self._needs[n].known for n in self._open(numbers)}, key=sorted):
            mine = [n for n in self._open(numbers) if self._needs[n].known == known]
            if len(mine) > FEW:
                self._push(mine, known, bounds)

    def _attack(self, number: int, bounds: Bounds, *, wholly: bool = True) -> Exposed | None:
        """A need if it is not met; if not `wholly`, with its interval as far as was looked."""
        need = self._needs[number]
        if self._is_met(number) or self._is_large(number, bounds):
            return None
        if self._is_nothing(number, bounds):
            return None
        if found := self._plainly_exposed(number, bounds):
            return found
        self._push([number], need.known, bounds, wholly=wholly)
        if self._is_met(number):
            return None
        return Exposed(need, *self._points.interval(number))

    def _is_plain(self, number: int, bounds: Bounds) -> bool:
        """Whether it is seen without a solution that a need that is open is not met."""
        plainly_large = self._needs[number].if_small and self._is_plainly_large(number, bounds)
        return plainly_large or self._plainly_exposed(number, bounds) is not None

    def _is_plainly_large(self, number: int, bounds: Bounds) -> bool:
        need = self._needs[number]
        return self._plain.interval(need.parts, bounds)[0] > need.holds_to

    def _plainly_exposed(self, number: int, bounds: Bounds) -> Exposed | None:
        """A need that one who knows less than the attacker sees to be exposed, without a solution.

        An end that is not plain is where points were found.
        """
        need, plain = self._needs[number], self._plain.interval(self._needs[number].parts, bounds)
        if need.is_met(*plain):
            return None
        ends = zip(plain, self._points.interval(number), strict=True)
        return Exposed(need, *(int(end) if math.isfinite(end) else seen for end, seen in ends))

    def _push(
        self, numbers: list[int], known: frozenset[int], bounds: Bounds, *, wholly: bool = True
    ) -> None:
        """Look for a point where some quantities are low, and for one where they are high.

        If not `wholly`, it ends where a quantity is seen not to be as low as it has to be.
        """
        narrowed = bounds.fixed(known, self._truths)
        if lower := [number for number in numbers if not self._is_low(number)]:
            self._try(self._all_of(lower, 1.0), self._capped((), narrowed))
        if not wholly and any(self._is_too_high(number) for number in numbers):
            return
        if higher := [number for number in numbers if not self._is_met(number)]:
            self._try(self._all_of(higher, -1.0), self._capped(higher, narrowed))

    def _is_low(self, number: int) -> bool:
        """Whether a point is known where the quantity is as low as it has to be."""
        need = self._needs[number]
        return need.width == 0 and self._points.interval(number)[0] <= 0

    def _is_too_high(self, number: int) -> bool:
        """Whether no point is known where the quantity is 0, and it has to be possible."""
        need = self._needs[number]
        return need.holds_to >= 0 and self._points.interval(number)[0] > 0

    def _all_of(self, numbers: Sequence[int], sign: float) -> dict[int, float]:
        """The coefficients of all quantities together."""
        parts = chain.from_iterable(self._needs[number].parts for number in numbers)
        return {part: sign * times for part, times in Counter(parts).items()}

    def _capped(self, numbers: Sequence[int], bounds: Bounds) -> Bounds:
        """Bounds for the program, where some quantities are at most as high as is enough.

        A quantity need not be bounded otherwise. The truth is never higher than what is enough.
        """
        more = np.full(self._conditions - len(bounds.least), math.inf)
        highs, most = bounds.highs.copy(), np.concatenate((bounds.most, more))
        for number in numbers:
            need = self._needs[number]
            condition = self._sums[need.parts]
            if condition is None:
                [part] = need.parts
                highs[part] = min(highs[part], need.cap)
            else:
                most[condition] = min(most[condition], need.cap)
        return Bounds(bounds.lows, highs, np.concatenate((bounds.least, -more)), most)

    def _try(self, objective: dict[int, float], bounds: Bounds) -> Vector | None:
        """Look for a point; the one that the solver found."""
        try:
            point = self._solver.minimise(objective, bounds)
        except UnsolvedError:
            return None
        self._points.learn(point[: len(self._truths)])
        return point


def exposed(view: JointView, truths: Sequence[int], some: Iterable[Need]) -> frozenset[Need]:
    """Those of some needs that what is shown exposes."""
    needs = tuple(some)
    return frozenset(Audit(view.joint, truths, needs).exposed(view)) if needs else frozenset()


def is_safe(view: JointView, truths: Sequence[int], needs: Sequence[Need]) -> bool:
    """Whether no need is exposed; stops at the first that is."""
    return not needs or next(Audit(view.joint, truths, needs).exposed(view), None) is None


def beside(view: JointView, need: Need) -> Need:
    """The need that nothing more be found out of its quantity than one finds who sees a view.

    Raises:
        UnsolvedError: the solver gave no interval.
    """
    knowledge = pool_of(view.joint).knowledge
    program, seen = knowledge.program.copy(), knowledge.bounds(view)
    program.require(total_of(need.parts))
    bounds = replace(
        seen, least=np.append(seen.least, -math.inf), most=np.append(seen.most, need.cap)
    )
    solver, quantity = Solver(program), [*need.parts]
    low, high = (
        solver.minimise(dict.fromkeys(need.parts, sign), bounds)[quantity].sum()
        for sign in (1.0, -1.0)
    )
    width = math.floor(high + TOLERANCE) - math.ceil(low - TOLERANCE)
    return replace(need, holds_to=-1, width=max(width, 0), known=frozenset(), if_small=False)
