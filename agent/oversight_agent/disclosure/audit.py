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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

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
from oversight_agent.disclosure.tightening import Plain

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
        self._marks = range(joint.size, joint.size + len(self._needs))
        self._solver, self._large = Solver(self._program()), dict[int, list[Bounds]]()
        self._plain = Plain(self._knowledge)

    def exposed(self, view: JointView, among: Sequence[int] | None = None) -> Iterator[Exposed]:
        """The needs that a view does not meet, found one by one, until another view is shown.

        `among` are the numbers of those that are looked at; otherwise all.
        """
        numbers = range(len(self._needs)) if among is None else among
        bounds = self._look(view)
        self._push_together(
            [n for n in self._open(numbers) if not self._is_plain(n, bounds)], bounds
        )
        for number in self._open(numbers):
            if found := self._attack(number, bounds):
                yield found

    def met(self, view: JointView, among: Sequence[int]) -> list[Need]:
        """Those of some needs that points found so far show to be met."""
        self._look(view)
        return [self._needs[number] for number in among if self._is_met(number)]

    def has(self, need: Need) -> bool:
        """Whether it attacks a need."""
        return need in self._numbers

    def attack(self, need: Need, view: JointView) -> Exposed | None:
        """The same for one of the needs."""
        return self._attack(self._numbers[need], self._look(view))

    def learn(self, point: Vector) -> None:
        """Take in numbers for all figures that were found elsewhere; they are tested."""
        self._points.learn(point)

    def _look(self, view: JointView) -> Bounds:
        bounds = self._knowledge.bounds(view)
        self._points.look(bounds)
        return bounds

    def _program(self) -> Program:
        """The knowledge, and for each need a mark that follows its quantity up to its cap."""
        program = self._knowledge.program.copy()
        for need, mark in zip(self._needs, self._marks, strict=True):
            program.variable(high=need.cap)
            program.require({**total_of(need.parts), mark: -1.0}, 0)
        return program

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
        point = self._try(total_of(need.parts), self._marked((), narrowed))
        large = point is not None and point[[*need.parts]].sum() > need.holds_to + TOLERANCE
        if large:
            self._large.setdefault(number, []).append(bounds)
        return large

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

    def _attack(self, number: int, bounds: Bounds) -> Exposed | None:
        need = self._needs[number]
        if self._is_met(number) or self._is_large(number, bounds):
            return None
        if found := self._plainly_exposed(number, bounds):
            return found
        self._push([number], need.known, bounds)
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

    def _push(self, numbers: list[int], known: frozenset[int], bounds: Bounds) -> None:
        """Look for a point where some quantities are low, and for one where they are high."""
        narrowed = bounds.fixed(known, self._truths)
        if lower := [number for number in numbers if not self._is_low(number)]:
            down = np.zeros(len(self._truths))
            for number in lower:
                down[list(self._needs[number].parts)] += 1.0
            pushed = np.flatnonzero(down)
            self._try(dict(zip(pushed, down[pushed], strict=True)), self._marked((), narrowed))
        if higher := [number for number in numbers if not self._is_met(number)]:
            marks = [self._marks[number] for number in higher]
            self._try(dict.fromkeys(marks, -1.0), self._marked(higher, narrowed))

    def _is_low(self, number: int) -> bool:
        """Whether a point is known where the quantity is as low as it has to be."""
        need = self._needs[number]
        return need.width == 0 and self._points.interval(number)[0] <= 0

    def _marked(self, numbers: Sequence[int], bounds: Bounds) -> Bounds:
        """Bounds for the program with marks, of which some may rise."""
        none, caps = np.zeros(len(self._needs)), np.zeros(len(self._needs))
        for number in numbers:
            caps[number] = self._needs[number].cap
        return Bounds(
            np.append(bounds.lows, none),
            np.append(bounds.highs, caps),
            np.append(bounds.least, none),
            np.append(bounds.most, np.full(len(self._needs), math.inf)),
        )

    def _try(self, objective: dict[int, float], bounds: Bounds) -> Vector | None:
        """Look for a point; the one that the solver found."""
        try:
            point = self._solver.minimise(objective, bounds)
        except UnsolvedError:
            return None
        self._points.learn(point[: len(self._truths)])
        return point


def attack(view: JointView, truths: Sequence[int], needs: Sequence[Need]) -> tuple[Exposed, ...]:
    """All needs that what is shown exposes."""
    return tuple(Audit(view.joint, truths, needs).exposed(view)) if needs else ()


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
