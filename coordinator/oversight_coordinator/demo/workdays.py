"""Working days of the months shown: Monday to Friday less the specification's bank holidays."""

from __future__ import annotations

from bisect import bisect_right

from oversight_coordinator.demo.profiles import HISTORY, LAST_DAY
from oversight_protocol.specification import load

_MORE = 120
"""Days after the last one shown, so that a record may be due after it."""
_HOLIDAYS = frozenset(day.toordinal() for day in load("1.0").bank_holidays.days)
_WORKDAYS = [
    day
    for day in range(HISTORY.toordinal(), LAST_DAY.toordinal() + _MORE)
    if (day - 1) % 7 < 5 and day not in _HOLIDAYS
]
"""Ordinals (1 was a Monday)."""


def workdays_later(day: int, number: int) -> int:
    """The last of so many working days after a day; the day itself for none. Days are ordinals."""
    return _WORKDAYS[bisect_right(_WORKDAYS, day) + number - 1] if number else day
