"""Identifiers of referrals, which census and Annex A do not number: which rows are one referral.

An identifier is made of the child's, the day and, from the second referral of a child on one day, a
number. A row of a later return is a referral of an earlier one if it says of it what that said, or
more.

Rules kept here:

1. Each row of one return is a referral of its own, so that two on one day stay two.
2. Over several returns the pairs that agree best are one referral, each row in one pair. Two rows
   that contradict each other in more than one point are two: one point may have been corrected.
3. What does not pair is a new referral, numbered after those of earlier returns, so that another
   year's return leaves their identifiers as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from oversight_agent.readers.returns.rows import Extract, Rows

_POINTS = ("source", "need", "nfa", "close_date")
"""What tells referrals of a child on one day apart. Only the end comes later."""

_CORRECTED = 1
"""Points in which two returns may contradict each other about one referral."""

_PAIRS = 10_000
"""Pairs that are compared; nobody has as many referrals on one day, and then their order counts."""

_Words = tuple[str, ...]
_Place = tuple[Rows, int]
_Key = tuple[str, str]


def identify(extracts: Sequence[Extract]) -> None:
    """Fill in `referral_id` of all rows; without a child or a day it stays empty.

    Args:
        extracts: several returns of `episode`, the earliest first.
    """
    known: dict[_Key, list[_Words]] = defaultdict(list)
    for extract in extracts:
        for key, places in _by_day(extract).items():
            words = [_words(*place) for place in places]
            numbers = _numbers(known[key], words)
            _remember(known[key], numbers, words)
            for (rows, at), number in zip(places, numbers, strict=True):
                rows.columns["referral_id"][at] = _identifier(key, number)


def _by_day(extract: Extract) -> dict[_Key, list[_Place]]:
    """The places of a return's rows by child and day."""
    found: dict[_Key, list[_Place]] = defaultdict(list)
    for rows in extract.parts:
        if "referral_id" not in rows.columns:
            continue
        keys = zip(rows.columns["child_id"], rows.columns["referral_date"], strict=True)
        for at, key in enumerate(keys):
            if all(key):
                found[key].append((rows, at))
    return found


def _words(rows: Rows, at: int) -> _Words:
    return tuple(rows.columns[name][at] if name in rows.columns else "" for name in _POINTS)


def _numbers(before: Sequence[_Words], now: Sequence[_Words]) -> list[int]:
    """For each row its referral's number from 0: of one known before, or the next."""
    if len(before) * len(now) > _PAIRS:
        return list(range(len(now)))
    found: dict[int, int] = {}
    for _, number, at in sorted(_pairs(before, now)):
        if at not in found and number not in found.values():
            found[at] = number
    new = iter(range(len(before), len(before) + len(now)))
    return [found[at] if at in found else next(new) for at in range(len(now))]


def _pairs(
    before: Sequence[_Words], now: Sequence[_Words]
) -> Iterator[tuple[tuple[int, int], int, int]]:
    """The pairs that may be one referral: how far they differ, and both their places."""
    for number, known in enumerate(before):
        for at, words in enumerate(now):
            told = list(zip(known, words, strict=True))
            more = sum(not one and bool(other) for one, other in told)
            against = sum(bool(one) and one != other for one, other in told)
            if against <= _CORRECTED:
                yield (against, more), number, at


def _remember(known: list[_Words], numbers: Sequence[int], words: Sequence[_Words]) -> None:
    """The last word on each referral."""
    for number, one in zip(numbers, words, strict=True):
        if number < len(known):
            known[number] = one
        else:
            known.append(one)


def _identifier(key: _Key, number: int) -> str:
    first = "|".join(key)
    return first if number == 0 else f"{first}|{number + 1}"
