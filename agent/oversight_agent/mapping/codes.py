"""From a source's values to codes: exactly, loosely, and by patterns.

Rules kept here:

1. The order is: the value itself, then the patterns as they stand, then, where nothing is listed
   for a short code, a value of its form as it is, then the code of any other.
2. Loosely means: case, white space and unseen characters do not count, all dashes are one.
3. A pattern holds `*` for any text, of any length or none. It is no regular expression: Python's
   have no time limit, and one that backtracks could hold an agent up for ever on one long value.
   These take time in proportion to the value.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from oversight_protocol.specification import SpecField

WILDCARD = "*"

_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_DASHES = re.compile(r"[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")


def fold(text: str) -> str:
    """A text as it is compared loosely."""
    # A soft hyphen and its like would survive the normal form.
    unseen = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return _DASHES.sub("-", unseen).casefold()


def fits(pattern: str, text: str) -> bool:
    """Whether a text is of a pattern: each piece is taken at its first place, left to right."""
    first, *pieces = pattern.split(WILDCARD)
    if not pieces:
        return text == pattern
    last = pieces.pop()
    if not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces:
        found = text.find(piece, at, max(end, 0))
        if found < 0:
            return False
        at = found + len(piece)
    return at <= end


@dataclass(frozen=True)
class Form:
    """The form of a short code that no list names."""

    pattern: re.Pattern[str]
    longest: int

    def fits(self, text: str) -> bool:
        """Whether a text is such a code."""
        return len(text) <= self.longest and self.pattern.fullmatch(text) is not None


def form_of(field: SpecField) -> Form | None:
    """The form of a field's short codes, if it holds such."""
    pattern = field.pattern
    return pattern and Form(pattern, field.constraints.max_length or 0)


@dataclass(frozen=True)
class Codes:
    """Which code each value of a column becomes.

    Attributes:
        exact: by value, trimmed; an empty one has its code here too, if it has one.
        patterns: tried in order where a value is not among those.
        form: the form of a short code, where a value of that form stands for itself.
        otherwise: the code of any other value that is not empty, or None for a problem.
        loose: whether values are compared loosely; `exact` and `patterns` are folded then.
    """

    exact: dict[str, str | int] = field(default_factory=dict)
    patterns: tuple[tuple[str, str | int], ...] = ()
    form: Form | None = None
    otherwise: str | int | None = None
    loose: bool = False

    def code(self, text: str) -> str | int | None:
        """The code of a trimmed value, or None."""
        wanted = fold(text) if self.loose else text
        found = self.exact.get(wanted)
        if found is not None or not text:
            return found
        if self.form is not None and self.form.fits(text):
            return text
        return next((code for one, code in self.patterns if fits(one, wanted)), self.otherwise)

    @property
    def produced(self) -> frozenset[str | int]:
        """The codes that a value can become."""
        others = () if self.otherwise is None else (self.otherwise,)
        return frozenset((*self.exact.values(), *(code for _, code in self.patterns), *others))
