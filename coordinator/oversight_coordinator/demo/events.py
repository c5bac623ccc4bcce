"""A synthetic authority's supervisions, and where their two parts were recorded.

Group supervisions and management decisions are recorded better than all others here: a figure that
counted them by mistake would show it. Some children never have a supervision, some have two on one
day.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from datetime import date
from itertools import count
from operator import attrgetter

from oversight_coordinator.demo.caseload import Child
from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.profiles import FIRST_EVENT, LAST_DAY, SERVICES, Profile
from oversight_coordinator.demo.records import Event, Team
from oversight_coordinator.demo.staff import Member, Staff

_FIRST, _LAST = FIRST_EVENT.toordinal(), LAST_DAY.toordinal()

Places = tuple[str | None, str | None]
"""Where part 1 and part 2 are recorded."""

_FILE, _RECORD, _NEITHER = "child_file", "supervision_record", "neither"

_PLACES: dict[str, dict[Places, float]] = {
    "both": {(_FILE, _RECORD): 9, ("both", _RECORD): 1, (_FILE, "both"): 1},
    "part1_only": {(_FILE, _NEITHER): 8, (_FILE, _FILE): 2, ("both", _NEITHER): 1},
    "part2_only": {(_NEITHER, _RECORD): 6, (_RECORD, _RECORD): 3, (_NEITHER, "both"): 1},
    "misplaced": {(_RECORD, _NEITHER): 5, (_NEITHER, _FILE): 3, (_RECORD, _FILE): 1},
    "neither": {(_NEITHER, _NEITHER): 1},
    "unknown": {
        (None, None): 4,
        ("unknown", "unknown"): 3,
        (_FILE, "unknown"): 2,
        (None, _NEITHER): 1,
        ("unknown", _RECORD): 1,
    },
}
_WELL_RECORDED = {"both": 8.0, "part1_only": 1.0, "neither": 1.0}
_NOWHERE = (None, "unknown", _NEITHER)
_TWICE = 0.006
_RECORDED_DAYS, _RECORDED = 9, 0.93
_AUTHORISED_DAYS = 21
_YES_NO = "YYYYYYNNNU"


def make_events(
    profile: Profile, staff: Staff, children: list[Child], dice: Dice
) -> tuple[Event, ...]:
    """All events in the order in which they were held."""
    maker = _Maker(profile, staff, dice)
    events = [event for child in children for event in maker.of_child(child)]
    for team in staff.teams:
        for member in staff.members[team.team_id]:
            events.extend(maker.of_worker(member, team))
        events.extend(maker.of_group(team))
    for member, team in staff.others:
        events.extend(maker.of_worker(member, team))
    events.sort(key=attrgetter("held_date"))
    return tuple(events)


class _Maker:
    def __init__(self, profile: Profile, staff: Staff, dice: Dice) -> None:
        self._planted, self._staff, self._dice = profile.planted, staff, dice
        self._places = {
            service: _weighted(_recording(profile, service))
            for service, number in zip(SERVICES, profile.children, strict=True)
            if number
        }
        self._well = _weighted(_WELL_RECORDED)
        self._numbers = count(1)

    def of_child(self, child: Child) -> Iterator[Event]:
        """Case supervision about as often as the policy says, now and then missed."""
        dice, chance = self._dice, self._dice.chance
        if chance() < self._planted.unsupervised:
            return
        case, spells, place = child.case, child.spells, 0
        interval, missed = self._interval(child), self._planted.missed
        day, until = self._from(case.start), min(case.end, _LAST + 1)
        while day < until:
            while spells[place].end <= day:
                place += 1
            spell = spells[place]
            yield self._event(
                _case_type(chance()), day, child.child_id, spell.worker_id, spell.team
            )
            if chance() < _TWICE:
                yield self._event("case", day, child.child_id, spell.worker_id, spell.team)
            day += interval + dice.whole(-12, 2)
            if chance() < missed:
                day += dice.whole(8, 80)
            day = _workday(day)

    def of_worker(self, member: Member, team: Team) -> Iterator[Event]:
        """Personal supervision about once a month while in post; a few combined without a child."""
        day = self._from(member.start)
        while day < min(member.end, _LAST + 1):
            kind = "combined" if self._dice.happens(0.03) else "personal"
            yield self._event(kind, day, None, member.worker_id, team)
            day = self._next(day)

    def of_group(self, team: Team) -> Iterator[Event]:
        """A team's group supervision, in the name of one who was there."""
        day = self._from(_FIRST)
        while day <= _LAST:
            worker = self._staff.in_post(self._dice, team.team_id, day).worker_id
            yield self._event("group", day, None, worker, team)
            day = self._next(day)

    def _interval(self, child: Child) -> int:
        plan = child.case.plan
        own = self._planted.cp_interval if plan is not None and plan.type == "cp" else None
        return own or self._planted.interval

    def _from(self, start: int) -> int:
        return _workday(max(start, _FIRST) + self._dice.whole(0, 30))

    def _next(self, day: int) -> int:
        missed = 30 if self._dice.happens(0.12) else 0
        return _workday(day + self._dice.whole(24, 36) + missed)

    def _event(self, kind: str, day: int, child: str | None, worker: str, team: Team) -> Event:
        chance, date_of = self._dice.chance, date.fromordinal
        counted = kind in ("case", "personal", "combined")
        places = self._places[team.service] if counted else self._well
        first, second = places.values[bisect(places.steps, chance() * places.steps[-1])]
        recorded = self._recorded(day)
        authorised = self._authorised(recorded)
        # By place, not by name, because this is done half a million times.
        return Event(
            f"{next(self._numbers):06d}",
            child,
            worker,
            self._staff.manager(team.team_id, day),
            date_of(day),
            date_of(recorded) if recorded else None,
            date_of(authorised) if authorised else None,
            kind,
            first,
            second,
            None if first in _NOWHERE else _YES_NO[int(chance() * 10)],
            None if second in _NOWHERE else _YES_NO[int(chance() * 10)],
            _YES_NO[int(chance() * 10)],
            "audit_sample" if chance() < 0.06 else "structured",
        )

    def _recorded(self, day: int) -> int:
        """The day of the record, or 0."""
        chance = self._dice.chance
        later = day + int(chance() * (_RECORDED_DAYS + 1))
        return later if chance() < _RECORDED and later <= _LAST else 0

    def _authorised(self, recorded: int) -> int:
        """The day of the authorisation, or 0."""
        if not recorded:
            return 0
        chance = self._dice.chance
        later = recorded + int(chance() * (_AUTHORISED_DAYS + 1))
        return later if chance() < self._planted.authorised and later <= _LAST else 0


def _case_type(chance: float) -> str:
    return "case" if chance < 0.86 else "combined" if chance < 0.92 else "management_decision"


def _weighted(shares: dict[str, float]) -> Weighted[Places]:
    """Places by weight, from outcomes by weight."""
    return Weighted({
        places: share * weight / sum(_PLACES[outcome].values())
        for outcome, share in shares.items()
        for places, weight in _PLACES[outcome].items()
    })  # fmt: skip


def _recording(profile: Profile, service: str) -> dict[str, float]:
    planted, neither = profile.planted, profile.neither_in(service)
    known = {
        "neither": neither,
        "part1_only": 1 - neither - planted.both - planted.part2_only - planted.misplaced,
        "both": planted.both,
        "part2_only": planted.part2_only,
        "misplaced": planted.misplaced,
    }
    shares = {outcome: share * (1 - planted.unknown) for outcome, share in known.items()}
    return {**shares, "unknown": planted.unknown}


def _workday(day: int) -> int:
    """The day, or the Monday after a weekend (ordinal 1 was a Monday)."""
    return day + (0, 0, 0, 0, 0, 2, 1)[(day - 1) % 7]
