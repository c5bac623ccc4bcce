"""Re-running the published algorithm on every table that might be the true one.

Whoever sees a release runs `protect` on all candidates and keeps those that give the same bytes.
That is more than any linear program knows: which figures were hidden besides tells something of
those that had to be. A small count must still be anything from 0 to 9; a withheld table likewise.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache, partial

import pytest

from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from support import switched_off
from support.exact_tables import CHILD, base_table
from support.rerunning import Counts, protected, same_release, values

RULES = Rules()
MARKED = Rules(low_high_below=15)
TWO = base_table(("yes", "no"), {}, subjects=(CHILD,))
THREE = base_table(("a", "b", "c"), {}, subjects=(CHILD,))
TWO_BY_TWO = base_table(("yes", "no"), {"service": ("a", "b")}, subjects=(CHILD,))
ANY_SMALL = set(range(10))
MOST = 30

not_yet = partial(
    pytest.mark.xfail,
    strict=True,
    reason="which figure is hidden besides depends on the one that must be: the audit plays an"
    " attacker who does not re-run the choice of partners",
)


@cache
def every_release_of_two() -> dict[TableAnswer, list[Counts]]:
    """Every table of two outcomes and up to 30 children, by what is released of it."""
    found = defaultdict(list)
    for total in range(MOST + 1):
        for first in range(total + 1):
            counts = {(): (first, total - first)}
            found[protected(TWO, counts, RULES)].append(counts)
    return dict(found)


def complete() -> dict[TableAnswer, list[Counts]]:
    """Of these releases, those that no larger table can have."""
    return {
        answer: tables
        for answer, tables in every_release_of_two().items()
        if max(sum(counts[()]) for counts in tables) <= MOST - 5
    }


def test_a_small_count_in_a_row_of_two_may_be_anything_after_every_table_was_tried():
    told = [
        (answer, key)
        for answer, tables in complete().items()
        for key in ("yes", "no")
        if (found := values(TWO, tables, ("", "", key))) & ANY_SMALL and not found >= ANY_SMALL
    ]

    assert told == []


def test_that_a_table_was_withheld_leaves_every_count_below_ten_possible():
    withheld = [
        tables for answer, tables in complete().items() if answer.status == "refused"
    ]  # fmt: skip

    assert len(withheld) == 1
    for key in ("yes", "no", "all"):
        assert values(TWO, withheld[0], ("", "", key)) >= ANY_SMALL


def test_if_only_empty_tables_had_a_refusal_of_their_own_it_would_be_an_answer(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.one_refusal_for_all(monkeypatch)
    withheld = protected(TWO, {(): (0, 0)}, RULES)
    small = [{(): (first, second)} for first in range(5) for second in range(5)]

    told = [counts for counts in small if protected(TWO, counts, RULES) == withheld]

    assert values(TWO, told, ("", "", "all")) == {0}


def test_without_secondary_suppression_trying_every_table_narrows_a_small_count(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.secondary_suppression(monkeypatch)
    answer = protected(THREE, {(): (12, 18, 1)}, RULES)

    told = values(THREE, same_release(THREE, answer, RULES, 20), ("", "", "c"))

    assert 1 in told
    assert not told >= ANY_SMALL


@not_yet()
def test_a_small_count_in_a_row_of_three_may_be_anything_after_every_table_was_tried():
    answer = protected(THREE, {(): (12, 12, 9)}, RULES)

    told = values(THREE, same_release(THREE, answer, RULES, 28), ("", "", "c"))

    # At present 9 is all that is left.
    assert told >= ANY_SMALL


@not_yet()
def test_a_count_that_is_marked_as_low_is_not_found_exactly():
    answer = protected(THREE, {(): (9, 47, 42)}, MARKED)

    told = values(THREE, same_release(THREE, answer, MARKED, 60), ("", "", "a"))

    assert len(told) > 1


@not_yet()
def test_a_small_count_in_a_table_of_two_by_two_may_be_anything():
    answer = protected(TWO_BY_TWO, {(0,): (0, 10), (1,): (12, 12)}, RULES)

    tables = same_release(TWO_BY_TWO, answer, RULES, 14)

    assert values(TWO_BY_TWO, tables, ("service", "a", "yes")) >= ANY_SMALL
