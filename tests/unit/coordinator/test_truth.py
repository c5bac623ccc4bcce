"""The truth on small worlds made by hand: each definition at its edges, figures written out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_coordinator.demo.asof import AsOf
from oversight_coordinator.demo.records import Standard, World
from oversight_coordinator.demo.truth import Key, Place, Truth
from oversight_coordinator.demo.truth_rows import since_outcome
from oversight_coordinator.demo.truth_rows_cases import duration_band, months_later
from oversight_coordinator.demo.truth_tables import CATEGORIES, TABLES, gap_bin
from oversight_protocol import study_package
from oversight_protocol.study import Measure
from support.small_worlds import (
    LA,
    LONG_AGO,
    OTHER,
    PERIOD,
    Q0,
    Q1,
    TEAMS,
    audit,
    before,
    event,
    held_by,
    line,
    lines,
    plan,
    post,
    referral,
    truth_of,
)

# ---------------------------------------------------------------------- the study's own tables


def test_the_truth_has_every_table_outcome_and_category_of_the_first_study():
    study = study_package.installed()

    for table in study.base_tables:
        counted = TABLES[table.name]
        assert counted.outcomes == table.outcome_codes
        assert counted.magnitudes == table.magnitude_names
        assert sorted(counted.dimensions) == sorted(one.name for one in table.dimensions)
        for dimension in table.dimensions:
            assert set(dimension.codes) <= set(CATEGORIES[dimension.name])
    assert set(TABLES) == {table.name for table in study.base_tables}


def test_the_bins_of_the_gaps_are_those_of_the_first_study():
    study = study_package.installed()

    for outcome in study.table("supervision_gap").outcomes:
        for days in range(outcome.low, (outcome.high or outcome.low + 400) + 1):
            assert gap_bin(days) == outcome.code


# ---------------------------------------------------------------------- who is open


def test_of_two_case_holders_from_one_day_the_smaller_worker_then_team_decides():
    tied = (
        held_by(worker="w2", team="A"),
        held_by(worker="w1", team="C"),
        held_by(worker="w1", team="B"),
    )

    found = AsOf(World(TEAMS, (), tied, ()), PERIOD).held

    assert found["c1"] == tied[2]


def test_a_later_start_decides_before_a_smaller_worker():
    later = held_by(worker="w9", start=before(10), team="C")
    world = World(TEAMS, (), (held_by(), later), ())

    assert AsOf(world, PERIOD).held == {"c1": later}


@pytest.mark.parametrize(
    ("allocation", "is_open"),
    [
        (held_by(start=Q1), True),
        (held_by(start=Q1 + timedelta(days=1)), False),
        (held_by(end=Q1), False),
        (held_by(end=Q1 + timedelta(days=1)), True),
        (held_by(role="co_worker"), False),
    ],
)
def test_an_allocation_holds_from_its_first_day_to_the_day_before_its_end(allocation, is_open):
    found = AsOf(World(TEAMS, (), (allocation,), ()), PERIOD).held

    assert ("c1" in found) == is_open


@pytest.mark.parametrize(
    ("earlier_end", "starts"),
    [(before(100), before(300)), (before(99), before(300)), (before(101), before(100))],
    ids=["to the day", "overlapping", "a day uncovered"],
)
def test_a_spell_goes_back_as_long_as_no_day_is_uncovered(earlier_end, starts):
    earlier, now = held_by("c1", "w2", before(300), earlier_end), held_by(start=before(100))

    asof = AsOf(World(TEAMS, (), (now, earlier), ()), PERIOD)

    assert asof.spell_starts == {"c1": starts}


def test_a_spell_is_covered_by_an_allocation_that_ended_within_a_longer_one():
    rows = (
        held_by(worker="w1", start=before(500), end=before(50)),
        held_by(worker="w2", start=before(400), end=before(350)),
        held_by(worker="w3", start=before(60)),
    )

    assert AsOf(World(TEAMS, (), rows, ()), PERIOD).spell_starts == {"c1": before(500)}


def test_a_co_worker_covers_no_day_of_a_spell():
    rows = (
        held_by(start=before(300), end=before(200)),
        held_by(worker="w2", start=before(250), role="co_worker"),
        held_by(start=before(100)),
    )

    assert AsOf(World(TEAMS, (), rows, ()), PERIOD).spell_starts == {"c1": before(100)}


# ---------------------------------------------------------------------- recording


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ("child_file", "supervision_record", "both"),
        ("both", "both", "both"),
        ("child_file", "neither", "part1_only"),
        ("child_file", "child_file", "part1_only"),
        ("neither", "supervision_record", "part2_only"),
        ("supervision_record", "both", "part2_only"),
        ("supervision_record", "neither", "misplaced"),
        ("neither", "child_file", "misplaced"),
        ("neither", "neither", "neither"),
        ("neither", "unknown", "unknown"),
        (None, "supervision_record", "unknown"),
    ],
)
def test_where_the_parts_are_recorded_decides_the_outcome(first, second, outcome):
    held = event(part1_location=first, part2_location=second)

    assert line(truth_of(events=(held,)), "recording") == {outcome: 1}


def test_recording_counts_three_types_on_the_first_and_last_day_and_no_other():
    events = (
        event(Q0, type="case"),
        event(Q1, type="combined"),
        event(Q1, child=None, type="personal"),
        event(Q1, type="group"),
        event(Q1, type="management_decision"),
        event(before(1, Q0)),
        event(Q1 + timedelta(days=1)),
    )

    assert line(truth_of(events=events), "recording") == {"unknown": 3}


def test_the_post_in_force_on_the_day_gives_role_agency_and_first_year():
    turn = date(2026, 5, 1)
    posts = (
        post(agency=1, kss=1, role_end=turn + timedelta(days=4)),
        post(role=4, kss=None, role_start=turn),
        post("w2", role=3, kss=3),
    )
    events = (
        event(before(1, turn)),
        event(turn),
        event(Q1, worker="w2"),
        event(Q1, worker="in no file"),
    )

    truth = truth_of(posts=posts, events=events)

    one = {"unknown": 1}
    assert lines(truth, "recording", "role") == {
        "case_holder": one, "senior_practitioner": one, "other": one, "unknown": one,
    }  # fmt: skip
    assert lines(truth, "recording", "agency") == {
        "agency": one, "employed": {"unknown": 2}, "unknown": one,
    }  # fmt: skip
    assert lines(truth, "recording", "asye") == {
        "asye": one, "not_asye": one, "unknown": {"unknown": 2},
    }  # fmt: skip


def test_an_event_is_of_its_childs_service_else_of_its_workers_post_else_unknown():
    allocations = (held_by("c1", team="B"), held_by("gone", team="C", end=Q1))
    posts = (post("w1", team_id="A"), post("teamless", team_id=None))
    events = (
        event(child="c1"),
        event(child="gone"),
        event(child=None, type="personal", worker="teamless"),
        event(child=None, type="personal", worker="in no file"),
    )

    truth = truth_of(posts=posts, allocations=allocations, events=events)

    assert lines(truth, "recording", "service") == {
        "cin_cp": {"unknown": 1}, "assessment": {"unknown": 1}, "unknown": {"unknown": 2},
    }  # fmt: skip


# ---------------------------------------------------------------------- authorised, actions


def test_authorised_counts_case_supervisions_of_a_child_authorised_by_the_last_day():
    events = (
        event(authorised_date=Q1),
        event(authorised_date=Q1 + timedelta(days=1)),
        event(type="combined"),
        event(child=None, type="combined", authorised_date=Q1),
        event(type="management_decision", authorised_date=Q1),
    )

    assert line(truth_of(events=events), "authorised") == {"authorised": 1, "not_authorised": 2}


def test_actions_that_are_neither_set_nor_not_set_are_unknown():
    events = tuple(event(actions_set=found) for found in ("Y", "N", "N", "U", None))

    assert line(truth_of(events=events), "actions") == {"Y": 1, "N": 2, "unknown": 2}


# ---------------------------------------------------------------------- since_supervision


@pytest.mark.parametrize(
    ("days", "standard", "supervised", "outcome"),
    [
        (0, 28, True, "d0_31_within"),
        (28, 28, True, "d0_31_within"),
        (29, 28, True, "d0_31_over"),
        (31, 31, False, "d0_31_within"),
        (32, 42, True, "d32_42_within"),
        (42, 41, False, "d32_42_over"),
        (43, 60, True, "d43_90_within"),
        (90, 42, True, "d43_90_over"),
        (91, 365, True, "d91_more"),
        (91, None, True, "d91_more"),
        (90, None, True, "d43_90_over"),
        (42, None, False, "d32_42_over"),
        (43, 60, False, "never_43_90"),
        (43, None, False, "never_43_90"),
        (90, 28, False, "never_43_90"),
        (91, 28, False, "never_91"),
    ],
)
def test_days_standard_and_supervision_decide_the_outcome(days, standard, supervised, outcome):
    assert since_outcome(days, standard, supervised=supervised) == outcome


STANDARD = (Standard("all", 31, LONG_AGO),)


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([event(before(20)), event(before(40))], "d0_31_within"),
        ([event(before(60))], "d43_90_over"),
        ([event(before(61))], "never_43_90"),
        ([event(Q1 + timedelta(days=1))], "never_43_90"),
        ([event(before(5), type="personal")], "never_43_90"),
        ([event(before(5), child="c2")], "never_43_90"),
    ],
    ids=[
        "the last counts",
        "on the spell's first day",
        "before the spell",
        "later",
        "kind",
        "child",
    ],
)
def test_only_a_case_supervision_of_the_child_since_the_spells_start_counts(events, outcome):
    open_for_60 = (held_by(start=before(60)),)

    truth = truth_of(allocations=open_for_60, events=tuple(events), standards=STANDARD)

    assert line(truth, "since_supervision") == {outcome: 1}


def test_the_standard_is_that_of_the_plan_type_in_its_latest_version_else_that_for_all():
    standards = (
        Standard("all", 35, date(2023, 1, 1)),
        Standard("all", 42, date(2020, 1, 1)),
        Standard("all", 14, Q1 + timedelta(days=1)),
        Standard("cp", 28, date(2024, 1, 1)),
        Standard("cp", 21, Q1),
        Standard("cla", 1, date(2026, 7, 1)),
        Standard("worker", 1, LONG_AGO),
    )
    plans = (plan("cp", child="c1"), plan("cla", child="c2"), plan("cin", child="c3"))
    world = World(TEAMS, (), (), (), plans=plans, standards=standards)

    asof = AsOf(world, PERIOD)

    assert [asof.standard(child) for child in ("c1", "c2", "c3", "c4")] == [21, 35, 35, 35]
    assert AsOf(World(TEAMS, (), (), ()), PERIOD).standard("c1") is None


@pytest.mark.parametrize(
    ("plans", "found"),
    [
        ([plan("cin"), plan("cp"), plan("cla")], "cp"),
        ([plan("cin"), plan("care_leaver"), plan("cla")], "cla"),
        ([plan("care_leaver"), plan("cin")], "cin"),
        ([plan("cp", end=Q1), plan("care_leaver", start=Q1)], "care_leaver"),
        ([plan("cp", start=Q1 + timedelta(days=1))], "none"),
        ([], "none"),
    ],
)
def test_of_the_plans_open_on_the_last_day_protection_comes_first(plans, found):
    truth = truth_of(allocations=(held_by(),), plans=tuple(plans), standards=STANDARD)

    assert lines(truth, "since_supervision", "plan_type") == {found: {"never_91": 1}}


# ---------------------------------------------------------------------- supervision_gap


def test_pairs_reach_back_before_the_quarter_and_two_on_one_day_are_0_apart():
    events = (
        event(before(31, Q0), type="combined"),
        event(Q0),
        event(Q0),
        event(before(10), type="management_decision"),
        event(Q1),
        event(Q1 + timedelta(days=1)),
        event(Q0, child="alone"),
        event(before(200), child="before"),
        event(before(100), child="before"),
    )

    truth = truth_of(allocations=(held_by(),), events=events)

    assert line(truth, "supervision_gap") == {"d29_31": 1, "d0_14": 1, "d57_90": 1}
    assert truth.days[Place(LA, "supervision_gap", PERIOD.id, "", "")] == {31: 1, 0: 1, 90: 1}
    assert lines(truth, "supervision_gap", "service") == {
        "cin_cp": {"d29_31": 1, "d0_14": 1, "d57_90": 1}
    }


def test_the_gaps_of_a_child_who_is_no_longer_open_are_of_no_known_service():
    events = (event(before(20)), event(before(5)))

    truth = truth_of(posts=(post(),), allocations=(held_by(end=Q1),), events=events)

    assert lines(truth, "supervision_gap", "service") == {"unknown": {"d15_28": 1}}


MEDIAN = Measure(
    id="median_days", number="18", title="Median", definition="Days.", table="supervision_gap",
    kind="median", unit="days", denominator=tuple(TABLES["supervision_gap"].outcomes),
)  # fmt: skip


@given(st.lists(st.lists(st.integers(0, 60), max_size=12), min_size=2, max_size=2))
def test_the_median_is_the_middle_of_all_gaps_of_all_authorities(gaps):
    def events_with(days):
        return tuple(
            one
            for number, gap in enumerate(days)
            for one in (event(Q1, child=f"c{number}"), event(before(gap), child=f"c{number}"))
        )

    truth = Truth.joined(
        truth_of(la, events=events_with(days)) for la, days in zip((LA, OTHER), gaps, strict=True)
    )
    every = sorted(gaps[0] + gaps[1])
    middle = len(every) // 2
    expected = (every[(len(every) - 1) // 2] + every[middle]) / 2 if every else None

    assert truth.figure((LA, OTHER), MEDIAN, PERIOD.id, "", "") == expected


# ---------------------------------------------------------------------- audits


def test_an_audit_planned_in_the_quarter_is_completed_if_done_by_its_last_day():
    audits = (
        audit(planned=Q0, done=Q1),
        audit(planned=Q1, done=before(3, Q0)),
        audit(planned=Q1, done=Q1 + timedelta(days=1), kind="thematic"),
        audit(planned=Q0),
        audit(done=Q1),
        audit(planned=before(1, Q0), done=Q1),
    )

    truth = truth_of(audits=audits)

    assert line(truth, "audit_completion") == {"completed": 2, "not_completed": 2}
    assert lines(truth, "audit_completion", "audit_type") == {
        "case_file": {"completed": 2, "not_completed": 1},
        "thematic": {"not_completed": 1},
    }


def test_grades_are_of_audits_done_in_the_quarter_and_an_empty_one_is_not_graded():
    audits = (
        audit(done=Q0, oversight="good"),
        audit(done=Q1, oversight="not_graded", kind="supervision"),
        audit(child="gone", done=Q1),
        audit(done=Q1 + timedelta(days=1), oversight="good"),
        audit(planned=Q1, oversight="good"),
    )

    truth = truth_of(allocations=(held_by(),), posts=(post(),), audits=audits)

    assert line(truth, "audit_grade") == {"good": 1, "not_graded": 2}
    assert lines(truth, "audit_grade", "service") == {
        "cin_cp": {"good": 1, "not_graded": 1}, "unknown": {"not_graded": 1},
    }  # fmt: skip


# ---------------------------------------------------------------------- caseload, span


def test_caseload_sums_children_and_working_time_of_those_who_hold_cases():
    posts = (
        post("w1", fte=0.37, kss=1),
        post("w2", role=4, fte=0.8, agency=1),
        post("on leave", fte=0.0),
        post("manager", role=3),
        post("left", role_end=Q1),
        post("to come", role_start=Q1 + timedelta(days=1)),
    )
    allocations = (
        held_by("c1", "w1"),
        held_by("c2", "w1", end=Q1),
        held_by("c3", "w1"),
        held_by("c3", "w2", before(5)),
        held_by("c4", "w2", role="co_worker"),
        held_by("c5", "on leave"),
        held_by("c6", "in no file"),
    )

    truth = truth_of(posts=posts, allocations=allocations)

    assert line(truth, "caseload") == {"all": 2, "children": 2, "fte": Decimal("1.17")}
    assert lines(truth, "caseload", "role") == {
        "case_holder": {"all": 1, "children": 1, "fte": Decimal("0.37")},
        "senior_practitioner": {"all": 1, "children": 1, "fte": Decimal("0.8")},
    }
    assert set(lines(truth, "caseload", "asye")) == {"asye", "not_asye"}


def test_of_two_posts_on_the_last_day_the_later_one_counts_alone():
    posts = (
        post("w1", fte=1.0, role_end=Q1 + timedelta(days=3)),
        post("w1", role=4, fte=0.5, role_start=Q1),
        post("w2", role_end=Q1 + timedelta(days=3)),
        post("w2", role=3, role_start=before(9)),
    )

    truth = truth_of(posts=posts)

    assert line(truth, "caseload") == {"all": 1, "fte": Decimal("0.5")}
    assert line(truth, "span") == {"all": 1}


def test_a_manager_supervises_the_workers_in_post_who_name_them():
    posts = (
        post("m1", role=3, supervisor_id="m2"),
        post("m2", role=3, supervisor_id=None),
        post("gone", role=3, role_end=Q1),
        post("w1"),
        post("w2", role=6),
        post("w3", role_end=Q1),
        post("w4", supervisor_id="gone"),
        post("w5", role_end=before(9)),
        post("w5", role_start=before(9), supervisor_id="m2"),
    )

    assert line(truth_of(posts=posts), "span") == {"all": 2, "supervisees": 4}


# ---------------------------------------------------------------------- referrals, plans, workers


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        (0, {"first": 2}),
        (1, {"rereferral": 1, "first": 1}),
        (365, {"rereferral": 1}),
        (366, {"first": 1}),
    ],
)
def test_a_rereferral_has_an_earlier_one_1_to_365_days_before(days, outcome):
    referrals = (referral(Q1), referral(before(days)), referral(before(9), child="another"))

    found = line(truth_of(referrals=referrals), "rereferral")

    assert found == {**outcome, "first": outcome.get("first", 0) + 1}


def test_a_later_referral_makes_no_earlier_one_a_rereferral():
    referrals = (referral(Q0), referral(Q1 + timedelta(days=5)))

    assert line(truth_of(referrals=referrals), "rereferral") == {"first": 1}


@pytest.mark.parametrize(
    ("start", "day", "band"),
    [
        (date(2026, 6, 30), date(2026, 6, 30), "m0_3"),
        (date(2026, 3, 30), date(2026, 6, 30), "m0_3"),
        (date(2026, 3, 31), date(2026, 6, 30), "m0_3"),
        (date(2026, 3, 29), date(2026, 6, 30), "m3_6"),
        (date(2025, 12, 31), date(2026, 6, 30), "m3_6"),
        (date(2025, 12, 30), date(2026, 6, 30), "m3_6"),
        (date(2025, 12, 29), date(2026, 6, 30), "m6_12"),
        (date(2025, 7, 1), date(2026, 6, 30), "m6_12"),
        (date(2025, 6, 30), date(2026, 6, 30), "m12_24"),
        (date(2024, 7, 1), date(2026, 6, 30), "m12_24"),
        (date(2024, 6, 30), date(2026, 6, 30), "m24_more"),
        (date(2024, 2, 29), date(2026, 2, 28), "m24_more"),
        (date(2025, 11, 30), date(2026, 2, 28), "m0_3"),
    ],
)
def test_plans_are_measured_in_calendar_months(start, day, band):
    assert duration_band(start, day) == band


def test_a_month_from_31_january_ends_on_the_last_day_of_february():
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2025, 12, 31), 2) == date(2026, 2, 28)
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_only_children_in_need_and_protection_plans_open_on_the_last_day_have_a_duration():
    plans = (
        plan("cp", start=Q1),
        plan("cp", end=Q1, child="c2"),
        plan("cin", start=before(400), end=Q1 + timedelta(days=1)),
        plan("cla"),
        plan("care_leaver"),
        plan("cin", start=Q1 + timedelta(days=1), child="c3"),
    )

    assert lines(truth_of(plans=plans), "plan_duration", "plan_type") == {
        "cp": {"m0_3": 1}, "cin": {"m12_24": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([held_by(start=before(365))], {"w1": 1}),
        ([held_by(start=before(364))], {}),
        ([held_by(start=before(500), end=before(364)), held_by(worker="w2", start=before(364))],
         {"w1": 1}),
        ([held_by(start=before(500), end=before(363)), held_by(worker="w2", start=before(363))],
         {"w2": 1}),
        ([held_by(start=before(500), end=before(90)), held_by("c1", "w2", before(90), before(30)),
          held_by(start=before(30))], {"w2": 1}),
        ([held_by(start=before(500), end=before(90)), held_by("c1", "w2", before(90), before(30)),
          held_by(worker="w3", start=before(31))], {"w3_more": 1}),
        ([held_by(start=before(500)), *(held_by("c1", f"x{n}", before(n)) for n in (9, 8, 7))],
         {"w3_more": 1}),
        ([held_by(start=before(500)), held_by(worker="w2", role="co_worker")], {"w1": 1}),
        ([held_by(start=before(500)), held_by("c1", "w2", Q1 + timedelta(days=1))], {"w1": 1}),
        ([held_by(start=before(500)), held_by("c1", "w2", before(60), before(60))], {"w1": 1}),
        ([held_by(start=before(500), end=before(40)), held_by(worker="w2", start=before(39))], {}),
    ],
    ids=[
        "a year", "a day less", "left on the first day", "left a day later", "came back", "three",
        "four", "a co-worker", "to come", "no day", "broken",
    ],
)  # fmt: skip
def test_the_workers_of_the_365_days_up_to_the_last_count_once_each(rows, outcome):
    truth = truth_of(allocations=tuple(rows))

    assert line(truth, "worker_changes") == outcome
    assert lines(truth, "worker_changes", "service") == ({"cin_cp": outcome} if outcome else {})


# ---------------------------------------------------------------------- figures and the document


def measure(kind, table, numerator, denominator):
    return Measure(
        id="one", number="1", title="One", definition="One.", table=table, kind=kind,
        unit="percent" if kind == "share" else "each", numerator=numerator, denominator=denominator,
    )  # fmt: skip


SHARE = measure("share", "actions", ("Y",), ("Y", "N"))
PER_FTE = measure("ratio", "caseload", ("children",), ("fte",))
PER_MANAGER = measure("ratio", "span", ("supervisees",), ("all",))


@pytest.fixture(scope="module")
def two():
    one = truth_of(
        posts=(post("m1", role=3), post("w1", fte=0.6, supervisor_id="m1")),
        allocations=(held_by("c1"), held_by("c2")),
        events=(event(actions_set="Y"), event(actions_set="N"), event(actions_set="U")),
    )
    other = truth_of(
        OTHER,
        posts=(post("m1", role=3), post("m2", role=3), post("w1"), post("w2", fte=0.4)),
        allocations=(held_by("c1"),),
        events=(event(actions_set="N"), event(actions_set="N")),
    )
    return Truth.joined((one, other))


@pytest.mark.parametrize(
    ("of", "las", "figure"),
    [
        (SHARE, (LA,), 50.0),
        (SHARE, (LA, OTHER), 25.0),
        (PER_FTE, (LA,), 2 / 0.6),
        (PER_FTE, (LA, OTHER), 3 / 2),
        (PER_MANAGER, (LA,), 2.0),
        (PER_MANAGER, (LA, OTHER), (2 + 4) / 3),
    ],
)  # fmt: skip
def test_a_figure_over_several_authorities_is_that_of_their_sums(two, of, las, figure):
    assert two.figure(las, of, PERIOD.id, "", "") == pytest.approx(figure, abs=1e-12)


@pytest.mark.parametrize("of", [SHARE, PER_FTE, PER_MANAGER, MEDIAN], ids=lambda one: one.table)
def test_without_anything_to_divide_by_there_is_no_figure(of):
    assert truth_of().figure((LA,), of, PERIOD.id, "", "") is None


@pytest.mark.parametrize("of", [SHARE, PER_FTE, MEDIAN], ids=lambda one: one.table)
def test_asking_for_a_category_that_is_not_counted_is_a_mistake(two, of):
    with pytest.raises(KeyError):
        two.figure((LA,), of, PERIOD.id, "service", "housing")


def test_the_truth_is_read_as_it_was_written(two, tmp_path):
    two.write(tmp_path / "truth.json")

    again = Truth.read(tmp_path / "truth.json")

    assert again == two
    assert (tmp_path / "truth.json").read_text("utf-8") == again.to_json()
    assert again.counts[Key(LA, "actions", PERIOD.id, "", "", "Y")] == 1


def test_the_truth_shows_no_figures_when_printed(two):
    assert repr(two) == "Truth()"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_rows_is_all_zeros(table):
    truth = truth_of()
    figures = {**truth.counts, **truth.sums}

    found = [figures[key] for key in figures if key.table == table]

    lines_of = 1 + sum(len(CATEGORIES[one]) for one in TABLES[table].dimensions)
    cells = len(TABLES[table].outcomes) or 1 + len(TABLES[table].magnitudes)
    assert found == [0] * (lines_of * cells)
