"""An example for each sentence on grades of audits, on moderation and on actions.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.examples import Q0, Q1, ago, audit, event, outcomes, rows

# ------------------------------------------------------------------------------ grade_by_recording


BOTH = {"part1_location": "child_file", "part2_location": "supervision_record"}
PART1_ONLY = {"part1_location": "both", "part2_location": "neither"}
NOT_KNOWN = {"part1_location": "child_file", "part2_location": "unknown"}


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (0, ["both_good_or_better"]),
        (90, ["both_good_or_better"]),
        (91, []),
        (-1, []),
    ],
)
@pytest.mark.parametrize("done", [Q0, Q1], ids=["audit on q0", "audit on q1"])
def test_a_supervision_counts_0_to_90_days_before_the_audit(
    done: date, days: int, found: list[str]
) -> None:
    held = event(done - timedelta(days=days), **BOTH)

    assert outcomes("grade_by_recording", audit(None, done), held) == found


@pytest.mark.parametrize(
    ("grade", "found"),
    [
        ("outstanding", ["not_both_good_or_better"]),
        ("good", ["not_both_good_or_better"]),
        ("requires_improvement", ["not_both_below_good"]),
        ("inadequate", ["not_both_below_good"]),
        ("not_graded", []),
        (None, []),
    ],
)
def test_a_graded_audit_is_good_or_better_or_below(grade: str | None, found: list[str]) -> None:
    held = event(Q0, **PART1_ONLY)

    assert outcomes("grade_by_recording", audit(None, Q1, grade), held) == found


@pytest.mark.parametrize(
    ("part1", "part2", "found"),
    [
        ("both", "both", ["both_good_or_better"]),
        ("supervision_record", "child_file", ["not_both_good_or_better"]),
        ("neither", "neither", ["not_both_good_or_better"]),
        ("child_file", "child_file", ["not_both_good_or_better"]),
        ("child_file", "unknown", []),
        (None, "supervision_record", []),
    ],
)
def test_both_are_recorded_when_each_part_is_in_its_place(
    part1: str | None, part2: str | None, found: list[str]
) -> None:
    held = event(Q0, part1_location=part1, part2_location=part2)

    assert outcomes("grade_by_recording", audit(None, Q1), held) == found


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([event(ago(9), **BOTH), event(ago(8), **PART1_ONLY)], ["not_both_good_or_better"]),
        ([event(ago(9), **PART1_ONLY), event(ago(8), **BOTH)], ["both_good_or_better"]),
        ([event(ago(9), **BOTH), event(ago(8), **NOT_KNOWN)], ["both_good_or_better"]),
        ([event(ago(9), **BOTH), event(ago(9), **PART1_ONLY)], ["both_good_or_better"]),
        ([event(ago(9), **PART1_ONLY), event(ago(9), **BOTH)], ["both_good_or_better"]),
        ([event(ago(9), **NOT_KNOWN), event(ago(9), **PART1_ONLY)], ["not_both_good_or_better"]),
        ([event(ago(9), **NOT_KNOWN)], []),
        ([], []),
    ],
    ids=[
        "the latest", "the latest, the other way", "the latest that is known",
        "one of a day", "one of a day, the other way", "one of a day is not known",
        "none is known", "none",
    ],
)  # fmt: skip
def test_the_latest_supervision_of_known_recording_counts(
    events: list[Any], found: list[str]
) -> None:
    assert outcomes("grade_by_recording", audit(None, Q1), *events) == found


@pytest.mark.parametrize(
    "held",
    [
        event(Q0, "personal", **BOTH),
        event(Q0, "management_decision", **BOTH),
        event(Q0, child_id="c2", **BOTH),
        event(Q0, "combined", child_id=None, **BOTH),
    ],
    ids=["personal", "decision", "another child", "no child"],
)
def test_only_a_case_supervision_of_the_audits_child_counts(held: Any) -> None:
    assert rows("grade_by_recording", audit(None, Q1), held) == []


def test_two_audits_alike_of_one_child_and_day_are_two_rows() -> None:
    audits = [audit(None, Q1), audit(None, Q1)]
    events = [event(ago(9), **BOTH), event(ago(9), "combined", **BOTH)]

    assert outcomes("grade_by_recording", *audits, *events) == ["both_good_or_better"] * 2


# ---------------------------------------------------------------------------------- audit_relative


@pytest.mark.parametrize(
    ("oversight", "overall", "outcome"),
    [
        ("good", "outstanding", "below"),
        ("requires_improvement", "good", "below"),
        ("inadequate", "requires_improvement", "below"),
        ("inadequate", "outstanding", "below"),
        ("good", "good", "not_below"),
        ("inadequate", "inadequate", "not_below"),
        ("good", "requires_improvement", "not_below"),
        ("requires_improvement", "inadequate", "not_below"),
        ("outstanding", "good", "not_below"),
        ("not_graded", "good", "incomparable"),
        ("good", "not_graded", "incomparable"),
        (None, "good", "incomparable"),
        ("good", None, "incomparable"),
        ("not_graded", "not_graded", "incomparable"),
    ],
)
def test_oversight_is_below_the_overall_grade_or_not_or_cannot_be_compared(
    oversight: str | None, overall: str | None, outcome: str
) -> None:
    found = outcomes("audit_relative", audit(None, Q1, oversight, overall_grade=overall))

    assert found == [outcome]


# -------------------------------------------------------------------------------- audit_moderation


@pytest.mark.parametrize(
    ("overall", "moderated", "outcome"),
    [
        ("good", "requires_improvement", "changed"),
        ("good", "outstanding", "changed"),
        ("good", "good", "unchanged"),
        ("good", "not_graded", "changed"),
        ("not_graded", "good", "changed"),
        ("not_graded", "not_graded", "unchanged"),
        (None, "good", "unknown"),
        ("good", None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_moderation_changes_the_overall_grade_or_not_or_it_is_not_known(
    overall: str | None, moderated: str | None, outcome: str
) -> None:
    done = audit(None, Q1, overall_grade=overall, moderated="Y", moderated_grade=moderated)

    assert outcomes("audit_moderation", done) == [outcome]


@pytest.mark.parametrize("moderated", ["N", None])
def test_an_audit_that_was_not_moderated_has_nothing_to_change(moderated: str | None) -> None:
    done = audit(None, Q1, overall_grade="good", moderated=moderated, moderated_grade="inadequate")

    assert rows("audit_moderation", done) == []


@pytest.mark.parametrize("table", ["audit_relative", "audit_moderation"])
@pytest.mark.parametrize(
    ("done", "found"),
    [(Q0, 1), (Q1, 1), (Q0 - timedelta(days=1), 0), (Q1 + timedelta(days=1), 0), (None, 0)],
)
def test_an_audit_counts_in_the_quarter_in_which_it_was_done(
    table: str, done: date | None, found: int
) -> None:
    assert len(rows(table, audit(Q0, done, moderated="Y"))) == found


# ----------------------------------------------------------------------------------- audit_actions


@pytest.mark.parametrize(
    ("due", "closed", "found"),
    [
        (Q1, Q1, ["on_time"]),
        (Q0, Q0, ["on_time"]),
        (Q0, Q0 - timedelta(days=99), ["on_time"]),
        (Q0, Q0 + timedelta(days=1), ["late"]),
        (Q1, Q1 + timedelta(days=1), ["late"]),
        (Q1, None, ["late"]),
        (Q0 - timedelta(days=1), Q0, []),
        (Q1 + timedelta(days=1), Q1, []),
        (None, Q1, []),
    ],
)
def test_actions_due_in_the_quarter_are_closed_by_their_day_or_late(
    due: date | None, closed: date | None, found: list[str]
) -> None:
    acted = audit(None, None, action_due=due, action_closed=closed)

    assert outcomes("audit_actions", acted) == found
