"""The mapping as its file says it. `checked` has the form that is used to map.

A table may be made from several sources: its own, and one for each join and lookup. Whoever reads
them does it in this way, for mapping itself reads nothing:

    for source in mapping_of_table.sources:        # the table's own source comes first
        raws[source.alias] = readers.read(source.settings, folder, source.columns)
    map_table(mapping_of_table, raws.pop(OWN), pseudonyms, extras=raws)
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from oversight_agent.mapping.return_settings import ReturnSettings
from oversight_agent.sources import SourceSettings

ISO_DATE = "%Y-%m-%d"
"""The default date format."""

EXCEL_DATE = "excel"
"""The date format of Excel's day numbers."""

FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2100, 12, 31)
"""The dates that a table may hold. Systems write others in place of "unknown" or "for ever"."""

MOST_DAYS_ADDED = 366
"""Days that may be added to a column's date, or taken from it."""

LONGEST_PATTERN = 200
"""Characters of a pattern of codes."""

Code = str | int
Constant = str | int | float | date
Match = Literal["exact", "loose"]
Unmatched = Literal["problem", "empty"]

_STRICT = ConfigDict(
    frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, populate_by_name=True
)
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def _is_alias(name: str) -> str:
    if not _ALIAS.fullmatch(name):
        raise ValueError("this must be a short name of letters, digits, - and _")
    return name


_Alias = Annotated[str, AfterValidator(_is_alias)]
_Column = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_Columns = Annotated[list[_Column], Field(min_length=2, max_length=20)]
_Mark = Annotated[str, StringConstraints(max_length=20)]
DateFormats = str | Annotated[list[str], Field(min_length=1, max_length=10)]


class NumberFormat(BaseModel):
    """How a column writes numbers.

    Attributes:
        decimal: the mark before the fraction.
        thousands: the mark between thousands, or none.
        unit: what may stand behind the number, such as `%`.
        multiply_by, divide_by: from the column's unit to the specification's: `divide_by = 100` for
            per cent, `divide_by = 37` for hours of a week of 37.
    """

    model_config = _STRICT

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'", "’"] = ""
    unit: _Mark = ""
    multiply_by: Annotated[float, Field(gt=0, le=1_000_000)] = 1
    divide_by: Annotated[float, Field(gt=0, le=1_000_000)] = 1


class DaysBetween(BaseModel):
    """The columns of two days."""

    model_config = _STRICT

    start: _Column = Field(alias="from")
    end: _Column = Field(alias="to")


class JoinSettings(SourceSettings):
    """Another source whose columns the fields may name, one row of it for each of the table's.

    Attributes:
        on: from columns of the table's source to those of this one that hold the same.
        unmatched: whether a row that names none here is a problem, or the columns are empty.
    """

    on: Annotated[dict[_Column, _Column], Field(min_length=1, max_length=5)]
    unmatched: Unmatched = "problem"


class LookupSettings(SourceSettings):
    """A value that stands in another source.

    Attributes:
        start: the table's column that holds the key.
        key: the other source's column that holds it.
        value: the other source's column that is wanted.
        unmatched: as in `JoinSettings`.
    """

    model_config = SourceSettings.model_config | ConfigDict(populate_by_name=True)

    start: _Column = Field(alias="from")
    key: _Column
    value: _Column
    unmatched: Unmatched = "problem"


class Condition(BaseModel):
    """What a row must keep to be taken; exactly one of the tests, or a stretch of days.

    Attributes:
        column: the column that is tested.
        listed, not_listed: its values, or patterns of them with `*`.
        start, end: the first and the last day.
        empty: whether it holds nothing.
        date_format: of the column; by default the table's.
    """

    model_config = _STRICT

    column: _Column
    listed: Annotated[list[Code], Field(min_length=1)] | None = Field(default=None, alias="is")
    not_listed: Annotated[list[Code], Field(min_length=1)] | None = Field(
        default=None, alias="is_not"
    )
    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")
    empty: bool | None = None
    date_format: DateFormats | None = None


class FieldSettings(BaseModel):
    """How one field is filled, as the file says it.

    Attributes:
        column: the source's column, or `name.Column` for a column of a join.
        constant: one value for all rows.
        first_of: several columns: the first of them that holds something.
        join_text: several columns as one text, `separator` between them.
        working_days: the number of working days after one day up to another.
        lookup: a value from another source.
        prefix: text before an identifier.
        date_format: how the column writes dates, in `strptime`'s directives; or `excel` for Excel's
            day numbers, counted from 1 January 1900. Of several the first that fits a value counts.
        add_days: days from the column's date to the field's.
        number_format: how the column writes numbers.
        codes: from the column's values to the specification's codes.
        patterns: the same for values with `*`, tried in order after `codes`.
        otherwise: the code of any other value.
        blank: the code of an empty value.
        match: whether case and white space count.
    """

    model_config = _STRICT

    column: _Column | None = None
    constant: Constant | None = None
    first_of: _Columns | None = None
    join_text: _Columns | None = None
    separator: _Mark | None = None
    working_days: DaysBetween | None = None
    lookup: LookupSettings | None = None
    prefix: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    date_format: DateFormats | None = None
    add_days: Annotated[int, Field(ge=-MOST_DAYS_ADDED, le=MOST_DAYS_ADDED)] | None = None
    number_format: NumberFormat | None = None
    codes: dict[str, Code] | None = None
    patterns: dict[str, Code] | None = None
    otherwise: Code | None = Field(default=None, alias="else")
    blank: Code | None = None
    match: Match | None = None


class TableSettings(SourceSettings):
    """How one table is filled, as the file says it.

    Attributes:
        date_format, number_format, match: for all its fields.
        where: what a row must keep to be taken, all of them.
        joins: further sources, by the name under which columns are written.
        fields: by the specification's name.
    """

    date_format: DateFormats = ISO_DATE
    number_format: NumberFormat = NumberFormat()
    match: Match = "exact"
    where: Annotated[list[Condition], Field(max_length=50)] = Field(default_factory=list)
    joins: Annotated[dict[_Alias, JoinSettings], Field(max_length=10)] = Field(default_factory=dict)
    fields: dict[str, FieldSettings]


class MappingSettings(BaseModel):
    """A mapping file.

    Attributes:
        case_system: the authority's case-management system, a code of `submission.case_system`.
        returns: statutory returns, which need no mapping.
        tables: what is mapped by hand.
    """

    model_config = _STRICT

    specification: str
    case_system: str | None = None
    returns: list[ReturnSettings] = Field(default_factory=list)
    tables: dict[str, TableSettings] = Field(default_factory=dict)
