"""Who stands behind figures, against plain Python sets; and what duckdb gives for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import duckdb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.evaluate.behind import rows_behind
from oversight_agent.history import Sealing, Span, record_sets
from oversight_agent.history.matching import known
from oversight_agent.history.record_sets import Behind, Name, RecordSets, behinds
from oversight_agent.history.sketches import BUCKETS, Pile, Sketches
from oversight_agent.history.stage import sets_of
from oversight_agent.history.ties import Foreseen
from oversight_agent.history.unforeseen import unforeseen
from oversight_protocol.study import BaseTable
from support.exact_tables import CHILD_IF_ANY, QUARTER, WORKER, base_table, magnitude_table
from support.histories import SECRET, days

TABLE = base_table(
    ("yes", "no", "unknown"), {"service": ("a", "b", "c"), "sex": ("f", "m")}, name="crossed",
    groups={"service": {"ab": ("a", "b")}}, crossings={"both": ("service", "sex")},
)  # fmt: skip
MOST = 9
NOTHING = Foreseen(frozenset(), frozenset())

Line = tuple[int, int, str, str, str]
"""Child (-1 for none), worker, outcome, service, sex."""

LINES = st.lists(
    st.tuples(
        st.integers(-1, 25), st.integers(0, 12), st.sampled_from(TABLE.outcome_codes),
        st.sampled_from("abc"), st.sampled_from("fm"),
    ),
    max_size=60,
)  # fmt: skip


def columns(lines: list[Line]) -> dict[str, list[str | None]]:
    return {
        "child": [None if line[0] < 0 else f"{line[0]:032x}" for line in lines],
        "worker": [f"{line[1]:08d}{line[1]:032x}" for line in lines],
        "outcome": [line[2] for line in lines],
        "service": [line[3] for line in lines],
        "sex": [line[4] for line in lines],
    }


def sets(lines: list[Line]) -> tuple[RecordSets, ...]:
    return sets_of(TABLE, Sealing(SECRET), columns(lines))


def by_hand(lines: list[Line], kind: str, behind: Behind) -> set[int]:
    """The persons behind a figure, as plainly as it can be said."""
    (dimension, category, outcome), rest = behind
    at = {"": lambda _: "", "service": lambda line: line[3], "sex": lambda line: line[4],
          "both": lambda line: f"{line[3]} / {line[4]}"}[dimension]  # fmt: skip
    return {
        line[0 if kind == "children" else 1]
        for line in lines
        if (at(line) == category or (category == "ab" and line[3] in "ab"))
        and (outcome == "all" or (line[2] != outcome if rest else line[2] == outcome))
        and (kind == "workers" or line[0] >= 0)
    }


def too_close(one: set[int], other: set[int]) -> bool:
    small, large = sorted((one, other), key=len)
    return small < large and len(large) - len(small) <= MOST


def pairs(lines: list[Line], others: list[Line]) -> Iterator[tuple[set[int], set[int]]]:
    for kind in ("children", "workers"):
        for one in behinds(TABLE):
            for other in behinds(TABLE):
                yield by_hand(lines, kind, one), by_hand(others, kind, other)


@given(LINES)
@settings(max_examples=25, deadline=None)
def test_each_figure_has_the_persons_that_python_sets_give(lines: list[Line]):
    for one in sets(lines):
        keys = {
            person: Sealing(SECRET).persons(one.kind, [f"{person:032x}"]) for person in range(26)
        }
        for behind in one.figures():
            persons = one.persons_behind(behind)
            expected = {keys[person] for person in by_hand(lines, one.kind, behind)}
            assert {each.tobytes() for each in persons} == expected
            assert list(persons) == sorted(persons)


@given(LINES)
@settings(max_examples=30, deadline=None)
def test_sets_and_sketches_read_back_are_what_was_written(lines: list[Line]):
    written = sets(lines)
    sketches = Sketches.of(written)

    found = record_sets.read(record_sets.write(written), TABLE)
    again = Sketches.read(sketches.write())

    for one, other in zip(written, found, strict=True):
        assert list(one.figures()) == list(other.figures())
        for behind in one.figures():
            assert list(one.persons_behind(behind)) == list(other.persons_behind(behind))
    assert again.figures == sketches.figures
    assert (again.buckets == sketches.buckets).all()


@given(LINES, st.lists(st.integers(0, 59), max_size=4), LINES.filter(lambda each: len(each) < 8))
@settings(max_examples=60, deadline=None)
def test_tables_are_too_close_just_where_python_sets_are(
    lines: list[Line], without: list[int], more: list[Line]
):
    others = [line for n, line in enumerate(lines) if n not in without] + more
    names = frozenset(behind.name for behind in behinds(TABLE))
    old = known(1, "old", Span.of(QUARTER), sets(others), names)
    new = known(-1, "new", Span.of(QUARTER), sets(lines), names)

    found = unforeseen([new], [old], NOTHING, MOST)

    assert bool(found) == any(too_close(*pair) for pair in pairs(lines, others))


@given(LINES, st.lists(st.integers(0, 59), max_size=3), LINES.filter(lambda each: len(each) < 4))
@settings(max_examples=25, deadline=None)
def test_overlapping_periods_are_too_close_just_where_few_are_in_one_alone(
    lines: list[Line], without: list[int], more: list[Line]
):
    others = [line for n, line in enumerate(lines) if n not in without] + more
    names = frozenset(behind.name for behind in behinds(TABLE))
    late = Span.of(days("late", "2026-02-01", "2026-04-30"))
    old = known(1, "one", Span.of(QUARTER), sets(others), names)
    new = known(-1, "one", late, sets(lines), names)

    found = unforeseen([new], [old], NOTHING, MOST)

    few = any(
        1 <= len(by_hand(lines, kind, each) ^ by_hand(others, kind, each)) <= MOST
        for kind in ("children", "workers") for each in behinds(TABLE)
    )  # fmt: skip
    assert bool(found) == (few or any(too_close(*pair) for pair in pairs(lines, others)))


@given(st.lists(LINES, min_size=2, max_size=4))
@settings(max_examples=20, deadline=None)
def test_no_sketch_excludes_a_figure_that_is_near(tables: list[list[Line]]):
    each = [sets(lines) for lines in tables]
    pile = Pile([(n, Sketches.of(one)) for n, one in enumerate(each)], "workers")

    for one, other in combinations(range(len(each)), 2):
        mine = each[one][1]
        theirs = {its: each[other][1].persons_behind(its) for its in each[other][1].figures()}
        sketches = Sketches.of([mine])
        for (_, behind), buckets in zip(sketches.figures, sketches.buckets, strict=True):
            persons = set(mine.persons_behind(behind))
            near = {e.behind: e.within for e in pile.near(buckets, MOST) if e.number == other}
            for its, keys in theirs.items():
                apart = persons ^ set(keys)
                if len(apart) <= MOST:
                    assert its in near
                if 1 <= len(apart) <= MOST and (apart <= persons or apart <= set(keys)):
                    assert near[its]


@given(
    st.lists(st.lists(st.integers(0, 2), min_size=12, max_size=12), max_size=40),
    st.lists(st.integers(0, 2), min_size=12, max_size=12),
    st.integers(0, 12),
)
@settings(max_examples=60, deadline=None)
def test_a_pile_names_the_figures_that_are_near_by_their_buckets_in_order(
    lines: list[list[int]], mine: list[int], most: int
):
    padded = np.array([mine, *lines], dtype=np.int32)
    buckets = np.pad(padded, ((0, 0), (0, BUCKETS - padded.shape[1])))[1:]
    behind = Behind(Name("", "", "all"), rest=False)
    every = [
        (n, Sketches(((kind, behind),) * 2, np.stack((line, line))))
        for n, line in enumerate(buckets) for kind in ("children", "workers")
    ]  # fmt: skip

    found = Pile(every, "children").near(np.pad(padded[0], (0, BUCKETS - len(mine))), most)

    apart = {n: sum(abs(a - b) for a, b in zip(line, mine, strict=True))
             for n, line in enumerate(lines)}  # fmt: skip
    assert [(each.number, each.within, each.alike) for each in found] == [
        (n, by == abs(sum(lines[n]) - sum(mine)) and by > 0, by == 0)
        for n, by in apart.items() if by <= most
        for _ in range(2)
    ]  # fmt: skip


def test_a_person_who_comes_again_in_the_same_way_is_kept_once():
    line: Line = (1, 1, "yes", "a", "f")

    (children, workers) = sets([line, line, line, (1, 1, "no", "a", "f")])

    assert (len(children.persons), len(workers.persons)) == (2, 2)
    assert len(children.distinct) == 1


def test_only_what_is_shown_has_a_sketch_and_a_rest_needs_its_total():
    shown = frozenset({Name("", "", "all"), Name("", "", "yes"), Name("sex", "f", "no")})

    found = {behind for _, behind in Sketches.of(sets([(1, 1, "yes", "a", "f")]), shown).figures}

    assert found == {
        Behind(Name("", "", "all"), rest=False), Behind(Name("", "", "yes"), rest=False),
        Behind(Name("", "", "yes"), rest=True), Behind(Name("sex", "f", "no"), rest=False),
    }  # fmt: skip


def test_behind_a_merged_figure_is_whoever_is_in_one_of_its_outcomes():
    table = base_table(("yes", "no", "unknown"), {}, merges={"other": ("no", "unknown")})
    lines = [(1, "yes"), (2, "no"), (3, "unknown"), (4, "unknown"), (1, "no")]
    given_columns = {
        "child": [f"{child:032x}" for child, _ in lines],
        "worker": [f"{0:032x}" for _ in lines],
        "outcome": [outcome for _, outcome in lines],
    }
    name = Name("", "", "other")

    (children, _) = sets_of(table, Sealing(SECRET), given_columns)

    assert Behind(name, rest=False) in set(children.figures())
    assert len(children.persons_behind(Behind(name, rest=False))) == 4
    assert len(children.persons_behind(Behind(name, rest=True))) == 1


def test_a_breakdown_without_data_has_no_figures():
    given_columns = columns([(1, 1, "yes", "a", "f")])
    del given_columns["sex"]

    (children, _) = sets_of(TABLE, Sealing(SECRET), given_columns)

    assert {behind.name.dimension for behind in children.figures()} == {"", "service"}


def test_a_row_with_sums_is_compared_by_its_total():
    table = magnitude_table()
    found = sets_of(
        table, Sealing(SECRET), {"worker": [f"{n:032x}" for n in range(12)], "service": ["a"] * 12}
    )

    assert [len(found[0].persons_behind(each)) for each in found[0].figures()] == [12, 12, 0, 0]


def test_the_rows_behind_a_result_come_from_the_database_as_columns():
    table: BaseTable = base_table(subjects=(CHILD_IF_ANY, WORKER))
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TEMP TABLE _answer AS SELECT * FROM (VALUES ('t', 'w2', NULL, 'both', 'b'),"
            " (NULL, 'w1', 'c1', 'neither', 'a')) AS one (team, worker, child, outcome, service)"
        )
        found = rows_behind(connection, table)
        connection.execute("DELETE FROM _answer")
        empty = rows_behind(connection, table)

    assert found == {
        "child": ["c1", None], "worker": ["w1", "w2"], "outcome": ["neither", "both"],
        "service": ["a", "b"],
    }  # fmt: skip
    assert empty == {name: [] for name in found}
