"""Text to the specification's types, one column at a time.

Rules kept here:

1. Each distinct text is converted once; its rows share the result.
2. White space around a value does not count. An empty value is missing, unless it has a code.
3. What cannot be converted is marked as bad, and is never guessed nor corrected. pandas would read
   "today" as the day on which it runs: a date holds a digit.
4. Numbers are written with a point, without separators of thousands and without exponents.
5. The cells of a workbook that hold a date are dates, whatever format the column's texts have.
6. Excel's day numbers count from 1 January 1900 as 1. Its 29 February 1900, number 60, never was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from oversight_agent.mapping.pseudonyms import Pseudonymiser
from oversight_agent.mapping.rules import describe, in_range
from oversight_agent.mapping.settings import (
    EXCEL_DATE,
    FIRST_DATE,
    ISO_DATE,
    LAST_DATE,
    FieldMapping,
)
from oversight_protocol.specification import SpecField

_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})")
_ISO_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T](?:[01][0-9]|2[0-3])"
    r":[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
)
_EXCEL_DAY = re.compile(r"([0-9]{1,6})(?:\.[0-9]{1,15})?")
_EXCEL_START, _EXCEL_LEAP_DAY = datetime(1899, 12, 31), 60  # noqa: DTZ001 (days without a zone)
_EXAMPLE = date(2026, 11, 23)
_DTYPES = {"string": "str", "integer": "Int64", "number": "Float64", "date": "datetime64[s]"}

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Converted:
    """Distinct texts converted.

    Attributes:
        values: one for each text, in the field's type; missing where the text is empty or bad.
        bad: for each text, whether it could not be converted.
    """

    values: ExtensionArray
    bad: Flags


def convert(
    mapping: FieldMapping, texts: list[str], pseudonyms: Pseudonymiser, *, date_cells: bool = False
) -> Converted:
    """Convert the distinct, trimmed texts of a column.

    Args:
        mapping: the field's.
        texts: the column's.
        pseudonyms: for identifiers.
        date_cells: whether the source has cells that hold dates, which a reader writes in ISO.
    """
    field = mapping.field
    if field.pseudonym is not None:
        return _present(field, pseudonyms.pseudonyms(field.pseudonym, texts), texts)
    if mapping.codes is not None:
        return _present(field, [mapping.codes.get(text) for text in texts], texts)
    if field.type == "date":
        return _dates(texts, [mapping.date_format] + [ISO_DATE] * date_cells)
    return _present(field, [_number(field, text) for text in texts], texts)


def filled(field: SpecField, value: object, rows: int) -> ExtensionArray:
    """A column that holds one value, or None for missing, in every row."""
    return _array(field, [value]).take(np.zeros(rows, dtype=np.intp))


def expected(mapping: FieldMapping) -> str:
    """What a column's values should have been, in words."""
    if mapping.codes is not None:
        return "a value that the mapping gives a code"
    if mapping.field.type == "date":
        return f"{describe(mapping.field)}, written as {_example(mapping.date_format)}"
    return describe(mapping.field)


def advice(mapping: FieldMapping) -> str:
    """What to do about a value that could not be converted."""
    if mapping.codes is not None:
        return f"add the value to the codes of {mapping.field.name} in the mapping, or correct it"
    if mapping.field.type == "date":
        return "correct the date, or the date format in the mapping"
    return "correct the number; it is written with a point and without separators"


def _present(field: SpecField, values: list[Any], texts: list[str]) -> Converted:
    """What is missing although there is a text is bad."""
    bad = [value is None and text != "" for value, text in zip(values, texts, strict=True)]
    return Converted(_array(field, values), np.array(bad, dtype=np.bool_))


def _array(field: SpecField, values: list[Any]) -> ExtensionArray:
    return pd.array(values, dtype=_DTYPES[field.type])  # type: ignore[call-overload,no-any-return]


def _example(date_format: str) -> str:
    if date_format == EXCEL_DATE:
        return f"{(_EXAMPLE - date(1899, 12, 30)).days}, Excel's day number"
    return _EXAMPLE.strftime(date_format)


def _dates(texts: list[str], formats: Iterable[str]) -> Converted:
    text = pd.Series(texts, dtype="str")
    days = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    for one in dict.fromkeys(formats):
        days = days.fillna(_excel_days(text) if one == EXCEL_DATE else _days(text, one))
    usable = days.between(pd.Timestamp(FIRST_DATE), pd.Timestamp(LAST_DATE))
    return Converted(days.where(usable).array, (~usable & (text != "")).to_numpy(dtype=np.bool_))


def _days(text: pd.Series[str], date_format: str) -> pd.Series[pd.Timestamp]:
    if date_format == ISO_DATE:
        text = text.map(_day)
    with_digit = text.where(text.str.contains("[0-9]"))
    parsed = pd.to_datetime(with_digit, format=date_format, errors="coerce")
    return parsed.astype("datetime64[s]").dt.normalize()


def _day(text: str) -> str:
    moment = _ISO_MOMENT.fullmatch(text)
    return moment[1] if moment else text


def _excel_days(text: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    days = [_excel_day(match[1]) if (match := _EXCEL_DAY.fullmatch(one)) else None for one in text]
    return pd.Series(days, index=text.index, dtype="datetime64[s]")


def _excel_day(number: str) -> datetime | None:
    day = int(number)
    if day in (0, _EXCEL_LEAP_DAY):
        return None
    return _EXCEL_START + timedelta(days=day - (day > _EXCEL_LEAP_DAY))


def _number(field: SpecField, text: str) -> float | None:
    whole = field.type == "integer"
    pattern, read = (_INTEGER, int) if whole else (_NUMBER, float)
    number = _read(text, pattern, read)
    return number if number is not None and in_range(field, number) else None


def _read(text: str, pattern: re.Pattern[str], read: Callable[[str], float]) -> float | None:
    return read(text) if pattern.fullmatch(text) else None
