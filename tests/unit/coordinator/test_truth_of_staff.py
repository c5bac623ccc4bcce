"""The truth of supervisions' records, of workers, plans and the survey, on small worlds by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_coordinator.demo.records import Standard
from oversight_coordinator.demo.truth import Truth
from oversight_coordinator.demo.truth_rows import working_days
from oversight_protocol.study import Measure
from support.small_worlds import (
    LA,
    LONG_AGO,
    OTHER,
    PERIOD,
    Q0,
    Q1,
    before,
    event,
    held_by,
    line,
    lines,
    plan,
    post,
    response,
    truth_of,
)

DAY = timedelta(days=1)
STANDARD = (Standard("worker", 31, LONG_AGO), Standard("all", 200, LONG_AGO))
SAMPLED = {"evidence": "audit_sample", "part1_location": "child_file", "part2_location": "both"}


# ---------------------------------------------------------------------- reflection


@pytest.mark.parametrize("kind", ["case", "personal", "combined", "group", "management_decision"])
def test_events_of_any_type_that_auditors_read_are_asked_for_reflection(kind):
    one = event(type=kind, **SAMPLED, reflects_family="Y", reflects_practitioner="N")

    truth = truth_of(events=(one,))

    assert line(truth, "part1_reflection") == {"Y": 1}
    assert line(truth, "part2_reflection") == {"N": 1}


@pytest.mark.parametrize(("answer", "outcome"), [("U", "unknown"), (None, "unknown"), ("N", "N")])
def test_where_the_auditor_did_not_say_reflection_is_not_known(answer, outcome):
    truth = truth_of(events=(event(**SAMPLED, reflects_family=answer),))

    assert line(truth, "part1_reflection") == {outcome: 1}


@pytest.mark.parametrize(
    "other",
    [
        {"evidence": "structured"},
        {"evidence": "survey"},
        {"evidence": None},
        {"part1_location": "neither"},
        {"part1_location": "unknown"},
        {"part1_location": None},
        {"held": Q1 + DAY},
        {"held": Q0 - DAY},
    ],
    ids=str,
)
def test_what_no_auditor_read_or_nobody_recorded_is_not_asked(other):
    truth = truth_of(events=(event(**{**SAMPLED, "reflects_family": "Y", **other}),))

    assert line(truth, "part1_reflection") == {}


def test_the_service_of_what_was_read_is_that_of_the_childs_team():
    truth = truth_of(
        allocations=(held_by(team="C"),), events=(event(**SAMPLED, reflects_family="Y"),)
    )

    assert lines(truth, "part1_reflection", "service") == {"looked_after": {"Y": 1}}


# ---------------------------------------------------------------------- recorded in time


@pytest.mark.parametrize(
    ("held", "recorded", "days"),
    [
        (date(2026, 6, 8), date(2026, 6, 8), 0),
        (date(2026, 6, 8), date(2026, 6, 15), 5),
        (date(2026, 6, 8), date(2026, 6, 16), 6),
        (date(2026, 6, 12), date(2026, 6, 14), 0),
        (date(2026, 6, 13), date(2026, 6, 15), 1),
        (date(2026, 5, 22), date(2026, 5, 26), 1),
        (date(2026, 4, 2), date(2026, 4, 7), 1),
        (date(2026, 6, 8), date(2026, 6, 1), 0),
    ],
    ids=["same day", "a week", "a day more", "weekend", "from a Saturday", "bank holiday", "Easter",
         "before"],
)  # fmt: skip
def test_working_days_leave_out_weekends_and_bank_holidays(held, recorded, days):
    assert working_days(held, recorded) == days


@given(
    start=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    first=st.integers(0, 40),
    second=st.integers(0, 40),
)
def test_working_days_of_two_stretches_are_those_of_both(start, first, second):
    middle, end = start + first * DAY, start + (first + second) * DAY

    assert working_days(start, end) == working_days(start, middle) + working_days(middle, end)


@pytest.mark.parametrize(
    ("held", "recorded", "outcome"),
    [
        (date(2026, 6, 8), date(2026, 6, 15), "within_5"),
        (date(2026, 6, 8), date(2026, 6, 16), "over_5"),
        (date(2026, 6, 8), None, "not_recorded"),
        (Q1, Q1 + DAY, "not_recorded"),
        (Q1, Q1, "within_5"),
        (date(2026, 6, 8), date(2026, 6, 1), "within_5"),
    ],
)
def test_a_record_is_in_time_late_or_not_there_on_the_last_day(held, recorded, outcome):
    truth = truth_of(events=(event(held, recorded_date=recorded),))

    assert line(truth, "recorded_in_time") == {outcome: 1}


@pytest.mark.parametrize("other", [{"type": "personal"}, {"type": "group"}, {"child": None}])
def test_only_case_supervisions_must_be_recorded_in_time(other):
    assert line(truth_of(events=(event(**other),)), "recorded_in_time") == {}


# ---------------------------------------------------------------------- personal supervision


@pytest.mark.parametrize(
    ("days", "outcome"), [(0, "within"), (31, "within"), (32, "over"), (None, "over")]
)
def test_personal_supervision_is_within_the_workers_own_standard(days, outcome):
    held = () if days is None else (event(before(days), child=None, type="personal"),)

    truth = truth_of(posts=(post(),), events=held, standards=STANDARD)

    assert line(truth, "personal_supervision") == {outcome: 1}


@pytest.mark.parametrize(
    ("other", "outcome"),
    [
        ({"type": "combined"}, "within"),
        ({"type": "combined", "child": None}, "within"),
        ({"type": "case"}, "over"),
        ({"type": "group", "child": None}, "over"),
        ({"type": "personal", "worker": "w2"}, "over"),
        ({"type": "personal", "held": Q1 + DAY}, "over"),
    ],
    ids=str,
)
def test_supervision_is_personal_if_it_is_of_the_worker(other, outcome):
    truth = truth_of(posts=(post(),), events=(event(**{"held": Q1, **other}),), standards=STANDARD)

    assert line(truth, "personal_supervision") == {outcome: 1}


@pytest.mark.parametrize(("days", "outcome"), [(30, {}), (31, {"within": 1}), (32, {"over": 1})])
def test_a_new_post_counts_from_its_31st_day_and_from_its_start(days, outcome):
    truth = truth_of(posts=(post(role_start=before(days)),), standards=STANDARD)

    assert line(truth, "personal_supervision") == outcome


def test_without_a_standard_for_workers_nobody_is_within_it():
    held = (event(type="personal", child=None),)

    truth = truth_of(posts=(post(),), events=held, standards=STANDARD[1:])

    assert line(truth, "personal_supervision") == {"over": 1}


def test_personal_supervision_is_of_case_holders_by_their_post():
    posts = (
        post(kss=1),
        post("w2", role=4, agency=1, kss=None),
        post("w3", role=3),
        post("w4", role=6),
        post("w5", role_end=Q1),
    )

    truth = truth_of(posts=posts, standards=STANDARD)

    assert lines(truth, "personal_supervision", "asye") == {
        "asye": {"over": 1}, "unknown": {"over": 1},
    }  # fmt: skip
    assert lines(truth, "personal_supervision", "agency") == {
        "agency": {"over": 1}, "employed": {"over": 1},
    }  # fmt: skip
    assert lines(truth, "personal_supervision", "role") == {
        "senior_practitioner": {"over": 1}, "case_holder": {"over": 1},
    }  # fmt: skip


# ---------------------------------------------------------------------- plans


@pytest.mark.parametrize(
    ("days", "outcome"),
    [(0, "decided"), (7, "decided"), (-7, "decided"), (8, "not_decided"), (-8, "not_decided")],
)
def test_a_start_is_decided_within_seven_days_either_side(days, outcome):
    start = before(40)
    held = event(start + timedelta(days=days), type="management_decision")

    truth = truth_of(plans=(plan(start=start),), events=(held,))

    assert lines(truth, "plan_decisions", "plan_type") == {"cp": {outcome: 1}}


@pytest.mark.parametrize("other", [{"type": "case"}, {"child": "c2"}, {"held": Q1 + DAY}], ids=str)
def test_only_a_decision_for_the_child_by_the_last_day_counts(other):
    held = event(**{"held": Q1, "type": "management_decision", **other})

    truth = truth_of(plans=(plan("cin", start=Q1),), events=(held,))

    assert line(truth, "plan_decisions") == {"not_decided": 1}


def test_starts_and_ends_in_the_quarter_count_each_of_two_kinds_of_plan():
    plans = (
        plan(start=Q0, end=Q1),
        plan("cin", end=before(3)),
        plan("cin", start=Q0 - DAY, child="c2"),
        plan(start=before(10), end=Q1 + DAY, child="c3"),
        plan("cla", start=before(5)),
    )

    assert lines(truth_of(plans=plans), "plan_decisions", "plan_type") == {
        "cp": {"not_decided": 3}, "cin": {"not_decided": 1},
    }  # fmt: skip


def test_protection_plans_begun_in_the_quarter_are_first_later_or_unknown():
    plans = (
        plan(start=Q0, previous=0),
        plan(start=Q1, previous=1, child="c2"),
        plan(start=Q1, previous=3, child="c3"),
        plan(start=Q1, child="c4"),
        plan(start=Q0 - DAY, previous=0, child="c5"),
        plan(start=Q1 + DAY, previous=0, child="c6"),
        plan("cin", start=Q1, previous=0, child="c7"),
    )

    assert line(truth_of(plans=plans), "cp_start") == {"first": 1, "subsequent": 2, "unknown": 1}


# ---------------------------------------------------------------------- working time, survey


def test_working_time_is_of_case_holders_in_post_to_two_decimals():
    posts = (
        post(fte=0.5),
        post("w2", fte=0.125, agency=1),
        post("w3", fte=0.0),
        post("w4", fte=None),
        post("w5", role=3),
        post("w6", role_start=Q1 + DAY),
    )

    found = lines(truth_of(posts=posts), "fte_by_agency", "agency")

    assert found == {
        "employed": {"all": Decimal(3), "fte": Decimal("0.5")},
        "agency": {"all": Decimal(1), "fte": Decimal("0.13")},
    }


def test_answers_count_by_question_in_the_quarter_of_their_round():
    responses = (
        response(),
        response(person="p2", answer=1),
        response("S02", 5, Q0),
        response("S02", 5, Q0 - DAY, "p3"),
        response("S02", 5, Q1 + DAY, "p4"),
        response("S99", 5),
    )

    assert lines(truth_of(responses=responses), "survey", "question") == {
        "S01": {"4": 1, "1": 1}, "S02": {"5": 1},
    }  # fmt: skip


# ---------------------------------------------------------------------- figures of new kinds


def measure(kind, table, numerator, denominator, **other):
    units = {"difference": "percentage points"}
    return Measure(
        id="one", number="1", title="One", definition="One.", table=table, kind=kind,
        unit=units.get(kind, "percent"), numerator=numerator, denominator=denominator, **other,
    )  # fmt: skip


PART = measure(
    "part", "fte_by_agency", ("fte",), ("fte",), place={"dimension": "agency", "code": "agency"}
)
ONE_PLACE = measure(
    "share", "personal_supervision", ("within",), ("within", "over"),
    place={"dimension": "asye", "code": "asye"},
)  # fmt: skip
DIFFERENCE = measure(
    "difference", "grade_by_recording",
    ("both_good_or_better",), ("both_good_or_better", "both_below_good"),
    less=("not_both_good_or_better",), less_of=("not_both_good_or_better", "not_both_below_good"),
)  # fmt: skip


def test_a_part_is_what_one_category_has_of_a_magnitude():
    one = truth_of(posts=(post(fte=0.6), post("w2", fte=0.2, agency=1)))
    other = truth_of(OTHER, posts=(post(fte=0.2),))
    both = Truth.joined((one, other))

    assert both.figure((LA,), PART, PERIOD.id, "", "") == pytest.approx(25)
    assert both.figure((LA, OTHER), PART, PERIOD.id, "", "") == pytest.approx(20)
    assert truth_of().figure((LA,), PART, PERIOD.id, "", "") is None


def test_a_figure_of_one_category_is_that_categorys():
    held = (event(child=None, type="personal"),)

    truth = truth_of(posts=(post(kss=1), post("w2")), events=held, standards=STANDARD)

    assert truth.figure((LA,), ONE_PLACE, PERIOD.id, "", "") == 100


@pytest.mark.parametrize(
    ("counts", "figure"),
    [((3, 1, 1, 3), 50), ((1, 3, 3, 1), -50), ((0, 0, 1, 1), None), ((1, 1, 0, 0), None)],
)
def test_a_difference_is_of_two_shares_and_needs_both(counts, figure):
    truth = truth_of()
    keys = [key for key in truth.counts if key.table == "grade_by_recording"]
    filled = Truth({**truth.counts, **dict(zip(keys, counts, strict=True))})

    assert filled.figure((LA,), DIFFERENCE, PERIOD.id, "", "") == figure
