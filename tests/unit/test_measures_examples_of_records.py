"""An example for each sentence on working days, on records in time, and on what auditors read.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.conventions import working_days
from reference.examples import Q0, Q1, event, holding, outcomes, post, rows

# 2026: Good Friday is 3 April, Easter Monday 6 April; 4 and 25 May are bank holidays.
FRIDAY, SATURDAY, MONDAY = date(2026, 5, 8), date(2026, 5, 9), date(2026, 5, 11)


# ------------------------------------------------------------------------------------ working days


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (MONDAY, MONDAY, 0),
        (MONDAY, MONDAY + timedelta(days=1), 1),
        (FRIDAY, MONDAY, 1),
        (FRIDAY, SATURDAY, 0),
        (SATURDAY, MONDAY, 1),
        (date(2026, 5, 1), date(2026, 5, 4), 0),
        (date(2026, 4, 2), date(2026, 4, 7), 1),
        (date(2026, 12, 24), date(2027, 1, 4), 4),
        (date(2024, 2, 28), date(2024, 3, 1), 2),
        (MONDAY, FRIDAY, 0),
    ],
    ids=[
        "the same day", "the next", "over a weekend", "to a Saturday", "from a Saturday",
        "to a bank holiday", "over Easter", "over Christmas and New Year", "over a leap day",
        "backwards",
    ],
)  # fmt: skip
def test_working_days_lie_after_the_first_day_up_to_and_with_the_last(
    first: date, last: date, days: int
) -> None:
    assert working_days(first, last) == days


# -------------------------------------------------------------------------------- recorded_in_time


@pytest.mark.parametrize(
    ("held", "recorded", "outcome"),
    [
        (MONDAY, MONDAY, "within_5"),
        (MONDAY, date(2026, 5, 18), "within_5"),
        (MONDAY, date(2026, 5, 19), "over_5"),
        (FRIDAY, date(2026, 5, 15), "within_5"),
        (FRIDAY, date(2026, 5, 16), "within_5"),
        (FRIDAY, date(2026, 5, 17), "within_5"),
        (FRIDAY, date(2026, 5, 18), "over_5"),
        (SATURDAY, date(2026, 5, 15), "within_5"),
        (SATURDAY, date(2026, 5, 18), "over_5"),
        (date(2026, 4, 2), date(2026, 4, 13), "within_5"),
        (date(2026, 4, 2), date(2026, 4, 14), "over_5"),
        (date(2026, 4, 3), date(2026, 4, 13), "within_5"),
        (date(2026, 5, 1), date(2026, 5, 11), "within_5"),
        (date(2026, 5, 1), date(2026, 5, 12), "over_5"),
        (MONDAY, MONDAY - timedelta(days=1), "within_5"),
        (MONDAY, date(2026, 1, 5), "within_5"),
    ],
    ids=[
        "the same day", "5 days on", "6 days on", "Friday to Friday", "to the Saturday after",
        "to the Sunday after", "to the Monday after", "from a Saturday", "the same, 6",
        "over Easter", "the same, 6", "held on Good Friday", "over a bank holiday", "the same, 6",
        "the day before", "long before",
    ],
)  # fmt: skip
def test_a_record_is_in_time_when_it_took_at_most_5_working_days(
    held: date, recorded: date, outcome: str
) -> None:
    assert outcomes("recorded_in_time", event(held, recorded_date=recorded)) == [outcome]


@pytest.mark.parametrize(
    ("recorded", "outcome"),
    [(None, "not_recorded"), (Q1, "within_5"), (Q1 + timedelta(days=1), "not_recorded")],
    ids=["never", "on q1", "after q1"],
)
def test_a_record_not_complete_by_the_last_day_counts_as_none(
    recorded: date | None, outcome: str
) -> None:
    held = event(Q1 - timedelta(days=1), recorded_date=recorded)

    assert outcomes("recorded_in_time", held) == [outcome]


@pytest.mark.parametrize(
    ("held", "found"),
    [
        (event(Q0), 1),
        (event(Q1, "combined"), 1),
        (event(Q0 - timedelta(days=1)), 0),
        (event(Q1 + timedelta(days=1)), 0),
        (event(Q0, "personal"), 0),
        (event(Q0, "management_decision"), 0),
        (event(Q0, "combined", child_id=None), 0),
    ],
    ids=["on q0", "on q1", "before", "after", "personal", "decision", "no child"],
)
def test_records_are_asked_for_of_case_supervisions_of_the_quarter(held: Any, found: int) -> None:
    assert len(rows("recorded_in_time", held)) == found


# ---------------------------------------------------------------------- part1_reflection and part2


def _read(table: str, **more: Any) -> Any:
    """An event of the auditors' sample with both parts recorded."""
    fields = {"part1_location": "both", "part2_location": "both", "evidence": "audit_sample"}
    return event(Q0, more.pop("kind", "case"), **{**fields, **more})


BOTH = pytest.mark.parametrize(
    ("table", "said", "place"),
    [
        ("part1_reflection", "reflects_family", "part1_location"),
        ("part2_reflection", "reflects_practitioner", "part2_location"),
    ],
    ids=["part 1", "part 2"],
)


@BOTH
@pytest.mark.parametrize(
    ("answer", "outcome"), [("Y", "Y"), ("N", "N"), ("U", "unknown"), (None, "unknown")]
)
def test_a_part_reflects_or_does_not_or_it_is_not_known(
    table: str, said: str, place: str, answer: str | None, outcome: str
) -> None:
    assert outcomes(table, _read(table, **{said: answer})) == [outcome]


@BOTH
@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("child_file", 1),
        ("supervision_record", 1),
        ("both", 1),
        ("neither", 0),
        ("unknown", 0),
        (None, 0),
    ],
)
def test_only_a_part_that_is_recorded_somewhere_can_reflect(
    table: str, said: str, place: str, where: str | None, found: int
) -> None:
    other = {"part1_location": "neither", "part2_location": "neither"}

    assert len(rows(table, _read(table, **{**other, place: where}))) == found


@BOTH
@pytest.mark.parametrize(
    ("evidence", "found"), [("audit_sample", 1), ("structured", 0), ("survey", 0), (None, 0)]
)
def test_reflection_is_known_of_the_auditors_sample_alone(
    table: str, said: str, place: str, evidence: str | None, found: int
) -> None:
    assert len(rows(table, _read(table, evidence=evidence))) == found


@BOTH
@pytest.mark.parametrize("kind", ["case", "combined", "personal", "group", "management_decision"])
def test_auditors_read_events_of_any_type(table: str, said: str, place: str, kind: str) -> None:
    assert len(rows(table, _read(table, kind=kind, child_id=None))) == 1


@BOTH
def test_an_event_in_the_sample_has_the_team_of_the_child_or_of_the_post(
    table: str, said: str, place: str
) -> None:
    of_child, of_worker = _read(table, worker_id="w1"), _read(table, worker_id="w2", child_id=None)

    found = rows(table, of_child, of_worker, holding(team_id="t3"), post("w2", team_id="t2"))

    teams = sorted((row["worker_id"], row["team"], row["service"]) for row in found)
    assert teams == [("w1", "t3", "other"), ("w2", "t2", "looked_after")]
