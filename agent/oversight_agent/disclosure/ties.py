"""What ties entail: conditions between the figures of several tables, and their differences.

Rules kept here:

1. `same_population`: the totals of the whole, and of each row that both tables have, are the same.
   `contained`: the first's are at least the other's. `partition`: the others' make up the first's.
2. Of one table in several periods, or once more, this is so of every figure, merged ones that are
   numbered too, and not only of totals. Of two tables, outcomes that happen to have one code are
   different things; but of a whole and its parts, where all of them have the same ones.
3. A magnitude that both have sums up to at least as much where there is more. Where a tie names a
   magnitude, its sums are the same. A magnitude may have another name in another table: it is known
   by a largest contribution, which nearly the same persons have.
4. A condition joins the program only as it is true of the data: definitions differ in detail
   between tables (which team a child is counted under), and records come late. Where it fails by
   fewer than `minimum_persons`, who believes it comes nearly as close: so the attacker is taken to
   know that it fails by no more than that. Where it fails by more, who believes it finds nothing.
5. Who is in one table and not in the other is a quantity too: a difference of counts that is small
   must be as uncertain as a small count; and what these few contribute to a sum as uncertain as one
   person's contribution. If nobody is, that must not be found out, and whoever knows it all the
   same must not find out anything else.
6. Of a table that comes again, everybody is taken to know what did not change, so that it is the
   same quantity; and a sum that changed may have changed by one person's contribution alone.
7. Of tables that are `close` nothing but the two figures is tied: the smaller is contained in the
   larger, and what differs is a quantity, by rules 4 and 5. Of figures that are `alike` it is no
   secret that nothing does.
8. What is contained in something that is contained in a third is contained in the third.
9. Parts that have nobody in common are together at most the whole, and what is left of it without
   some of them is a quantity too, by rules 4 and 5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations, islice
from math import inf

from oversight_agent.adding_up import joined_sums
from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid
from oversight_agent.disclosure.joint import Difference, Place, Relation
from oversight_agent.disclosure.past import Part, Tie
from oversight_agent.disclosure.rules import dominated
from oversight_agent.tables import UnsafeSum
from oversight_protocol.policy import Rules
from oversight_protocol.release import TOTAL
from oversight_protocol.study import BaseTable

_Pair = tuple[Place, Place]

LEFT = 100
"""Ways to leave some parts of a figure that are looked at, those that leave most parts first."""


def relations(
    grids: Sequence[Grid], ties: Iterable[Tie], rules: Rules, *, anybody: bool = False
) -> tuple[Relation, ...]:
    """What holds between the tables of a component, whose numbers the ties give.

    Args:
        grids: of the tables.
        ties: between them.
        rules: the rules to keep.
        anybody: what anybody knows, who is not told how far a definition fails (rule 4), nor
            what stayed as it was in a table that comes again (rule 6).
    """
    found: dict[Relation, None] = {}
    most = 0 if anybody else rules.minimum_persons
    for tie in _canonical(ties):
        if not (anybody and tie.kind == "again"):
            found.update(dict.fromkeys(_of_tie(grids, tie, most)))
    return tuple(sorted(found, key=lambda one: (one.factors, one.high)))


def differences(grids: Sequence[Grid], ties: Iterable[Tie], rules: Rules) -> tuple[Difference, ...]:
    """The small differences between the figures of the tables of a component."""
    ties = _canonical(ties)
    equal = {pair for tie in ties for pair in _equal_sums(grids, tie)}
    found: dict[Difference, None] = {}
    for tie in ties:
        if tie.kind == "close":
            found.update(dict.fromkeys(_between_close(grids, tie, equal, rules)))
        elif tie.kind in {"contained", "again"}:
            found.update(dict.fromkeys(_between_two(grids, tie, rules)))
        elif tie.kind in {"partition", "apart"}:
            for whole, parts in _with_parts(grids, tie):
                found.update(dict.fromkeys(_left_over(grids, whole, parts, tie, rules)))
    untold = {replace(each, told=False) for each in found if each.told}
    return tuple(sorted(found.keys() - untold, key=_by_figures))


def _by_figures(one: Difference) -> tuple[tuple[Place, ...], tuple[Place, ...], bool, bool]:
    return one.more, one.less, one.by_people, one.told


def _between_close(
    grids: Sequence[Grid], tie: Tie, equal: Collection[_Pair], rules: Rules
) -> Iterator[Difference]:
    more, less = _close(grids, tie)
    excess = _made_of(grids, more) - _made_of(grids, less)
    if more and less and _magnitude(grids, more[0]):
        if excess >= 0 and (more[0], less[0]) not in equal:
            yield Difference(more, less, by_people=True)
    elif 0 <= excess < rules.minimum_persons:
        yield Difference(more, less, by_people=True, told=not excess)


def _between_two(grids: Sequence[Grid], tie: Tie, rules: Rules) -> Iterator[Difference]:
    for pair in _common(grids, *tie.tables):
        # Rows that only the first has, and that add nothing to some sums, are declared as
        # such by those who sign the study: how few they are is taken for no secret.
        counts = not _magnitude(grids, pair[0])
        if tie.equal_sums and (counts or _are_equal(grids, pair, tie)):
            continue
        yield from _small(grids, pair, tie, rules)


def _canonical(ties: Iterable[Tie]) -> list[Tie]:
    """The ties, and what follows by rule 8, in an order that does not depend on how they came."""
    alike = set(map(_in_order, ties))
    return sorted(
        alike | set(_through_a_third(alike)),
        key=lambda one: (one.kind, one.tables, one.equal_sums, one.figures),
    )


def _in_order(tie: Tie) -> Tie:
    whole, *parts = tie.tables
    if tie.kind == "same_population":
        return replace(tie, tables=tuple(sorted(tie.tables)))
    if tie.kind in {"partition", "apart"}:
        return replace(tie, tables=(whole, *sorted(parts)))
    return tie


def _through_a_third(ties: Iterable[Tie]) -> Iterator[Tie]:
    inside: dict[int, set[int]] = {}
    for tie in ties:
        if tie.kind in {"contained", "partition", "apart"}:
            inside.setdefault(tie.tables[0], set()).update(tie.tables[1:])
    for whole, direct in inside.items():
        seen, ends = set(direct), list(direct)
        while ends:
            new = inside.get(ends.pop(), set()) - seen - {whole}
            seen |= new
            ends += new
        yield from (Tie("contained", (whole, one)) for one in seen - direct)


def _of_tie(grids: Sequence[Grid], tie: Tie, most: int) -> Iterator[Relation]:
    """What a tie entails; one that fails by fewer persons than `most` holds nearly (rule 4)."""
    first, *others = tie.tables
    if tie.figures:
        more, less = _close(grids, tie)
        yield from _between(grids, more, less, 0 if tie.kind == "alike" else inf)
        return
    if tie.kind == "again":
        for one, before in _common(grids, *tie.tables):
            yield from _between(grids, (one,), (before,), 0)
        return
    if tie.kind in {"partition", "apart"}:
        for whole, parts in _with_parts(grids, tie):
            yield from _nearly(grids, whole, parts, 0 if tie.kind == "partition" else inf, most)
    high = 0 if tie.kind == "same_population" else inf
    for other in others if tie.kind != "apart" else ():
        for one, like in _common(grids, first, other):
            equal = _are_equal(grids, (one, like), tie)
            yield from _nearly(grids, one, (like,), 0 if equal else high, most)


def _nearly(
    grids: Sequence[Grid], one: Place, others: tuple[Place, ...], high: float, most: int
) -> Iterator[Relation]:
    """What holds of a figure that is at most `high` more than others, or nearly so, by rule 4."""
    excess = _truth(grids, one) - _made_of(grids, others)
    if 0 <= excess <= high:
        yield from _between(grids, (one,), others, high)
    elif abs(_persons(grids, one, *others)) < most:
        factors = ((one, 1.0), *((place, -1.0) for place in others))
        yield Relation(factors, min(excess, 0), max(excess, high))


def _between(
    grids: Sequence[Grid], more: tuple[Place, ...], less: tuple[Place, ...], high: float
) -> Iterator[Relation]:
    if 0 <= _made_of(grids, more) - _made_of(grids, less) <= high:
        factors = (*((place, 1.0) for place in more), *((place, -1.0) for place in less))
        yield Relation(factors, 0, high)


def _close(grids: Sequence[Grid], tie: Tie) -> tuple[tuple[Place, ...], ...]:
    """What the two figures of a tie are made of."""
    return tuple(
        tuple(Place(number, figure) for figure in _parts(grids[number], part))
        for number, part in zip(tie.tables, tie.figures, strict=True)
    )


def _equal_sums(grids: Sequence[Grid], tie: Tie) -> Iterator[_Pair]:
    """The sums that are the same by a tie, in either order."""
    for other in tie.tables[1:] if tie.equal_sums else ():
        for pair in _common(grids, tie.tables[0], other):
            if _are_equal(grids, pair, tie):
                yield from (pair, pair[::-1])


def _are_equal(grids: Sequence[Grid], pair: _Pair, tie: Tie) -> bool:
    """Whether a tie says of two sums that they are the same."""
    one, other = (_magnitude(grids, each) for each in pair)
    return one == other and one in tie.equal_sums


def _parts(grid: Grid, part: Part) -> Iterator[Figure]:
    """The figures that a figure, or the rest of its row, is the sum of; merged ones by cells."""
    [row] = [n for n, one in enumerate(grid.rows)
             if (one.dimension, one.category) == (part.dimension, part.category)]  # fmt: skip
    if part.outcome == TOTAL:
        yield Figure(row, TOTAL_OF_ROW)
        return
    codes = set(grid.table.merges.get(part.outcome, (part.outcome,)))
    yield from (
        Figure(row, outcome)
        for outcome, code in enumerate(grid.outcomes)
        if (code in codes) != part.rest
    )


def _made_of(grids: Sequence[Grid], places: Iterable[Place]) -> int:
    return sum(_truth(grids, place) for place in places)


def _with_parts(grids: Sequence[Grid], tie: Tie) -> Iterator[tuple[Place, tuple[Place, ...]]]:
    """The figures of a whole, each with those of its parts that count the same."""
    whole, *others = tie.tables
    alike = len({frozenset(grids[number].outcomes) for number in tie.tables}) == 1
    parts = [dict(_common(grids, whole, other, alike=alike)) for other in others]
    for place in parts[0]:
        if all(place in each for each in parts):
            yield place, tuple(each[place] for each in parts)


def _left_over(
    grids: Sequence[Grid], whole: Place, parts: Sequence[Place], tie: Tie, rules: Rules
) -> Iterator[Difference]:
    """What is left of a figure without some of its parts, where that is small."""
    few = [part for part in parts if _may_be_left(grids, part, rules)]
    # Where all parts are there, one that is left is a figure of its own, and of none nothing is.
    complete = tie.kind == "partition"
    sizes = range(len(few), 1 if complete else 0, -1)
    ways = (left for size in sizes for left in combinations(few, size))
    found = list[set[Place]]()
    for left in chain(() if complete else [()], islice(ways, LEFT)):
        less = tuple(part for part in parts if part not in left)
        # What is a part of something that nobody can tell from nothing is as uncertain.
        if not less or any(each.issuperset(left) for each in found):
            continue
        excess = _truth(grids, whole) - _made_of(grids, less)
        if excess >= 0 and _is_small(grids, whole, less, left, tie, rules):
            found.append(set(left))
            yield Difference((whole,), less)


def _may_be_left(grids: Sequence[Grid], part: Place, rules: Rules) -> bool:
    """Whether a part may be a part of something small."""
    few = _persons(grids, part) < rules.minimum_persons
    return few or bool(
        _magnitude(grids, part) and dominated(grids[part.table].sum_of(part.figure), rules)
    )


def _is_small(
    grids: Sequence[Grid], whole: Place, less: Sequence[Place], left: Sequence[Place], tie: Tie,
    rules: Rules,
) -> bool:  # fmt: skip
    if 0 <= _persons(grids, whole, *less) < rules.minimum_persons:
        return True
    if _magnitude(grids, whole) and tie.kind == "partition":
        return dominated(
            joined_sums([grids[part.table].sum_of(part.figure) for part in left]), rules
        )
    return _is_dominated(grids, whole, less, rules)


def _common(
    grids: Sequence[Grid], first: int, other: int, *, alike: bool = False
) -> Iterator[_Pair]:
    """The figures of a table with those of another that count the same.

    `alike` says that outcomes of one code are the same thing in both.
    """
    one, two = grids[first], grids[other]
    for row, like in _common_rows(one, two):
        yield Place(first, Figure(row, TOTAL_OF_ROW)), Place(other, Figure(like, TOTAL_OF_ROW))
        for name, name_there in _common_names(one, two, (row, like), alike=alike):
            at, there = one.outcomes.index(name), two.outcomes.index(name_there)
            yield Place(first, Figure(row, at)), Place(other, Figure(like, there))
        for merged, same in _merged_alike(one, two, row, like):
            yield Place(first, merged), Place(other, same)


def _common_names(
    one: Grid, two: Grid, rows: tuple[int, int], *, alike: bool
) -> Iterable[tuple[str, str]]:
    """The outcomes, or the magnitudes, of a row and of a like one that count the same."""
    if one.shape.scales and two.shape.scales:
        mine, theirs = one.rows[rows[0]].sums, two.rows[rows[1]].sums
        return same_magnitudes(one.table, two.table, mine, theirs)
    same = alike or one.table.name == two.table.name
    same = same and not (one.shape.scales or two.shape.scales)
    return [(code, code) for code in one.outcomes if same and code in two.outcomes]


def same_magnitudes(
    one: BaseTable, two: BaseTable, sums: Mapping[str, UnsafeSum], others: Mapping[str, UnsafeSum]
) -> list[tuple[str, str]]:
    """The magnitudes of two rows that are the same: by their names, or by what they look like.

    A study may give one thing two names, and both rows may have nearly the same persons: then a
    largest contribution is in both. (Two things that look alike are attacked for nothing.)
    """
    decimals = {each.name: each.decimals for each in two.magnitudes}
    return [
        (each.name, name)
        for each in one.magnitudes
        for name in decimals
        if each.name == name
        or (each.decimals == decimals[name] and sums[each.name].looks_like(others[name]))
    ]


def _merged_alike(one: Grid, two: Grid, row: int, like: int) -> Iterator[tuple[Figure, Figure]]:
    """The numbered merged figures of a row with those of another that count the same."""
    for figure in one.shape.merged if one.table.name == two.table.name else ():
        code = one.codes[figure.outcome]
        parts = two.table.merges.get(code)
        if figure.row == row and parts == one.table.merges[code]:
            same = Figure(like, two.codes.index(code))
            if same in two.shape.merged:
                yield figure, same


def _common_rows(one: Grid, two: Grid) -> Iterator[tuple[int, int]]:
    """The rows that both have, made of the same categories of the same dimensions."""
    numbers = {(row.dimension, row.category): number for number, row in enumerate(two.rows)}
    codes = {each.name: frozenset(each.codes) for each in one.table.dimensions}
    alike = {
        each.name for each in two.table.dimensions if codes.get(each.name) == frozenset(each.codes)
    }
    for number, row in enumerate(one.rows):
        like = numbers.get((row.dimension, row.category))
        if like is None or one.scope(number) != two.scope(like):
            continue
        if one.scope(number).keys() <= alike:
            yield number, like


def _small(grids: Sequence[Grid], pair: _Pair, tie: Tie, rules: Rules) -> Iterator[Difference]:
    one, other = pair
    excess = _truth(grids, one) - _truth(grids, other)
    if tie.kind == "again":
        small = bool(excess) and (_magnitude(grids, one) or abs(excess) < rules.minimum_persons)
    else:
        few = 0 <= _persons(grids, one, other) < rules.minimum_persons
        small = excess >= 0 and (few or _is_dominated(grids, one, [other], rules))
    if small:
        yield _difference(one, other, excess)


def _persons(grids: Sequence[Grid], one: Place, *others: Place) -> int:
    """How many more are behind a figure than behind others that count the same.

    Of sums it is those in their rows.
    """
    if _magnitude(grids, one):
        one, *others = (  # type: ignore[assignment]
            Place(at, Figure(figure.row, TOTAL_OF_ROW)) for at, figure in (one, *others)
        )
    return _truth(grids, one) - _made_of(grids, others)


def _is_dominated(grids: Sequence[Grid], one: Place, others: Sequence[Place], rules: Rules) -> bool:
    """Whether what sums differ by is dominated by one who is in the first alone, as is plain."""
    if not _magnitude(grids, one):
        return False
    more, *less = (grids[at].sum_of(figure) for at, figure in (one, *others))
    known = max(each.largest for each in less)
    largest, second = (n if n > known else 0 for n in (more.largest, more.second))
    rest = more.value - sum(each.value for each in less)
    return largest > 0 and dominated(UnsafeSum(rest, largest, min(second, rest)), rules)


def _difference(one: Place, other: Place, excess: int) -> Difference:
    if excess < 0:
        one, other = other, one
    return Difference((one,), (other,), told=not excess)


def _magnitude(grids: Sequence[Grid], place: Place) -> str:
    """The magnitude of a sum; empty for a count."""
    grid = grids[place.table]
    return grid.outcomes[place.figure.outcome] if grid.shape.is_sum(place.figure) else ""


def _truth(grids: Sequence[Grid], place: Place) -> int:
    return grids[place.table].truth(place.figure)
