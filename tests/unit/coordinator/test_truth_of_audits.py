"""The truth of audits on small worlds made by hand: each definition at its edges."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.small_worlds import Q0, Q1, audit, before, event, line, truth_of

DAY = timedelta(days=1)
MIDDLE = before(40)
BOTH = {"part1_location": "child_file", "part2_location": "supervision_record"}
NEITHER = {"part1_location": "neither", "part2_location": "neither"}
HALF_KNOWN = {"part1_location": "child_file", "part2_location": "unknown"}


# ---------------------------------------------------------------------- beside the overall grade


@pytest.mark.parametrize(
    ("oversight", "overall", "outcome"),
    [
        ("good", "outstanding", "below"),
        ("inadequate", "requires_improvement", "below"),
        ("good", "good", "not_below"),
        ("outstanding", "good", "not_below"),
        ("requires_improvement", "inadequate", "not_below"),
        ("not_graded", "good", "incomparable"),
        ("good", "not_graded", "incomparable"),
        (None, "good", "incomparable"),
        ("good", None, "incomparable"),
    ],
)
def test_oversight_is_below_the_overall_grade_or_not_if_both_are_grades(
    oversight, overall, outcome
):
    one = audit(done=MIDDLE, oversight=oversight, overall_grade=overall)

    assert line(truth_of(audits=(one,)), "audit_relative") == {outcome: 1}


@pytest.mark.parametrize(("day", "counted"), [(Q0, 1), (Q1, 1), (Q0 - DAY, 0), (Q1 + DAY, 0)])
def test_an_audit_belongs_to_the_quarter_in_which_it_was_done(day, counted):
    grades = {"overall_grade": "good", "moderated": "Y", "moderated_grade": "good"}
    truth = truth_of(audits=(audit(planned=MIDDLE, done=day, oversight="good", **grades),))

    for table in ("audit_relative", "audit_moderation", "audit_grade"):
        assert sum(line(truth, table).values()) == counted


# ---------------------------------------------------------------------- moderation and actions


@pytest.mark.parametrize(
    ("moderated", "before_it", "after_it", "outcome"),
    [
        ("Y", "good", "requires_improvement", {"changed": 1}),
        ("Y", "good", "good", {"unchanged": 1}),
        ("Y", "not_graded", "good", {"changed": 1}),
        ("Y", "not_graded", "not_graded", {"unchanged": 1}),
        ("Y", "good", None, {"unknown": 1}),
        ("Y", None, "good", {"unknown": 1}),
        ("N", "good", "inadequate", {}),
        (None, "good", "inadequate", {}),
    ],
)
def test_moderation_changes_a_grade_or_not_where_both_are_there(
    moderated, before_it, after_it, outcome
):
    one = audit(done=MIDDLE, overall_grade=before_it, moderated=moderated, moderated_grade=after_it)

    assert line(truth_of(audits=(one,)), "audit_moderation") == outcome


@pytest.mark.parametrize(
    ("due", "closed", "outcome"),
    [
        (Q1, Q1, {"on_time": 1}),
        (Q0, before(200), {"on_time": 1}),
        (MIDDLE, MIDDLE + DAY, {"late": 1}),
        (MIDDLE, None, {"late": 1}),
        (Q1, Q1 + DAY, {"late": 1}),
        (Q1 + DAY, Q1, {}),
        (Q0 - DAY, None, {}),
        (None, MIDDLE, {}),
    ],
)
def test_actions_are_on_time_if_they_are_closed_by_the_day_they_are_due(due, closed, outcome):
    one = audit(done=before(300), action_due=due, action_closed=closed)

    assert line(truth_of(audits=(one,)), "audit_actions") == outcome


# ---------------------------------------------------------------------- by recording


@pytest.mark.parametrize(("days", "counted"), [(0, 1), (90, 1), (91, 0), (-1, 0)], ids=str)
def test_a_supervision_counts_for_an_audit_up_to_90_days_before_it(days, counted):
    world = {
        "audits": (audit(done=MIDDLE, oversight="good"),),
        "events": (event(MIDDLE - timedelta(days=days), **BOTH),),
    }

    found = line(truth_of(**world), "grade_by_recording")

    assert found == ({"both_good_or_better": 1} if counted else {})


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([(9, BOTH), (5, NEITHER)], "not_both_good_or_better"),
        ([(9, NEITHER), (5, BOTH)], "both_good_or_better"),
        ([(9, BOTH), (5, HALF_KNOWN)], "both_good_or_better"),
        ([(5, NEITHER), (5, BOTH)], "both_good_or_better"),
        ([(5, BOTH), (5, NEITHER)], "both_good_or_better"),
    ],
    ids=["last not both", "last both", "unknown is passed over", "one of a day", "in any order"],
)
def test_the_last_supervision_with_known_recording_decides(events, outcome):
    held = tuple(event(MIDDLE - timedelta(days=days), **places) for days, places in events)

    truth = truth_of(audits=(audit(done=MIDDLE, oversight="good"),), events=held)

    assert line(truth, "grade_by_recording") == {outcome: 1}


@pytest.mark.parametrize(
    ("grade", "outcome"),
    [
        ("outstanding", {"both_good_or_better": 1}),
        ("requires_improvement", {"both_below_good": 1}),
        ("inadequate", {"both_below_good": 1}),
        ("not_graded", {}),
        (None, {}),
    ],
)
def test_an_audit_without_a_grade_of_oversight_is_left_out(grade, outcome):
    world = {"audits": (audit(done=MIDDLE, oversight=grade),), "events": (event(MIDDLE, **BOTH),)}

    assert line(truth_of(**world), "grade_by_recording") == outcome


@pytest.mark.parametrize(
    "other",
    [{"type": "management_decision"}, {"type": "personal"}, {"type": "group"}, {"child": "c2"}],
    ids=str,
)
def test_only_case_supervisions_of_the_audited_child_count(other):
    world = {
        "audits": (audit(done=MIDDLE, oversight="good"),),
        "events": (event(MIDDLE, **BOTH, **other),),
    }

    assert line(truth_of(**world), "grade_by_recording") == {}
