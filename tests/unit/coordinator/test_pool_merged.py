"""Pooling where authorities publish what hidden outcomes are together."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_coordinator.pool import PooledRow, pool
from oversight_coordinator.pool.grouping import cover
from oversight_coordinator.pool.intervals import ANYTHING, Interval
from oversight_coordinator.pool.published import Published
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Release, Row, TableAnswer
from oversight_protocol.study import BaseTable, Collapse, Measure, Merge, Outcome
from support import protocol
from support.keeping_rules import not_shown

CODES = ("day", "week", "month", "later", "never")
MERGES = {"late": ("later", "never"), "over_week": ("month", "late")}
LA, OTHER = protocol.LAS[:2]


def _step(code: str, parts: tuple[str, ...]) -> Collapse:
    return Collapse(merge=Merge(outcomes=parts, into=Outcome(code=code, label=code)))


TABLE: BaseTable = protocol.base_table(
    outcomes=tuple(Outcome(code=code, label=code) for code in CODES),
    dimensions=(),
    collapse=tuple(_step(*each) for each in MERGES.items()),
)


def measure(name: str, numerator: tuple[str, ...], denominator: tuple[str, ...]) -> Measure:
    return protocol.measure(id=name, numerator=numerator, denominator=denominator)


LATE = measure("late", ("later", "never"), CODES)
NEVER = measure("never", ("never",), CODES)
OVER_WEEK = measure("over-week", ("month", "later", "never"), ("week", "month", "later", "never"))
MEASURES = (LATE, NEVER, OVER_WEEK)
STUDY = protocol.study(base_tables=(TABLE,), measures=MEASURES)
WAVE = STUDY.waves[0]
PERIOD = WAVE.periods[0]


def rounded(count: int) -> int:
    return (count + 2) // 5 * 5


def row_of(counts: tuple[int, ...], hidden: set[str], merged: tuple[str, ...], *,
           total: bool = True) -> Row:  # fmt: skip
    truth = dict(zip(CODES, counts, strict=True))

    def cell(code: str, count: int, *, shown: bool = True) -> Cell:
        return Cell(outcome=code, value=rounded(count) if shown else None,
                    marker="" if shown else "[c]")  # fmt: skip

    return Row(
        dimension="", category="",
        cells=tuple(cell(code, truth[code], shown=code not in hidden) for code in CODES),
        total=cell("all", sum(counts), shown=total),
        merged=tuple(cell(code, sum(truth[part] for part in TABLE.merges[code]))
                     for code in merged),
    )  # fmt: skip


def release(la: str, row: Row) -> Release:
    answers = tuple(
        TableAnswer(table=TABLE.name, period=period.id, status="released", rows=(row,))
        for period in WAVE.periods
    )
    return protocol.release(la=la, tables=answers)


def pooled(*rows: Row) -> dict[str, PooledRow]:
    answers = {la: release(la, row) for la, row in zip((LA, OTHER), rows, strict=False)}
    found = pool(STUDY, WAVE, [LA, OTHER], answers)
    return {one.measure: one for one in found if one.period == PERIOD.id}


COUNTS = (60, 50, 30, 6, 12)
HIDDEN = {"later", "never"}


def test_a_merged_figure_stands_for_its_outcomes_where_a_measure_counts_them_all():
    with_merged = pooled(row_of(COUNTS, HIDDEN, ("late",), total=False))["late"]
    without = pooled(row_of(COUNTS, HIDDEN, (), total=False))["late"]

    assert (with_merged.estimate, with_merged.numerator, with_merged.denominator) == (12.5, 20, 160)
    assert with_merged.las_published == 1
    # 18 of 18 + 62 + 52 + 32 to 22 of 22 + 58 + 48 + 28.
    assert (with_merged.lower, with_merged.upper) == (10.9, 14.2)
    assert (without.estimate, without.marker) == (None, "[c]")
    assert (without.lower, without.upper) == (0.0, 100.0)


def test_a_measure_of_one_of_its_outcomes_is_bounded_and_no_more():
    found = pooled(row_of(COUNTS, HIDDEN, ("late",), total=False))["never"]

    assert (found.estimate, found.marker) == (None, "[c]")
    assert (found.lower, found.upper) == (0.0, 14.2)


def test_a_larger_merge_stands_for_published_outcomes_too():
    hidden = {"month", "never"}
    found = pooled(row_of((60, 50, 4, 30, 8), hidden, ("over_week",), total=False))["over-week"]

    assert (found.numerator, found.denominator) == (40, 90)
    # 38 to 42, of these and 48 to 52.
    assert (found.lower, found.upper) == (42.2, 46.7)


@pytest.mark.parametrize(
    ("outcomes", "shown", "expected"),
    [
        (CODES, (), list(CODES)),
        (CODES, ("late",), ["day", "week", "month", "late"]),
        (CODES, ("late", "over_week"), ["day", "week", "over_week"]),
        (("later", "never"), ("over_week",), ["later", "never"]),
        (("never",), ("late",), ["never"]),
    ],
)
def test_merges_cover_what_lies_wholly_within(
    outcomes: tuple[str, ...], shown: tuple[str, ...], expected: list[str]
):
    assert cover(outcomes, {code: TABLE.merges[code] for code in shown}) == expected


def test_a_merged_figure_bounds_its_outcomes_and_they_bound_it():
    row = row_of((60, 50, 30, 6, 14), HIDDEN, ("late",), total=False)

    found = Published(release(LA, row).tables[0], TABLE, Rules()).cells

    assert found["", "", "later"] == found["", "", "never"] == Interval(0, 22)
    assert found["", "", "late"] == Interval(18, 22)
    assert found["", "", "all"] != ANYTHING


def keeps_rules(counts: tuple[int, ...], code: str) -> bool:
    """Whether ten persons are behind a merged figure, and behind the rest of the row."""
    inside = [
        count for each, count in zip(CODES, counts, strict=True) if each in TABLE.merges[code]
    ]
    return 10 <= sum(inside) <= sum(counts) - 10


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.tuples(*(st.integers(0, 60) for _ in CODES)),
            st.sets(st.sampled_from(CODES)),
            st.sets(st.sampled_from(sorted(MERGES))),
            st.booleans(),
        ),
        min_size=1, max_size=2,
    )
)  # fmt: skip
def test_the_truth_lies_in_every_interval_and_merged_figures_never_widen_one(drawn: list):
    tables = [
        [row_of(counts, hidden | by_rules, tuple(code for code in MERGES if code in some),
                total=total and "all" not in by_rules)
         for counts, hidden, merged, total in drawn
         for by_rules in [not_shown(dict(zip(CODES, counts, strict=True)), 10)]
         for some in [{code for code in merged if keeps_rules(counts, code)} & with_merged]]
        for with_merged in (set(MERGES), set())
    ]  # fmt: skip

    found, without = (pooled(*rows) for rows in tables)

    for one in MEASURES:
        row, plain = found[one.id], without[one.id]
        below = sum(c[CODES.index(code)] for c, *_ in drawn for code in one.denominator)
        above = sum(c[CODES.index(code)] for c, *_ in drawn for code in one.numerator)
        assert plain.lower <= row.lower <= row.upper <= plain.upper
        if below:
            true = Fraction(100 * above, below)
            assert Fraction(str(row.lower)) <= true <= Fraction(str(row.upper))
        assert row.las_published >= plain.las_published
