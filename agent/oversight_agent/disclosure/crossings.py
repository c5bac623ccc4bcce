"""Stage 1: crossings that have too many rows for the persons there are (`rules`, rule 7).

Such a crossing is hidden as a whole, as if nobody had asked for it: none of its figures is
protected either, and nothing else is hidden for its sake. Whether it is hidden depends on nothing
but how many persons the whole table has, and how many rows the crossing by its definition.
"""

from __future__ import annotations

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, WHOLE, Figure, Grid
from oversight_agent.disclosure.rules import too_few_degrees
from oversight_protocol.policy import Rules


def too_fine(grid: Grid, rules: Rules) -> frozenset[int]:
    """The rows of such crossings of a table."""
    whole, table = grid.behind(Figure(WHOLE, TOTAL_OF_ROW)), grid.table
    names = {
        crossing.name
        for crossing in table.crossings
        if too_few_degrees(whole, len(table.members(crossing.name)), table, rules)
    }
    return frozenset(number for number, row in enumerate(grid.rows) if row.dimension in names)
