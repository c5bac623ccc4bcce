"""An example for each sentence on time since supervision: spells, plans, standards.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.examples import Q1, ago, event, holding, outcomes, plan, rows, standard

# -------------------------------------------------------------------------------- since_supervision


EVERY = standard("all", 35)


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        (0, "d0_31_within"),
        (31, "d0_31_within"),
        (32, "d32_42_within"),
        (35, "d32_42_within"),
        (36, "d32_42_over"),
        (42, "d32_42_over"),
        (43, "d43_90_over"),
        (90, "d43_90_over"),
        (91, "d91_more"),
    ],
)
def test_days_are_counted_from_the_last_case_supervision(days: int, outcome: str) -> None:
    supervisions = [event(ago(days)), event(ago(days + 1), "combined")]

    assert outcomes("since_supervision", EVERY, holding(), *supervisions) == [outcome]


@pytest.mark.parametrize(
    ("days", "allowed", "outcome"),
    [
        (14, 14, "d0_31_within"),
        (15, 14, "d0_31_over"),
        (31, 14, "d0_31_over"),
        (32, 14, "d32_42_over"),
        (42, 60, "d32_42_within"),
        (43, 60, "d43_90_within"),
        (60, 60, "d43_90_within"),
        (61, 60, "d43_90_over"),
        (90, 90, "d43_90_within"),
        (91, 365, "d91_more"),
    ],
)
def test_each_of_the_first_three_bands_is_split_at_the_local_standard(
    days: int, allowed: int, outcome: str
) -> None:
    local = standard("all", allowed)

    assert outcomes("since_supervision", local, holding(), event(ago(days))) == [outcome]


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        (31, "d0_31_within"),
        (35, "d32_42_within"),
        (42, "d32_42_over"),
        (43, "never_43_90"),
        (90, "never_43_90"),
        (91, "never_91"),
    ],
)
def test_without_a_supervision_they_are_counted_from_the_start_of_the_spell(
    days: int, outcome: str
) -> None:
    before = event(ago(days + 1))

    assert outcomes("since_supervision", EVERY, holding(start=ago(days)), before) == [outcome]


def test_a_supervision_on_the_spells_first_day_is_one_of_the_spell() -> None:
    held = event(ago(60))

    assert outcomes("since_supervision", EVERY, holding(start=ago(60)), held) == ["d43_90_over"]


@pytest.mark.parametrize(
    "other",
    [
        event(ago(3), "personal"),
        event(ago(3), "management_decision"),
        event(ago(3), "combined", child_id=None),
        event(ago(3), child_id="c2"),
        event(Q1 + timedelta(days=1)),
    ],
    ids=["personal", "decision", "no child", "another child", "after q1"],
)
def test_only_a_case_supervision_of_the_child_by_the_last_day_counts(other: Any) -> None:
    assert outcomes("since_supervision", EVERY, holding(), event(ago(40)), other) == ["d32_42_over"]


@pytest.mark.parametrize(
    ("standards", "plans", "outcome"),
    [
        ([standard("all", 40)], [], "d32_42_within"),
        ([standard("all", 39)], [], "d32_42_over"),
        ([standard("all", 10), standard("cp", 40)], [plan("cp")], "d32_42_within"),
        ([standard("all", 10), standard("cp", 40)], [plan("cin")], "d32_42_over"),
        ([standard("all", 40), standard("cp", 10)], [plan("cp", end=Q1)], "d32_42_within"),
        ([standard("all", 40, ago(9)), standard("all", 10)], [], "d32_42_within"),
        (
            [standard("all", 10, Q1), standard("all", 40, Q1 + timedelta(days=1))],
            [],
            "d32_42_over",
        ),
        (
            [standard("all", 40), standard("cp", 10, Q1 + timedelta(days=1))],
            [plan("cp")],
            "d32_42_within",
        ),
        ([standard("worker", 40)], [], "d32_42_over"),
        ([standard("cp", 40)], [plan("cin")], "d32_42_over"),
        ([], [], "d32_42_over"),
    ],
)
def test_the_local_standard_is_the_plan_types_else_that_for_all_latest_by_the_last_day(
    standards: list[Any], plans: list[Any], outcome: str
) -> None:
    found = outcomes("since_supervision", holding(), event(ago(40)), *plans, *standards)

    assert found == [outcome]


@pytest.mark.parametrize(
    ("records", "outcome"),
    [
        ([event(ago(91))], "d91_more"),
        ([holding(start=ago(91))], "never_91"),
        ([holding(start=ago(43))], "never_43_90"),
        ([holding(start=ago(42))], "d32_42_over"),
        ([event(ago(90))], "d43_90_over"),
    ],
)
def test_without_a_standard_nothing_is_within_it(records: list[Any], outcome: str) -> None:
    held = records if records[0][0] == "allocation" else [holding(), *records]

    assert outcomes("since_supervision", *held) == [outcome]


@pytest.mark.parametrize(
    ("types", "first"),
    [
        (["cla", "cp", "cin", "care_leaver"], "cp"),
        (["care_leaver", "cin", "cla"], "cla"),
        (["care_leaver", "cin"], "cin"),
        (["care_leaver"], "care_leaver"),
        ([], "none"),
    ],
)
def test_of_several_open_plans_protection_goes_before_care_before_need(
    types: list[str], first: str
) -> None:
    [row] = rows("since_supervision", holding(), plan("cp", end=Q1), *map(plan, types))

    assert row["plan_type"] == first


@pytest.mark.parametrize(
    ("start", "found"), [(Q1, "cin"), (Q1 + timedelta(days=1), "none")], ids=["on q1", "after q1"]
)
def test_a_plan_that_starts_by_the_last_day_is_open(start: date, found: str) -> None:
    [row] = rows("since_supervision", holding(), plan("cin", start))

    assert row["plan_type"] == found


# ------------------------------------------------------------------------------------------- spells


@pytest.mark.parametrize(
    ("holdings", "start"),
    [
        ([holding(start=ago(80), end=ago(50)), holding(start=ago(50))], 80),
        ([holding(start=ago(80), end=ago(51)), holding(start=ago(50))], 50),
        ([holding(start=ago(80), end=ago(20)), holding("w2", ago(50))], 80),
        (
            [
                holding("w1", ago(80), ago(10)),
                holding("w2", ago(70), ago(60)),
                holding("w3", ago(20)),
            ],
            80,
        ),
        ([holding(start=ago(80)), holding("w2", ago(70), ago(60))], 80),
        ([holding(start=ago(80), role="co_worker"), holding("w2", ago(50))], 50),
        ([holding(start=ago(80), end=ago(80)), holding("w2", ago(50))], 50),
        (
            [
                holding("w1", ago(80), ago(50)),
                holding("w2", ago(50), ago(50)),
                holding("w3", ago(50)),
            ],
            80,
        ),
        (
            [
                holding(start=ago(80), end=ago(75)),
                holding("w2", ago(70), ago(60)),
                holding("w3", ago(50)),
            ],
            50,
        ),
    ],
    ids=[
        "handed over on the day",
        "a day uncovered",
        "overlapping",
        "bridged by the longest",
        "another within",
        "a co-worker covers nothing",
        "an empty one covers nothing",
        "an empty one breaks nothing",
        "several before",
    ],
)
def test_a_spell_is_the_longest_run_with_no_day_uncovered(holdings: list[Any], start: int) -> None:
    wide = standard("all", 365)

    on_the_first_day = outcomes("since_supervision", wide, *holdings, event(ago(start)))
    on_the_day_before = outcomes("since_supervision", wide, *holdings, event(ago(start + 1)))

    assert on_the_first_day == ["d43_90_within"]
    assert on_the_day_before == ["never_43_90"]
