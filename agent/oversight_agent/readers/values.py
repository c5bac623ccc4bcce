"""Cells of a workbook or a database as text, as a person reads them there.

Rules kept here:

1. A number is written with at most 15 digits, as Excel shows it, without exponent and without an
   empty fraction: 7, 0.25, 100000000001.
   A number of exact digits keeps them all.
2. A day is ISO, 2026-07-04; with a time of day, 2026-07-04 10:30:00. How the sheet shows it does
   not matter. A moment with a time zone is what a clock in England showed, for that is what people
   mean by its day. Yes and no are TRUE and FALSE.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from uuid import UUID
from zoneinfo import ZoneInfo

Cell = str | int | float | bool | Decimal | UUID | date | datetime | time | timedelta | None

LONDON = ZoneInfo("Europe/London")


def as_text(value: Cell) -> str:
    """A cell as text; nothing is `""`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str | int | UUID):
        return str(value)
    if isinstance(value, float | Decimal):
        return _number(value) if isinstance(value, float) else _exact(value)
    return _moment(value)


def _exact(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f") if isfinite(value) else str(value)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(LONDON).replace(tzinfo=None)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat("seconds") if isinstance(value, time) else str(value)
