"""An example for each sentence on what is open, on team and service, and on records.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.examples import Q0, Q1, ago, event, holding, outcomes, post, rows

# ------------------------------------------------------------------------------ open, team, service


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (Q1, None, 1),
        (Q1 + timedelta(days=1), None, 0),
        (ago(9), Q1, 0),
        (ago(9), Q1 + timedelta(days=1), 1),
    ],
    ids=["starts on q1", "starts after q1", "ends on q1", "ends after q1"],
)
def test_an_allocation_is_open_from_its_start_and_not_on_its_end(
    start: date, end: date | None, found: int
) -> None:
    assert len(rows("since_supervision", holding(start=start, end=end))) == found


def test_only_a_case_holder_makes_a_child_open() -> None:
    assert rows("since_supervision", holding(role="co_worker")) == []


@pytest.mark.parametrize(
    ("others", "service"),
    [
        ([holding("w0", ago(9), team_id="t2")], "looked_after"),
        ([holding("w2", ago(700), team_id="t2")], "cin_cp"),
        ([holding("w0", ago(700), team_id="t3")], "other"),
        ([holding("w0", ago(9), ago(3), team_id="t2")], "cin_cp"),
        ([holding("w0", ago(9), team_id="t2", role="family_support")], "cin_cp"),
    ],
    ids=["latest start", "tie: larger worker", "tie: smaller worker", "ended", "another role"],
)
def test_the_team_is_the_open_case_holders_with_the_latest_start(
    others: list[Any], service: str
) -> None:
    [row] = rows("since_supervision", holding(), *others)

    assert row["service"] == service


def test_an_event_has_the_team_of_the_child_on_the_last_day() -> None:
    [row] = rows("authorised", event(Q0), holding(start=ago(5), team_id="t3"), post())

    assert (row["team"], row["service"]) == ("t3", "other")


@pytest.mark.parametrize(
    "child", [{"child_id": None}, {"child_id": "c2"}], ids=["no child", "a child not open"]
)
def test_else_an_event_has_the_team_of_the_workers_post_on_its_day(child: dict[str, Any]) -> None:
    posts = [
        post(start=ago(900), end=Q0, team_id="t1"),
        post(start=Q0, end=ago(20), team_id="t3"),
        post(start=ago(20), team_id="t2"),
    ]

    [row] = rows("recording", event(Q0, "combined", **child), holding(), *posts)

    assert (row["team"], row["service"]) == ("t3", "other")


@pytest.mark.parametrize(
    "posts",
    [[], [post(start=Q0 + timedelta(days=1))], [post(end=Q0)]],
    ids=["none", "one from the day after", "one that ends on the day"],
)
def test_an_event_without_child_and_post_has_no_team_and_an_unknown_service(
    posts: list[Any],
) -> None:
    [row] = rows("recording", event(Q0, "personal", child_id=None), *posts)

    assert (row["team"], row["service"], row["role"]) == (None, "unknown", "unknown")


# ---------------------------------------------------------------------------------------- recording


@pytest.mark.parametrize(
    ("part1", "part2", "outcome"),
    [
        ("child_file", "supervision_record", "both"),
        ("both", "both", "both"),
        ("child_file", "neither", "part1_only"),
        ("both", "child_file", "part1_only"),
        ("neither", "supervision_record", "part2_only"),
        ("supervision_record", "both", "part2_only"),
        ("supervision_record", "child_file", "misplaced"),
        ("supervision_record", "neither", "misplaced"),
        ("neither", "child_file", "misplaced"),
        ("neither", "neither", "neither"),
        ("unknown", "supervision_record", "unknown"),
        ("child_file", "unknown", "unknown"),
        (None, "neither", "unknown"),
        ("neither", None, "unknown"),
    ],
)
def test_where_the_two_parts_are_decides_the_outcome(
    part1: str | None, part2: str | None, outcome: str
) -> None:
    held = event(Q1, part1_location=part1, part2_location=part2)

    assert outcomes("recording", held) == [outcome]


@pytest.mark.parametrize(
    ("day", "found"),
    [(Q0, 1), (Q1, 1), (Q0 - timedelta(days=1), 0), (Q1 + timedelta(days=1), 0)],
)
@pytest.mark.parametrize("table", ["recording", "authorised", "actions"])
def test_an_event_of_the_quarter_is_held_from_its_first_to_its_last_day(
    table: str, day: date, found: int
) -> None:
    assert len(rows(table, event(day))) == found


@pytest.mark.parametrize(
    ("kind", "found"),
    [("case", 1), ("combined", 1), ("personal", 1), ("group", 0), ("management_decision", 0)],
)
def test_recording_is_asked_of_case_personal_and_combined_supervisions(
    kind: str, found: int
) -> None:
    assert len(rows("recording", event(Q1, kind))) == found


@pytest.mark.parametrize(
    ("of_post", "codes"),
    [
        ({"role": 4, "agency": 1, "kss": 1}, ("senior_practitioner", "agency", "asye")),
        ({"role": 5, "agency": 0, "kss": 4}, ("case_holder", "employed", "not_asye")),
        ({"role": 3, "agency": 0, "kss": None}, ("other", "employed", "unknown")),
    ],
)
def test_role_employment_and_first_year_are_those_of_the_post_on_the_day(
    of_post: dict[str, Any], codes: tuple[str, ...]
) -> None:
    before = post(start=ago(900), role=6, agency=0, kss=2)

    [row] = rows("recording", event(Q0), before, post(start=Q0, end=ago(1), **of_post))

    assert (row["role"], row["agency"], row["asye"]) == codes


# ------------------------------------------------------------------------------ authorised, actions


@pytest.mark.parametrize("table", ["authorised", "actions"])
def test_a_case_supervision_is_of_a_child_and_of_type_case_or_combined(table: str) -> None:
    kinds = ["case", "combined", "personal", "group", "management_decision"]
    childless = event(Q1, "combined", child_id=None)

    assert len(rows(table, childless, *(event(Q1, kind) for kind in kinds))) == 2


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (None, "not_authorised"),
        (Q1, "authorised"),
        (Q1 + timedelta(days=1), "not_authorised"),
    ],
)
def test_a_record_is_authorised_by_the_last_day(day: date | None, outcome: str) -> None:
    assert outcomes("authorised", event(Q0, authorised_date=day)) == [outcome]


@pytest.mark.parametrize(
    ("said", "outcome"), [("Y", "Y"), ("N", "N"), ("U", "unknown"), (None, "unknown")]
)
def test_actions_are_set_not_set_or_not_known(said: str | None, outcome: str) -> None:
    assert outcomes("actions", event(Q0, actions_set=said)) == [outcome]
