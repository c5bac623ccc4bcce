"""Tables that were released before, and how tables are tied to one another.

Rules kept here:

1. A table that was released stays as it is: what is hidden anew is hidden in new tables.
2. A tie says which tables are about the same people, by their numbers among all that are protected
   together: the new ones first, then those released before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer


@dataclass(frozen=True)
class Past:
    """A table that was released, with the exact numbers behind it.

    Attributes:
        unsafe: the exact numbers.
        answer: what was released of them.
        rules: the rules that were kept.
    """

    unsafe: UnsafeTable = field(repr=False)
    answer: TableAnswer
    rules: Rules


class Part(NamedTuple):
    """A figure by its names; with `rest`, what is left of its row without it."""

    dimension: str
    category: str
    outcome: str
    rest: bool


TieKind = Literal["same_population", "contained", "partition", "apart", "again", "close", "alike"]


@dataclass(frozen=True)
class Tie:
    """Tables about the same people.

    Attributes:
        kind: `same_population`, `contained` and `partition` as a study's links say. `apart`: the
            others are parts of the first that have nobody in common, and something may be left of
            it without them. `again`: the first is the second once more, from other data (a
            correction, a changed mapping), so that what differs between them is what changed.
            `close`: nearly the same people are behind a figure of the first and a smaller one of
            the second, as the data shows. `alike`: the same people are.
        tables: their numbers.
        equal_sums: magnitudes that all of them have with the same sums.
        figures: of tables that are `close` or `alike`, which figure of either it is.
    """

    kind: TieKind
    tables: tuple[int, ...]
    equal_sums: tuple[str, ...] = ()
    figures: tuple[Part, ...] = ()


def renumbered(ties: Iterable[Tie], at: Mapping[int, int]) -> Iterator[Tie]:
    """Ties between the tables that take part, by their numbers among these.

    Of a whole without some of its parts, each part is contained, and the parts are apart; tables of
    one population stay tied without the others.

    Args:
        ties: between all tables.
        at: from a table's number to the one that it has among those that take part.
    """
    for tie in ties:
        there = tuple(at[number] for number in tie.tables if number in at)
        first, *others = there or (0,)
        alike = tie.kind == "same_population"
        if len(there) == len(tie.tables) or (alike and others):
            yield replace(tie, tables=there)
        elif not alike and tie.tables[0] in at:
            yield from parted(first, others)


def parted(whole: int, parts: Sequence[int], equal_sums: tuple[str, ...] = ()) -> Iterator[Tie]:
    """The ties of a whole with some of its parts, which are not all of it."""
    yield from (Tie("contained", (whole, part), equal_sums) for part in parts)
    if parts:
        yield Tie("apart", (whole, *parts))
