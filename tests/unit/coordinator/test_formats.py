"""Nineteen ways to export: none like another, each as it claims, the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections import Counter
from contextlib import closing
from itertools import combinations
from pathlib import Path

import pytest
from openpyxl import load_workbook

from oversight_coordinator.authorities import AUTHORITIES
from oversight_coordinator.demo.formats import EXPORTS, FORMATS
from oversight_coordinator.demo.formats.about import table as table_of_exports
from oversight_coordinator.demo.generate import Synthetic, make_world
from oversight_coordinator.demo.layouts import Database, Delimited, Sheet
from oversight_coordinator.demo.layouts.columns import header_rows
from oversight_coordinator.demo.layouts.parts import parts
from oversight_protocol import study_package
from oversight_protocol.specification import load

NAMES = ("team", "worker", "allocation", "oversight_event", "episode", "plan", "standard", "audit")
NOT_EVERYWHERE = ("survey_response", "theme", "inspection")
RETURNS = {"E06000046": "cin-census", "E06000039": "annex-a"}
RETURNED = {"episode", "plan"}
DOCUMENT = Path(__file__).parents[3] / "docs" / "demo-data.md"
NEEDED = {
    "worker": {"fte", "kss", "role_end", "supervisor_id", "team_id"},
    "allocation": {"end"},
    "oversight_event": {
        "child_id", "supervisor_id", "authorised_date", "part1_location", "part2_location",
        "actions_set",
    },
    "plan": {"end"},
    "audit": {"planned_date", "audit_date", "oversight_grade"},
}  # fmt: skip
"""Beside what the specification requires, what the first study asks for."""

WORDED = {
    "team": ["service"],
    "allocation": ["role"],
    "oversight_event": ["type", "part1_location"],
    "plan": ["type"],
    "standard": ["cohort"],
    "audit": ["type", "overall_grade", "oversight_grade"],
}
"""Fields whose codes every system words in its own way."""

SCRIPT = """
import hashlib, pathlib, sys
from oversight_coordinator.demo.formats import EXPORTS
from oversight_coordinator.demo.generate import Synthetic, make_world
world = make_world(Synthetic("E06000036"), 5, 0.01)
for code, export in EXPORTS.items():
    export.write(pathlib.Path(sys.argv[1]) / code, export.shown(world))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """All files of all authorities, of one small world, in a folder for each ONS code."""
    folder = tmp_path_factory.mktemp("exports")
    world = make_world(Synthetic("E06000036"), 5, 0.01)
    for code, export in EXPORTS.items():
        export.write(folder / code, export.shown(world))
    return folder


def layouts_of(kind):
    return [
        pytest.param(code, layout, id=f"{code}-{layout.table}")
        for code, layouts in FORMATS.items()
        for layout in layouts
        if isinstance(layout.source, kind)
    ]


def settings(layout):
    return tomllib.loads(layout.mapping())["tables"][layout.table]


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def mapped(layout):
    """The headers of the columns that the mapping takes."""
    return {one.header for one in layout.columns if one.field}


def layout_of(code, table):
    return next((one for one in FORMATS[code] if one.table == table), None)


def header_of(layout):
    """The rows of the header as they should stand in the file."""
    columns = next(parts(layout, ())).columns
    halves = [half for column in columns for half in column.halves]
    return header_rows(halves, getattr(layout.source, "header_rows", 1))


# ---------------------------------------------------------------------- complete


def test_every_authority_exports_every_table_once_by_hand_or_by_a_return():
    assert list(FORMATS) == [one.code for one in AUTHORITIES]
    for code, layouts in FORMATS.items():
        tables = [one.table for one in layouts]
        by_hand = [name for name in NAMES if code not in RETURNS or name not in RETURNED]
        assert tables[: len(by_hand)] == by_hand
        assert tables[len(by_hand) :] == [one for one in NOT_EVERYWHERE if one in tables]


def test_two_authorities_give_statutory_returns():
    returns = {code: [one.kind for one in export.returns] for code, export in EXPORTS.items()}

    assert {code: kinds for code, kinds in returns.items() if kinds} == {
        code: [kind] for code, kind in RETURNS.items()
    }


@pytest.mark.parametrize("table", NOT_EVERYWHERE)
def test_most_authorities_have_what_not_all_have(table):
    having = [code for code in FORMATS if layout_of(code, table)]

    assert 12 <= len(having) < len(FORMATS)


