"""Loads a mapping and checks it against the specification that it names.

Rules kept here:

1. Every table and field is one of the specification's that a mapping may fill; every required field
   is mapped.
2. Each field's setting keeps `rules`, each table's joins and conditions `table_rules`.
3. An error names the file, the line and, where a name is misspelt, the nearest right one. All
   findings are told, in the order of the file, for a person to mend at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from oversight_agent.mapping.checked import Mapping
from oversight_agent.mapping.code_rules import check_code
from oversight_agent.mapping.document import Document, Place, open_document
from oversight_agent.mapping.finding import Finding, MappingError, suggestion
from oversight_agent.mapping.form import settings_of
from oversight_agent.mapping.resolve import resolve
from oversight_agent.mapping.returns import check_no_return, check_returns, returned
from oversight_agent.mapping.rules import check_date_formats, check_field, check_number_format
from oversight_agent.mapping.settings import MappingSettings, TableSettings
from oversight_agent.mapping.source_rules import check_source
from oversight_agent.mapping.table_rules import check_conditions, check_joins
from oversight_protocol import specification as specifications
from oversight_protocol.specification import Specification, SpecTableSchema


def load(path: Path) -> Mapping:
    """Load a mapping file.

    Raises:
        InputError: the file cannot be read, is no TOML, or is not a mapping that its
            specification allows; the message names the line.
    """
    document = open_document(path)
    settings = settings_of(document)
    if isinstance(settings, list):
        raise MappingError(document, settings)
    _raise(document, list(_check_version(settings)))
    specification = specifications.load(settings.specification)
    _raise(document, [*_check_top(settings, specification),
                      *check_returns(settings.returns, specification),
                      *_check_tables(settings, specification)])  # fmt: skip
    given = returned(specification, settings.returns, settings.tables)
    tables = {
        table.name: given.get(table.name)
        or resolve(specification, table, settings.tables[table.name])
        for table in specification.resources
        if table.name in settings.tables or table.name in given
    }
    return Mapping(specification, tables, settings.case_system)


def _check_version(settings: MappingSettings) -> Iterator[Finding]:
    if settings.specification not in specifications.versions():
        yield Finding(
            ("specification",),
            "this version of the specification is not installed",
            expected="one of " + ", ".join(specifications.versions()),
            advice="correct it, or upgrade the agent",
        )


def _check_top(settings: MappingSettings, specification: Specification) -> Iterator[Finding]:
    if not settings.tables and not settings.returns:
        yield Finding(
            ("tables",), "the mapping maps nothing",
            expected="a table, as [tables.team], or a statutory return, as [[returns]]",
            advice="add one",
        )  # fmt: skip
    submission = specification.table("submission")
    field = submission.field("case_system") if submission else None
    if field is not None and settings.case_system is not None:
        yield from check_code(field, settings.case_system, ("case_system",))


def _check_tables(settings: MappingSettings, specification: Specification) -> Iterator[Finding]:
    names = [table.name for table in specification.mapped]
    for name, table_settings in settings.tables.items():
        table = specification.table(name)
        place = ("tables", name)
        if table is None:
            yield Finding(
                place,
                f"the specification has no table '{name}'",
                expected="one of " + ", ".join(names),
                advice=suggestion(name, names),
            )
        elif table.made_by is not None:
            what = f"the agent writes the table {name} itself"
            expected = "one of " + ", ".join(names)
            yield Finding(place, what, expected=expected, advice="leave it out of the mapping")
        else:
            yield from _check_table(table, table_settings, place)


def _check_table(
    table: SpecTableSchema, settings: TableSettings, place: Place
) -> Iterator[Finding]:
    yield from check_no_return(settings, place)
    yield from check_source(settings, place)
    yield from check_date_formats(settings.date_format, (*place, "date_format"))
    yield from check_number_format(settings.number_format, (*place, "number_format"))
    yield from check_conditions(settings, (*place, "where"))
    yield from check_joins(settings, place)
    yield from _check_fields(table, settings, (*place, "fields"))


def _check_fields(
    table: SpecTableSchema, settings: TableSettings, place: Place
) -> Iterator[Finding]:
    names = [field.name for field in table.fields]
    for name, field_settings in settings.fields.items():
        field = table.field(name)
        if field is None:
            yield _unknown_field(table, name, names, (*place, name))
        else:
            yield from check_field(field, field_settings, (*place, name), settings.match)
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


def _raise(document: Document, findings: list[Finding]) -> None:
    if findings:
        raise MappingError(document, findings)
