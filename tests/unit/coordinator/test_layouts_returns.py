"""Statutory returns that the demo writes: what they hold, and what they lose."""

from __future__ import annotations

from collections import Counter
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook

from oversight_coordinator.demo.formats import EXPORTS
from oversight_coordinator.demo.generate import QUARTERS, Synthetic, make_world
from oversight_coordinator.demo.layouts import Return
from oversight_coordinator.demo.records import Plan, Referral, World
from oversight_coordinator.demo.truth import count

ISLE_OF_WIGHT, SLOUGH = "E06000046", "E06000039"
CENSUS = Return("cin-census", "census.xml", lea="921", prefix="P")
ANNEX_A = Return("annex-a", "annex a.xlsx", lea="871", prefix="PER-")
DAY = date(2026, 5, 4)


def plan(kind="cin", start=DAY, end=None, child="00001", abuse=None, previous=None):
    return Plan(child, kind, start, end, abuse, previous)


def referral(number, day=DAY, child="00001", **other):
    empty = Referral(f"{number:06d}", child, day, "6", "N1", 0, None, None)
    return empty._replace(**other)


def world(plans=(), referrals=()):
    return World((), (), (), (), plans=tuple(plans), referrals=tuple(referrals))


def census(tmp_path, plans=(), referrals=()):
    CENSUS.write(tmp_path, CENSUS.as_returned(world(plans, referrals)))
    return ET.parse(tmp_path / "census.xml").getroot()


def annex_a(tmp_path, plans=(), referrals=()):
    ANNEX_A.write(tmp_path, ANNEX_A.as_returned(world(plans, referrals)))
    book = load_workbook(tmp_path / "annex a.xlsx")
    return {
        sheet.title: [
            dict(zip(rows[0], row, strict=True)) for row in rows[1:]
        ]
        for sheet in book
        if (rows := list(sheet.values))
    }  # fmt: skip


# ---------------------------------------------------------------------- children in need census


def test_a_census_says_whose_it_is_and_for_which_day(tmp_path):
    header = census(tmp_path, [plan()]).find("Header")

    assert header.findtext("CollectionDetails/Collection") == "CIN"
    assert header.findtext("CollectionDetails/ReferenceDate") == "2026-10-31"
    assert header.findtext("Source/LEA") == "921"


def test_a_referral_has_its_elements_and_lacks_what_is_empty(tmp_path):
    closed = referral(1, close_date=date(2026, 6, 1), reason="RC8", nfa=1)

    root = census(tmp_path, referrals=[closed, referral(2, child="2", source=None, nfa=None)])

    first, second = root.iter("CINdetails")
    assert root.findtext(".//LAchildID") == "P00001"
    assert {one.tag: one.text for one in first} == {
        "CINreferralDate": "2026-05-04", "ReferralSource": "6", "PrimaryNeedCode": "N1",
        "CINclosureDate": "2026-06-01", "ReasonForClosure": "RC8", "ReferralNFA": "true",
    }  # fmt: skip
    assert [one.tag for one in second] == ["CINreferralDate", "PrimaryNeedCode"]


def test_a_plan_stands_inside_the_last_referral_before_it(tmp_path):
    referrals = [referral(1), referral(2, date(2026, 6, 1)), referral(3, date(2026, 8, 1))]
    plans = [
        plan(start=date(2026, 6, 1), end=date(2026, 7, 1)),
        plan("cp", date(2026, 9, 1), abuse="NEG", previous=2),
        plan("cp", date(2026, 1, 1)),
    ]

    root = census(tmp_path, plans, referrals)

    first, second, third = root.iter("CINdetails")
    assert first.findtext("ChildProtectionPlans/CPPstartDate") == "2026-01-01"
    assert second.findtext("CINPlanDates/CINPlanStartDate") == "2026-06-01"
    assert second.findtext("CINPlanDates/CINPlanEndDate") == "2026-07-01"
    assert third.findtext("ChildProtectionPlans/LatestCategoryOfAbuse") == "NEG"
    assert third.findtext("ChildProtectionPlans/NumberOfPreviousCPP") == "2"


