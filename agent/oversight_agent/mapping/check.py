"""Loads a mapping and checks it against the specification that it names.

Rules kept here:

1. Every table and field is one of the specification's; every required field is mapped.
2. Each field's setting keeps `rules`.
3. An error names the file, the line and, where a name is misspelt, the nearest right one. Of
   several findings the first in the file is told, with the number of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from oversight_agent.mapping.document import Document, Place, open_document
from oversight_agent.mapping.rules import Finding, check_date_format, check_field, suggestion
from oversight_agent.mapping.settings import (
    Code,
    FieldMapping,
    FieldSettings,
    Mapping,
    MappingSettings,
    TableMapping,
    TableSettings,
)
from oversight_agent.mapping.source_rules import check_source
from oversight_agent.sources import SourceSettings, tidy
from oversight_protocol import specification as specifications
from oversight_protocol.errors import InputError
from oversight_protocol.specification import SpecField, Specification, SpecTableSchema

_DEPTH_OF_VALUES = {"constant": 5, "blank": 5, "codes": 6}
"""How many keys lead to a value that may have one of several types; pydantic adds the type."""

_TYPES_OF_VALUES = {
    "constant": "text, a number or a date",
    "files": "a pattern or a list of names, relative to the data folder, without '..' and '**'",
}


def load(path: Path) -> Mapping:
    """Load a mapping file.

    Raises:
        InputError: the file cannot be read, is no TOML, or is not a mapping that its
            specification allows; the message names the line.
    """
    document = open_document(path)
    settings = _settings(document)
    _raise_first(document, list(_check_version(settings)))
    specification = specifications.load(settings.specification)
    _raise_first(document, list(_check_tables(settings, specification)))
    tables = {
        table.name: _resolve(table, settings.tables[table.name])
        for table in specification.resources
        if table.name in settings.tables
    }
    return Mapping(specification, tables)


def _settings(document: Document) -> MappingSettings:
    try:
        return MappingSettings.model_validate(document.data)
    except ValidationError as error:
        findings = list(_form_findings(error))
    except RecursionError:
        findings = [Finding((), "values are nested too deeply")]
    raise _error(document, findings)


def _form_findings(error: ValidationError) -> Iterator[Finding]:
    told: set[Place] = set()
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        keys = tuple(str(key) for key in each["loc"])
        place = keys[: _depth(keys)]
        if place in told:
            continue
        told.add(place)
        if each["type"] == "extra_forbidden":
            advice = suggestion(place[-1], _siblings(place))
            yield Finding(place, "there is no such setting", advice=advice)
        elif each["type"] == "missing":
            yield Finding(place, f"'{place[-1]}' is missing", advice="add it")
        else:
            yield Finding(place, "this setting does not fit", expected=_expected(place, keys, each))


def _depth(keys: Place) -> int:
    if keys[2:3] == ("files",):
        return 3
    return _DEPTH_OF_VALUES.get("".join(keys[4:5]), len(keys))


def _expected(place: Place, keys: Place, error: ErrorDetails) -> str:
    if place != keys:
        return _TYPES_OF_VALUES.get("".join(place[2:3] if len(place) == 3 else place[4:5]),
                                    "text or a whole number")  # fmt: skip
    return error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")


def _siblings(place: Place) -> list[str]:
    """The settings that may stand beside a place."""
    models: dict[int, type[BaseModel]] = {1: MappingSettings, 3: TableSettings, 5: FieldSettings}
    return list(models[len(place)].model_fields)


def _check_version(settings: MappingSettings) -> Iterator[Finding]:
    if settings.specification not in specifications.versions():
        yield Finding(
            ("specification",),
            "this version of the specification is not installed",
            expected="one of " + ", ".join(specifications.versions()),
            advice="correct it, or upgrade the agent",
        )


def _check_tables(settings: MappingSettings, specification: Specification) -> Iterator[Finding]:
    for name, table_settings in settings.tables.items():
        table = specification.table(name)
        if table is None:
            yield Finding(
                ("tables", name),
                f"the specification has no table '{name}'",
                expected="one of " + ", ".join(specification.table_names),
                advice=suggestion(name, specification.table_names),
            )
        else:
            yield from _check_table(table, table_settings, ("tables", name))


def _check_table(
    table: SpecTableSchema, settings: TableSettings, place: Place
) -> Iterator[Finding]:
    yield from check_source(settings, place)
    yield from check_date_format(settings.date_format, (*place, "date_format"))
    place = (*place, "fields")
    names = [field.name for field in table.fields]
    for name, field_settings in settings.fields.items():
        field = table.field(name)
        if field is None:
            yield _unknown_field(table, name, names, (*place, name))
        else:
            yield from check_field(field, field_settings, (*place, name))
    for field in table.fields:
        if field.required and field.name not in settings.fields:
            yield Finding(
                place,
                f"the required field '{field.name}' of {table.name} is not mapped",
                advice="name its column, or leave the table out",
            )


def _unknown_field(table: SpecTableSchema, name: str, names: list[str], place: Place) -> Finding:
    return Finding(
        place,
        f"the table {table.name} has no field '{name}'",
        expected="one of " + ", ".join(names),
        advice=suggestion(name, names),
    )


def _raise_first(document: Document, findings: list[Finding]) -> None:
    if findings:
        raise _error(document, findings)


def _error(document: Document, findings: list[Finding]) -> InputError:
    line, first = min(
        ((document.line(finding.place), finding) for finding in findings), key=lambda pair: pair[0]
    )
    more = f" (and {len(findings) - 1} more in this file)" if len(findings) > 1 else ""
    return InputError(
        first.what + more,
        where=f"{document.name}, line {line}",
        expected=first.expected,
        advice=first.advice,
    )


def _resolve(table: SpecTableSchema, settings: TableSettings) -> TableMapping:
    source = SourceSettings.model_validate(
        settings.model_dump(include=set(SourceSettings.model_fields))
    )
    return TableMapping(
        table, source, tuple(_resolve_field(field, settings) for field in table.fields)
    )


def _resolve_field(field: SpecField, table: TableSettings) -> FieldMapping:
    settings = table.fields.get(field.name, FieldSettings())
    return FieldMapping(
        field,
        column=None if settings.column is None else tidy(settings.column),
        constant=settings.constant,
        codes=_resolve_codes(field, settings),
        date_format=settings.date_format or table.date_format,
    )


def _resolve_codes(field: SpecField, settings: FieldSettings) -> dict[str, Code] | None:
    """The code of each source value; without a list in the mapping, each code stands for itself."""
    if field.codes is None:
        return None
    own = settings.codes
    codes = {str(code): code for code in field.codes} if own is None else own
    blank = {} if settings.blank is None else {"": settings.blank}
    return {source.strip(): code for source, code in codes.items()} | blank
