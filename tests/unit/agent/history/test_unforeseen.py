"""What is found too close among several tables, against its rules said with plain Python sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.history import Sealing, Span
from oversight_agent.history.matching import Kind, Known, known
from oversight_agent.history.record_sets import Behind, Name, behinds
from oversight_agent.history.stage import sets_of
from oversight_agent.history.ties import Foreseen
from oversight_agent.history.unforeseen import ENOUGH, Comparison, Found
from support.histories import SECRET, Row, children_table, days, pseudonym

MOST = 3
TABLES = {name: children_table(name, dimensions={"service": ("a", "b")}) for name in ("t", "u")}
NAMES = sorted({behind.name for behind in behinds(TABLES["t"])})
SPANS = [
    Span.of(days(f"from{first}to{last}", first, last))
    for first, last in [
        ("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"), ("2026-01-01", "2026-06-30"),
        ("2026-02-01", "2026-04-30"),
    ]
]  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """A table as its rows; without them, only its counts are known."""

    number: int
    name: str
    span: Span
    rows: tuple[Row, ...] | None
    published: frozenset[Name]

    @property
    def figures(self) -> list[Behind]:
        return list(behinds(TABLES[self.name], self.published)) if self.rows is not None else []

    def persons(self, behind: Behind) -> set[int]:
        (dimension, category, outcome), rest = behind
        return {
            row.child
            for row in self.rows or ()
            if (not dimension or row.service == category)
            and (outcome == "all" or (row.outcome == outcome) != rest)
        }

    def known(self) -> Known:
        table, columns = TABLES[self.name], ()
        if self.rows is not None:
            columns = sets_of(table, Sealing(SECRET), {
                "child": [pseudonym(row.child) for row in self.rows],
                "outcome": [row.outcome for row in self.rows],
                "service": [row.service for row in self.rows],
            })  # fmt: skip
        return known(self.number, self.name, self.span, columns, self.published)


@dataclass(frozen=True)
class World:
    """New tables, released ones, what the audit looks after, and what is protected together."""

    new: tuple[Plain, ...]
    old: tuple[Plain, ...]
    foreseen: Foreseen
    beside: frozenset[int]

    @property
    def comparison(self) -> Comparison:
        new, old = ([each.known() for each in tables] for tables in (self.new, self.old))
        return Comparison(new, old, self.foreseen, MOST)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Tables of two crowds of children, of each of which some have gone."""
    crowds = [
        [Row(child, *draw(st.sampled_from([("yes", "a"), ("yes", "b"), ("no", "a"), ("no", "b")])))
         for child in range(start, start + draw(st.integers(0, 24)))]
        for start in (0, 100)
    ]  # fmt: skip

    def table(number: int) -> Plain:
        crowd = draw(st.sampled_from(crowds))
        gone = draw(st.sets(st.integers(0, 23), max_size=3))
        rows = tuple(row for row in crowd if row.child % 100 not in gone)
        hidden = draw(st.sets(st.sampled_from(NAMES), max_size=3))
        counted = draw(st.integers(0, 5)) > 0
        return Plain(
            number, draw(st.sampled_from(sorted(TABLES))), draw(st.sampled_from(SPANS)),
            rows if counted else None, frozenset(NAMES) - hidden,
        )  # fmt: skip

    new = tuple(table(-1 - place) for place in range(draw(st.integers(1, 4))))
    old = tuple(table(1 + place) for place in range(draw(st.integers(0, 5))))
    numbers = [each.number for each in (*new, *old)]
    pairs = list(permutations(numbers, 2)) or [(-1, 1)]
    foreseen = (frozenset(draw(st.sets(st.sampled_from(pairs), max_size=3))) for _ in range(2))
    recalled = draw(st.sets(st.sampled_from(numbers)))
    together = {number for number in numbers if number < 0 or number in recalled}
    return World(new, old, Foreseen(*foreseen), frozenset(draw(st.sampled_from([together, set()]))))


def looked_after(one: Plain, other: Plain) -> bool:
    apart = not one.span.shares_days(other.span) and max(one.number, other.number) < 0
    return one.span.same_days(other.span) or apart


def left(world: World, one: Plain, other: Plain, mine: Behind, theirs: Behind) -> bool:
    """Whether the audit looks after two figures because of a tie (rule 4)."""
    pairs, totals = ({frozenset(pair) for pair in each} for each in world.foreseen)
    pair = frozenset({one.number, other.number})
    same_total = mine == theirs and mine.name.outcome == "all"
    return pair in pairs or (pair in totals and same_total)


def contained(one: Plain, other: Plain, mine: Behind, theirs: Behind) -> bool:
    """Rule 1."""
    small, large = sorted((one.persons(mine), other.persons(theirs)), key=len)
    return small < large and len(large - small) <= MOST


def overlaps(one: Plain, other: Plain, mine: Behind, theirs: Behind) -> bool:
    """Rule 2."""
    alike = mine == theirs and one.name == other.name and one.span.overlaps(other.span)
    return alike and 1 <= len(one.persons(mine) ^ other.persons(theirs)) <= MOST


def uncounted(world: World, one: Plain, other: Plain) -> bool:
    """Rule 6."""
    alike = one.name == other.name and (one.rows is None or other.rows is None)
    days_differ = one.span.shares_days(other.span) and not one.span.same_days(other.span)
    pairs = {frozenset(pair) for pair in world.foreseen.pairs}
    return alike and days_differ and frozenset({one.number, other.number}) not in pairs


