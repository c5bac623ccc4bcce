"""A synthetic authority's children, and who holds them when.

About as many are open on any day as the profile says: some from before, some who come, some who go.
No two allocations of a child start on one day, so that "the latest start" always names one team.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from oversight_coordinator.demo.dice import Dice
from oversight_coordinator.demo.profiles import FIRST_EVENT, LAST_DAY, SERVICES, Profile
from oversight_coordinator.demo.records import Allocation, Team
from oversight_coordinator.demo.staff import Staff

_FIRST, _LAST = FIRST_EVENT.toordinal(), LAST_DAY.toordinal()
_MEAN_DAYS = 320
_SHORTEST_DAYS = 10
_BEFORE = {
    "assessment": "front_door",
    "cin_cp": "assessment",
    "disabled_children": "assessment",
    "looked_after": "cin_cp",
    "care_leavers": "looked_after",
    "youth_justice": "cin_cp",
}
"""Where a child may have been before it came to a service."""


@dataclass(frozen=True)
class Spell:
    """A child with one case holder; days are ordinals, `end` the first day outside."""

    worker_id: str
    team: Team
    start: int
    end: int


@dataclass(frozen=True)
class Child:
    """A child's spells, in order and without a gap."""

    child_id: str
    spells: tuple[Spell, ...]

    @property
    def end(self) -> int:
        """The first day on which the case is closed."""
        return self.spells[-1].end

    def holder(self, day: int) -> Spell:
        """The spell on a day on which the child is open."""
        return next(spell for spell in self.spells if spell.start <= day < spell.end)


def make_children(profile: Profile, staff: Staff, dice: Dice) -> list[Child]:
    """All children open at some time from the first event on."""
    children: list[Child] = []
    for service, start, end in _cases(profile, dice):
        spells = tuple(_spells(service, start, end, staff, dice))
        children.append(Child(f"{len(children) + 1:05d}", spells))
    return children


def _cases(profile: Profile, dice: Dice) -> Iterator[tuple[str, int, int]]:
    days = _LAST - _FIRST
    for service, number in zip(SERVICES, profile.children, strict=True):
        for _ in range(number):
            start = _FIRST - _SHORTEST_DAYS - dice.lasting(_MEAN_DAYS)
            yield service, start, _FIRST + 1 + dice.lasting(_MEAN_DAYS)
        for _ in range(number * days // _MEAN_DAYS):
            start = dice.whole(_FIRST + 1, _LAST - 1)
            yield service, start, start + _SHORTEST_DAYS + dice.lasting(_MEAN_DAYS)


def _spells(service: str, start: int, end: int, staff: Staff, dice: Dice) -> Iterator[Spell]:
    before = staff.of_service(_BEFORE.get(service, ""))
    if before and end - start > 60 and dice.happens(0.25):
        middle = dice.whole(start + 20, min(end, _LAST + 40) - 1)
        yield from _with_workers(dice.pick(before), start, middle, staff, dice)
        start = middle
    yield from _with_workers(dice.pick(staff.of_service(service)), start, end, staff, dice)


def _with_workers(team: Team, start: int, end: int, staff: Staff, dice: Dice) -> Iterator[Spell]:
    """A child's time in one team, passed on whenever its worker leaves."""
    while start < end:
        # Who held a case before the months shown does not matter: one now in post stands for it.
        member = staff.in_post(dice, team.team_id, max(start, _FIRST))
        until = min(end, member.end)
        yield Spell(member.worker_id, team, start, until)
        start = until


def allocations(children: list[Child], staff: Staff, dice: Dice) -> Iterator[Allocation]:
    """Case holders, handovers that overlap, and co-workers who do not count."""
    for child in children:
        for spell in child.spells:
            yield _case_holding(child, spell, dice)
        last = child.spells[-1]
        if last.end - last.start > 1 and dice.happens(0.08):
            yield _co_working(child, staff, dice)


def _case_holding(child: Child, spell: Spell, dice: Dice) -> Allocation:
    closes = spell.end == child.end
    end = spell.end if closes else min(child.end, spell.end + dice.pick((0, 0, 2, 5)))
    return Allocation(
        child.child_id,
        spell.worker_id,
        spell.team.team_id,
        "case_holder",
        date.fromordinal(spell.start),
        _shown(end),
        None if end > _LAST else "closed" if closes else "transfer",
    )


def _co_working(child: Child, staff: Staff, dice: Dice) -> Allocation:
    """A second worker of any team, from after the child's last case holder began."""
    last = child.spells[-1]
    team = dice.pick(staff.teams).team_id
    start = min(last.start + dice.whole(1, 9), last.end - 1)
    worker = staff.in_post(dice, team, max(start, _FIRST)).worker_id
    role = dice.pick(("co_worker", "family_support"))
    first = date.fromordinal(start)
    return Allocation(child.child_id, worker, team, role, first, _shown(last.end), None)


def _shown(end: int) -> date | None:
    return None if end > _LAST else date.fromordinal(end)
