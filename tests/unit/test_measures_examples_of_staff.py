"""An example for each sentence on personal supervision, working time and the survey of staff.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.examples import Q0, Q1, ago, answer, event, outcomes, post, rows, standard

# ---------------------------------------------------------------------------- personal_supervision


MONTHLY = standard("worker", 31)


@pytest.mark.parametrize(
    ("of_post", "found"),
    [
        ({"start": ago(31)}, 1),
        ({"start": ago(30)}, 0),
        ({"role": 4}, 1),
        ({"role": 3}, 0),
        ({"role": 6}, 0),
        ({"end": Q1}, 0),
        ({"end": Q1 + timedelta(days=1)}, 1),
        ({"fte": None}, 1),
        ({"fte": 0.0}, 1),
    ],
    ids=str,
)
def test_personal_supervision_is_asked_of_case_holders_31_days_in_post(
    of_post: dict[str, Any], found: int
) -> None:
    assert len(rows("personal_supervision", MONTHLY, post(**of_post))) == found


@pytest.mark.parametrize(
    ("posts", "found"),
    [
        ([post(end=ago(30)), post(start=ago(30))], []),
        ([post(), post(start=ago(30))], []),
        ([post(role=3), post(start=ago(31))], ["within"]),
        ([post(), post(start=ago(40), role=3)], []),
        ([post(), post(start=ago(40), end=ago(5))], ["over"]),
    ],
    ids=[
        "moved 30 days ago", "a second post 30 days ago", "31 days ago", "a manager since",
        "the later one ended",
    ],
)  # fmt: skip
def test_the_post_in_force_counts_alone(posts: list[Any], found: list[str]) -> None:
    assert outcomes("personal_supervision", MONTHLY, *posts) == found


def test_a_worker_who_moved_has_the_team_and_codes_of_the_new_post() -> None:
    old, new = post(end=ago(50), team_id="t1"), post(start=ago(50), team_id="t3", agency=1, kss=1)

    [row] = rows("personal_supervision", MONTHLY, old, new)

    assert (row["team"], row["role"], row["agency"], row["asye"]) == (
        "t3", "case_holder", "agency", "asye",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "kind", "outcome"),
    [
        (31, "personal", "within"),
        (32, "personal", "over"),
        (31, "combined", "within"),
        (0, "personal", "within"),
        (3, "case", "over"),
        (3, "group", "over"),
        (-1, "personal", "over"),
    ],
)
def test_days_are_counted_from_the_last_personal_supervision(
    days: int, kind: str, outcome: str
) -> None:
    held = event(ago(days), kind, child_id=None)

    assert outcomes("personal_supervision", MONTHLY, post(), held) == [outcome]


@pytest.mark.parametrize(
    ("start", "held", "allowed", "outcome"),
    [
        (ago(40), None, 40, "within"),
        (ago(40), None, 39, "over"),
        (ago(40), ago(60), 40, "within"),
        (ago(40), ago(60), 39, "over"),
        (ago(60), ago(40), 40, "within"),
        (ago(60), ago(40), 39, "over"),
    ],
)
def test_or_from_the_start_of_the_post_if_that_is_later(
    start: date, held: date | None, allowed: int, outcome: str
) -> None:
    events = [event(held, "personal", child_id=None)] if held else []
    local = standard("worker", allowed)

    assert outcomes("personal_supervision", local, post(start=start), *events) == [outcome]


def test_a_supervision_of_another_worker_does_not_count() -> None:
    other = event(ago(3), "personal", worker_id="w2")

    assert outcomes("personal_supervision", MONTHLY, post(), other) == ["over"]


@pytest.mark.parametrize(
    ("standards", "outcome"),
    [
        ([standard("worker", 40)], "within"),
        ([standard("worker", 39)], "over"),
        ([standard("all", 90)], "over"),
        ([standard("all", 10), standard("worker", 40)], "within"),
        ([standard("worker", 10), standard("worker", 40, Q1)], "within"),
        ([standard("worker", 40), standard("worker", 10, Q1 + timedelta(days=1))], "within"),
        ([standard("worker", 40, Q1 + timedelta(days=1))], "over"),
        ([], "over"),
    ],
    ids=[
        "as long", "shorter", "for children only", "for workers as well", "a later version",
        "one after q1", "only after q1", "none",
    ],
)  # fmt: skip
def test_the_local_standard_is_the_one_for_workers_latest_by_the_last_day(
    standards: list[Any], outcome: str
) -> None:
    held = event(ago(40), "personal", child_id=None)

    assert outcomes("personal_supervision", post(), held, *standards) == [outcome]


# ----------------------------------------------------------------------------------- fte_by_agency


@pytest.mark.parametrize(
    ("of_post", "found"),
    [
        ({"agency": 1, "fte": 0.5}, [("agency", "0.5")]),
        ({"agency": 0, "fte": 1.0}, [("employed", "1.0")]),
        ({"fte": 0.0}, [("employed", "0.0")]),
        ({"fte": None}, [("employed", "0.0")]),
        ({"fte": 0.285}, [("employed", "0.29")]),
        ({"role": 4}, [("employed", "1.0")]),
        ({"role": 3}, []),
        ({"start": Q1}, [("employed", "1.0")]),
        ({"end": Q1}, []),
    ],
    ids=str,
)
def test_working_time_is_of_case_holders_in_post_agency_or_employed(
    of_post: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert [(row["agency"], row["fte"]) for row in rows("fte_by_agency", post(**of_post))] == found


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ({"fte": 0.4, "agency": 1}, [("agency", "0.4")]),
        ({"fte": None}, [("employed", "0.0")]),
        ({"role": 3}, []),
    ],
    ids=["both with time", "the later without time", "the later a manager"],
)
def test_of_several_posts_the_latest_to_start_has_the_working_time(
    later: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    posts = [post(start=ago(900)), post(start=ago(9), **later)]

    assert [(row["agency"], row["fte"]) for row in rows("fte_by_agency", *posts)] == found


# ------------------------------------------------------------------------------------------ survey


@pytest.mark.parametrize(
    ("wave", "found"),
    [
        (Q0, ["4"]),
        (Q1, ["4"]),
        (Q0 - timedelta(days=1), []),
        (Q1 + timedelta(days=1), []),
    ],
    ids=["on q0", "on q1", "before", "after"],
)
def test_an_answer_belongs_to_the_quarter_in_which_its_round_was_opened(
    wave: date, found: list[str]
) -> None:
    assert outcomes("survey", answer(4, wave=wave)) == found


@pytest.mark.parametrize(
    ("question", "found"), [("S01", 1), ("S13", 1), ("S14", 0), ("S00", 0), ("A01", 0)]
)
def test_questions_that_the_study_does_not_ask_are_left_out(question: str, found: int) -> None:
    assert len(rows("survey", answer(3, question))) == found


def test_each_person_question_and_round_is_a_row_and_a_team_may_be_missing() -> None:
    answers = [
        answer(1, "S01", team_id="t1"), answer(5, "S02"), answer(1, "S01", respondent_id="r2"),
        answer(2, "S01", wave=Q1, team_id="t1"),
    ]  # fmt: skip

    found = rows("survey", *answers)

    assert sorted(
        (row["respondent_id"], row["question"], row["outcome"], row["team"] or "") for row in found
    ) == [
        ("r1", "S01", "1", "t1"),
        ("r1", "S01", "2", "t1"),
        ("r1", "S02", "5", ""),
        ("r2", "S01", "1", ""),
    ]
