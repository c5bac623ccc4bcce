"""What the codes of a field must keep.

Rules kept here:

1. Codes lead only to codes that the specification lists, or that fit its pattern of a short code.
2. Each source value stands once, as it will be compared.
3. A pattern is short and holds `*`; one that fits everything is written as `else`.
"""

from __future__ import annotations

from collections.abc import Iterator

from oversight_agent.mapping.codes import WILDCARD, fold, form_of
from oversight_agent.mapping.document import Place
from oversight_agent.mapping.finding import Finding, suggestion
from oversight_agent.mapping.settings import (
    LONGEST_PATTERN,
    Code,
    Constant,
    FieldSettings,
    Match,
)
from oversight_protocol.specification import SpecField

_OF_CODES = ("codes", "patterns", "blank", "match")


def may_be_coded(field: SpecField) -> bool:
    """Whether a field holds codes: of a list, or short ones of a fixed form."""
    return field.codes is not None or field.pattern is not None


def check_codes(
    field: SpecField, settings: FieldSettings, match: Match, place: Place
) -> Iterator[Finding]:
    """What is wrong with the codes in a field's settings, which stand at `place`."""
    if not may_be_coded(field):
        for name in _OF_CODES:
            if getattr(settings, name) is not None:
                yield _not_coded(field, (*place, name))
        if settings.otherwise is not None:
            yield _not_coded(field, (*place, "else"))
        return
    loose = match == "loose"
    yield from _check_listed(field, settings.codes or {}, (*place, "codes"), loose=loose)
    yield from _check_patterns(field, settings.patterns or {}, (*place, "patterns"), loose=loose)
    for name, code in (("else", settings.otherwise), ("blank", settings.blank)):
        if code is not None:
            yield from check_code(field, code, (*place, name))
    if settings.match is not None and field.codes is None and not settings.codes:
        yield Finding(
            (*place, "match"), "'match' goes with 'codes' here", advice="drop it, or list the codes"
        )


def _check_listed(
    field: SpecField, codes: dict[str, Code], place: Place, *, loose: bool
) -> Iterator[Finding]:
    seen: set[str] = set()
    for source, code in codes.items():
        value = fold(source) if loose else source.strip()
        yield from _check_source_value(value, seen, (*place, source), loose=loose)
        seen.add(value)
        yield from check_code(field, code, (*place, source))


def _check_source_value(
    value: str, seen: set[str], place: Place, *, loose: bool
) -> Iterator[Finding]:
    if not value:
        yield Finding(place, "an empty value has no code here", advice="write it as 'blank'")
    elif value in seen:
        but_for = "case and white space" if loose else "white space"
        yield Finding(
            place,
            f"two source values are the same but for {but_for}",
            advice="keep one of them",
        )


def _check_patterns(
    field: SpecField, patterns: dict[str, Code], place: Place, *, loose: bool
) -> Iterator[Finding]:
    seen: set[str] = set()
    for pattern, code in patterns.items():
        compared = fold(pattern) if loose else pattern.strip()
        yield from _check_pattern(pattern, compared, seen, (*place, pattern))
        seen.add(compared)
        yield from check_code(field, code, (*place, pattern))


def _check_pattern(pattern: str, compared: str, seen: set[str], place: Place) -> Iterator[Finding]:
    if len(pattern) > LONGEST_PATTERN:
        yield Finding(
            place, "this pattern is too long",
            expected=f"at most {LONGEST_PATTERN} characters", advice="shorten it with '*'",
        )  # fmt: skip
    elif WILDCARD not in pattern:
        yield Finding(
            place, "this pattern holds no '*'",
            expected="'*' for any text, as in 'Case supervision*'", advice="write it under 'codes'",
        )  # fmt: skip
    elif not compared.strip(WILDCARD):
        yield Finding(place, "this pattern fits every value", advice="write its code as 'else'")
    elif compared in seen:
        yield Finding(place, "this pattern stands twice", advice="keep one of them")


def check_code(field: SpecField, code: Constant, place: Place) -> Iterator[Finding]:
    """What is wrong with a code for a coded field or a short code."""
    codes = field.codes
    if codes is None:
        yield from _check_form(field, code, place)
    elif not any(type(code) is type(listed) and code == listed for listed in codes):
        yield Finding(
            place,
            f"this is not a code of {field.name}",
            expected="one of " + ", ".join(_as_toml(listed) for listed in codes),
            advice=_nearest_code(code, codes),
        )


def _check_form(field: SpecField, code: Constant, place: Place) -> Iterator[Finding]:
    form = form_of(field)
    if form is None or not isinstance(code, str) or not form.fits(code):
        yield Finding(
            place,
            f"this is not a code of {field.name}",
            expected=f"text of the form {field.constraints.pattern}",
            advice="correct it",
        )


def _nearest_code(code: Constant, codes: tuple[Code, ...]) -> str:
    for listed in codes:
        if str(listed) == str(code):
            return f"write {_as_toml(listed)}"
    return suggestion(str(code), map(str, codes))


def _as_toml(code: Code) -> str:
    return f'"{code}"' if isinstance(code, str) else str(code)


def _not_coded(field: SpecField, place: Place) -> Finding:
    return Finding(place, f"{field.name} has no code list", advice=f"drop '{place[-1]}'")
