"""What a study's links say of the tables of a wave: which of them are tied together.

Rules kept here:

1. Only tables of the same period are tied: a quarter's rows are no other quarter's.
2. Tables that ties hold together are protected together; each table is in exactly one component.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oversight_agent.disclosure.past import Tie, parted
from oversight_agent.tables import UnsafeTable
from oversight_protocol.study import Link


def ties_of(wave: Sequence[UnsafeTable], links: Iterable[Link]) -> tuple[Tie, ...]:
    """The ties between the tables of a wave, by their numbers in it."""
    found: dict[Tie, None] = {}
    for link in links:
        for period in dict.fromkeys(unsafe.period.id for unsafe in wave):
            numbers = {
                unsafe.table.name: number
                for number, unsafe in enumerate(wave)
                if unsafe.period.id == period
            }
            found.update(dict.fromkeys(_of_link(link, numbers)))
    return tuple(found)


def _of_link(link: Link, numbers: dict[str, int]) -> Iterable[Tie]:
    names = [name for name in link.tables if name in numbers]
    if link.kind == "same_population" and len(names) > 1:
        yield Tie(link.kind, tuple(numbers[name] for name in names), link.equal_sums)
    if link.kind == "contained" and link.tables[0] in numbers:
        whole = numbers[link.tables[0]]
        for name in link.tables[1:]:
            if name in numbers:
                yield Tie(link.kind, (whole, numbers[name]), link.equal_sums)
    if link.kind == "partition" and len(names) == len(link.tables):
        yield Tie(link.kind, tuple(numbers[name] for name in names), link.equal_sums)
    elif link.kind == "partition" and link.tables[0] in numbers:
        whole, *parts = (numbers[name] for name in names)
        yield from parted(whole, parts, link.equal_sums)


def components(tables: Sequence[UnsafeTable], ties: Iterable[Tie]) -> list[tuple[int, ...]]:
    """The tables, by their numbers, that ties hold together.

    Within a component they stand in the order of their names and periods, so that the order in
    which they came decides nothing.
    """
    group = groups(len(tables), ties)
    return [
        tuple(
            sorted(
                (number for number, each in enumerate(group) if each == first),
                key=lambda number: _key(tables[number], number),
            )
        )
        for first in sorted(set(group))
    ]


def groups(tables: int, ties: Iterable[Tie]) -> list[int]:
    """For each of so many tables, the first of those that ties hold together with it."""
    group = list(range(tables))
    for tie in ties:
        tied = {group[number] for number in tie.tables}
        group = [min(tied) if each in tied else each for each in group]
    return group


def _key(unsafe: UnsafeTable, number: int) -> tuple[str, str, str, int]:
    period = unsafe.period
    return unsafe.table.name, period.start.isoformat(), period.end.isoformat(), number
