"""Which codes of a field the values of a column stand for.

Rules kept here:

1. A value's code is what the field's codebook says (`codebook`): its label, its code, or what
   people write (`vocabulary/codes.toml`).
2. Values that say yes or no at length are known by each other: `Moderated` and `Not moderated`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from oversight_agent.proposing.codebook import STEM, Code, Codebook, contains
from oversight_agent.proposing.words import Bare, bare, data
from oversight_protocol.specification import SpecField

_CENSUS_CODE = re.compile(r"^(RC|N)\d|^\d[A-F]$", re.IGNORECASE)
_NOT_LETTERS = re.compile("[^A-Za-z]")
_YES, _NO = frozenset(("yes", "y", "true")), frozenset(("no", "n", "false"))
_DENIALS = frozenset(("not", "no", "never", "without", "un", "non", "didn", "nothing", "none"))
_YES_NO = frozenset(("yes", "no", "true", "false", "y", "n", "unknown", "unsure", "not known"))


@dataclass(frozen=True)
class Coded:
    """Values taken for codes.

    Attributes:
        codes: from values to codes, those that are sure.
        open: values that are not.
        share: of the rows with a value, those whose value has a code.
        telling: how much the match says about the field: much if several distinct words met
            several codes, little if all are numbers or single letters.
        likened: of the values with a code, those that no list has: theirs is the nearest.
    """

    codes: Mapping[str, Code] = field(repr=False)
    open: tuple[str, ...] = field(repr=False)
    share: float
    telling: float
    likened: tuple[str, ...] = field(default=(), repr=False)


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    content = data("codes")
    own: dict[str, dict[str, list[str]]] = dict(content["own"])
    for name, shared in content["fields"].items():
        own[name] = content["shared"][shared]
    return own


@cache
def code_words() -> frozenset[str]:
    """Every word that people write for codes."""
    spellings = (text for codes in _lists().values() for texts in codes.values() for text in texts)
    return frozenset(word for text in spellings for word in bare(text))


_BOOKS: dict[tuple[tuple[str, Code], ...], Codebook] = {}


@cache
def _spellings(table: str, name: str, spec: SpecField) -> tuple[tuple[str, Code], ...]:
    listed = _lists().get(f"{table}.{name}", {})
    return tuple(
        (text, code)
        for code in spec.codes or ()
        for text in (str(code), spec.label(code), *listed.get(str(code), ()))
    )


@cache
def _book(table: str, name: str, spec: SpecField) -> Codebook:
    """The codebook of a field; fields with the same list have the same."""
    spellings = _spellings(table, name, spec)
    return _BOOKS.setdefault(spellings, Codebook(iter(spellings)))


def coded(table: str, spec: SpecField, values: Mapping[str, int]) -> Coded:
    """Take the distinct values of a column for codes of a field.

    Args:
        table: the field's table.
        spec: a coded field.
        values: the column's trimmed values without the empty one, and how many rows have each.
    """
    book = _book(table, spec.name, spec)
    found = {value: book.nearest(value) for value in values}
    if _is_yes_no(spec):
        found |= _polar(found, spec)
    codes = {value: code for value, code in found.items() if code is not None}
    rows = sum(values.values())
    share = sum(values[value] for value in codes) / rows if rows else 0.0
    still_open = tuple(value for value, code in found.items() if code is None)
    likened = tuple(value for value in codes if not book.has(value))
    return Coded(codes, still_open, share, _telling(codes, spec), likened)


def _telling(codes: Mapping[str, Code], spec: SpecField) -> float:
    in_words = {code for value, code in codes.items() if _in_words(value)}
    if _is_yes_no(spec):
        return 0.1 if not in_words or set(map(str.lower, codes)) <= _YES_NO else 0.45
    met = {code for value, code in codes.items() if len(_NOT_LETTERS.sub("", value)) > 1}
    return min(0.85, 0.28 * len(in_words) + 0.12 * len(met - in_words)
               + 0.03 * len(set(codes.values())))  # fmt: skip


def _is_yes_no(spec: SpecField) -> bool:
    return set(map(str, spec.codes or ())) <= {"Y", "N", "U", "0", "1"}


def _polar(found: Mapping[str, Code | None], spec: SpecField) -> dict[str, Code | None]:
    """Codes of values that say yes or no at length: `Yes it does`, `Moderated`, `Not moderated`."""
    yes, no = ("Y", "N") if "Y" in (spec.codes or ()) else (1, 0)
    still_open = {value: bare(value) for value, code in found.items() if code is None}
    led: dict[str, Code | None] = {}
    for value, words in still_open.items():
        if words and words[0] in _YES | _NO:
            led[value] = yes if words[0] in _YES else no
    left = [value for value in still_open if value not in led]
    if len(left) == 2:
        denied = [bool(_DENIALS & set(still_open[value])) for value in left]
        shared = _stems(still_open[left[0]]) & _stems(still_open[left[1]])
        if denied[0] != denied[1] and shared:
            led |= {value: no if nay else yes for value, nay in zip(left, denied, strict=True)}
    return led


def _stems(words: Bare) -> set[str]:
    return {word[:STEM] for word in words} - _DENIALS


def _in_words(value: str) -> bool:
    return len(_NOT_LETTERS.sub("", value)) > 3 or _CENSUS_CODE.match(value) is not None


def spelled_in(table: str, spec: SpecField, name: str) -> Code | None:
    """The code that a source's name contains; of several the one with the longest spelling."""
    words = bare(name)
    found = [
        (sum(map(len, one.words)), one.code)
        for one in _book(table, spec.name, spec).spellings
        if sum(map(len, one.words)) > 1 and contains(words, one.words)
    ]
    longest = max((size for size, _ in found), default=0)
    codes = {code for size, code in found if size == longest}
    return codes.pop() if len(codes) == 1 else None
