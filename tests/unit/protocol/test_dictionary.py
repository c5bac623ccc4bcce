"""The data dictionary: complete, the same words everywhere, and up to date in the documents."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_protocol import specification, study_package
from oversight_protocol.dictionary import (
    Dictionary,
    FieldEntry,
    codes_csv,
    dictionary,
    header_csv,
    in_runs,
    markdown,
    needs,
    uses,
)
from support.versions import draft, field

ROOT = Path(__file__).parents[3]
NEWEST = specification.load(specification.versions()[-1])
STUDY = study_package.installed()


@pytest.fixture(scope="module")
def content() -> Dictionary:
    return dictionary(NEWEST, [STUDY])


def _entry(content: Dictionary, point: str) -> FieldEntry:
    table, name = point.split(".")
    found = content.table(table).field(name)
    assert found is not None
    return found


def test_every_table_field_and_code_is_in_the_markdown(content: Dictionary):
    text = markdown(content)

    for table in NEWEST.resources:
        part = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        for one in table.fields:
            assert f"| `{one.name}` |" in part
            assert all(f"\n- `{code}` {one.label(code)}\n" in part for code in one.codes or ())


def test_the_document_is_what_the_specification_gives_today(content: Dictionary):
    """If not: `oversight-agent spec export docs --format markdown`."""
    written = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")

    assert written == markdown(content)


def test_no_cell_of_the_markdown_breaks_its_table(content: Dictionary):
    lines = markdown(content).replace("\\|", "").splitlines()
    widths = {}
    for number, line in enumerate(lines):
        if line.startswith("|"):
            first = number if not lines[number - 1].startswith("|") else widths[number - 1][0]
            widths[number] = (first, line.count("|"))

    assert len(widths) > 100
    assert all(columns == widths[first][1] for first, columns in widths.values())


def test_a_field_is_told_in_words(content: Dictionary):
    role, start = _entry(content, "worker.role"), _entry(content, "worker.role_start")
    child, limit = _entry(content, "plan.child_id"), _entry(content, "standard.max_interval_days")
    question, theme = _entry(content, "survey_response.question_id"), content.table("theme")

    assert (role.type, role.values, role.required, role.dimension) == (
        "code", ("one of 6 numbers",), True, True,
    )  # fmt: skip
    assert role.codes[3] == (4, "Senior practitioner")
    assert (
        role.standard
        == "Children's Social Work Workforce census, Department for Education: OrgRole"
    )
    assert (start.type, start.key) == ("date", True)
    assert (child.type, child.identifies) == ("identifier", "a child")
    assert (limit.values, limit.unit) == (("from 1 to 730",), "days")
    assert question.values == ("of the form ^[A-Z][0-9]{2}$", "at most 3 characters")
    assert theme.key == ("session_id", "theme_code")
    assert content.table("worker").references == (("team_id", "team.team_id"),)
    assert [one.name for one in content.tables if one.made_by_agent] == ["submission"]


def test_a_retired_field_says_since_when_and_what_stands_for_it():
    retired = {"since": "1.1", "reason": "It was read in two ways.", "instead": "worker.role"}

    newer = draft("1.1", lambda version: field(version, "worker.kss").update(retired=retired))
    text = "Retired since version 1.1: It was read in two ways. Use worker.role instead."

    assert _entry(dictionary(newer), "worker.kss").retired == text
    assert text in markdown(dictionary(newer))


def test_what_the_studies_tables_need_is_told_at_the_field(content: Dictionary):
    for table in STUDY.base_tables:
        numbers = [one.number for one in STUDY.measures if one.table == table.name]
        for point in table.needs:
            (use,) = _entry(content, point).uses
            assert list(use.figures[table.name]) == numbers
        labels = {one.name: one.label for one in table.dimensions}
        for dimension in table.dimension_needs:
            for point in dimension.fields:
                (use,) = _entry(content, point).uses
                whole = [one.number for one in STUDY.measures
                         if one.table == table.name and one.place is None]  # fmt: skip
                assert set(whole) <= set(use.breakdowns.get(labels[dimension.dimension], ()))


def test_a_measure_of_one_category_needs_what_its_dimension_is_made_of():
    (asye,) = [one for one in STUDY.measures if one.number == "17"]
    (all_workers,) = [one for one in STUDY.measures if one.number == "16"]

    assert "worker.kss" in needs(STUDY, asye).figure
    assert needs(STUDY, asye).breakdowns == {}
    assert "worker.kss" not in needs(STUDY, all_workers).figure
    assert any("worker.kss" in each for each in needs(STUDY, all_workers).breakdowns.values())


def test_every_field_that_a_study_needs_is_one_of_its_version():
    known = {f"{table.name}.{one.name}" for table in NEWEST.resources for one in table.fields}

    assert set(uses([STUDY])) <= known
    assert len(uses([STUDY])) > 20


def test_a_study_of_another_version_is_not_told():
    newer = draft("1.1")

    assert dictionary(newer, [STUDY]).studies == ()
    assert _entry(dictionary(newer, [STUDY]), "worker.role").uses == ()


def test_measures_with_the_same_needs_stand_together(content: Dictionary):
    groups = content.alike

    assert sum(map(len, groups)) == len(STUDY.measures)
    assert max(map(len, groups)) > 4
    assert all(one.needs == group[0].needs for group in groups for one in group)


@given(st.lists(st.integers(1, 60), unique=True).map(sorted))
def test_runs_of_numbers_can_be_read_back(numbers: list[int]):
    read = []
    for part in filter(None, in_runs([str(number) for number in numbers]).split(", ")):
        first, _, last = part.partition("–")
        read += range(int(first), int(last or first) + 1)

    assert read == numbers


def test_a_number_with_a_letter_stands_alone():
    assert in_runs(["1", "2", "3", "6", "6a", "7", "8", "9"]) == "1–3, 6, 6a, 7–9"


def test_the_list_of_codes_has_each_code_once_with_its_label():
    rows = list(csv.DictReader(io.StringIO(codes_csv(NEWEST))))

    assert len({(row["table"], row["field"], row["code"]) for row in rows}) == len(rows)
    assert {
        "table": "episode", "field": "source", "code": "1A",
        "label": "Individual: family member, relative or carer",
        "standard": "Children in Need census, Department for Education",
    } in rows  # fmt: skip
    assert len(rows) == sum(
        len(one.codes or ()) for table in NEWEST.resources for one in table.fields
    )


def test_a_table_without_rows_has_its_fields_in_order():
    table = NEWEST.table("theme")

    assert header_csv(table) == "session_id,kind,theme_code,mentions\r\n"
