"""A synthetic authority's cases: who is open from when to when, in which service, on which plan.

At any day from `FIRST_OPEN` on, about as many are open as the profile says, and episodes and plans
have lasted about as long as published: some were open before, some come, some go. Days are
ordinals, ends are the first day outside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from oversight_coordinator.demo.dice import Dice
from oversight_coordinator.demo.profiles import FIRST_OPEN, LAST_DAY, SERVICES, Profile

_FIRST, _LAST = FIRST_OPEN.toordinal(), LAST_DAY.toordinal()
_WINDOW = _LAST - _FIRST
_SHORTEST = 10
"""Days that a case lasts at least."""
_DRIVING = ("cp", "cin")
"""Plans whose length decides how long the case lasts."""
_CIN_ELSEWHERE = {"disabled_children": 1.0, "assessment": 0.4}
"""How likely a children in need plan is outside `cin_cp`, against a child there without `cp`."""
_MOST = 0.95
_COMERS = {"cp": 1.05, "cin": 0.94, "episode": 0.85}
"""Of those whom the leaving rates ask for; a plan's case begins earlier and ends later than it."""


class Course(NamedTuple):
    """A plan's time."""

    type: str
    start: int
    end: int


class Case(NamedTuple):
    """A child's time with the authority."""

    service: str
    start: int
    end: int
    plan: Course | None


def make_cases(profile: Profile, dice: Dice) -> list[Case]:
    """All cases open at some time from `FIRST_OPEN` on; first those open on that day."""
    return _Maker(profile, dice).make()


class _Maker:
    def __init__(self, profile: Profile, dice: Dice) -> None:
        self._profile, self._dice = profile, dice
        self._durations = profile.durations
        self._plans = plan_shares(profile)

    def make(self) -> list[Case]:
        stock = list(self._stock())
        return [*stock, *self._comers(stock)]

    def _stock(self) -> Iterator[Case]:
        for service, number in zip(SERVICES, self._profile.children, strict=True):
            shares = self._plans.get(service, {})
            for _ in range(number):
                plan = self._plan(shares)
                yield (
                    self._planned(service, plan) if plan in _DRIVING else self._open(service, plan)
                )

    def _plan(self, shares: dict[str, float]) -> str:
        chance = self._dice.chance()
        for plan, share in shares.items():
            if chance < share:
                return plan
            chance -= share
        return ""

    def _open(self, service: str, plan: str) -> Case:
        """A case open on the first day whose plan, if any, lasts as long as it does."""
        durations, dice = self._durations["episode"], self._dice
        so_far = durations.so_far(dice)
        start, end = _FIRST - so_far, _FIRST + 1 + durations.rest(dice, so_far)
        end = max(end, start + _SHORTEST)
        if not plan:
            return Case(service, start, end, None)
        return Case(service, start, end, Course(plan, start + dice.whole(0, min(60, so_far)), end))

    def _planned(self, service: str, plan: str) -> Case:
        """A case open on the first day with a plan of its own length."""
        durations, dice = self._durations[plan], self._dice
        so_far = durations.so_far(dice)
        start, end = _FIRST - so_far, _FIRST + 1 + durations.rest(dice, so_far)
        opened = min(_FIRST - self._durations["episode"].so_far(dice), start - dice.whole(0, 40))
        return Case(service, opened, end + self._tail(), Course(plan, start, end))

    def _comers(self, stock: Sequence[Case]) -> Iterator[Case]:
        """As many of each kind as leave."""
        kinds = Counter((case.service, case.plan.type if case.plan else "") for case in stock)
        for (service, plan), number in kinds.items():
            driving = plan if plan in _DRIVING else "episode"
            rate = self._durations[driving].leaving * _COMERS[driving]
            for _ in range(self._dice.number(number * rate * _WINDOW)):
                yield self._comer(service, plan)

    def _comer(self, service: str, plan: str) -> Case:
        """A case that opens after the first day, or whose plan does."""
        dice = self._dice
        day = dice.whole(_FIRST + 1, _LAST - 1)
        if plan not in _DRIVING:
            start = day
            end = start + _SHORTEST + self._durations["episode"].rest(dice, 0)
            course = Course(plan, start + dice.whole(0, _SHORTEST - 1), end) if plan else None
            return Case(service, start, end, course)
        until = day + 1 + self._durations[plan].rest(dice, 0)
        opened = day - dice.whole(0, 20)
        return Case(service, opened, until + self._tail(), Course(plan, day, until))

    def _tail(self) -> int:
        """Days between a plan's end and the case's; some close together."""
        return 0 if self._dice.happens(0.4) else self._dice.whole(1, 40)


def plan_shares(profile: Profile) -> dict[str, dict[str, float]]:
    """Of each service's children, the share on each plan, so that the published numbers come out.

    Child protection plans are all in `cin_cp`; children in need plans are there and elsewhere.
    """
    number = dict(zip(SERVICES, profile.children, strict=True))
    total = sum(profile.children)
    cp = min(_MOST, profile.cp_share * total / number["cin_cp"])
    weights = {"cin_cp": 1 - cp, **_CIN_ELSEWHERE}
    weight = sum(weights[service] * number[service] for service in weights)
    cin = min(1.0, profile.cin_share * total / weight)
    shares = {service: {"cin": cin * one} for service, one in weights.items()}
    shares["cin_cp"] = {"cp": cp, **shares["cin_cp"]}
    return {**shares, "looked_after": {"cla": 0.9}, "care_leavers": {"care_leaver": 0.92}}
