"""The ways in which systems write a day, by the date format that reads it back.

`strftime` is not used: it would write months in the language of the machine. A format with a time
gets one in working hours that follows from the day, so that it is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

ISO = "%Y-%m-%d"
EXCEL = "excel"
"""The mapping's word for Excel's serial numbers."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SERIAL_ZERO = date(1899, 12, 30).toordinal()
"""From March 1900 on, Excel counts days from here."""


def serial(day: date) -> int:
    """Excel's number for a day after February 1900."""
    return day.toordinal() - _SERIAL_ZERO


def _slashed(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def _time(day: date) -> str:
    number = day.toordinal()
    return f"{8 + number % 10:02d}:{number * 7 % 60:02d}"


WRITERS: dict[str, Callable[[date], str]] = {
    ISO: date.isoformat,
    EXCEL: lambda day: str(serial(day)),
    "%d/%m/%Y": _slashed,
    "%d/%m/%y": lambda day: f"{day.day:02d}/{day.month:02d}/{day.year % 100:02d}",
    "%d/%m/%Y %H:%M": lambda day: f"{_slashed(day)} {_time(day)}",
    "%d-%m-%Y": lambda day: f"{day.day:02d}-{day.month:02d}-{day.year}",
    "%d.%m.%Y": lambda day: f"{day.day:02d}.{day.month:02d}.{day.year}",
    "%d-%b-%Y": lambda day: f"{day.day:02d}-{_MONTHS[day.month - 1][:3]}-{day.year}",
    "%d %b %Y": lambda day: f"{day.day:02d} {_MONTHS[day.month - 1][:3]} {day.year}",
    "%d %B %Y": lambda day: f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year}",
    "%Y%m%d": lambda day: f"{day.year}{day.month:02d}{day.day:02d}",
    "%Y/%m/%d": lambda day: f"{day.year}/{day.month:02d}/{day.day:02d}",
    "%Y-%m-%d %H:%M:%S": lambda day: f"{day.isoformat()} {_time(day)}:00",
    "%Y-%m-%dT%H:%M:%S": lambda day: f"{day.isoformat()}T{_time(day)}:00",
}
"""By format, in `strptime`'s directives."""
