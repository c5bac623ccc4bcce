"""Attacks on published sums, by an attacker who shares no code with the defence.

Each attack is first shown to work: on exact or merely rounded sums, or on the draft that stages 1
and 2 alone would publish. Then it must fail on what `protect` publishes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import primary, protect, publish
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeCell, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import Magnitude
from support.attacker import Attacker, Key, fits, half_up, published
from support.exact_tables import (
    CHILDREN,
    FTE,
    Person,
    magnitude_table,
    random_sums,
    sum_up,
)
from support.plain_rules import dominated, precise, small

RULES = Rules()
TWO = {"service": ("a", "b")}
THREE = {"service": ("a", "b", "c")}
TWO_WAYS = {"service": ("a", "b", "c"), "agency": ("0", "1")}
FOUR = {"service": ("a", "b", "c", "d")}
MANY = {"service": tuple("abcdefgh")}
Rows = tuple[tuple[str, str], ...]


def draft(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    """What stages 1 and 2 alone would publish."""
    grid = Grid.of(unsafe)
    view = View.of(grid, primary.suppress(grid, rules).hidden, rules)
    return publish.answer(unsafe, grid, view)


def protected(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    return protect([unsafe], rules, "1.0").tables[0].answer


def crowd(number: int, category: int, *values: int) -> list[Person]:
    return [(place % 5, (category,), values) for place in range(number)]


def together(unsafe: UnsafeTable, answer: TableAnswer) -> Iterator[Rows]:
    """Rows that anybody would put together: few of a dimension in every way, of many all but one.

    Of many, also those that are hidden: what is left of the whole without those that are shown.
    """
    yield (("", ""),)
    hidden = {(row.dimension, row.category) for row in answer.rows if row.total.value is None}
    for dimension in unsafe.table.dimensions:
        rows = tuple((dimension.name, code) for code in dimension.codes)
        sizes = range(1, len(rows)) if len(rows) < 5 else (1, len(rows) - 1)
        for size in sizes:
            yield from combinations(rows, size)
        if left := tuple(row for row in rows if row in hidden):
            yield left


def found_out(
    unsafe: UnsafeTable, persons: Sequence[Person], answer: TableAnswer, rules: Rules = RULES
) -> list[tuple[Rows, str]]:
    """What the attacker, who also knows every empty category, learns too much of."""
    if answer.status == "refused":
        return []
    columns = ("all", *unsafe.table.magnitude_names)
    empty = {
        (row.dimension, row.category, column): 0
        for row in unsafe.rows
        for column in columns
        if not row.total.count
    }
    outsider = Attacker(unsafe.table, answer, rules)
    insider = Attacker(unsafe.table, answer, rules, empty)
    learned = []
    for rows in together(unsafe, answer):
        mine = [person for person in persons if _is_in(unsafe, person, rows)]
        attacker = insider if mine else outsider
        learned += [
            (rows, column)
            for column, enough in _secrets(unsafe, mine, rules)
            if not enough(*attacker.interval([(*row, column) for row in rows]))
        ]
    return learned


def _is_in(unsafe: UnsafeTable, person: Person, rows: Rows) -> bool:
    places = {
        (dimension.name, dimension.codes[place])
        for dimension, place in zip(unsafe.table.dimensions, person[1], strict=True)
    }
    return rows == (("", ""),) or bool(places & set(rows))


def _secrets(unsafe: UnsafeTable, persons: Sequence[Person], rules: Rules):
    """Each quantity of these persons that breaks a rule, and what hides it enough."""
    workers = len(persons) if unsafe.table.about_staff else 0
    teams = len({person[0] for person in persons})
    behind = UnsafeCell(len(persons), len(persons) - workers, workers, teams, min(workers, 1))
    is_small, is_precise = (rule(behind, unsafe.table, rules) for rule in (small, precise))
    if is_small or is_precise:
        least = max(rules.minimum_persons, rules.staff_minimum_workers if workers else 0) - 1

        def counts(low: float, high: float) -> bool:
            holds = not is_small or (low <= 0 and high >= least)
            return holds and (not is_precise or high - low >= 10)

        yield "all", counts
    for place, magnitude in enumerate(unsafe.table.magnitudes):
        values = [person[2][place] for person in persons]
        if is_small or is_precise or dominated(values, rules):
            share = rules.dominance_percent * max(values, default=0) / 100
            of_two = sum(sorted(values)[-2:]) * (100 / (rules.two_largest_percent or 100) - 1)
            width = max(rules.minimum_persons * 10**magnitude.decimals, share, of_two)
            yield magnitude.name, lambda low, high, width=width: high - low >= width


def test_the_second_largest_finds_the_largest_of_an_exact_sum_but_no_sum_is_published():
    caseloads = [400, 30, *[2] * 15]
    persons: list[Person] = [(n % 5, (0,), (each,)) for n, each in enumerate(caseloads)]
    persons += crowd(40, 1, 15)
    unsafe = sum_up(magnitude_table([CHILDREN], TWO), persons)
    secret = ("service", "a", "children")

    rounded = half_up(sum(caseloads), 5)
    guesses = [total - 30 for total in fits(rounded, 5)]
    low, high = Attacker(unsafe.table, protected(unsafe), RULES).interval([secret])

    assert all(abs(guess - 400) <= 0.1 * 400 for guess in guesses)
    assert published(protected(unsafe))[secret] is None
    assert high - low >= 40


def test_a_single_contributor_among_many_is_not_found_from_the_sum():
    persons: list[Person] = [(0, (0,), (300,)), *crowd(20, 0, 0), *crowd(30, 1, 12)]
    unsafe = sum_up(magnitude_table([CHILDREN], TWO), persons)
    secret = ("service", "a", "children")

    low, high = Attacker(unsafe.table, protected(unsafe), RULES).interval([secret])
    before = Attacker(unsafe.table, draft(unsafe), RULES).interval([secret])

    assert before[1] - before[0] < 30
    assert high - low >= 30


def test_an_outsider_finds_what_two_have_who_hold_nearly_everything_unless_a_study_guards_them():
    """Two of 17 have 570 of 600 children; each of them is safe from the other."""
    caseloads = [300, 270, *[2] * 15]
    persons: list[Person] = [(n % 5, (0,), (each,)) for n, each in enumerate(caseloads)]
    persons += crowd(40, 1, 25)
    unsafe = sum_up(magnitude_table([CHILDREN], TWO), persons)
    secret = ("service", "a", "children")
    rules = Rules(two_largest_percent=90)

    before = Attacker(unsafe.table, protected(unsafe), RULES).interval([secret])
    half = Attacker(unsafe.table, draft(unsafe, rules), rules).interval([secret])
    after = Attacker(unsafe.table, protected(unsafe, rules), rules).interval([secret])

    # 15 others have at least nothing, and what two have is below the sum.
    assert before[1] < 570 * 100 / 90
    assert half[1] - half[0] < 570 * 10 / 90
    assert after[1] - after[0] >= 570 * 10 / 90
    assert found_out(unsafe, persons, draft(unsafe, rules), rules)
    assert found_out(unsafe, persons, protected(unsafe, rules), rules) == []


def test_the_smaller_of_two_categories_is_found_by_subtraction_but_for_the_larger_ones_silence():
    persons = [*crowd(4, 0, 17, 90), *crowd(63, 1, 15, 80)]
    unsafe = sum_up(magnitude_table(dimensions=TWO), persons)
    secrets = [("service", "a", column) for column in ("all", "children")]

    before = [Attacker(unsafe.table, draft(unsafe), RULES).interval([each]) for each in secrets]
    after = [Attacker(unsafe.table, protected(unsafe), RULES).interval([each]) for each in secrets]

    assert before[0][1] < 9
    assert before[1][1] - before[1][0] < 10
    assert after[0][0] == 0
    assert after[0][1] >= 9
    assert after[1][1] - after[1][0] >= 10
    assert found_out(unsafe, persons, draft(unsafe))
    assert found_out(unsafe, persons, protected(unsafe)) == []


def test_two_small_categories_are_not_found_together_as_what_the_third_leaves_of_the_whole():
    persons = [*crowd(3, 0, 17, 90), *crowd(4, 1, 17, 90), *crowd(60, 2, 15, 80)]
    unsafe = sum_up(magnitude_table(dimensions=THREE), persons)
    both: list[Key] = [("service", code, "all") for code in ("a", "b")]

    before = Attacker(unsafe.table, draft(unsafe), RULES).interval(both)
    after = Attacker(unsafe.table, protected(unsafe), RULES).interval(both)

    assert before[0] > 0
    assert before[1] <= 9
    assert after[0] == 0
    assert after[1] >= 9


@pytest.mark.parametrize("dimensions", [FOUR, MANY], ids=["few", "many"])
def test_one_person_who_dominates_two_hidden_categories_together_is_not_found_from_the_rest(
    dimensions,
):
    persons: list[Person] = [(0, (0,), (480,)), *crowd(5, 0, 2), *crowd(12, 1, 0)]
    for category in range(2, len(dimensions["service"])):
        persons += crowd(30 + category, category, 14)
    unsafe = sum_up(magnitude_table([CHILDREN], dimensions), persons)
    both: list[Key] = [("service", code, "children") for code in ("a", "b")]

    before = Attacker(unsafe.table, draft(unsafe), RULES).interval(both)
    after = Attacker(unsafe.table, protected(unsafe), RULES).interval(both)

    assert before[1] - before[0] < 48
    assert after[1] - after[0] >= 48


def test_a_single_worker_who_knows_their_own_category_does_not_find_two_others_together():
    persons = [*crowd(4, 0, 11), *crowd(5, 1, 13), *crowd(1, 2, 15), *crowd(63, 3, 12)]
    unsafe = sum_up(magnitude_table([CHILDREN], FOUR), persons)
    own = {("service", "c", "all"): 1, ("service", "c", "children"): 15}
    both: list[Key] = [("service", code, "all") for code in ("a", "b")]

    before = Attacker(unsafe.table, draft(unsafe), RULES, own).interval(both)
    after = Attacker(unsafe.table, protected(unsafe), RULES, own).interval(both)

    assert before[0] > 0
    assert after[0] == 0
    assert after[1] >= 9


def test_a_mean_from_rounded_parts_with_a_known_divisor_leaves_the_sum_in_its_interval():
    persons = [*crowd(18, 0, 17), *crowd(5, 0, 9)]
    (row,) = protected(
        sum_up(magnitude_table([CHILDREN], {}), [(t, (), v) for t, _, v in persons])
    ).rows

    def fitting(mean: float, divisor: int) -> list[int]:
        return [total for total in range(600) if round(total / divisor, 1) == mean]

    truth, divisor = 18 * 17 + 5 * 9, 23
    exact_mean = round(truth / divisor, 1)
    known_divisor_and_sum = fits(row.sums[0].value, 5)

    assert len(fitting(exact_mean, divisor)) < 4
    assert len(known_divisor_and_sum) == 5
    assert truth in known_divisor_and_sum


def test_working_time_that_is_bounded_by_persons_does_not_tell_how_many_they_are():
    persons = [*crowd(4, 0, 100), *crowd(63, 1, 90)]
    unsafe = sum_up(magnitude_table([FTE], TWO), persons)

    answer = protected(unsafe)

    assert found_out(unsafe, persons, draft(unsafe))
    assert found_out(unsafe, persons, answer) == []


def test_a_single_worker_who_knows_their_own_category_does_not_find_another():
    persons = [*crowd(1, 0, 11), *crowd(6, 1, 13), *crowd(40, 2, 15), *crowd(25, 3, 12)]
    unsafe = sum_up(magnitude_table([CHILDREN], FOUR), persons)
    own = {("service", "a", "all"): 1, ("service", "a", "children"): 11}
    answer = protected(unsafe)

    before = Attacker(unsafe.table, draft(unsafe), RULES, own).interval([("service", "b", "all")])
    counts = Attacker(unsafe.table, answer, RULES, own).interval([("service", "b", "all")])
    sums = Attacker(unsafe.table, answer, RULES, own).interval([("service", "b", "children")])

    assert before[0] > 0
    assert counts[0] == 0
    assert counts[1] >= 9
    assert sums[1] - sums[0] >= 10


def drawn(magnitudes: Sequence[Magnitude], dimensions, about_staff: bool, seed: int, number: int):
    """Random persons and their table."""
    table = magnitude_table(magnitudes, dimensions, about_staff=about_staff)
    return random_sums(table, seed, number)


@pytest.mark.parametrize("dimensions", [THREE, TWO_WAYS], ids=["one_way", "two_ways"])
def test_without_the_secondary_stage_the_attacker_succeeds_and_with_it_never(dimensions):
    wave = [drawn([CHILDREN, FTE], dimensions, True, seed, 70) for seed in range(8)]

    before = [bool(found_out(*each, draft(each[0]))) for each in wave]
    after = [found_out(*each, protected(each[0])) for each in wave]

    assert sum(before) >= 4
    assert after == [[]] * len(wave)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    number=st.integers(0, 200),
    dimensions=st.sampled_from([{}, TWO, THREE, TWO_WAYS, FOUR, MANY]),
    about_staff=st.booleans(),
    magnitudes=st.sampled_from([[CHILDREN], [FTE], [CHILDREN, FTE]]),
    rules=st.sampled_from(
        [
            RULES,
            Rules(zeros_may_be_shown=True),
            Rules(minimum_persons=20, rounding_base=10),
            Rules(dominance_percent=40, staff_minimum_teams=6),
            Rules(two_largest_percent=60),
        ]
    ),
)
def test_no_attacker_finds_an_interval_that_is_narrower_than_the_rules_allow(
    seed, number, dimensions, about_staff, magnitudes, rules
):
    unsafe, persons = drawn(magnitudes, dimensions, about_staff, seed, number)

    answer = protected(unsafe, rules)

    assert found_out(unsafe, persons, answer, rules) == []
