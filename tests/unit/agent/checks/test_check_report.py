"""`oversight-agent check` and `coverage`: from files to terminal, JSON, page and ledger."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent import config, local_policy
from oversight_agent.checks.asked import asked_of
from oversight_agent.cli import main
from oversight_agent.gate import ApprovedCoverage, approve_coverage
from oversight_agent.keys import signing_public_key
from oversight_agent.pipeline.checking import check
from oversight_agent.pipeline.sharing import coverage_of
from oversight_agent.tables import MAPPING
from oversight_protocol import study_package
from oversight_protocol.coverage import Coverage, check_coverage
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.specification import load
from support import plain_sources
from support.commands import Ended, call
from support.mapped import loaded
from support.plain_sources import MARKERS, records
from support.protocol import KENT, NOW
from support.requests import POLICY, Agent, Asker, Home, kinds_table, posts_table
from support.versions import altered, installed

STUDY = study_package.installed()
TODAY = date(2026, 11, 23)
SHARING = f"{POLICY}[coverage]\nshare = true\n"

Command = Callable[..., Ended]


@pytest.fixture
def command(home: Home, monkeypatch, capfd) -> Command:
    """A command of this agent, run in this process: its status, output and errors."""
    monkeypatch.setenv(config.HOME_VARIABLE, str(home.folder))
    return partial(call, main, monkeypatch, capfd, "oversight-agent")


@pytest.fixture
def whole(home: Home) -> Home:
    """An authority that can answer everything."""
    plain_sources.write(home, records(), extra='case_system = "mosaic"')
    return home


def spoil(home: Home) -> None:
    """Break each kind of thing: a file, rows, keys, and what can hardly be true."""
    rows = records()
    for event in rows["oversight_event"][:7]:
        event["held_date"] = f"{plain_sources.PERSON} said Monday"
    rows["oversight_event"][9]["part1_location"] = plain_sources.PERSON
    rows["plan"] += rows["plan"][:2]
    rows["audit"][3]["action_closed"] = date(2020, 1, 1)
    rows["worker"][4]["fte"] = 0
    rows["worker"][5]["supervisor_id"] = rows["worker"][5]["worker_id"]
    plain_sources.write(home, rows, without=["episode.need"])
    plain_sources.path_of(home, "episode").unlink()


def words_of(said: str) -> str:
    """What was said, whatever the width of its lines."""
    return " ".join(said.split())


def found(home: Home):
    chosen = config.load(home.folder)
    secret = chosen.path("keys", "pseudonym.secret")
    asked = asked_of(STUDY, TODAY)
    return check(chosen.mapping, chosen.data_folder, secret, asked, today=TODAY)


# ---------------------------------------------------------------------- what is found


def test_an_authority_without_a_fault_can_answer_every_measure(whole: Home):
    made = found(whole)

    assert made.usable
    assert [one.number for one in made.measures if one.lacks] == []
    assert (made.problems, made.findings, made.case_system) == ((), (), "mosaic")
    assert {one.table: one.rows_mapped for one in made.tables}["plan"] == 30
    assert list(made.unmapped) == ["theme", "inspection"]


def test_each_kind_of_fault_is_told_where_it_is(home: Home):
    spoil(home)

    made = found(home)

    usable = {one.table: one.usable for one in made.tables}
    assert [name for name in usable if not usable[name]] == ["episode", "oversight_event", "plan"]
    event = next(one for one in made.tables if one.table == "oversight_event")
    assert (event.rows_read, event.rows_rejected, event.rows_mapped) == (30, 8, 22)
    held = next(one for one in made.groups if one.field == "held_date")
    assert (held.rows, held.file) == (7, "oversight_event.csv")
    assert held.places == "line 2, line 3, line 4, line 5, line 6 and others"
    rejected = {one.point: one.rejected for one in made.fields if one.rejected}
    assert rejected == {"oversight_event.held_date": 7, "oversight_event.part1_location": 1}
    assert [(one.rule, one.places) for one in made.findings] == [
        ("own_supervisor", "worker.csv, line 7"),
        ("action_closed_before_audit", "audit.csv, line 5"),
        ("cases_without_time", "worker.csv, line 6"),
    ]
    reasons = {(lack.data_point, lack.reason) for one in made.measures for lack in one.lacks}
    assert reasons == {
        ("episode", "source_unusable"), ("oversight_event", "source_unusable"),
        ("plan", "keys_broken"),
    }  # fmt: skip


NEEDED = sorted({point for table in STUDY.base_tables for point in table.needs})
OPTIONAL = [
    point for point in NEEDED
    if not load("1.0").table(point.split(".")[0]).field(point.split(".")[1]).required
]  # fmt: skip
"""Fields that a mapping may leave out and that some measure needs."""


@given(st.sampled_from(OPTIONAL))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
def test_a_field_left_out_of_the_mapping_takes_exactly_the_measures_that_need_it(home, point):
    plain_sources.write(home, records(), without=[point])

    made = found(home)

    needing = {one.number for one in STUDY.measures
               if point in STUDY.table(one.table).needs}  # fmt: skip
    taken = {one.number for one in made.measures
             if any(lack.data_point == point and lack.blocks for lack in one.lacks)}  # fmt: skip
    placed = {one.number for one in STUDY.measures if one.place is not None}
    assert needing <= taken <= needing | placed


TABLES = sorted(records())


@given(st.sampled_from(TABLES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=9)
def test_a_table_left_out_of_the_mapping_takes_exactly_the_measures_that_read_it(home, name):
    rows = {table: one for table, one in records().items() if table != name}
    plain_sources.write(home, rows)

    made = found(home)

    reading = {one.number for one in STUDY.measures if name in STUDY.table(one.table).reads}
    assert {one.number for one in made.measures if one.availability != "available"} == reading


def test_the_latest_wave_that_has_begun_is_looked_at():
    wave = STUDY.waves[0]
    periods = tuple(one.model_copy(update={
        "id": f"later {one.id}", "start": one.start.replace(year=2027),
        "end": one.end.replace(year=2027)}) for one in wave.periods)  # fmt: skip
    study = STUDY.model_copy(
        update={"waves": (wave, wave.model_copy(update={"id": "later", "periods": periods}))}
    )

    assert asked_of(study, date(2027, 3, 31)).wave.id == wave.id
    assert asked_of(study, date(2027, 4, 1)).wave.id == "later"
    assert asked_of(study, date(2020, 1, 1)).wave.id == wave.id
    assert asked_of(study, date(2020, 1, 1), "later").wave.id == "later"


# ---------------------------------------------------------------------- for people and programs


def test_the_terminal_tells_what_is_wrong_what_to_do_and_what_can_be_answered(
    home: Home, command: Command
):
    spoil(home)

    status, said, errors = command("check")

    assert (status, errors) == (1, "")
    assert "oversight_event.csv, field 'held_date': 7 rows\n" in said
    assert "Found       aaaaaaa aaaa aaaaaa (7 rows: lines 2, 3, 4, 5, 6 and others)" in said
    assert "Posts whose holder is their own supervisor: 1" in said
    assert f"of {len(STUDY.measures)} measures can be answered in full" in said
    assert max(map(len, said.splitlines())) <= 80


def test_the_terminal_names_each_measure_once_below_its_availability(home: Home, command: Command):
    spoil(home)

    said = command("check").out

    lines = said.splitlines()
    assert [sum(line == f"  {one.number:<4}{one.title}" for line in lines)
            for one in STUDY.measures] == [1] * len(STUDY.measures)  # fmt: skip
    told = words_of(said)
    assert "● Available: 16 measures 23 Authorities complete" in told


def test_the_terminal_tells_each_lack_once_with_the_measures_that_wait_for_it(
    home: Home, command: Command
):
    spoil(home)

    told = words_of(command("check").out)
    made = found(home)

    lacking = told[told.index("WHAT IS LACKING") :]
    for point in ("episode", "oversight_event", "plan"):
        waiting = [one.number for one in made.measures
                   if any(lack.data_point == point for lack in one.lacks)]  # fmt: skip
        numbers = ", ".join(waiting)
        assert lacking.count(f" {point}: ") == 1
        wait = "1 measure waits" if len(waiting) == 1 else f"{len(waiting)} measures wait"
        assert f"{wait} for it: {numbers}" in lacking
    for why in ("its source could not be read", "8 of its 30 rows were rejected",
                "rows share a key, or name rows that are not there"):  # fmt: skip
        assert lacking.count(why) == 1
    assert lacking.index("oversight_event: ") < lacking.index("episode: ")


def test_what_only_a_part_of_a_measure_needs_is_told_as_such(home: Home, command: Command):
    plain_sources.write(home, records())
    mapping = home.folder / "mapping.toml"
    text = mapping.read_text("utf-8")
    constant = 'evidence = { constant = "audit_sample" }'
    mapping.write_text(text.replace('evidence = { column = "evidence" }', constant), "utf-8")

    told = words_of(command("check").out)

    assert "oversight_event.evidence: the mapping gives all rows the same value" in told
    assert "2 measures need it for a part: 8, 9" in told


def test_an_authority_that_lacks_nothing_is_told_of_no_lack(whole: Home, command: Command):
    assert "LACKING" not in command("check").out


def test_measures_with_several_figures_are_said_to_count_for_each(
    whole: Home, command: Command, tmp_path
):
    said = words_of(command("check", "--page", str(tmp_path / "check.html")).out)

    page = words_of((tmp_path / "check.html").read_text("utf-8"))
    for told in (said, page):
        assert (
            "Some measures have several figures (10a, 10b and 10c); each figure is counted here."
            in told
        )


def test_the_json_holds_all_of_it(home: Home, command: Command):
    spoil(home)

    status, said, errors = command("check", "--json")

    document = json.loads(said)
    assert (status, errors) == (1, "")
    assert {"tables", "problems", "groups", "fields", "dates", "plausibility",
            "measures"} <= set(document)  # fmt: skip
    assert document["study"] == {"name": STUDY.name, "version": STUDY.version,
                                 "wave": STUDY.waves[0].id, "accepted": False}  # fmt: skip


def test_the_page_is_written_for_its_owner_alone_and_needs_nothing_else(
    home: Home, command: Command, tmp_path
):
    spoil(home)

    status, said, _ = command("check", "--page", str(tmp_path / "check.html"))

    page = (tmp_path / "check.html").read_text(encoding="utf-8")
    assert status == 1
    assert said.endswith(f"Wrote {tmp_path / 'check.html'}.\n")
    assert stat.S_IMODE((tmp_path / "check.html").stat().st_mode) == 0o600
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "<script" not in page
    for text in ("Kent: what the data can answer", "oversight_event.csv", "7 rows: lines 2",
                 "Posts whose holder is their own supervisor", "Not mapped:"):  # fmt: skip
        assert text in page


def test_the_page_of_an_authority_without_a_fault_says_so(whole: Home, command: Command, tmp_path):
    status, _, _ = command("check", "--page", str(tmp_path / "check.html"))

    page = (tmp_path / "check.html").read_text(encoding="utf-8")
    assert status == 0
    assert "Nothing stands in the way of a measure." in page
    assert "No row was rejected, all keys hold, and every source could be read." in page


@pytest.mark.parametrize(
    "arguments",
    [("check", "--page"), ("coverage", "share", "--out"), ("ledger", "export")],
    ids=["check", "coverage", "ledger"],
)
def test_no_folder_is_made_for_a_file_that_a_command_is_to_write(
    arguments: tuple[str, ...], whole: Home, command: Command, tmp_path
):
    whole.policy(SHARING)
    before = whole.kinds()
    place = tmp_path / "new" / "file"

    status, said, errors = command(*arguments, str(place))

    assert (status, said) == (2, "")
    assert f"{tmp_path / 'new'}: there is no such folder" in errors
    assert not (tmp_path / "new").exists()
    assert whole.kinds() == before


def test_what_a_file_is_called_is_text_in_the_page_and_never_markup(
    home: Home, command: Command, tmp_path
):
    plain_sources.write(home, records())
    mapping = home.folder / "mapping.toml"
    name = "<script>alert(1)</script>.csv"
    mapping.write_text(mapping.read_text("utf-8").replace("plan.csv", name), encoding="utf-8")

    command("check", "--page", str(tmp_path / "check.html"))

    page = (tmp_path / "check.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_study_that_was_accepted_here_is_the_one_that_is_looked_at(
    agent: Agent, asker: Asker, command: Command
):
    agent.settle(asker.ask(asker.study(base_tables=(posts_table(), kinds_table()))))

    status, said, _ = command("check", "--json")

    document = json.loads(said)
    assert status == 0
    assert document["study"] == {"name": "posts-study", "version": 1, "wave": "wave-1",
                                 "accepted": True}  # fmt: skip
    assert [(one["number"], one["availability"]) for one in document["measures"]] == [
        ("1", "available")
    ]


def test_a_study_from_a_file_is_looked_at_without_being_accepted(
    whole: Home, asker: Asker, command: Command, tmp_path
):
    path = tmp_path / "study.json"
    path.write_bytes(asker.study().raw)

    status, said, _ = command("check", "--study", str(path), "--json")
    wrong, _, errors = command("check", "--study", str(path), "--wave", "wave-9")

    assert status == 0
    assert json.loads(said)["study"]["accepted"] is False
    assert wrong == 2
    assert "no such wave" in errors


@pytest.mark.parametrize("arguments", [("check", "--study"), ("coverage", "show", "--study")])
def test_the_installed_study_is_looked_at_by_its_name_before_it_is_offered(
    arguments: tuple[str, ...], whole: Home, command: Command
):
    by_name = command(*arguments, STUDY.name)

    assert by_name == command(*arguments[:-1])
    assert by_name.status == 0


@pytest.mark.parametrize(
    "arguments",
    [("check",), ("coverage", "show"), ("preview", "study.json")],
    ids=["check", "coverage", "preview"],
)
def test_a_wave_that_the_study_has_not_is_told_with_those_that_it_has(
    arguments: tuple[str, ...], whole: Home, asker: Asker, command: Command, tmp_path, monkeypatch
):
    wave = STUDY.waves[0].id
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.json").write_bytes(asker.study(waves=STUDY.waves).raw)

    status, said, errors = command(*arguments, "--wave", "zzz")

    assert (status, said) == (2, "")
    assert f"Found: 'zzz'. Expected: {wave}. What to do: name one of these." in errors


# ---------------------------------------------------------------------- which mapping


def test_the_mapping_of_the_studys_version_is_looked_at_as_for_an_answer(
    whole: Home, command: Command, tmp_path
):
    mapping = whole.folder / "mapping.toml"
    mapping.rename(whole.folder / "mapping-1.0.toml")
    with installed(tmp_path, altered("1.1")):
        alone = command("check", "--json")
        mapping.write_text('specification = "1.1"\n', encoding="utf-8")
        beside = command("check", "--json")
        coverage = command("coverage", "show", "--json")

    assert [one.status for one in (alone, beside, coverage)] == [0, 0, 0]
    assert json.loads(beside.out) == json.loads(alone.out)
    assert json.loads(beside.out)["specification"] == "1.0"
    assert len(json.loads(beside.out)["tables"]) == len(TABLES)
    assert {row["availability"] for row in json.loads(coverage.out)["rows"]} == {"available"}


def test_without_a_mapping_of_the_studys_version_nothing_is_looked_at(
    whole: Home, command: Command, tmp_path
):
    with installed(tmp_path, altered("1.1")):
        (whole.folder / "mapping.toml").write_text('specification = "1.1"\n', encoding="utf-8")

        status, said, errors = command("check")

    assert (status, said) == (2, "")
    assert "Found: version 1.1. Expected: version 1.0." in errors
    assert "mapping-1.0.toml" in errors


# ---------------------------------------------------------------------- many rows of a kind


def test_three_thousand_bad_values_of_one_form_are_one_thing_to_mend(
    home: Home, command: Command, tmp_path
):
    rows = records()
    events = rows["oversight_event"]
    rows["oversight_event"] = [
        {**events[n % 30], "event_id": f"ZEB-EVENT-{n}", "held_date": "31/31/2026"}
        for n in range(3000)
    ]
    plain_sources.write(home, rows)

    told = command("check", "--page", str(tmp_path / "check.html")).out
    (group,) = json.loads(command("check", "--json").out)["groups"]

    assert (group["rows"], group["field"]) == (3000, "held_date")
    assert [one["found"] for one in group["forms"]] == ["99/99/9999"]
    assert told.count("99/99/9999") == told.count("'held_date': 3,000 rows") == 1
    assert "99/99/9999 (all of the first 100 rows: lines 2, 3, 4" in words_of(told)
    page = (tmp_path / "check.html").read_text("utf-8")
    assert page.count("99/99/9999") == page.count(">3,000 rows</td>") == 1


def test_values_that_all_look_different_are_one_thing_to_mend_too(home: Home, command: Command):
    rows = records()
    for number, event in enumerate(rows["oversight_event"]):
        event["held_date"] = "x" * (number + 1) if number < 12 else event["held_date"]
    plain_sources.write(home, rows)

    told = command("check").out
    (group,) = json.loads(command("check", "--json").out)["groups"]

    assert (group["rows"], len(group["forms"])) == (12, 12)
    assert told.count("'held_date'") == 1
    assert "9 other forms (9 rows)" in told


def test_a_date_that_is_in_no_calendar_is_told_as_such(whole: Home, command: Command):
    rows = records()
    for plan in rows["plan"]:
        plan["start"] = f"{plan['start']:%d/%m/%Y}"
    rows["plan"][4]["start"] = "31/02/2026"
    rows["plan"][5]["start"] = "soon"
    plain_sources.write(whole, rows)
    mapping = whole.folder / "mapping.toml"
    column = 'start = { column = "start"'
    table, rest = mapping.read_text("utf-8").split("[tables.plan.fields]")
    dated = rest.replace(column, f'{column}, date_format = "%d/%m/%Y"', 1)
    mapping.write_text(f"{table}[tables.plan.fields]{dated}", encoding="utf-8")

    told = words_of(command("check").out)

    assert "plan.csv, field 'start': 1 row Found 99/99/9999 (line 6)" in told
    assert "What to do read as %d/%m/%Y there is no such day: correct the date at the" in told
    assert told.count("no such day") == 1


# ---------------------------------------------------------------------- keys


def test_keys_that_nobody_could_look_at_are_told_and_what_to_mend_first(
    home: Home, command: Command, tmp_path
):
    rows = records()
    rows["team"][0]["service"] = plain_sources.PERSON
    rows["plan"] += rows["plan"][:2]
    rows["plan"][5]["start"] = "soon"
    plain_sources.write(home, rows)

    told = command("check", "--page", str(tmp_path / "check.html")).out
    document = json.loads(command("check", "--json").out)

    assert {(one["table"], *one["fields"], *one["mend_first"])
            for one in document["keys_not_checked"]} == {
        ("team", "team_id", "team"), ("worker", "team_id", "team"),
        ("allocation", "team_id", "team"), ("survey_response", "team_id", "team"),
        ("plan", "child_id", "type", "start", "plan"),
    }  # fmt: skip
    assert "plan plan no two rows share child_id, type and start" in words_of(told)
    assert "worker team each team_id is in team" in words_of(told)
    page = (tmp_path / "check.html").read_text("utf-8")
    assert "No two rows share child_id, type and start" in page


def test_keys_of_a_source_that_could_not_be_read_are_told_as_not_checked(
    whole: Home, command: Command
):
    plain_sources.path_of(whole, "team").unlink()

    told = words_of(command("check").out)
    document = json.loads(command("check", "--json").out)

    assert "team team no two rows share team_id" in told
    assert "worker team each team_id is in team" in told
    assert ("team", ["team_id"], ["team"]) in [
        (one["table"], one["fields"], one["mend_first"]) for one in document["keys_not_checked"]
    ]


def test_where_all_keys_were_looked_at_nothing_is_said_of_it(whole: Home, command: Command):
    assert "KEYS" not in command("check").out
    assert json.loads(command("check", "--json").out)["keys_not_checked"] == []


# ---------------------------------------------------------------------- the survey

SURVEY = [one.number for one in STUDY.measures if "survey_response" in STUDY.table(one.table).reads]


def of_survey(home: Home) -> tuple[set[str], set[str]]:
    """What the check says of the survey's measures, and what it finds odd about the answers."""
    made = found(home)
    return (
        {one.availability for one in made.measures if one.number in SURVEY},
        {one.rule for one in made.findings if one.table == "survey_response"},
    )


