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

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from oversight_agent.history.matching import Field, Kind, Known, Match
from oversight_agent.history.record_sets import Behind
from oversight_agent.history.ties import Foreseen

ENOUGH = 3
"""Of so many others it is said that a new table is too close to them; one is enough to withhold it.
"""


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


def unforeseen(
    new: Sequence[Known], old: Sequence[Known], foreseen: Foreseen, most: int,
    beside: Collection[int] = (),
) -> list[Found]:  # fmt: skip
    """The new tables that are too close to another one; see `Comparison`."""
    return Comparison(new, old, foreseen, most).found(beside)


class Comparison:
    """New tables, to be compared with each other and with all that were released.

    Args:
        new: the new tables.
        old: all that were released.
        foreseen: what the audit looks after, by the tables' numbers, in either order.
        most: persons at most by which two figures are too close.
    """

    def __init__(
        self, new: Sequence[Known], old: Sequence[Known], foreseen: Foreseen, most: int
    ) -> None:
        self._new, self._old = new, old
        self._pairs, self._totals = map(_partners, foreseen)
        self._field = Field([*new, *old], most)

    def found(self, beside: Collection[int] = ()) -> list[Found]:
        """The new tables that are too close to another one.

        Args:
            beside: the numbers of all that are protected together, those of new ones negative:
                between these, `close` finds what the audit can look after.
        """
        beside = frozenset(beside)
        found = [each for one in self._new for each in self._of(one, self._old, beside, ENOUGH)]
        gone = {each.new for each in found}
        rest = [each for each in self._new if each.number not in gone]
        places = {each.number: place for place, each in enumerate(rest)}
        for place, one in enumerate(rest, start=1):
            pairs = self._of(one, rest[place:], beside)
            for each in sorted(pairs, key=lambda pair: places[pair.other]):
                found += [each, Found(each.other, each.new, each.kind)]
        return found

    def is_close(self, one: Known) -> bool:
        """Whether a new table, of which other figures are published, is too close to any other."""
        others = [each for each in (*self._new, *self._old) if each.number != one.number]
        return any(True for _ in self._of(one, others))

    def close(self, new: Sequence[Known], recalled: Sequence[Known]) -> Iterator[Close]:
        """Figures, each contained in one that is protected beside it, or the reverse.

        Args:
            new: the new tables that are protected, in their order.
            recalled: the released ones that they are protected beside.
        """
        for place, one in enumerate(new, start=1):
            yield from self._close_to(one, [*new[place:], *recalled])

    def _close_to(self, one: Known, others: Sequence[Known]) -> Iterator[Close]:
        among = {each.number for each in others if _is_looked_after(one, each)}
        matches = [
            each for each in self._matches(one, among - self._pairs[one.number], least=0)
            if each.kind == "contained"
        ]  # fmt: skip
        # Beside what differs, what is equal is a difference too: that it is 0 is no definition.
        differ = {each.number: each.excess for each in matches if each.excess}
        for number, behind, near, _, excess in matches:
            alike = number not in differ
            if (excess or differ.get(number, 0)) >= 0:
                yield Close(one.number, number, (behind, near), alike)
            else:
                yield Close(number, one.number, (near, behind), alike)

    def _of(
        self, one: Known, others: Sequence[Known], beside: frozenset[int] = frozenset(),
        enough: int | None = None,
    ) -> Iterator[Found]:  # fmt: skip
        """The others that cannot be compared with a table, and then those that it is close to."""
        pairs = self._pairs[one.number]
        with_it = beside if one.number in beside else frozenset[int]()
        # What `close` looks after has the same days or none in common: rules 2 and 6 never hold.
        compared = [
            each for each in others
            if each.number not in pairs
            and not (each.number in with_it and _is_looked_after(one, each))
        ]  # fmt: skip
        yield from _uncounted(one, compared)
        yield from islice(self._nearest(one, compared), enough)

    def _nearest(self, one: Known, others: Iterable[Known]) -> Iterator[Found]:
        """Each other table that a table is too close to, once."""
        among = {each.number for each in others}
        for match in self._matches(one, among):
            among.remove(match.number)
            yield Found(one.number, match.number, match.kind)

    def _matches(self, one: Known, among: Collection[int], least: int = 1) -> Iterator[Match]:
        return self._field.matches(one, among, self._totals[one.number], least)


def _partners(pairs: Iterable[tuple[int, int]]) -> Mapping[int, set[int]]:
    """By number, all that are in a pair with it."""
    found = defaultdict[int, set[int]](set)
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return found


def _uncounted(one: Known, others: Iterable[Known]) -> Iterator[Found]:
    for other in others:
        if one.name != other.name or (one.sketches is not None and other.sketches is not None):
            continue
        # The same days once more are the same table again, which the audit compares by counts.
        if one.span.shares_days(other.span) and not one.span.same_days(other.span):
            yield Found(one.number, other.number, "uncounted")


def _is_looked_after(one: Known, other: Known) -> bool:
    """Whether the audit looks after figures of two tables that are protected together.

    Not after those of days that are released: what would be hidden of new ones, says decision 0022.
    """
    of_one_wave = max(one.number, other.number) < 0
    apart = of_one_wave and not one.span.shares_days(other.span)
    return one.span.same_days(other.span) or apart
