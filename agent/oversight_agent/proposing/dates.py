"""How a column writes dates.

Rules kept here:

1. All distinct values decide, not the first: 03/04/2026 alone could be either.
2. A format is one that the mapping can read (`strptime`), or Excel's day numbers.
3. If day and month cannot be told apart, both formats are told and a person is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

EXCEL = "excel"
ISO = "%Y-%m-%d"

FIRST, LAST = date(1990, 1, 1), date(2035, 12, 31)
"""The dates that a column of this subject is likely to hold."""

_MOST_FORMATS = 3
_EXCEL_FIRST, _EXCEL_LAST = 36_000, 49_000
_EXCEL_START = date(1899, 12, 30)
_TIME = re.compile(
    r"[ T]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[AaPp][Mm])?)\s*(?:Z|[+-]\d\d:?\d\d)?$"
)
_DAY = re.compile(r"^(\d{1,4})([-/. ])(\d{1,2}|[A-Za-z]{3,9})\2(\d{2,4})$")
_SOLID = re.compile(r"^(?:19|20)\d{6}$")
_NUMBER = re.compile(r"^\d{5}(?:\.\d+)?$")


@dataclass(frozen=True)
class Dates:
    """A column's dates.

    Attributes:
        format: in `strptime`'s directives, or `excel`.
        others: formats that read as many values: day and month the other way round.
        share: of the rows with a value, those that the format reads.
        likely: of those, the rows whose date lies in the years of this subject.
        also: further formats, for values that the first does not read.
        timed: whether a time of day other than midnight stands behind most days, as in what a
            system writes by itself.
    """

    format: str
    others: tuple[str, ...]
    share: float
    likely: float
    also: tuple[str, ...] = ()
    timed: bool = False


def dates(values: Mapping[str, int]) -> Dates | None:
    """How a column writes dates; None if less than half of its values are such.

    Args:
        values: trimmed values without the empty one, and how many rows have each.
    """
    rows = sum(values.values())
    counts: Counter[str] = Counter()
    likely: Counter[str] = Counter()
    for value, times in values.items():
        for form in set(formats(value)):
            counts[form] += times
            day = read(value, form)
            likely[form] += times * (day is not None and FIRST <= day <= LAST)
    if not counts:
        return None
    best = max(counts, key=lambda form: (likely[form], counts[form], _preference(form)))
    if counts[best] < rows / 2:
        return None
    twin = _twin(best)
    twins = (twin,) if twin != best and counts.get(twin) == counts[best] else ()
    also = _further(values, best)
    read_by = sum(n for value, n in values.items() if _read_by(value, (best, *also)))
    timed = sum(n for value, n in values.items() if _has_time(value)) > rows / 2
    return Dates(best, twins, read_by / rows, likely[best] / counts[best], also, timed)


def _has_time(value: str) -> bool:
    time = _TIME.search(value)
    return time is not None and bool(re.search("[1-9]", time[1].removeprefix("12:00:00 AM")))


def _further(values: Mapping[str, int], best: str) -> tuple[str, ...]:
    """Formats for the values that the best does not read, day and month in its order."""
    found: list[str] = []
    left = [value for value in values if read(value, best) is None]
    for _ in range(_MOST_FORMATS):
        counts = Counter(form for value in left for form in set(formats(value)) if form != EXCEL)
        if not counts:
            break
        best_of = max(counts, key=lambda form: (counts[form], _same_order(form, best)))
        found.append(best_of)
        left = [value for value in left if read(value, best_of) is None]
    return tuple(found)


def _same_order(form: str, other: str) -> bool:
    return (form.find("%d") < form.find("%m")) == (other.find("%d") < other.find("%m"))


def _read_by(value: str, forms: tuple[str, ...]) -> bool:
    return any(read(value, form) is not None for form in forms)


def _preference(form: str) -> int:
    """Of two that fit alike, the one that British systems write."""
    return 1 if form.startswith("%d") else 0


def _twin(form: str) -> str:
    """The format with day and month the other way round."""
    return form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def formats(value: str) -> Iterator[str]:
    """The formats that read a value."""
    if _NUMBER.match(value):
        if _EXCEL_FIRST <= float(value) <= _EXCEL_LAST:
            yield EXCEL
        return
    time = _TIME.search(value)
    day, clock = (value[: time.start()], _clock(value, time)) if time else (value, "")
    for form in _day_formats(day):
        # The mapping's default reads a time behind an ISO day by itself.
        whole = form if form == ISO and time and time[1].count(":") else form + clock
        if read(value, whole) is not None:
            yield whole


def _day_formats(day: str) -> Iterator[str]:
    if _SOLID.match(day):
        yield from ("%Y%m%d", "%d%m%Y")
        return
    if re.match(r"^\d{8}$", day):
        yield "%d%m%Y"
        return
    parts = _DAY.match(day)
    if parts is None:
        return
    first, mark, middle, last = parts.groups()
    year = "%Y" if len(last) == 4 else "%y"
    if middle.isalpha():
        yield mark.join(("%d", "%b" if len(middle) == 3 else "%B", year))
        if middle.lower() == "may":
            yield mark.join(("%d", "%B", year))
    elif len(first) == 4:
        yield mark.join(("%Y", "%m", "%d"))
    elif len(first) <= 2:
        yield mark.join(("%d", "%m", year))
        yield mark.join(("%m", "%d", year))


def _clock(value: str, found: re.Match[str]) -> str:
    gap = "T" if value[found.start()] == "T" else " "
    clock = found[1]
    form = "%H:%M:%S" if clock.count(":") == 2 else "%H:%M"
    if "." in clock:
        form += ".%f"
    if clock[-1] in "Mm":
        form = form.replace("%H", "%I") + (" %p" if " " in clock else "%p")
    return gap + form


def read(value: str, form: str) -> date | None:
    """A value's date in a format, or None."""
    if form == EXCEL:
        return _EXCEL_START + timedelta(days=int(float(value))) if _NUMBER.match(value) else None
    if form == ISO:
        value = value[:10]
    try:
        return datetime.strptime(value, form).date()  # noqa: DTZ007 (days without a zone)
    except ValueError:
        return None


def ordered(earlier: Iterable[str], later: Iterable[str], forms: tuple[str, str]) -> float | None:
    """Of the rows with both dates, the share in which the first is not after the second."""
    pairs = [
        (one, other)
        for first, second in zip(earlier, later, strict=True)
        if (one := read(first, forms[0])) and (other := read(second, forms[1]))
    ]
    return sum(one <= other for one, other in pairs) / len(pairs) if len(pairs) >= 5 else None
