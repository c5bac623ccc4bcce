"""Between what and what a hidden figure may be, for anybody who sees all that is published.

It is what the attacker of the audit finds who knows nothing besides. Ends are in whole units,
outwards: a sum's interval is never said to be narrower than it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from oversight_agent.disclosure.joint import JointView, Place
from oversight_agent.disclosure.knowledge import Knowledge
from oversight_agent.disclosure.solver import TOLERANCE, Solver, UnsolvedError

Interval = tuple[int, int | None]
"""The least and the largest; None if nothing bounds it."""


def intervals(view: JointView, tables: int) -> Iterator[tuple[Place, Interval]]:
    """The interval of every figure of the first tables of a component; merged ones if published.

    Args:
        view: all that is published of it.
        tables: of how many tables.
    """
    knowledge = Knowledge(view.joint)
    bounds, solver = knowledge.bounds(view), Solver(knowledge.program)
    for place in view.joint.places():
        if place.table >= tables:
            return
        if place not in view.shown and view.joint.shapes[place.table].is_merged(place.figure):
            continue
        number = view.joint.number(place)
        one = view.joint.shapes[place.table].one(place.figure)
        ends = []
        for sign in (1.0, -1.0):
            try:
                found = float(solver.minimise({number: sign}, bounds)[number])
            except UnsolvedError:
                # Without an upper end there is no optimum.
                found = 0.0 if sign > 0 else math.inf
            ends.append(found / one)
        low = max(0, math.floor(ends[0] + TOLERANCE) if one > 1 else math.ceil(ends[0] - TOLERANCE))
        high = None
        if math.isfinite(ends[1]):
            high = math.ceil(ends[1] - TOLERANCE) if one > 1 else math.floor(ends[1] + TOLERANCE)
        yield place, (low, high)
