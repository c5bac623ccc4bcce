"""Texts to numbers.

Rules kept here:

1. Nothing is guessed: a mark that the number format does not name makes a text no number, and marks
   between thousands stand between thousands.
2. Numbers have no exponents and at most 15 digits before and behind the decimal mark.
3. Factors are applied in decimal arithmetic, so that 50 % is a half and no other number.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from oversight_agent.mapping.rules import in_range
from oversight_agent.mapping.settings import NumberFormat
from oversight_protocol.specification import SpecField

_BLANKS = re.compile("[\u00a0\u2009\u202f]")


def number(field: SpecField, text: str, written: NumberFormat) -> float | int | None:
    """The number that a trimmed text is, or None if it is none that the field can hold."""
    plain = _plain(text, written)
    value = None if plain is None else _value(plain, written, whole=field.type == "integer")
    return value if value is not None and in_range(field, value) else None


def example(written: NumberFormat) -> str:
    """A number as a format writes it."""
    unit = f" {written.unit}" if written.unit else ""
    return f"1{written.thousands}234{written.decimal}5{unit}"


def _plain(text: str, written: NumberFormat) -> str | None:
    """The digits with a point."""
    if written.unit or written.thousands:
        text = _BLANKS.sub(" ", text)
        if written.unit and text.casefold().endswith(written.unit.casefold()):
            text = text[: -len(written.unit)].rstrip()
    if not _form(written.decimal, written.thousands).fullmatch(text):
        return None
    if written.thousands:
        text = text.replace(written.thousands, "")
    return text.replace(written.decimal, ".")


@lru_cache(maxsize=32)
def _form(decimal: str, thousands: str) -> re.Pattern[str]:
    mark, between = re.escape(decimal), re.escape(thousands)
    grouped = f"|[0-9]{{1,3}}(?:{between}[0-9]{{3}}){{1,4}}" if thousands else ""
    whole = f"(?:[0-9]{{1,15}}{grouped})"
    return re.compile(f"[+-]?(?:{whole}(?:{mark}[0-9]{{0,15}})?|{mark}[0-9]{{1,15}})")


def _value(plain: str, written: NumberFormat, *, whole: bool) -> float | int | None:
    if written.multiply_by == written.divide_by:
        return _whole(Decimal(plain)) if whole else float(plain)
    value = Decimal(plain) * Decimal(str(written.multiply_by)) / Decimal(str(written.divide_by))
    return _whole(value) if whole else float(value)


def _whole(value: Decimal) -> int | None:
    return int(value) if value == value.to_integral_value() else None
