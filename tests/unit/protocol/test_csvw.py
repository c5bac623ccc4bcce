"""The CSV on the Web metadata, as a library of that standard reads it."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import csvw as library
import pytest

from oversight_protocol import specification
from oversight_protocol.dictionary import codes_csv, csvw, csvw_group, csvw_of_codes
from support.spec_rows import Rows, as_csv, rows

NEWEST = specification.load(specification.versions()[-1])
NAMES = NEWEST.table_names


@pytest.fixture
def data() -> Rows:
    return rows(NEWEST)


def _is_valid(folder: Path, data: Rows, opened: str) -> bool:
    """Whether the library finds fault with neither metadata nor data."""
    for table in NEWEST.resources:
        path = folder / f"{table.name}.csv"
        path.write_text(as_csv(table, data[table.name]), encoding="utf-8")
        path.with_name(f"{path.name}-metadata.json").write_text(json.dumps(csvw(NEWEST, table)))
    (folder / "csv-metadata.json").write_text(json.dumps(csvw_group(NEWEST)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return bool(library.CSVW(str(folder / opened), validate=True).is_valid)
        except (ValueError, UserWarning):  # what it finds in a group of tables, it raises
            return False


@pytest.mark.parametrize("name", NAMES)
def test_a_table_that_keeps_to_the_specification_is_valid(name: str, tmp_path: Path, data: Rows):
    assert _is_valid(tmp_path, data, f"{name}.csv")


def test_all_tables_together_are_valid(tmp_path: Path, data: Rows):
    assert _is_valid(tmp_path, data, "csv-metadata.json")


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("plan", "type", "cinema"),
        ("worker", "role", "7"),
        ("worker", "fte", "1.5"),
        ("worker", "role_start", "01/05/2026"),
        ("worker", "role_start", ""),
        ("survey_response", "question_id", "S001"),
        ("survey_response", "question_id", "first"),
        ("standard", "max_interval_days", "many"),
        ("allocation", "team_id", "no such team"),
    ],
)
def test_a_value_that_the_specification_does_not_allow_is_invalid(
    table: str, field: str, value: str, tmp_path: Path, data: Rows
):
    data[table][field] = value

    assert not _is_valid(tmp_path, data, f"{table}.csv")


def test_an_optional_field_may_be_empty(tmp_path: Path, data: Rows):
    data["worker"] |= {"fte": "", "kss": "", "role_end": "", "team_id": ""}

    assert _is_valid(tmp_path, data, "worker.csv")


def test_the_list_of_codes_is_valid(tmp_path: Path):
    (tmp_path / "codes.csv").write_text(codes_csv(NEWEST), encoding="utf-8", newline="")
    (tmp_path / "codes.csv-metadata.json").write_text(json.dumps(csvw_of_codes(NEWEST)))

    assert library.CSVW(str(tmp_path / "codes.csv"), validate=True).is_valid


def test_a_reference_that_may_be_empty_says_where_its_values_stand():
    columns = csvw(NEWEST, NEWEST.table("worker"))["tableSchema"]["columns"]
    (team,) = [one for one in columns if one["name"] == "team_id"]

    assert team["dc:description"].endswith("Each value stands in the column team_id of team.csv.")


def test_a_foreign_key_names_a_table_of_the_same_metadata():
    for table in NEWEST.resources:
        metadata = csvw(NEWEST, table)
        described = [one["url"] for one in metadata.get("tables", [metadata])]
        schemas = [one["tableSchema"] for one in metadata.get("tables", [metadata])]
        targets = [key["reference"]["resource"]
                   for schema in schemas for key in schema.get("foreignKeys", [])]  # fmt: skip

        assert described[0] == f"{table.name}.csv"
        assert set(targets) <= set(described)
