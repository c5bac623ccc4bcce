"""CSV on the Web metadata (W3C) of a version: what a table's file must hold, for programs.

Rules kept here:

1. The metadata of `<table>.csv` stands in `<table>.csv-metadata.json`, where a CSVW program looks
   for it. A table that refers to others is described together with them: a foreign key may name
   only tables of the same group.
2. Codes that are text become the pattern of their column, codes that are numbers its bounds; all
   codes with their labels stand in `codes.csv`, to which the metadata points.
3. CSVW demands a referenced row for every row, so only references that are never empty become
   foreign keys; of any other the column's description says where its values stand.
4. No `propertyUrl` is made up: the standards behind these fields have no addresses of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from oversight_protocol.dictionary.codes import CODES_HEADER
from oversight_protocol.specification import (
    ForeignKey,
    SpecField,
    Specification,
    SpecTableSchema,
)

_CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
_BASES = {"string": "string", "integer": "integer", "number": "decimal", "date": "date"}


def csvw(specification: Specification, table: SpecTableSchema) -> dict[str, Any]:
    """The metadata of one table's file, with the tables that it refers to."""
    described = [table, *_referred(specification, table)]
    if len(described) == 1:
        return {"@context": _CONTEXT, **_table(specification, table)}
    return _group(specification, described)


def csvw_group(specification: Specification) -> dict[str, Any]:
    """The metadata of all tables' files together."""
    return _group(specification, list(specification.resources))


def csvw_of_codes(specification: Specification) -> dict[str, Any]:
    """The metadata of `codes.csv`."""
    columns = [
        {"name": name, "titles": name, "datatype": "string", "required": name != "standard"}
        for name in CODES_HEADER
    ]
    return {
        "@context": _CONTEXT,
        "url": "codes.csv",
        "dc:title": f"Codes of {specification.title}, version {specification.version}",
        "dialect": _dialect(),
        "tableSchema": {"columns": columns, "primaryKey": list(CODES_HEADER[:3])},
    }


def _group(specification: Specification, tables: list[SpecTableSchema]) -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "dc:title": f"{specification.title}, version {specification.version}",
        "dc:description": specification.description,
        "tables": [_table(specification, table) for table in tables],
    }


def _table(specification: Specification, table: SpecTableSchema) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "columns": [_column(table, field) for field in table.fields],
        "primaryKey": list(table.table.primary_key),
    }
    if keys := _demanded(table):
        schema["foreignKeys"] = [_foreign_key(key) for key in keys]
    return {
        "url": f"{table.name}.csv",
        "dc:title": f"{table.title} ({specification.title}, version {specification.version})",
        "dc:description": table.description,
        "rdfs:seeAlso": {"@id": "codes.csv"},
        "dialect": _dialect(),
        "tableSchema": schema,
    }


def _dialect() -> dict[str, Any]:
    return {"encoding": "utf-8", "header": True, "delimiter": ","}


def _demanded(table: SpecTableSchema) -> list[ForeignKey]:
    """The foreign keys whose fields are never empty."""
    required = {field.name for field in table.fields if field.required}
    return [key for key in table.table.foreign_keys if set(key.fields) <= required]


def _column(table: SpecTableSchema, field: SpecField) -> dict[str, Any]:
    column = {
        "name": field.name,
        "titles": field.name,
        "dc:title": field.title,
        "dc:description": " ".join([field.description, *_where(table, field)]),
        "datatype": _datatype(field),
        "required": field.required,
    }
    if field.standard:
        column["dc:source"] = field.standard.title
    return column


def _where(table: SpecTableSchema, field: SpecField) -> Iterator[str]:
    """Where the values of a reference stand that may be empty."""
    if field.required:
        return
    for key in table.table.foreign_keys:
        there = dict(zip(key.fields, key.reference.fields, strict=True)).get(field.name)
        if there:
            yield f"Each value stands in the column {there} of {key.reference.resource}.csv."


def _datatype(field: SpecField) -> dict[str, Any]:
    datatype: dict[str, Any] = {"base": _BASES[field.type], **dict(_bounds(field))}
    if field.type == "date":
        datatype["format"] = "yyyy-MM-dd"
    elif field.type == "string" and field.codes:
        listed = "|".join(re.escape(str(code)) for code in field.codes)
        datatype["format"] = f"^(?:{listed})$"
    elif field.pattern:
        datatype["format"] = field.pattern.pattern
    if field.constraints.max_length:
        datatype["maxLength"] = field.constraints.max_length
    return datatype


def _bounds(field: SpecField) -> Iterator[tuple[str, float]]:
    limits = field.constraints
    codes = [code for code in field.codes or () if isinstance(code, int)]
    low = min(codes) if codes else limits.minimum
    high = max(codes) if codes else limits.maximum
    if low is not None:
        yield "minimum", _short(low)
    if high is not None:
        yield "maximum", _short(high)


def _short(number: float) -> float:
    return int(number) if number == int(number) else number


def _foreign_key(key: ForeignKey) -> dict[str, Any]:
    return {
        "columnReference": list(key.fields),
        "reference": {
            "resource": f"{key.reference.resource}.csv",
            "columnReference": list(key.reference.fields),
        },
    }


def _referred(specification: Specification, table: SpecTableSchema) -> list[SpecTableSchema]:
    """The tables that a table's keys lead to, over as many steps as it takes."""
    found: dict[str, SpecTableSchema] = {}
    open_ones = [table]
    while open_ones:
        for key in _demanded(open_ones.pop()):
            other = specification.table(key.reference.resource)
            if other and other.name != table.name and other.name not in found:
                found[other.name] = other
                open_ones.append(other)
    return list(found.values())
