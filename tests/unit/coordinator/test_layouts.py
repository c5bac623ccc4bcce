"""Exports from one description: days, files by quarter, workbooks, databases, and their mapping."""

from __future__ import annotations

import csv
import sqlite3
import tomllib
from contextlib import closing
from datetime import date, datetime, timedelta
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from oversight_coordinator.demo.layouts import (
    EXCEL,
    Book,
    Column,
    Database,
    Delimited,
    Extra,
    Layout,
    Quarters,
    Sheet,
    mapping_file,
    write_all,
)
from oversight_coordinator.demo.layouts.dates import WRITERS
from oversight_coordinator.demo.records import Audit, Standard, Team, World

DAYS = st.dates(date(1970, 1, 1), date(2068, 12, 31))  # what two digits of a year can say
TEAMS = (Team("01", None, "front_door"), Team("02", "01", "other"))
TEAM = (
    Column("Id", "team_id", prefix="T"),
    Column("Over", "parent_id", prefix="T"),
    Column("Does", "service", codes={"front_door": "Hub", "other": "Rest"}),
    Column("Called", made_of="team_id", text="Example {}".format),
)
STANDARDS = tuple(
    Standard("all", days, day)
    for days, day in (
        (7, date(2024, 2, 29)),
        (14, date(2025, 12, 31)),
        (28, date(2026, 1, 1)),
        (30, date(2026, 6, 30)),
        (35, date(2026, 7, 1)),
        (42, date(2030, 1, 1)),
    )
)
STANDARD = (Column("Days", "max_interval_days"), Column("From", "policy_date"))


def audit(number, **values):
    empty = dict.fromkeys(Audit._fields)
    return Audit(**{**empty, "audit_id": number, "child_id": "7", "type": "thematic", **values})


def settings(layout):
    return tomllib.loads(layout.mapping())["tables"][layout.table]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------------- days


@pytest.mark.parametrize("date_format", sorted(set(WRITERS) - {EXCEL}))
@given(day=DAYS)
def test_a_day_is_read_back_by_its_format(date_format, day):
    text = WRITERS[date_format](day)

    assert datetime.strptime(text, date_format).date() == day


@given(day=DAYS)
def test_a_serial_number_counts_days_as_excel_does(day):
    text = WRITERS[EXCEL](day)

    assert date(1899, 12, 30) + timedelta(days=int(text)) == day


def test_known_days_are_written_as_known():
    day = date(2026, 7, 4)

    written = {name: write(day) for name, write in WRITERS.items()}

    assert written[EXCEL] == "46207"
    assert written["%d/%m/%y"] == "04/07/26"
    assert written["%d-%b-%Y"] == "04-Jul-2026"
    assert written["%d %B %Y"] == "04 July 2026"
    assert written["%Y-%m-%d %H:%M:%S"].startswith("2026-07-04 ")


# ---------------------------------------------------------------------- text


def test_a_text_has_prefixes_words_empty_values_and_what_no_mapping_takes(tmp_path):
    layout = Layout("team", Delimited("t.csv", encoding="utf-8", newline="\r\n"), TEAM)

    layout.write(tmp_path, TEAMS)

    assert (tmp_path / "t.csv").read_bytes() == (
        b"Id,Over,Does,Called\r\nT01,,Hub,Example 01\r\nT02,T01,Rest,Example 02\r\n"
    )
    assert set(settings(layout)["fields"]) == {"team_id", "parent_id", "service"}


def test_lines_above_the_header_shift_the_row_that_the_mapping_names(tmp_path):
    source = Delimited("t.csv", above=("A title", "Run today"), quoted=True)
    layout = Layout("team", source, TEAM)

    layout.write(tmp_path, TEAMS)

    lines = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()
    assert lines[settings(layout)["header_row"] - 1] == '"Id","Over","Does","Called"'


def test_a_line_that_tells_excel_its_separator_needs_no_setting():
    layout = Layout("team", Delimited("t.csv", delimiter=";", above=("sep=;",)), TEAM)

    assert "header_row" not in settings(layout)


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        ("utf-8-sig", b"\xef\xbb\xbfId"),
        ("utf-8", b"Id"),
        ("utf-16", b"\xff\xfeI\0d\0"),
        ("cp1252", b"Id"),
    ],
)
def test_a_text_starts_as_its_encoding_does(tmp_path, encoding, start):
    Layout("team", Delimited("t.csv", encoding=encoding), TEAM).write(tmp_path, TEAMS)

    data = (tmp_path / "t.csv").read_bytes()

    assert data.startswith(start)
    assert "Hub" in data.decode(encoding)


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1))
def test_any_text_in_a_column_leaves_the_others_in_place(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("any")
    columns = (Column("Note", made_of="team_id", text=lambda _: text), *TEAM)
    Layout("team", Delimited("t.csv", delimiter="|"), columns).write(folder, TEAMS)

    with (folder / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="|"))

    assert [(row["Note"], row["Id"], row["Called"]) for row in rows] == [
        (text, "T01", "Example 01"),
        (text, "T02", "Example 02"),
    ]


def test_a_blank_code_is_empty_and_the_mapping_says_so(tmp_path):
    codes = {"front_door": "Hub"}
    columns = (TEAM[0], Column("Does", "service", codes=codes, blank="other"))
    layout = Layout("team", Delimited("t.csv", encoding="utf-8"), columns)

    layout.write(tmp_path, TEAMS)

    assert (tmp_path / "t.csv").read_text().splitlines() == ["Id,Does", "T01,Hub", "T02,"]
    found = settings(layout)["fields"]["service"]
    assert found == {"column": "Does", "codes": {"Hub": "front_door"}, "blank": "other"}


# ---------------------------------------------------------------------- files by quarter


def test_each_quarter_has_its_file_and_days_outside_go_to_the_first_and_the_last(tmp_path):
    source = Delimited("{year}-Q{quarter}.csv", encoding="utf-8", quarters=Quarters("policy_date"))
    layout = Layout("standard", source, STANDARD)

    layout.write(tmp_path, STANDARDS)

    found = {p.name: [row.split(",")[0] for row in p.read_text().splitlines()[1:]]
             for p in tmp_path.iterdir()}  # fmt: skip
    assert found == {
        "2025-Q4.csv": ["7", "14"],
        "2026-Q1.csv": ["28"],
        "2026-Q2.csv": ["30"],
        "2026-Q3.csv": ["35"],
        "2026-Q4.csv": ["42"],
    }
    assert settings(layout)["files"] == "*-Q*.csv"


def test_files_by_financial_year_can_be_listed(tmp_path):
    source = Delimited("{fy} Q{fq}.csv", quarters=Quarters("policy_date", listed=True))
    layout = Layout("standard", source, STANDARD)

    layout.write(tmp_path, STANDARDS)

    assert settings(layout)["files"] == [
        "2025-26 Q3.csv",
        "2025-26 Q4.csv",
        "2026-27 Q1.csv",
        "2026-27 Q2.csv",
        "2026-27 Q3.csv",
    ]
    assert sorted(contents(tmp_path)) == settings(layout)["files"]


# ---------------------------------------------------------------------- workbooks

BOOK = Book(
    "b.xlsx",
    (
        Extra("Cover", (("Synthetic", 1),)),
        Extra("Lists", (("x",),), hidden=True, last=True),
    ),
)