@pytest.mark.parametrize(
    ("unknown", "availability"), [(12, "not_available"), (7, "partly"), (1, "available")]
)
def test_answers_under_numbers_that_the_study_does_not_have_are_told_and_do_not_count(
    unknown: int, availability: str, home: Home, command: Command
):
    rows = records()
    for answer in rows["survey_response"][:unknown]:
        answer["question_id"] = "Q01"
    plain_sources.write(home, rows)

    told = words_of(command("check").out)

    assert of_survey(home) == ({availability}, {"unknown_questions"})
    assert f"Answers to questions that {STUDY.name} does not ask: {unknown} " in told
    assert "its number in the study's survey (S01 to S13)" in told


def test_one_round_given_as_a_constant_lacks_nothing(home: Home):
    rows = records()
    for answer in rows["survey_response"]:
        del answer["wave"]
    plain_sources.write(home, rows)
    mapping = home.folder / "mapping.toml"
    text = mapping.read_text("utf-8")
    constant = "wave = { constant = 2026-05-01 }"
    mapping.write_text(text.replace('wave = { column = "wave" }', constant), encoding="utf-8")

    assert constant in mapping.read_text("utf-8")
    assert of_survey(home) == ({"available"}, set())


def test_the_days_on_which_people_answered_are_no_rounds(home: Home):
    rows = records()
    for number, answer in enumerate(rows["survey_response"]):
        answer["wave"] = date(2026, 5, 1) + timedelta(days=number)
    plain_sources.write(home, rows)

    assert of_survey(home) == ({"available"}, {"rounds_days_apart"})


