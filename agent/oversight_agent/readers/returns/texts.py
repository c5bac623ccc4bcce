"""Values of returns in the one form that the specification's codes and dates have.

Rules kept here:

1. A code stands in a cell alone or with its words and with the letter of Ofsted's list:
   `6`, `6: Police`, `q) 6: Police` and `N4 - Family in acute stress` are codes.
2. What has no such form is left as it stands, for mapping to tell; nothing is guessed.
"""

from __future__ import annotations

import re

from oversight_agent.sources import tidy

_LETTERED = re.compile(r"[a-z]{1,2}[0-9]?\)\s*(.*)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"(RC[0-9]|N[0-9]|[0-9]{1,2}[A-F]?)(?![A-Za-z0-9])", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2}|[T ][0-9:.]+Z?)?")
_BRITISH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: [0-9:]+)?")
_IN_NEED = re.compile(r"(child(ren)? in need|cin)\b", re.IGNORECASE)
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_YES_NO = {"1": "1", "0": "0", "y": "1", "n": "0", "yes": "1", "no": "0", "true": "1", "false": "0"}
_CATEGORIES = {
    "neglect": "NEG",
    "physical": "PHY",
    "sexual": "SAB",
    "emotional": "EMO",
    "multiple": "MUL",
}
_ROLES = {
    "cw": "case_holder",
    "caseholder": "case_holder",
    "caseworker": "case_holder",
    "allocatedcaseworker": "case_holder",
    "allocatedworker": "case_holder",
    "allocatedsocialworker": "case_holder",
    "coworker": "co_worker",
    "coworkerallocated": "co_worker",
    "secondaryworker": "co_worker",
    "familysupport": "family_support",
    "familysupportworker": "family_support",
    "16plus": "other",
    "personaladviser": "other",
    "personaladvisor": "other",
    "independentreviewingofficer": "other",
    "iro": "other",
    "other": "other",
}
"""By the word as it is compared: without white space, punctuation and case."""

_CATEGORY_CODES = frozenset(_CATEGORIES.values())


def code(text: str) -> str:
    """The code of a source of referral, need or closure, or the text as it stands."""
    match = _CODE.match(_bare(text))
    return match[1].upper() if match else text


def yes_no(text: str) -> str:
    """`1` or `0`, or the text as it stands."""
    return _YES_NO.get(_bare(text).casefold(), text)


def category(text: str) -> str:
    """A category of abuse, or the text as it stands."""
    bare = _bare(text)
    if bare.upper() in _CATEGORY_CODES:
        return bare.upper()
    first = re.split(r"[^a-z]", bare.casefold(), maxsplit=1)[0]
    return _CATEGORIES.get(first, text)


def day(text: str) -> str:
    """A day of XML, a database or a British export as YYYY-MM-DD, or the text as it stands."""
    text = text.strip()
    if match := _DAY.fullmatch(text):
        return match[1]
    if match := _BRITISH_DAY.fullmatch(text):
        return f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    return text


def is_day(text: str) -> bool:
    """Whether a text is a day as `day` writes it."""
    return _DAY.fullmatch(text) is not None


def role(text: str) -> str:
    """What a worker is to a child, or the text as it stands."""
    return _ROLES.get(re.sub(r"[\W_]", "", text).casefold(), text)


def is_in_need_plan(text: str) -> bool:
    """Whether a case's status in list 6 of Annex A is a child in need plan."""
    return _IN_NEED.match(_bare(text)) is not None


def name(text: str) -> str:
    """A team's or worker's name with each white space as one blank; nothing for an error cell."""
    text = tidy(text)
    return "" if text in _ERRORS else text


def _bare(text: str) -> str:
    """Without the letter of Ofsted's list."""
    match = _LETTERED.fullmatch(text.strip())
    return (match[1] if match else text).strip()
