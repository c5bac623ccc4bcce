"""What the setting of one field must keep, by the field's kind in the specification.

Rules kept here:

1. A field is filled from a column or by a constant, one of the two.
2. A pseudonym is made of a column: a constant would make one person of all.
3. Codes lead only to codes that the specification lists; each source value stands once.
4. A constant is a value that the field can hold.
5. A date format holds a whole date and nothing that pandas and Python read differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from math import isfinite

from oversight_agent.mapping.document import Place
from oversight_agent.mapping.settings import (
    EXCEL_DATE,
    FIRST_DATE,
    LAST_DATE,
    Code,
    Constant,
    FieldSettings,
)
from oversight_protocol.specification import SpecField

_DIRECTIVES = frozenset("dmYybBaAHIMSfpj%")
_SAMPLES = (datetime(2026, 11, 23), datetime(1999, 2, 7))  # noqa: DTZ001 (days without a zone)


@dataclass(frozen=True)
class Finding:
    """Something in a mapping that the specification does not allow, and where it stands."""

    place: Place
    what: str
    expected: str = ""
    advice: str = ""


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """Advice that names the candidate nearest to a name, or no advice."""
    nearest = get_close_matches(name, list(candidates), n=1)
    return f"write '{nearest[0]}', if that is meant" if nearest else ""


def check_field(field: SpecField, settings: FieldSettings, place: Place) -> Iterator[Finding]:
    """What is wrong with a field's setting, which stands at `place`."""
    if settings.column is None and settings.constant is None:
        yield Finding(place, "this says neither column nor constant", advice="name the column")
    elif settings.column is None:
        yield from _check_constant(field, settings, place)
    elif settings.constant is not None:
        yield Finding(
            (*place, "constant"), "a column and a constant exclude each other", advice="drop one"
        )
    else:
        yield from _check_column(field, settings, place)


def _check_column(field: SpecField, settings: FieldSettings, place: Place) -> Iterator[Finding]:
    if settings.date_format is not None and field.type != "date":
        yield Finding(
            (*place, "date_format"),
            f"{field.name} is not a date",
            advice="drop the date format",
        )
    elif settings.date_format is not None:
        yield from check_date_format(settings.date_format, (*place, "date_format"))
    if settings.codes is not None:
        yield from _check_codes(field, settings.codes, (*place, "codes"))
    if settings.blank is not None:
        yield from _check_code(field, settings.blank, (*place, "blank"))


def check_date_format(text: str, place: Place) -> Iterator[Finding]:
    """What is wrong with a date format."""
    if text == EXCEL_DATE:
        return
    directives = re.findall(r"%(.?)", text, re.DOTALL)
    if set(directives) <= _DIRECTIVES and all(_reads_back(day, text) for day in _SAMPLES):
        return
    yield Finding(
        place,
        "this is not the format of a date",
        expected="day, month and year as %d, %m and %Y (or %y), with what stands between them",
        advice="for 23/11/2026 write '%d/%m/%Y'",
    )


def _reads_back(day: datetime, text: str) -> bool:
    try:
        return datetime.strptime(day.strftime(text), text) == day  # noqa: DTZ007 (no zone)
    except (ValueError, re.error):
        return False


def _check_codes(field: SpecField, codes: dict[str, Code], place: Place) -> Iterator[Finding]:
    if field.codes is None:
        yield _not_coded(field, place)
        return
    seen: set[str] = set()
    for source, code in codes.items():
        yield from _check_source_value(source.strip(), seen, (*place, source))
        seen.add(source.strip())
        yield from _check_code(field, code, (*place, source))


def _check_source_value(value: str, seen: set[str], place: Place) -> Iterator[Finding]:
    if not value:
        yield Finding(place, "an empty value has no code here", advice="write it as 'blank'")
    elif value in seen:
        yield Finding(
            place,
            "two source values are the same but for white space",
            advice="keep one of them",
        )


def _check_code(field: SpecField, code: Constant, place: Place) -> Iterator[Finding]:
    codes = field.codes
    if codes is None:
        yield _not_coded(field, place)
    elif not any(type(code) is type(listed) and code == listed for listed in codes):
        yield Finding(
            place,
            f"this is not a code of {field.name}",
            expected="one of " + ", ".join(_as_toml(listed) for listed in codes),
            advice=_nearest_code(code, codes),
        )


def _nearest_code(code: Constant, codes: tuple[Code, ...]) -> str:
    for listed in codes:
        if str(listed) == str(code):
            return f"write {_as_toml(listed)}"
    return suggestion(str(code), map(str, codes))


def _as_toml(code: Code) -> str:
    return f'"{code}"' if isinstance(code, str) else str(code)


def _not_coded(field: SpecField, place: Place) -> Finding:
    return Finding(place, f"{field.name} has no code list", advice=f"drop '{_last(place)}'")


def _last(place: Place) -> str:
    return "codes" if "codes" in place else place[-1]


def _check_constant(field: SpecField, settings: FieldSettings, place: Place) -> Iterator[Finding]:
    for key in ("codes", "blank", "date_format"):
        if getattr(settings, key) is not None:
            yield Finding((*place, key), f"'{key}' goes with a column", advice=f"drop '{key}'")
    constant, place = settings.constant, (*place, "constant")
    if constant is None:
        return
    if field.pseudonym is not None:
        yield Finding(
            place,
            f"{field.name} identifies a {field.pseudonym} and cannot be a constant",
            advice="name the column that identifies it",
        )
    elif field.codes is not None:
        yield from _check_code(field, constant, place)
    elif not _fits(field, constant):
        yield Finding(
            place, f"this does not fit {field.name}", expected=describe(field), advice="correct it"
        )


def _fits(field: SpecField, constant: Constant) -> bool:
    if field.type == "date":
        return type(constant) is date and FIRST_DATE <= constant <= LAST_DATE
    if field.type == "integer" and not isinstance(constant, int):
        return False
    return isinstance(constant, int | float) and in_range(field, constant)


def in_range(field: SpecField, value: float) -> bool:
    """Whether a number keeps to a field's minimum and maximum."""
    low, high = field.constraints.minimum, field.constraints.maximum
    return isfinite(value) and (low is None or value >= low) and (high is None or value <= high)


def describe(field: SpecField) -> str:
    """What an integer, number or date field holds, in words."""
    if field.type == "date":
        return f"a date from {FIRST_DATE.year} to {LAST_DATE.year}"
    low, high = field.constraints.minimum, field.constraints.maximum
    bounds = [f"at least {low:g}"] if low is not None else []
    bounds += [f"at most {high:g}"] if high is not None else []
    kind = "a whole number" if field.type == "integer" else "a number"
    return " ".join([kind, " and ".join(bounds)]).strip()
