"""`[low]` and `[high]`: when they are set, and what never changes with them.

What they let anybody find out is attacked in `tests/attacks/test_attacks_on_marks.py`.
"""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import Past, Protected, Tie, protect, restore
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.marks import HiddenPart, may_mark
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeTable
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, TableAnswer
from support.attacker import exact, markers, published
from support.exact_tables import (
    CHILD,
    CHILDREN,
    SERVICES,
    WORKER,
    base_table,
    from_counts,
    magnitude_table,
    random_sums,
    random_table,
)
from support.intervals import intervals

PLAIN, MARKING = Rules(), Rules(low_high_below=10)
OUTCOMES = ("a", "b", "c", "d")
WHOLE = ("", "")


def done(unsafe: UnsafeTable, rules: Rules = MARKING) -> Protected:
    return protect([unsafe], rules, "1.0")


def answer_to(unsafe: UnsafeTable, rules: Rules = MARKING) -> TableAnswer:
    return done(unsafe, rules).tables[0].answer


def one_line(*counts: int) -> UnsafeTable:
    return from_counts(base_table(OUTCOMES[: len(counts)], {}, subjects=(CHILD,)), {(): counts})


def marks_of(answer: TableAnswer) -> list[str]:
    """Of the whole authority's cells; nothing for a published one."""
    return [cell.marker for cell in answer.rows[0].cells]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((293, 4), ["[high]", "[low]"]),
        ((293, 0), ["[high]", "[low]"]),
        ((293, 12), ["", ""]),
        ((92, 4), ["[c]", "[c]"]),
        ((290, 1, 2), ["[c]", "[low]", "[low]"]),
        ((150, 90, 5, 9), ["", "", "[c]", "[c]"]),
    ],
    ids=["high", "zero", "nothing_hidden", "small_row", "three_hidden", "little_left_in_the_row"],
)
def test_a_row_is_marked_where_it_is_large_and_what_is_published_leaves_room(counts, expected):
    assert marks_of(answer_to(one_line(*counts))) == expected


@pytest.mark.parametrize(("below", "expected"), [(10, "[c]"), (12, "[high]")])
def test_of_four_hidden_cells_one_is_high_only_if_single_persons_cannot_use_it(below, expected):
    unsafe = one_line(290, 2, 3, 1)

    found = marks_of(answer_to(unsafe, Rules(low_high_below=below)))

    assert found == [expected, "[low]", "[low]", "[low]"]


def test_without_the_rule_nothing_is_marked():
    assert marks_of(answer_to(one_line(293, 4), PLAIN)) == ["[c]", "[c]"]


def test_a_table_that_names_workers_is_marked_only_by_a_number_that_hides_a_share_too():
    unsafe = from_counts(base_table(("a", "b"), {}, subjects=(CHILD, WORKER)), {(): (293, 4)})

    narrow, wide = (answer_to(unsafe, Rules(low_high_below=n)) for n in (10, 11))

    assert marks_of(narrow) == ["[c]", "[c]"]
    assert marks_of(wide) == ["[high]", "[low]"]


def test_categories_are_never_marked():
    unsafe = from_counts(
        base_table(("a", "b"), subjects=(CHILD,)), {(0,): (150, 3), (1,): (200, 2), (2,): (120, 1)}
    )

    found = markers(answer_to(unsafe, Rules(low_high_below=20)))

    assert {key[2]: mark for key, mark in found.items() if key[:2] == WHOLE} == {
        "a": "[high]",
        "b": "[low]",
    }
    assert {mark for key, mark in found.items() if key[:2] != WHOLE} == {"[c]"}


def test_magnitudes_are_never_marked():
    unsafe, _ = random_sums(magnitude_table((CHILDREN,), about_staff=False), 4, 400)

    assert answer_to(unsafe, Rules(low_high_below=50)) == answer_to(unsafe, PLAIN)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    events=st.integers(100, 1200),
    dimensions=st.sampled_from([{}, SERVICES]),
    below=st.sampled_from([10, 12, 20]),
)
def test_markers_are_true_and_cost_no_figure(seed, events, dimensions, below):
    unsafe = random_table(base_table(OUTCOMES, dimensions, subjects=(CHILD,)), seed, events)
    rules = Rules(low_high_below=below)

    without, answer = answer_to(unsafe, PLAIN), answer_to(unsafe, rules)

    assert published(answer) == published(without)
    truth = exact(unsafe)
    for key, mark in markers(answer).items():
        if mark == "[low]":
            assert truth[key].count < below
        if mark == "[high]":
            assert truth[*key[:2], "all"].count - truth[key].count < below


