"""A synthetic authority's referrals over two years, and which children came into its cases by them.

Re-referrals are planted at the published share: an earlier referral of the same child lies 1 to 365
days back. A few lie exactly 365 or 366 days back, and a few children are referred twice on one day,
which makes neither the earlier one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import count

from oversight_coordinator.demo.cases import Case
from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.profiles import FIRST_REFERRAL, LAST_DAY, Profile
from oversight_coordinator.demo.records import Referral

_FIRST, _LAST = FIRST_REFERRAL.toordinal(), LAST_DAY.toordinal()
_DAYS = _LAST - _FIRST + 1
_YEAR = 365
_LEADS = 30
"""A referral leads to a case that opens within so many days."""

_SOURCES = Weighted(
    {
        "6": 29,
        "2A": 20,
        "3A": 5,
        "3D": 9,
        "5B": 13,
        "1A": 6,
        "1C": 2,
        "8": 7,
        "9": 3,
        "10": 2,
        "4": 2,
    }
)
_NEEDS = Weighted(
    {"N1": 55, "N2": 10, "N3": 3, "N4": 9, "N5": 13, "N6": 2, "N8": 2, "N9": 5, "N0": 1}
)
_NO_ACTION: Weighted[int | None] = Weighted({0: 90.0, 1: 7.0, None: 3.0})
_REASONS = ("RC1", "RC2", "RC7", "RC8", "RC9")

Stream = list[tuple[int, int]]
"""Day and child of each referral, in the order of days."""


def make_stream(profile: Profile, dice: Dice) -> Stream:
    """Who is referred when."""
    number = dice.number(profile.referrals * _DAYS / _YEAR)
    days = sorted(dice.whole(_FIRST, _LAST) for _ in range(number))
    share, new = profile.published.rereferral_percent / 100, count(1)
    children: list[int] = []
    for place in range(len(days)):
        known = _known(place, days, share, dice)
        children.append(next(new) if known is None else children[known])
    return list(zip(days, children, strict=True))


def _known(place: int, days: Sequence[int], share: float, dice: Dice) -> int | None:
    """The place of an earlier referral of the same child, if there is to be one."""
    day = days[place]
    if not dice.happens(share):
        twice = place > 0 and days[place - 1] == day and dice.happens(0.02)
        return place - 1 if twice else None
    chance = dice.chance()
    first, last = day - _YEAR, day
    if chance < 0.02:
        last = first + 1
    elif chance < 0.03:
        first, last = first - 1, first
    low, high = bisect_left(days, first, 0, place), bisect_left(days, last, 0, place)
    return dice.whole(low, high - 1) if low < high else None


def child_ids(cases: Sequence[Case], stream: Stream) -> list[str]:
    """Of each case the child: one who was just referred, else one of whom no referral is known."""
    ids = [""] * len(cases)
    new = count(1 + max((child for _, child in stream), default=0))
    waiting: Stream = []
    taken: set[int] = set()
    following = 0
    for place in sorted(range(len(cases)), key=lambda place: cases[place].start):
        start = cases[place].start
        while following < len(stream) and stream[following][0] <= start:
            waiting.append(stream[following])
            following += 1
        while waiting and waiting[-1][1] in taken:
            waiting.pop()
        near = bool(waiting) and waiting[-1][0] >= start - _LEADS
        child = waiting.pop()[1] if near else next(new)
        taken.add(child)
        ids[place] = f"{child:05d}"
    return ids


def make_referrals(stream: Stream, dice: Dice) -> tuple[Referral, ...]:
    """The referrals as the system lists them."""
    return tuple(
        _referral(f"{number:06d}", f"{child:05d}", day, dice)
        for number, (day, child) in enumerate(stream, 1)
    )


def _referral(number: str, child: str, day: int, dice: Dice) -> Referral:
    no_action = dice.weighted(_NO_ACTION)
    close = day + (dice.whole(0, 5) if no_action else dice.whole(15, 700))
    closed = close <= _LAST
    return Referral(
        referral_id=number,
        child_id=child,
        referral_date=date.fromordinal(day),
        source=dice.weighted(_SOURCES),
        need=dice.weighted(_NEEDS),
        nfa=no_action,
        close_date=date.fromordinal(close) if closed else None,
        reason=dice.pick(_REASONS) if closed else None,
    )