def near(world: World, one: Plain, others: Sequence[Plain]) -> Iterator[Found]:
    """The others that one is too close to by figures, in the order in which they are come upon."""
    kinds: dict[int, Kind] = {}
    for mine in one.figures:
        for other in others:
            beside = {one.number, other.number} <= world.beside and looked_after(one, other)
            for theirs in other.figures:
                figures = one, other, mine, theirs
                if other.number in kinds or left(world, *figures):
                    continue
                if contained(*figures):
                    if not beside:
                        kinds[other.number] = "contained"
                elif overlaps(*figures):
                    kinds[other.number] = "overlap"
    return (Found(one.number, number, kind) for number, kind in kinds.items())


def too_close(world: World, one: Plain, others: Sequence[Plain], most: int | None) -> list[Found]:
    unsure = [each for each in others if uncounted(world, one, each)]
    return [
        *(Found(one.number, each.number, "uncounted") for each in unsure),
        *islice(near(world, one, others), most),
    ]


def by_hand(world: World) -> list[Found]:
    found = [each for one in world.new for each in too_close(world, one, world.old, ENOUGH)]
    gone = {each.new for each in found}
    for one, other in combinations([each for each in world.new if each.number not in gone], 2):
        for each in too_close(world, one, [other], None):
            found += [each, Found(each.other, each.new, each.kind)]
    return found


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_new_tables_are_too_close_just_where_and_in_the_order_that_python_sets_say(world: World):
    found = world.comparison.found(world.beside)

    assert found == by_hand(world)


@given(worlds(), st.sets(st.sampled_from(NAMES)))
@settings(max_examples=60, deadline=None)
def test_a_table_of_other_figures_is_close_if_it_is_to_any_other_whatever_is_protected_beside_it(
    world: World, published: set[Name]
):
    first, *_ = world.new
    other = Plain(first.number, first.name, first.span, first.rows, frozenset(published))
    rest = [each for each in (*world.new, *world.old) if each.number != other.number]

    found = world.comparison.is_close(other.known())

    alone = World(world.new, world.old, world.foreseen, frozenset())
    assert found == bool(too_close(alone, other, rest, None))


@given(worlds())
@settings(max_examples=100, deadline=None)
def test_figures_of_tables_protected_together_are_tied_just_where_one_contains_the_other(
    world: World,
):
    every = {each.number: each for each in (*world.new, *world.old)}
    recalled = [each for each in world.old if each.number in world.beside]
    known_ones = [each.known() for each in world.new], [each.known() for each in recalled]

    found = list(world.comparison.close(*known_ones))

    expected = by_hand_together(world, recalled)
    assert expected == [
        frozenset([(each.more, each.figures[0]), (each.less, each.figures[1])]) for each in found
    ]
    for each in found:
        more, less = (
            every[number].persons(behind)
            for number, behind in zip((each.more, each.less), each.figures, strict=True)
        )
        differ = any(
            contained(*(every[n] for n, _ in pair), *(figure for _, figure in pair))
            for pair in map(list, expected)
            if {n for n, _ in pair} == {each.more, each.less}
        )
        assert less <= more
        assert each.alike == (not differ)


def by_hand_together(
    world: World, recalled: Sequence[Plain]
) -> list[frozenset[tuple[int, Behind]]]:
    return [
        frozenset([(one.number, mine), (other.number, theirs)])
        for place, one in enumerate(world.new, start=1)
        for mine in one.figures
        for other in (*world.new[place:], *recalled)
        if looked_after(one, other)
        for theirs in other.figures
        if not left(world, one, other, mine, theirs)
        and (contained(one, other, mine, theirs) or one.persons(mine) == other.persons(theirs))
    ]


def test_of_several_new_tables_pairs_are_named_in_the_order_of_the_tables():
    """The first figure of the first table is close to the third's, a later one to the second's."""
    yes, no = [Row(child, "yes") for child in range(20)], [Row(30 + n, "no") for n in range(40)]
    others = [row._replace(child=row.child + 100) for row in no]
    first, second, third = (
        Plain(-1 - place, "t", SPANS[0], tuple(rows), frozenset(NAMES))
        for place, rows in enumerate([yes + no, yes[:-2] + others, yes + no[:-2]])
    )
    world = World((first, second, third), (), Foreseen(frozenset(), frozenset()), frozenset())

    found = world.comparison.found()

    pairs = [(-1, -2), (-1, -3), (-2, -3)]
    assert [(each.new, each.other) for each in found] == [
        both for pair in pairs for both in (pair, pair[::-1])
    ]


def test_a_figure_is_tied_to_those_of_other_new_tables_before_those_of_released_ones():
    rows = tuple(Row(child, "yes") for child in range(20))
    one, other, released = (
        Plain(number, "t", SPANS[0], rows, frozenset({Name("", "", "all")}))
        for number in (-1, -2, 1)
    )
    world = World((one, other), (released,), Foreseen(frozenset(), frozenset()), frozenset())

    found = list(world.comparison.close([one.known(), other.known()], [released.known()]))

    assert [(each.more, each.less) for each in found] == [(-1, -2), (-1, 1), (-2, 1)]