def test_a_sheet_has_a_merged_title_a_header_below_and_cells_of_the_right_kind(tmp_path):
    codes = {"Y": "TRUE", "N": "FALSE"}
    columns = (
        Column("Id", "audit_id"),
        Column("Done", "audit_date"),
        Column("Serial", "planned_date", date_format=EXCEL),
        Column("Text", "action_due", date_format="%d/%m/%Y"),
        Column("Seen", "moderated", codes=codes, native=True),
        Column("Grade", "overall_grade", codes={"good": "2"}, native=True),
    )
    layout = Layout("audit", Sheet(BOOK, "Audits", ("Title", "")), columns)
    day = date(2026, 7, 4)
    one = audit("007", audit_date=day, planned_date=day, action_due=day, moderated="N")

    layout.write(tmp_path, [one._replace(overall_grade="good"), audit("008")])

    book = load_workbook(tmp_path / "b.xlsx")
    sheet = book["Audits"]
    assert book.sheetnames == ["Cover", "Audits", "Lists"]
    assert [book[name].sheet_state for name in book.sheetnames] == ["visible", "visible", "hidden"]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:F1"]
    assert settings(layout)["header_row"] == 3
    assert [cell.value for cell in sheet[3]] == [column.header for column in columns]
    assert [cell.value for cell in sheet[4]] == [
        "007", datetime(2026, 7, 4), 46207, "04/07/2026", False, 2,
    ]  # fmt: skip
    assert [cell.is_date for cell in sheet[4]] == [False, True, False, False, False, False]
    assert [cell.value for cell in sheet[5]] == ["008", None, None, None, None, None]


def test_numbers_in_a_sheet_of_dates_stay_numbers(tmp_path):
    layout = Layout("standard", Sheet(BOOK, "Policy"), STANDARD)

    layout.write(tmp_path, STANDARDS)

    rows = list(load_workbook(tmp_path / "b.xlsx")["Policy"].iter_rows(min_row=2))
    assert [days.value for days, _ in rows] == [one.max_interval_days for one in STANDARDS]
    assert [(days.is_date, day.is_date) for days, day in rows] == [(False, True)] * len(STANDARDS)


def test_a_workbook_is_packed_the_same_on_every_machine(tmp_path):
    Layout("team", Sheet(BOOK, "Teams"), TEAM).write(tmp_path, TEAMS)

    with ZipFile(tmp_path / "b.xlsx") as package:
        parts = package.infolist()
        core = package.read("docProps/core.xml").decode()

    assert {part.date_time for part in parts} == {(2026, 10, 31, 18, 0, 0)}
    assert {(part.compress_type, part.create_system) for part in parts} == {(ZIP_STORED, 0)}
    assert core.count("2026-10-31T18:00:00Z") == 2


# ---------------------------------------------------------------------- databases


def test_a_view_hides_the_row_that_the_table_holds_twice(tmp_path):
    layout = Layout("team", Database("d.bak", "live teams", view_of="teams"), TEAM)

    layout.write(tmp_path, TEAMS)

    with closing(sqlite3.connect(tmp_path / "d.bak")) as database:
        kinds = dict(database.execute("SELECT name, type FROM sqlite_master"))
        seen = database.execute('SELECT * FROM "live teams"').fetchall()
        held = database.execute('SELECT "Id", IS_DELETED FROM "teams"').fetchall()
    assert kinds == {"teams": "table", "live teams": "view"}
    assert seen == [("T01", None, "Hub", "Example 01"), ("T02", "T01", "Rest", "Example 02")]
    assert held == [("T01", 0), ("T02", 0), ("T01", 1)]
    assert settings(layout)["format"] == "sqlite"


def test_a_database_of_a_known_suffix_needs_no_format():
    layout = Layout("team", Database("d.sqlite3", "teams"), TEAM)

    assert settings(layout) | {"fields": {}} == {
        "file": "d.sqlite3",
        "table": "teams",
        "fields": {},
    }


