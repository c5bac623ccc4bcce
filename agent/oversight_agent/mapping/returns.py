"""Statutory returns as mappings of the tables that they fill: nobody needs to write them.

Rules kept here:

1. A table that is mapped by hand is taken from there alone. Of two returns that fill a table, the
   first counts.
2. A return fills what it holds and no more: `FILLS` says which fields. A table that it cannot fill
   is not there.
3. No return knows which service a team belongs to. It fills `team` if the mapping says so, by the
   team's name, as codes of `team.service`.
4. Ofsted's template does not date allocations: they are read of it only if `tables` asks for them.
5. A setting that a kind of return does not have is an error.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from oversight_agent.mapping.checked import TableMapping
from oversight_agent.mapping.code_rules import check_code
from oversight_agent.mapping.document import Place
from oversight_agent.mapping.finding import Finding, suggestion
from oversight_agent.mapping.resolve import resolve, source_of
from oversight_agent.mapping.return_settings import ReturnSettings
from oversight_agent.mapping.return_words import called
from oversight_agent.mapping.settings import FieldSettings, TableSettings
from oversight_agent.sources import RETURNS, ReturnKind
from oversight_protocol.specification import SpecField, Specification, SpecTableSchema

_EPISODE = (
    "referral_id", "child_id", "referral_date", "source", "need", "nfa", "close_date", "reason",
)  # fmt: skip
_PLAN = ("child_id", "type", "start", "end", "abuse_category", "previous_cpp")
_ALLOCATION = ("child_id", "worker_id", "team_id", "role", "start")

FILLS: dict[ReturnKind, dict[str, tuple[str, ...]]] = {
    "cin-census": {"episode": _EPISODE, "plan": _PLAN},
    "workforce-census": {
        "worker": ("worker_id", "role", "agency", "fte", "kss", "role_start", "role_end"),
    },
    "annex-a": {
        "team": ("team_id", "service"),
        "allocation": _ALLOCATION,
        "episode": _EPISODE,
        "plan": _PLAN,
    },
    "ssd": {
        "team": ("team_id", "parent_id", "service"),
        "allocation": (*_ALLOCATION, "end"),
        "episode": _EPISODE,
        "plan": _PLAN[:-1],
    },
}
"""By kind of return the tables that it fills, and their fields. A reader names its columns so."""

_OF_SSD = frozenset({"database", "database_schema", "encoding", "delimiter"})
_OF_ALL = frozenset({"kind", "tables", "codes", "file", "files", "folder"})

_ASKED_FOR: frozenset[tuple[ReturnKind, str]] = frozenset({("annex-a", "allocation")})
"""Tables that a return fills only if the mapping asks for them."""


def check_returns(
    returns: Sequence[ReturnSettings], specification: Specification
) -> Iterator[Finding]:
    """What is wrong with the mapping's returns."""
    for number, settings in enumerate(returns):
        place = ("returns", str(number))
        yield from _check_source(settings, place)
        yield from _check_tables(settings, (*place, "tables"))
        yield from _check_codes(settings, specification, (*place, "codes"))


def check_no_return(settings: TableSettings, place: Place) -> Iterator[Finding]:
    """What is wrong with a table mapped by hand that says that it is a return."""
    if settings.format in RETURNS:
        yield Finding(
            (*place, "format"),
            "a statutory return does not stand under a table",
            expected="[[returns]] with 'kind' and 'file'",
            advice="move it there; it fills its tables by itself",
        )


def returned(
    specification: Specification, returns: Sequence[ReturnSettings], by_hand: Collection[str]
) -> dict[str, TableMapping]:
    """The tables that returns fill, by the specification's name."""
    tables: dict[str, TableMapping] = {}
    for settings in returns:
        for name in FILLS[settings.kind]:
            table = specification.table(name)
            if (
                table is None
                or name in by_hand
                or name in tables
                or not _shall_fill(settings, name)
            ):
                continue
            tables[name] = _mapping(specification, table, settings)
    return tables


