"""What released figures entail together narrows the pool's intervals, and never past the truth.

Random true tables, linked, crossed, grouped and with sums, go through the agent's disclosure
control; what is pooled of them is held against the truth, against a plain reading of each figure,
and against what the attacker of the agent's own audit finds.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import protect
from oversight_agent.disclosure.links import ties_of
from oversight_agent.tables import UnsafeTable
from oversight_coordinator.pool import PooledRow, pool
from oversight_coordinator.pool.links import narrowed
from oversight_coordinator.pool.published import Published
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Row, TableAnswer, row_keys
from oversight_protocol.study import BaseTable, Link, Measure, Place, Study, Wave
from support import protocol
from support.exact_tables import (
    CHILD,
    CHILDREN,
    FTE,
    QUARTER,
    Event,
    base_table,
    magnitude_table,
    sum_up,
    tabulate,
)
from support.intervals import intervals
from support.protocol import KENT, LAS, MEDWAY

SAME, INSIDE, PARTS = "same_population", "contained", "partition"


def link(kind: str, *tables: str, equal_sums: tuple[str, ...] = ()) -> Link:
    return Link(kind=kind, tables=tables, reason="Reason.", equal_sums=equal_sums)  # type: ignore[arg-type]


def share(table: BaseTable, code: str) -> Measure:
    """Of one outcome, in all."""
    return protocol.measure(
        id=f"{table.name}-{code}", table=table.name, numerator=(code,),
        denominator=table.outcome_codes,
    )  # fmt: skip


def study_of(
    tables: Sequence[BaseTable], links: Sequence[Link] = (), rules: Rules | None = None,
    measures: Sequence[Measure] = (),
) -> Study:  # fmt: skip
    every = [share(table, code) for table in tables for code in table.outcome_codes]
    return protocol.study(
        base_tables=tuple(tables), links=tuple(links), rules=rules or Rules(),
        measures=(*every, *measures), waves=(Wave(id="wave-1", periods=(PERIOD,)),),
    )  # fmt: skip


PERIOD = protocol.quarter(2026, 1)


def pooled(study: Study, *authorities: Sequence[TableAnswer], **more: object) -> list[PooledRow]:
    answers = {
        la: protocol.release(la=la, rules=study.rules, tables=tuple(tables))
        for la, tables in zip(LAS, authorities, strict=False)
    }
    return list(pool(study, study.waves[0], LAS, answers, **more))


def figure(rows: Sequence[PooledRow], measure: str) -> tuple[float | None, float | None]:
    [row] = [one for one in rows if (one.measure, one.dimension) == (measure, "")]
    return row.lower, row.upper


# ---------------------------------------------------------------------- each rule, by hand

FIRST = base_table(("yes", "no"), {}, name="first", subjects=(CHILD,))
SECOND = base_table(("early", "late"), {}, name="second", subjects=(CHILD,))
THIRD = base_table(("good", "poor"), {}, name="third", subjects=(CHILD,))
SIMPLE = (FIRST, SECOND, THIRD)
HIDDEN = None


def answer(table: BaseTable, *rows: Sequence[int | None], period: str = PERIOD.id) -> TableAnswer:
    """Released figures, row by row: cells or sums, then the total."""
    names = (*table.outcome_codes, *table.magnitude_names)

    def cell(name: str, value: int | None) -> Cell:
        return Cell(outcome=name, value=value, marker="" if value is not None else "[c]")

    def line(key: tuple[str, str], values: Sequence[int | None]) -> Row:
        made = tuple(map(cell, names, values[:-1]))
        cells, sums = (made, ()) if table.outcomes else ((), made)
        return Row(
            dimension=key[0], category=key[1], cells=cells, total=cell("all", values[-1]),
            sums=sums,
        )  # fmt: skip

    every = tuple(map(line, row_keys(table), rows))
    return TableAnswer(table=table.name, period=period, status="released", rows=every)


def test_ten_persons_or_more_are_behind_what_is_published() -> None:
    rows = pooled(study_of([FIRST]), [answer(FIRST, (10, 10, 20))])

    # 10 to 12 of 12 to 10 more; by rounding alone it would be 8 to 12 of each.
    assert figure(rows, "first-yes") == (45.4, 54.6)


def test_ten_persons_or_more_are_behind_the_rest_of_a_published_cells_row() -> None:
    rows = pooled(study_of([FIRST]), [answer(FIRST, (50, HIDDEN, HIDDEN))])

    # At most 52 are within, and at least 10 are not; how many at most, nothing says.
    assert figure(rows, "first-yes") == (0.0, 83.9)
    assert figure(rows, "first-no") == (16.1, 100.0)


def test_ten_persons_or_more_are_behind_several_hidden_outcomes_that_are_the_rest() -> None:
    table = base_table(("yes", "no", "unknown"), {}, name="first", subjects=(CHILD,))

    rows = pooled(study_of([table]), [answer(table, (50, HIDDEN, HIDDEN, HIDDEN))])

    # Either of the two may be nothing, and both together may not.
    assert figure(rows, "first-yes") == (0.0, 83.9)
    assert figure(rows, "first-no") == (0.0, 100.0)


def test_where_zeros_may_be_shown_the_rest_of_a_row_may_be_nothing() -> None:
    study = study_of([FIRST], rules=Rules(zeros_may_be_shown=True))

    rows = pooled(study, [answer(FIRST, (50, HIDDEN, HIDDEN))])

    assert figure(rows, "first-yes") == (0.0, 100.0)


def test_what_is_published_as_nothing_is_nothing() -> None:
    study = study_of([FIRST], rules=Rules(zeros_may_be_shown=True))

    rows = pooled(study, [answer(FIRST, (0, 30, 30))])

    assert figure(rows, "first-yes") == (0.0, 0.0)


def test_ten_persons_or_more_are_behind_a_published_sum() -> None:
    table = magnitude_table((CHILDREN,), {})
    per_worker = protocol.measure(
        id="each", table="caseload", kind="ratio", unit="children per worker",
        numerator=("children",), denominator=("all",),
    )  # fmt: skip

    rows = pooled(study_of([table], measures=[per_worker]), [answer(table, (200, HIDDEN))])

    assert figure(rows, "each") == (0.0, 20.2)


GROUPED = base_table(
    ("yes", "no"), {"service": tuple("abc")}, name="grouped", subjects=(CHILD,),
    groups={"service": {"north": ("a", "b")}},
)  # fmt: skip


def test_a_group_is_the_sum_of_its_categories_and_no_further_part_of_the_whole() -> None:
    lines = [(100, 200, 300), (30, 70, 100), (40, 60, 100), (30, 70, 100), (HIDDEN, 130, HIDDEN)]

    rows = pooled(study_of([GROUPED]), [answer(GROUPED, *lines)])

    by_category = {row.category: (row.lower, row.upper) for row in rows if "yes" in row.measure}
    # The group has 28 to 32 and 38 to 42, beside 128 to 132 others; the whole 98 to 102 of 300.
    assert by_category["north"] == (33.3, 36.7)
    assert by_category[""] == (32.6, 34.0)


CROSSED = base_table(
    ("yes", "no"), {"service": tuple("ab"), "role": tuple("xy")}, name="crossed",
    subjects=(CHILD,), crossings={"both": ("service", "role")},
)  # fmt: skip


def test_the_rows_of_a_crossing_make_up_those_of_its_dimensions() -> None:
    part, half = (20, 30, 50), (HIDDEN, HIDDEN, HIDDEN)
    lines = [half, half, half, half, half, part, part, part, part]

    rows = pooled(study_of([CROSSED]), [answer(CROSSED, *lines)])

    by_category = {row.category: (row.lower, row.upper) for row in rows if "yes" in row.measure}
    assert by_category["a"] == by_category["x"] == (36.0, 44.0)
    assert by_category[""] == (36.0, 44.0)


HALF = (50, HIDDEN, HIDDEN)
"""A row of which nothing but one outcome is known."""


@pytest.mark.parametrize(
    ("links", "bounds"),
    [
        ([], (0.0, 83.9)),
        # The second table's 100 are 98 to 102.
        ([link(SAME, "first", "second")], (47.0, 53.1)),
        ([link(SAME, "second", "third", "first")], (47.0, 53.1)),
        # At most 102; at least 58, of which it has 52 at most.
        ([link(INSIDE, "second", "first")], (47.0, 83.9)),
        # At least 98.
        ([link(INSIDE, "first", "second")], (0.0, 53.1)),
        # By the third, which has hidden its total too.
        ([link(INSIDE, "second", "third"), link(INSIDE, "third", "first")], (47.0, 83.9)),
    ],
)
def test_a_hidden_total_is_bounded_by_the_totals_of_linked_tables(
    links: Sequence[Link], bounds: tuple[float, float]
) -> None:
    tables = [answer(FIRST, HALF), answer(SECOND, (40, 60, 100)), answer(THIRD, HALF)]

    rows = pooled(study_of(SIMPLE, links), tables)

    assert figure(rows, "first-yes") == bounds


def test_a_whole_is_the_sum_of_the_tables_that_make_it_up() -> None:
    study = study_of(SIMPLE, [link(PARTS, "first", "second", "third")])
    tables = [answer(SECOND, (40, 60, 100)), answer(THIRD, (20, 30, 50))]

    rows = pooled(study, [answer(FIRST, HALF), *tables])
    without_one = pooled(study, [answer(FIRST, HALF), tables[0]])

    # 98 to 102 and 48 to 52 are 146 to 154, of which 48 to 52; without the second part, 98 or more.
    assert figure(rows, "first-yes") == (31.1, 35.7)
    assert figure(without_one, "first-yes") == (0.0, 53.1)


STAFF = tuple(
    magnitude_table((FTE,), {"kind": ("agency", "employed")}).model_copy(update={"name": name})
    for name in ("in_post", "with_cases")
)
PART = protocol.measure(
    id="agency", table="in_post", kind="part", numerator=("fte",), denominator=("fte",),
    place=Place(dimension="kind", code="agency"),
)  # fmt: skip


@pytest.mark.parametrize(("equal_sums", "bounds"), [(("fte",), (21.9, 28.3)), ((), (0.0, 100.0))])
def test_sums_that_a_link_says_are_the_same_bound_each_other(
    equal_sums: tuple[str, ...], bounds: tuple[float, float]
) -> None:
    study = study_of(
        STAFF, [link(INSIDE, "in_post", "with_cases", equal_sums=equal_sums)], measures=[PART]
    )
    hidden, shown = (HIDDEN, HIDDEN), (100, HIDDEN)

    rows = pooled(
        study,
        [answer(STAFF[0], hidden, (25, HIDDEN), hidden), answer(STAFF[1], shown, hidden, hidden)],
    )

    # 22.5 of 102.5 to 27.5 of 97.5.
    assert figure(rows, "agency") == bounds


def test_links_that_contradict_the_figures_are_not_believed() -> None:
    links = [link(SAME, "first", "second"), link(SAME, "second", "third")]
    tables = [answer(FIRST, HALF), answer(SECOND, (40, 60, 100)), answer(THIRD, (20, 30, 50))]

    rows = pooled(study_of(SIMPLE, links), tables)

    assert rows == pooled(study_of(SIMPLE), tables)


def test_what_one_authority_published_says_nothing_of_anothers_contradictions() -> None:
    study = study_of(SIMPLE, [link(SAME, "first", "second"), link(SAME, "second", "third")])
    good = [answer(FIRST, HALF), answer(SECOND, (40, 60, 100)), answer(THIRD, (40, 60, 100))]
    bad = [answer(FIRST, (50, 50, 100)), answer(SECOND, (40, 60, 100)), answer(THIRD, (20, 30, 50))]

    rows = pooled(study, good, bad)

    # The first's by its links, 48 to 52 of 98 to 102, beside the second's by themselves.
    lower, upper = (float(end or 0) for end in figure(rows, "first-yes"))
    assert 46 < lower < 50 < upper < 54


def test_tables_that_were_answered_at_different_moments_are_not_linked() -> None:
    study = study_of(SIMPLE, [link(SAME, "first", "second")])
    tables = [answer(FIRST, HALF), answer(SECOND, (40, 60, 100))]
    before = {(KENT, "second", PERIOD.id): frozenset({"ticket"})}
    both = before | {(KENT, "first", PERIOD.id): frozenset({"ticket"})}

    apart, others, together = (
        figure(pooled(study, tables, moments=moments), "first-yes")
        for moments in (before, {(MEDWAY, *key[1:]): one for key, one in before.items()}, both)
    )

    assert (apart, others, together) == ((0.0, 83.9), (47.0, 53.1), (47.0, 53.1))


# ---------------------------------------------------------------------- laws of random releases

RULES = (Rules(), Rules(zeros_may_be_shown=True), Rules(minimum_persons=20, rounding_base=10))
MARKED = Rules(low_high_below=10)
BREAKDOWNS: Sequence[Mapping[str, Mapping]] = (
    {"dimensions": {}},
    {"dimensions": {"service": tuple("abc")}, "groups": {"service": {"most": ("a", "b")}}},
    {
        "dimensions": {"service": tuple("ab"), "role": tuple("xy")},
        "crossings": {"both": ("service", "role")},
    },
)


@dataclass(frozen=True)
class World:
    """One authority's linked tables, exact."""

    tables: tuple[UnsafeTable, ...]
    links: tuple[Link, ...]

    @property
    def declared(self) -> list[BaseTable]:
        return [one.table for one in self.tables]


