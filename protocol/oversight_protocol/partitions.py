"""How the rows of a base table make up one another.

Rules kept here:

1. The categories of a dimension make up the whole authority; those of a group, the group.
2. The rows of a crossing make up each row of a coarser breakdown that fixes some of its dimensions:
   of the crossings within it, or else of its dimensions.
3. What a row is made of (its *scope*) also says which rows have nobody in common by definition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from oversight_protocol.study import BaseTable, Crossing, Dimension

Key = tuple[str, str]
"""A row's dimension or crossing, and its category; both empty for the whole authority."""

WHOLE_KEY: Key = ("", "")

Scope = Mapping[str, frozenset[str]]
"""For each dimension that a row fixes, the categories that are in the row."""


def scopes(table: BaseTable) -> dict[Key, Scope]:
    """The scope of every row."""
    found: dict[Key, Scope] = {WHOLE_KEY: {}}
    for dimension in table.dimensions:
        for code, members in dimension.members.items():
            found[dimension.name, code] = {dimension.name: frozenset(members)}
    for crossing in table.crossings:
        for code, each in table.members(crossing.name).items():
            pairs = zip(crossing.dimensions, each, strict=True)
            found[crossing.name, code] = {name: frozenset({one}) for name, one in pairs}
    return found


def partitions(
    table: BaseTable, lacking: Collection[str] = ()
) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    """Each row that others make up, with these; nothing of breakdowns that are lacking."""
    for dimension in table.dimensions:
        if dimension.name not in lacking:
            yield from _of_dimension(dimension)
    for crossing in table.crossings:
        if crossing.name not in lacking:
            yield from _of_crossing(table, crossing)


def are_apart(one: Scope, other: Scope) -> bool:
    """Whether no row of the data can be in both, by their definition."""
    return any(not one[name] & other[name] for name in one.keys() & other.keys())


def _of_dimension(dimension: Dimension) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    yield WHOLE_KEY, tuple((dimension.name, code) for code in dimension.codes)
    for group in dimension.groups:
        yield (dimension.name, group.code), tuple((dimension.name, code) for code in group.of)


def _of_crossing(table: BaseTable, crossing: Crossing) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    for coarser in _coarser(table, crossing):
        fixed = _dimensions(table, coarser)
        at = [crossing.dimensions.index(name) for name in fixed]
        parts: dict[tuple[str, ...], list[Key]] = {}
        for code, members in table.members(crossing.name).items():
            parts.setdefault(tuple(members[n] for n in at), []).append((crossing.name, code))
        for code, members in table.members(coarser).items():
            # A group is made up by its dimension's categories already.
            if len(members) == len(fixed) and members in parts:
                yield (coarser, code), tuple(parts[members])


def _dimensions(table: BaseTable, breakdown: str) -> tuple[str, ...]:
    crossed = {one.name: one.dimensions for one in table.crossings}
    return crossed.get(breakdown, (breakdown,))


def _coarser(table: BaseTable, crossing: Crossing) -> list[str]:
    """The breakdowns within a crossing that are in no other of these."""
    wanted = set(crossing.dimensions)
    within = {
        one.name: set(one.dimensions)
        for one in table.crossings
        if set(one.dimensions) < wanted
    }  # fmt: skip
    largest = [
        name for name, each in within.items() if not any(each < other for other in within.values())
    ]
    covered = set(chain.from_iterable(within[name] for name in largest))
    return [*largest, *(name for name in crossing.dimensions if name not in covered)]