def test_the_survey_in_the_documentation_is_mapped_with_the_studys_own_numbers(tmp_path):
    page = (Path(__file__).parents[4] / "docs" / "sources.md").read_text("utf-8")
    (example,) = [one for one in re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
                  if "survey_response.wide" in one]  # fmt: skip

    mapping = loaded(tmp_path, f'specification = "1.0"\n{example}')

    table = mapping.tables["survey_response"]
    assert table.source.wide is not None
    assert STUDY.survey is not None
    asked = {one.text: one.id for one in STUDY.survey.questions}
    assert table.source.wide.question.items() <= asked.items()
    filled = {one.field.name: one for one in table.fields}
    assert filled["wave"].constant is not None
    assert filled["response"].unused_codes == ()


# ---------------------------------------------------------------------- codes


def test_codes_of_the_specification_that_no_value_becomes_are_told_as_a_hint(
    whole: Home, command: Command, tmp_path
):
    mapping = whole.folder / "mapping.toml"
    text = mapping.read_text("utf-8")
    some = 'type = { column = "type", codes = { "cp" = "cp", "cin" = "cin" } }'
    kinds = "[tables.plan.fields]"
    head, tail = text.split(kinds)
    mapping.write_text(head + kinds + tail.replace('type = { column = "type" }', some, 1), "utf-8")

    status, told, _ = command("check", "--page", str(tmp_path / "check.html"))
    document = json.loads(command("check", "--json").out)

    assert status == 0
    assert list(document["unused_codes"]) == ["plan.type"]
    assert "cp" not in document["unused_codes"]["plan.type"]
    assert f"plan.type {', '.join(document['unused_codes']['plan.type'])}" in words_of(told)
    page = (tmp_path / "check.html").read_text("utf-8")
    assert "Codes that the mapping gives to no value" in page