def counted(seed: int, breakdown: Mapping[str, Mapping], kind: str) -> World:
    """Two tables of children, the second of all that are in the first, or of some; or two parts."""
    source = random.Random(seed)
    first, second, third = (
        base_table(codes, name=name, subjects=(CHILD,), **breakdown)
        for name, codes in (
            ("first", ("yes", "no", "unknown")), ("second", ("early", "late")),
            ("third", ("good", "poor")),
        )
    )  # fmt: skip
    spread = [[source.choice((1, 5, 20)) for _ in one.codes] for one in first.dimensions]
    weights = [source.choice((0.1, 1, 4, 12)) for _ in range(3)]

    def events(codes: int, children: Sequence[int]) -> list[Event]:
        return [
            (child, -1, child % 7, source.choices(range(codes), weights[:codes])[0], *at[child])
            for child in children
        ]

    everybody = range(source.choice((25, 80, 250)))
    at = [[source.choices(range(len(line)), line)[0] for line in spread] for _ in everybody]
    some = [child for child in everybody if child % 6] if kind != SAME else everybody
    tables = [tabulate(first, events(3, everybody)), tabulate(second, events(2, some))]
    if kind == PARTS:
        left = [child for child in everybody if not child % 6]
        tables.append(tabulate(third, events(2, left)))
    return World(tuple(tables), (link(kind, *(one.table.name for one in tables)),))


