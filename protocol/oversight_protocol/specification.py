"""The common specification: the tables that every authority maps its data to, as versioned data.

The data stands in `specifications/<version>.json`, a Frictionless data package (Table Schema). The
codes of a field stand in `constraints.enum`, their labels in `categories`. Properties of our own:

- of a field, `pseudonym`: whose identifier it is; its values are replaced by keyed pseudonyms as
  they are read;
- of a field, `dimension`: it may break a table down;
- of a field, `standard`: where its codes or its definition come from; `unit`: of a number;
- of a field, `retired`: since which version it is no longer asked for, and what stands for it;
- of a table, `madeBy`: "agent" for the one that the agent writes itself and no mapping fills;
- of the package, `bankHolidays`: the days that are no working days.

A string field is coded, a pseudonym, or a short code of a fixed form (a pattern and a length of at
most 64 characters). Any other does not load: free text does not exist in the specification.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from oversight_protocol.errors import Reason, Refused

FieldType = Literal["string", "integer", "number", "date"]
Pseudonym = Literal[
    "child", "worker", "team", "event", "referral", "audit", "respondent", "session"
]

CALENDAR = "bank_holiday"
"""The name under which signed SQL reads the bank holidays, with one field `day`."""

LONGEST_CODE = 64
"""Characters of a string that is neither coded nor a pseudonym: room for a code, not for words."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Constraints(_Data):
    """What a value must keep."""

    required: bool = False
    enum: tuple[str | int, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    max_length: int | None = Field(default=None, alias="maxLength", ge=1, le=LONGEST_CODE)

    @field_validator("pattern")
    @classmethod
    def _is_an_expression(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            re.compile(pattern)
        return pattern


class Category(_Data):
    """A code and what it means."""

    value: str | int
    label: str


class Standard(_Data):
    """Where a field's definition or codes come from, and what the field is called there."""

    title: str
    field: str | None = None


class Retired(_Data):
    """That a field is no longer asked for: it is still read, and the next major version drops it.

    Attributes:
        since: the first version that no longer asks for it.
        reason: why, for those who map it.
        instead: the field that stands for it, as `table.field`, if there is one.
    """

    since: str
    reason: str
    instead: str | None = None


class SpecField(_Data):
    """A field of a table."""

    name: str
    type: FieldType
    title: str
    description: str
    constraints: Constraints = Constraints()
    categories: tuple[Category, ...] | None = None
    standard: Standard | None = None
    unit: str | None = None
    pseudonym: Pseudonym | None = None
    dimension: bool = False
    retired: Retired | None = None

    @model_validator(mode="after")
    def _is_not_asked_for_once_retired(self) -> SpecField:
        if self.retired and self.required:
            raise ValueError(f"{self.name} is retired and still required")
        return self

    @model_validator(mode="after")
    def _is_no_free_text(self) -> SpecField:
        known = (self.constraints.enum, self.pseudonym, self._form)
        if self.type == "string" and not any(known):
            raise ValueError(f"{self.name} would be free text")
        return self

    @model_validator(mode="after")
    def _labels_its_codes(self) -> SpecField:
        if self.categories is not None and self.codes != tuple(c.value for c in self.categories):
            raise ValueError(f"{self.name} labels other codes than it lists")
        return self

    @property
    def _form(self) -> str | None:
        return self.constraints.pattern if self.constraints.max_length else None

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """The form of a short code that no list names; a value must match it in full."""
        return re.compile(self._form) if self._form else None

    def label(self, code: str | int) -> str:
        """What a code means; the code itself where nothing says it."""
        labels = {one.value: one.label for one in self.categories or ()}
        return labels.get(code, str(code))

    @property
    def required(self) -> bool:
        """Whether every row has a value."""
        return self.constraints.required

    @property
    def codes(self) -> tuple[str | int, ...] | None:
        """The code list, if the field is coded."""
        return self.constraints.enum


class Reference(_Data):
    """The table and fields that a foreign key names."""

    resource: str
    fields: tuple[str, ...]


class ForeignKey(_Data):
    """Fields whose values stand in another table."""

    fields: tuple[str, ...]
    reference: Reference


class TableSchema(_Data):
    """A table's fields and keys."""

    fields: tuple[SpecField, ...]
    primary_key: tuple[str, ...] = Field(alias="primaryKey")
    foreign_keys: tuple[ForeignKey, ...] = Field(default=(), alias="foreignKeys")


class SpecTableSchema(_Data):
    """A table of the specification."""

    name: str
    title: str
    description: str
    table: TableSchema = Field(alias="schema")
    made_by: Literal["agent"] | None = Field(default=None, alias="madeBy")

    @property
    def fields(self) -> tuple[SpecField, ...]:
        """The table's fields in order."""
        return self.table.fields

    def field(self, name: str) -> SpecField | None:
        """The field of this name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


class BankHolidays(_Data):
    """The days from Monday to Friday that are no working days, by the year."""

    title: str
    description: str
    source: str
    years: dict[str, tuple[date, ...]]

    @property
    def days(self) -> tuple[date, ...]:
        """All of them in order."""
        return tuple(sorted(day for days in self.years.values() for day in days))


class Specification(_Data):
    """One version of the common specification."""

    name: str
    title: str
    version: str = Field(pattern=r"^[0-9]{1,2}[.][0-9]{1,2}$")
    description: str
    bank_holidays: BankHolidays = Field(alias="bankHolidays")
    resources: tuple[SpecTableSchema, ...]

    def table(self, name: str) -> SpecTableSchema | None:
        """The table of this name, if there is one."""
        return next((table for table in self.resources if table.name == name), None)

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of all tables."""
        return tuple(table.name for table in self.resources)

    @property
    def mapped(self) -> tuple[SpecTableSchema, ...]:
        """The tables that a mapping may fill."""
        return tuple(table for table in self.resources if table.made_by is None)


def versions() -> tuple[str, ...]:
    """The versions installed, the oldest first."""
    names = (item.name for item in folder().iterdir())
    return tuple(sorted((n[:-5] for n in names if n.endswith(".json")), key=numbers))


def numbers(version: str) -> tuple[int, ...]:
    """A version's numbers, by which versions are ordered: 1.9 comes before 1.10."""
    return tuple(int(part) for part in version.split("."))


def folder() -> Traversable:
    """Where the installed versions stand, one file each."""
    return files("oversight_protocol") / "specifications"


@cache
def load(version: str) -> Specification:
    """The specification of a version.

    Raises:
        Refused: `specification`, this version is not installed.
    """
    if version not in versions():
        raise Refused(Reason.SPECIFICATION, version)
    return parse((folder() / f"{version}.json").read_text(encoding="utf-8"))


def parse(text: str) -> Specification:
    """The specification that a file holds, installed or a draft.

    Raises:
        ValueError: it is no JSON, or no specification.
    """
    return Specification.model_validate(json.loads(text))
