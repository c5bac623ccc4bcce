"""The mapping: its form in the file, and its form once it is checked against the specification.

Only the second is used to map. `oversight_agent.mapping.check` makes it of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from oversight_agent.sources import SourceSettings
from oversight_protocol.specification import SpecField, Specification, SpecTableSchema

ISO_DATE = "%Y-%m-%d"
"""The default date format. It reads a day with a time too, and drops the time."""

EXCEL_DATE = "excel"
"""The date format of Excel's day numbers."""

FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2100, 12, 31)
"""The dates that a table may hold. Systems write others in place of "unknown" or "for ever"."""

Code = str | int
Constant = str | int | float | date

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class FieldSettings(BaseModel):
    """How one field is filled, as the file says it.

    Attributes:
        column: the source's column.
        constant: one value for all rows, in place of a column.
        date_format: how the column writes dates, in `strptime`'s directives; or `excel` for Excel's
            day numbers, counted from 1 January 1900.
        codes: from the column's values to the specification's codes.
        blank: the code of an empty value.
    """

    model_config = _STRICT

    column: str | None = None
    constant: Constant | None = None
    date_format: str | None = None
    codes: dict[str, Code] | None = None
    blank: Code | None = None


class TableSettings(SourceSettings):
    """How one table is filled, as the file says it."""

    date_format: str = ISO_DATE
    fields: dict[str, FieldSettings]


class MappingSettings(BaseModel):
    """A mapping file."""

    model_config = _STRICT

    specification: str
    tables: dict[str, TableSettings] = Field(min_length=1)


@dataclass(frozen=True)
class FieldMapping:
    """How one field is filled, checked. Without column and constant it is missing in every row.

    Attributes:
        codes: for a coded field, from trimmed source values to codes; an empty value too if it has
            a code.
        date_format: for a date field.
    """

    field: SpecField
    column: str | None = None
    constant: Constant | None = None
    codes: dict[str, Code] | None = None
    date_format: str = ISO_DATE


@dataclass(frozen=True)
class TableMapping:
    """How one table is filled, checked.

    Attributes:
        fields: all of the table's fields, in the specification's order.
    """

    table: SpecTableSchema
    source: SourceSettings
    fields: tuple[FieldMapping, ...]

    @property
    def name(self) -> str:
        """The specification's name of the table."""
        return self.table.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's columns that the fields are filled from, each once."""
        named = (each.column for each in self.fields if each.column is not None)
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True)
class Mapping:
    """An authority's mapping, checked.

    Attributes:
        tables: by the specification's name; a table that is not here is not available.
    """

    specification: Specification
    tables: dict[str, TableMapping]