def summed(seed: int) -> World:
    """All workers in post with their working time, and those of them who have any."""
    source = random.Random(seed)
    persons = [
        (source.randrange(7), (source.choice((0, 0, 1)),), (source.choice((0, 50, 80, 100)),))
        for _ in range(source.choice((25, 60, 140)))
    ]
    tables = (sum_up(STAFF[0], persons), sum_up(STAFF[1], [one for one in persons if any(one[2])]))
    return World(tables, (link(INSIDE, "in_post", "with_cases", equal_sums=("fte",)),))


worlds = st.one_of(
    st.builds(
        counted, st.integers(0, 10**6), st.sampled_from(BREAKDOWNS),
        st.sampled_from((SAME, INSIDE, PARTS)),
    ),
    st.builds(summed, st.integers(0, 10**6)),
)  # fmt: skip
PER_WORKER = protocol.measure(
    id="time", table="in_post", kind="ratio", unit="of full time", numerator=("fte",),
    denominator=("all",),
)  # fmt: skip
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def study_on(world: World, links: Sequence[Link], rules: Rules) -> Study:
    more = (PART, PER_WORKER) if world.declared[0].magnitudes else ()
    return study_of(world.declared, links, rules, more)


def released(world: World, rules: Rules) -> list[TableAnswer]:
    done = protect(world.tables, rules, "1.0", world.links)
    return [one.answer.model_copy(update={"period": PERIOD.id}) for one in done.tables]


