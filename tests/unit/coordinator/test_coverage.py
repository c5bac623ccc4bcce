"""Who can answer what: the matrix, the way in of a coverage, and the commands."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_coordinator import coverage_intake, trust_files
from oversight_coordinator.cli import main
from oversight_coordinator.coverage import REMEDIES, matrix, unneeded
from oversight_coordinator.store import Store, StoredCoverage
from oversight_protocol.coverage import Coverage, CoverageRow, data_points
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import InputError, Reason, Refused
from support import protocol
from support.commands import Ended, call
from support.coverages import (
    SPECIFICATION,
    STUDY,
    coverage,
    measure_of,
    sealed_coverage,
)
from support.protocol import BRIGHTON, KENT, MEDWAY, NOW, signing_key
from support.simulator import World, install_trust, make_world

PLANS, SPAN = measure_of("plan_duration"), measure_of("span")
NO_PLANS = {PLANS: [("plan", "table_not_mapped")]}
NO_ENDS = {PLANS: [("plan.end", "mostly_missing"), ("plan.start", "constant")]}


def covered(**by_name: Coverage):
    las = {"kent": KENT, "medway": MEDWAY, "brighton": BRIGHTON}
    return matrix(STUDY, SPECIFICATION, {las[name]: one for name, one in by_name.items()})


def line(found, number):
    return next(one for one in found.measures if one.number == number)


# ---------------------------------------------------------------------- the matrix


def test_a_measure_counts_the_authorities_that_can_answer_it_in_part_and_not():
    found = covered(kent=coverage(), medway=coverage(NO_ENDS, [PLANS]), brighton=coverage(NO_PLANS))

    plans = line(found, PLANS)
    assert [plans.count(one) for one in ("available", "partly", "not_available")] == [1, 1, 1]
    assert plans.where("partly") == (MEDWAY,)
    assert line(found, SPAN).count("available") == 3


def test_a_data_point_says_who_lacks_it_why_and_what_it_would_win():
    lacks = {PLANS: [("plan.end", "mostly_missing")], SPAN: [("worker.role", "constant")]}
    both = {PLANS: [("plan.end", "field_not_mapped"), ("plan.start", "constant")]}
    found = covered(kent=coverage(lacks), medway=coverage(both), brighton=coverage())

    end = found.points[0]
    assert (end.point, end.title) == ("plan.end", "Plans: End")
    assert end.las == {"field_not_mapped": (MEDWAY,), "mostly_missing": (KENT,)}
    assert (end.remedies, end.measures, end.alone) == (("create", "reshape"), (PLANS,), 1)
    assert [one.point for one in found.points] == ["plan.end", "plan.start", "worker.role"]
    assert [one.remedies for one in found.points[1:]] == [("reshape",), ("reshape",)]


def test_without_a_coverage_nobody_can_answer_and_nobody_cannot():
    found = covered()

    assert (found.las, found.points) == ((), ())
    assert {one.count("available") + one.count("not_available") for one in found.measures} == {0}


POINTS = sorted(data_points(STUDY.table("plan_duration"), SPECIFICATION))
SOME_LACKS = st.dictionaries(st.sampled_from(POINTS), st.sampled_from(sorted(REMEDIES)), max_size=3)


@given(st.lists(SOME_LACKS, min_size=1, max_size=3))
def test_no_authority_is_lost_and_each_lack_stands_in_exactly_one_reason(lacks):
    coverages = {la: coverage({PLANS: list(own.items())}, la=la)
                 for la, own in zip((KENT, MEDWAY, BRIGHTON), lacks, strict=False)}  # fmt: skip

    found = matrix(STUDY, SPECIFICATION, coverages)

    for one in found.measures:
        assert sum(map(one.count, ("available", "partly", "not_available"))) == len(coverages)
    told = {(point.point, reason, la) for point in found.points
            for reason, las in point.las.items() for la in las}  # fmt: skip
    assert told == {(point, reason, la) for la, own in zip(coverages, lacks, strict=False)
                    for point, reason in own.items()}  # fmt: skip
    assert all(one.remedies for one in found.points)


def test_fields_that_no_measure_needs_are_told_and_keys_are_not_among_them():
    found = unneeded(STUDY, SPECIFICATION)
    needed = {point for table in STUDY.base_tables for point in table.needs}

    assert found
    assert not set(found) & needed
    assert "plan.child_id" not in found
    assert "worker.team_id" not in found


def test_a_study_that_does_not_say_what_it_needs_leaves_no_field_over():
    silent = STUDY.base_tables[0].model_copy(update={"needs": ()})
    study = STUDY.model_copy(update={"base_tables": (silent, *STUDY.base_tables[1:])})

    assert unneeded(study, SPECIFICATION) == ()


# ---------------------------------------------------------------------- the way in


@pytest.fixture
def world(tmp_path):
    yield from make_world(tmp_path / "home")


def add(world: World, envelope: Envelope) -> Coverage:
    trust = trust_files.current(world.settings.trust)
    return coverage_intake.add(envelope.raw, world.store, world.ledger, trust, NOW)


def kept(world: World) -> dict[str, Coverage]:
    return coverage_intake.kept_coverages(world.store, STUDY)


def test_a_coverage_is_recorded_and_kept_as_it_was_signed(world):
    envelope = sealed_coverage(NO_PLANS)

    add(world, envelope)

    assert kept(world) == {KENT: coverage(NO_PLANS)}
    assert world.store.coverage(KENT, STUDY.name).envelope == envelope.raw
    assert [one["digest"] for one in world.entries("coverage-received")] == [envelope.digest]


def test_the_same_file_again_is_recorded_once(world):
    add(world, sealed_coverage())
    add(world, sealed_coverage())

    assert len(world.entries("coverage-received")) == 1
    assert list(kept(world)) == [KENT]


def test_a_coverage_is_in_the_ledger_before_the_store_hears_of_it(world, monkeypatch):
    def die(_coverage):
        assert world.entries("coverage-received")
        raise KeyboardInterrupt

    monkeypatch.setattr(world.store, "keep_coverage", die)

    with pytest.raises(KeyboardInterrupt):
        add(world, sealed_coverage())


def test_a_later_coverage_takes_the_place_of_an_earlier_one_and_never_the_reverse(world):
    earlier = sealed_coverage(NO_PLANS, shared=NOW - timedelta(days=1))
    add(world, earlier)
    add(world, sealed_coverage())

    with pytest.raises(InputError, match="later coverage"):
        add(world, earlier)

    assert kept(world) == {KENT: coverage()}


def test_each_authority_has_its_own(world):
    add(world, sealed_coverage())
    add(world, sealed_coverage(NO_PLANS, la=MEDWAY))

    assert list(kept(world)) == [KENT, MEDWAY]
    assert kept(world)[MEDWAY].by_measure[PLANS][0].data_point == "plan"


@pytest.mark.parametrize(("envelope", "reason"), [
    (sealed_coverage(signer=f"agent {MEDWAY}"), Reason.SIGNATURE),
    (sealed_coverage(signer="coordinator service"), Reason.SIGNATURE),
    (seal("ticket", coverage(), signing_key(f"agent {KENT}")), Reason.MALFORMED),
    (sealed_coverage(la="E06000036", signer=f"agent {KENT}"), Reason.KEY_UNKNOWN),
    (sealed_coverage({PLANS: [("worker.fte", "constant")]}), Reason.MALFORMED),
    (sealed_coverage(rows=coverage().rows[1:]), Reason.MALFORMED),
])  # fmt: skip
def test_what_does_not_verify_is_recorded_as_rejected_and_not_kept(world, envelope, reason):
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            add(world, envelope)

    assert refused.value.reason is reason
    assert kept(world) == {}
    assert [one["reason"] for one in world.entries("coverage-rejected")] == [str(reason)]


def test_an_agent_that_was_revoked_is_no_longer_believed(world):
    revoked = tuple(protocol.agent(la, status="revoked" if la == KENT else "active")
                    for la in protocol.LAS)  # fmt: skip
    roster = protocol.roster_document(version=2, agents=revoked)
    install_trust(world.settings.trust, protocol.network(roster=roster))

    with pytest.raises(Refused) as refused:
        add(world, sealed_coverage())

    assert refused.value.reason is Reason.KEY_REVOKED


@pytest.mark.parametrize(("changes", "problem"), [
    ({"shared": NOW + timedelta(hours=1)}, "dated in the future"),
    ({"study": "another-study"}, "not known here"),
    ({"study_version": 99}, "not known here"),
])  # fmt: skip
def test_a_coverage_from_the_future_or_of_an_unknown_study_is_not_kept(world, changes, problem):
    with pytest.raises(InputError, match=problem):
        add(world, sealed_coverage(**changes))

    assert kept(world) == {}


def test_a_coverage_of_another_version_of_the_study_is_left_out_of_the_matrix(world):
    add(world, sealed_coverage())
    newer = STUDY.model_copy(update={"version": STUDY.version + 1})

    assert coverage_intake.kept_coverages(world.store, newer) == {}


def test_a_store_of_the_first_schema_is_brought_up_to_date_with_what_it_holds(tmp_path):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    Store(url).close()
    with sqlite3.connect(tmp_path / "store.sqlite") as old:
        old.execute("DROP TABLE coverages")
        old.execute("UPDATE alembic_version SET version_num = '0001'")
        old.execute("INSERT INTO runs VALUES ('r', 's', 'w', 1)")

    store = Store(url)
    store.keep_coverage(StoredCoverage(KENT, "study", 1, b"{}", 5, 6))

    assert [run.id for run in store.runs()] == ["r"]
    assert store.coverages("study") == [StoredCoverage(KENT, "study", 1, b"{}", 5, 6)]
    store.close()


def test_the_store_keeps_the_later_of_two_in_whatever_order_they_come(world):
    for shared_at in (5, 7, 6):
        world.store.keep_coverage(StoredCoverage(KENT, "study", 1, b"{}", shared_at, 9))

    assert world.store.coverage(KENT, "study").shared_at == 7
    assert world.store.coverage(MEDWAY, "study") is None


# ---------------------------------------------------------------------- the commands


@pytest.fixture
def oversight(world, capsys, monkeypatch) -> Callable[..., Ended]:
    monkeypatch.setattr("oversight_coordinator.times.now", lambda: NOW)
    monkeypatch.setattr("oversight_coordinator.cli.coverage.ledger", lambda _: world.ledger)

    def at_home(*arguments: str) -> Ended:
        home = world.settings.home
        return call(main, monkeypatch, capsys, "oversight", *arguments, "--home", home)

    return at_home


@pytest.fixture
def file(tmp_path):
    def write(envelope: Envelope, name: str = "kent.json") -> str:
        (tmp_path / name).write_bytes(envelope.raw + b"\n")
        return str(tmp_path / name)

    return write


def test_add_takes_in_what_verifies_and_says_what_does_not(oversight, file):
    good = file(sealed_coverage())
    bad = file(sealed_coverage(la=MEDWAY, signer=f"agent {KENT}"), "medway.json")

    status, said, errors = oversight("coverage", "add", bad, good)

    assert status == 3
    assert (
        said
        == "Kent: kept what it can answer of management-oversight-2026, as of 20 November 2026.\n"
    )
    assert f"{bad}: A signature is missing" in errors


def test_add_says_that_a_file_is_missing_or_is_none(oversight, tmp_path, file):
    (tmp_path / "notes.txt").write_text("not an envelope", encoding="utf-8")

    missing, _, said = oversight("coverage", "add", str(tmp_path / "no.json"))
    garbage, _, _ = oversight("coverage", "add", str(tmp_path / "notes.txt"))

    assert (missing, garbage) == (2, 3)
    assert said.startswith(f"oversight: {tmp_path / 'no.json'}: the coverage cannot be read")


@pytest.mark.parametrize(
    "content",
    [b"", b"not an envelope", b"{}", sealed_coverage().raw[:-40], seal("ticket", STUDY).raw],
)
def test_add_says_in_plain_words_that_a_file_is_no_coverage(oversight, tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    status, _, said = oversight("coverage", "add", str(path))

    assert status == 3
    assert said.startswith(f"oversight: {path}: this is not a coverage as an authority shares it. ")
    assert "oversight-agent coverage share" in said
    assert "EnvelopeForm" not in said


def test_show_prints_the_matrix_the_gaps_and_what_nobody_needs(oversight, file):
    oversight("coverage", "add", file(sealed_coverage()))
    oversight("coverage", "add", file(sealed_coverage(NO_PLANS, la=MEDWAY), "medway.json"))

    status, said, _ = oversight("coverage", "show")

    assert status == 0
    assert "2 of 19 authorities shared" in said
    assert "available, of 2" in said
    assert "plan (Plans): create; 1 of 2 lack it" in said
    assert "The table is not mapped: Medway" in said
    assert "STOP: fields that no measure of this study needs" in said


def test_show_gives_the_same_as_json_and_as_a_file(oversight, file, tmp_path):
    oversight("coverage", "add", file(sealed_coverage(NO_ENDS, la=MEDWAY)))

    status, said, _ = oversight("coverage", "show", "--json", "--csv", str(tmp_path / "c.csv"))
    found = json.loads(said)
    lines = list(csv.DictReader((tmp_path / "c.csv").open(encoding="utf-8")))

    plans = next(one for one in found["measures"] if one["number"] == PLANS)
    assert status == 0
    assert (plans["of"], plans["not_available"]) == (1, 1)
    assert plans["lacks"] == {MEDWAY: {"plan.end": "mostly_missing", "plan.start": "constant"}}
    assert len(lines) == len(STUDY.measures) + 1
    assert [(one["reason"], one["data_point"]) for one in lines if one["measure"] == PLANS] == [
        ("mostly_missing", "plan.end"), ("constant", "plan.start")
    ]  # fmt: skip
    assert {one["la_name"] for one in lines} == {"Medway"}


def test_show_without_a_coverage_says_what_to_do(oversight):
    status, said, _ = oversight("coverage", "show")

    assert (status, said) == (
        0,
        "No authority has shared what it can answer. See 'oversight coverage add'.\n",
    )


def test_show_of_an_unknown_study_is_an_error(oversight):
    status, said, errors = oversight("coverage", "show", "--study", "no-such-study")

    assert (status, said) == (2, "")
    assert "no-such-study" in errors


# ---------------------------------------------------------------------- the report


def report_of(oversight, world: World, run: str, out) -> str:
    status, _, errors = oversight("report", run, "--out", str(out))
    assert (status, errors) == (0, "")
    return (out / "report" / "index.html").read_text(encoding="utf-8")


def test_the_report_says_who_can_answer_what_once_an_authority_has_shared_it(
    oversight, world, file, tmp_path
):
    world.publish()
    run = world.ask()
    world.tick(12)
    study = protocol.study()
    row = CoverageRow(measure="1", availability="not_available", reason="field_not_mapped",
                      data_point="oversight_event.part1_location")  # fmt: skip
    shared = sealed_coverage(
        study=study.name, wave="wave-1", period_start=study.waves[0].periods[0].start,
        period_end=study.waves[0].periods[1].end, rows=(row,),
    )  # fmt: skip

    before = report_of(oversight, world, run, tmp_path / "before")
    assert oversight("coverage", "add", file(shared))[0] == 0
    after = report_of(oversight, world, run, tmp_path / "after")

    assert "Who can answer what" not in before
    assert after.count('href="#coverage"') == 1
    assert "1 of 3 authorities shared which measures their data can answer." in after
    assert "The field is not mapped: Kent" in after
