"""Stages 3 and 5: the attack audit. A linear program plays the attacker against every need.

Rules kept here:

1. The attacker knows what `knowledge` says, and the cells that a need lists as known.
2. A need is met only by points: counts that fit all this knowledge and show that the quantity could
   be so low and so high. The truth is such a point. One point often serves many needs, so the audit
   first looks for points that push many quantities at once, and solves for a need by itself only if
   those leave it open.
3. What the solver cannot solve counts as exposed.

Counts are integers: an interval's ends are taken inwards to the next integer. For tables of at most
two dimensions the conditions are those of a flow in a network, so the ends are integers already;
for more they may lie further in than the linear program says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from oversight_agent.disclosure.knowledge import View, program
from oversight_agent.disclosure.primary import Need
from oversight_agent.disclosure.solver import (
    TOLERANCE,
    Program,
    UnsolvedError,
    minimise,
    total_of,
)


@dataclass(frozen=True)
class Exposed:
    """A need that is not met, and the interval that the attacker finds (ends are integers)."""

    need: Need
    low: int = field(repr=False)
    high: int = field(repr=False)


class Attack:
    """An attack on some needs of one view.

    Attributes:
        truths: the exact count of every cell, for the cells that a need lists as known.
    """

    def __init__(self, view: View, truths: Sequence[int], needs: Iterable[Need]) -> None:
        self._program, self._truths = program(view), truths
        self._seen = {need: (need.truth, need.truth) for need in needs}

    def exposed(self) -> Iterator[Exposed]:
        """The needs that are not met, found one by one."""
        everything = frozenset[int]().union(*(need.known for need in self._seen))
        self._push_all(everything, list(self._open()))
        for known in sorted({need.known for need in self._open()}, key=sorted):
            self._push_all(known, [need for need in self._open() if need.known == known])
        for need in list(self._open()):
            self._push(need)
            if not need.is_met(*self._seen[need]):
                yield Exposed(need, *self._seen[need])

    def _open(self) -> Iterator[Need]:
        return (need for need, (low, high) in self._seen.items() if not need.is_met(low, high))

    def _push_all(self, known: frozenset[int], needs: list[Need]) -> None:
        """Look for points that push many quantities down, then up, at once.

        Who knows more finds a narrower interval, so `known` may hold more than a need lists.
        """
        if not needs:
            return
        base = self._fixed(known)
        self._try(
            base, {c: float(sum(c in n.cells for n in needs)) for n in needs for c in n.cells}
        )
        marks = list[int]()
        for need in needs:
            marks.append(base.variable(high=need.cap))
            base.require({**total_of(need.cells), marks[-1]: -1.0}, 0)
        self._try(base, dict.fromkeys(marks, -1.0))

    def _push(self, need: Need) -> None:
        base = self._fixed(need.known)
        self._try(base, total_of(need.cells))
        mark = base.variable(high=need.cap)
        base.require({**total_of(need.cells), mark: -1.0}, 0)
        self._try(base, {mark: -1.0})

    def _fixed(self, known: frozenset[int]) -> Program:
        base = self._program.copy()
        for cell in known:
            base.fix(cell, self._truths[cell])
        return base

    def _try(self, base: Program, objective: dict[int, float]) -> None:
        """Solve, and let every need learn from the point that it gave."""
        try:
            point = minimise(base, objective)
        except UnsolvedError:
            return
        for need, (low, high) in self._seen.items():
            if all(abs(point[cell] - self._truths[cell]) < TOLERANCE for cell in need.known):
                value = math.fsum(point[cell] for cell in need.cells)
                inside = math.ceil(value - TOLERANCE), math.floor(value + TOLERANCE)
                self._seen[need] = min(low, inside[0]), max(high, inside[1])


def attack(view: View, truths: Sequence[int], needs: Iterable[Need]) -> tuple[Exposed, ...]:
    """All needs that what is shown exposes."""
    return tuple(Attack(view, truths, needs).exposed())


def is_safe(view: View, truths: Sequence[int], needs: Iterable[Need]) -> bool:
    """Whether no need is exposed; stops at the first that is."""
    return next(Attack(view, truths, needs).exposed(), None) is None
