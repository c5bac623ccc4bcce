"""What is wrong with the form of a mapping file: unknown settings, missing ones, other types.

Rules kept here:

1. Each place is told once, however many types were tried on its value.
2. What is expected is said in words: a type's name in a programming language helps nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from oversight_agent.mapping.document import Document, Place, at, holds
from oversight_agent.mapping.finding import Finding, suggestion
from oversight_agent.mapping.return_settings import ReturnSettings
from oversight_agent.mapping.settings import (
    MOST_DAYS_ADDED,
    Condition,
    DaysBetween,
    FieldSettings,
    JoinSettings,
    LookupSettings,
    MappingSettings,
    NumberFormat,
    TableSettings,
)
from oversight_agent.plain_words import expected

_EXPECTED = {
    "add_days": (
        f"a whole number of days from -{MOST_DAYS_ADDED} to {MOST_DAYS_ADDED}, such as 1 where the"
        " column holds the last day and the field the day after"
    ),
    "constant": "text, a number or a date",
    "date_format": "a format such as '%d/%m/%Y', or a list of several",
    "files": "a pattern or a list of names, relative to the data folder, without '..' and '**'",
}
"""What a setting holds of which a type says too little, by its name."""

_SHOWN = frozenset({
    "encoding", "format", "kind", "file", "folder", "delimiter", "match", "unmatched",
})  # fmt: skip
_LONGEST = 60

_NAMED: dict[str, type[BaseModel]] = {
    "returns": ReturnSettings,
    "tables": TableSettings,
    "joins": JoinSettings,
    "fields": FieldSettings,
    "where": Condition,
}
"""What stands in a group, each under a name or number of its own."""

_SINGLE: dict[str, type[BaseModel]] = {
    "number_format": NumberFormat,
    "working_days": DaysBetween,
    "lookup": LookupSettings,
}


def settings_of(document: Document) -> MappingSettings | list[Finding]:
    """A document's settings, or what is wrong with its form."""
    try:
        return MappingSettings.model_validate(document.data)
    except ValidationError as error:
        return list(_findings(document, error))
    except RecursionError:
        return [Finding((), "values are nested too deeply")]


def _findings(document: Document, error: ValidationError) -> Iterator[Finding]:
    told: set[Place] = set()
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        keys = tuple(str(key) for key in each["loc"])
        place = _place(document, keys, each["type"])
        if place not in told:
            told.add(place)
            yield _finding(place, each, _shown(document, place))


def _place(document: Document, keys: Place, kind: str) -> Place:
    """The setting itself: behind it pydantic names the type that it tried."""
    if kind == "missing":
        return keys
    while not holds(document.data, keys):
        keys = keys[:-1]
    return keys


def _shown(document: Document, place: Place) -> str:
    """The value that stands there, of settings that never hold one of a source."""
    if not place or place[-1] not in _SHOWN or not holds(document.data, place):
        return ""
    value = at(document.data, place)
    return f"'{value[:_LONGEST]}'" if isinstance(value, str) and value.isprintable() else ""


def _finding(place: Place, error: ErrorDetails, found: str) -> Finding:
    if error["type"] == "extra_forbidden":
        advice = suggestion(place[-1], _siblings(place))
        return Finding(place, "there is no such setting", advice=advice)
    if error["type"] == "missing":
        return Finding(place, f"'{place[-1]}' is missing", advice="add it")
    return Finding(
        place, "this setting does not fit", expected=_expected(place, error), found=found
    )


def _expected(place: Place, error: ErrorDetails) -> str:
    for name in (place[-1], *place[-2:-1]) if place else ():
        if name in _EXPECTED:
            return _EXPECTED[name]
    if place[-1:] in (("else",), ("blank",)) or place[-2:-1] in (("codes",), ("patterns",)):
        return "text or a whole number"
    return "one line of text" if error["type"] == "string_pattern_mismatch" else expected(error)


def _siblings(place: Place) -> list[str]:
    """The settings that may stand beside a place."""
    model: type[BaseModel] = MappingSettings
    if "".join(place[-2:-1]) in _SINGLE:
        model = _SINGLE[place[-2]]
    elif "".join(place[-3:-2]) in _NAMED:
        model = _NAMED[place[-3]]
    return [one.alias or name for name, one in model.model_fields.items()]
