"""The questions of the study's survey as the tools for surveys head their columns.

The questions are the study's, word for word: an authority asks them as they stand.
"""

from __future__ import annotations

from collections.abc import Callable

from oversight_coordinator.demo.layouts import Wide
from oversight_protocol import study_package

AGREEMENT = "Strongly disagree|Disagree|Neither agree nor disagree|Agree|Strongly agree"
"""The study's own words for the answers."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def asked(pattern: str, words: str = AGREEMENT, *, over: str = "") -> Wide:
    """The questions' columns.

    Args:
        pattern: of a header, with `{number}` (from 1), `{code}` and `{text}` of the question.
        words: for the answers from 1 to 5, between bars; after `#` as numbers and not as text.
        over: the name above the headers, where a header has two rows.
    """
    survey = study_package.installed().survey
    questions = survey.questions if survey else ()
    headings = {
        one.id: pattern.format(number=number, code=one.id, text=one.text)
        for number, one in enumerate(questions, 1)
    }
    codes: dict[str | int, str] = dict(enumerate(words.lstrip("#").split("|"), 1))
    return Wide(headings, codes, over, native=words.startswith("#"))


def round_name(wave: object) -> str:
    """What a round is called that was opened on a day, such as "May 2026"."""
    year, month, _ = str(wave).split("-")
    return f"{_MONTHS[int(month) - 1]} {year}"


def placed(words: tuple[str, ...], codes: tuple[str, ...]) -> Callable[[str], str]:
    """What stands in the place of each of some codes."""
    return dict(zip(codes, words, strict=True)).__getitem__