def test_most_authorities_can_answer_each_base_table_and_a_few_cannot():
    lacking = {code: set(export.lacking) for code, export in EXPORTS.items()}

    for table in study_package.installed().base_tables:
        assert sum(table.name in found for found in lacking.values()) <= 6
    assert {name for found in lacking.values() for name in found} == {
        "part1_reflection", "part2_reflection", "survey",
    }  # fmt: skip
    assert lacking["E10000016"] == lacking["E06000035"] == lacking["E06000043"] == set()


@pytest.mark.parametrize("code", FORMATS)
def test_what_the_specification_requires_and_the_study_needs_is_filled(code):
    for layout in FORMATS[code]:
        schema = load("1.0").table(layout.table)
        required = {field.name for field in schema.fields if field.required}

        assert required | NEEDED.get(layout.table, set()) <= layout.fields
        assert layout.fields <= {field.name for field in schema.fields}


@pytest.mark.parametrize("code", FORMATS)
def test_columns_have_names_of_their_own_and_codes_words_of_their_own(code):
    for layout in FORMATS[code]:
        headers = [one.header for one in layout.columns]
        headers += [one.second for one in layout.columns if one.second]
        assert max(Counter(headers).values()) == 1
        assert max(Counter(one.field for one in layout.columns if one.field).values()) == 1
        for column in layout.columns:
            words = list(column.codes.values())
            assert len(set(words)) == len(words)
            assert all(word == word.strip() for word in [column.header, *words])


@pytest.mark.parametrize("code", FORMATS)
def test_every_authority_also_has_what_no_mapping_may_take(code):
    free = [column for layout in FORMATS[code] for column in layout.columns if column.field is None]

    said = [column.text(f"{number:03d}") for column in free for number in (1, 2, 3)]

    assert {"child_id", "event_id"} <= {column.made_of for column in free}
    assert sum("example" in text.lower() or "synthetic" in text.lower() for text in said) >= 4


# ---------------------------------------------------------------------- none like another


@pytest.mark.parametrize("table", [*NAMES, *NOT_EVERYWHERE])
def test_no_two_authorities_share_most_of_a_tables_column_names(table):
    having = [found for code in FORMATS if (found := layout_of(code, table))]
    for first, second in combinations(having, 2):
        one, other = mapped(first), mapped(second)
        assert len(one & other) <= min(len(one), len(other)) / 2


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in WORDED.items() for field in fields]
)
def test_no_two_authorities_share_their_words_for_codes(name, field):
    words = [
        tuple(column.codes.values())
        for layouts in FORMATS.values()
        for layout in layouts
        for column in layout.columns
        if (layout.table, column.field) == (name, field)
    ]

    having = [code for code in FORMATS if layout_of(code, name)]
    assert len(words) == len(set(words)) == len(having)


def test_no_two_authorities_export_supervisions_in_one_form():
    forms = {}
    for code, layouts in FORMATS.items():
        source, event = layouts[3].source, layouts[3]
        kind = type(source).__name__
        marks = [source.encoding, source.delimiter] if isinstance(source, Delimited) else []
        forms[code] = (kind, *marks, event.date_format)

    assert len(set(forms.values())) == len(forms)


def test_the_kinds_of_source_and_the_dates_are_many():
    layouts = [layout for all_of in FORMATS.values() for layout in all_of]
    texts = [one.source for one in layouts if isinstance(one.source, Delimited)]
    sheets = [one.source for one in layouts if isinstance(one.source, Sheet)]
    tables = [one.source for one in layouts if isinstance(one.source, Database)]

    assert {one.delimiter for one in texts} == {",", ";", "|", "\t", "^"}
    assert {one.encoding for one in texts} == {"utf-8", "utf-8-sig", "cp1252", "utf-16"}
    assert {one.quarters.listed for one in texts if one.quarters} == {True, False}
    assert any(extra.hidden for one in sheets for extra in one.book.extras)
    assert {bool(one.view_of) for one in tables} == {True, False}
    assert len({one.date_format for one in layouts}) >= 12
    assert {settings(one).get("format") for one in layouts} == {None, "sqlite"}


# ---------------------------------------------------------------------- as claimed


