"""A version as a Frictionless data package (Data Package 2.0), with a file for each table."""

from __future__ import annotations

from typing import Any

from oversight_protocol.specification import Specification, SpecTableSchema

_PROFILES = "https://datapackage.org/profiles/2.0"


def data_package(specification: Specification) -> dict[str, Any]:
    """The package's descriptor; what the specification says beyond the standard is kept."""
    content = specification.model_dump(mode="json", by_alias=True, exclude_none=True)
    resources = [_resource(table) for table in specification.resources]
    return {"$schema": f"{_PROFILES}/datapackage.json", **content, "resources": resources}


def _resource(table: SpecTableSchema) -> dict[str, Any]:
    content = table.model_dump(mode="json", by_alias=True, exclude_none=True)
    schema = {"$schema": f"{_PROFILES}/tableschema.json", **content.pop("schema")}
    return {
        **content,
        "type": "table",
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }
