"""Re-running the published algorithm on every table that might be the true one.

Whoever sees a release runs `protect` on all candidates and keeps those that give the same bytes.
That is more than any linear program knows: which figures were hidden besides may tell something of
those that had to be. A small count must still be anything from 0 to 9; a withheld table likewise.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from support import switched_off
from support.exact_tables import CHILD, base_table
from support.rerunning import KEYS, PUBLIC, Counts, may_be, protected, same_release, values

RULES = Rules()
MARKED = Rules(low_high_below=15)
TWO = base_table(("yes", "no"), {}, subjects=(CHILD,))
THREE = base_table(("a", "b", "c"), {}, subjects=(CHILD,))
TWO_BY_TWO = base_table(("yes", "no"), {"service": ("a", "b")}, subjects=(CHILD,))
ANY_SMALL = set(range(10))
MOST = 30


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


def test_if_the_smallest_partner_were_hidden_trying_every_table_would_find_a_small_count(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.choice_without_counts(monkeypatch)
    answer = protected(THREE, {(): (12, 12, 9)}, RULES)

    told = values(THREE, same_release(THREE, answer, RULES, 28), ("", "", "c"))

    assert told == {9}


@pytest.mark.parametrize("key", [PUBLIC, KEYS[0]], ids=["no secret", "secret"])
@pytest.mark.parametrize("counts", [(12, 12, 9), (9, 12, 17), (17, 22, 9), (3, 14, 40)])
def test_a_small_count_in_a_row_of_three_may_be_anything_after_every_table_was_tried(counts, key):
    answer = protected(THREE, {(): counts}, RULES, key)
    small = THREE.outcome_codes[counts.index(min(counts))]

    told = may_be(THREE, answer, RULES, 50, [key], ("", "", small), ANY_SMALL)

    assert told == ANY_SMALL


def test_who_has_no_secret_tells_more_of_two_small_counts_in_one_row():
    answer = protected(THREE, {(): (12, 7, 9)}, RULES)

    told = values(THREE, same_release(THREE, answer, RULES, 28), ("", "", "b"))

    # Were one of them small alone, another partner would have been hidden: everybody can tell.
    assert told == {7, 8, 9}


@pytest.mark.parametrize("counts", [(12, 7, 9), (7, 9, 12), (9, 9, 30), (1, 2, 12)])
def test_two_small_counts_in_one_row_may_be_anything_to_one_who_has_not_the_secret(counts):
    answer = protected(THREE, {(): counts}, RULES, KEYS[0])

    for code, count in zip(THREE.outcome_codes, counts, strict=True):
        if count < 10:
            told = may_be(THREE, answer, RULES, 30, KEYS, ("", "", code), ANY_SMALL)
            assert told == ANY_SMALL


@pytest.mark.parametrize("counts", [(9, 47, 42), (8, 3, 100)])
def test_a_count_that_is_marked_as_low_may_be_anything_that_the_marker_says(counts):
    answer = protected(THREE, {(): counts}, MARKED, KEYS[0])

    for code, count in zip(THREE.outcome_codes, counts, strict=True):
        if count < 10:
            told = may_be(THREE, answer, MARKED, 120, KEYS, ("", "", code), ANY_SMALL)
            assert told == ANY_SMALL


@pytest.mark.parametrize("counts", [((0, 10), (12, 12)), ((3, 14), (12, 13)), ((2, 10), (8, 3))])
def test_a_small_count_in_a_table_of_two_by_two_may_be_anything(counts):
    answer = protected(TWO_BY_TWO, dict(zip(((0,), (1,)), counts, strict=True)), RULES, KEYS[0])

    for service, line in zip("ab", counts, strict=True):
        for code, count in zip(TWO_BY_TWO.outcome_codes, line, strict=True):
            if count < 10:
                place = ("service", service, code)
                told = may_be(TWO_BY_TWO, answer, RULES, 17, KEYS[:1], place, ANY_SMALL)
                assert told == ANY_SMALL
