"""The common specification: the tables that every authority maps its data to, as versioned data.

The data stands in `specifications/<version>.json`, a Frictionless data package (Table Schema) with
two properties of our own per field: `pseudonym` (whose identifier it is: child, worker, team,
event, referral or audit; its values are replaced by keyed pseudonyms as they are read) and
`dimension` (it may break a table down). A field that is neither coded, nor a date, nor a number,
nor a pseudonym does not load: free text does not exist in the specification.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from oversight_protocol.errors import Reason, Refused

FieldType = Literal["string", "integer", "number", "date"]
Pseudonym = Literal["child", "worker", "team", "event", "referral", "audit"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Constraints(_Data):
    """What a value must keep."""

    required: bool = False
    enum: tuple[str | int, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None


class SpecField(_Data):
    """A field of a table."""

    name: str
    type: FieldType
    title: str
    description: str
    constraints: Constraints = Constraints()
    pseudonym: Pseudonym | None = None
    dimension: bool = False

    @model_validator(mode="after")
    def _is_no_free_text(self) -> SpecField:
        if self.type == "string" and self.constraints.enum is None and self.pseudonym is None:
            raise ValueError(f"{self.name} would be free text")
        return self

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

    @property
    def fields(self) -> tuple[SpecField, ...]:
        """The table's fields in order."""
        return self.table.fields

    def field(self, name: str) -> SpecField | None:
        """The field of this name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


class Specification(_Data):
    """One version of the common specification."""

    name: str
    title: str
    version: str
    description: str
    resources: tuple[SpecTableSchema, ...]

    def table(self, name: str) -> SpecTableSchema | None:
        """The table of this name, if there is one."""
        return next((table for table in self.resources if table.name == name), None)

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of all tables."""
        return tuple(table.name for table in self.resources)


def versions() -> tuple[str, ...]:
    """The versions installed."""
    folder = files("oversight_protocol") / "specifications"
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".json")))


@cache
def load(version: str) -> Specification:
    """The specification of a version.

    Raises:
        Refused: `specification`, this version is not installed.
    """
    if version not in versions():
        raise Refused(Reason.SPECIFICATION, version)
    path = files("oversight_protocol") / "specifications" / f"{version}.json"
    return Specification.model_validate(json.loads(path.read_text(encoding="utf-8")))
