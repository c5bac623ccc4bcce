"""What the tables of one authority say of each other, by what the study says of them together.

Rules kept here:

1. A link speaks of whole authorities: of one population the numbers of rows are the same, that of a
   contained one is no larger, and those of parts make up the whole; sums that a link names are the
   same. Of categories nothing is taken from it: definitions differ in detail between tables.
2. Only tables of one moment are linked: what an authority corrected in between breaks links.
3. Where links contradict what an authority published, none is believed of it in that period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf

from oversight_coordinator.pool.intervals import (
    NOTHING,
    Interval,
    Key,
    Relation,
    apart,
    is_sum,
    settle,
)
from oversight_coordinator.pool.published import Published
from oversight_protocol.release import TOTAL
from oversight_protocol.study import Link

_Figure = tuple[str, str]
"""A table's name, and `TOTAL` or one of its magnitudes: that of the whole authority."""

_Cells = Mapping[str, dict[Key, Interval]]

_NOT_LESS = Interval(0, inf)

_ROUNDS = 50
"""As in `intervals`: between tables, too, narrowing settles soon."""


def narrowed(tables: Sequence[Published], links: Iterable[Link]) -> _Cells:
    """For each table by its name, its intervals by all that the tables say together.

    Args:
        tables: of one authority, in one period, of one moment.
        links: of the study.
    """
    by_name = {one.table.name: one for one in tables}
    alone = {name: one.cells for name, one in by_name.items()}
    relations, found = [*_relations(by_name, links)], alone
    for _ in range(_ROUNDS if relations else 0):
        changed = _told(found, relations)
        if changed is None:
            return alone
        if not changed:
            break
        for name, cells in changed.items():
            settled = settle(cells, by_name[name].relations)
            if settled is None:
                return alone
            found = {**found, name: settled}
    return found


def _told(
    cells: _Cells, relations: Sequence[Relation[_Figure]]
) -> dict[str, dict[Key, Interval]] | None:
    """The tables of which others tell something new; None if they contradict each other."""
    known = {
        (table, name): interval
        for table, of in cells.items()
        for (dimension, _, name), interval in of.items()
        if not dimension
    }
    found = settle(known, relations)
    if found is None:
        return None
    changed: dict[str, dict[Key, Interval]] = {}
    for (table, name), interval in found.items():
        if interval != known[table, name]:
            changed.setdefault(table, dict(cells[table]))["", "", name] = interval
    return changed


def _relations(
    tables: Mapping[str, Published], links: Iterable[Link]
) -> Iterator[Relation[_Figure]]:
    for link in links:
        first, *others = link.tables
        there = [name for name in link.tables if name in tables]
        if link.kind == "same_population":
            for one, other in pairwise(there):
                yield apart((one, TOTAL), (other, TOTAL), NOTHING)
                yield from _equal_sums(tables, link, one, other)
        elif link.kind == "partition" and len(there) == len(link.tables):
            yield is_sum((first, TOTAL), [(other, TOTAL) for other in others])
        elif first in tables:
            for other in there[1:]:
                yield apart((first, TOTAL), (other, TOTAL), _NOT_LESS)
                if link.kind == "contained":
                    yield from _equal_sums(tables, link, first, other)


def _equal_sums(
    tables: Mapping[str, Published], link: Link, one: str, other: str
) -> Iterator[Relation[_Figure]]:
    decimals = [
        {m.name: m.decimals for m in tables[name].table.magnitudes} for name in (one, other)
    ]
    for name in link.equal_sums:
        if decimals[0][name] == decimals[1][name]:
            yield apart((one, name), (other, name), NOTHING)
