"""What stands behind several figures together.

Rule kept here: nobody is in two of the figures; of teams that may not be so.
"""

from __future__ import annotations

from collections.abc import Sequence

from oversight_agent.tables import UnsafeCell, UnsafeSum


def joined(cells: Sequence[UnsafeCell]) -> UnsafeCell:
    """What stands behind several figures together, in none of which the same person is.

    Teams may be the same, so there are at least as many as behind one of them.
    """
    return UnsafeCell(
        count=sum(cell.count for cell in cells),
        children=sum(cell.children for cell in cells),
        workers=sum(cell.workers for cell in cells),
        teams=max(cell.teams for cell in cells),
        top_worker=max(cell.top_worker for cell in cells),
    )


def joined_sums(sums: Sequence[UnsafeSum]) -> UnsafeSum:
    """The sum of several sums, in none of which the same person is."""
    first, second, *_ = sorted(n for each in sums for n in (each.largest, each.second))[::-1]
    return UnsafeSum(sum(each.value for each in sums), first, second)
