"""Synthetic authorities: repeatable, as large as published, and true to what was planted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from math import sqrt

import pytest

from oversight_coordinator.authorities import AUTHORITIES
from oversight_coordinator.demo import generate as module
from oversight_coordinator.demo.asof import AsOf
from oversight_coordinator.demo.generate import QUARTERS, SYNTHETIC, generate, make_world
from oversight_coordinator.demo.profiles import (
    FIRST_EVENT,
    FIRST_OPEN,
    LAST_DAY,
    LEAST_CHILDREN,
    PLANTED,
    SERVICES,
    Profile,
)
from oversight_coordinator.demo.published import PUBLISHED
from oversight_coordinator.demo.truth import Key, Truth, count
from oversight_coordinator.demo.truth_tables import CATEGORIES, RECORDING, TABLES
from oversight_protocol.errors import InputError
from oversight_protocol.specification import load
from oversight_protocol.study import Measure

SEED, SCALE = 7, 0.15
KENT, MEDWAY, BRIGHTON = "E10000016", "E06000035", "E06000043"
CODES = [one.code for one in SYNTHETIC]
PERIODS = [period.id for period in QUARTERS]
KNOWN = tuple(outcome for outcome in RECORDING if outcome != "unknown")
NAMES = tuple(table.name for table in load("1.0").mapped)


@pytest.fixture(scope="module")
def worlds():
    return {one.code: make_world(one, SEED, SCALE) for one in SYNTHETIC}


@pytest.fixture(scope="module")
def truth(worlds):
    return Truth.joined(count(code, world, QUARTERS) for code, world in worlds.items())


@pytest.fixture(scope="module")
def as_of(worlds):
    return {
        (code, period.id): AsOf(world, period)
        for code, world in worlds.items()
        for period in QUARTERS
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return folder, generate(folder, 3, scale=0.02, seed=SEED)


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def events(truth, las, outcomes, *place):
    where = place or ("", "")
    return sum(
        truth.value(la, "recording", period, *where, outcomes) for la in las for period in PERIODS
    )


def children_of(code, scale=SCALE):
    return sum(Profile(code, scale).children)


# ---------------------------------------------------------------------- the same every time


def test_the_same_seed_gives_the_same_bytes_in_another_process(made, tmp_path):
    folder, truth = made
    program = (
        "from pathlib import Path; from oversight_coordinator.demo.generate import generate;"
        f"truth = generate(Path({str(tmp_path)!r}), 3, scale=0.02, seed={SEED});"
        "print(truth.to_json(), end='')"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "LC_ALL": "C", "TZ": "Asia/Tokyo"}

    again = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    )

    assert again.stdout.decode() == truth.to_json()
    assert contents(tmp_path) == contents(folder)


def test_one_process_writes_the_bytes_that_several_write(made, tmp_path, monkeypatch):
    folder, truth = made
    monkeypatch.setattr(module.os, "cpu_count", lambda: 1)

    alone = generate(tmp_path, 3, scale=0.02, seed=SEED)

    assert contents(tmp_path) == contents(folder)
    assert alone == truth


def test_fewer_authorities_are_the_first_of_them_unchanged(made, tmp_path):
    folder, truth = made

    fewer = generate(tmp_path, 2, scale=0.02, seed=SEED)

    whole = contents(folder)
    assert sorted(path.name for path in (tmp_path / "las").iterdir()) == ["kent", "medway"]
    assert all(whole[path] == found for path, found in contents(tmp_path).items())
    assert all(truth.counts[key] == figure for key, figure in fewer.counts.items())


@pytest.mark.parametrize("other", [{"seed": SEED + 1}, {"scale": 0.021}], ids=str)
def test_another_seed_or_scale_gives_other_data(made, tmp_path, other):
    folder, truth = made

    found = generate(tmp_path, 1, **{"scale": 0.02, "seed": SEED, **other})

    whole = contents(folder)
    changed = [path for path, data in contents(tmp_path).items() if data != whole[path]]
    assert len(changed) >= 3
    assert any(found.counts[key] != truth.counts[key] for key in found.counts)


def test_an_authority_does_not_depend_on_the_order_in_which_they_are_made():
    first = [make_world(one, SEED, 0.02) for one in SYNTHETIC[:3]]
    second = [make_world(one, SEED, 0.02) for one in reversed(SYNTHETIC[:3])]

    assert first == second[::-1]


def test_the_order_is_kent_medway_brighton_then_by_name():
    rest = [one.name for one in AUTHORITIES if one.code not in (KENT, MEDWAY, BRIGHTON)]

    names = [one.authority.name for one in SYNTHETIC]

    assert names == ["Kent", "Medway", "Brighton and Hove", *sorted(rest)]
    assert set(CODES) == set(PLANTED) == set(PUBLISHED)


@pytest.mark.parametrize("las", [0, 20, -1])
def test_a_number_of_authorities_that_is_not_there_is_refused(las, tmp_path):
    with pytest.raises(InputError, match="no such number of synthetic authorities"):
        generate(tmp_path, las)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scale", [0, -0.1, 11, float("nan")])
def test_a_scale_that_makes_no_sense_is_refused(scale, tmp_path):
    with pytest.raises(InputError, match="no scale"):
        generate(tmp_path, 1, scale=scale)

    assert list(tmp_path.iterdir()) == []


def test_each_authority_that_is_done_is_said(tmp_path):
    said = []

    generate(tmp_path, 2, scale=0.02, say=said.append)

    assert len(said) == 2
    assert {line.split(":")[0] for line in said} == {"Kent", "Medway"}
    assert [line[-8:] for line in said] == ["(1 of 2)", "(2 of 2)"]


def test_generating_imports_neither_flower_nor_pandas():
    program = (
        "import sys, oversight_coordinator.demo.generate;"
        "print([name for name in ('flwr', 'pandas') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert found.stdout.decode().strip() == "[]"


# ---------------------------------------------------------------------- the specification


@pytest.mark.parametrize("name", NAMES)
def test_every_record_is_as_the_specification_has_it(worlds, name):
    table = load("1.0").table(name)

    for world in worlds.values():
        rows = world.table(name)
        assert rows
        for place, field in enumerate(table.fields):
            assert rows[0]._fields[place] == field.name
            found = {row[place] for row in rows}
            assert not (field.required and None in found)
            if field.codes is not None:
                assert {str(code) for code in found - {None}} <= {str(c) for c in field.codes}


@pytest.mark.parametrize("name", NAMES)
def test_primary_keys_are_unique_and_foreign_keys_are_met(worlds, name):
    schema = load("1.0").table(name).table

    for world in worlds.values():
        rows = world.table(name)
        keys = Counter(tuple(getattr(row, part) for part in schema.primary_key) for row in rows)
        assert max(keys.values()) == 1
        for key in schema.foreign_keys:
            (column,), (there,) = key.fields, key.reference.fields
            known = {getattr(row, there) for row in world.table(key.reference.resource)}
            assert {getattr(row, column) for row in rows} - {None} <= known


def test_nothing_has_happened_after_the_last_day_and_nothing_ends_before_it_starts(worlds):
    for world in worlds.values():
        held = [event.held_date for event in world.events]
        assert FIRST_EVENT <= min(held) < date(2025, 12, 1)
        assert max(held) <= LAST_DAY
        for rows, end in ((world.allocations, "end"), (world.plans, "end")):
            assert all(row.start <= LAST_DAY for row in rows)
            assert all(getattr(row, end) is None or row.start < getattr(row, end) for row in rows)
        assert all(row.role_end is None or row.role_start < row.role_end for row in world.posts)
        assert max(row.referral_date for row in world.referrals) <= LAST_DAY
        assert max(row.audit_date for row in world.audits if row.audit_date) <= LAST_DAY


def test_few_cases_are_held_by_workers_who_are_in_no_file(worlds):
    holding = Counter()
    for world in worlds.values():
        known = {post.worker_id for post in world.posts}
        holding.update(row.worker_id in known for row in world.allocations)

    assert 0 < holding[False] < 0.03 * holding[True]


# ---------------------------------------------------------------------- as large as published


@pytest.mark.parametrize("period", PERIODS)
def test_open_children_are_in_proportion_to_those_published(as_of, period):
    for code in CODES:
        expected = max(PUBLISHED[code].open * SCALE, LEAST_CHILDREN)
        tolerance = 0.05 + 4 / sqrt(expected)
        assert len(as_of[code, period].held) == pytest.approx(expected, rel=tolerance)
    everyone = sum(len(as_of[code, period].held) for code in CODES)
    assert everyone == pytest.approx(sum(children_of(code) for code in CODES), rel=0.05)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("kind", ["cp", "cin"])
def test_open_plans_are_as_many_as_published(truth, period, kind):
    expected = 0.0
    for code in CODES:
        profile = Profile(code, SCALE)
        expected += children_of(code) * (profile.cp_share if kind == "cp" else profile.cin_share)

    bands = TABLES["plan_duration"].outcomes
    place = ("plan_duration", period, "plan_type", kind)

    found = sum(truth.value(code, *place, bands) for code in CODES)
    assert found == pytest.approx(expected, rel=0.12)


@pytest.mark.parametrize("period", PERIODS)
def test_protection_plans_have_lasted_about_as_long_as_published(truth, period):
    published = (29.0, 23.7, 26.0, 18.0, 3.3)
    bands = TABLES["plan_duration"].outcomes
    place = ("plan_duration", period, "plan_type", "cp")

    found = [truth.percent(CODES, place, [band], bands) for band in bands]

    assert found == [pytest.approx(share, abs=6) for share in published]


def test_referrals_are_as_many_as_published(worlds):
    for code, world in worlds.items():
        expected = 2 * Profile(code, SCALE).referrals
        assert len(world.referrals) == pytest.approx(expected, rel=0.01)


def test_rereferrals_are_the_published_share(truth):
    outcomes = TABLES["rereferral"].outcomes

    for code in CODES:
        referrals = sum(truth.value(code, "rereferral", p, "", "", outcomes) for p in PERIODS)
        again = sum(truth.value(code, "rereferral", p, "", "", ["rereferral"]) for p in PERIODS)
        share = PUBLISHED[code].rereferral_percent / 100
        error = sqrt(share * (1 - share) / referrals)
        assert again / referrals == pytest.approx(share, abs=4 * error + 0.01)


def test_protection_plans_are_second_or_later_ones_as_often_as_published(worlds):
    known = [
        (plan.previous_cpp >= 1, PUBLISHED[code].subsequent_percent / 100)
        for code, world in worlds.items()
        for plan in world.plans
        if plan.previous_cpp is not None
    ]

    found, share = (sum(column) / len(known) for column in zip(*known, strict=True))

    assert found == pytest.approx(share, abs=4 * sqrt(share * (1 - share) / len(known)))


def test_a_case_holder_has_about_16_children_and_a_team_at_most_8(worlds, truth):
    per_fte = Measure(
        id="per_fte", number="29", title="Cases", definition="Cases.", table="caseload",
        kind="ratio", unit="children", numerator=("children",), denominator=("fte",),
    )  # fmt: skip

    for period in PERIODS:
        assert 15 < truth.figure(CODES, per_fte, period, "", "") < 20
    for code in CODES:
        profile = Profile(code)
        sizes = [
            profile.team_size(service)
            for service, teams in zip(SERVICES, profile.teams, strict=True)
            if teams
        ]
        assert 2 <= min(sizes) <= max(sizes) <= 8


def test_scale_multiplies_the_children_down_to_a_least_size():
    whole, half, none = (children_of(KENT, scale) for scale in (1.0, 0.5, 0.0001))

    assert whole == pytest.approx(PUBLISHED[KENT].open, abs=5)
    assert half == pytest.approx(whole / 2, abs=5)
    assert none == pytest.approx(LEAST_CHILDREN, abs=5)


# ---------------------------------------------------------------------- what was planted


@pytest.mark.parametrize("code", CODES)
def test_the_share_that_records_neither_part_is_the_one_that_was_planted(truth, code):
    planted = PLANTED[code].neither
    known = events(truth, [code], KNOWN)

    found = events(truth, [code], ["neither"]) / known

    assert found == pytest.approx(planted, abs=4 * sqrt(planted * (1 - planted) / known) + 0.01)


def test_over_all_46_per_cent_record_neither_part_and_few_record_both(truth):
    known = events(truth, CODES, KNOWN)
    shares = {outcome: events(truth, CODES, [outcome]) / known for outcome in KNOWN}

    weights = {code: PUBLISHED[code].open for code in CODES}
    planted = sum(PLANTED[code].neither * weights[code] for code in CODES) / sum(weights.values())

    assert planted == pytest.approx(0.46, abs=0.005)
    assert shares["neither"] == pytest.approx(0.46, abs=0.01)
    assert sorted(shares, key=shares.get)[-2:] == ["part1_only", "neither"]
    assert shares["both"] < 0.12


def test_services_differ_as_planted(truth):
    def neither(service):
        return events(truth, CODES, ["neither"], "service", service) / events(
            truth, CODES, KNOWN, "service", service
        )

    order = ("front_door", "assessment", "cin_cp", "looked_after")
    shares = [neither(service) for service in order]

    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[2] == pytest.approx(0.08, abs=0.025)


@pytest.mark.parametrize(
    ("dimension", "category", "rate"),
    [("agency", "agency", "agency"), ("asye", "asye", "asye")],
)
def test_agency_workers_and_the_newly_qualified_are_as_many_as_planted(
    truth, dimension, category, rate
):
    period, expected, variance, found = PERIODS[0], 0.0, 0.0, 0
    for code in CODES:
        workers = int(truth.sums[Key(code, "caseload", period, "", "", "all")])
        share = getattr(PLANTED[code], rate)
        expected, variance = expected + workers * share, variance + workers * share * (1 - share)
        found += truth.sums[Key(code, "caseload", period, dimension, category, "all")]

    # Some of either kind become something else, within the months shown.
    assert expected - 4 * sqrt(variance) - 0.1 * expected < found < expected + 4 * sqrt(variance)


def test_oversight_is_graded_good_as_often_as_planted(truth):
    graded = ("outstanding", "good", "requires_improvement", "inadequate")
    found = expected = number = 0
    for code in CODES:
        for period in PERIODS:
            place = (code, "audit_grade", period, "", "")
            audits = truth.value(*place, graded)
            number, expected = number + audits, expected + audits * PLANTED[code].good
            found += truth.value(*place, graded[:2])

    assert found == pytest.approx(expected, abs=4 * sqrt(number) / 2)


# ---------------------------------------------------------------------- edges that must occur


def on(days):
    """Whether all these quarters' days are among some days."""
    edges = {day for period in QUARTERS for day in (period.start, period.end)}
    return edges <= set(days)


