"""Two figures that differ by a few persons without anything saying that they are related.

The attack audit knows how tables are tied by definition. What it cannot know is found here, by
comparing who stands behind each new figure with who stands behind each released one.

Rules kept here:

1. Two figures are *too close* if one's persons are all among the other's, and the other has 1 to
   `minimum_persons` − 1 more. Equal sets alone are not: their difference tells nothing.
2. The same figure of one table in two periods that overlap is too close also if those who are in
   one of the two alone are 1 to `minimum_persons` − 1 together.
3. Only figures that are published count: of a new table what no rule hides by itself, of a released
   one what was shown, of both the rests that follow by subtracting.
4. What the audit looks after is left to it: all of one base table in days of which a tie says how
   they lie; of two base tables that a link ties, the totals of the same rows.
5. Tables that are protected together are no obstacle to each other where one figure is contained
   in the other: the audit looks after what differs (`close`). Otherwise, of two new tables that are
   too close to each other, both are. Those that a released table rules out are no longer there.
6. Of one base table in two periods that share days, of which one is known by its counts only,
   nothing can be compared: unless the audit looks after them, they are taken to be too close.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np

from oversight_agent.history.memory import Span
from oversight_agent.history.record_sets import Behind, Keys, Name, RecordSets
from oversight_agent.history.sketches import Near, Pile, Sketches
from oversight_agent.history.ties import Foreseen
from oversight_protocol.release import TOTAL

Kind = Literal["contained", "overlap", "uncounted"]
"""By rule 1, 2 or 6."""


ENOUGH = 3
"""Of so many others it is said that a new table is too close to them; one is enough to withhold it.
"""


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


class Found(NamedTuple):
    """That a new table is too close to another.

    Attributes:
        new: the number of the new table.
        other: the number of the other, released or new.
        kind: by which rule.
    """

    new: int
    other: int
    kind: Kind


class Close(NamedTuple):
    """That of two figures one is contained in the other, which has a few persons more or none.

    Attributes:
        more: the number of the table with the larger one.
        less: the number of the other table.
        figures: the larger figure and the smaller one.
        alike: whether the tables have no figures that differ by a few.
    """

    more: int
    less: int
    figures: tuple[Behind, Behind]
    alike: bool


def known(
    number: int, name: str, span: Span, sets: Sequence[RecordSets], published: frozenset[Name]
) -> Known:
    """A new table, of which these figures may be published."""
    sketches = Sketches.of(sets, published) if sets else None
    return Known(number, name, span, sketches, lambda: sets)


def unforeseen(
    new: Sequence[Known], old: Sequence[Known], foreseen: Foreseen, most: int,
    beside: Collection[int] = (),
) -> list[Found]:  # fmt: skip
    """The new tables that are too close to another one.

    Args:
        new: the new tables.
        old: all that were released.
        foreseen: what the audit looks after, by the tables' numbers, in either order.
        most: persons at most by which two figures are too close.
        beside: the numbers of all that are protected together, those of new ones negative: between
            these, `close` finds what the audit can look after.
    """
    skip = _Skipped.of(foreseen, beside)
    found = list(_among(new, old, skip, most))
    gone = {each.new for each in found}
    rest = [each for each in new if each.number not in gone]
    for one, other in combinations(rest, 2):
        for each in _among([one], [other], skip, most):
            found += [each, Found(each.other, each.new, each.kind)]
    return found


class _Skipped(NamedTuple):
    """What is not compared, by unordered pairs of numbers."""

    pairs: Collection[frozenset[int]]
    totals: Collection[frozenset[int]]
    beside: frozenset[int]

    @classmethod
    def of(cls, foreseen: Foreseen, beside: Collection[int] = ()) -> _Skipped:
        """What the audit looks after, in either order."""
        pairs, totals = ({frozenset(pair) for pair in each} for each in foreseen)
        return cls(pairs, totals, frozenset(beside))

    def has(self, pair: frozenset[int], one: Behind, other: Behind) -> bool:
        """Whether two figures of a pair of tables are left to the audit."""
        same_total = one == other and not one.rest and one.name.outcome == TOTAL
        return pair in self.pairs or (same_total and pair in self.totals)


def close(
    new: Sequence[Known], others: Sequence[Known], foreseen: Foreseen, most: int
) -> Iterator[Close]:
    """Figures of new tables, each contained in one that is protected beside it, or the reverse.

    Args:
        new: the new tables.
        others: released ones.
        foreseen: what the audit looks after already.
        most: persons at most by which two figures are too close.
    """
    skip = _Skipped.of(foreseen)
    for place, one in enumerate(new):
        rest = [each for each in (*new[place + 1 :], *others) if _is_looked_after(one, each)]
        matches = [each for each in _matches(one, rest, _piles(rest), skip, most, least=0)
                   if each.kind == "contained"]  # fmt: skip
        # Beside what differs, what is equal is a difference too: that it is 0 is no definition.
        differ = {each.number: each.excess for each in matches if each.excess}
        for number, behind, near, _, excess in matches:
            alike = number not in differ
            if (excess or differ.get(number, 0)) >= 0:
                yield Close(one.number, number, (behind, near), alike)
            else:
                yield Close(number, one.number, (near, behind), alike)


def _is_looked_after(one: Known, other: Known) -> bool:
    """Whether the audit looks after figures of two tables that are protected together.

    Not after those of days that are released: what would be hidden of new ones, says decision 0022.
    """
    of_one_wave = max(one.number, other.number) < 0
    apart = of_one_wave and not one.span.shares_days(other.span)
    return one.span.same_days(other.span) or apart


def _among(
    new: Sequence[Known], old: Sequence[Known], skip: _Skipped, most: int
) -> Iterator[Found]:
    piles, tables = _piles(old), {each.number: each for each in old}
    for one in new:
        yield from _uncounted(one, old, skip)
        done = set[int]()
        for number, _, _, kind, _ in _matches(one, old, piles, skip, most):
            left = kind == "contained" and _are_left(one, tables[number], skip)
            if number not in done and not left:
                done.add(number)
                yield Found(one.number, number, kind)
            if len(done) == ENOUGH:
                break


def _are_left(one: Known, other: Known, skip: _Skipped) -> bool:
    """Whether the figures of two tables are left to `close`."""
    return {one.number, other.number} <= skip.beside and _is_looked_after(one, other)


class _Match(NamedTuple):
    """A figure of a new table that is too close to one of another.

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


