"""Stage 4: what follows from a pattern: needs that a figure has because it is hidden besides.

Rules kept here:

1. Hidden rows of a table with magnitudes are a quantity together (rule 4 of `needs`).
2. A hidden count that may be small for all that is published, or whose rest may, is protected as if
   it were (rule 5 of `needs`). One that everybody can tell to be larger needs nothing, nor a rest
   that is published as nothing. Of what public figures tell by themselves nothing more may be told.
   A hidden sum is protected as if one person dominated it, whatever else is hidden.
3. Another pattern has other needs: what one pattern was asked for says nothing of the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from oversight_agent.disclosure import audit, needs
from oversight_agent.disclosure.audit import Audit
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.joint import Joint, JointView, Place
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.points import pool_of
from oversight_agent.disclosure.solver import TOLERANCE, Solver, Vector, total_of
from oversight_protocol.policy import Rules


class Given(NamedTuple):
    """Of a pattern that leaves a need, as few figures as make every pattern leave it.

    Attributes:
        hidden: figures; wherever all of them are hidden, the need stands.
        but: unless one of these is hidden, too.
    """

    hidden: frozenset[Place]
    but: frozenset[Place]


class Following:
    """The needs that patterns of one component leave besides those that stand whatever is hidden.

    Args:
        grids: of its tables, the new ones first.
        rules: of each table.
        new: how many tables are new.
        truths: the exact number of every figure.
        standing: the needs that stand.
        nothing: the component's tables with nothing published.
    """

    def __init__(
        self, grids: Sequence[Grid], rules: Sequence[Rules], new: int, truths: Sequence[int],
        standing: Sequence[Need], nothing: JointView,
    ) -> None:  # fmt: skip
        joint = nothing.joint
        self._lines, self._joint, self._truths = list(zip(grids, rules, strict=True)), joint, truths
        self._standing, parts = frozenset(standing), {need.parts for need in standing}
        self._causes = dict[Need, list[Place]]()
        for table, (grid, each) in enumerate(self._lines[:new]):
            for figure, few in needs.of_possible(grid, each):
                for need in moved(few, joint, table):
                    if need.parts not in parts:
                        self._causes.setdefault(need, []).append(Place(table, figure))
        if joint.public:
            for need in list(Audit(joint, truths, list(self._causes)).exposed(nothing)):
                causes = self._causes.pop(need)
                self._causes[audit.beside(nothing, need)] = causes
        places = list(joint.places())
        self._parts = {need: [places[part] for part in need.parts] for need in self._causes}
        self._audit, self._knowledge = (
            Audit(joint, truths, list(self._causes)),
            pool_of(joint).knowledge,
        )
        self._solver = Solver(self._knowledge.program)

    def exposed(self, view: JointView) -> Iterator[Need]:
        """What a pattern exposes of its own needs."""
        together = [need for need in self._together(view) if need not in self._standing]
        if together:
            yield from Audit(view.joint, self._truths, together).exposed(view)
        yield from self._audit.exposed(view, self._hidden(view))

    def exposes(self, need: Need, view: JointView) -> bool:
        """Whether a pattern leaves a need by rule 2 and exposes it."""
        left = need in self._causes and self._is_left(need, view)
        return left and self._audit.exposes(need, view)

    def given(self, need: Need, draft: JointView, hidden: frozenset[Place]) -> Given:
        """For whose sake a need stands that a pattern exposes.

        Args:
            need: one by rule 1 or 2.
            draft: what is published before anything is hidden besides.
            hidden: what the pattern hides of it, each with what goes with it.
        """
        if need not in self._causes:
            return self._given_together(need, draft, hidden)
        cause = frozenset[Place]()
        if all(place in draft.shown for place in self._causes[need]):
            cause = frozenset(sorted(hidden.intersection(self._causes[need]))[:1])
        if all(draft.shown.get(part) == 0 for part in self._parts[need]):
            cause |= frozenset(sorted(hidden.intersection(self._parts[need]))[:1])
        if not need.if_small:
            # Of a sum: that it is hidden is enough.
            return Given(cause, frozenset())
        few = self._excluding(self._least(need, draft.without(hidden)), draft, hidden) | cause
        for place in sorted(few - cause):
            if place in few:
                point = self._least(need, draft.without(few - {place}))
                if self._is_small(need, point):
                    few = self._excluding(point, draft, few) | cause
        return Given(few, frozenset())

    def _given_together(self, need: Need, draft: JointView, hidden: frozenset[Place]) -> Given:
        [table] = {place.table for number, place in enumerate(self._joint.places())
                   if number in need.parts}  # fmt: skip
        every = {draft.leader(place) for place in draft.hideable if place.table == table}
        return Given(frozenset(hidden & every), frozenset(every - hidden))

    def _excluding(
        self, point: Vector, draft: JointView, hidden: frozenset[Place]
    ) -> frozenset[Place]:
        """Those of some figures that must be hidden for a point to be possible."""
        return frozenset(place for place in hidden if self._knowledge.excludes(point, draft, place))

    @staticmethod
    def _is_small(need: Need, point: Vector) -> bool:
        return sum(float(point[part]) for part in need.parts) < need.holds_to + TOLERANCE

    def _least(self, need: Need, view: JointView) -> Vector:
        """A point where the quantity is as small as may be."""
        return self._solver.minimise(total_of(need.parts), self._knowledge.bounds(view))

    def met(self, view: JointView) -> tuple[Need, ...]:
        """The needs of a pattern that exposes none of them."""
        few = self._audit.met(view, self._hidden(view))
        return tuple(dict.fromkeys((*self._together(view), *few)))

    def _hidden(self, view: JointView) -> list[int]:
        """The numbers of the needs by rule 2 that a view may leave."""
        return [number for number, need in enumerate(self._causes) if self._is_left(need, view)]

    def _is_left(self, need: Need, view: JointView) -> bool:
        """Whether a view leaves a need by rule 2."""
        shown = view.shown
        if all(place in shown for place in self._causes[need]):
            return False
        return any(shown.get(part) != 0 for part in self._parts[need])

    def _together(self, view: JointView) -> Iterator[Need]:
        """By rule 1."""
        for table, ((grid, rules), seen) in enumerate(zip(self._lines, view.views, strict=True)):
            yield from moved(needs.of_hidden(grid, seen, rules), self._joint, table)


def moved(found: Sequence[Need], joint: Joint, table: int) -> tuple[Need, ...]:
    """The needs of a table by the numbers that its figures have in the component.

    Who knows that tables differ in nobody may know so where nobody is: of that there is no secret.
    """
    start = joint.start(table)
    return tuple(
        replace(
            need,
            parts=tuple(part + start for part in need.parts),
            known=(frozenset[int]() if need.of_nobody else joint.told).union(
                number + start for number in need.known
            ),
        )
        for need in found
    )
