"""Synthetic authorities have the effects that are planted in them, at the size that is stated."""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import sqrt

import pytest

from oversight_coordinator.demo.effects import (
    BOTH_BETTER,
    COMBINES_EVERY,
    MODERATION_CHANGES,
    NOT_RECORDED,
    OVERALL_BETTER,
    SUPERVISION_LESS,
    effects_of,
)
from oversight_coordinator.demo.generate import QUARTERS, SYNTHETIC, make_world
from oversight_coordinator.demo.profiles import LAST_DAY, PLANTED
from oversight_coordinator.demo.truth import Truth, count
from oversight_coordinator.demo.workdays import workdays_later
from oversight_protocol import study_package

SEED, SCALE = 11, 0.15
CODES = [one.code for one in SYNTHETIC]
STUDY = study_package.installed()
MEASURES = {measure.number: measure for measure in STUDY.measures}


@pytest.fixture(scope="module")
def worlds():
    return {one.code: make_world(one, SEED, SCALE) for one in SYNTHETIC}


@pytest.fixture(scope="module")
def truth(worlds):
    return Truth.joined(count(code, world, QUARTERS) for code, world in worlds.items())


def share(truth, table, numerator, denominator, *place):
    """The share over all authorities and both quarters, and how many rows it is of."""
    where = place or ("", "")
    above, below = (
        sum(
            truth.value(code, table, period.id, *where, outcomes)
            for code in CODES
            for period in QUARTERS
        )
        for outcomes in (numerator, denominator)
    )
    return above / below, below


def weighted(truth, table, outcomes, effect, *place):
    """What is planted, on average over the rows of a table."""
    where = place or ("", "")
    rows = {
        code: sum(truth.value(code, table, period.id, *where, outcomes) for period in QUARTERS)
        for code in CODES
    }
    planted = sum(effect(effects_of(PLANTED[code])) * number for code, number in rows.items())
    return planted / sum(rows.values())


def nearly(planted, number, more=0.01):
    """Four standard errors of a share, and a little for what else moves it."""
    return pytest.approx(planted, abs=4 * sqrt(planted * (1 - planted) / number) + more)


# ---------------------------------------------------------------------- supervisions


def test_case_supervisions_are_recorded_in_time_as_often_as_planted(truth):
    outcomes = ("within_5", "over_5", "not_recorded")

    found, number = share(truth, "recorded_in_time", outcomes[:1], outcomes)

    planted = weighted(truth, "recorded_in_time", outcomes, lambda effects: effects.in_time)
    # Records that are made after the quarter are not there on its last day.
    assert found == nearly(planted, number, 0.05)
    assert found < planted
    assert share(truth, "recorded_in_time", outcomes[2:], outcomes)[0] > NOT_RECORDED


@pytest.mark.parametrize(
    ("table", "effect"),
    [("part1_reflection", "reflects_family"), ("part2_reflection", "reflects_practitioner")],
)
def test_auditors_find_reflection_as_often_as_planted(truth, table, effect):
    found, number = share(truth, table, ("Y",), ("Y", "N"))

    planted = weighted(truth, table, ("Y", "N"), lambda effects: getattr(effects, effect))
    assert found == nearly(planted, number)


def test_forms_claim_more_reflection_than_auditors_find(worlds):
    said = Counter(
        (event.evidence, event.reflects_practitioner)
        for world in worlds.values()
        for event in world.events
        if event.reflects_practitioner in ("Y", "N")
    )

    shares = {
        source: said[source, "Y"] / (said[source, "Y"] + said[source, "N"])
        for source in ("structured", "audit_sample")
    }
    assert shares["structured"] > shares["audit_sample"] + 0.3


@pytest.mark.parametrize("kind", ["cp", "cin"])
def test_managers_decide_at_plans_starts_and_ends_as_often_as_planted(truth, kind):
    outcomes, place = ("decided", "not_decided"), ("plan_type", kind)

    found, number = share(truth, "plan_decisions", outcomes[:1], outcomes, *place)

    planted = weighted(
        truth, "plan_decisions", outcomes, lambda effects: effects.decided[kind], *place
    )
    # A decision on one thing may lie near another; some come after the quarter.
    assert found == nearly(planted, number, 0.05)


@pytest.mark.parametrize(("category", "effect"), [("asye", "asye"), ("not_asye", "personal")])
def test_personal_supervision_is_in_time_as_often_as_planted(truth, category, effect):
    outcomes, place = ("within", "over"), ("asye", category)

    found, number = share(truth, "personal_supervision", outcomes[:1], outcomes, *place)

    planted = weighted(
        truth, "personal_supervision", outcomes, lambda effects: getattr(effects, effect), *place
    )
    # Who has just come into post has the start of the post to count from.
    assert found == nearly(planted, number, 0.04)


