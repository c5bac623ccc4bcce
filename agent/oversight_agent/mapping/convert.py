"""Text to the specification's types, one column at a time.

Rules kept here:

1. Each distinct text is converted once; its rows share the result.
2. White space around a value does not count. An empty value is missing, unless it has a code.
3. What cannot be converted is marked as bad, and is never guessed nor corrected.
4. The cells of a workbook that hold a date are dates, whatever format the column's texts have.
5. Text of a source stands in a value only if it is a code: of a list, or short and of a fixed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from oversight_agent.mapping import dates, numbers
from oversight_agent.mapping.checked import PLAIN, FieldMapping, WorkingDays
from oversight_agent.mapping.derive import working_days
from oversight_agent.mapping.pseudonyms import Pseudonymiser
from oversight_agent.mapping.rules import describe, in_range
from oversight_agent.mapping.settings import ISO_DATE
from oversight_protocol.specification import SpecField

_DTYPES = {"string": "str", "integer": "Int64", "number": "Float64", "date": "datetime64[s]"}

Flags = npt.NDArray[np.bool_]

_FEW = 12
"""Codes that are listed in a message; more would not be read."""


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
        texts: the column's, or those that are derived from several.
        pseudonyms: for identifiers.
        date_cells: whether the source has cells that hold dates, which a reader writes in ISO.
    """
    field = mapping.field
    if field.pseudonym is not None:
        return _identifiers(mapping, texts, pseudonyms)
    if mapping.codes is not None:
        return _present(field, [mapping.codes.code(text) for text in texts], texts)
    formats = (*mapping.date_formats, *[ISO_DATE] * date_cells)
    if isinstance(mapping.derived, WorkingDays):
        return _working_days(field, texts, mapping.derived, formats)
    if field.type == "date":
        found, bad = dates.days(texts, formats, mapping.add_days)
        return Converted(found.array, bad)
    read = [numbers.number(field, text, mapping.number) for text in texts]
    return _present(field, read, texts)


def filled(field: SpecField, value: object, rows: int) -> ExtensionArray:
    """A column that holds one value, or None for missing, in every row."""
    return _array(field, [value]).take(np.zeros(rows, dtype=np.intp))


def expected(mapping: FieldMapping, text: str) -> str:
    """What a column's text should have been, in words; it may be empty."""
    if not text:
        return ", ".join(["a value in every row", *_own_codes(mapping)])
    if mapping.codes is not None:
        form = [] if mapping.codes.form is None else [describe(mapping.field)]
        either = [*form, *_own_codes(mapping), "a value that the mapping gives a code"]
        return ", or ".join(either)
    if isinstance(mapping.derived, WorkingDays):
        first, last = mapping.derived.years
        written = dates.example(mapping.date_formats)
        return f"two dates from {first} to {last}, written as {written}; {describe(mapping.field)}"
    if mapping.field.type == "date":
        return f"{describe(mapping.field)}, written as {dates.example(mapping.date_formats)}"
    if mapping.number == PLAIN:
        return describe(mapping.field)
    return f"{describe(mapping.field)}, written as {numbers.example(mapping.number)}"


def advice(mapping: FieldMapping, text: str) -> str:
    """What to do about a text that could not be converted; it may be empty."""
    if not text and mapping.called:
        return (
            f"fill in {mapping.called} in the system that the return comes from, and export it"
            " again"
        )
    if not text:
        return "fill it in at the source"
    if mapping.codes is not None:
        return f"add the value to the codes of {mapping.field.name} in the mapping, or correct it"
    if mapping.field.type == "date" or isinstance(mapping.derived, WorkingDays):
        return _advice_on_date(text, mapping.date_formats)
    if mapping.number == PLAIN:
        return "correct the number, or say in the mapping with number_format how it is written"
    return "correct the number, or the number format in the mapping"


def _advice_on_date(text: str, formats: tuple[str, ...]) -> str:
    if dates.looks_like_excel(text):
        return (
            'this is most likely Excel\'s number of a day: set date_format = "excel", or add '
            '"excel" to the formats'
        )
    if (read := dates.never_was(text, formats)) is not None:
        return (
            f"read as {read} there is no such day: correct the date at the source, or the date"
            " format in the mapping"
        )
    return "correct the date, or the date format in the mapping"


def _own_codes(mapping: FieldMapping) -> list[str]:
    """The few codes that a return itself has for a field, in a sentence; of no other source."""
    codes = [str(code) for code in mapping.field.codes or ()]
    if not mapping.called or not 0 < len(codes) <= _FEW:
        return []
    return ["one of " + ", ".join(codes)]


def _identifiers(mapping: FieldMapping, texts: list[str], pseudonyms: Pseudonymiser) -> Converted:
    field = mapping.field
    if field.pseudonym is None:
        raise ValueError(f"{field.name} identifies nobody")
    if mapping.prefix:
        texts = [text and mapping.prefix + text for text in texts]
    given = pseudonyms.pseudonyms(field.pseudonym, texts)
    return Converted(_array(field, given), np.zeros(len(texts), dtype=np.bool_))


def _working_days(
    field: SpecField, texts: list[str], how: WorkingDays, formats: tuple[str, ...]
) -> Converted:
    counts, bad = working_days(texts, how, formats)
    kept = [n if n is not None and in_range(field, n) else None for n in counts]
    beyond = [n is not None and one is None for n, one in zip(counts, kept, strict=True)]
    return Converted(_array(field, kept), bad | np.array(beyond, dtype=np.bool_))


def _present(field: SpecField, values: list[Any], texts: list[str]) -> Converted:
    """What is missing although there is a text is bad."""
    bad = [value is None and text != "" for value, text in zip(values, texts, strict=True)]
    return Converted(_array(field, values), np.array(bad, dtype=np.bool_))


def _array(field: SpecField, values: list[Any]) -> ExtensionArray:
    return pd.array(values, dtype=_DTYPES[field.type])  # type: ignore[call-overload,no-any-return]
