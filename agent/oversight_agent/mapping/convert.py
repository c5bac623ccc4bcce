"""Text to the specification's types, one column at a time.

Rules kept here:

1. Each distinct text is converted once; its rows share the result.
2. White space around a value does not count. An empty value is missing, unless it has a code.
3. What cannot be converted is marked as bad, and is never guessed nor corrected. pandas would read
   "today" as the day on which it runs: a date holds a digit.
4. Numbers are written with a point, without separators of thousands and without exponents.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from oversight_agent.mapping.pseudonyms import Pseudonymiser
from oversight_agent.mapping.rules import describe, in_range
from oversight_agent.mapping.settings import FIRST_DATE, LAST_DATE, FieldMapping
from oversight_protocol.specification import SpecField

_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})")
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


def convert(mapping: FieldMapping, texts: list[str], pseudonyms: Pseudonymiser) -> Converted:
    """Convert the distinct, trimmed texts of a column."""
    field = mapping.field
    if field.pseudonym is not None:
        return _present(field, pseudonyms.pseudonyms(field.pseudonym, texts), texts)
    if mapping.codes is not None:
        return _present(field, [mapping.codes.get(text) for text in texts], texts)
    if field.type == "date":
        return _dates(texts, mapping.date_format)
    return _present(field, [_number(field, text) for text in texts], texts)


def filled(field: SpecField, value: object, rows: int) -> ExtensionArray:
    """A column that holds one value, or None for missing, in every row."""
    return _array(field, [value]).take(np.zeros(rows, dtype=np.intp))


def expected(mapping: FieldMapping) -> str:
    """What a column's values should have been, in words."""
    if mapping.codes is not None:
        return "a value that the mapping gives a code"
    if mapping.field.type == "date":
        return f"{describe(mapping.field)}, written as {_EXAMPLE.strftime(mapping.date_format)}"
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


def _dates(texts: list[str], date_format: str) -> Converted:
    text = pd.Series(texts, dtype="str")
    with_digit = text.where(text.str.contains("[0-9]"))
    parsed = pd.to_datetime(with_digit, format=date_format, errors="coerce")
    days = parsed.astype("datetime64[s]").dt.normalize()
    usable = days.between(pd.Timestamp(FIRST_DATE), pd.Timestamp(LAST_DATE))
    return Converted(days.where(usable).array, (~usable & (text != "")).to_numpy(dtype=np.bool_))


def _number(field: SpecField, text: str) -> float | None:
    whole = field.type == "integer"
    pattern, read = (_INTEGER, int) if whole else (_NUMBER, float)
    number = _read(text, pattern, read)
    return number if number is not None and in_range(field, number) else None


def _read(text: str, pattern: re.Pattern[str], read: Callable[[str], float]) -> float | None:
    return read(text) if pattern.fullmatch(text) else None