def test_the_report_tells_what_was_marked_apart_from_what_was_hidden():
    report = done(one_line(293, 4)).report[0]

    plain = done(one_line(293, 4), PLAIN).report[0]
    rules = {rule.rule: rule for rule in report.rules}
    assert (report.figures, report.published, report.marked) == (3, 1, 2)
    assert (plain.published, plain.marked) == (1, 0)
    assert rules["low_high_below"].number == 10
    assert [one.outcome for one in rules["low_high_below"].hidden] == ["a", "b"]
    assert rules["low_high_below"].cost == 0
    assert [(r.rule, r.cost) for r in report.rules] == [(r.rule, r.cost) for r in plain.rules]


def test_intervals_keep_to_the_markers():
    wave = [one_line(293, 4)]

    found = intervals(wave, protect(wave, MARKING, "1.0"), MARKING)

    assert found[0, "", "", "b"] == (0, 9)
    assert found[0, "", "", "a"] == (284, 297)


def test_what_was_marked_before_is_known_when_more_is_released():
    unsafe = one_line(293, 4)

    view = View.of_answer(Grid.of(unsafe), answer_to(unsafe), MARKING)

    told = {mark.marker: (mark.own, mark.rest) for mark in view.marks.values()}
    assert told["[low]"][0] == (0, 9)
    assert told["[high]"][1] == (0, 9)


@pytest.mark.parametrize("known", [MARKING, PLAIN], ids=["marked", "not_marked"])
def test_what_was_marked_before_bounds_what_a_later_table_leaves_open(known):
    # All children of the later table are among those of the earlier one's total.
    before, later = one_line(293, 4), random_table(base_table(subjects=(CHILD,)), 7, 280)
    past, tie = Past(before, answer_to(before, known), known), Tie("same_population", (1, 0))

    both = protect([later], MARKING, "1.0", ties=(tie,), past=(past,))

    assert both.tables[0].answer.status == "released"
    truth = exact(later)
    for (_, *key), (low, high) in intervals([later], both, MARKING, [tie], [past]).items():
        assert low <= truth[tuple(key)].count <= (high if high is not None else 10**9)


def test_a_missing_mark_of_other_rules_says_nothing():
    unsafe = one_line(290, 15, 2)
    answer = answer_to(unsafe, PLAIN)
    row = answer.rows[0]
    cells = tuple(
        Cell(outcome=code, value=None, marker=mark)  # type: ignore[arg-type]
        for code, mark in zip("abc", ("[c]", "[c]", "[low]"), strict=True)
    )
    mixed = answer.model_copy(update={"rows": (row.model_copy(update={"cells": cells}),)})

    view = View.of_answer(Grid.of(unsafe), mixed, Rules(low_high_below=20))

    assert [mark.own[0] for mark in view.marks.values()] == [20, 0, 0]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 19, True),
        (0, 18, False),
        (1, 30, False),
        (18, 30, False),
        (19, 30, True),
        (280, 300, True),
    ],
)
def test_a_row_is_marked_by_what_is_published_of_it_alone(low, high, expected):
    grid = Grid.of(one_line(150, 90, 5, 9))
    cells = grid.shape.cells_of(0)[2:]

    part = HiddenPart(cells, of=4, total=255, low=low, high=high)

    assert may_mark(grid.table, part, MARKING) is expected
    assert not may_mark(grid.table, dataclasses.replace(part, total=95), MARKING)
    assert not may_mark(grid.table, dataclasses.replace(part, total=None), MARKING)


def test_an_answer_is_not_read_back_under_rules_that_do_not_mark():
    answer = answer_to(one_line(293, 4))

    assert restore("0" * 64, answer, MARKING).answer == answer
    with pytest.raises(Refused) as caught:
        restore("0" * 64, answer, PLAIN)
    assert caught.value.reason is Reason.FLOOR