def _piles(old: Sequence[Known]) -> dict[str, Pile]:
    """The sketches of tables, by kind of person."""
    counted = [(each.number, each.sketches) for each in old if each.sketches is not None]
    kinds = {kind for _, sketches in counted for kind, _ in sketches.figures}
    return {kind: Pile(counted, kind) for kind in sorted(kinds)}


def _matches(
    one: Known, old: Sequence[Known], piles: Mapping[str, Pile], skip: _Skipped, most: int,
    least: int = 1,
) -> Iterator[_Match]:  # fmt: skip
    tables = {each.number: each for each in old}
    for kind, behind, near in _candidates(one, piles, most):
        if not skip.has(frozenset({one.number, near.number}), behind, near.behind):
            match = _closeness(one, tables[near.number], kind, behind, near, (least, most))
            if match is not None:
                yield _Match(near.number, behind, near.behind, *match)


def _uncounted(one: Known, old: Sequence[Known], skip: _Skipped) -> Iterator[Found]:
    for other in old:
        if one.name != other.name or frozenset({one.number, other.number}) in skip.pairs:
            continue
        # The same days once more are the same table again, which the audit compares by counts.
        shares = one.span.shares_days(other.span) and not one.span.same_days(other.span)
        if shares and (one.sketches is None or other.sketches is None):
            yield Found(one.number, other.number, "uncounted")


def _candidates(
    one: Known, piles: Mapping[str, Pile], most: int
) -> Iterator[tuple[str, Behind, Near]]:
    """Each new figure of a kind of persons, with each other that its sketch does not exclude."""
    if one.sketches is None:
        return
    for (kind, behind), buckets in zip(one.sketches.figures, one.sketches.buckets, strict=True):
        if kind in piles:
            for near in piles[kind].near(buckets, most):
                yield kind, behind, near


def _closeness(
    one: Known, other: Known, kind: str, behind: Behind, near: Near, few: tuple[int, int]
) -> tuple[Kind, int] | None:
    """By which rule two figures are too close, and how many persons more are behind the first."""
    same_table = one.name == other.name and one.span.overlaps(other.span)
    overlap = same_table and behind == near.behind
    equal = near.alike and not few[0]
    if not (near.within or overlap or equal):
        return None
    mine, theirs = _persons(one, kind, behind), _persons(other, kind, near.behind)
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
