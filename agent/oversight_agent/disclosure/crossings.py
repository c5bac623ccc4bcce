"""Stage 1: crossings that have too many rows for the persons there are (`rules`, rule 7).

Such a crossing is hidden as a whole, as if nobody had asked for it: none of its figures is
protected either, and nothing else is hidden for its sake. Its rows are those of its definition,
whether anybody is in them or not.
"""

from __future__ import annotations

from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.rules import too_few_degrees
from oversight_protocol.policy import Rules


def too_fine(grid: Grid, rules: Rules) -> frozenset[int]:
    """The rows of such crossings of a table."""
    found = set[int]()
    for crossing in grid.table.crossings:
        rows = [n for n, row in enumerate(grid.rows) if row.dimension == crossing.name]
        if too_few_degrees([grid.rows[number].total for number in rows], grid.table, rules):
            found.update(rows)
    return frozenset(found)
