"""Attacks on what one wave publishes, by an attacker who shares no code with the defence.

Each attack is first shown to work: on exact or on merely rounded figures, or on the draft that
stages 1 and 2 alone would publish. Then it must fail on what `protect` publishes.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import primary, protect, publish
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeCell, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from support.attacker import Attacker, Key, every_line, exact, half_up, published
from support.exact_tables import (
    CHILD,
    NEXT_QUARTER,
    SERVICES,
    WORKER,
    base_table,
    from_counts,
    random_table,
)
from support.plain_rules import precise, small

RULES = Rules()
OUTCOMES = ("both", "part1_only", "neither", "unknown")
TWO_WAYS = {**SERVICES, "agency": ("0", "1")}
WHOLE_TOTAL = ("", "", "all")


def draft(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    """What stages 1 and 2 alone would publish."""
    grid = Grid.of(unsafe)
    view = View.of(grid, primary.suppress(grid, rules).hidden, rules)
    return publish.answer(unsafe, grid, view)


def protected(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    return protect([unsafe], rules, "1.0").tables[0].answer


def secrets(unsafe: UnsafeTable) -> list[tuple[UnsafeCell, list[Key], list[Key]]]:
    """Every quantity that a rule hides, and the figures that it is the sum of, less others."""
    found = []
    for row in unsafe.rows:
        place = (row.dimension, row.category)
        found.append((row.total, [(*place, "all")], []))
        for code, cell in row.cells.items():
            found.append((cell, [(*place, code)], []))
            found.append((row.complements[code], [(*place, "all")], [(*place, code)]))
    return found


def found_out(unsafe: UnsafeTable, answer: TableAnswer, rules: Rules = RULES) -> list[Key]:
    """The first figure of each secret that the attacker learns too much of.

    The attacker knows every empty combination, but for secrets that are themselves empty.
    """
    if answer.status == "refused":
        return []
    empty = {k: 0 for k, c in exact(unsafe).items() if not c.count and k[2] != "all"}
    outsider = Attacker(unsafe.table, answer, rules)
    insider = Attacker(unsafe.table, answer, rules, empty)
    learned = []
    for cell, plus, minus in secrets(unsafe):
        is_small = small(cell, unsafe.table, rules)
        is_precise = precise(cell, unsafe.table, rules)
        if is_small or is_precise:
            low, high = (insider if cell.count else outsider).interval(plus, minus)
            hidden = not is_small or (low <= 0 and high >= rules.minimum_persons - 1)
            if not hidden or (is_precise and high - low < 10):
                learned.append((minus or plus)[0])
    return learned


def test_one_suppression_in_a_line_is_found_by_subtraction_but_for_its_partner():
    unsafe = from_counts(base_table(dimensions={}), {(): (50, 100, 2)})
    secret = ("", "", "neither")

    before = Attacker(unsafe.table, draft(unsafe), RULES).interval([secret])
    after = Attacker(unsafe.table, protected(unsafe), RULES).interval([secret])

    assert published(draft(unsafe))[secret] is None
    assert before == (0, 6)
    assert after[0] == 0
    assert after[1] >= 9


def test_one_suppression_in_a_line_is_safe_from_an_attacker_who_tries_every_line_of_counts():
    unsafe = from_counts(base_table(dimensions={}), {(): (18, 18, 1)})

    def values_of_the_secret(answer: TableAnswer) -> set[int]:
        figures = published(answer)
        line = [figures["", "", code] for code in unsafe.table.outcome_codes]
        return {fit[2] for fit in every_line(line, figures[WHOLE_TOTAL], RULES)}

    before = values_of_the_secret(draft(unsafe))
    after = values_of_the_secret(protected(unsafe))

    assert max(before) < 9
    assert after >= set(range(10))


def test_two_singletons_in_one_line_do_not_find_each_other_out():
    unsafe = from_counts(base_table(OUTCOMES, {}), {(): (53, 48, 1, 1)})
    own, secret = ("", "", "neither"), ("", "", "unknown")

    before = Attacker(unsafe.table, draft(unsafe), RULES, {own: 1}).interval([secret])
    after = Attacker(unsafe.table, protected(unsafe), RULES, {own: 1}).interval([secret])

    assert before[1] < 9
    assert after[0] == 0
    assert after[1] >= 9


def test_a_single_person_who_knows_their_own_cell_does_not_find_a_larger_one_in_the_line():
    unsafe = from_counts(base_table(OUTCOMES, {}), {(): (52, 52, 9, 1)})
    own, secret = ("", "", "unknown"), ("", "", "neither")

    outsider = Attacker(unsafe.table, draft(unsafe), RULES).interval([secret])
    before = Attacker(unsafe.table, draft(unsafe), RULES, {own: 1}).interval([secret])
    after = Attacker(unsafe.table, protected(unsafe), RULES, {own: 1}).interval([secret])

    assert outsider[0] == 0
    assert before[0] > 0
    assert after[0] == 0
    assert after[1] >= 9


def test_a_combination_that_cannot_occur_protects_nobody():
    unsafe = from_counts(base_table(OUTCOMES, {}), {(): (52, 52, 9, 0)})
    secret, impossible = ("", "", "neither"), {("", "", "unknown"): 0}

    outsider = Attacker(unsafe.table, draft(unsafe), RULES).interval([secret])
    before = Attacker(unsafe.table, draft(unsafe), RULES, impossible).interval([secret])
    after = Attacker(unsafe.table, protected(unsafe), RULES, impossible).interval([secret])

    assert outsider[0] == 0
    assert before[0] > 0
    assert after[0] == 0
    assert after[1] >= 9


def test_the_margins_of_a_second_dimension_narrow_a_draft_but_leave_the_answer_safe():
    counts = {
        (0, 0): (50, 50, 2),
        (0, 1): (50, 50, 1),
        (1, 0): (50, 50, 25),
        (1, 1): (50, 50, 23),
        (2, 0): (50, 50, 25),
        (2, 1): (50, 50, 28),
    }
    both_ways = from_counts(base_table(dimensions=TWO_WAYS), counts)
    secret = ("service", "a", "neither")
    one_way = from_counts(
        base_table(),
        {(s,): [a + b for a, b in zip(counts[s, 0], counts[s, 1], strict=True)] for s in range(3)},
    )

    with_one = Attacker(one_way.table, draft(one_way), RULES).interval([secret])
    with_both = Attacker(both_ways.table, draft(both_ways), RULES).interval([secret])

    assert with_both[1] - with_both[0] < with_one[1] - with_one[0]
    assert found_out(both_ways, draft(both_ways))
    assert found_out(both_ways, protected(both_ways)) == []


def test_a_rate_to_one_decimal_with_a_known_denominator_gives_the_numerator_only_if_it_is_exact():
    table = base_table(("authorised", "not_authorised"), {}, subjects=(CHILD,))
    total = 150

    def fitting(rate: float, of: int) -> list[int]:
        return [n for n in range(of + 1) if round(100 * n / of, 1) == rate]

    def published_rate(numerator: int) -> float:
        figures = published(protected(from_counts(table, {(): (numerator, total - numerator)})))
        return round(100 * figures["", "", "authorised"] / figures[WHOLE_TOTAL], 1)

    exact_rate = round(100 * 63 / total, 1)
    same_rate = [n for n in range(55, 75) if published_rate(n) == published_rate(63)]

    assert fitting(exact_rate, total) == [63]
    assert same_rate == [63, 64, 65, 66, 67]


@pytest.mark.parametrize("dimensions", [SERVICES, TWO_WAYS], ids=["one_way", "two_ways"])
def test_without_the_secondary_stage_the_attacker_succeeds_and_with_it_never(dimensions):
    wave = [random_table(base_table(OUTCOMES, dimensions), seed, 600) for seed in range(6)]

    before = [bool(found_out(unsafe, draft(unsafe))) for unsafe in wave]
    after = [found_out(unsafe, protected(unsafe)) for unsafe in wave]

    assert sum(before) >= 3
    assert after == [[]] * len(wave)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    events=st.integers(0, 900),
    dimensions=st.sampled_from([{}, SERVICES, TWO_WAYS]),
    about_staff=st.booleans(),
    rules=st.sampled_from(
        [
            RULES,
            Rules(zeros_may_be_shown=True),
            Rules(minimum_persons=20, rounding_base=10),
            Rules(worker_share_percent=20, staff_minimum_teams=6),
            Rules(low_high_below=10),
            Rules(low_high_below=20, zeros_may_be_shown=True),
        ]
    ),
)
def test_no_attacker_finds_an_interval_that_is_narrower_than_the_rules_allow(
    seed, events, dimensions, about_staff, rules
):
    subjects = (WORKER,) if about_staff else (CHILD, WORKER)
    table = base_table(OUTCOMES, dimensions, about_staff=about_staff, subjects=subjects)
    unsafe = random_table(table, seed, events)

    answer = protected(unsafe, rules)

    assert found_out(unsafe, answer, rules) == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), events=st.integers(100, 900))
def test_a_single_person_who_knows_their_own_cell_finds_nobody_else_in_its_line(seed, events):
    unsafe = random_table(base_table(OUTCOMES), seed, events)
    answer, truth = protected(unsafe), exact(unsafe)
    singles = [k for k, c in truth.items() if k[2] != "all" and 1 in (c.children, c.workers)]

    learned = [
        (single, other)
        for single in singles
        for other, cell in truth.items()
        if answer.status == "released"
        and single[:2] == other[:2]
        and other[2] not in ("all", single[2])
        and cell.count
        and small(cell, unsafe.table, RULES)
        and not _is_hidden(unsafe, answer, single, truth[single].count, other)
    ]

    assert learned == []


def _is_hidden(unsafe: UnsafeTable, answer: TableAnswer, single: Key, own: int, other: Key) -> bool:
    low, high = Attacker(unsafe.table, answer, RULES, {single: own}).interval([other])
    return low <= 0 and high >= 9


def test_two_quarters_together_tell_no_more_than_each_alone():
    table = base_table(OUTCOMES)
    wave = [random_table(table, 3, 600), random_table(table, 4, 600, NEXT_QUARTER)]

    together = [safe.answer for safe in protect(wave, RULES, "1.0").tables]

    assert together == [protected(unsafe) for unsafe in wave]
    assert [found_out(u, a) for u, a in zip(wave, together, strict=True)] == [[], []]


def test_the_attackers_own_rounding_is_the_documented_one():
    assert [half_up(count, 10) for count in (4, 5, 14, 15, 25)] == [0, 10, 10, 20, 30]
