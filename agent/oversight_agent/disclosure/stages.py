"""The stages of disclosure control of a component, in their order.

The solver and its arrays are imported from here on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oversight_agent.disclosure import audit, needs, primary, secondary
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.joint import Joint, JointView, Relation
from oversight_agent.disclosure.solver import UnsolvedError
from oversight_agent.disclosure.view import View
from oversight_protocol.policy import Rules

PATTERNS = 20
"""Patterns of one component that are tried before it is given up."""


def hide(
    grids: Sequence[Grid], relations: Sequence[Relation], rules: Rules
) -> tuple[list[primary.Primary], tuple[View, ...]]:
    """What stage 1 found in each table, and what may be shown of it.

    Where no safe pattern is found for all tables together, nothing of any is shown.

    Args:
        grids: the tables of a component.
        relations: what holds between them.
        rules: the rules to keep.
    """
    # 1. Primary suppression.
    found = [primary.suppress(grid, rules) for grid in grids]
    joint = Joint([grid.shape for grid in grids], relations)
    truths = [truth for grid in grids for truth in grid.truths]
    # 2. Rounding.
    views = [View.of(grid, each.hidden, rules) for grid, each in zip(grids, found, strict=True)]
    draft = JointView(joint, tuple(views))
    wanted = tuple(
        need for table, each in enumerate(found) for need in _moved(each.needs, joint.start(table))
    )
    try:
        # 3. An attack on the draft, and 4. what must be hidden besides.
        final = _extended(draft, grids, truths, wanted, rules)
    except UnsolvedError:
        return found, draft.without(draft.shown).views
    # 5. The final pattern is attacked anew.
    every = _all_needs(wanted, grids, final, rules)
    safe = audit.is_safe(final, truths, every)
    return found, (final if safe else draft.without(draft.shown)).views


def _extended(
    draft: JointView, grids: Sequence[Grid], truths: Sequence[int],
    wanted: Sequence[needs.Need], rules: Rules,
) -> JointView:  # fmt: skip
    """The draft with more hidden, until what is hidden together is uncertain enough, too.

    Raises:
        UnsolvedError: the solver failed, or no pattern was found.
    """
    for _ in range(PATTERNS):
        final = secondary.extend(draft, truths, wanted)
        every = _all_needs(wanted, grids, final, rules)
        if len(every) == len(wanted):
            return final
        wanted = every
    raise UnsolvedError


def _all_needs(
    wanted: Sequence[needs.Need], grids: Sequence[Grid], view: JointView, rules: Rules
) -> tuple[needs.Need, ...]:
    of_hidden = (
        need
        for table, (grid, seen) in enumerate(zip(grids, view.views, strict=True))
        for need in _moved(needs.of_hidden(grid, seen, rules), view.joint.start(table))
    )
    return tuple(dict.fromkeys((*wanted, *of_hidden)))


def _moved(found: Sequence[needs.Need], start: int) -> tuple[needs.Need, ...]:
    """The needs of a table by the numbers that its figures have in the component."""
    return tuple(
        replace(
            need,
            parts=tuple(part + start for part in need.parts),
            known=frozenset(number + start for number in need.known),
        )
        for need in found
    )
