"""What a study's links entail: which tables belong together, and what holds between their figures.

Rules kept here:

1. Only tables of the same period are tied: a quarter's rows are no other quarter's.
2. `same_population`: the totals of the whole, and of each category of a dimension that both tables
   break down by, are the same. `contained`: the first's are at least the others'.
3. A magnitude that both have sums up to at least as much where there is more. Where a link names a
   magnitude, its sums are the same.
4. A relation joins the program only if it is true of the data: definitions differ in detail between
   tables (which team a child is counted under), and an attacker who believes what is not true finds
   nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid
from oversight_agent.disclosure.joint import Place, Relation
from oversight_agent.tables import UnsafeTable
from oversight_protocol.study import Link


def components(wave: Sequence[UnsafeTable], links: Sequence[Link]) -> list[tuple[int, ...]]:
    """The tables of a wave, by their numbers in it, that links tie together.

    Each is in exactly one component. Within one they stand in the order of their names, so that
    the order of the wave decides nothing.
    """
    group = list(range(len(wave)))
    for link in links:
        for period in {unsafe.period.id for unsafe in wave}:
            tied = {
                group[number]
                for number, unsafe in enumerate(wave)
                if unsafe.period.id == period and unsafe.table.name in link.tables
            }
            group = [min(tied) if each in tied else each for each in group]
    return [
        tuple(
            sorted(
                (number for number, each in enumerate(group) if each == first),
                key=lambda number: (wave[number].table.name, wave[number].period.id),
            )
        )
        for first in sorted(set(group))
    ]


def relations(grids: Sequence[Grid], links: Sequence[Link]) -> tuple[Relation, ...]:
    """What holds between the tables of a component."""
    tables = {grid.table.name: number for number, grid in enumerate(grids)}
    found: dict[Relation, None] = {}
    for link in links:
        same = link.kind == "same_population"
        first, *others = sorted(link.tables) if same else link.tables
        for other in others:
            if first in tables and other in tables:
                found.update(dict.fromkeys(_between(grids, tables[first], tables[other], link)))
    return tuple(sorted(found, key=lambda one: (one.factors, one.high)))


def _between(grids: Sequence[Grid], first: int, other: int, link: Link) -> Iterator[Relation]:
    one, two = grids[first], grids[other]
    high = 0 if link.kind == "same_population" else inf
    for row, like in _common_rows(one, two):
        totals = Figure(row, TOTAL_OF_ROW), Figure(like, TOTAL_OF_ROW)
        yield from _if_true(grids, Place(first, totals[0]), Place(other, totals[1]), high)
        for name in one.table.magnitude_names:
            if name in two.table.magnitude_names:
                sums = Figure(row, one.outcomes.index(name)), Figure(like, two.outcomes.index(name))
                most = 0 if name in link.equal_sums else high
                yield from _if_true(grids, Place(first, sums[0]), Place(other, sums[1]), most)


def _common_rows(one: Grid, two: Grid) -> Iterator[tuple[int, int]]:
    """The whole, and the categories of the dimensions that both have with the same codes."""
    codes = {each.name: each.codes for each in one.table.dimensions}
    shared = {each.name for each in two.table.dimensions if codes.get(each.name) == each.codes}
    numbers = {(row.dimension, row.category): number for number, row in enumerate(two.rows)}
    for number, row in enumerate(one.rows):
        key = (row.dimension, row.category)
        if key in numbers and (not row.dimension or row.dimension in shared):
            yield number, numbers[key]


def _if_true(grids: Sequence[Grid], more: Place, less: Place, high: float) -> Iterator[Relation]:
    excess = grids[more.table].truth(more.figure) - grids[less.table].truth(less.figure)
    if 0 <= excess <= high:
        yield Relation(((more, 1.0), (less, -1.0)), 0, high)
