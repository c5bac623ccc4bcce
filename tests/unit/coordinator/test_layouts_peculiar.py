"""What makes exports awkward: surveys by person, drafts, second files, last days, loose words."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from oversight_coordinator.demo.layouts import (
    Book,
    Column,
    Delimited,
    Layout,
    Lookup,
    Sheet,
    Unwanted,
    Wide,
    write_all,
)
from oversight_coordinator.demo.layouts.columns import header_rows
from oversight_coordinator.demo.records import Audit, Plan, Post, Response, Team, World

PLAIN = Delimited("t.csv", encoding="utf-8")
ROUND = date(2026, 5, 11)
WORDS = {1: "No", 2: "Rather no", 3: "So so", 4: "Rather yes", 5: "Yes"}
WIDE = Wide({"S01": "One?", "S02": "Two?"}, WORDS, over="How far?")
ANSWERS = (
    Response("1", ROUND, "S01", 5, 5, None),
    Response("1", ROUND, "S02", 1, 5, None),
    Response("2", ROUND, "S02", 3, None, "07"),
)
PERSON = (Column("No", "respondent_id"), Column("Team", "team_id", prefix="T"))
PLANS = tuple(
    Plan(f"{number}", "cp", date(2026, 1, 1), end, None, None)
    for number, end in enumerate((date(2026, 7, 1), None, date(2026, 7, 2)))
)


def written(tmp_path, layout, records):
    layout.write(tmp_path, records)
    return (tmp_path / "t.csv").read_text("utf-8").splitlines()


def settings(layout):
    return tomllib.loads(layout.mapping())["tables"][layout.table]


def field(layout, name):
    return settings(layout)["fields"][name]


# ---------------------------------------------------------------------- surveys


def test_a_survey_has_a_row_for_each_person_and_a_column_for_each_question(tmp_path):
    source = Delimited("t.csv", encoding="utf-8", header_rows=2)

    lines = written(tmp_path, Layout("survey_response", source, PERSON, wide=WIDE), ANSWERS)

    assert lines == ["No,Team,How far?,", ",,One?,Two?", "1,,Yes,No", "2,T07,,So so"]


def test_the_mapping_of_a_survey_names_each_question_by_both_rows_of_the_header():
    source = Delimited("t.csv", encoding="utf-8", header_rows=2)
    layout = Layout("survey_response", source, PERSON, wide=WIDE)

    found = settings(layout)

    assert found["header_rows"] == 2
    assert found["wide"]["question"] == {"How far?: One?": "S01", "How far?: Two?": "S02"}
    assert found["fields"]["question_id"] == {"column": "question"}
    assert found["fields"]["response"]["codes"]["Rather yes"] == 4
    assert {"question_id", "response", "respondent_id"} <= layout.fields


def test_a_survey_in_a_workbook_has_both_rows_and_may_hold_numbers(tmp_path):
    wide = Wide({"S01": "One?", "S02": "Two?"}, {n: str(n - 3) for n in WORDS}, "Far?", native=True)
    sheet = Sheet(Book("b.xlsx"), "Answers", ("A title",), header_rows=2)

    Layout("survey_response", sheet, PERSON, wide=wide).write(tmp_path, ANSWERS)

    rows = load_workbook(tmp_path / "b.xlsx")["Answers"].iter_rows(min_row=2, values_only=True)
    assert [[cell or "" for cell in row] for row in rows] == [
        ["No", "Team", "Far?", ""],
        ["", "", "One?", "Two?"],
        ["1", "", 2, -2],
        ["2", "T07", "", ""],
    ]


@given(st.lists(st.sampled_from(["", "Upper", "Other"]), min_size=1, max_size=8))
def test_a_name_above_stands_once_over_all_that_it_is_above(names):
    columns = [Column(f"c{place}", "field", over=name) for place, name in enumerate(names)]

    upper, lower = header_rows(columns, 2)

    carried = ""
    for column, above, below in zip(columns, upper, lower, strict=True):
        carried = above or carried
        assert ": ".join(filter(None, (carried, below))) == column.name


# ---------------------------------------------------------------------- rows that do not count


def test_some_rows_stand_twice_and_the_mapping_takes_those_that_count(tmp_path):
    unwanted = Unwanted("State", "Done", "Draft", every=2)
    layout = Layout("plan", PLAIN, (Column("Child", "child_id"),), unwanted=unwanted)

    lines = written(tmp_path, layout, PLANS)

    assert lines == ["Child,State", "0,Done", "1,Done", "1,Draft", "2,Done"]
    assert settings(layout)["where"] == [{"column": "State", "is": ["Done"]}]


def test_without_records_no_row_is_unwanted(tmp_path):
    layout = Layout(
        "plan", PLAIN, (Column("Child", "child_id"),), unwanted=Unwanted("State", "Done", "Draft")
    )

    assert written(tmp_path, layout, ()) == ["Child,State"]


# ---------------------------------------------------------------------- days and numbers


def test_a_last_day_is_the_day_before_the_end(tmp_path):
    layout = Layout("plan", PLAIN, (Column("Last day", "end", inside=True),))

    assert written(tmp_path, layout, PLANS)[1:] == ["2026-06-30", '""', "2026-07-01"]
    assert field(layout, "end") == {"column": "Last day", "add_days": 1}


def test_days_stand_in_one_of_two_columns(tmp_path):
    layout = Layout("plan", PLAIN, (Column("End", "end", second="End (old)"),))

    lines = written(tmp_path, layout, PLANS)

    assert lines == ["End,End (old)", "2026-07-01,", ",", ",2026-07-02"]
    assert field(layout, "end") == {"first_of": ["End", "End (old)"]}


def test_days_stand_in_two_forms(tmp_path):
    days = [date(2026, 7, number) for number in range(1, 7)]
    plans = [PLANS[0]._replace(end=day) for day in days]
    layout = Layout("plan", PLAIN, (Column("End", "end", also="%d-%b-%Y"),), "%d/%m/%y")

    forms = ["-" in line for line in written(tmp_path, layout, plans)[1:]]

    assert set(forms) == {True, False}
    assert field(layout, "end")["date_format"] == ["%d/%m/%y", "%d-%b-%Y"]


def test_shares_are_written_in_per_cent(tmp_path):
    posts = [
        Post(f"{place}", 5, 0, fte, None, ROUND, None, None, None)
        for place, fte in enumerate((0.37, 1.0, 0.0, None))
    ]
    layout = Layout("worker", PLAIN, (Column("Percent", "fte", percent=True),))

    assert written(tmp_path, layout, posts)[1:] == ["37", "100", "0", '""']
    assert field(layout, "fte") == {"column": "Percent", "number_format": {"divide_by": 100}}


# ---------------------------------------------------------------------- words and identifiers


def audits(*grades):
    empty = dict.fromkeys(Audit._fields)
    return [
        Audit(**{**empty, "audit_id": f"{place}", "type": "thematic", "overall_grade": grade})
        for place, grade in enumerate(grades)
    ]


def test_words_are_typed_in_any_letters(tmp_path):
    column = Column("Grade", "overall_grade", codes={"good": "Good"}, loose=True)
    layout = Layout("audit", PLAIN, (column,))

    lines = written(tmp_path, layout, audits("good", "good", "good", None, "good"))

    assert lines[1:] == ["Good", "GOOD", " good ", '""', "Good"]
    assert field(layout, "overall_grade")["match"] == "loose"


def test_words_that_begin_with_a_code_are_told_by_patterns():
    column = Column(
        "Grade", "overall_grade", codes={"good": "Good (2)"}, patterns={"good": "Good*"}
    )

    found = field(Layout("audit", PLAIN, (column,)), "overall_grade")

    assert found == {"column": "Grade", "patterns": {"Good*": "good"}}


def test_an_identifier_may_lack_its_prefix_in_one_file(tmp_path):
    layout = Layout("plan", PLAIN, (Column("Child", "child_id", prefix="C", bare=True),))

    assert written(tmp_path, layout, PLANS)[1:] == ["0", "1", "2"]
    assert field(layout, "child_id") == {"column": "Child", "prefix": "C"}


# ---------------------------------------------------------------------- second files


TEAMS = (Team("01", None, "front_door"), Team("02", "01", "other"), Team("03", None, "other"))


@pytest.mark.parametrize("anyway", [False, True], ids=["its own file", "a file that is there"])
def test_a_value_is_found_in_a_second_file(tmp_path, anyway):
    names = Delimited("names.csv", encoding="utf-8")
    lookup = Lookup(names, "Name", "Code", "Team {}".format, has_it_anyway=anyway)
    columns = (Column("Id", "team_id", prefix="T"),
               Column("Over", "parent_id", prefix="T", lookup=lookup))  # fmt: skip
    layout = Layout("team", PLAIN, columns)

    lines = written(tmp_path, layout, TEAMS)

    assert lines == ["Id,Over", "T01,", "T02,Team 01", "T03,"]
    assert field(layout, "parent_id") == {
        "lookup": {
            "file": "names.csv", "encoding": "utf-8", "from": "Over", "key": "Name", "value": "Code"
        }
    }  # fmt: skip
    assert (tmp_path / "names.csv").exists() is not anyway
    assert [one.file for one in layout.sources] == ["t.csv"] + ["names.csv"] * (not anyway)
    if not anyway:
        assert (tmp_path / "names.csv").read_text().splitlines() == ["Name,Code", "Team 01,T01"]


def test_codes_are_found_in_a_second_file_that_lies_in_the_same_workbook(tmp_path):
    book = Book("b.xlsx")
    lookup = Lookup(Sheet(book, "Units"), "Unit", "Does", lambda code: f"U-{len(code)}")
    words = {"front_door": "Hub", "other": "Rest"}
    column = Column("Unit", "service", codes=words, lookup=lookup)
    layout = Layout("team", Sheet(book, "Teams"), (column,))

    write_all(tmp_path, (layout,), World(TEAMS, (), (), ()))

    sheets = load_workbook(tmp_path / "b.xlsx")
    assert list(sheets["Teams"].values) == [("Unit",), ("U-10",), ("U-5",), ("U-5",)]
    assert list(sheets["Units"].values) == [("Unit", "Does"), ("U-10", "Hub"), ("U-5", "Rest")]
    assert field(layout, "service")["codes"] == {"Hub": "front_door", "Rest": "other"}