@pytest.mark.parametrize(("code", "layout"), layouts_of(Delimited))
def test_a_text_is_in_the_encoding_and_has_the_header_that_its_mapping_claims(made, code, layout):
    claimed = settings(layout)
    encoding, delimiter = claimed.get("encoding", "utf-8-sig"), claimed.get("delimiter", ",")
    marks = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}

    for file in layout.source.files:
        data = (made / code / file).read_bytes()
        lines = data.decode(encoding).split(layout.source.newline)
        first = 1 if lines[0].startswith("sep=") else claimed.get("header_row", 1) - 1
        head = lines[first : first + claimed.get("header_rows", 1)]
        header = list(csv.reader(head, delimiter=delimiter))

        assert data.startswith(marks.get(encoding, b""))
        assert encoding in marks or not data.startswith(tuple(marks.values()))
        assert header == header_of(layout)


@pytest.mark.parametrize("code", ["E06000035", "E10000025"])
def test_an_export_in_the_windows_code_page_has_letters_that_utf_8_refuses(made, code):
    data = b"".join(
        path.read_bytes() for path in (made / code).rglob("*") if path.suffix != ".xlsx"
    )

    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")


@pytest.mark.parametrize(("code", "layout"), layouts_of(Sheet))
def test_a_sheet_is_visible_and_has_its_header_where_its_mapping_claims(made, code, layout):
    claimed = settings(layout)

    book = load_workbook(made / code / claimed["file"])

    sheet = book[claimed["sheet"]]
    first = claimed.get("header_row", 1)
    rows = sheet.iter_rows(
        min_row=first, max_row=first + claimed.get("header_rows", 1) - 1, values_only=True
    )
    assert sheet.sheet_state == "visible"
    assert [[cell or "" for cell in row] for row in rows] == header_of(layout)
    assert len(sheet.merged_cells.ranges) == (1 if layout.source.above else 0)
    for extra in layout.source.book.extras:
        assert book[extra.name].sheet_state == ("hidden" if extra.hidden else "visible")


@pytest.mark.parametrize(("code", "layout"), layouts_of(Database))
def test_a_database_has_the_table_or_view_that_its_mapping_claims(made, code, layout):
    claimed = settings(layout)
    path = made / code / claimed["file"]

    with closing(sqlite3.connect(path)) as database:
        kinds = dict(database.execute("SELECT name, type FROM sqlite_master"))

    assert path.read_bytes().startswith(b"SQLite format 3\0")
    assert kinds[claimed["table"]] == ("view" if layout.source.view_of else "table")


@pytest.mark.parametrize("code", FORMATS)
def test_a_file_holds_tables_of_one_kind_and_no_table_lies_in_two(made, code):
    kinds = {one.file: {type(one)} for one in EXPORTS[code].returns}
    for source in (source for layout in FORMATS[code] for source in layout.sources):
        for file in source.files:
            kinds.setdefault(file, set()).add(type(source))
    patterns = [settings(one)["files"] for one in FORMATS[code] if "files" in settings(one)]

    written = {str(path.relative_to(made / code)) for path in (made / code).rglob("*.*")}

    assert written == kinds.keys()
    assert all(len(found) == 1 for found in kinds.values())
    for pattern in patterns:
        if isinstance(pattern, str):
            own = next(one for one in FORMATS[code] if settings(one).get("files") == pattern)
            found = {str(path.relative_to(made / code)) for path in (made / code).glob(pattern)}
            assert found == set(own.source.files)


# ---------------------------------------------------------------------- the same every time


def test_another_process_elsewhere_writes_the_same_bytes(made, tmp_path):
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Tokyo"}

    subprocess.run(
        [sys.executable, "-c", f"import os; os.umask(0o77)\n{SCRIPT}", tmp_path],
        env=environment,
        check=True,
    )

    assert digests(tmp_path) == digests(made)


def test_identifiers_of_one_kind_are_written_alike_in_all_tables_of_an_authority():
    schema = load("1.0")
    for layouts in FORMATS.values():
        prefixes = {}
        for layout in layouts:
            for column in layout.columns:
                field = schema.table(layout.table).field(column.field) if column.field else None
                if field is not None and field.pseudonym:
                    prefixes.setdefault(field.pseudonym, set()).add(column.prefix)
        assert all(len(found) == 1 for found in prefixes.values())
        everywhere = {"child", "worker", "team", "event", "audit"}
        assert everywhere <= prefixes.keys() <= everywhere | {"referral", "respondent", "session"}


# ---------------------------------------------------------------------- documented


def test_the_documentation_has_the_table_of_exports():
    assert table_of_exports() in DOCUMENT.read_text(encoding="utf-8")


def test_the_documentation_names_every_authority_and_its_system():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", table_of_exports(), re.MULTILINE)

    assert rows[0] == ("Authority", "System")
    assert rows[1:] == [(one.name, EXPORTS[one.code].system) for one in AUTHORITIES]