def test_a_database_keeps_numbers_as_numbers_and_says_truth_in_words(tmp_path):
    columns = (
        Column("Id", "audit_id", prefix="0"),
        Column("Seen", "moderated", codes={"Y": "TRUE", "N": "FALSE"}, native=True),
        Column("Grade", "overall_grade", codes={"good": "-1"}, native=True),
    )
    layout = Layout("audit", Database("d.db", "a"), columns)

    layout.write(tmp_path, [audit("01", moderated="Y", overall_grade="good"), audit("02")])

    with closing(sqlite3.connect(tmp_path / "d.db")) as database:
        rows = database.execute("SELECT * FROM a").fetchall()
    assert rows == [("001", "TRUE", -1), ("002", None, None)]


def test_a_database_does_not_say_which_version_wrote_it_and_is_sound(tmp_path):
    Layout("team", Database("d.db", "teams"), TEAM).write(tmp_path, TEAMS)

    assert int.from_bytes((tmp_path / "d.db").read_bytes()[96:100], "big") == 3_040_000
    with closing(sqlite3.connect(tmp_path / "d.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# ---------------------------------------------------------------------- several tables


@pytest.mark.parametrize(
    "sources",
    [
        (Sheet(BOOK, "Teams"), Sheet(BOOK, "Policy")),
        (Database("d.db", "teams"), Database("d.db", "policy")),
        (Delimited("t.csv"), Delimited("below/s.csv")),
    ],
    ids=["one workbook", "one database", "two texts"],
)
def test_all_tables_are_written_and_again_with_the_same_bytes(tmp_path, sources):
    layouts = (Layout("team", sources[0], TEAM), Layout("standard", sources[1], STANDARD))
    world = World(TEAMS, (), (), (), standards=STANDARDS)

    write_all(tmp_path / "one", layouts, world)
    write_all(tmp_path / "two", layouts, world)
    write_all(tmp_path / "two", layouts, world)

    files = contents(tmp_path / "one")
    assert files == contents(tmp_path / "two")
    assert len(files) == len({source.file for source in sources})
    held = b"".join(files.values())
    assert b"Example 02" in held
    assert b"From" in held


def test_a_table_without_records_is_a_header(tmp_path):
    Layout("team", Delimited("t.csv", encoding="utf-8"), TEAM).write(tmp_path, ())

    assert (tmp_path / "t.csv").read_text() == "Id,Over,Does,Called\n"


def test_the_mapping_is_toml_whatever_its_texts_hold():
    odd = 'What\'s "it" \\ like?\n£'
    columns = (Column(odd, "service", codes={"front_door": 'a "b" \\ c'}),)
    layout = Layout(
        "team", Delimited("t.csv", delimiter="\t"), columns, constants={"parent_id": "x"}
    )

    found = tomllib.loads(mapping_file("Exampleshire", [layout]))

    table = found["tables"]["team"]
    assert found["specification"] == "1.0"
    assert table["delimiter"] == "\t"
    assert table["fields"]["service"] == {"column": odd, "codes": {'a "b" \\ c': "front_door"}}
    assert table["fields"]["parent_id"] == {"constant": "x"}


def test_a_value_in_no_list_of_codes_and_a_day_that_is_none_are_written_as_typed(tmp_path):
    class Typed(dict):
        def __missing__(self, key):
            return key

    codes = Typed(thematic="1", case_file="2")
    columns = (
        Column("Type", "type", codes=codes, native=True),
        Column("Done", "audit_date", date_format="%d/%m/%Y"),
    )
    wrong = audit("1", type="Peer review", audit_date="31/02/2026")

    Layout("audit", Delimited("t.csv", encoding="utf-8"), columns).write(
        tmp_path, [wrong, audit("2")]
    )
    Layout("audit", Sheet(BOOK, "Audits"), columns).write(tmp_path, [wrong, audit("2")])

    assert (tmp_path / "t.csv").read_text() == "Type,Done\nPeer review,31/02/2026\n1,\n"
    rows = load_workbook(tmp_path / "b.xlsx")["Audits"].iter_rows(min_row=2, values_only=True)
    assert list(rows) == [("Peer review", "31/02/2026"), (1, None)]
