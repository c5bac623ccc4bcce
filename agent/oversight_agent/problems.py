"""What is wrong with a row or a table, described for the authority's own people.

Rules kept here:

1. A problem stays inside the authority.
2. Even there it never quotes a value: `found` is a value's shape, which says enough to find the
   mistake (`99/99/9999`) and nothing of a person.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_SHAPE = 20
"""Characters of a shape; a longer one ends in an ellipsis."""

_PUNCTUATION = frozenset(" !#$%&'()*+,-./:;<=>?@[]^_{|}~")


@dataclass(frozen=True)
class Problem:
    """One problem in a source or in a mapped table.

    Attributes:
        file: the source's name without its folder, or the name of a table of the specification.
        row: the line in the file, counted from 1; 0 for a problem of the whole file or table.
        field: the specification's field, or several separated by commas.
        found: a shape or a count, never a value.
        expected: what would have been right.
        advice: what to do about it.
    """

    file: str
    row: int
    field: str
    found: str
    expected: str
    advice: str


def shape(value: str) -> str:
    """A value's shape, at most 20 characters.

    Digits become `9`, letters `a`, most punctuation stays, anything else becomes `?`; an empty
    value is `nothing`.
    """
    masked = "".join(map(_mask, value[: MAX_SHAPE + 1]))
    if len(masked) > MAX_SHAPE:
        return masked[: MAX_SHAPE - 1] + "…"
    return masked or "nothing"


def _mask(character: str) -> str:
    if character.isnumeric():
        return "9"
    if character.isalpha():
        return "a"
    return character if character in _PUNCTUATION else "?"
