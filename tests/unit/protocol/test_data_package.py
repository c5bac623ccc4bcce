"""The Frictionless data package: what Data Package 2.0 and Table Schema 2.0 ask of a descriptor."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from oversight_protocol import specification
from oversight_protocol.dictionary import data_package

VERSIONS = specification.versions()

_TEXT = {"type": "string", "minLength": 1}
_NAMES = {"type": "array", "items": _TEXT, "minItems": 1}
_CATEGORY = {
    "type": "object",
    "required": ["value"],
    "properties": {"value": {"type": ["string", "integer"]}, "label": _TEXT},
    "additionalProperties": False,
}
_FIELD = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {
        "name": _TEXT,
        "type": {"enum": ["string", "number", "integer", "date"]},
        "title": _TEXT,
        "description": _TEXT,
        "categories": {"type": "array", "items": _CATEGORY, "minItems": 1},
        "constraints": {
            "type": "object",
            "properties": {
                "required": {"type": "boolean"},
                "enum": {"type": "array", "minItems": 1, "uniqueItems": True},
                "minimum": {"type": "number"},
                "maximum": {"type": "number"},
                "pattern": {"type": "string", "format": "regex"},
                "maxLength": {"type": "integer", "minimum": 0},
            },
            "additionalProperties": False,
        },
    },
    "if": {"required": ["categories"]},
    "then": {"properties": {"type": {"enum": ["string", "integer"]}}},
}
_KEY = {
    "type": "object",
    "required": ["fields", "reference"],
    "properties": {
        "fields": _NAMES,
        "reference": {
            "type": "object",
            "required": ["fields"],
            "properties": {"resource": _TEXT, "fields": _NAMES},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_RESOURCE = {
    "type": "object",
    "required": ["name", "path", "schema"],
    "properties": {
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "path": {"type": "string", "pattern": "^(?!/)(?!.*[.][.]/).+[.]csv$"},
        "type": {"const": "table"},
        "schema": {
            "type": "object",
            "required": ["fields", "$schema"],
            "properties": {
                "$schema": {"const": "https://datapackage.org/profiles/2.0/tableschema.json"},
                "fields": {"type": "array", "items": _FIELD, "minItems": 1},
                "primaryKey": _NAMES,
                "foreignKeys": {"type": "array", "items": _KEY},
            },
        },
    },
}
PACKAGE = {
    "type": "object",
    "required": ["resources", "$schema"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "version": _TEXT,
        "resources": {"type": "array", "items": _RESOURCE, "minItems": 1},
    },
}


def _faults(descriptor: dict[str, Any]) -> list[str]:
    return [error.json_path for error in Draft202012Validator(PACKAGE).iter_errors(descriptor)]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_descriptor_keeps_to_the_standard(version: str):
    assert _faults(data_package(specification.load(version))) == []


def test_the_check_would_find_a_field_without_a_type_and_a_number_with_categories():
    descriptor = data_package(specification.load(VERSIONS[-1]))
    fields = descriptor["resources"][0]["schema"]["fields"]
    del fields[0]["type"]
    fields[2]["type"] = "number"

    assert _faults(descriptor) == [
        "$.resources[0].schema.fields[0]",
        "$.resources[0].schema.fields[2].type",
    ]


def test_what_the_specification_says_beyond_the_standard_is_kept():
    descriptor = data_package(specification.load(VERSIONS[-1]))
    team, *_ = descriptor["resources"][0]["schema"]["fields"]

    assert team["pseudonym"] == "team"
    assert descriptor["bankHolidays"]["years"]["2026"]
