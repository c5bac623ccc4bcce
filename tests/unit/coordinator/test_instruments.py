"""A study's instruments: survey and code frame, their workbooks, and what reads them back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from oversight_agent import mapping as mappings
from oversight_agent.pipeline.sourcing import Sources, pseudonymiser, sourced
from oversight_coordinator import config, files
from oversight_coordinator.cli import main
from oversight_coordinator.instruments import survey_mapping, theme_mapping
from oversight_protocol import specification, study_package
from oversight_protocol.envelope import seal
from oversight_protocol.study import Survey
from support.commands import Ended, call

STUDY = study_package.installed()
SPECIFICATION = specification.load(STUDY.spec_version)
ROLE = SPECIFICATION.table("survey_response").field("role")


Study = Callable[..., Ended]


@pytest.fixture
def survey() -> Survey:
    assert STUDY.survey is not None
    return STUDY.survey


@pytest.fixture
def study(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Study:
    """`oversight study …` in this process, without a coordinator's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(config.HOME_VARIABLE, raising=False)

    return partial(call, main, monkeypatch, capsys, "oversight", "study")


# ---------------------------------------------------------------------- what they say


def test_the_first_question_is_the_item_that_a_measure_reports(survey: Survey):
    [measure] = [one for one in STUDY.measures if one.number == "32"]

    assert survey.questions[0].id == "S01"
    assert survey.questions[0].text == "My supervision is regular and reflective."
    assert measure.place is not None
    assert measure.place.code == "S01"


def test_the_answers_are_the_specifications_in_number(survey: Survey):
    response = SPECIFICATION.table("survey_response").field("response")

    assert response.codes == tuple(range(1, len(survey.scale) + 1))
    assert (survey.scale[0], survey.scale[-1]) == ("Strongly disagree", "Strongly agree")


def test_the_base_table_of_the_survey_knows_every_question_and_no_other(survey: Survey):
    table = STUDY.table("survey")
    [question] = [one for one in table.dimensions if one.name == "question"]

    assert [(one.code, one.label) for one in question.categories] == [
        (one.id, one.text) for one in survey.questions
    ]


def test_numbers_of_questions_and_themes_are_codes_of_the_specification(survey: Survey):
    question = SPECIFICATION.table("survey_response").field("question_id").pattern
    theme = SPECIFICATION.table("theme").field("theme_code").pattern

    assert all(question.fullmatch(one.id) for one in survey.questions)
    assert all(theme.fullmatch(one.code) for one in STUDY.themes)


def test_nothing_is_asked_or_named_twice(survey: Survey):
    texts = [one.text.casefold() for one in survey.questions]
    labels = [one.label.casefold() for one in STUDY.themes]

    assert max(Counter([*texts, *labels]).values()) == 1


def test_a_theme_points_only_to_themes_that_exist_and_not_to_itself():
    codes = {one.code for one in STUDY.themes}
    pointed = {one.code: set(re.findall(r"T\d\d", one.belongs)) for one in STUDY.themes}

    assert sum(map(len, pointed.values())) > len(codes) // 2
    assert all(to <= codes - {code} for code, to in pointed.items())


# ---------------------------------------------------------------------- the workbooks


def _sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize("command", ["survey", "themes"])
def test_a_workbook_can_be_read_by_everybody(command: str, study: Study, tmp_path: Path):
    study(command, "--out", tmp_path / "book.xlsx")

    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert book.sheetnames[0] == "Read me"
    assert book.properties.title
    for sheet in book:
        header = next(sheet.iter_rows(max_row=1))
        assert list(sheet.merged_cells.ranges) == []
        assert sheet.freeze_panes == "A2"
        assert len(sheet.tables) == 1
        assert all(isinstance(cell.value, str) and cell.value for cell in header)
        assert all(sheet.column_dimensions[cell.column_letter].width >= 7 for cell in header)
        assert all(cell.alignment.wrap_text for row in sheet.iter_rows() for cell in row)
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize(("command", "name"), [
    ("survey", "book.xlsx"), ("themes", "book.xlsx"), ("themes", "frame.csv"),
])  # fmt: skip
def test_a_file_in_which_people_worked_is_replaced_only_if_asked(
    command: str, name: str, study: Study, tmp_path: Path
):
    (tmp_path / name).write_bytes(b"coded by hand")

    refused = study(command, "--out", name)
    kept = (tmp_path / name).read_bytes()
    replaced = study(command, "--out", name, "--replace")

    assert (refused.status, refused.out, kept) == (2, "", b"coded by hand")
    assert refused.err.startswith(f"oversight: {name}: there is a file of this name already. ")
    assert "--replace" in refused.err
    assert replaced.status == 0
    assert (tmp_path / name).read_bytes() != b"coded by hand"


def test_the_survey_has_a_row_for_each_question_and_answer(
    study: Study, survey: Survey, tmp_path: Path
):
    done = study("survey", "--out", tmp_path / "survey.xlsx")

    sheets = _sheets(tmp_path / "survey.xlsx")
    asked = {row[1]: row[2] for row in sheets["Questions"][1:]}
    answers = [row[1] for row in sheets["Answers"][1:]]
    assert (done.status, done.err) == (0, "")
    assert {one.id: one.text for one in survey.questions}.items() <= asked.items()
    assert [row[0] for row in sheets["Questions"][1:]] == list(range(1, len(asked) + 1))
    assert set(survey.scale) <= set(answers)
    assert {ROLE.label(code) for code in ROLE.codes} <= set(answers)
    assert survey.introduction in [row[1] for row in sheets["Read me"]]


