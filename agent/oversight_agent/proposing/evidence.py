"""What a column's values say about whether it can fill a field, whatever it is called.

Rules kept here:

1. `fit` is how well the values suit the field, from 0 to 1; `telling` is how much that says: dates
   suit many fields, the codes of the census suit one.
2. An empty column says nothing either way.
3. A field that every row must have does not come from a column with gaps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import islice
from typing import Generic, TypeVar

from oversight_agent.pipeline.profiling import ColumnProfile
from oversight_agent.proposing.codes import Coded, code_words, coded
from oversight_agent.proposing.dates import EXCEL, Dates, dates
from oversight_agent.proposing.instruments import asked
from oversight_agent.proposing.numbers import Numbers, numbers
from oversight_agent.proposing.words import bare, ideas, vocabulary
from oversight_protocol.specification import SpecField, SpecTableSchema

MOST_CODES = 120
"""Distinct values of a coded column at most; more are no code list."""

CACHED = 100_000
"""How many answers about columns are kept."""

_MOST_LOOKED_AT = 2_000
_FRACTION = re.compile(r"^[+-]?\d{1,9}\.\d+\s*%?$")
_E_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$")
_PERSON = re.compile(r"^[A-Z][\w'’-]+,? (?:[A-Z]\.? )?[A-Z][\w'’-]+$")
_LONG = 45
_OF_PERSONS = frozenset(("child", "worker", "respondent"))
_REPEATING = frozenset(("parent_id", "supervisor_id"))
_Held = TypeVar("_Held")


@dataclass(frozen=True)
class Evidence:
    """What the values say.

    Attributes:
        fit, telling: see above, each from 0 to 1.
        dates: how the column writes dates, for a date field.
        coded: which codes its values stand for, for a coded field.
        numbers: how the column writes numbers, for a field of such.
    """

    fit: float
    telling: float = 0.0
    dates: Dates | None = field(default=None, repr=False)
    coded: Coded | None = field(default=None, repr=False)
    numbers: Numbers | None = field(default=None, repr=False)


NOTHING = Evidence(0.0)
EMPTY = Evidence(0.5)


def evidence(table: SpecTableSchema, spec: SpecField, column: ColumnProfile) -> Evidence:
    """What a column's values say about a field."""
    return _evidence(Key(table), Key(spec), Key(column))


def dates_of(column: ColumnProfile) -> Dates | None:
    """How a column writes dates, if it holds any."""
    return _dates_of(Key(column))


