"""Merged figures: when they stand in a row, and what never changes with them.

What they let anybody find out is attacked in `tests/attacks/test_attacks_on_merged_figures.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import (
    Protected,
    merging,
    needs,
    primary,
    protect,
    restore,
    stages,
)
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.joint import JointView
from oversight_agent.disclosure.past import Past, Tie
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeTable
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, TableAnswer
from support.attacker import half_up
from support.exact_tables import (
    CHILD,
    CHILD_IF_ANY,
    NEXT_QUARTER,
    SERVICES,
    WORKER,
    base_table,
    from_counts,
    random_table,
    tabulate,
)
from support.intervals import intervals

RULES = Rules()
CODES = ("a", "b", "c", "d", "e")
MERGES = {"de": ("d", "e"), "cde": ("c", "de")}
LINE = base_table(CODES, {}, subjects=(CHILD,), merges=MERGES)
BY_SERVICE = base_table(CODES, SERVICES, subjects=(CHILD_IF_ANY, WORKER), merges=MERGES)


def done(unsafe: UnsafeTable, rules: Rules = RULES) -> Protected:
    return protect([unsafe], rules, "1.0")


def merged(answer: TableAnswer) -> list[dict[str, int | None]]:
    """Of each row that has some, the merged figures by their code."""
    return [{cell.outcome: cell.value for cell in row.merged} for row in answer.rows if row.merged]


def answer_to(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    return done(unsafe, rules).tables[0].answer


def without_merges(unsafe: UnsafeTable) -> UnsafeTable:
    rows = tuple(dataclasses.replace(row, merged={}) for row in unsafe.rows)
    table = unsafe.table.model_copy(update={"collapse": ()})
    return dataclasses.replace(unsafe, table=table, rows=rows)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # What three are together leaves each of them free.
        ((60, 50, 4, 6, 7), [{"cde": 15}]),
        # Two are too few together, but not with a third.
        ((60, 50, 40, 3, 4), [{"cde": 45}]),
        # All three are too few together; or they are nearly everybody.
        ((60, 50, 2, 3, 4), []),
        ((4, 5, 60, 50, 40), []),
        # Of two, both may be small, or one of them with a partner: it looks the same.
        ((60, 50, 40, 6, 7), [{"de": 15, "cde": 55}]),
        ((60, 50, 40, 12, 3), [{"de": 15, "cde": 55}]),
        # One alone would be found by subtracting, so it has a partner.
        ((60, 50, 40, 30, 4), [{"de": 35, "cde": 75}]),
        # Two that are barely enough together are not told, as fewer would not be.
        ((60, 50, 40, 5, 6), [{"cde": 50}]),
        # Beside what two are together, what three are would tell of the third.
        ((60, 50, 9, 6, 7), [{"cde": 20}]),
        # Nothing is hidden.
        ((60, 50, 40, 30, 20), []),
    ],
)
def test_a_merged_figure_stands_where_it_keeps_the_rules_and_gives_nothing_away(
    counts: tuple[int, ...], expected: list[dict[str, int]]
):
    assert merged(answer_to(from_counts(LINE, {(): counts}))) == expected


def test_persons_who_are_in_two_outcomes_are_counted_once():
    """Eleven plans of nine children: enough plans, and too few children."""
    table = base_table(("a", "b", "c", "d"), {}, subjects=(CHILD,), merges={"bcd": ("b", "c", "d")})
    many = [(100 + n, -1, n % 7, 0) for n in range(60)]
    few = [(n % 9, -1, n % 7, 1 + n % 3) for n in range(14)]
    others = [(n, -1, n % 7, 1 + n % 3) for n in range(14)]

    repeated, single = (tabulate(table, [*many, *events]) for events in (few, others))

    assert merged(answer_to(single)) == [{"bcd": 15}]
    assert merged(answer_to(repeated)) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 400), st.booleans())
def test_a_table_that_may_have_no_merged_figure_is_what_it_would_be_without_merges(
    seed: int, events: int, zeros: bool
):
    rules = Rules(zeros_may_be_shown=zeros)
    unsafe = random_table(LINE, seed, events)

    found = protect([unsafe], rules, "1.0", unmerged=[0])
    plain = done(without_merges(unsafe), rules)

    assert found.tables[0].answer == plain.tables[0].answer
    assert found.report[0] == plain.report[0]


def test_a_cell_may_be_hidden_for_the_sake_of_a_merged_figure():
    unsafe = from_counts(LINE, {(): (60, 50, 40, 30, 4)})

    found, plain = done(unsafe).report[0], done(without_merges(unsafe)).report[0]

    assert (found.figures, plain.figures) == (6, 6)
    assert (found.published, found.merged) == (4, 2)
    assert (plain.published, plain.merged) == (5, 0)


def test_a_merged_figure_that_is_numbered_for_another_table_leaves_no_need():
    """It breaks a rule in this one, as does the rest of its row in a third."""
    for counts in ((60, 50, 1, 2, 3), (1, 2, 60, 50, 40)):
        plain = Grid.of(from_counts(LINE, {(): counts}))
        grid = plain.with_merged({("", "", "cde")})

        assert grid.shape.merged
        assert primary.suppress(grid, RULES) == primary.suppress(plain, RULES)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 600))
def test_every_merged_figure_is_its_rounded_count_and_two_of_its_outcomes_are_hidden(
    seed: int, events: int
):
    unsafe = random_table(BY_SERVICE, seed, events)

    found = done(unsafe)

    answer = found.tables[0].answer
    assert found.report[0].merged == sum(len(row.merged) for row in answer.rows)
    for row, exact in zip(answer.rows, unsafe.rows, strict=False):
        hidden = {cell.outcome for cell in row.cells if cell.value is None}
        assert [cell.outcome for cell in row.merged] == [
            code for code in MERGES if code in {cell.outcome for cell in row.merged}
        ]
        for cell in row.merged:
            parts = LINE.merges[cell.outcome]
            assert len(hidden.intersection(parts)) > 1
            assert cell.value == half_up(sum(exact.cells[code].count for code in parts), 5)
            assert exact.merged[cell.outcome].own.workers >= RULES.minimum_persons
            assert exact.merged[cell.outcome].rest.workers >= RULES.minimum_persons


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 400))
def test_every_interval_beside_merged_figures_holds_the_truth(seed: int, events: int):
    unsafe = random_table(BY_SERVICE, seed, events)
    found = done(unsafe)

    told = intervals([unsafe], found, RULES)

    truths = {
        (0, row.dimension, row.category, code): count
        for row in unsafe.rows
        for code, count in (
            ("all", row.total.count),
            *((code, cell.count) for code, cell in row.cells.items()),
            *((code, each.own.count) for code, each in row.merged.items()),
        )
    }
    assert all(low <= truths[name] and (high is None or truths[name] <= high)
               for name, (low, high) in told.items())  # fmt: skip
    shown = {
        (0, row.dimension, row.category, cell.outcome)
        for row in found.tables[0].answer.rows for cell in row.merged
    }  # fmt: skip
    assert {name for name in told if name[3] in MERGES} == shown


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 400), st.permutations(CODES))
def test_the_order_in_which_outcomes_are_declared_never_matters(
    seed: int, events: int, order: list[str]
):
    unsafe = random_table(LINE, seed, events)
    again = {one.code: one for one in unsafe.table.outcomes}
    table = unsafe.table.model_copy(update={"outcomes": tuple(again[code] for code in order)})
    other = dataclasses.replace(unsafe, table=table)

    one, two = answer_to(unsafe), answer_to(other)

    assert [row.merged for row in one.rows] == [row.merged for row in two.rows]


def test_no_merged_figure_is_shown_of_a_table_that_may_have_none():
    unsafe = from_counts(LINE, {(): (60, 50, 4, 6, 7)})

    answer = protect([unsafe], RULES, "1.0", unmerged=[0]).tables[0].answer

    assert merged(answer) == []
    assert [row.cells for row in answer.rows] == [row.cells for row in answer_to(unsafe).rows]


def test_a_row_with_a_merged_figure_has_no_markers():
    table = base_table(("a", "b", "c"), {}, subjects=(CHILD,), merges={"bc": ("b", "c")})
    unsafe, rules = from_counts(table, {(): (90, 40, 9)}), Rules(low_high_below=10)

    answer = answer_to(unsafe, rules)
    plain = protect([unsafe], rules, "1.0", unmerged=[0]).tables[0].answer

    assert merged(answer) == [{"bc": 50}]
    assert [cell.marker for cell in answer.rows[0].cells] == ["", "[c]", "[c]"]
    assert sorted(cell.marker for cell in plain.rows[0].cells) == ["", "[c]", "[low]"]


def test_what_was_released_is_read_back_with_its_merged_figures():
    unsafe = from_counts(LINE, {(): (60, 50, 4, 6, 7)})
    answer = answer_to(unsafe)
    grid = Grid.of(unsafe).with_merged({("", "", "cde")})

    view = View.of_answer(grid, answer, RULES)

    figure = grid.shape.merged[0]
    assert grid.name(figure) == ("", "", "cde")
    assert (view.shown[figure], view.bounds(figure)) == (15, (13, 17))


def test_a_later_period_is_protected_beside_merged_figures_that_were_released():
    first = from_counts(LINE, {(): (60, 50, 4, 6, 7)})
    later = from_counts(LINE, {(): (60, 50, 40, 30, 20)}, NEXT_QUARTER)

    found = protect([later], RULES, "1.0", past=[Past(first, answer_to(first), RULES)])

    assert found.tables[0].answer == answer_to(later)


def test_a_merged_figure_that_says_more_of_a_difference_than_the_cells_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
):
    """Here every such difference is taken for one that cells tell in the draft."""
    table = base_table(CODES, {}, subjects=(CHILD,), merges={"cde": ("c", "d", "e")})
    before = from_counts(table, {(): (60, 50, 4, 6, 7)})
    after = from_counts(table, {(): (60, 50, 4, 8, 8)})
    past = [Past(before, answer_to(before), RULES)]
    lost: list[needs.Need] = []

    def all_of_them(draft: JointView, _: object, wanted: Sequence[needs.Need]) -> list[needs.Need]:
        lost[:] = merging.of_differences(wanted, draft.joint)
        return lost

    monkeypatch.setattr(stages, "_lost", all_of_them)
    found = protect([after], RULES, "1.0", ties=[Tie("again", (0, 1))], past=past)

    assert lost
    assert merged(past[0].answer) == [{"cde": 15}]
    assert merged(answer_to(after)) == [{"cde": 20}]
    assert merged(found.tables[0].answer) == []


@pytest.mark.parametrize("value", [7, 5, 0])
def test_a_merged_figure_below_the_floor_is_no_answer(value: int):
    unsafe = from_counts(LINE, {(): (60, 50, 4, 6, 7)})
    answer = answer_to(unsafe)
    (row,) = answer.rows
    small = row.model_copy(update={"merged": (Cell(outcome="cde", value=value),)})

    with pytest.raises(Refused) as refused:
        restore("question", answer.model_copy(update={"rows": (small,)}), RULES)

    assert refused.value.reason == Reason.FLOOR


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("own", {"count": 18}),
        ("rest", {"count": 111}),
        ("own", {"children": 200}),
        ("own", {"children": -1}),
    ],
)
def test_a_merge_that_cannot_be_true_stops_everything(part: str, changes: dict[str, int]):
    unsafe = from_counts(LINE, {(): (60, 50, 4, 6, 7)})
    (row,) = unsafe.rows
    merge = row.merged["cde"]
    wrong = dataclasses.replace(
        merge, **{part: dataclasses.replace(getattr(merge, part), **changes)}
    )
    rows = (dataclasses.replace(row, merged={**row.merged, "cde": wrong}),)

    with pytest.raises(ValueError, match=r"merge|persons|negative"):
        done(dataclasses.replace(unsafe, rows=rows))


def test_a_merge_that_is_not_declared_stops_everything():
    unsafe = from_counts(LINE, {(): (60, 50, 4, 6, 7)})
    (row,) = unsafe.rows
    rows = (dataclasses.replace(row, merged={"ab": row.merged["de"]}),)

    with pytest.raises(ValueError, match="merges are not the declared"):
        done(dataclasses.replace(unsafe, rows=rows))