# ---------------------------------------------------------------------- sharing


def shared(home: Home, command: Command, tmp_path, name: str = "out.json") -> Envelope:
    home.policy(SHARING)
    status, _, errors = command("coverage", "share", "--out", str(tmp_path / name))
    assert (status, errors) == (0, "")
    return Envelope.from_bytes((tmp_path / name).read_bytes().strip())


def test_what_is_shared_is_signed_recorded_first_and_what_was_shown(
    whole: Home, command: Command, tmp_path
):
    shown = json.loads(command("coverage", "show", "--json")[1])
    before = whole.kinds()

    envelope = shared(whole, command, tmp_path)

    coverage = Coverage.parse(envelope.open("coverage"))
    assert envelope.signers([signing_public_key(whole.folder)])
    assert "coverage-shared" not in before
    assert [one["envelope"] for one in whole.bodies("coverage-shared")] == [envelope.as_json()]
    assert (coverage.la, coverage.case_system) == (KENT, "mosaic")
    assert json.loads(coverage.canonical()) | {"shared": ""} == shown | {"shared": ""}
    check_coverage(coverage, STUDY, load(STUDY.spec_version))


@given(st.sampled_from(("audit", "plan")), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
def test_what_would_be_shared_is_the_same_whatever_stands_in_a_table_of_few_rows(
    home: Home, table: str, data
):
    rows = records()
    every = rows[table]
    rows[table] = every[:1]
    plain_sources.write(home, rows)
    of_one = coverage_of(found(home), KENT, NOW)
    rows[table] = data.draw(st.lists(st.sampled_from(every), unique_by=id, min_size=1, max_size=29))
    for row in rows[table]:
        if table == "audit" and data.draw(st.booleans()):
            row |= {"overall_grade": None, "oversight_grade": None}
    plain_sources.write(home, rows)

    made = found(home)

    assert coverage_of(made, KENT, NOW).canonical() == of_one.canonical()
    assert made.usable


def test_for_a_week_what_was_shared_of_a_wave_is_handed_out_again(
    whole: Home, command: Command, tmp_path, monkeypatch
):
    first = shared(whole, command, tmp_path)
    plain_sources.path_of(whole, "episode").unlink()
    days = iter((6, 8))
    made = Coverage.parse(first.open("coverage")).shared

    def later() -> None:
        day = next(days)
        monkeypatch.setattr("oversight_agent.times.now", lambda: made + timedelta(days=day))

    later()
    status, said, _ = command("coverage", "share", "--out", str(tmp_path / "again.json"))
    later()
    last = shared(whole, command, tmp_path, "last.json")

    assert (status, (tmp_path / "again.json").read_bytes()) == (
        0, (tmp_path / "out.json").read_bytes(),
    )  # fmt: skip
    assert "can be shared anew from" in said
    assert last.payload != first.payload
    assert len(whole.bodies("coverage-shared")) == 2


def test_showing_it_records_nothing_and_prints_every_code(home: Home, command: Command):
    spoil(home)
    before = home.kinds()

    status, said, _ = command("coverage", "show")

    assert status == 0
    assert "E10000016 (Kent; the name is not sent)" in said
    assert re.search(r"^33 +Not available +episode ", said, re.MULTILINE)
    assert said.endswith("Nothing was recorded, and nothing has left.\n")
    assert home.kinds() == before


@pytest.mark.parametrize("policy", ["", "[coverage]\nshare = false\n"])
def test_without_the_policys_word_nothing_is_written_or_recorded(
    policy: str, whole: Home, command: Command, tmp_path
):
    whole.policy(POLICY + policy)
    before = whole.kinds()

    status, said, errors = command("coverage", "share", "--out", str(tmp_path / "out.json"))

    assert (status, said) == (3, "")
    assert "coverage-not-shared" in errors
    assert not (tmp_path / "out.json").exists()
    assert whole.kinds() == before


def test_if_the_file_cannot_be_written_the_ledger_still_tells(
    whole: Home, command: Command, tmp_path
):
    whole.policy(SHARING)
    (tmp_path / "folder").mkdir()

    status, _, errors = command("coverage", "share", "--out", str(tmp_path / "folder"))

    assert status == 1
    assert "folder" in errors
    assert len(whole.bodies("coverage-shared")) == 1


def test_the_gate_lets_no_coverage_pass_that_says_more_than_its_study_asks(whole: Home):
    policy = local_policy.Policy(coverage=local_policy.Sharing(share=True))
    good = coverage_of(found(whole), KENT, NOW)
    more = good.model_copy(update={"rows": (*good.rows, good.rows[0].model_copy(
        update={"measure": "99"}))})  # fmt: skip

    passed = approve_coverage(good, STUDY, policy, "person:ann")
    with pytest.raises(Refused) as refused:
        approve_coverage(more, STUDY, policy, "person:ann")

    assert (passed.coverage, passed.approved_by) == (good, "person:ann")
    assert refused.value.reason is Reason.MALFORMED


def test_only_the_gate_makes_an_approved_coverage(whole: Home):
    with pytest.raises(TypeError, match="gate"):
        ApprovedCoverage(coverage_of(found(whole), KENT, NOW), "person:ann", MAPPING)


# ---------------------------------------------------------------------- nothing personal


@pytest.mark.parametrize("spoilt", [False, True], ids=["good", "spoilt"])
def test_nothing_personal_stands_in_any_output(
    spoilt: bool, home: Home, command: Command, tmp_path
):
    plain_sources.write(home, records())
    if spoilt:
        spoil(home)
    home.policy(SHARING)
    outputs = []
    for arguments in (
        ("check",), ("check", "--json"), ("check", "--page", str(tmp_path / "check.html")),
        ("coverage", "show"), ("coverage", "show", "--json"),
        ("coverage", "share", "--out", str(tmp_path / "out.json")),
    ):  # fmt: skip
        outputs += command(*arguments)[1:]
    envelope = Envelope.from_bytes((tmp_path / "out.json").read_bytes().strip())
    outputs += [(tmp_path / "check.html").read_text("utf-8"), envelope.payload.decode()]
    outputs += [path.read_text("utf-8", "replace") for path in home.folder.rglob("*")
                if path.is_file() and not path.is_relative_to(home.data)]  # fmt: skip

    everything = "\n".join(outputs)

    source = plain_sources.path_of(home, "oversight_event").read_text("utf-8")
    assert all(marker in source for marker in MARKERS[:4])
    assert [marker for marker in MARKERS if marker in everything] == []
    assert not _pseudonyms(home) & set(re.findall(r"[0-9a-zA-Z_-]{8,}", everything))


def _pseudonyms(home: Home) -> set[str]:
    """Every pseudonym of every usable table, as the mapping makes them."""
    from oversight_agent import mapping
    from oversight_agent.pipeline.sourcing import pseudonymiser, sourced

    chosen = config.load(home.folder)
    secret = pseudonymiser(chosen.path("keys", "pseudonym.secret"))
    tables = sourced(mapping.load(chosen.mapping), chosen.data_folder, secret).mapped
    made: set[str] = set()
    for name, one in tables.items():
        fields = [field.name for field in load("1.0").table(name).fields if field.pseudonym]
        if one.table is not None:
            made |= {str(value) for field in fields for value in one.table.frame[field].dropna()}
    assert len(made) > 50
    return made


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
def test_whatever_is_wrong_with_the_sources_a_coverage_holds_only_codes_of_its_study(home, data):
    rows: dict[str, list[dict[str, Any]]] = records()
    for name in data.draw(st.sets(st.sampled_from(TABLES), max_size=3)):
        field = data.draw(st.sampled_from(sorted(rows[name][0])))
        value = data.draw(st.sampled_from([None, "Zebedee Quill", "99/99/9999", TODAY]))
        for row in rows[name][: data.draw(st.integers(1, 30))]:
            row[field] = value
    plain_sources.write(home, rows)

    made = coverage_of(found(home), KENT, NOW + timedelta(days=1))

    check_coverage(made, STUDY, load(STUDY.spec_version))
    assert b"Zebedee" not in made.canonical()
