"""A code list with everything that people write for its codes, and the code of a value.

Rules kept here:

1. Values are compared as words; case, marks, endings and small words do not matter.
2. A code that stands before its label decides alone: `N1 - Abuse`, `a) 1A`, `RC8: closed`.
3. A value that fits two codes about as well fits none: a person is asked. One that names two
   things is both of them, where the list has a code for that, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from oversight_agent.proposing.words import Bare, Units, bare, ideas, nearness

Code = str | int

SURE = 0.6
"""From here on a value is taken for a code."""

_MARGIN = 0.08
_LEAD = re.compile(
    r"^\s*(?:[a-z]\)\s*)?([A-Za-z]{0,3}[0-9]{1,2}[A-Za-z]?)\s*(?:[-–—:.)=|/]|\s-?\s|$)"
)
_NUMBERED = re.compile(r"^\s*(?:[0-9]{1,2}|[a-z]|yes|no)\s*[-–—.:),]\s+(?=\S)", re.IGNORECASE)
_BESIDE = re.compile(r"^[0-9]{1,2}\s+|\s*\([A-Za-z0-9]{1,3}\)$")
_AND = re.compile(r"\s+(?:and|with|plus)\s+|\s*[&+/]\s*", re.IGNORECASE)
_TOGETHER: dict[frozenset[Code], Code] = {
    frozenset(("child_file", "supervision_record")): "both",
    frozenset(("case", "personal")): "combined",
}
"""What two codes named in one value are together."""

_LITTLE = frozenset(
    ("of", "the", "a", "an", "and", "or", "for", "to", "in", "s", "on", "my", "i", "by")
)
STEM = 4


@dataclass(frozen=True)
class _Spelling:
    """A way to write a code: all its words, and those that say something."""

    words: Bare
    said: Bare
    code: Code


class Codebook:
    """The spellings of a code list, found by the stems of their words."""

    def __init__(self, spellings: Iterable[tuple[str, Code]]) -> None:
        self.spellings: list[_Spelling] = []
        self.known: dict[Bare, Code] = {}
        self.by_stem: dict[str, list[_Spelling]] = {}
        self.nearest = cache(self._nearest)
        self.has_both = False
        for text, code in spellings:
            words = bare(text)
            one = _Spelling(words, _said(words), code)
            self.spellings.append(one)
            # The first that claims some words keeps them.
            self.known.setdefault(words, code)
            self.has_both |= code in _TOGETHER.values()
            for stem in {word[:STEM] for word in one.said}:
                self.by_stem.setdefault(stem, []).append(one)

    def _nearest(self, value: str) -> Code | None:
        """The code of a value, if one is sure."""
        words = bare(value)
        if not any(map(str.isalpha, value)):
            # -1 is not 1, and five stars are no five.
            return self.known.get(words) if value.strip() == "".join(words) else None
        for spelled in (words, bare(value.casefold())):
            if spelled in self.known:
                return self.known[spelled]
        led = self._led(value)
        if led is not None:
            return led
        text = _NUMBERED.sub("", value.replace("_", " "))
        stripped = bare(text)
        if stripped in self.known:
            return self.known[stripped]
        parts = [part for part in _AND.split(text) if part]
        if len(parts) > 1:
            return self._of_parts(parts, stripped)
        both = self._both(stripped)
        return both if both is not None else self._alike(stripped) or self._by_ideas(text)

    def has(self, value: str) -> bool:
        """Whether a value is a spelling, but for case, marks, plurals and a code beside it.

        So are `3 Good` and `Good (G)`.
        """
        if self._led(value) is not None:
            return True
        plain = _BESIDE.sub("", _NUMBERED.sub("", value.replace("_", " ")))
        texts = (value, value.casefold(), plain)
        written = {words for text in texts for words in (bare(text), _said(bare(text)))}
        return any(words in self._written for words in (_singular(one) for one in written))

    @cached_property
    def _written(self) -> frozenset[Bare]:
        return frozenset(
            _singular(words) for one in self.spellings for words in (one.words, one.said)
        )

    def _of_parts(self, parts: list[str], words: Bare) -> Code | None:
        """The code of a value that names several things: one alone would be half of it."""
        named = {self.nearest(part) for part in parts}
        if None not in named and len(named) > 1:
            return _TOGETHER.get(frozenset(filter(None, named)))
        return self._alike(words) if not self.has_both or named == {None} else None

    def _both(self, words: Bare) -> Code | None:
        """The code of a value that names two things without an `and` between them."""
        if not self.has_both:
            return None
        named = {one.code for one in self.spellings
                 if sum(map(len, one.words)) > 2 and contains(words, one.words)}  # fmt: skip
        return next((code for pair, code in _TOGETHER.items() if pair <= named), None)

    def _by_ideas(self, text: str) -> Code | None:
        """The code of the spelling that says the very same in other words."""
        units = ideas(text)
        if len(units) < 2 or any(one.sure < 1.0 for one in units):
            return None
        same = {code for theirs, code in self._ideas if _same_ideas(units, theirs)}
        return same.pop() if len(same) == 1 else None

    @cached_property
    def _ideas(self) -> list[tuple[Units, Code]]:
        """The spellings of several words as ideas."""
        return [
            (ideas(" ".join(one.said)), one.code) for one in self.spellings if len(one.said) > 1
        ]

    def _led(self, value: str) -> Code | None:
        """The code that stands before a label."""
        lead = _LEAD.match(value)
        if lead is None or lead[1].isdigit():
            return None
        folded = lead[1].casefold()
        return next(
            (one.code for one in self.spellings if str(one.code).casefold() == folded), None
        )

    def _alike(self, words: Bare) -> Code | None:
        said = _said(words)
        near = {one.words: one for word in said for one in self.by_stem.get(word[:STEM], ())}
        best: dict[Code, float] = {}
        for one in near.values():
            best[one.code] = max(best.get(one.code, 0.0), _alike(said, one.said))
        ranked = sorted(best.items(), key=lambda pair: -pair[1])
        if not ranked or ranked[0][1] < SURE:
            return None
        in_doubt = len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _MARGIN
        return None if in_doubt else ranked[0][0]


def _same_ideas(ours: Units, theirs: Units) -> bool:
    return nearness(ours, theirs) >= 0.95 and nearness(theirs, ours) >= 0.95


def _said(words: Bare) -> Bare:
    return tuple(word for word in words if word not in _LITTLE) or words


def _singular(words: Bare) -> Bare:
    return tuple(word.removesuffix("s") if len(word) > STEM else word for word in words)


def _alike(ours: Bare, theirs: Bare) -> float:
    """How much two phrases share, by letters."""
    matched = [one for one in theirs if any(_same(one, other) for other in ours)]
    # A short code inside a longer text says little.
    if not matched or (max(map(len, theirs)) < 3 and len(ours) > len(theirs)):
        return 0.0
    shared = sum(map(_size, matched))
    extra = sum(_size(one) for one in ours if not any(_same(one, other) for other in theirs))
    missing = sum(map(_size, theirs)) - shared
    return shared / (shared + 0.45 * extra + 0.75 * missing)


def _size(word: str) -> int:
    return min(len(word), 6)


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if len(one) > len(other):
        one, other = other, one
    return (
        len(one) >= STEM
        and len(other) - len(one) <= 5
        and other.startswith(one[: max(STEM, len(one) - (1 if len(one) < 8 else 2))])
    )


def contains(words: Bare, part: Bare) -> bool:
    """Whether words hold others in their order, singular or plural."""
    return any(
        all(_plural(one, other) for one, other in zip(words[n:], part, strict=False))
        for n in range(len(words) - len(part) + 1)
    )


def _plural(one: str, other: str) -> bool:
    return one in (other, other + "s") or one + "s" == other
