"""Headers, phrases and labels taken down to ideas, and how near two of them are.

    header → words → ideas      "Sup_Dt (dd/mm/yy)" → sup, dt → {supervise}, {date}

Rules kept here:

1. Which word stands for which idea is data (`vocabulary/concepts.toml`): the vocabulary of social
   care, not that of any one authority.
2. A word may stand for several ideas; two units are the same if they share one.
3. A word that the vocabulary lacks may still be an abbreviation or another form of one of its
   words. It then counts for less.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLUS = re.compile(r"(?<=[0-9])\+")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|[0-9]+")
_ENDINGS = ("ings", "ing", "ed", "es", "s", "ion", "ions")
_LONGEST_ABBREVIATION = 5
_LONGEST_PIECE = 14
_SHORT_PIECES = frozenset(
    ("id", "no", "cd", "dt", "is", "has", "by", "to", "of", "end", "ref", "nfa", "fte", "wte",
     "kss", "cin", "cp", "cpp", "cla", "lac", "la", "max", "due", "set", "job", "org", "day",
     "key", "mgr", "wkr", "sup", "rec", "dob", "act", "yn", "prev", "aud", "new", "old", "for",
     "on", "qa"),
)  # fmt: skip
_GUESSED = 0.6
"""The weight of a match by an abbreviation that the vocabulary does not list."""

Bare = tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """A word or phrase and the ideas that it may stand for.

    Attributes:
        sure: 1 for a phrase of the vocabulary and for a word that is its own idea, less for one
            that was taken for an abbreviation.
    """

    ideas: frozenset[str]
    sure: float = 1.0

    @cached_property
    def weight(self) -> float:
        """How much the unit says; of several ideas, what the weightiest says."""
        weights = vocabulary().weights
        return max(weights.get(idea, 1.0) for idea in self.ideas)


class Units(tuple[Unit, ...]):
    """The units of a header or phrase, in their order."""

    @cached_property
    def ideas(self) -> frozenset[str]:
        """All that any of them may stand for."""
        return frozenset[str]().union(*(unit.ideas for unit in self))


@dataclass(frozen=True)
class Vocabulary:
    """The ideas of the file.

    Attributes:
        phrases: for the words of a phrase, the ideas that it stands for.
        weights: of ideas; of one that is not here, 1.
        stopwords: words without an idea.
        longest: words in the longest phrase.
    """

    phrases: dict[Bare, frozenset[str]]
    weights: dict[str, float]
    stopwords: frozenset[str]
    longest: int

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Every word of every phrase, and those without an idea."""
        return self.stopwords | {word for phrase in self.phrases for word in phrase}

    @cached_property
    def words(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Single words of five letters or more, of which others may be abbreviations."""
        return tuple(
            (bare[0], ideas)
            for bare, ideas in self.phrases.items()
            if len(bare) == 1 and len(bare[0]) >= 5
        )


@cache
def data(name: str) -> dict[str, Any]:
    """A file of the vocabulary."""
    path = files("oversight_agent.proposing") / "vocabulary" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that is installed."""
    content = data("concepts")
    phrases: dict[Bare, set[str]] = {}
    for idea, spellings in content["words"].items():
        for spelling in (idea, *spellings):
            phrases.setdefault(bare(spelling), set()).add(idea)
    return Vocabulary(
        phrases={words: frozenset(ideas) for words, ideas in phrases.items()},
        weights=content["weights"],
        stopwords=frozenset(content["stopwords"]["words"]),
        longest=max(map(len, phrases)),
    )


def bare(text: str) -> Bare:
    """The words of a text in lower case without accents and marks: `RefDate1` is ref, date, 1."""
    spoken = _PLUS.sub(" plus ", text.replace("’", "'").replace("&", " and "))
    plain = unicodedata.normalize("NFKD", spoken)
    plain = plain.encode("ascii", "ignore").decode()
    parted = _CAMEL.sub(" ", plain).lower()
    return tuple(_LETTERS_OR_DIGITS.findall(parted))


@cache
def ideas(text: str) -> Units:
    """A header or phrase as ideas; what stands in brackets counts only if nothing else does."""
    words = bare(_BRACKETS.sub(" ", text))
    return _units(words or bare(text))


@cache
def ideas_in_full(text: str) -> Units:
    """The same with what stands in brackets."""
    return _units(bare(text))


def _units(words: Bare) -> Units:
    known, found, at = vocabulary(), list[Unit](), 0
    words = tuple(part for word in words for part in _whole_or_parted(word, known))
    while at < len(words):
        length, unit = _longest(words[at : at + known.longest], known)
        if unit is not None:
            found.append(unit)
        at += length
    return Units(found)


def _whole_or_parted(word: str, known: Vocabulary) -> Bare:
    if len(word) < 6 or (word,) in known.phrases:
        return (word,)
    return _parted(word)


def _longest(words: Bare, known: Vocabulary) -> tuple[int, Unit | None]:
    """The longest phrase that the words start with, and how many of them it takes."""
    for length in range(len(words), 0, -1):
        meant = known.phrases.get(words[:length])
        if meant is not None:
            return length, Unit(meant)
    if words[0] in known.stopwords:
        return 1, None
    return 1, _guessed(words[0], known)


@cache
def _guess(word: str) -> Unit:
    known = vocabulary()
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) >= 3 and stem != word:
            meant = known.phrases.get((stem,)) or known.phrases.get((stem + "e",))
            if meant is not None:
                return Unit(meant)
    meant = _by_form(word, known)
    return Unit(meant, _GUESSED) if meant else Unit(frozenset({word}))


