from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from oversight_protocol import PROTOCOL_VERSION
from oversight_protocol.schema_export import DOCUMENTS, schemas
from support.write_schemas import FOLDER, file_text

NAMES = sorted(DOCUMENTS)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_the_models_give(name: str):
    # After a change of a model: python tests/support/write_schemas.py
    path = FOLDER / f"{name}.schema.json"

    assert path.read_text(encoding="utf-8") == file_text(schemas()[name])


def test_there_is_no_schema_file_without_a_model():
    assert sorted(path.name for path in FOLDER.glob("*.schema.json")) == [
        f"{name}.schema.json" for name in NAMES
    ]


def test_the_schemas_ship_with_the_package():
    folder = files("oversight_protocol") / "schemas"

    assert json.loads((folder / "study.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_names_its_version_and_says_what_it_describes(name: str):
    schema = schemas()[name]

    assert schema["$id"] == f"urn:federated-oversight:protocol:{PROTOCOL_VERSION}:{name}"
    assert schema["title"]
    assert schema["description"]


def test_the_example_of_true_counts_is_the_page_s_and_keeps_to_its_schema():
    example = (FOLDER / "true-counts.example.json").read_text(encoding="utf-8")
    page = (FOLDER.parents[2] / "docs" / "protect.md").read_text(encoding="utf-8")

    assert f"```json\n{example}```" in page
    Draft202012Validator(schemas()["true-counts"]).validate(json.loads(example))


def _objects(schema: Any) -> list[dict[str, Any]]:
    found = [schema] if isinstance(schema, dict) and schema.get("properties") else []
    inner = schema.values() if isinstance(schema, dict) else schema
    return found + [
        one for value in inner if isinstance(value, dict | list) for one in _objects(value)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_no_object_has_room_for_a_field_more(name: str):
    objects = _objects(schemas()[name])

    assert objects
    assert all(one["additionalProperties"] is False for one in objects)


def test_a_release_has_no_place_for_a_number_that_is_not_a_whole_count():
    text = json.dumps(schemas()["release"])

    assert '"number"' not in text