def test_the_same_study_gives_the_same_workbook(study: Study, tmp_path: Path):
    study("survey", "--out", tmp_path / "one.xlsx")
    study("survey", "--out", tmp_path / "two.xlsx")

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_the_code_frame_comes_as_text_too(study: Study, tmp_path: Path):
    study("themes", "--out", tmp_path / "themes.csv")

    text = (tmp_path / "themes.csv").read_text(encoding="utf-8")
    assert [row["code"] for row in csv.DictReader(io.StringIO(text))] == [
        one.code for one in STUDY.themes
    ]


@pytest.mark.parametrize(("command", "name"), [("survey", "survey.csv"), ("themes", "themes.ods")])
def test_another_kind_of_file_is_refused(command: str, name: str, study: Study, tmp_path: Path):
    done = study(command, "--out", tmp_path / name)

    assert done.status == 2
    assert ".xlsx" in done.err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("command", ["survey", "themes"])
def test_a_study_without_the_instrument_says_so(command: str, study: Study, tmp_path: Path):
    bare = STUDY.model_copy(update={"survey": None, "themes": ()})
    files.write(tmp_path / "bare.json", seal("study", bare).raw)

    done = study(command, tmp_path / "bare.json", "--out", tmp_path / "out.xlsx")

    assert done.status == 2
    assert "has not got" in done.err


# ---------------------------------------------------------------------- read back by an agent

TEAMS = """
[tables.team]
file = "teams.csv"
[tables.team.fields]
team_id = { column = "team" }
service = { column = "service" }
"""


def _read(folder: Path, lines: str) -> Sources:
    head = f'specification = "{STUDY.spec_version}"\n'
    (folder / "mapping.toml").write_text(head + lines, encoding="utf-8")
    (folder / "teams.csv").write_text("team,service\nAlpha,cin_cp\n", encoding="utf-8")
    (folder / "secret").write_bytes(bytes(range(32)))
    mapping = mappings.load(folder / "mapping.toml")
    return sourced(mapping, folder, pseudonymiser(folder / "secret"))


def test_a_forms_export_is_read_by_the_lines_that_the_workbook_gives(
    survey: Survey, tmp_path: Path
):
    book = openpyxl.Workbook()
    sheet = book.active
    person = ("ID", "Start time", "Completion time", "Email", "Name")
    questions = [one.text for one in survey.questions]
    sheet.append([*person, "What is your role?", "Which team do you work in?", *questions])
    everything = ["Strongly agree"] * len(questions)
    sheet.append([1, "", "", "anonymous", "", "Case holder", "Alpha", *everything])
    sheet.append([2, "", "", "anonymous", "", None, None, "Disagree"])
    book.save(tmp_path / "survey.xlsx")

    found = _read(tmp_path, survey_mapping(survey, ROLE) + TEAMS)

    frame = found.tables["survey_response"].frame
    assert found.problems == ()
    assert sorted(frame["question_id"]) == sorted(["S01", *(one.id for one in survey.questions)])
    assert Counter(frame["response"]) == {5: len(survey.questions), 2: 1}
    assert set(frame["role"].dropna()) == {5}


def test_the_sheet_in_which_sessions_are_coded_is_read_by_its_own_lines(
    study: Study, tmp_path: Path
):
    study("themes", "--out", tmp_path / "themes.xlsx")
    book = openpyxl.load_workbook(tmp_path / "themes.xlsx")
    for place, row in enumerate([("FG-01", "focus_group", "T01", 4), ("FG-01", "focus_group",
                                 "T04", 0)], 2):  # fmt: skip
        for column, value in enumerate(row, 1):
            book["Coding"].cell(place, column, value)
    book.save(tmp_path / "themes.xlsx")

    found = _read(tmp_path, theme_mapping() + TEAMS)

    frame = found.tables["theme"].frame
    assert found.problems == ()
    assert list(zip(frame["theme_code"], frame["mentions"], strict=True)) == [
        ("T01", 4),
        ("T04", 0),
    ]


# ---------------------------------------------------------------------- measures


def test_every_measure_is_listed_with_what_it_needs(study: Study):
    seen, read = study("measures"), study("measures", "--json")

    listed = json.loads(read.out)
    assert [one["number"] for one in listed] == [one.number for one in STUDY.measures]
    for one in listed:
        assert re.search(rf"^{one['number']} +{re.escape(one['title'])} ", seen.out, re.MULTILINE)
        assert one["needs"]["figure"]
        assert one["denominator_labels"]


def test_each_measure_is_told_in_full(study: Study):
    for one in STUDY.measures:
        done = study("measures", "--measure", one.number)

        told = " ".join(done.out.split())
        assert f"{one.number}. {one.title} {one.definition}" in told
        assert "Denominator" in told
        assert not re.search(r"(all rows but:|Numerator|Denominator)\s*$", done.out, re.MULTILINE)


def test_a_number_with_parts_tells_them_all(study: Study):
    done = study("measures", "--measure", "10", "--json")

    assert [one["number"] for one in json.loads(done.out)] == ["10a", "10b", "10c"]


def test_a_measure_that_there_is_not_is_told_with_those_that_there_are(study: Study):
    done = study("measures", "--measure", "99")

    assert done.status == 2
    assert "Expected: one of 1, 2" in done.err
