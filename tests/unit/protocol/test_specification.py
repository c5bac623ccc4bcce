from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from oversight_protocol.errors import Reason, Refused
from oversight_protocol.specification import SpecField, Specification, load, versions
from support.versions import altered, installed

FIELD = {"name": "note", "title": "Note", "description": "What was said."}


def test_every_installed_version_loads_under_its_own_name():
    assert "1.0" in versions()
    assert all(load(version).version == version for version in versions())


@pytest.mark.parametrize("version", ["0.9", "", "1", "1.0.json", "../specifications/1.0", "1.0\n"])
def test_a_version_that_is_not_installed_is_refused(version: str, refused: Callable[..., Refused]):
    refused(Reason.SPECIFICATION, load, version)


def test_a_field_that_would_be_free_text_does_not_load():
    with pytest.raises(ValidationError, match="free text"):
        SpecField.model_validate({**FIELD, "type": "string"})


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "string", "constraints": {"enum": ["a"]}},
        {"type": "string", "pseudonym": "child"},
        {"type": "date"},
        {"type": "integer"},
        {"type": "number"},
    ],
)
def test_codes_pseudonyms_dates_and_numbers_are_fields(changes: dict):
    assert SpecField.model_validate({**FIELD, **changes}).name == "note"


@pytest.mark.parametrize(
    "changes", [{"type": "any"}, {"type": "date", "pseudonym": "parent"}, {"type": "date", "x": 1}]
)
def test_a_type_pseudonym_or_property_that_does_not_exist_does_not_load(changes: dict):
    with pytest.raises(ValidationError):
        SpecField.model_validate({**FIELD, **changes})


@pytest.fixture(params=versions())
def specification(request: pytest.FixtureRequest) -> Specification:
    return load(request.param)


def test_every_key_names_fields_that_exist(specification: Specification):
    for table in specification.resources:
        names = {field.name for field in table.fields}

        assert len(names) == len(table.fields)
        assert set(table.table.primary_key) <= names
        for key in table.table.foreign_keys:
            assert set(key.fields) <= names
            target = specification.table(key.reference.resource)
            assert target is not None
            assert {field.name for field in target.fields} >= set(key.reference.fields)


def test_primary_keys_are_required_and_no_dimension_is_a_pseudonym(specification: Specification):
    for table in specification.resources:
        by_name = {field.name: field for field in table.fields}

        assert all(by_name[name].required for name in table.table.primary_key)
        assert all(field.codes or field.pattern for field in table.fields if field.dimension)


def test_tables_and_fields_are_found_by_name(specification: Specification):
    table = specification.table(specification.table_names[0])

    assert table is not None
    assert table.field(table.fields[0].name) == table.fields[0]
    assert table.field("no such field") is None
    assert specification.table("no such table") is None


def test_versions_are_ordered_by_their_numbers(tmp_path: Path):
    with installed(tmp_path, altered("1.10"), altered("1.9")):
        assert versions()[-2:] == ("1.9", "1.10")
        assert load("1.10").version == "1.10"

    assert "1.10" not in versions()


def test_a_field_that_is_retired_cannot_be_required():
    retired = {"since": "1.1", "reason": "Nobody used it."}

    kept = SpecField.model_validate({**FIELD, "type": "date", "retired": retired})

    assert kept.retired is not None
    with pytest.raises(ValidationError, match="still required"):
        SpecField.model_validate(
            {**FIELD, "type": "date", "retired": retired, "constraints": {"required": True}}
        )
