"""Attacks on tables that are released one after the other, over months, waves and studies.

The attacker holds all answers and knows how the populations lie in one another. Each attack first
succeeds where the agent takes no account of what it released before; then it must fail. What is
wanted: a small count, a small rest of a row, or how few are in one table and not in the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from oversight_agent.disclosure import Past, Tie, protect
from support import stories, switched_off
from support.attacker import exact
from support.joint_attacker import JointAttacker, is_exactly, learned
from support.one_by_one import RULES, Story, released

Make = Callable[[int], Story]

DEFENDED = [
    stories.an_isolating_pair,
    stories.month_on_month,
    stories.three_months,
    stories.a_padded_set,
    stories.a_complement,
    stories.partitioned_predicates,
    stories.a_year_and_its_quarters,
    stories.linked_releases,
    stories.a_correction,
    stories.a_whole_and_its_parts,
]
SEEDS = range(4)
UNTIL_IT_BITES = range(40)


def finds_out(story: Story, *, forget_withheld: bool = False) -> bool:
    """Whether the attacker learns too much of anything."""
    answers = released(story, forget_withheld=forget_withheld)
    return any(learned(story.attacker(answers), story.secrets(), RULES))


def untied(story: Story) -> Story:
    """The story in which the agent knows nothing of how the tables hang together."""
    return dataclasses.replace(story, ties=())


@pytest.mark.parametrize("make", DEFENDED, ids=lambda make: make.__name__)
def test_releases_that_know_nothing_of_each_other_give_each_other_away(make: Make):
    assert any(finds_out(untied(make(seed))) for seed in UNTIL_IT_BITES)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("make", DEFENDED, ids=lambda make: make.__name__)
def test_what_was_released_before_and_what_is_new_are_safe_together(make: Make, seed: int):
    assert not finds_out(make(seed))


@pytest.mark.parametrize("make", DEFENDED, ids=lambda make: make.__name__)
def test_something_is_still_released_after_the_first_time(make: Make):
    later = [answer.status for seed in range(5) for answer in released(make(seed))[1:]]

    assert "released" in later


def test_months_of_which_only_neighbours_are_tied_are_safe_as_well():
    assert not any(finds_out(stories.a_chain_of_months(seed)) for seed in range(12))


def test_without_differences_an_isolating_pair_isolates(monkeypatch: pytest.MonkeyPatch):
    story = stories.an_isolating_pair(1)
    held = finds_out(story)

    switched_off.differences(monkeypatch)

    assert not held
    assert finds_out(story)


def test_a_table_that_was_withheld_is_found_as_what_is_left_of_a_year_if_it_is_forgotten():
    story = stories.a_year_and_its_quarters(4)
    withheld = [answer.status for answer in released(story)]

    assert "refused" in withheld
    assert finds_out(story, forget_withheld=True)
    assert not finds_out(story)


def test_a_quarter_less_two_of_its_months_does_not_give_the_third_away():
    story = stories.a_quarter_less_two_months

    def untold(seed: int) -> Story:
        whole = story(seed)
        ties = [tie for tie in whole.ties if tie.kind != "apart"]
        return dataclasses.replace(whole, ties=ties)

    assert any(finds_out(untold(seed)) for seed in UNTIL_IT_BITES)
    assert not any(finds_out(story(seed)) for seed in range(10))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_nobody_is_behind_in_one_quarter_costs_no_table(seed: int):
    story = stories.two_quarters_and_their_half_year(seed)

    answers = [each.answer for each in protect(story.tables, RULES, "1.0", ties=story.ties).tables]

    figures = [cell for answer in answers for row in answer.rows for cell in row.figures]
    assert [answer.status for answer in answers] == ["released"] * 3
    assert 1 <= sum(cell.value is None for cell in figures) <= 10


def test_a_child_who_knows_their_own_record_finds_nobody_else_in_the_next_month():
    found = []
    for seed in range(30):
        story = stories.month_on_month(seed)
        own = [
            (0, key) for key, cell in sorted(exact(story.tables[0]).items())
            if cell.count == 1 and key[0] and key[2] != "all"
        ]  # fmt: skip
        if own:
            facts = [*story.facts, is_exactly(own[0], 1)]
            answers = released(story)
            attacker = JointAttacker.on(story.tables, answers, RULES, facts)
            # Of their own row, and of the whole, such a child knows a part already.
            others = [
                quantity for quantity in story.secrets()
                if all(key[1] not in ("", own[0][1][1]) for _, key in quantity)
            ]  # fmt: skip
            found += list(learned(attacker, others, RULES))

    assert found == []


def test_the_second_answer_is_the_same_however_often_it_is_made_from_the_same_past():
    story = stories.month_on_month(3)
    before, now = story.tables
    [first] = protect([before], RULES, "1.0").tables
    past, tie = [Past(before, first.answer, RULES)], Tie("contained", (0, 1))

    answers = {
        protect([now], RULES, "1.0", past=past, ties=[tie]).tables[0].answer.canonical()
        for _ in range(5)
    }  # fmt: skip

    assert len(answers) == 1
