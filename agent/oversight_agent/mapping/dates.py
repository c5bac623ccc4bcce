"""Texts to days.

Rules kept here:

1. Of several formats the first that a text fits counts.
2. A format without a time reads a day with a time of day too, and drops it. A zone is refused: the
   day would depend on it.
3. pandas would read "today" as the day on which it runs: a date holds a digit.
4. Excel's day numbers count from 1 January 1900 as 1. Its 29 February 1900, number 60, never was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from oversight_agent.mapping.settings import EXCEL_DATE, FIRST_DATE, LAST_DATE
from oversight_agent.problems import shape

_TIME = re.compile(
    r"(.*[^ T])[ T]+"
    r"(?:(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
    r"|(?:0?[1-9]|1[0-2]):[0-5][0-9](?::[0-5][0-9])? ?[AaPp][Mm])"
)
_DIGIT = re.compile(r"(?<![0-9])[0-9](?![0-9])")
_OF_TIME = re.compile("%[HIMSfp]")
_EXCEL_DAY = re.compile(r"([0-9]{1,6})(?:\.[0-9]{1,15})?")
_EXCEL_START, _EXCEL_LEAP_DAY = datetime(1899, 12, 31), 60  # noqa: DTZ001 (days without a zone)
_EXCEL_LIKELY = range(30_000, 60_001)
"""Excel's numbers of days from 1982 to 2064. A number beyond is a year too many to suggest it."""
_EXAMPLE = date(2026, 11, 23)


def days(
    texts: list[str], formats: Iterable[str], add: int = 0
) -> tuple[pd.Series[pd.Timestamp], npt.NDArray[np.bool_]]:
    """The day of each text, and where a text is no day that a table may hold.

    Args:
        texts: trimmed; an empty one has no day and is not wrong.
        formats: tried in this order.
        add: days between the text's and the one that is wanted.
    """
    text = pd.Series(texts, dtype="str")
    found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    for one in dict.fromkeys(formats):
        if found.notna().all():
            break
        found = found.fillna(_excel_days(text) if one == EXCEL_DATE else _days(text, one))
    if add:
        found = (found + pd.Timedelta(days=add)).astype("datetime64[s]")
    usable = found.between(pd.Timestamp(FIRST_DATE), pd.Timestamp(LAST_DATE))
    return found.where(usable), (~usable & (text != "")).to_numpy(dtype=np.bool_)


def looks_like_excel(text: str) -> bool:
    """Whether a text is a number that Excel most likely counts a day of our time by."""
    match = _EXCEL_DAY.fullmatch(text)
    return match is not None and int(match[1]) in _EXCEL_LIKELY


def never_was(text: str, formats: Iterable[str]) -> str | None:
    """The format of which a text has the form, if it is no day of the calendar in any; else None.

    A day that is in the calendar may still lie beyond what a table may hold.
    """
    alike = [
        one for one in formats if one != EXCEL_DATE and _form(_day(text)) == _form(_example(one))
    ]
    read = any(_days(pd.Series([text], dtype="str"), one).notna().all() for one in alike)
    return alike[0] if alike and not read else None


def _form(text: str) -> str:
    """A text's shape, in which 1 and 01 are the same."""
    return shape(_DIGIT.sub("0\\g<0>", text))


def example(formats: Iterable[str]) -> str:
    """A day as these formats write it."""
    return " or ".join(dict.fromkeys(map(_example, formats)))


def _example(date_format: str) -> str:
    if date_format == EXCEL_DATE:
        return f"{(_EXAMPLE - date(1899, 12, 30)).days}, Excel's day number"
    return _EXAMPLE.strftime(date_format)


def _days(text: pd.Series[str], date_format: str) -> pd.Series[pd.Timestamp]:
    if not _OF_TIME.search(date_format):
        text = text.map(_day)
    with_digit = text.where(text.str.contains("[0-9]"))
    parsed = pd.to_datetime(with_digit, format=date_format, errors="coerce")
    return parsed.astype("datetime64[s]").dt.normalize()


def _day(text: str) -> str:
    moment = _TIME.fullmatch(text) if ":" in text else None
    return moment[1] if moment else text


def _excel_days(text: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    found = [_excel_day(match[1]) if (match := _EXCEL_DAY.fullmatch(one)) else None for one in text]
    return pd.Series(found, index=text.index, dtype="datetime64[s]")


def _excel_day(number: str) -> datetime | None:
    day = int(number)
    if day in (0, _EXCEL_LEAP_DAY):
        return None
    return _EXCEL_START + timedelta(days=day - (day > _EXCEL_LEAP_DAY))
