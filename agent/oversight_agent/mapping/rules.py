"""What the setting of one field must keep, by the field's kind in the specification.

Rules kept here:

1. A field is filled in one way: from a column, a constant, or one of the derivations.
2. A pseudonym is made of a column: a constant would make one person of all.
3. A setting that does nothing for the field is an error: it would hide a mistake.
4. A constant is a value that the field can hold.
5. A date format holds a whole date and nothing that pandas and Python read differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from math import isfinite

from oversight_agent.mapping.code_rules import check_code, check_codes
from oversight_agent.mapping.document import Place
from oversight_agent.mapping.finding import Finding
from oversight_agent.mapping.settings import (
    EXCEL_DATE,
    FIRST_DATE,
    LAST_DATE,
    Constant,
    DateFormats,
    FieldSettings,
    Match,
    NumberFormat,
)
from oversight_protocol.specification import SpecField

WAYS = ("column", "constant", "first_of", "join_text", "working_days", "lookup")
"""The ways in which a field is filled."""

_WITH_COLUMN = (
    "codes", "patterns", "else", "blank", "match", "date_format", "add_days", "number_format",
    "prefix", "separator",
)  # fmt: skip
_DIRECTIVES = frozenset("dmYybBaAHIMSfpj%")
_SAMPLES = (datetime(2026, 11, 23), datetime(1999, 2, 7))  # noqa: DTZ001 (days without a zone)


def check_field(
    field: SpecField, settings: FieldSettings, place: Place, match: Match
) -> Iterator[Finding]:
    """What is wrong with a field's setting, which stands at `place`.

    Args:
        field: the specification's.
        settings: of the field.
        place: where they stand.
        match: the table's way to compare values.
    """
    said = stated(settings)
    ways = [name for name in WAYS if name in said]
    if not ways:
        yield Finding(place, "this says neither column nor constant", advice="name the column")
    elif len(ways) > 1:
        yield _several_ways(ways, place)
    elif settings.constant is not None:
        yield from _check_constant(field, settings.constant, said, place)
    else:
        yield from _check_way(field, ways[0], place)
        yield from _check_settings(field, said, place)
        yield from check_codes(field, settings, settings.match or match, place)


def stated(settings: FieldSettings) -> dict[str, object]:
    """What a field's settings say, by the file's names."""
    return {
        one.alias or name: value
        for name, one in FieldSettings.model_fields.items()
        if (value := getattr(settings, name)) is not None
    }


def _several_ways(ways: list[str], place: Place) -> Finding:
    if set(ways) == {"column", "constant"}:
        what = "a column and a constant exclude each other"
    else:
        what = f"'{ways[0]}' and '{ways[1]}' exclude each other"
    return Finding((*place, ways[1]), what, advice="drop one")


def _check_way(field: SpecField, way: str, place: Place) -> Iterator[Finding]:
    plain_number = is_plain_number(field)
    if way == "working_days" and not plain_number:
        yield Finding((*place, way), f"{field.name} is not a number", advice="name its column")
    elif way == "join_text" and (plain_number or field.type == "date"):
        yield Finding(
            (*place, way),
            f"{field.name} is not an identifier or a code",
            advice="name the one column that holds it",
        )


def is_plain_number(field: SpecField) -> bool:
    """Whether a field holds any number, not the codes of a list."""
    return field.type in ("integer", "number") and field.codes is None


def _check_settings(field: SpecField, said: dict[str, object], place: Place) -> Iterator[Finding]:
    """That each setting is for the field's kind."""
    way = next(name for name in WAYS if name in said)
    kinds = {
        "date_format": (field.type == "date" or way == "working_days", "a date", "date format"),
        "add_days": (field.type == "date", "a date", "days"),
        "number_format": (
            is_plain_number(field) and way != "working_days", "a number in a column",
            "number format",
        ),
        "prefix": (field.pseudonym is not None, "an identifier", "prefix"),
    }  # fmt: skip
    for name, (fits, kind, spoken) in kinds.items():
        if name in said and not fits:
            what = f"{field.name} is not {kind}"
            yield Finding((*place, name), what, advice=f"drop the {spoken}")
    if "separator" in said and way != "join_text":
        what = "'separator' goes with 'join_text'"
        yield Finding((*place, "separator"), what, advice="drop 'separator'")
    yield from _check_formats(said, place)


def _check_formats(said: dict[str, object], place: Place) -> Iterator[Finding]:
    formats, number = said.get("date_format"), said.get("number_format")
    if isinstance(formats, str | list):
        yield from check_date_formats(formats, (*place, "date_format"))
    if isinstance(number, NumberFormat):
        yield from check_number_format(number, (*place, "number_format"))


def check_number_format(number: NumberFormat, place: Place) -> Iterator[Finding]:
    """What is wrong with a number format."""
    if number.decimal == number.thousands:
        yield Finding(
            (*place, "thousands"),
            "the decimal mark and the mark between thousands are the same",
            advice='for 1.234,5 write { decimal = ",", thousands = "." }',
        )
    if any(mark.isdigit() for mark in number.unit):
        yield Finding(
            (*place, "unit"),
            "a unit holds no digit",
            expected="what stands behind the number, as '%'",
            advice="write factors as 'multiply_by' or 'divide_by'",
        )


def formats_of(formats: DateFormats) -> tuple[str, ...]:
    """One or several date formats, in their order."""
    return (formats,) if isinstance(formats, str) else tuple(formats)


def check_date_formats(formats: DateFormats, place: Place) -> Iterator[Finding]:
    """What is wrong with one or several date formats."""
    if isinstance(formats, str):
        yield from _check_date_format(formats, place)
        return
    for number, one in enumerate(formats):
        yield from _check_date_format(one, (*place, str(number)))


def _check_date_format(text: str, place: Place) -> Iterator[Finding]:
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


def _check_constant(
    field: SpecField, constant: Constant, said: dict[str, object], place: Place
) -> Iterator[Finding]:
    for key in _WITH_COLUMN:
        if key in said:
            yield Finding((*place, key), f"'{key}' goes with a column", advice=f"drop '{key}'")
    place = (*place, "constant")
    if field.pseudonym is not None:
        yield Finding(
            place,
            f"{field.name} identifies a {field.pseudonym} and cannot be a constant",
            advice="name the column that identifies it",
        )
    elif field.type == "string" or field.codes is not None:
        yield from check_code(field, constant, place)
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
    """What an integer, number, date or short code is, in words."""
    if field.type == "date":
        return f"a date from {FIRST_DATE.year} to {LAST_DATE.year}"
    if field.pattern is not None:
        return f"a code of the form {field.pattern.pattern}"
    low, high = field.constraints.minimum, field.constraints.maximum
    bounds = [f"at least {low:g}"] if low is not None else []
    bounds += [f"at most {high:g}"] if high is not None else []
    kind = "a whole number" if field.type == "integer" else "a number"
    return " ".join([kind, " and ".join(bounds)]).strip()
