"""An example for each sentence on decisions at the start and end of plans, and on earlier plans.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.examples import LONG_AGO, Q0, Q1, event, outcomes, plan, rows

DAY = timedelta(days=1)
MIDDLE = date(2026, 5, 13)


def decision(held: date, **more: Any) -> Any:
    return event(held, "management_decision", **more)


# ---------------------------------------------------------------------------------- plan_decisions


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (Q0, None, 1),
        (Q1, None, 1),
        (Q0 - DAY, None, 0),
        (Q1 + DAY, None, 0),
        (LONG_AGO, Q0, 1),
        (LONG_AGO, Q1, 1),
        (LONG_AGO, Q0 - DAY, 0),
        (LONG_AGO, Q1 + DAY, 0),
        (Q0, Q1, 2),
        (MIDDLE, MIDDLE, 2),
        (LONG_AGO, None, 0),
    ],
    ids=[
        "starts on q0", "starts on q1", "starts before", "starts after", "ends on q0", "ends on q1",
        "ended before", "ends after", "starts and ends", "on one day", "open throughout",
    ],
)  # fmt: skip
def test_each_start_and_each_end_in_the_quarter_is_a_row(
    start: date, end: date | None, found: int
) -> None:
    assert len(rows("plan_decisions", plan("cp", start, end))) == found


@pytest.mark.parametrize(
    ("kind", "found"), [("cin", ["cin"]), ("cp", ["cp"]), ("cla", []), ("care_leaver", [])]
)
def test_only_child_in_need_and_child_protection_plans_are_decided(
    kind: str, found: list[str]
) -> None:
    assert [row["plan_type"] for row in rows("plan_decisions", plan(kind, Q0))] == found


@pytest.mark.parametrize(
    ("away", "outcome"),
    [(0, "decided"), (7, "decided"), (-7, "decided"), (8, "not_decided"), (-8, "not_decided")],
)
@pytest.mark.parametrize(
    "dates", [(MIDDLE, None), (LONG_AGO, MIDDLE)], ids=["at the start", "at the end"]
)
def test_a_decision_lies_at_most_7_days_before_or_after(
    dates: tuple[date, date | None], away: int, outcome: str
) -> None:
    held = decision(MIDDLE + timedelta(days=away))

    assert outcomes("plan_decisions", plan("cin", *dates), held) == [outcome]


@pytest.mark.parametrize(
    ("day", "held", "outcome"),
    [
        (Q0, Q0 - 7 * DAY, "decided"),
        (Q1, Q1, "decided"),
        (Q1, Q1 + DAY, "not_decided"),
        (Q1 - 3 * DAY, Q1 + 4 * DAY, "not_decided"),
    ],
    ids=["before the quarter", "on q1", "after q1", "within 7 days, after q1"],
)
def test_a_decision_after_the_last_day_does_not_exist(day: date, held: date, outcome: str) -> None:
    assert outcomes("plan_decisions", plan("cp", day), decision(held)) == [outcome]


@pytest.mark.parametrize(
    "held",
    [event(MIDDLE), event(MIDDLE, "combined"), decision(MIDDLE, child_id="c2"),
     decision(MIDDLE, child_id=None)],
    ids=["case", "combined", "another child", "no child"],
)  # fmt: skip
def test_only_a_management_decision_for_the_child_decides(held: Any) -> None:
    assert outcomes("plan_decisions", plan("cp", MIDDLE), held) == ["not_decided"]


def test_start_and_end_are_decided_each_by_itself() -> None:
    both = plan("cp", Q0, MIDDLE)

    assert outcomes("plan_decisions", both, decision(Q0)) == ["decided", "not_decided"]
    assert outcomes("plan_decisions", both, decision(Q0), decision(Q0)) == [
        "decided",
        "not_decided",
    ]


def test_one_decision_decides_the_end_of_a_plan_and_the_start_of_the_next() -> None:
    plans = [plan("cin", LONG_AGO, MIDDLE), plan("cp", MIDDLE)]

    assert outcomes("plan_decisions", *plans, decision(MIDDLE)) == ["decided"] * 2


# ---------------------------------------------------------------------------------------- cp_start


@pytest.mark.parametrize(
    ("earlier", "outcome"),
    [(0, "first"), (1, "subsequent"), (2, "subsequent"), (50, "subsequent"), (None, "unknown")],
)
def test_a_child_protection_plan_is_the_first_or_a_later_one(
    earlier: int | None, outcome: str
) -> None:
    assert outcomes("cp_start", plan("cp", MIDDLE, previous_cpp=earlier)) == [outcome]


def test_an_earlier_plan_among_the_records_is_not_counted() -> None:
    plans = [plan("cp", LONG_AGO, MIDDLE), plan("cp", MIDDLE, previous_cpp=0)]

    assert outcomes("cp_start", *plans) == ["first"]


@pytest.mark.parametrize(
    ("kind", "start", "found"),
    [
        ("cp", Q0, 1),
        ("cp", Q1, 1),
        ("cp", Q0 - DAY, 0),
        ("cp", Q1 + DAY, 0),
        ("cin", Q0, 0),
        ("cla", Q0, 0),
    ],
)
def test_only_child_protection_plans_that_started_in_the_quarter_count(
    kind: str, start: date, found: int
) -> None:
    assert len(rows("cp_start", plan(kind, start, start, previous_cpp=0))) == found
