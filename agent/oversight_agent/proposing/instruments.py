"""The study's survey and code frame, by which questions and themes are known by their wording.

Rules kept here:

1. A question is known by its number, or by most of its words in their order; guessed by some of
   them, or by a number alone.
2. What the study asks is data of the protocol (`study_package`); nothing of it stands here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache

from oversight_agent.proposing.codes import Coded
from oversight_agent.proposing.words import Bare, bare
from oversight_protocol import study_package

_SURE, _RESEMBLES = 0.72, 0.4
_PLACE = re.compile(
    r"^\s*(?:q(?:n|uestion)?|item|statement|s)?[\s_]*0?(\d{1,2})(?![0-9])", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"^\s*(?:q(?:uestion)?\s*)?([A-Za-z]?)\s*0?(\d{1,2})\s*[-.:)]?\s*", re.IGNORECASE
)


@cache
def questions() -> dict[str, Bare]:
    """The survey's questions: by number their words."""
    survey = study_package.installed().survey
    return {} if survey is None else {one.id: bare(one.text) for one in survey.questions}


@cache
def wordings() -> dict[str, str]:
    """The survey's questions: by number their wording."""
    survey = study_package.installed().survey
    return {} if survey is None else {one.id: one.text for one in survey.questions}


@cache
def themes() -> dict[str, Bare]:
    """The code frame's themes: by code the words of their labels."""
    return {one.code: bare(one.label) for one in study_package.installed().themes or ()}


def question_of(header: str) -> str | None:
    """The number of the question that a header is, or None."""
    return _nearest(header, questions())


def question_like(header: str) -> str | None:
    """The number of the question that a header may be, by some of its words or its own number."""
    known = questions()
    words = bare(_NUMBERED.sub("", header) or header)
    best = max(known, key=lambda one: _alike(words, known[one]), default=None)
    if best is not None and len(words) > 3 and _alike(words, known[best]) >= _RESEMBLES:
        return best
    place = _PLACE.match(header)
    numbered = {int(one[1:]): one for one in known}
    return numbered.get(int(place[1])) if place else None


def asked(table: str, values: Mapping[str, int]) -> Coded | None:
    """Values taken for questions or themes by their wording; None for any other table."""
    known = {"survey_response": questions, "theme": themes}.get(table)
    if known is None:
        return None
    found = {value: code for value in values if (code := _nearest(value, known()))}
    rows = sum(values.values())
    share = sum(values[one] for one in found) / rows if rows else 0.0
    still_open = tuple(one for one in values if one not in found)
    likened = tuple(one for one, code in found.items() if not _says(one, code, known()))
    return Coded(found, still_open, share, min(0.85, 0.3 * len(set(found.values()))), likened)


def _nearest(text: str, known: Mapping[str, Bare]) -> str | None:
    lead = re.match(r"^\s*([A-Za-z]\d{2})\b", text)
    if lead and lead[1].upper() in known:
        return lead[1].upper()
    words = bare(_NUMBERED.sub("", text) or text)
    if not words:
        return None
    best = max(known, key=lambda code: _alike(words, known[code]), default=None)
    return best if best is not None and _alike(words, known[best]) >= _SURE else None


def _says(text: str, code: str, known: Mapping[str, Bare]) -> bool:
    """Whether a text is the code, begins with it, or is its very wording."""
    return text.strip().upper().startswith(code) or bare(_NUMBERED.sub("", text)) == known[code]


def _alike(words: Bare, others: Bare) -> float:
    if frozenset(words).isdisjoint(others):
        return 0.0
    return SequenceMatcher(None, list(words), list(others), autojunk=False).ratio()