def truth(worlds: Sequence[World], row: PooledRow) -> Fraction | None:
    """The true figure, from exact tables."""
    tables = [one for world in worlds for one in world.tables if one.table.name == row.table]
    here = (row.dimension, row.category)
    if row.measure == PART.id:
        return _quotient(tables, ("kind", "agency"), "fte", ("", ""), "fte", 100)
    if row.measure == PER_WORKER.id:
        return _quotient(tables, here, "fte", here, "all", Fraction(1, 100))
    code = row.measure.split("-")[1]
    return _quotient(tables, here, code, here, "all", 100)


def _quotient(
    tables: Sequence[UnsafeTable], at: tuple[str, str], code: str, of: tuple[str, str],
    below: str, times: int | Fraction,
) -> Fraction | None:  # fmt: skip
    above = sum(_exact(one, at, code) for one in tables)
    under = sum(_exact(one, of, below) for one in tables)
    return Fraction(above) * times / under if under else None


def _exact(unsafe: UnsafeTable, at: tuple[str, str], code: str) -> int:
    [row] = [one for one in unsafe.rows if (one.dimension, one.category) == at]
    if code == "all":
        return row.total.count
    return row.sums[code].value if code in row.sums else row.cells[code].count


@FEW
@given(drawn=st.lists(worlds, min_size=1, max_size=2), rules=st.sampled_from((*RULES, MARKED)))
def test_the_truth_lies_in_every_interval_of_what_was_protected(
    drawn: list[World], rules: Rules
) -> None:
    alike = [one for one in drawn if one.declared == drawn[0].declared]
    answers = [released(one, rules) for one in alike]

    rows = pooled(study_on(drawn[0], drawn[0].links, rules), *answers)

    for row in rows:
        answering = zip(alike, answers, strict=True)
        true = truth([world for world, some in answering if row.table in _names(some)], row)
        if row.lower is not None and true is not None:
            assert Fraction(str(row.lower)) <= true <= Fraction(str(row.upper))


