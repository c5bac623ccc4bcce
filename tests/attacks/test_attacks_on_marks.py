"""Attacks on `[low]` and `[high]`: on what a marker says, and on what its absence does.

Each is first shown to work on marks that are set without thought: wherever a count is small, or
wherever the marked table passes an audit. Then it must fail on the marks of `protect`.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import protect
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import Link
from support.attacker import Attacker, Key, exact, fits, half_up, markers, published
from support.exact_tables import (
    CHILD,
    SERVICES,
    WORKER,
    base_table,
    from_counts,
    random_table,
    tabulate,
)
from support.linked_attacker import LinkedAttacker
from support.plain_rules import precise, small

BELOW = 12
LARGE = 21
"""Hidden counts below this are tried one by one."""
PLAIN, MARKING = Rules(), Rules(low_high_below=BELOW)
OUTCOMES = ("a", "b", "c", "d")
Marked = Callable[[UnsafeTable], TableAnswer]


def protected(unsafe: UnsafeTable, rules: Rules = MARKING) -> TableAnswer:
    return protect([unsafe], rules, "1.0").tables[0].answer


def with_low(unsafe: UnsafeTable) -> TableAnswer:
    """The table as it would be published without markers, and every small count marked."""
    answer = protected(unsafe, PLAIN)
    if answer.status == "refused":
        return answer
    truth, (whole, *others) = exact(unsafe), answer.rows
    cells = tuple(
        cell.model_copy(update={"marker": "[low]"})
        if cell.value is None and truth["", "", cell.outcome].count < BELOW
        else cell
        for cell in whole.cells
    )
    rows = (whole.model_copy(update={"cells": cells}), *others)
    return answer.model_copy(update={"rows": rows})


def with_low_where_it_passes(unsafe: UnsafeTable) -> TableAnswer:
    """The same where that leaves every small count free, which is to look at what is hidden."""
    answer = with_low(unsafe)
    return protected(unsafe, PLAIN) if found_out(unsafe, answer) else answer


def found_out(unsafe: UnsafeTable, answer: TableAnswer, rules: Rules = MARKING) -> list[Key]:
    """Figures of which, or of the rest of whose row, the attacker learns too much."""
    if answer.status == "refused":
        return []
    empty = {k: 0 for k, c in exact(unsafe).items() if not c.count and k[2] != "all"}
    outsider = Attacker(unsafe.table, answer, rules)
    insider = Attacker(unsafe.table, answer, rules, empty)
    learned = []
    for row in unsafe.rows:
        place = (row.dimension, row.category)
        for code, cell in row.cells.items():
            rest = ([(*place, "all")], [(*place, code)])
            for behind, sides in ((cell, ([(*place, code)], [])), (row.complements[code], rest)):
                is_small = small(behind, unsafe.table, rules)
                is_precise = precise(behind, unsafe.table, rules)
                if not (is_small or is_precise):
                    continue
                low, high = (insider if behind.count else outsider).interval(*sides)
                too_little = is_small and not (low <= 0 and high >= rules.minimum_persons - 1)
                if too_little or (is_precise and high - low < 10):
                    learned.append((*place, code))
    return learned


def one_line(*counts: int) -> UnsafeTable:
    codes = OUTCOMES[: len(counts)]
    return from_counts(base_table(codes, {}, subjects=(CHILD,)), {(): counts})


def lookalikes(answer: TableAnswer, unsafe: UnsafeTable) -> Iterator[UnsafeTable]:
    """For each choice of the hidden counts, one line that may be published as this one was.

    A large hidden count is what the others leave of the published total.
    """
    figures, truth = published(answer), exact(unsafe)
    codes = unsafe.table.outcome_codes
    total = figures["", "", "all"] or 0
    is_large = [figures["", "", c] is None and truth["", "", c].count >= LARGE for c in codes]
    choices = []
    for code, large in zip(codes, is_large, strict=True):
        value = figures["", "", code]
        counts = range(LARGE) if value is None else [n for n in fits(value, 5) if n >= 10]
        choices.append([0] if large else counts)
    seen = set()
    for line in itertools.product(*choices):
        left = total - sum(line)
        found = [left if large else n for n, large in zip(line, is_large, strict=True)]
        hidden = tuple(n for c, n in zip(codes, found, strict=True) if figures["", "", c] is None)
        if half_up(sum(found), 5) == total and min(found) >= 0 and hidden not in seen:
            seen.add(hidden)
            yield one_line(*found)


def values_that_fit(unsafe: UnsafeTable, marked: Marked) -> dict[str, set[int]]:
    """What each cell may be for one who runs the published algorithm on every table that fits."""
    seen = marked(unsafe)
    fitting = [exact(one) for one in lookalikes(seen, unsafe) if marked(one) == seen]
    return {
        code: {one["", "", code].count for one in fitting} for code in unsafe.table.outcome_codes
    }


def test_a_marker_bounds_its_cell_and_nothing_else():
    unsafe = one_line(293, 4)

    answer = protected(unsafe)

    attacker = Attacker(unsafe.table, answer, MARKING)
    assert markers(answer) == {("", "", "a"): "[high]", ("", "", "b"): "[low]"}
    assert attacker.interval([("", "", "b")]) == (0, BELOW - 1)
    assert found_out(unsafe, answer) == []


def test_marking_whatever_is_small_gives_small_counts_away():
    unsafe = one_line(152, 91, 9, 8)

    assert found_out(unsafe, protected(unsafe, PLAIN)) == []
    assert found_out(unsafe, with_low(unsafe))
    assert found_out(unsafe, protected(unsafe)) == []


@pytest.mark.parametrize("counts", [(150, 90, 5, 9), (290, 4, 20), (290, 1, 2)])
def test_one_who_runs_the_algorithm_on_every_value_learns_no_more_where_marks_are_in_use(counts):
    unsafe = one_line(*counts)

    without = values_that_fit(unsafe, lambda one: protected(one, PLAIN))
    careful = values_that_fit(unsafe, protected)

    for code, count in zip(unsafe.table.outcome_codes, counts, strict=True):
        if count < 10:
            assert without[code] & set(range(10)) <= careful[code]


def test_one_who_runs_an_algorithm_that_looks_at_what_is_hidden_learns_from_its_marks():
    unsafe = one_line(5, 9, 150, 90)

    without = values_that_fit(unsafe, lambda one: protected(one, PLAIN))["a"]
    careless = values_that_fit(unsafe, with_low_where_it_passes)["a"]

    assert set(range(10)) <= without
    assert not set(range(10)) <= careless


@pytest.mark.parametrize("counts", [(293, 4), (293, 0)], ids=["few", "none"])
def test_a_mark_tells_no_more_than_it_says(counts):
    unsafe = one_line(*counts)
    seen = protected(unsafe)

    fitting = {
        b
        for b in range(60)
        for a in [n - b for n in fits(published(seen)["", "", "all"] or 0, 5)]
        if protected(one_line(a, b)) == seen
    }

    assert markers(seen)["", "", "b"] == "[low]"
    assert fitting == set(range(10)), "ten and more would be published"


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    events=st.integers(100, 900),
    dimensions=st.sampled_from([{}, SERVICES]),
    about_staff=st.booleans(),
    below=st.sampled_from([10, 11, 15, 30]),
)
def test_no_attacker_finds_a_narrower_interval_than_the_rules_allow_for_all_markers(
    seed, events, dimensions, about_staff, below
):
    subjects = (WORKER,) if about_staff else (CHILD,)
    table = base_table(OUTCOMES, dimensions, about_staff=about_staff, subjects=subjects)
    unsafe, rules = random_table(table, seed, events), Rules(low_high_below=below)

    answer = protected(unsafe, rules)

    assert found_out(unsafe, answer, rules) == []


TEAMS = {"service": ("a", "b", "c", "d")}
FIRST = base_table(("yes", "no", "unknown"), TEAMS, name="authorised", subjects=(CHILD,))
SECOND = base_table(("early", "late"), TEAMS, name="recorded", subjects=(CHILD,))
SAME = (Link(kind="same_population", tables=("authorised", "recorded"), reason="Reason."),)


def two_of_one_population(seed: int) -> list[UnsafeTable]:
    """Children by service, in two tables; few of them have the second or third outcome."""
    source = random.Random(seed)
    services = [n for n in range(4) for _ in range(source.choice((12, 40, 90, 200)))]
    few = [source.choice((1, 4, 12)) for _ in range(3)]
    first = [source.choices(range(3), (200, few[0], few[1]))[0] for _ in services]
    second = [source.choices(range(2), (150, few[2]))[0] for _ in services]
    return [
        tabulate(table, [
            (child, -1, child % 7, outcome, services[child])
            for child, outcome in enumerate(outcomes)
        ])
        for table, outcomes in ((FIRST, first), (SECOND, second))
    ]  # fmt: skip


def test_marks_in_tables_of_one_population_do_not_give_each_other_away():
    marked = 0
    for seed in range(25):
        tables = two_of_one_population(seed)

        answers = [one.answer for one in protect(tables, MARKING, "1.0", SAME).tables]

        assert {answer.status for answer in answers} == {"released"}
        pairs = list(zip(tables, answers, strict=True))
        attackers = [Attacker(one.table, answer, MARKING) for one, answer in pairs]
        totals = [key for key in attackers[0].keys if key[2] == "all"]
        attacker = LinkedAttacker(attackers, [((0, key), (1, key), True) for key in totals])
        for number, (unsafe, answer) in enumerate(pairs):
            marked += {"[low]", "[high]"} & set(markers(answer).values()) != set()
            for key, cell in exact(unsafe).items():
                if small(cell, unsafe.table, MARKING):
                    low, high = attacker.interval(number, [key])
                    assert low <= 0
                    assert high >= MARKING.minimum_persons - 1
    assert marked >= 10
