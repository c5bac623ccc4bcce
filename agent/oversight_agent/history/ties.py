"""How new tables are tied by definition to those that were released before.

Rules kept here:

1. Of one base table: in the same days once more, it is the same table `again`, also where its
   definition changed; in days within the days of another, it is `contained`; days that others make
   up exactly, without a gap and without an overlap, are a `partition` of these; others within the
   same days that do not overlap, and leave some, are `apart`. The last three demand the same
   definition.
2. What a study's links say of tables of the same days holds also where one was answered earlier.
   Periods are compared by their days, since studies name them as they like.
3. Periods that overlap without one holding the other tie nothing: whoever is in one of them alone
   is no difference that the audit could look after. `unforeseen` does.
4. A tie that holds only between tables which were released before is one too: everybody knows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, islice, permutations
from typing import NamedTuple

from oversight_agent.disclosure.links import ties_of
from oversight_agent.disclosure.past import Tie
from oversight_agent.history.memory import Span, definition_of
from oversight_agent.tables import UnsafeTable
from oversight_protocol.study import Link

PARTITIONS = 50
"""Ways to make up one period of others that are looked at, and sets of others within it; the audit
needs no more."""


def ties(
    new: Sequence[UnsafeTable], past: Sequence[UnsafeTable], links: Iterable[Link] = ()
) -> tuple[Tie, ...]:
    """What ties these tables together, by their numbers: the new ones first, then the past."""
    every = (*new, *past)
    found: dict[Tie, None] = {}
    for numbers in _by_name(every).values():
        found.update(dict.fromkeys(_of_one_table(every, numbers)))
    for numbers in _by_days(every).values():
        found.update(dict.fromkeys(_of_links(every, numbers, tuple(links))))
    return tuple(found)


class Foreseen(NamedTuple):
    """Pairs of tables whose small differences the audit looks after.

    Attributes:
        pairs: of all that both count alike.
        totals: of the totals of their rows alone: that outcomes of two base tables are about the
            same people, no link says.
    """

    pairs: frozenset[tuple[int, int]]
    totals: frozenset[tuple[int, int]]


def foreseen(
    tied: Iterable[Tie], tables: Sequence[UnsafeTable], numbers: Sequence[int]
) -> Foreseen:
    """What the audit looks after because of these ties.

    The parts of a whole are no such pair. Neither is a table that comes again in another
    definition: who is in one of its figures and in none of the other's, no definition says.

    Args:
        tied: the ties.
        tables: that they tie, by number.
        numbers: by which the tables are known instead.
    """
    pairs, totals = set[tuple[int, int]](), set[tuple[int, int]]()
    for one, other in _looked_after(tied, tables):
        alike = tables[one].table.name == tables[other].table.name
        (pairs if alike else totals).add((numbers[one], numbers[other]))
    return Foreseen(frozenset(pairs), frozenset(totals))


def _looked_after(tied: Iterable[Tie], tables: Sequence[UnsafeTable]) -> Iterator[tuple[int, int]]:
    for tie in tied:
        first, *others = tie.tables
        if tie.kind == "same_population":
            yield from combinations(tie.tables, 2)
        elif tie.kind != "again" or _same_definition(tables[first], tables[others[0]]):
            yield from ((first, other) for other in others)


def _same_definition(one: UnsafeTable, other: UnsafeTable) -> bool:
    return definition_of(one.table) == definition_of(other.table)


def nests(one: Span, other: Span) -> bool:
    """Whether one of two periods lies within the other, or both are the same."""
    return one.holds(other) or other.holds(one)


def _of_one_table(every: Sequence[UnsafeTable], numbers: Sequence[int]) -> Iterator[Tie]:
    spans = {number: Span.of(every[number].period) for number in numbers}
    alike = {number: definition_of(every[number].table) for number in numbers}
    for one, other in permutations(numbers, 2):
        if spans[one].same_days(spans[other]):
            if one < other:
                yield Tie("again", (one, other))
        elif spans[one].holds(spans[other]) and alike[one] == alike[other]:
            yield Tie("contained", (one, other))
    for whole in numbers:
        inside = [
            one for one in numbers
            if spans[whole].holds(spans[one]) and not spans[whole].same_days(spans[one])
            and alike[one] == alike[whole]
        ]  # fmt: skip
        for parts in islice(_made_up(spans, spans[whole], inside), PARTITIONS):
            yield Tie("partition", (whole, *parts))
        for parts in islice(_apart(spans, inside), PARTITIONS):
            if len(parts) > 1 and sum(spans[one].days for one in parts) < spans[whole].days:
                yield Tie("apart", (whole, *parts))


def _made_up(
    spans: dict[int, Span], whole: Span, inside: Sequence[int], so_far: tuple[int, ...] = ()
) -> Iterator[tuple[int, ...]]:
    """Every way to make up a period of others, first day to last."""
    done = spans[so_far[-1]].end.toordinal() if so_far else whole.start.toordinal() - 1
    if done == whole.end.toordinal():
        yield so_far
        return
    for number in inside:
        if spans[number].start.toordinal() == done + 1:
            yield from _made_up(spans, whole, inside, (*so_far, number))


def _apart(
    spans: dict[int, Span], inside: Sequence[int], done: date = date.min,
    so_far: tuple[int, ...] = (),
) -> Iterator[tuple[int, ...]]:  # fmt: skip
    """Every set of periods without an overlap to which no other one could be added."""
    later = [number for number in inside if spans[number].start > done]
    if not later:
        yield so_far
        return
    first = min(spans[number].end for number in later)
    for number in later:
        # Between the last one and the next, none may have a place.
        if spans[number].start <= first:
            yield from _apart(spans, inside, spans[number].end, (*so_far, number))


def _of_links(
    every: Sequence[UnsafeTable], numbers: Sequence[int], links: Sequence[Link]
) -> Iterator[Tie]:
    # Where a table is there twice, either of them is the one that a link means.
    for order in (numbers, numbers[::-1]):
        period = every[order[0]].period
        tables = [replace(every[number], period=period) for number in order]
        for tie in ties_of(tables, links):
            yield replace(tie, tables=tuple(order[number] for number in tie.tables))


def _by_name(every: Sequence[UnsafeTable]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, each in enumerate(every):
        found.setdefault(each.table.name, []).append(number)
    return found


def _by_days(every: Sequence[UnsafeTable]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for number, each in enumerate(every):
        days = each.period.start.isoformat(), each.period.end.isoformat()
        found.setdefault(days, []).append(number)
    return found