def _names(answers: Sequence[TableAnswer]) -> set[str]:
    return {one.table for one in answers if one.status == "released"}


def plainly(study: Study, answers: Sequence[TableAnswer], row: PooledRow) -> tuple[float, float]:
    """A share's interval by each published figure of its row alone."""
    [table] = [one for one in answers if one.table == row.table]
    [line] = [one for one in table.rows if (one.dimension, one.category) == (
        row.dimension, row.category)]  # fmt: skip
    half = study.rules.rounding_base // 2
    spans = {
        cell.outcome: (max(0, cell.value - half), cell.value + half)
        if cell.value is not None
        else (0, inf)
        for cell in line.cells
    }
    own = spans.pop(row.measure.split("-")[1])
    low, high = (sum(span[end] for span in spans.values()) for end in (0, 1))
    return (
        100 * own[0] / (own[0] + high) if own[0] + high and high < inf else 0,
        100 * own[1] / (own[1] + low) if own[1] + low and own[1] < inf else 100,
    )


@FEW
@given(
    seed=st.integers(0, 10**6), breakdown=st.sampled_from(BREAKDOWNS),
    kind=st.sampled_from((SAME, INSIDE, PARTS)), rules=st.sampled_from((*RULES, MARKED)),
)  # fmt: skip
def test_no_interval_is_wider_than_by_its_rows_own_figures_or_without_links(
    seed: int, breakdown: Mapping[str, Mapping], kind: str, rules: Rules
) -> None:
    world = counted(seed, breakdown, kind)
    answers = released(world, rules)

    linked, alone = (pooled(study_on(world, links, rules), answers) for links in (world.links, ()))

    for row, plain in zip(linked, alone, strict=True):
        if row.lower is not None and row.upper is not None:
            low, high = plainly(study_on(world, (), rules), answers, row)
            assert plain.lower <= row.lower
            assert row.upper <= plain.upper
            assert low - 0.1 < plain.lower
            assert plain.upper < high + 0.1


@FEW
@given(world=worlds, rules=st.sampled_from((*RULES, MARKED)))
def test_no_interval_is_narrower_than_what_the_audits_attacker_finds(
    world: World, rules: Rules
) -> None:
    done = protect(world.tables, rules, "1.0", world.links)
    attacked = intervals(world.tables, done, rules, ties_of(world.tables, world.links))

    found = narrowed(
        [
            Published(safe.answer, unsafe.table, rules)
            for unsafe, safe in zip(world.tables, done.tables, strict=True)
            if safe.answer.status == "released"
        ],
        world.links,
    )

    for (number, *key), (low, high) in attacked.items():
        unsafe = world.tables[number]
        if unsafe.table.name in found:
            # What the audit says of a sum is in whole units.
            one = 100 if key[2] == "fte" else 1
            interval = found[unsafe.table.name][tuple(key)]
            assert interval.lower <= (low + (one > 1)) * one
            assert high is None or interval.upper >= (high - (one > 1)) * one


def test_the_random_tables_are_of_the_quarter_that_is_pooled() -> None:
    assert (QUARTER.start, QUARTER.end) == (PERIOD.start, PERIOD.end)