class Key(Generic[_Held]):
    """An object as the key of a cache: the very object, which is kept as long as the cache."""

    def __init__(self, held: _Held) -> None:
        self.held = held

    def __hash__(self) -> int:
        return id(self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and other.held is self.held


@lru_cache(maxsize=CACHED)
def _dates_of(key: Key[ColumnProfile]) -> Dates | None:
    return dates(_some(key.held.values))


@lru_cache(maxsize=CACHED)
def _evidence(
    table_key: Key[SpecTableSchema], spec_key: Key[SpecField], column_key: Key[ColumnProfile]
) -> Evidence:
    table, spec, column = table_key.held, spec_key.held, column_key.held
    if not column.filled:
        return NOTHING if spec.required else EMPTY
    if spec.pseudonym is not None:
        found = _identifier(table, spec, column)
    elif spec.codes is not None or spec.pattern is not None:
        found = _codes(table, spec, column)
    elif spec.type == "date":
        found = _dates(column)
        if spec.name == "wave":
            found = _same_for_all(found, column)
    else:
        found = _numbers(spec, column)
    if not spec.required:
        return found
    gaps = max(0.0, 1 - 3 * column.empty)
    return replace(found, fit=found.fit * gaps, telling=found.telling * gaps)


def _some(values: Mapping[str, int]) -> Mapping[str, int]:
    if len(values) <= _MOST_LOOKED_AT:
        return values
    return dict(islice(values.items(), _MOST_LOOKED_AT))


def _dates(column: ColumnProfile) -> Evidence:
    found = dates_of(column)
    if found is None:
        return NOTHING
    fit = found.share * (0.3 + 0.7 * found.likely)
    if found.format == EXCEL:
        # Five digits may be anything's number.
        return Evidence(fit * 0.9, 0.0, found)
    return Evidence(fit * (0.8 if found.timed else 1.0), 0.25, found)


def _same_for_all(found: Evidence, column: ColumnProfile) -> Evidence:
    """The day on which a round was opened is the same for all its answers."""
    if len(column.values) <= max(3, column.rows // 500):
        return replace(found, telling=0.8 if found.fit else 0.0)
    return replace(found, fit=found.fit * 0.4)


def looks_like_people(column: ColumnProfile) -> bool:
    """Whether most values look like names of persons: two names, one of them no word of ours."""
    some = list(_some(column.values))
    return bool(some) and sum(map(_is_name, some)) > 0.6 * len(some)


def looks_like_mail(column: ColumnProfile) -> bool:
    """Whether most values are addresses of e-mail."""
    some = list(_some(column.values))
    return sum(_E_MAIL.match(one) is not None for one in some) > 0.5 * len(some)


def _is_name(value: str) -> bool:
    return _PERSON.match(value) is not None and not set(bare(value)) <= _known_words()


@cache
def _known_words() -> frozenset[str]:
    """The words of the vocabulary: what people write for ideas and for codes."""
    return vocabulary().all_words | code_words()


def looks_like_text(column: ColumnProfile) -> bool:
    """Whether values are sentences rather than codes or identifiers."""
    some = list(_some(column.values))
    return bool(some) and sum(map(len, some)) / len(some) > _LONG


def _identifier(table: SpecTableSchema, spec: SpecField, column: ColumnProfile) -> Evidence:
    found = dates_of(column)
    if looks_like_text(column) or (
        found is not None and found.format != EXCEL and found.share > 0.7
    ):
        return NOTHING
    if spec.pseudonym not in _OF_PERSONS and _names_persons(spec, column):
        return NOTHING
    is_key = table.table.primary_key == (spec.name,)
    fit = 1.0
    if is_key:
        fit = 1.0 if column.unique == 1.0 else max(0.3, (column.unique - 0.9) * 8)
    elif spec.pseudonym in ("child", "worker") and column.rows > 20:
        few = len(column.values) < (6 if spec.name == "supervisor_id" else 8)
        fit = 0.35 if few else 1.0
    elif spec.pseudonym == "team" and column.rows > 20 and column.unique > 0.9:
        # A team of one for each row is no team.
        fit = 0.35
    if spec.name in _REPEATING and column.rows > 3 and column.unique == 1.0 and not column.empty:
        # Somebody has no parent or supervisor, or two have the same.
        fit *= 0.3
    if looks_like_people(column):
        fit *= 0.7
    if any(_FRACTION.match(one) for one in list(column.values)[:50]):
        fit *= 0.5
    if spec.pseudonym == "respondent" and len(column.values) >= 5:
        # Each person answers each question once.
        even = len(set(column.values.values())) == 1 and max(column.values.values()) > 1
        return Evidence(fit, 0.7 if even else 0.15)
    return Evidence(fit, 0.15 if not is_key else 0.25)


def _names_persons(spec: SpecField, column: ColumnProfile) -> bool:
    """Whether a column is about persons, not about the thing that a field identifies.

    A team may be called like a person; then its column's name says that it is about teams.
    """
    header = ideas(column.name)
    about = {spec.pseudonym or "", spec.name.removesuffix("_id")}
    if looks_like_mail(column) or any(unit.ideas == {"sex"} for unit in header):
        return True
    return looks_like_people(column) and not any(unit.ideas & about for unit in header)


def _codes(table: SpecTableSchema, spec: SpecField, column: ColumnProfile) -> Evidence:
    if len(column.values) > MOST_CODES:
        return NOTHING
    found = dates_of(column)
    if found is not None and found.share > 0.7 and found.format != EXCEL:
        return NOTHING
    if spec.pattern is not None:
        return _short_codes(table, spec, column)
    result = coded(table.name, spec, column.values)
    if result.share < 0.5 and len(column.values) > 6 and looks_like_people(column):
        return NOTHING
    crowded = 0.5 if len(column.values) > 4 * len(spec.codes or ()) + 12 else 1.0
    return Evidence(result.share * crowded, result.telling * crowded, coded=result)


def _short_codes(table: SpecTableSchema, spec: SpecField, column: ColumnProfile) -> Evidence:
    pattern = spec.pattern
    as_they_are = sum(
        times for value, times in column.values.items() if pattern and pattern.fullmatch(value)
    )
    if as_they_are >= 0.9 * column.filled:
        return Evidence(as_they_are / column.filled, 0.8)
    result = asked(table.name, column.values)
    if result is None or not result.codes:
        return NOTHING
    return Evidence(result.share, result.telling, coded=result)


def _numbers(spec: SpecField, column: ColumnProfile) -> Evidence:
    found = numbers(spec, column.name, _some(column.values))
    return NOTHING if found is None else Evidence(found.fit, found.telling, numbers=found)


def can_hold(table: SpecTableSchema, spec: SpecField, column: ColumnProfile) -> bool:
    """Whether a column may fill a field at all: a date and a number can come from no other."""
    if not column.filled or spec.pseudonym is not None or spec.codes is not None or spec.pattern:
        return True
    found = evidence(table, spec, column)
    return found.dates is not None if spec.type == "date" else found.numbers is not None
