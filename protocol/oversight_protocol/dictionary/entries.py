"""A version of the specification in words: what every form of the dictionary shows.

The words are chosen here once, so that terminal, page and Markdown say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from oversight_protocol.dictionary.uses import FieldUse, Needs, needs, uses
from oversight_protocol.specification import (
    BankHolidays,
    FieldType,
    ForeignKey,
    Pseudonym,
    SpecField,
    Specification,
    SpecTableSchema,
)
from oversight_protocol.study import Study

TYPES: Mapping[FieldType, str] = MappingProxyType(
    {"string": "text", "integer": "whole number", "number": "number", "date": "date"}
)
"""What each type is called where people read."""

PERSONS: Mapping[Pseudonym, str] = MappingProxyType(
    {
        "child": "a child",
        "worker": "a worker",
        "team": "a team",
        "event": "an event of oversight",
        "referral": "a referral",
        "audit": "an audit",
        "respondent": "a person who answered the survey",
        "session": "a session",
    }
)
"""Whose identifier a field holds."""


@dataclass(frozen=True)
class FieldEntry:
    """A field in words.

    Attributes:
        type: its type, as in `TYPES`; "code" if it is coded, "identifier" if it is one.
        values: what a value must keep beyond its type, as phrases ("from 0 to 1").
        codes: each code with its label.
        standard: where its definition or codes come from, and what it is called there.
        identifies: whose identifier it holds, which a keyed pseudonym replaces; else `None`.
        key: whether it is part of the table's key.
        retired: since when it is no longer asked for, why, and what stands for it.
        uses: what each study uses it for.
    """

    table: str
    name: str
    title: str
    description: str
    type: str
    required: bool
    key: bool
    dimension: bool
    values: tuple[str, ...] = ()
    unit: str | None = None
    codes: tuple[tuple[str | int, str], ...] = ()
    standard: str | None = None
    identifies: str | None = None
    retired: str | None = None
    uses: tuple[FieldUse, ...] = ()

    @property
    def point(self) -> str:
        """The field as `table.field`."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True)
class TableEntry:
    """A table in words.

    Attributes:
        references: by field, the field of another table in which its values stand, as
            `table.field`.
        made_by_agent: whether the agent writes it itself, so that no mapping fills it.
    """

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    references: tuple[tuple[str, str], ...]
    made_by_agent: bool
    fields: tuple[FieldEntry, ...]

    def field(self, name: str) -> FieldEntry | None:
        """The field of this name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True)
class MeasureEntry:
    """A measure and the fields that it needs.

    Attributes:
        study: the study's title.
        base_table: the name of the study's base table from which it is made.
    """

    study: str
    number: str
    title: str
    base_table: str
    needs: Needs


@dataclass(frozen=True)
class Dictionary:
    """A version of the specification in words.

    Attributes:
        studies: titles of the studies whose uses of fields are told.
        measures: of these studies, in their order.
    """

    title: str
    version: str
    description: str
    bank_holidays: BankHolidays
    tables: tuple[TableEntry, ...]
    studies: tuple[str, ...]
    measures: tuple[MeasureEntry, ...]

    def table(self, name: str) -> TableEntry | None:
        """The table of this name, if there is one."""
        return next((table for table in self.tables if table.name == name), None)

    @property
    def alike(self) -> list[list[MeasureEntry]]:
        """The measures, those of one base table with the same needs together."""
        found: list[list[MeasureEntry]] = []
        for one in self.measures:
            known = next((group for group in found if _alike(group[0], one)), None)
            if known is None:
                found.append([one])
            else:
                known.append(one)
        return found


def _alike(one: MeasureEntry, other: MeasureEntry) -> bool:
    return (one.study, one.base_table, one.needs) == (other.study, other.base_table, other.needs)


def dictionary(specification: Specification, studies: Iterable[Study] = ()) -> Dictionary:
    """The entries of a version, with what the studies that name this version use fields for."""
    asking = [one for one in studies if one.spec_version == specification.version]
    used = uses(asking)
    return Dictionary(
        title=specification.title,
        version=specification.version,
        description=specification.description,
        bank_holidays=specification.bank_holidays,
        tables=tuple(_table(table, used) for table in specification.resources),
        studies=tuple(study.title for study in asking),
        measures=tuple(measure for study in asking for measure in _measures(study)),
    )


def _measures(study: Study) -> list[MeasureEntry]:
    return [
        MeasureEntry(study.title, one.number, one.title, one.table, needs(study, one))
        for one in study.measures
    ]


def _table(table: SpecTableSchema, used: Mapping[str, tuple[FieldUse, ...]]) -> TableEntry:
    return TableEntry(
        name=table.name,
        title=table.title,
        description=table.description,
        key=table.table.primary_key,
        references=tuple(pair for key in table.table.foreign_keys for pair in _pairs(key)),
        made_by_agent=table.made_by == "agent",
        fields=tuple(
            _field(table, field, used.get(f"{table.name}.{field.name}", ()))
            for field in table.fields
        ),
    )


def _pairs(key: ForeignKey) -> list[tuple[str, str]]:
    there = key.reference
    return [
        (own, f"{there.resource}.{other}")
        for own, other in zip(key.fields, there.fields, strict=True)
    ]


def _field(table: SpecTableSchema, field: SpecField, used: tuple[FieldUse, ...]) -> FieldEntry:
    return FieldEntry(
        table=table.name,
        name=field.name,
        title=field.title,
        description=field.description,
        type=_type(field),
        required=field.required,
        key=field.name in table.table.primary_key,
        dimension=field.dimension,
        values=_values(field),
        unit=field.unit,
        codes=tuple((code, field.label(code)) for code in field.codes or ()),
        standard=_standard(field),
        identifies=PERSONS[field.pseudonym] if field.pseudonym else None,
        retired=_retired(field),
        uses=used,
    )


def _type(field: SpecField) -> str:
    if field.pseudonym:
        return "identifier"
    if field.codes is not None:
        return "code"
    return "short code" if field.pattern else TYPES[field.type]


def _values(field: SpecField) -> tuple[str, ...]:
    limits = field.constraints
    low, high = _plain(limits.minimum), _plain(limits.maximum)
    phrases = []
    if field.codes is not None:
        kind = "numbers" if field.type == "integer" else "codes"
        phrases.append(f"one of {len(field.codes)} {kind}")
    if low and high:
        phrases.append(f"from {low} to {high}")
    elif low or high:
        phrases.append(f"at least {low}" if low else f"at most {high}")
    if field.pattern:
        phrases.append(f"of the form {field.pattern.pattern}")
    if limits.max_length:
        phrases.append(f"at most {limits.max_length} characters")
    return tuple(phrases)


def _plain(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


def _standard(field: SpecField) -> str | None:
    if field.standard is None:
        return None
    name = f": {field.standard.field}" if field.standard.field else ""
    return f"{field.standard.title}{name}"


def _retired(field: SpecField) -> str | None:
    if field.retired is None:
        return None
    instead = f" Use {field.retired.instead} instead." if field.retired.instead else ""
    return f"Retired since version {field.retired.since}: {field.retired.reason}{instead}"
