"""A synthetic authority's children, and who holds them when.

What the definitions must decide is in here: workers who change, handovers that overlap or leave
days uncovered, two case holders from the same day on, an earlier time with the authority,
co-workers who do not count, and children who have nobody else. Days are ordinals, ends are the
first day outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from oversight_coordinator.demo.cases import Case
from oversight_coordinator.demo.dice import Dice
from oversight_coordinator.demo.profiles import FIRST_OPEN, HISTORY, LAST_DAY
from oversight_coordinator.demo.records import Allocation, Team
from oversight_coordinator.demo.staff import Staff

_FIRST, _LAST = HISTORY.toordinal(), LAST_DAY.toordinal()
_MEAN_DAYS_WITH_WORKER = 520
_BEFORE = {
    "assessment": "front_door",
    "cin_cp": "assessment",
    "disabled_children": "assessment",
    "looked_after": "cin_cp",
    "care_leavers": "looked_after",
    "youth_justice": "cin_cp",
}
"""Where a child may have been before it came to a service."""


class Spell(NamedTuple):
    """A child with one case holder."""

    worker_id: str
    team: Team
    start: int
    end: int


class Child(NamedTuple):
    """A child's case, and its spells in order and without a gap.

    `held` says that somebody holds the case, not only works with it.
    """

    child_id: str
    case: Case
    spells: tuple[Spell, ...]
    held: bool


def make_children(
    cases: Sequence[Case], ids: Sequence[str], staff: Staff, dice: Dice
) -> list[Child]:
    """The children of these cases."""
    return [
        Child(child, case, tuple(_spells(case, staff, dice)), not dice.happens(0.008))
        for child, case in zip(ids, cases, strict=True)
    ]


def _spells(case: Case, staff: Staff, dice: Dice) -> Iterator[Spell]:
    start, end = case.start, case.end
    before = staff.by_service.get(_BEFORE.get(case.service, ""))
    if before and end - start > 60 and dice.happens(0.25):
        middle = dice.whole(start + 20, min(end, _LAST + 40) - 1)
        yield from _with_workers(dice.pick(before), start, middle, staff, dice)
        start = middle
    yield from _with_workers(dice.pick(staff.by_service[case.service]), start, end, staff, dice)


def _with_workers(team: Team, start: int, end: int, staff: Staff, dice: Dice) -> Iterator[Spell]:
    """A child's time in one team, passed on when its worker leaves, and now and then before."""
    while start < end and start <= _LAST:
        # Who held a case before the months shown does not matter: one then in post stands for it.
        shown = max(start, _FIRST)
        member = staff.in_post(dice, team.team_id, shown)
        until = min(end, member.end, shown + 14 + dice.lasting(_MEAN_DAYS_WITH_WORKER))
        yield Spell(member.worker_id, team, start, until)
        start = until


def allocations(children: list[Child], staff: Staff, dice: Dice) -> Iterator[Allocation]:
    """All allocations, child by child."""
    for child in children:
        if not child.held:
            yield _co_working(child, staff, dice)
            continue
        for spell in child.spells:
            yield _case_holding(child, spell, dice)
        chance = dice.chance()
        last = child.spells[-1]
        if chance < 0.08 and last.start < min(last.end - 1, _LAST):
            yield _co_working(child, staff, dice)
        elif 0.08 <= chance < 0.085:
            yield from _second_holder(child, staff, dice)
        elif 0.085 <= chance < 0.105:
            yield _earlier(child, dice)


def _case_holding(child: Child, spell: Spell, dice: Dice) -> Allocation:
    """A spell as the system has it: on a handover a little more or less."""
    end, closes = spell.end, spell.end == child.case.end
    if not closes:
        chance = dice.chance()
        if chance < 0.3:
            end = min(child.case.end, end + (2 if chance < 0.2 else 5))
        elif chance < 0.36:
            end = max(spell.start + 1, end - dice.whole(1, 12))
    reason = "closed" if closes else "transfer"
    return _allocation(
        child, spell.worker_id, spell.team.team_id, "case_holder", spell.start, end
    )._replace(change_reason=None if end > _LAST else reason)


def _co_working(child: Child, staff: Staff, dice: Dice) -> Allocation:
    """A second worker of any team, from after the child's last case holder began."""
    last = child.spells[-1]
    team = dice.pick(staff.teams).team_id
    start = min(last.start + dice.whole(1, 9), last.end - 1, _LAST)
    worker = staff.in_post(dice, team, max(start, _FIRST)).worker_id
    role = dice.pick(("co_worker", "family_support", "other"))
    return _allocation(child, worker, team, role, start, last.end)


def _second_holder(child: Child, staff: Staff, dice: Dice) -> Iterator[Allocation]:
    """Another case holder from the day on which the last one began."""
    last = child.spells[-1]
    team = dice.pick(staff.teams).team_id
    worker = staff.in_post(dice, team, max(last.start, _FIRST)).worker_id
    if worker != last.worker_id:
        yield _allocation(child, worker, team, "case_holder", last.start, last.end)


def _earlier(child: Child, dice: Dice) -> Allocation:
    """An earlier time with the first worker, ended on the day of the case's start or before."""
    first = child.spells[0]
    end = first.start - dice.pick((0, 1, 45))
    start = end - dice.whole(20, 400)
    return _allocation(child, first.worker_id, first.team.team_id, "case_holder", start, end)


def _allocation(
    child: Child, worker: str, team: str, role: str, start: int, end: int
) -> Allocation:
    shown = None if end > _LAST else date.fromordinal(end)
    return Allocation(child.child_id, worker, team, role, date.fromordinal(start), shown, None)


def some_open(children: Sequence[Child], dice: Dice, number: int) -> Iterator[Child]:
    """Children open on the first day whose case goes on for a while, some of them twice."""
    day = FIRST_OPEN.toordinal()
    there = [c for c in children if c.case.start <= day and c.case.end > day + 60] or children
    for _ in range(number):
        yield dice.pick(there)
