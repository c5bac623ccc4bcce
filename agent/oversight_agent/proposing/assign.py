"""Pairs two sides so that the sum of what the pairs are worth is the most (the Hungarian method).

Small problems only: some thirty fields and a few hundred columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

_BETTER = 0.1


def assign(worth: Sequence[Sequence[float]], least: Sequence[float]) -> list[int | None]:
    """For each row the column that it is paired with, or None.

    Args:
        worth: for each row, what a pair with each column is worth.
        least: for each row, what leaving it without a column is worth.
    """
    rows = len(worth)
    if not rows:
        return []
    columns = len(worth[0])
    # Each row has a column of its own that stands for none.
    costs = [
        [-value for value in row] + [-least[n] if n == m else inf for m in range(rows)]
        for n, row in enumerate(worth)
    ]
    paired = _cheapest(costs)
    return [column if column < columns else None for column in paired]


def required_first(
    required: Sequence[bool], worth: Sequence[Sequence[float]], paired: Sequence[int | None]
) -> list[int | None]:
    """The same pairs, where no other row keeps a column that suits a required one clearly better.

    Args:
        required: for each row, whether it has to have a column.
        worth: as for `assign`.
        paired: what `assign` found.
    """
    now = list(paired)
    for row in (n for n, one in enumerate(required) if one and worth[n]):
        best = max(range(len(worth[row])), key=worth[row].__getitem__)
        holder = now.index(best) if best in now else row
        own = 0.0 if (at := now[row]) is None else worth[row][at]
        gain = worth[row][best] - max(own + _BETTER, worth[holder][best])
        if gain > 0 and not required[holder]:
            now[row], now[holder] = best, None
    return now


def _cheapest(costs: list[list[float]]) -> list[int]:
    """Shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957), rows by rows."""
    rows, columns = len(costs), len(costs[0])
    row_potential, potential = [0.0] * (rows + 1), [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)
    for row in range(1, rows + 1):
        row_of[0] = row
        before = _path(costs, row_of, row_potential, potential)
        column = before[1]
        while column:
            row_of[column] = row_of[before[0][column]]
            column = before[0][column]
    found = [0] * rows
    for column in range(1, columns + 1):
        if row_of[column]:
            found[row_of[column] - 1] = column - 1
    return found


def _path(
    costs: list[list[float]],
    row_of: list[int],
    row_potential: list[float],
    potential: list[float],
) -> tuple[list[int], int]:
    """The cheapest path from the new row to a free column: each column's predecessor, its end."""
    columns = len(costs[0])
    least, before = [inf] * (columns + 1), [0] * (columns + 1)
    used = [False] * (columns + 1)
    column = 0
    while row_of[column]:
        used[column] = True
        row, step, following = row_of[column], inf, 0
        for other in range(1, columns + 1):
            if used[other]:
                continue
            cost = costs[row - 1][other - 1] - row_potential[row] - potential[other]
            if cost < least[other]:
                least[other], before[other] = cost, column
            if least[other] < step:
                step, following = least[other], other
        for other in range(columns + 1):
            if used[other]:
                row_potential[row_of[other]] += step
                potential[other] -= step
            else:
                least[other] -= step
        column = following
    return before, column
