"""The figures of other tables that are too close to those of one, by who stands behind them.

Rules kept here:

1. Which two figures are too close, `unforeseen` says (its rules 1 and 2), and between which tables
   they are looked for.
2. Sketches are piled up once for all tables. Who stands behind two figures is looked at only where
   their sketches do not tell them apart.
3. Matches come in the order of the one table's figures, and of each in that of the other tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Literal, NamedTuple

import numpy as np

from oversight_agent.history.memory import Span
from oversight_agent.history.record_sets import Behind, Keys, Name, RecordSets
from oversight_agent.history.sketches import Near, Pile, Sketches
from oversight_protocol.release import TOTAL

Kind = Literal["contained", "overlap", "uncounted"]
"""By rule 1, 2 or 6 of `unforeseen`."""


@dataclass(frozen=True)
class Known:
    """A table, new or released.

    Attributes:
        number: under which it is known; no other table has it.
        name: the base table's.
        span: its period.
        sketches: of the figures that count; None where only its counts are known.
        records: who stands behind its rows; read only when they are needed.
    """

    number: int
    name: str
    span: Span
    sketches: Sketches | None = field(repr=False)
    records: Callable[[], Sequence[RecordSets]] = field(repr=False)


def known(
    number: int, name: str, span: Span, sets: Sequence[RecordSets], published: frozenset[Name]
) -> Known:
    """A new table, of which these figures may be published."""
    sketches = Sketches.of(sets, published) if sets else None
    return Known(number, name, span, sketches, lambda: sets)


class Match(NamedTuple):
    """A figure of one table that is too close to one of another.

    Attributes:
        number: of the other table.
        mine: the figure.
        theirs: the other one.
        kind: by which rule.
        excess: how many persons more are behind the first.
    """

    number: int
    mine: Behind
    theirs: Behind
    kind: Kind
    excess: int


class Field:
    """Tables among whose figures those are looked for that are too close to one's.

    Args:
        tables: all of them; no two have one number.
        most: persons at most by which two figures are too close.
    """

    def __init__(self, tables: Sequence[Known], most: int) -> None:
        self._tables = {each.number: each for each in tables}
        self._most = most

    def matches(
        self, one: Known, among: Collection[int], totals: Collection[int] = (), least: int = 1
    ) -> Iterator[Match]:
        """The figures that are too close to one's.

        Args:
            one: the table.
            among: the numbers of those to look at. Whoever has seen enough of a table may take it
                out meanwhile.
            totals: the numbers of those whose totals are not compared with that of the same row.
            least: persons at least by which two figures are too close.
        """
        for mine, near in self._candidates(one, among):
            other = self._tables[near.number]
            if near.number in totals and _are_same_total(mine.behind, near.behind):
                continue
            match = _closeness(one, other, mine, near, (least, self._most))
            if match is not None:
                yield Match(near.number, mine.behind, near.behind, *match)

    def _candidates(self, one: Known, among: Collection[int]) -> Iterator[tuple[_Figure, Near]]:
        """Each of one's figures, with each of the same kind that its sketch does not exclude."""
        if one.sketches is None:
            return
        for (kind, behind), buckets in zip(one.sketches.figures, one.sketches.buckets, strict=True):
            if not among:
                return
            mine = _Figure(kind, behind, cache(partial(_persons, one, kind, behind)))
            near = self._piles[kind].near(buckets, self._most) if kind in self._piles else []
            yield from ((mine, each) for each in near if each.number in among)

    @cached_property
    def _piles(self) -> dict[str, Pile]:
        """The sketches, by kind of person."""
        counted = [
            (number, each.sketches)
            for number, each in self._tables.items() if each.sketches is not None
        ]  # fmt: skip
        kinds = {kind for _, sketches in counted for kind, _ in sketches.figures}
        return {kind: Pile(counted, kind) for kind in sorted(kinds)}


class _Figure(NamedTuple):
    """A figure of a kind of persons; `persons` looks them up once, where they are needed."""

    kind: str
    behind: Behind
    persons: Callable[[], Keys]


def _are_same_total(one: Behind, other: Behind) -> bool:
    return one == other and not one.rest and one.name.outcome == TOTAL


def _closeness(
    one: Known, other: Known, figure: _Figure, near: Near, few: tuple[int, int]
) -> tuple[Kind, int] | None:
    """By which rule two figures are too close, and how many persons more are behind the first."""
    same_table = one.name == other.name and one.span.overlaps(other.span)
    overlap = same_table and figure.behind == near.behind
    equal = near.alike and not few[0]
    if not (near.within or overlap or equal):
        return None
    mine, theirs = figure.persons(), _persons(other, figure.kind, near.behind)
    both = _in_both(mine, theirs)
    alone = (len(mine) - both, len(theirs) - both)
    if not few[0] <= sum(alone) <= few[1]:
        return None
    if min(alone) == 0:
        return "contained", alone[0] - alone[1]
    return ("overlap", alone[0] - alone[1]) if overlap else None


def _in_both(one: Keys, other: Keys) -> int:
    """How many persons two sets share: both are sorted, so that this sort only merges."""
    merged = np.sort(np.concatenate((one, other)), kind="stable")
    return int(np.count_nonzero(merged[1:] == merged[:-1]))


def _persons(one: Known, kind: str, behind: Behind) -> Keys:
    [sets] = [each for each in one.records() if each.kind == kind]
    return sets.persons_behind(behind)
