"""`[low]` and `[high]` in a pool: not published, but bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_coordinator.pool import authority_rows, pool
from oversight_protocol.policy import Rules
from oversight_protocol.release import HIGH, LOW, Cell, Release, Row, TableAnswer
from oversight_protocol.study import Outcome, Wave
from support import protocol

OUTCOMES = ("good", "poor", "unknown")
RULES = Rules(low_high_below=10)
TABLE = protocol.base_table(
    outcomes=tuple(Outcome(code=name, label=name) for name in OUTCOMES), dimensions=()
)
STUDY = protocol.study(
    base_tables=(TABLE,),
    measures=(protocol.measure(numerator=("good",), denominator=OUTCOMES),),
    waves=(Wave(id="wave-1", periods=(protocol.quarter(2026, 1),)),),
    rules=RULES,
)
FIRST, SECOND = protocol.LAS[:2]


def half_up(count: int) -> int:
    return (2 * count + 5) // 10 * 5


def release(la: str, counts: tuple[int, ...], marks: tuple[str, ...]) -> Release:
    """Rounded counts, and a marker where there is one."""
    cells = tuple(
        Cell(outcome=name, value=None if mark else half_up(count), marker=mark)  # type: ignore[arg-type]
        for name, count, mark in zip(OUTCOMES, counts, marks, strict=True)
    )
    few = sum(counts) < RULES.minimum_persons
    total = Cell(
        outcome="all", value=None if few else half_up(sum(counts)), marker="[c]" if few else ""
    )
    row = Row(dimension="", category="", cells=cells, total=total)
    period = STUDY.waves[0].periods[0].id
    answer = TableAnswer(table=TABLE.name, period=period, status="released", rows=(row,))
    return protocol.release(la=la, rules=RULES, tables=(answer,))


def pooled(*releases: Release):
    (row, *_) = pool(STUDY, STUDY.waves[0], protocol.LAS, {one.la: one for one in releases})
    return row


@pytest.mark.parametrize(
    ("counts", "marks"),
    [
        ((4, 500, 300), (LOW, "[c]", "[c]")),
        ((796, 2, 1), (HIGH, "[c]", "[c]")),
        ((796, 2, 1), ("[c]", LOW, LOW)),
    ],
    ids=["low", "high", "others low"],
)
def test_a_marked_authority_narrows_the_interval_and_is_not_in_the_figure(counts, marks):
    full = release(FIRST, (200, 150, 50), ("", "", ""))
    hidden = ("[c]", "[c]", "[c]")

    without, row = (pooled(full, release(SECOND, counts, each)) for each in (hidden, marks))

    alone = pooled(full)
    assert row.estimate == without.estimate == alone.estimate
    assert (row.las_published, row.las_answered) == (1, 2)
    truth = 100 * (200 + counts[0]) / (400 + sum(counts))
    assert row.lower <= truth <= row.upper
    assert row.upper - row.lower < 4
    assert without.upper - without.lower > 60


def test_an_authority_by_itself_is_confidential_with_a_narrow_interval():
    marked = release(FIRST, (4, 500, 296), (LOW, "[c]", "[c]"))

    rows = authority_rows(STUDY, STUDY.waves[0], protocol.LAS, {FIRST: marked})

    row = next(one for one in rows if one.la == FIRST)
    assert (row.estimate, row.marker) == (None, "[c]")
    assert (row.lower, row.upper) == (0.0, 1.2)


@given(
    counts=st.tuples(*[st.one_of(st.integers(0, 12), st.integers(0, 600)) for _ in OUTCOMES]),
    hide=st.sets(st.sampled_from(OUTCOMES)),
)
def test_the_truth_lies_inside_whatever_is_marked(counts, hide):
    total = sum(counts)
    marks = tuple(
        ("[c]" if name in hide else "") if count > 9 and total - count > 9
        else LOW if count < 10 else HIGH
        for name, count in zip(OUTCOMES, counts, strict=True)
    )  # fmt: skip

    row = pooled(release(FIRST, counts, marks))

    if total:
        assert row.lower <= 100 * counts[0] / total <= row.upper
