"""How complete each field is, and which time each date reaches over. Counts and months only.

Rules kept here:

1. A field is judged in the rows where it is expected (`expected`), not in the others.
2. A field that says that nobody knows is filled, and counted apart. So is one with a number that
   the study does not ask about.
3. Months without a row are looked for in the last three years that a table holds: what is older was
   often taken over from another system in part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from oversight_agent.checks.expected import EXPECTED_IN, FLOWS, NOT_KNOWN
from oversight_protocol.specification import SpecField, SpecTableSchema

Month = tuple[int, int]
"""Year and month."""

Filling = Literal["column", "constant", "absent"]
"""What fills a field: a column of the source, one value for all rows, or nothing."""

Known = Mapping[str, Collection[str]]
"""The codes that a study knows of a field, by "table.field"; of other fields it knows all."""

_ALL_KNOWN: Known = {}

YEARS_OF_GAPS = 3


@dataclass(frozen=True)
class FieldCheck:
    """A field of a table that was mapped.

    Attributes:
        filling: where its values come from.
        among: the rows in which it is expected, in words; empty for all.
        rows: how many these are; None if the table has rejected rows, so that nobody can tell.
        filled: those of them with a value; likewise.
        unknown: those of them that say that nobody knows, or that name what the study does not.
        rejected: rows of the source that were rejected for this field.
    """

    table: str
    field: str
    title: str
    required: bool
    filling: Filling
    among: str
    rows: int | None
    filled: int | None
    unknown: int
    rejected: int

    @property
    def point(self) -> str:
        """Table and field."""
        return f"{self.table}.{self.field}"

    @property
    def known(self) -> int:
        """Rows with a value that says something."""
        return (self.filled or 0) - self.unknown


@dataclass(frozen=True)
class DateCheck:
    """A date field of a table.

    Attributes:
        first: the earliest date, `last` the latest; None if there is none.
        gaps: months between them without a row, as 2026-03; only for dates that every month has.
        months: rows in each month.
    """

    table: str
    field: str
    first: date | None
    last: date | None
    gaps: tuple[str, ...]
    months: Mapping[Month, int]


def field_checks(
    schema: SpecTableSchema,
    frame: pd.DataFrame | None,
    fillings: Mapping[str, Filling],
    rejected: Mapping[str, int],
    known: Known = _ALL_KNOWN,
) -> tuple[FieldCheck, ...]:
    """The table's fields in the specification's order.

    Args:
        schema: the table's.
        frame: its rows as `SpecTable` has them; None if some were rejected.
        fillings: by field.
        rejected: rows of the source that were rejected for a field, by field.
        known: what the study knows of some fields.
    """
    return tuple(
        _field(
            schema.name, field, frame, fillings[field.name], rejected.get(field.name, 0),
            known.get(f"{schema.name}.{field.name}"),
        )
        for field in schema.fields
    )  # fmt: skip


def _field(
    table: str, field: SpecField, frame: pd.DataFrame | None, filling: Filling, rejected: int,
    known: Collection[str] | None,
) -> FieldCheck:  # fmt: skip
    point = f"{table}.{field.name}"
    rows = EXPECTED_IN.get(point)
    values = None if frame is None else frame.loc[_expected(point, frame), field.name]
    return FieldCheck(
        table=table,
        field=field.name,
        title=field.title,
        required=field.required,
        filling=filling,
        among=rows.words if rows else "",
        rows=None if values is None else len(values),
        filled=None if values is None else int(values.notna().sum()),
        unknown=0 if values is None else _unknown(point, values, known),
        rejected=rejected,
    )


def _expected(point: str, frame: pd.DataFrame) -> pd.Series[bool]:
    """Which rows a field is expected in."""
    expected = pd.Series(data=True, index=frame.index, dtype=bool)
    rows = EXPECTED_IN.get(point)
    for name, codes in rows.given.items() if rows else ():
        expected &= frame[name].notna() if codes is None else frame[name].isin(codes)
    return expected


def _unknown(point: str, values: pd.Series, known: Collection[str] | None) -> int:
    if known is not None:
        return int((values.notna() & ~values.isin(list(known))).sum())
    code = NOT_KNOWN.get(point)
    return 0 if code is None else int((values == code).sum())


def date_checks(schema: SpecTableSchema, frame: pd.DataFrame) -> tuple[DateCheck, ...]:
    """The table's date fields in the specification's order."""
    return tuple(
        _dates(schema.name, field.name, frame[field.name].dropna())
        for field in schema.fields
        if field.type == "date"
    )


def _dates(table: str, field: str, values: pd.Series) -> DateCheck:
    months = _months(values)
    flows = field in FLOWS.get(table, ())
    return DateCheck(
        table=table,
        field=field,
        first=values.min().date() if len(values) else None,
        last=values.max().date() if len(values) else None,
        gaps=_gaps(sorted(months)) if flows else (),
        months=months,
    )


def _months(values: pd.Series) -> dict[Month, int]:
    counted = (values.dt.year * 12 + values.dt.month - 1).value_counts()
    numbers = zip(counted.index.tolist(), counted.tolist(), strict=True)
    return {(int(one) // 12, int(one) % 12 + 1): int(rows) for one, rows in numbers}


def _gaps(months: Sequence[Month]) -> tuple[str, ...]:
    """The months between the first and the last that are not there, of the last years."""
    if not months:
        return ()
    numbers = [year * 12 + month - 1 for year, month in months]
    first = max(numbers[0], numbers[-1] - YEARS_OF_GAPS * 12)
    missing = sorted(set(range(first, numbers[-1])) - set(numbers))
    return tuple(f"{one // 12}-{one % 12 + 1:02d}" for one in missing)
