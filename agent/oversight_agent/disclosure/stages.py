"""The stages of disclosure control of one table, in their order.

The solver and its arrays are imported from here on.
"""

from __future__ import annotations

from collections.abc import Sequence

from oversight_agent.disclosure import audit, needs, primary, secondary
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.solver import UnsolvedError
from oversight_agent.disclosure.view import View
from oversight_protocol.policy import Rules

PATTERNS = 20
"""Patterns of one table that are tried before it is given up."""


def hide(grid: Grid, rules: Rules) -> tuple[primary.Primary, View]:
    """What stage 1 found, and what may be shown: nothing at all if no safe pattern is found."""
    # 1. Primary suppression.
    found = primary.suppress(grid, rules)
    # 2. Rounding.
    draft = View.of(grid, found.hidden, rules)
    try:
        # 3. An attack on the draft, and 4. what must be hidden besides.
        final = _extended(draft, grid, found.needs, rules)
    except UnsolvedError:
        return found, draft.without(draft.shown)
    # 5. The final pattern is attacked anew.
    every = _all_needs(found.needs, grid, final, rules)
    safe = audit.is_safe(final, grid.truths, every)
    return found, final if safe else draft.without(draft.shown)


def _extended(draft: View, grid: Grid, wanted: Sequence[needs.Need], rules: Rules) -> View:
    """The draft with more hidden, until what is hidden together is uncertain enough, too.

    Raises:
        UnsolvedError: the solver failed, or no pattern was found.
    """
    for _ in range(PATTERNS):
        final = secondary.extend(draft, grid.truths, wanted)
        every = _all_needs(wanted, grid, final, rules)
        if len(every) == len(wanted):
            return final
        wanted = every
    raise UnsolvedError


def _all_needs(
    wanted: Sequence[needs.Need], grid: Grid, view: View, rules: Rules
) -> tuple[needs.Need, ...]:
    return tuple(dict.fromkeys((*wanted, *needs.of_hidden(grid, view, rules))))