def gaps_between(world):
    """Days uncovered between one case holder of a child and the next; below 0 they overlap."""
    rows = sorted(row for row in world.allocations if row.role == "case_holder")
    by_child = {}
    for row in sorted(rows, key=lambda row: (row.child_id, row.start)):
        last = by_child.get(row.child_id)
        if last is not None and last.end is not None:
            yield (row.start - last.end).days
        by_child[row.child_id] = row


def days_back(world):
    last = {}
    for row in world.referrals:
        if row.child_id in last:
            yield (row.referral_date - last[row.child_id]).days
        last[row.child_id] = row.referral_date


def posts_by_worker(world):
    found = {}
    for post in world.posts:
        found.setdefault(post.worker_id, []).append(post)
    return [posts for posts in found.values() if len(posts) > 1]


LAST_DAYS = {period.end for period in QUARTERS}

EDGES = {
    "supervisions on the first and last day": lambda w: on(e.held_date for e in w.events),
    "two supervisions of a child on one day": lambda w: (
        max(Counter((e.child_id, e.held_date) for e in w.events if e.child_id).values()) == 2
    ),
    "combined without a child": lambda w: any(
        e.type == "combined" and e.child_id is None for e in w.events
    ),
    "group and decisions": lambda w: {"group", "management_decision"} <= {e.type for e in w.events},
    "records authorised after the quarter": lambda w: any(
        e.held_date <= day < e.authorised_date
        for e in w.events
        if e.authorised_date
        for day in LAST_DAYS
    ),
    "two case holders from one day": lambda w: (
        max(
            Counter(
                (a.child_id, a.start) for a in w.allocations if a.role == "case_holder"
            ).values()
        )
        == 2
    ),
    "handovers to the day, overlapping, and with days uncovered": lambda w: (
        {-1, 0, 1} <= {(gap > 0) - (gap < 0) for gap in gaps_between(w)}
    ),
    "children with nobody but co-workers": lambda w: bool(
        {a.child_id for a in w.allocations}
        - {a.child_id for a in w.allocations if a.role == "case_holder"}
    ),
    "workers without working time": lambda w: any(post.fte == 0 for post in w.posts),
    "workers whose first year is not known": lambda w: any(
        post.kss is None and post.role == 5 for post in w.posts
    ),
    "posts that overlap": lambda w: any(
        first.role_end > second.role_start
        for first, second in (sorted(p, key=lambda p: p.role_start)[:2] for p in posts_by_worker(w))
        if first.role_end
    ),
    "posts that begin on the edge of a quarter": lambda w: bool(
        {date(2026, 7, 1), date(2026, 6, 30), date(2026, 4, 1)} & {p.role_start for p in w.posts}
    ),
    "workers who hold cases and are in no file": lambda w: bool(
        {a.worker_id for a in w.allocations} - {p.worker_id for p in w.posts}
    ),
    "managers who left": lambda w: any(p.role == 3 and p.role_end for p in w.posts),
    "re-referrals after 365 and 366 days": lambda w: {365, 366} <= set(days_back(w)),
    "two referrals on one day": lambda w: 0 in set(days_back(w)),
    "plans that end on a quarter's last day": lambda w: bool(
        LAST_DAYS & {plan.end for plan in w.plans}
    ),
    "plans from the last day of a month": lambda w: (
        {date(2026, 1, 31), date(2026, 3, 31)} & {plan.start for plan in w.plans}
    ),
    "all kinds of plan": lambda w: {p.type for p in w.plans} == {"cin", "cp", "cla", "care_leaver"},
    "children on two plans at once": lambda w: (
        max(Counter(p.child_id for p in w.plans if p.start < FIRST_OPEN and not p.end).values()) > 1
    ),
    "protection plans of whom the earlier ones are not known": lambda w: any(
        plan.type == "cp" and plan.previous_cpp is None for plan in w.plans
    ),
    "standards from before, within and after": lambda w: (
        len({s.policy_date for s in w.standards if s.cohort == "all"}) == 3
        and max(s.policy_date for s in w.standards) > LAST_DAY
        and "worker" in {s.cohort for s in w.standards}
    ),
    "audits that were not planned": lambda w: any(a.planned_date is None for a in w.audits),
    "audits planned and not done": lambda w: any(a.audit_date is None for a in w.audits),
    "audits done after the quarter they were planned for": lambda w: any(
        a.planned_date <= day < a.audit_date
        for a in w.audits
        if a.planned_date and a.audit_date
        for day in LAST_DAYS
    ),
    "audits not graded and moderated": lambda w: (
        "not_graded" in {a.oversight_grade for a in w.audits}
        and any(a.moderated_grade not in (None, a.overall_grade) for a in w.audits)
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_what_the_definitions_must_decide_occurs(worlds, edge):
    assert any(EDGES[edge](world) for world in worlds.values())


def test_children_are_never_supervised_and_have_one_two_three_and_more_workers(truth):
    for period in PERIODS:
        since = ("since_supervision", period, "", "")
        assert all(truth.value(KENT, *since, [one]) for one in ("never_43_90", "never_91"))
        changes = ("worker_changes", period, "", "")
        assert all(truth.value(KENT, *changes, [one]) >= 10 for one in ("w1", "w2", "w3_more"))


def test_some_authority_has_a_standard_of_its_own_for_protection_plans_and_some_has_not(worlds):
    own = [any(s.cohort == "cp" for s in world.standards) for world in worlds.values()]

    assert 3 <= sum(own) <= 16
    assert {28, 42} <= {PLANTED[code].interval for code in CODES}
    assert all(28 <= PLANTED[code].interval <= 42 for code in CODES)


def test_small_services_make_cells_that_must_be_suppressed(truth):
    cells = [
        truth.value(MEDWAY, "recording", PERIODS[0], "service", service, [outcome])
        for service in SERVICES
        for outcome in RECORDING
    ]

    assert any(0 < cell < 10 for cell in cells)
    assert any(cell > 100 for cell in cells)


def test_every_dimension_adds_up_to_the_whole(truth):
    figures = {**truth.counts, **truth.sums}
    for code in (KENT, BRIGHTON):
        for name, table in TABLES.items():
            for dimension in table.dimensions:
                for outcome in table.outcomes or ("all", *table.magnitudes):
                    key = Key(code, name, PERIODS[0], dimension, "", outcome)
                    parts = [figures[key._replace(category=one)] for one in CATEGORIES[dimension]]
                    assert sum(parts) == figures[key._replace(dimension="")]


def test_what_must_not_count_occurs_and_does_not(worlds, truth):
    quarter = QUARTERS[0]
    kinds = Counter(
        event.type
        for event in worlds[KENT].events
        if quarter.start <= event.held_date <= quarter.end
    )

    counted = truth.value(KENT, "recording", quarter.id, "", "", RECORDING)

    assert counted == kinds["case"] + kinds["personal"] + kinds["combined"]
    assert min(kinds["group"], kinds["management_decision"]) > 0


def test_cases_reach_back_far_enough_for_the_days_that_are_counted(worlds):
    quarter_and_90_days = QUARTERS[0].start - timedelta(days=91)

    for world in worlds.values():
        held = [event.held_date for event in world.events if event.child_id]
        assert sum(day < quarter_and_90_days for day in held) > 100