def _shall_fill(settings: ReturnSettings, table: str) -> bool:
    if settings.tables is not None and table not in settings.tables:
        return False
    if table == "team":
        return "service" in settings.codes.get("team", {})
    return settings.tables is not None or (settings.kind, table) not in _ASKED_FOR


def _mapping(
    specification: Specification, table: SpecTableSchema, settings: ReturnSettings
) -> TableMapping:
    codes = settings.codes.get(table.name, {})
    fields = {
        name: _field(field, codes.get(name))
        for name in FILLS[settings.kind][table.name]
        if (field := table.field(name)) is not None
    }
    source = source_of(settings).model_copy(update={"format": settings.kind, "table": table.name})
    mapping = resolve(specification, table, TableSettings(match="loose", fields=fields))
    worded = (
        replace(one, called=called(settings.kind, table.name, one.field.name))
        for one in mapping.fields
    )
    return TableMapping(table, source, tuple(worded))


def _field(field: SpecField, codes: dict[str, str | int] | None) -> FieldSettings:
    if codes is None or field.codes is None:
        return FieldSettings(column=field.name)
    own = {str(code): code for code in field.codes}
    return FieldSettings(column=field.name, codes=own | codes)


def _check_source(settings: ReturnSettings, place: Place) -> Iterator[Finding]:
    allowed = _OF_ALL | _OF_SSD if settings.kind == "ssd" else _OF_ALL
    for name in sorted(settings.model_fields_set - allowed):
        yield Finding(
            (*place, name),
            f"'{name}' does not go with a return of this kind",
            expected="one of " + ", ".join(sorted(allowed)),
            advice=f"drop '{name}'",
        )
    ways = ["file", "files", "folder", *(["database"] if settings.kind == "ssd" else [])]
    said = [name for name in ways if getattr(settings, name) is not None]
    if not said:
        yield Finding(place, "'file' is missing", expected="one of " + ", ".join(ways),
                      advice="name the return's file")  # fmt: skip
    elif len(said) > 1:
        what = f"'{said[0]}' and '{said[1]}' exclude each other"
        yield Finding((*place, said[1]), what, advice="drop one")
    elif len(set(settings.names)) < len(settings.names):
        yield Finding((*place, "files"), "a file is named twice", advice="name each file once")


def _check_tables(settings: ReturnSettings, place: Place) -> Iterator[Finding]:
    fills = tuple(FILLS[settings.kind])
    for number, name in enumerate(settings.tables or ()):
        if name not in fills:
            yield _not_filled(f"the table '{name}'", fills, (*place, str(number)), name)
        elif name == "team" and "service" not in settings.codes.get("team", {}):
            yield Finding(
                (*place, str(number)),
                "no return knows which service a team belongs to",
                expected="the service of each team, by its name, as codes.team.service",
                advice="add them, or leave 'team' out",
            )


def _check_codes(
    settings: ReturnSettings, specification: Specification, place: Place
) -> Iterator[Finding]:
    fills = FILLS[settings.kind]
    for name, fields in settings.codes.items():
        table = specification.table(name) if name in fills else None
        if table is None:
            yield _not_filled(f"the table '{name}'", tuple(fills), (*place, name), name)
            continue
        coded = {one: found for one in fills[name] if (found := table.field(one)) and found.codes}
        for field_name, codes in fields.items():
            here = (*place, name, field_name)
            if field_name not in coded:
                what = f"'{field_name}' of {name} by codes"
                yield _not_filled(what, tuple(coded), here, field_name)
                continue
            for value, code in codes.items():
                yield from check_code(coded[field_name], code, (*here, value))


def _not_filled(what: str, names: tuple[str, ...], place: Place, name: str) -> Finding:
    return Finding(
        place,
        f"this return does not fill {what}",
        expected="one of " + ", ".join(names),
        advice=suggestion(name, names) or "drop it",
    )
