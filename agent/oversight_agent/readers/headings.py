"""A header of several rows as one name for each column: "Upper: lower".

Rules kept here:

1. A name above stands for the columns that it spans: those of its merged cell, or, where nothing
   was merged, the empty cells to its right that have a name below.
2. What says nothing new is left out: an empty name, and one that repeats the name above it.
"""

from __future__ import annotations

from collections.abc import Sequence

from oversight_agent.sources import tidy

Span = tuple[int, int, int]
"""A merged cell: its row in the header, its first and its last column, from 0."""


def one_header(rows: Sequence[Sequence[str]], merged: Sequence[Span] = ()) -> list[str]:
    """The columns' names.

    Args:
        rows: the header's rows, top first; a shorter one is as if it ended in empty cells.
        merged: the merged cells of these rows.
    """
    width = max(map(len, rows))
    table = [[tidy(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    if any(first < last for _, first, last in merged):
        for row, first, last in merged:
            table[row][first : last + 1] = [table[row][first]] * (min(last, width - 1) + 1 - first)
    else:
        _carry_right(table)
    return [_joined([row[column] for row in table]) for column in range(width)]


def _carry_right(table: list[list[str]]) -> None:
    for number, row in enumerate(table[:-1]):
        for column in range(1, len(row)):
            if not row[column] and any(below[column] for below in table[number + 1 :]):
                row[column] = row[column - 1]


def _joined(names: Sequence[str]) -> str:
    kept = [name for n, name in enumerate(names) if name and name not in names[:n]]
    return ": ".join(kept)