@cache
def _parted(word: str) -> Bare:
    """A word that is several written as one, taken apart: `teamid`, `rolestarted`; else itself."""
    known = vocabulary()
    single = known.all_words
    best: dict[int, Bare] = {0: ()}
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end - 1):
            piece = word[start:end]
            if start in best and _is_piece(piece, single):
                parts = (*best[start], piece)
                if end not in best or len(parts) < len(best[end]):
                    best[end] = parts
    parts = best.get(len(word), (word,))
    return parts if len(parts) <= 4 else (word,)


def _is_piece(piece: str, single: frozenset[str]) -> bool:
    if len(piece) < 4:
        return piece in _SHORT_PIECES
    return piece in single or any(
        piece.removesuffix(ending) in single or piece.removesuffix(ending) + "e" in single
        for ending in ("s", "ed", "d", "ing")
    )


def _guessed(word: str, known: Vocabulary) -> Unit:  # noqa: ARG001 (the cache is by word)
    return _guess(word)


def _by_form(word: str, known: Vocabulary) -> frozenset[str]:
    """The ideas of the words that a word abbreviates, or shares most of its letters with."""
    if word.isdigit() or len(word) < 3:
        return frozenset()
    near: set[str] = set()
    for full, meant in known.words:
        if _abbreviates(word, full) or _same_stem(word, full):
            near |= meant
    return frozenset(near) if len(near) <= 3 else frozenset()


def _abbreviates(short: str, full: str) -> bool:
    """Whether a short word has letters of a longer one in their order, its first among them."""
    if not 3 <= len(short) <= _LONGEST_ABBREVIATION or short[0] != full[0]:
        return False
    if full.startswith(short):
        return True
    letters = iter(full)
    in_order = all(letter in letters for letter in short)
    vowels = sum(letter in "aeiou" for letter in short[1:])
    return in_order and vowels == 0


def _same_stem(word: str, full: str) -> bool:
    shared = 0
    for one, other in zip(word, full, strict=False):
        if one != other:
            break
        shared += 1
    return shared >= 5 and shared >= 0.65 * max(len(word), len(full))


def nearness(header: Units, phrase: Units, context: Iterable[str] = ()) -> float:
    """How well a phrase fits a header, from 0 to 1.

    Args:
        header: the header's units.
        phrase: what a field is called.
        context: ideas that the whole source is about; they add little and cost nothing.
    """
    if header.ideas.isdisjoint(phrase.ideas):
        return 0.0
    around = frozenset(context)
    left = list(header)
    shared = wanted = 0.0
    for unit in phrase:
        weight = unit.weight * (0.4 if unit.ideas & around else 1.0)
        wanted += weight
        match = next((one for one in left if one.ideas & unit.ideas), None)
        if match is not None:
            left.remove(match)
            shared += weight * match.sure
    extra = sum(one.weight for one in left if not one.ideas & around)
    return shared / (wanted + 0.5 * extra) if wanted else 0.0
