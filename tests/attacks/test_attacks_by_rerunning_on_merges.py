"""Re-running the published algorithm where outcomes are shown together.

What outcomes are together bounds each of them, and whoever knows besides which of them had to be
hidden, and which were hidden for the others' sake, knows more than any linear program. So the
attacker tries every row that might be the true one and keeps those of which the very same is
released, with the authority's own key. A small count must still be anything from 0 to 9.
"""

from __future__ import annotations

import pytest

from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable
from support import switched_off
from support.exact_tables import CHILD, base_table
from support.rerunning import KEYS, PUBLIC, may_be, protected, same_release, values

RULES = Rules()
THREE = base_table(("a", "b", "c"), {}, subjects=(CHILD,), merges={"bc": ("b", "c")})
FOUR = base_table(("a", "b", "c", "d"), {}, subjects=(CHILD,), merges={"cd": ("c", "d")})
NESTED = base_table(
    ("a", "b", "c", "d"), {}, subjects=(CHILD,), merges={"cd": ("c", "d"), "bcd": ("b", "cd")}
)
UNMERGED = base_table(("a", "b", "c", "d"), {}, subjects=(CHILD,))
ANY_SMALL = set(range(10))
MORE_THAN_ONE = set(range(2, 10))
MOST = 70


def merged(answer: TableAnswer) -> dict[str, int | None]:
    return {cell.outcome: cell.value for cell in answer.rows[0].merged}


def may_be_of_small(
    table: BaseTable, counts: tuple[int, ...], key: bytes, wanted: set[int] = ANY_SMALL
) -> dict[str, set[int]]:
    """Which of the wanted numbers each small count of a row may be after every row was tried."""
    answer = protected(table, {(): counts}, RULES, key)
    return {
        code: may_be(table, answer, RULES, MOST, [key], ("", "", code), wanted)
        for code, count in zip(table.outcome_codes, counts, strict=True)
        if count < RULES.minimum_persons
    }


def test_if_merged_figures_came_after_suppression_two_small_outcomes_would_be_told(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.merged_figures_from_the_beginning(monkeypatch)
    answer = protected(FOUR, {(): (62, 47, 6, 8)}, RULES)

    found = same_release(FOUR, answer, RULES, 20)

    # One small count alone would have had no partner: so both are small.
    assert merged(answer) == {"cd": 15}
    assert values(FOUR, found, ("", "", "c")) == {5, 6, 7, 8, 9}


@pytest.mark.parametrize("key", [PUBLIC, KEYS[0]], ids=["no secret", "secret"])
@pytest.mark.parametrize(
    ("table", "counts", "shown"),
    [
        (FOUR, (62, 47, 6, 8), {"cd": 15}),
        (FOUR, (60, 47, 12, 3), {"cd": 15}),
        (FOUR, (60, 24, 9, 22), {"cd": 30}),
        (FOUR, (60, 24, 0, 13), {"cd": 15}),
        (FOUR, (60, 24, 0, 11), {"cd": 10}),
        (FOUR, (60, 24, 1, 22), {"cd": 25}),
        (NESTED, (60, 12, 6, 7), {"cd": 15, "bcd": 25}),
        (NESTED, (60, 4, 6, 7), {"bcd": 15}),
        (THREE, (60, 6, 7), {"bc": 15}),
        (THREE, (60, 15, 3), {"bc": 20}),
    ],
)
def test_a_small_count_may_be_anything_beside_what_it_is_together_with_others(
    table: BaseTable, counts: tuple[int, ...], shown: dict[str, int], key: bytes
):
    assert merged(protected(table, {(): counts}, RULES, key)) == shown

    told = may_be_of_small(table, counts, key)

    assert told
    assert set(map(frozenset, told.values())) == {frozenset(ANY_SMALL)}


def test_if_barely_enough_were_shown_together_that_nothing_is_would_tell_of_two_small_outcomes(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.what_is_barely_enough_together(monkeypatch)

    told = may_be_of_small(FOUR, (60, 24, 6, 3), PUBLIC, {8, 9})

    # With 8 or 9, and 2 in the other, they would be ten.
    assert told == {"c": set(), "d": set()}


@pytest.mark.parametrize("counts", [(60, 24, 6, 3), (60, 4, 7, 11), (60, 4, 22, 6)])
def test_that_nothing_is_shown_together_tells_no_more_than_if_nothing_could_be(
    counts: tuple[int, ...],
):
    answer = protected(FOUR, {(): counts}, RULES)
    plain = may_be_of_small(UNMERGED, counts, PUBLIC, MORE_THAN_ONE)

    told = may_be_of_small(FOUR, counts, PUBLIC, MORE_THAN_ONE)

    # (A count of 0 or 1 beside another small one would take a partner, as single persons know it.)
    assert merged(answer) == {}
    assert told == plain
    assert set(map(frozenset, told.values())) == {frozenset(MORE_THAN_ONE)}
