"""An example for each sentence on intervals, changes of worker, referrals and plans.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.examples import Q0, Q1, ago, event, holding, outcomes, plan, referral, rows
from support.spec_tables import Q2

# ---------------------------------------------------------------------------------------- referrals


@pytest.mark.parametrize(
    ("earlier", "outcome"), [(0, "first"), (1, "rereferral"), (365, "rereferral"), (366, "first")]
)
@pytest.mark.parametrize("day", [Q0, Q1], ids=["on q0", "on q1"])
def test_a_rereferral_follows_an_earlier_one_by_1_to_365_days(
    day: date, earlier: int, outcome: str
) -> None:
    found = outcomes("rereferral", referral(day), referral(day - timedelta(days=earlier)))

    assert outcome in found
    assert found.count("rereferral") == (1 if outcome == "rereferral" else 0)


def test_two_referrals_of_one_day_are_both_told_by_the_days_before() -> None:
    assert (
        outcomes("rereferral", referral(Q0), referral(Q0), referral(Q0 - timedelta(days=300)))
        == ["rereferral"] * 2
    )


def test_a_referral_of_another_child_or_of_a_later_day_makes_none() -> None:
    assert outcomes("rereferral", referral(Q0), referral(ago(200), "c2")) == ["first"]
    assert outcomes("rereferral", referral(Q1), referral(Q1 + timedelta(days=1))) == ["first"]


# -------------------------------------------------------------------------------------------- plans


@pytest.mark.parametrize(
    ("start", "outcome"),
    [
        (date(2026, 6, 30), "m0_3"),
        (date(2026, 3, 31), "m0_3"),
        (date(2026, 3, 30), "m0_3"),
        (date(2026, 3, 29), "m3_6"),
        (date(2025, 12, 31), "m3_6"),
        (date(2025, 12, 30), "m3_6"),
        (date(2025, 12, 29), "m6_12"),
        (date(2025, 7, 1), "m6_12"),
        (date(2025, 6, 30), "m12_24"),
        (date(2024, 7, 1), "m12_24"),
        (date(2024, 6, 30), "m24_more"),
    ],
)
def test_a_plan_has_the_calendar_months_from_its_start_to_the_last_day(
    start: date, outcome: str
) -> None:
    assert outcomes("plan_duration", plan("cp", start)) == [outcome]


@pytest.mark.parametrize(
    ("start", "months", "outcome"),
    [
        (date(2025, 12, 31), date(2026, 3, 31), "m0_3"),
        (date(2025, 8, 31), date(2026, 2, 28), "m3_6"),
        (date(2025, 8, 30), date(2026, 2, 28), "m3_6"),
        (date(2025, 8, 27), date(2026, 2, 28), "m6_12"),
        (date(2024, 2, 29), date(2026, 2, 28), "m24_more"),
        (date(2024, 2, 29), date(2026, 2, 27), "m12_24"),
    ],
)
def test_a_calendar_month_ends_on_the_last_day_of_a_shorter_one(
    start: date, months: date, outcome: str
) -> None:
    # No quarter ends in February: the last day is moved there.
    period = Q2.model_copy(update={"end": months})

    assert outcomes("plan_duration", plan("cin", start), period=period) == [outcome]


def test_only_open_child_in_need_and_child_protection_plans_have_a_duration() -> None:
    plans = [
        plan("cin", ago(9)), plan("cp", ago(9)), plan("cla", ago(9)), plan("care_leaver", ago(9)),
        plan("cin", ago(8), Q1), plan("cp", Q1 + timedelta(days=1)),
    ]  # fmt: skip

    assert [row["plan_type"] for row in rows("plan_duration", *plans)] == ["cin", "cp"]


# ---------------------------------------------------------------------------------- supervision_gap


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        (0, "d0_14"),
        (14, "d0_14"),
        (15, "d15_28"),
        (28, "d15_28"),
        (29, "d29_31"),
        (31, "d29_31"),
        (32, "d32_35"),
        (35, "d32_35"),
        (36, "d36_42"),
        (42, "d36_42"),
        (43, "d43_56"),
        (56, "d43_56"),
        (57, "d57_90"),
        (90, "d57_90"),
        (91, "d91_more"),
    ],
)
def test_the_gap_between_two_supervisions_falls_in_its_bin(days: int, outcome: str) -> None:
    later, earlier = event(Q0), event(Q0 - timedelta(days=days))

    assert outcomes("supervision_gap", later, earlier) == [outcome]


def test_each_pair_is_of_consecutive_supervisions_and_the_later_is_held_in_the_quarter() -> None:
    days = [
        Q0 - timedelta(days=100),
        Q0 - timedelta(days=20),
        Q0,
        Q0,
        ago(60),
        Q1 + timedelta(days=1),
    ]

    found = outcomes("supervision_gap", *map(event, days))

    # 20 days from before the quarter, 0 on its first day, then 30 to 1 May; the last is after it.
    assert sorted(map(str, found)) == ["d0_14", "d15_28", "d29_31"]


@pytest.mark.parametrize(
    "other",
    [
        event(Q0, child_id="c2"),
        event(Q0, "personal"),
        event(Q0, "group"),
        event(Q0 - timedelta(days=1), "combined", child_id=None),
    ],
    ids=["another child", "personal", "group", "no child"],
)
def test_a_single_case_supervision_of_a_child_makes_no_pair(other: Any) -> None:
    assert outcomes("supervision_gap", event(Q1), other) == []


def test_a_pair_has_the_service_of_its_child_or_an_unknown_one() -> None:
    pairs = [event(day, child_id=child) for child in ("c1", "c2") for day in (Q0, Q1)]

    found = rows("supervision_gap", holding(), *pairs)

    assert [(row["child_id"], row["team"], row["service"]) for row in found] == [
        ("c1", "t1", "cin_cp"),
        ("c2", None, "unknown"),
    ]


# ----------------------------------------------------------------------------------- worker_changes


@pytest.mark.parametrize(("days", "found"), [(365, ["w1"]), (364, []), (1000, ["w1"])])
def test_changes_are_counted_of_children_whose_spell_is_365_days_long(
    days: int, found: list[str]
) -> None:
    assert outcomes("worker_changes", holding(start=ago(days))) == found


@pytest.mark.parametrize(
    ("end", "outcome"),
    [(ago(364), "w1"), (ago(363), "w2")],
    ids=["last open 365 days back", "last open 364 days back"],
)
def test_a_worker_counts_who_held_the_case_on_any_of_the_365_days(end: date, outcome: str) -> None:
    handover = [holding("w1", ago(900), end), holding("w2", end)]

    assert outcomes("worker_changes", *handover) == [outcome]


@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        ([], "w1"),
        ([holding("w1", ago(50), ago(40))], "w1"),
        ([holding("w2", ago(50), ago(40))], "w2"),
        ([holding("w2", ago(50), ago(40)), holding("w3", Q1)], "w3_more"),
        ([holding("w2", ago(5)), holding("w3", ago(4)), holding("w4", ago(3))], "w3_more"),
        ([holding("w2", ago(50), ago(50))], "w1"),
        ([holding("w2", ago(50), role="co_worker")], "w1"),
        ([holding("w2", Q1 + timedelta(days=1))], "w1"),
    ],
    ids=[
        "alone", "the same again", "another", "a third on the last day", "four", "an empty one",
        "a co-worker", "after the last day",
    ],
)  # fmt: skip
def test_different_case_holders_are_counted(others: list[Any], outcome: str) -> None:
    assert outcomes("worker_changes", holding(), *others) == [outcome]


def test_a_gap_in_the_spell_begins_the_365_days_anew() -> None:
    holdings = [holding(start=ago(900), end=ago(300)), holding(start=ago(299))]

    assert outcomes("worker_changes", *holdings) == []
