"""Two figures that differ by a few persons without anything saying that they are related.

The attack audit knows how tables are tied by definition. What it cannot know is found here, by
comparing who stands behind each new figure with who stands behind each released one.

Rules kept here:

1. Two figures are *too close* if one's persons are all among the other's, and the other has 1 to
   `minimum_persons` − 1 more. Equal sets are not: their difference tells nothing.
2. The same figure of one table in two periods that overlap is too close also if those who are in
   one of the two alone are 1 to `minimum_persons` − 1 together.
3. Only figures that are published count: of a new table what no rule hides by itself, of a released
   one what was shown, of both the rests that follow by subtracting.
4. Pairs of tables whose ties are known are left to the audit.
5. Of two new tables that are too close to each other, both are. Those that a released table rules
   out are no longer there to be close to.
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


def known(
    number: int, name: str, span: Span, sets: Sequence[RecordSets], published: frozenset[Name]
) -> Known:
    """A new table, of which these figures may be published."""
    sketches = Sketches.of(sets, published) if sets else None
    return Known(number, name, span, sketches, lambda: sets)


def unforeseen(
    new: Sequence[Known], old: Sequence[Known], foreseen: Collection[tuple[int, int]], most: int
) -> list[Found]:
    """The new tables that are too close to another one.

    Args:
        new: the new tables.
        old: all that were released.
        foreseen: pairs of numbers, in either order, that the audit looks after.
        most: persons at most by which two figures are too close.
    """
    skip = {frozenset(pair) for pair in foreseen}
    found = list(_among(new, old, skip, most))
    gone = {each.new for each in found}
    rest = [each for each in new if each.number not in gone]
    for one, other in combinations(rest, 2):
        for each in _among([one], [other], skip, most):
            found += [each, Found(each.other, each.new, each.kind)]
    return found


def _among(
    new: Sequence[Known], old: Sequence[Known], skip: Collection[frozenset[int]], most: int
) -> Iterator[Found]:
    tables = {each.number: each for each in old}
    counted = [(each.number, each.sketches) for each in old if each.sketches is not None]
    kinds = {kind for _, sketches in counted for kind, _ in sketches.figures}
    piles = {kind: Pile(counted, kind) for kind in sorted(kinds)}
    for one in new:
        yield from _uncounted(one, old, skip)
        done = set[int]()
        for kind, behind, near in _candidates(one, piles, most):
            if len(done) == ENOUGH:
                break
            if near.number in done or frozenset({one.number, near.number}) in skip:
                continue
            match = _closeness(one, tables[near.number], kind, behind, near, most)
            if match is not None:
                done.add(near.number)
                yield Found(one.number, near.number, match)


def _uncounted(
    one: Known, old: Sequence[Known], skip: Collection[frozenset[int]]
) -> Iterator[Found]:
    for other in old:
        if one.name != other.name or frozenset({one.number, other.number}) in skip:
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
    one: Known, other: Known, kind: str, behind: Behind, near: Near, most: int
) -> Kind | None:
    same_table = one.name == other.name and one.span.overlaps(other.span)
    overlap = same_table and behind == near.behind
    if not (near.within or overlap):
        return None
    mine, theirs = _persons(one, kind, behind), _persons(other, kind, near.behind)
    both = _in_both(mine, theirs)
    alone = (len(mine) - both, len(theirs) - both)
    if not 1 <= sum(alone) <= most:
        return None
    if min(alone) == 0:
        return "contained"
    return "overlap" if overlap else None


def _in_both(one: Keys, other: Keys) -> int:
    """How many persons two sets share: both are sorted, so that this sort only merges."""
    merged = np.sort(np.concatenate((one, other)), kind="stable")
    return int(np.count_nonzero(merged[1:] == merged[:-1]))


def _persons(one: Known, kind: str, behind: Behind) -> Keys:
    [sets] = [each for each in one.records() if each.kind == kind]
    return sets.persons_behind(behind)
