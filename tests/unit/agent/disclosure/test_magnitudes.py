"""What `protect` promises of every table with magnitudes."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oversight_agent.adding_up import joined, joined_sums
from oversight_agent.disclosure import protect, restore
from oversight_agent.disclosure.rules import dominated
from oversight_agent.tables import LARGEST_SUM, UnsafeCell, UnsafeSum, UnsafeTable
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Row, TableAnswer, check_release, row_keys
from oversight_protocol.study import Magnitude, Wave
from support import plain_rules, protocol
from support.attacker import half_up, published
from support.exact_tables import (
    CHILDREN,
    FTE,
    QUARTER,
    SERVICES,
    WORKER,
    Person,
    base_table,
    magnitude_table,
    random_sums,
    random_table,
    sum_up,
)

RULES = Rules()
ZEROS = Rules(zeros_may_be_shown=True)
SEEDS = st.integers(0, 10**6)
PLAIN = magnitude_table(dimensions={})
WHOLE = ("", "")


def answer_to(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    return protect([unsafe], rules, "1.0").tables[0].answer


def persons(number: int, children: int = 15, fte: int = 80, category: int = 0) -> list[Person]:
    return [(team % 5, (category,), (children, fte)) for team in range(number)]


def shown_rows(answer: TableAnswer) -> set[tuple[str, str]]:
    return {(row.dimension, row.category) for row in answer.rows if row.total.value is not None}


def shown_sums(answer: TableAnswer) -> set[tuple[str, str]]:
    """The rows whose sums are published, all of them."""
    return {
        (row.dimension, row.category)
        for row in answer.rows
        if all(cell.value is not None for cell in row.sums)
    }


def published_both(answer: TableAnswer) -> list[tuple[bool, bool]]:
    """Of each row, whether its count and its sums are published."""
    return [
        (row.total.value is not None, all(cell.value is not None for cell in row.sums))
        for row in answer.rows
    ]


contributions = st.lists(st.integers(0, 40) | st.sampled_from([0, 100, 500]), max_size=8)


@given(
    values=contributions,
    percent=st.integers(10, 100),
    of_two=st.just(0) | st.integers(50, 99),
    zeros=st.booleans(),
)
@example(values=[100, 50, 10], percent=10, of_two=0, zeros=False)
@example(values=[100, 50, 9], percent=10, of_two=0, zeros=False)
@example(values=[100, 80, 20], percent=10, of_two=90, zeros=False)
@example(values=[100, 81, 20], percent=10, of_two=90, zeros=False)
@example(values=[0, 0, 0], percent=10, of_two=90, zeros=False)
@example(values=[0, 0, 0], percent=10, of_two=90, zeros=True)
def test_the_rules_of_dominance_agree_with_a_plain_loop_over_the_contributions(
    values, percent, of_two, zeros
):
    rules = Rules(dominance_percent=percent, two_largest_percent=of_two, zeros_may_be_shown=zeros)
    largest, second, *_ = [*sorted(values, reverse=True), 0, 0]

    found = dominated(UnsafeSum(sum(values), largest, second), rules)

    assert found == plain_rules.dominated(values, rules)


@given(parts=st.lists(contributions, min_size=1, max_size=4))
def test_sums_joined_are_the_sum_of_all_contributions(parts):
    def behind(values: list[int]) -> UnsafeSum:
        largest, second, *_ = [*sorted(values, reverse=True), 0, 0]
        return UnsafeSum(sum(values), largest, second)

    joint = joined_sums([behind(values) for values in parts])

    assert joint == behind([value for values in parts for value in values])


def test_figures_joined_have_at_least_as_many_teams_as_one_of_them():
    cells = [UnsafeCell(5, 0, 5, 2, 1), UnsafeCell(7, 0, 7, 4, 1)]

    assert joined(cells) == UnsafeCell(12, 0, 12, 4, 1)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, number=st.integers(0, 150), base=st.sampled_from([5, 10]), zeros=st.booleans())
def test_a_shown_figure_keeps_every_rule_and_is_the_rounded_truth_and_sums_stand_together(
    seed, number, base, zeros
):
    rules = Rules(rounding_base=base, zeros_may_be_shown=zeros)
    unsafe = random_sums(magnitude_table(), seed, number)[0]

    answer = answer_to(unsafe, rules)

    for row, truth in zip(answer.rows, unsafe.rows, strict=bool(answer.rows)):
        count, *sums = (row.total.value, *(cell.value for cell in row.sums))
        children, fte = truth.sums["children"], truth.sums["fte"]
        assert count in (None, half_up(truth.total.count, base))
        exact = [half_up(children.value, base), half_up(fte.value, 100 * base) // 100]
        assert sums in ([None, None], exact)
        if count is not None or sums == exact:
            assert not plain_rules.small(truth.total, unsafe.table, rules)
            assert not plain_rules.precise(truth.total, unsafe.table, rules)
        if sums == exact:
            assert not any(dominated(behind, rules) for behind in (children, fte))


def test_a_table_without_small_or_dominated_rows_is_published_whole():
    table = magnitude_table(dimensions={"service": ("a", "b")})
    unsafe = sum_up(table, [*persons(23, children=14), *persons(31, fte=100, category=1)])

    rows = answer_to(unsafe).rows

    assert [[row.total.value, *(cell.value for cell in row.sums)] for row in rows] == [
        [55, 785, 50],
        [25, 320, 20],
        [30, 465, 30],
    ]
    assert [cell.outcome for cell in rows[0].sums] == ["children", "fte"]
    assert rows[0].cells == ()


def test_a_sum_halfway_between_two_multiples_goes_up():
    unsafe = sum_up(magnitude_table([FTE], {}), [(n % 5, (), (50,)) for n in range(15)])

    (row,) = answer_to(unsafe).rows

    assert row.sums[0].value == 10


def test_one_person_with_nearly_everything_hides_the_sum_and_the_sum_it_would_be_subtracted_from():
    table = magnitude_table([CHILDREN], {"service": ("a", "b")})
    alone: list[Person] = [(0, (0,), (400,)), *((n % 5, (0,), (1,)) for n in range(15))]
    others: list[Person] = [(n % 5, (1,), (15,)) for n in range(30)]

    done = protect([sum_up(table, alone + others)], RULES, "1.0")

    by_rule = {line.rule: line for line in done.report[0].rules}
    assert shown_sums(done.tables[0].answer) == {WHOLE}
    assert shown_rows(done.tables[0].answer) == {WHOLE, ("service", "a"), ("service", "b")}
    assert [place.category for place in by_rule["dominance_percent"].hidden] == ["a"]
    assert [place.category for place in by_rule["attack_audit"].hidden] == ["b"]
    assert by_rule["dominance_percent"].number == 10


def test_two_persons_with_nearly_everything_hide_the_row_where_a_study_asks_for_it():
    table = magnitude_table([CHILDREN], {"service": ("a", "b")})
    two: list[Person] = [(n, (0,), (300,)) for n in range(2)]
    two += [(n % 5, (0,), (4,)) for n in range(15)]
    others: list[Person] = [(n % 5, (1,), (15,)) for n in range(30)]
    unsafe = sum_up(table, two + others)

    without = protect([unsafe], RULES, "1.0")
    done = protect([unsafe], Rules(two_largest_percent=90), "1.0")

    by_rule = {line.rule: line for line in done.report[0].rules}
    assert shown_sums(without.tables[0].answer) == {WHOLE, ("service", "a"), ("service", "b")}
    assert shown_sums(done.tables[0].answer) == {WHOLE}
    assert [place.category for place in by_rule["two_largest_percent"].hidden] == ["a"]
    assert by_rule["two_largest_percent"].number == 90
    assert by_rule["dominance_percent"].hidden == ()
    assert without.report[0].rules[[*by_rule].index("two_largest_percent")].hidden == ()


def test_a_sum_of_nothing_is_shown_only_where_zeros_may_be():
    unsafe = sum_up(PLAIN, [(n % 5, (), (0, 90)) for n in range(20)])

    hidden, shown = answer_to(unsafe), answer_to(unsafe, ZEROS)

    assert [cell.value for cell in hidden.rows[0].sums] == [None, None]
    assert [cell.value for cell in shown.rows[0].sums] == [0, 20]


def test_a_category_of_nobody_is_shown_as_nothing_where_zeros_may_be():
    table = magnitude_table(dimensions={"service": ("a", "b")})
    unsafe = sum_up(table, persons(30))

    hidden, shown = answer_to(unsafe), answer_to(unsafe, ZEROS)

    assert shown_rows(hidden) == {WHOLE}
    assert [cell.value for cell in (shown.rows[2].total, *shown.rows[2].sums)] == [0, 0, 0]


def test_two_teams_hide_the_sums_of_their_staff():
    unsafe = sum_up(PLAIN, [(n % 2, (), (15, 80)) for n in range(40)])

    assert answer_to(unsafe).status == "refused"


def test_a_table_about_children_has_no_rule_of_teams():
    table = magnitude_table([CHILDREN], {}, about_staff=False)

    answer = answer_to(sum_up(table, [(0, (), (3,)) for _ in range(40)]))

    assert answer.rows[0].sums[0].value == 120


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_declaring_magnitudes_and_categories_in_another_order_changes_their_order_only(seed, data):
    unsafe = random_sums(magnitude_table(), seed, 60)[0]
    codes = data.draw(st.permutations(SERVICES["service"]))
    shuffled = magnitude_table([FTE, CHILDREN], {"service": codes})
    rows = {(row.dimension, row.category): row for row in unsafe.rows}
    other = dataclasses.replace(
        unsafe, table=shuffled, rows=tuple(rows[key] for key in row_keys(shuffled))
    )

    assert published(answer_to(other)) == published(answer_to(unsafe))


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_a_report_accounts_for_every_hidden_figure(seed):
    done = protect([random_sums(magnitude_table(), seed, 60)[0]], RULES, "1.0")

    told, answer = done.report[0], done.tables[0].answer

    explained = {
        (place.dimension, place.category, place.outcome)
        for line in told.rules
        for place in line.hidden
    }
    shown = {key for key, value in published(answer).items() if value is not None}
    assert not explained & shown
    assert len(explained) + len(shown) == told.figures == 12


def test_the_largest_sums_that_pass_are_still_audited_exactly():
    money = Magnitude(name="pounds", label="£", unit="pounds", maximum=100_000, decimals=2)
    table = magnitude_table([money], {"service": ("a", "b", "c")})
    drawn: list[Person] = [
        (n % 5, (c,), (9_999_000 + n,)) for c, size in enumerate((3, 40, 45)) for n in range(size)
    ]
    unsafe = sum_up(table, drawn)

    answer = answer_to(unsafe)
    whole, _, b, c = published_both(answer)

    assert LARGEST_SUM * 0.8 < unsafe.rows[0].sums["pounds"].value < LARGEST_SUM
    # All contribute nearly the most there is, so that a sum tells of a count, too.
    assert whole == (True, True)
    assert sorted((b, c)) in ([(False, False), (True, True)], [(True, False), (True, False)])


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, number=st.integers(0, 200))
def test_what_is_published_passes_the_coordinators_check(seed, number):
    done = protect([random_sums(magnitude_table(), seed, number)[0]], RULES, "1.0")

    answer = done.tables[0].answer

    assert restore("0" * 64, TableAnswer.parse(answer.canonical()), RULES) == dataclasses.replace(
        done.tables[0], question="0" * 64
    )
    asked = protocol.ticket(tables=("caseload",))
    per_worker = protocol.measure(
        table="caseload",
        kind="ratio",
        unit="children per worker",
        numerator=("children",),
        denominator=("all",),
    )
    study = protocol.study(
        base_tables=(magnitude_table(),),
        measures=(per_worker,),
        waves=(Wave(id="wave-1", periods=(QUARTER,)),),
    )
    release = protocol.release(ticket_digest="0" * 64, tables=(answer,))
    assert check_release(release, asked, "0" * 64, study) is None


def row(total: int | None, children: int | None) -> Row:
    def cell(outcome: str, value: int | None) -> Cell:
        return Cell(outcome=outcome, value=value, marker="[c]" if value is None else "")

    return Row(
        dimension="",
        category="",
        cells=(),
        total=cell("all", total),
        sums=(cell("children", children),),
    )


@pytest.mark.parametrize("bad", [row(50, 701), row(5, 700), row(0, 0)], ids=["fine", "few", "0"])
def test_sums_below_the_floors_are_not_read_back(bad):
    answer = TableAnswer(table="caseload", period="2026Q1", status="released", rows=(bad,))

    with pytest.raises(Refused) as refused:
        restore("0" * 64, answer, RULES)

    assert refused.value.reason is Reason.FLOOR


@pytest.mark.parametrize("count", [50, None])
def test_a_sum_may_be_smaller_than_any_count_and_stand_without_one(count: int | None):
    answer = TableAnswer(
        table="caseload", period="2026Q1", status="released", rows=(row(count, 5),)
    )

    assert restore("0" * 64, answer, RULES).answer == answer


def with_sum(unsafe: UnsafeTable, place: int, **changes: object) -> UnsafeTable:
    line = unsafe.rows[place]
    children = dataclasses.replace(line.sums["children"], **changes)
    return with_row(unsafe, place, sums={**line.sums, "children": children})


def with_row(unsafe: UnsafeTable, place: int, **changes: object) -> UnsafeTable:
    rows = list(unsafe.rows)
    rows[place] = dataclasses.replace(rows[place], **changes)
    return dataclasses.replace(unsafe, rows=tuple(rows))


def sound() -> UnsafeTable:
    table = magnitude_table(dimensions={"service": ("a", "b")})
    return sum_up(table, [*persons(20), *persons(30, category=1)])


HOSTILE = {
    "negative sum": lambda u: with_sum(u, 1, value=-300),
    "fraction": lambda u: with_sum(u, 1, value=300.0),
    "truth value": lambda u: with_sum(u, 1, second=True),
    "beyond all bounds": lambda u: with_sum(u, 1, value=10**15),
    "beyond the maximum": lambda u: with_sum(u, 1, largest=501),
    "second above the largest": lambda u: with_sum(u, 1, second=16),
    "more than all contribute": lambda u: with_sum(u, 1, value=301),
    "less than the largest": lambda u: with_sum(u, 1, value=14),
    "categories do not sum": lambda u: with_sum(u, 1, value=299),
    "largest of nobody": lambda u: with_sum(u, 1, largest=14),
    "no sum": lambda u: with_row(u, 1, sums={"children": u.rows[1].sums["children"]}),
    "cells": lambda u: with_row(u, 1, cells={"both": u.rows[1].total}),
    "a person twice": lambda u: with_row(
        u, 1, total=dataclasses.replace(u.rows[1].total, workers=19)
    ),
    "another count": lambda u: with_row(u, 1, total=UnsafeCell(21, 0, 21, 5, 1)),
    "two rows of a worker": lambda u: with_row(u, 1, total=UnsafeCell(20, 0, 20, 5, 2)),
    "sums of another kind of table": lambda u: dataclasses.replace(
        u, table=base_table(("x", "y"), {"service": ("a", "b")}, subjects=(WORKER,))
    ),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_sums_that_cannot_be_true_stop_the_whole_wave(change):
    good = random_table(base_table(name="authorised"), 1, 600)
    bad = change(sound())

    with pytest.raises(ValueError, match="2026Q1") as error:
        protect([good, bad], RULES, "1.0")

    message = str(error.value).replace("2026Q1", "")
    assert not any(letter.isdigit() for letter in message)


def test_sums_that_can_be_true_pass_the_same_checks():
    assert answer_to(sound()).status == "released"


def test_no_exact_sum_is_shown_in_a_representation():
    unsafe = sum_up(PLAIN, [(n % 5, (), (123, 77)) for n in range(29)])

    shown = repr(unsafe) + repr(unsafe.rows[0].sums) + repr(protect([unsafe], RULES, "1.0"))

    assert not [number for number in ("3567", "2233", "=123", "=77") if number in shown]
