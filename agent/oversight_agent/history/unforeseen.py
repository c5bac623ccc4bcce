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

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np

from oversight_agent.history.memory import Span
from oversight_agent.history.record_sets import Behind, Keys, Name, RecordSets
from oversight_agent.history.sketches import Pile, Sketches

Kind = Literal["contained", "overlap", "uncounted"]
"""By rule 1, 2 or 6."""


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
        for kind, behind, persons, number, other in _candidates(one, piles, most):
            pair = frozenset({one.number, number})
            if number in done or pair in skip:
                continue
            match = _closeness(one, tables[number], kind, (behind, other), persons, most)
            if match is not None:
                done.add(number)
                yield Found(one.number, number, match)


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
    one: Known, piles: dict[str, Pile], most: int
) -> Iterator[tuple[str, Behind, Keys, int, Behind]]:
    """Each new figure with each other one that its sketch does not exclude."""
    sets = {each.kind: each for each in one.records()}
    sketches = one.sketches
    if sketches is None:
        return
    for (kind, behind), buckets in zip(sketches.figures, sketches.buckets, strict=True):
        near = piles[kind].near(buckets, most) if kind in piles else []
        if near:
            persons = sets[kind].persons_behind(behind)
            for number, other in near:
                yield kind, behind, persons, number, other


def _closeness(
    one: Known, other: Known, kind: str, behinds: tuple[Behind, Behind], persons: Keys, most: int
) -> Kind | None:
    [sets] = [each for each in other.records() if each.kind == kind]
    theirs = sets.persons_behind(behinds[1])
    both = len(np.intersect1d(persons, theirs, assume_unique=True))
    mine_alone, theirs_alone = len(persons) - both, len(theirs) - both
    if min(mine_alone, theirs_alone) == 0 and 1 <= mine_alone + theirs_alone <= most:
        return "contained"
    same_figure = behinds[0] == behinds[1] and one.name == other.name
    if same_figure and one.span.overlaps(other.span) and 1 <= mine_alone + theirs_alone <= most:
        return "overlap"
    return None