def test_some_workers_combine_case_and_personal_supervision_and_others_never(worlds):
    for world in worlds.values():
        combined = {event.worker_id for event in world.events
                    if event.type == "combined" and event.child_id}  # fmt: skip
        assert combined
        assert all(int(worker) % COMBINES_EVERY == 0 for worker in combined)


# ---------------------------------------------------------------------- audits


def test_oversight_is_graded_better_by_the_planted_number_of_points_where_both_are_recorded(truth):
    both = ("both_good_or_better", "both_below_good")
    others = ("not_both_good_or_better", "not_both_below_good")

    with_both, number = share(truth, "grade_by_recording", both[:1], both)
    without, _ = share(truth, "grade_by_recording", others[:1], others)

    assert with_both - without == pytest.approx(BOTH_BETTER, abs=4 * 0.5 / sqrt(number) + 0.03)


def test_oversight_is_below_the_overall_grade_as_often_as_planted(truth):
    found, number = share(truth, "audit_relative", ("below",), ("below", "not_below"))

    # Nothing is above outstanding.
    assert found == nearly(OVERALL_BETTER, number, 0.03)


def test_moderation_changes_as_many_grades_as_planted(truth):
    found, number = share(truth, "audit_moderation", ("changed",), ("changed", "unchanged"))

    # What is no grade stays as it is.
    assert found == nearly(MODERATION_CHANGES, number, 0.03)


def test_actions_are_closed_on_time_as_often_as_planted(truth):
    outcomes = ("on_time", "late")

    found, number = share(truth, "audit_actions", outcomes[:1], outcomes)

    planted = weighted(truth, "audit_actions", outcomes, lambda effects: effects.on_time)
    assert found == nearly(planted, number)


# ---------------------------------------------------------------------- survey and sessions


def test_fewer_agree_that_supervision_is_reflective_by_the_planted_number_of_points(truth):
    answers = ("1", "2", "3", "4", "5")
    questions = [question.id for question in STUDY.survey.questions]

    found = {
        question: share(truth, "survey", answers[3:], answers, "question", question)[0]
        for question in questions
    }

    first, *others = found.values()
    assert first == pytest.approx(sum(others) / len(others) - SUPERVISION_LESS, abs=0.03)
    assert max(others) - min(others) > 0.05


def test_a_round_is_opened_before_the_quarters_and_once_in_each(worlds):
    for world in worlds.values():
        waves = {response.wave for response in world.responses}
        assert len(waves) == 3
        for period in QUARTERS:
            assert sum(period.start <= wave <= period.end for wave in waves) == 1
        assert min(waves) < QUARTERS[0].start


def test_a_person_answers_a_question_once_and_some_leave_one_out(worlds):
    world = worlds["E10000016"]

    answers = Counter((one.respondent_id, one.question_id) for one in world.responses)
    by_person = Counter(one.respondent_id for one in world.responses)

    assert max(answers.values()) == 1
    assert len(set(by_person.values())) > 1
    assert {one.role for one in world.responses} >= {None, 3, 5}
    assert None in {one.team_id for one in world.responses}


def test_uncertainty_about_the_two_parts_comes_up_most(worlds):
    mentions = Counter()
    for world in worlds.values():
        for theme in world.themes:
            mentions[theme.theme_code] += theme.mentions

    assert {code for code, _ in mentions.most_common(3)} == {"T04", "T05", "T10"}
    assert set(mentions) == {theme.code for theme in STUDY.themes}


def test_inspections_have_no_overall_judgement_from_april_2026(worlds):
    full = [
        one for world in worlds.values() for one in world.inspections if one.framework == "ilacs"
    ]

    assert len(full) == len(CODES)
    assert {one.overall is None for one in full if one.date >= date(2026, 4, 1)} <= {True}
    assert {one.overall is None for one in full if one.date < date(2026, 4, 1)} == {False}
    assert all(one.date <= LAST_DAY for world in worlds.values() for one in world.inspections)


# ---------------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("day", "number", "later"),
    [
        (date(2026, 6, 8), 0, date(2026, 6, 8)),
        (date(2026, 6, 8), 5, date(2026, 6, 15)),
        (date(2026, 5, 22), 1, date(2026, 5, 26)),
        (date(2026, 6, 6), 1, date(2026, 6, 8)),
    ],
)
def test_working_days_later_skip_weekends_and_bank_holidays(day, number, later):
    assert workdays_later(day.toordinal(), number) == later.toordinal()
