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
from support import switched_off
from support.exact_tables import CHILD, base_table
from support.rerunning import KEYS, PUBLIC, may_be, protected, same_release, values

RULES = Rules()
THREE = base_table(("a", "b", "c"), {}, subjects=(CHILD,), merges={"bc": ("b", "c")})
FOUR = base_table(("a", "b", "c", "d"), {}, subjects=(CHILD,), merges={"cd": ("c", "d")})
NESTED = base_table(
    ("a", "b", "c", "d"), {}, subjects=(CHILD,), merges={"cd": ("c", "d"), "bcd": ("b", "cd")}
)
ANY_SMALL = set(range(10))
MOST = 70


def merged(answer: TableAnswer) -> dict[str, int | None]:
    return {cell.outcome: cell.value for cell in answer.rows[0].merged}


def test_if_merged_figures_came_after_suppression_two_small_outcomes_would_be_told(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.merged_figures_from_the_beginning(monkeypatch)
    answer = protected(FOUR, {(): (60, 47, 6, 7)}, RULES)

    found = same_release(FOUR, answer, RULES, MOST)

    # One small count alone would have had no partner: so both are small.
    assert merged(answer) == {"cd": 15}
    assert values(FOUR, found, ("", "", "c")) == set(range(4, 10))


def test_if_merged_figures_were_cheap_two_small_outcomes_would_be_told(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.dear_merged_figures(monkeypatch)
    answer = protected(FOUR, {(): (60, 47, 6, 7)}, RULES)

    found = same_release(FOUR, answer, RULES, MOST)

    # For one small count alone the merged figure would have been hidden, and no partner.
    assert merged(answer) == {"cd": 15}
    assert values(FOUR, found, ("", "", "c")) == set(range(4, 10))


@pytest.mark.parametrize("key", [PUBLIC, KEYS[0]], ids=["no secret", "secret"])
@pytest.mark.parametrize(
    ("table", "counts"),
    [
        (FOUR, (60, 47, 6, 7)),
        (FOUR, (60, 47, 12, 3)),
        (FOUR, (60, 24, 0, 13)),
        (FOUR, (60, 24, 9, 22)),
        (FOUR, (60, 24, 6, 3)),
        (NESTED, (60, 12, 6, 7)),
        (NESTED, (60, 4, 6, 7)),
        (NESTED, (60, 30, 3, 4)),
        (THREE, (60, 6, 7)),
        (THREE, (60, 15, 3)),
    ],
)
def test_a_small_count_may_be_anything_after_every_row_was_tried(table, counts, key):
    answer = protected(table, {(): counts}, RULES, key)

    for code, count in zip(table.outcome_codes, counts, strict=True):
        if count < RULES.minimum_persons:
            told = may_be(table, answer, RULES, MOST, [key], ("", "", code), ANY_SMALL)
            assert told == ANY_SMALL
