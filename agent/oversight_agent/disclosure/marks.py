"""What is said of hidden cells of the whole authority: `[low]` and `[high]`.

A hidden cell may be anything, and one small authority then blows up the interval of a pool. Where
the rules have a number t (`low_high_below`), a cell below t is marked `[low]`, and one whose rest
of row is below t `[high]`.

Rules kept here:

1. Only cells of the whole authority are marked, in a table with outcomes whose total is published
   and at least `LEAST_MARKED_ROW`, and beside no merged figure, which would tell more of them.
2. Whether a row is marked at all is decided by what is published of it, never by what is hidden:
   otherwise the missing mark would tell of the cell. `may_mark` takes a row only if every way of
   marking it that fits what is published leaves each marked cell free to be 0 … what must stay
   possible of it (`_most_needed`), whatever the other marked cells are.
3. In a marked row all that qualify are marked. So everybody knows of a hidden cell without a mark
   that it is not below t, and where `[high]` is used, nor is its rest: such a cell is a `Mark` too.
4. `[high]` is used only where the whole row is hidden, and where it leaves that freedom, too: of
   two cells, where it says no more than the other's `[low]`, or of four or more. (Of three it would
   not: without it, two others marked `[low]` would together be at least t.)
5. A mark is a published interval to the audit. Whoever marks attacks the result anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal, NamedTuple

from oversight_agent.disclosure.figures import Figure, Grid
from oversight_agent.disclosure.rules import least_shown
from oversight_protocol.policy import LEAST_MARKED_ROW, Rules
from oversight_protocol.release import CONFIDENTIAL, HIGH, LOW
from oversight_protocol.study import BaseTable

Marker = Literal["[c]", "[low]", "[high]"]


class Mark(NamedTuple):
    """What everybody knows of a hidden cell in a marked row.

    Attributes:
        marker: as published.
        own: between what and what it lies, both inside.
        rest: the same of the rest of its row.
    """

    marker: Marker
    own: tuple[int, float]
    rest: tuple[int, float]


@dataclass(frozen=True)
class HiddenPart:
    """What is published of the whole authority's row, and so of what is hidden in it.

    Attributes:
        cells: the hidden ones.
        of: how many cells the row has.
        total: the published total; None if it is hidden.
        low: the least that the hidden cells are together; `high` the most.
        merged: whether some of them are published together.
    """

    cells: tuple[Figure, ...]
    of: int
    total: int | None = field(repr=False)
    low: int = field(repr=False)
    high: int = field(repr=False)
    merged: bool = False


def chosen(grid: Grid, part: HiddenPart, rules: Rules) -> dict[Figure, Mark]:
    """What is said of each hidden cell; nothing where none is marked."""
    if not may_mark(grid.table, part, rules):
        return {}
    below, high = rules.low_high_below, _uses_high(grid.table, part, rules)
    markers: dict[Figure, Marker] = {}
    for cell in part.cells:
        if grid.truth(cell) < below:
            markers[cell] = LOW
        elif high and grid.behind_rest(cell).count < below:
            markers[cell] = HIGH
    return known_by(grid.table, part, rules, markers)


def known_by(
    table: BaseTable, part: HiddenPart, rules: Rules, markers: Mapping[Figure, Marker]
) -> dict[Figure, Mark]:
    """What everybody who sees some markers knows of each hidden cell."""
    if not markers:
        return {}
    strict, below = may_mark(table, part, rules), rules.low_high_below
    high = strict and _uses_high(table, part, rules)
    at_most, free = (0, below - 1), (0, inf)
    found = {}
    for cell in part.cells:
        marker = markers.get(cell, CONFIDENTIAL)
        own = at_most if marker == LOW else (below if strict else 0, inf)
        rest = (below, inf) if high and marker == CONFIDENTIAL else free
        found[cell] = Mark(marker, own, at_most if marker == HIGH else rest)
    return found


def true_of(grid: Grid, marks: Mapping[Figure, Mark]) -> dict[Figure, Mark]:
    """Marks without what is not true.

    A release may hold answers that were frozen under other rules; its rules then say the largest
    number that any was marked with, and a missing marker says nothing.
    """
    nothing = Mark(CONFIDENTIAL, (0, inf), (0, inf))
    return {cell: mark if _is_true(grid, cell, mark) else nothing for cell, mark in marks.items()}


def _is_true(grid: Grid, cell: Figure, mark: Mark) -> bool:
    own, rest = grid.truth(cell), grid.behind_rest(cell).count
    return mark.own[0] <= own <= mark.own[1] and mark.rest[0] <= rest <= mark.rest[1]


def may_mark(table: BaseTable, part: HiddenPart, rules: Rules) -> bool:
    """Rules 1 and 2."""
    below, hidden, needed = rules.low_high_below, len(part.cells), _most_needed(table, rules)
    if table.magnitudes or part.merged or not below or not hidden or below <= needed:
        return False
    if part.total is None or part.total < LEAST_MARKED_ROW:
        return False
    # However many are not below t, each of the others can still be as much as is needed, and 0.
    # (Of two that may both be below t, each can be 0 only if both can: single persons, and whoever
    # knows that nobody can be in one, must not find the other.)
    if part.high < below * (hidden - 1) + needed:
        return False
    return part.low <= 0 or part.low > (below - 1) * hidden


def _uses_high(table: BaseTable, part: HiddenPart, rules: Rules) -> bool:
    """Rule 4."""
    hidden, most = len(part.cells), rules.low_high_below - 1
    if hidden < part.of or part.low <= most * hidden:
        return False
    # Single persons who know their own cells must leave the others free, too.
    return hidden == 2 or (hidden > 3 and most >= _most_needed(table, rules) + hidden - 2)


def _most_needed(table: BaseTable, rules: Rules) -> int:
    """Up to what a hidden cell must be able to be, by the rules of `needs`, whatever broke one."""
    names_workers = table.about_staff or any(one.kind == "workers" for one in table.subjects)
    return max(least_shown(table, rules) - 1, rules.minimum_persons if names_workers else 0)


def marked(marks: Mapping[Figure, Mark], markers: Collection[Marker] = (LOW, HIGH)) -> set[Figure]:
    """The cells that have one of these markers."""
    return {figure for figure, mark in marks.items() if mark.marker in markers}
