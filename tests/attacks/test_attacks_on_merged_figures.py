"""Attacks on what some outcomes are together, where a study lets them be put together.

The attacker knows a merged figure as the sum of its outcomes, rounded on its own, and which
outcomes it is made of. Each attack first works where merged figures are shown without thought.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import protect
from oversight_agent.disclosure.past import Past, Tie
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable
from support import switched_off
from support.attacker import Attacker, Key, exact, published
from support.exact_tables import (
    CHILD,
    CHILD_IF_ANY,
    QUARTER,
    WORKER,
    base_table,
    from_counts,
    random_table,
)
from support.joint_attacker import JointAttacker, at_least
from support.plain_rules import precise, small

RULES = Rules()
FIVE = base_table(
    ("a", "b", "c", "d", "e"), {}, subjects=(CHILD,), merges={"de": ("d", "e"), "cde": ("c", "de")}
)
ANY_SMALL = set(range(10))

MERGES = (
    {"de": ("d", "e")},
    {"cd": ("c", "d")},
    {"bc": ("b", "c"), "bcd": ("bc", "d")},
    {"ab": ("a", "b"), "cd": ("c", "d")},
    {"cd": ("c", "d"), "bcd": ("b", "cd")},
)


@st.composite
def tables(draw: st.DrawFn) -> UnsafeTable:
    """Random tables of three to five outcomes that may be put together in one way or two."""
    codes = "abcde"[: draw(st.integers(3, 5))]
    merges = draw(
        st.sampled_from([each for each in MERGES if _fits(each, codes)] or [{"bc": ("b", "c")}])
    )
    dimensions = draw(st.sampled_from([{}, {"service": ("p", "q")}, {"service": ("p", "q", "r")}]))
    subjects, about_staff = draw(
        st.sampled_from([((CHILD,), False), ((CHILD_IF_ANY, WORKER), False), ((WORKER,), True)])
    )
    table = base_table(codes, dimensions, subjects=subjects, about_staff=about_staff, merges=merges)
    return random_table(table, draw(st.integers(0, 10_000)), draw(st.integers(30, 400)))


def _fits(merges: dict[str, tuple[str, ...]], codes: str) -> bool:
    inside = {part for parts in merges.values() for part in parts if len(part) == 1}
    return inside <= set(codes) and all(len(code) < len(codes) for code in merges)


def protected(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    return protect([unsafe], rules, "1.0").tables[0].answer


def merged(answer: TableAnswer) -> dict[Key, int | None]:
    return {
        (row.dimension, row.category, cell.outcome): cell.value
        for row in answer.rows
        for cell in row.merged
    }


def secrets(unsafe: UnsafeTable, rules: Rules) -> Iterator[tuple[list[Key], list[Key], bool, bool]]:
    """Figures, less others, that rules hide: whether they are empty, and small."""
    for row in unsafe.rows:
        at = (row.dimension, row.category)
        every = [(row.total, [(*at, "all")], [])]
        for code, cell in row.cells.items():
            every.append((cell, [(*at, code)], []))
            every.append((row.complements[code], [(*at, "all")], [(*at, code)]))
        for cell, plus, minus in every:
            if small(cell, unsafe.table, rules) or precise(cell, unsafe.table, rules):
                yield plus, minus, not cell.count, small(cell, unsafe.table, rules)


def found_out(unsafe: UnsafeTable, answer: TableAnswer, rules: Rules = RULES) -> list[Key]:
    """Of which secrets an attacker learns too much, who knows which others are empty."""
    if answer.status == "refused":
        return []
    empty = {key: 0 for key, cell in exact(unsafe).items() if not cell.count and key[2] != "all"}
    outsider = Attacker(unsafe.table, answer, rules)
    insider = Attacker(unsafe.table, answer, rules, empty)
    learned = []
    for plus, minus, is_empty, is_small in secrets(unsafe, rules):
        low, high = (outsider if is_empty else insider).interval(plus, minus)
        narrow = low > 0 or high < rules.minimum_persons - 1 if is_small else high - low < 10
        if narrow:
            learned.append((minus or plus)[0])
    return learned


@settings(max_examples=120, deadline=None)
@given(tables(), st.sampled_from([RULES, Rules(zeros_may_be_shown=True)]))
def test_who_subtracts_merged_figures_finds_out_no_more_than_without_them(
    unsafe: UnsafeTable, rules: Rules
):
    assert found_out(unsafe, protected(unsafe, rules), rules) == []


def test_merged_figures_are_shown_in_random_tables_at_all():
    shown = [
        merged(protected(random_table(FIVE, seed, events)))
        for seed in range(30)
        for events in (60, 150)
    ]

    assert sum(map(bool, shown)) > 5


def test_without_secondary_suppression_a_merged_figure_gives_a_small_count_away(
    monkeypatch: pytest.MonkeyPatch,
):
    """To the only child in one of the two outcomes, who knows of that one."""
    unsafe = from_counts(FIVE, {(): (58, 48, 38, 9, 1)})
    own, secret = {("", "", "e"): 1}, ("", "", "d")

    after = protected(unsafe)
    # Single persons are what barely enough is not shown for; suppression guards them as well.
    switched_off.what_is_barely_enough_together(monkeypatch)
    suppressed = protected(unsafe)
    switched_off.secondary_suppression(monkeypatch)
    before = protected(unsafe)

    assert merged(before)["", "", "de"] == 10
    assert Attacker(FIVE, before, RULES, own).interval([secret]) == (9, 11)
    for answer in (after, suppressed):
        assert "de" not in {key[2] for key in merged(answer)}
        low, high = Attacker(FIVE, answer, RULES, own).interval([secret])
        assert (low, high >= 9) == (0, True)


def test_what_three_small_outcomes_are_together_leaves_each_of_them_free():
    unsafe = from_counts(FIVE, {(): (60, 50, 4, 6, 7)})

    answer = protected(unsafe)

    assert merged(answer) == {("", "", "cde"): 15}
    attacker = Attacker(FIVE, answer, RULES)
    assert {attacker.interval([("", "", code)]) for code in "cde"} == {(0, 17)}
    # Nor does it help to know that all three are small.
    told = JointAttacker([attacker], [])
    assert told.interval({(0, ("", "", "c")): 1.0}) == (0, 17)
    lines = [line for line in itertools.product(range(10), repeat=3) if 13 <= sum(line) <= 17]
    assert {line[0] for line in lines} == ANY_SMALL


def test_what_two_outcomes_are_together_is_told_whether_both_are_small_or_one_with_a_partner():
    lines = [(6, 7), (9, 6), (3, 12), (0, 15), (15, 0)]

    answers = [protected(from_counts(FIVE, {(): (60, 50, 40, *line)})) for line in lines]

    # The same is hidden, and shown as 15. (What re-running finds is tried in
    # `test_attacks_by_rerunning_on_merges`.)
    assert {tuple(merged(answer).items()) for answer in answers} == {
        ((("", "", "de"), 15), (("", "", "cde"), 55))
    }
    for answer in answers:
        figures = published(answer)
        assert [code for code in "abcde" if figures["", "", code] is None] == ["d", "e"]
        attacker = Attacker(FIVE, answer, RULES)
        assert {attacker.interval([("", "", code)]) for code in "de"} == {(0, 17)}


def test_merged_figures_of_a_correction_do_not_tell_who_was_added():
    """Both outcomes grew by a child or two, too few to be told; so did they together."""
    before = from_counts(FIVE, {(): (60, 50, 4, 6, 7)})
    after = from_counts(FIVE, {(): (60, 50, 4, 8, 8)})
    first = protected(before)
    past = [Past(before, first, RULES)]

    second = protect([after], RULES, "1.0", ties=[Tie("again", (0, 1))], past=past).tables[0].answer

    facts = [at_least((0, key), (1, key)) for key in exact(after)]
    attacker = JointAttacker.on([after, before], [second, first], RULES, facts)
    assert merged(first) == {("", "", "cde"): 15}
    for parts in ("d", "e", "cde"):
        grown = {(0, ("", "", code)): 1.0 for code in parts}
        low, high = attacker.interval(grown | {(1, key): -1.0 for _, key in grown})
        assert (low, high >= RULES.minimum_persons - 1) == (0, True)


def test_if_differences_were_no_quantity_a_correction_would_tell_who_was_added(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.differences(monkeypatch)
    before = from_counts(FIVE, {(): (60, 50, 4, 6, 7)})
    after = from_counts(FIVE, {(): (60, 50, 4, 8, 8)})
    first = protected(before)
    past = [Past(before, first, RULES)]

    second = protect([after], RULES, "1.0", ties=[Tie("again", (0, 1))], past=past).tables[0].answer

    key = ("", "", "cde")
    facts = [at_least((0, each), (1, each)) for each in exact(after)]
    attacker = JointAttacker.on([after, before], [second, first], RULES, facts)
    assert (merged(first)[key], merged(second)[key]) == (15, 20)
    assert attacker.interval({(0, key): 1.0, (1, key): -1.0}) == (1, 9)


def test_the_order_in_which_merges_are_declared_never_matters():
    table: BaseTable = base_table(
        ("a", "b", "c", "d"), {}, subjects=(CHILD,), merges={"ab": ("a", "b"), "cd": ("c", "d")}
    )
    other = base_table(
        ("a", "b", "c", "d"), {}, subjects=(CHILD,), merges={"cd": ("c", "d"), "ab": ("a", "b")}
    )
    for seed in range(10):
        one, two = (protected(random_table(each, seed, 90, QUARTER)) for each in (table, other))

        assert found_out(random_table(table, seed, 90), one) == []
        assert [row.cells for row in one.rows] == [row.cells for row in two.rows]
        assert merged(one) == merged(two)