def test_a_child_with_plans_and_no_referral_gets_one_on_the_day_of_the_first():
    plans = [plan(start=date(2026, 6, 1)), plan("cp", DAY), plan("cla", date(2020, 1, 1))]

    found = CENSUS.as_returned(world(plans, [referral(1, child="00002")]))

    assert [(one.child_id, one.referral_date) for one in found.referrals] == [
        ("00002", DAY), ("00001", DAY),
    ]  # fmt: skip


def test_a_census_knows_no_plans_of_looked_after_children_and_care_leavers():
    plans = [plan(kind) for kind in ("cin", "cp", "cla", "care_leaver")]

    assert [one.type for one in CENSUS.as_returned(world(plans)).plans] == ["cin", "cp"]


# ---------------------------------------------------------------------- Annex A


def test_annex_a_has_its_eleven_lists_and_each_plan_in_its_own(tmp_path):
    plans = [
        plan(end=date(2026, 7, 1)),
        plan("cp", abuse="EMO", previous=1, child="00002"),
        plan("cla", child="00003"),
        plan("care_leaver", child="00004"),
    ]

    lists = annex_a(tmp_path, plans, [referral(1, nfa=1)])

    assert set(lists) == {f"List {number}" for number in range(1, 12)}
    (in_need,), (protection,) = lists["List 6"], lists["List 7"]
    assert in_need["Child Unique ID"] == "PER-00001"
    assert in_need["CIN Closure Date"].date() == date(2026, 7, 1)
    assert protection["Latest Category of Abuse"] == "Emotional abuse"
    assert protection["Number of Previous Child Protection Plans"] == 1
    assert [one["Child Unique ID"] for one in lists["List 8"]] == ["PER-00003"]
    assert lists["List 9"] == []
    assert lists["List 3"][0]["Referral NFA?"] == "Yes"
    assert lists["List 3"][0]["Referral Source"] == "q) 6"


def test_annex_a_tells_a_referrals_closing_where_list_6_has_its_child_and_day():
    end = date(2026, 7, 1)
    referrals = [
        referral(1, reason="RC1", close_date=date(2026, 9, 9)),
        referral(2, child="00002", close_date=end),
    ]

    found = ANNEX_A.as_returned(world([plan(end=end)], referrals))

    assert [one.close_date for one in found.referrals] == [end, None]
    assert {(one.need, one.reason) for one in found.referrals} == {(None, None)}
    assert [one.source for one in found.referrals] == ["6", "6"]


# ---------------------------------------------------------------------- the two authorities


@pytest.mark.parametrize("code", [ISLE_OF_WIGHT, SLOUGH])
def test_the_figures_of_plans_and_referrals_stay_right_whatever_the_return_loses(code):
    whole = make_world(Synthetic(code), 3, 0.5)
    shown = EXPORTS[code].shown(whole)

    before, after = (count(code, one, QUARTERS).counts for one in (whole, shown))

    same = Counter()
    for key in before:
        if key.table in ("plan_duration", "plan_decisions", "cp_start"):
            assert after[key] == before[key], key
        if key.table == "since_supervision" and key.dimension in ("", "service"):
            same[after[key] == before[key]] += 1
    # A child on no plan that the return knows is held to the standard for all.
    assert same[True] > 3 * same[False]


def test_a_return_writes_the_same_bytes_each_time(tmp_path):
    shown = EXPORTS[ISLE_OF_WIGHT].shown(make_world(Synthetic(ISLE_OF_WIGHT), 3, 0.05))
    made = EXPORTS[SLOUGH].shown(make_world(Synthetic(SLOUGH), 3, 0.05))

    for folder in ("one", "two"):
        CENSUS.write(tmp_path / folder, shown)
        ANNEX_A.write(tmp_path / folder, made)

    for name in ("census.xml", "annex a.xlsx"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
