"""A synthetic authority's supervisions, and where their two parts were recorded.

Group supervisions and management decisions are recorded better than all others here: a figure that
counted them by mistake would show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from oversight_coordinator.demo.caseload import Child
from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.profiles import FIRST_EVENT, LAST_DAY, SERVICES, Profile
from oversight_coordinator.demo.records import Event, Team
from oversight_coordinator.demo.staff import Member, Staff

_FIRST, _LAST = FIRST_EVENT.toordinal(), LAST_DAY.toordinal()

Places = tuple[str | None, str | None]
"""Where part 1 and part 2 are recorded."""

_FILE, _RECORD, _NEITHER = "child_file", "supervision_record", "neither"

_PLACES: dict[str, Weighted[Places]] = {
    "both": Weighted({(_FILE, _RECORD): 9, ("both", _RECORD): 1, (_FILE, "both"): 1}),
    "part1_only": Weighted({(_FILE, _NEITHER): 8, (_FILE, _FILE): 2, ("both", _NEITHER): 1}),
    "part2_only": Weighted({(_NEITHER, _RECORD): 6, (_RECORD, _RECORD): 3, (_NEITHER, "both"): 1}),
    "misplaced": Weighted({(_RECORD, _NEITHER): 5, (_NEITHER, _FILE): 3, (_RECORD, _FILE): 1}),
    "neither": Weighted({(_NEITHER, _NEITHER): 1}),
    "unknown": Weighted(
        {
            (None, None): 4,
            ("unknown", "unknown"): 3,
            (_FILE, "unknown"): 2,
            (None, _NEITHER): 1,
            ("unknown", _RECORD): 1,
        }
    ),
}
_WELL_RECORDED = Weighted({"both": 8.0, "part1_only": 1.0, "neither": 1.0})
_CASE_TYPES = Weighted({"case": 0.86, "combined": 0.06, "management_decision": 0.08})
_YES_NO = Weighted({"Y": 6.0, "N": 3.0, "U": 1.0})
_EVIDENCE = Weighted({"structured": 0.94, "audit_sample": 0.06})


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
    events.sort(key=lambda event: (event.held_date, event.worker_id, event.child_id or ""))
    return tuple(event._replace(event_id=f"{number:06d}") for number, event in enumerate(events, 1))


class _Maker:
    def __init__(self, profile: Profile, staff: Staff, dice: Dice) -> None:
        self._profile, self._staff, self._dice = profile, staff, dice
        self._recording = {service: _recording(profile, service) for service in SERVICES}

    def of_child(self, child: Child) -> Iterator[Event]:
        """Case supervision about once a month, sometimes missed, while the case is open."""
        day = self._from(child.spells[0].start)
        while day < min(child.end, _LAST + 1):
            spell = child.holder(day)
            kind = self._dice.weighted(_CASE_TYPES)
            yield self._event(kind, day, child.child_id, spell.worker_id, spell.team)
            day = self._next(day)

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

    def _from(self, start: int) -> int:
        return _workday(max(start, _FIRST) + self._dice.whole(0, 28))

    def _next(self, day: int) -> int:
        missed = 30 if self._dice.happens(0.12) else 0
        return _workday(day + self._dice.whole(24, 36) + missed)

    def _event(self, kind: str, day: int, child: str | None, worker: str, team: Team) -> Event:
        first, second = self._places(kind, team.service)
        recorded = self._later(day, 9, 0.93)
        authorised = self._later(recorded, 21, self._profile.authorised) if recorded else None
        return Event(
            event_id="",
            child_id=child,
            worker_id=worker,
            supervisor_id=self._staff.managers[team.team_id],
            held_date=date.fromordinal(day),
            recorded_date=date.fromordinal(recorded) if recorded else None,
            authorised_date=date.fromordinal(authorised) if authorised else None,
            type=kind,
            part1_location=first,
            part2_location=second,
            reflects_family=self._reflects(first),
            reflects_practitioner=self._reflects(second),
            actions_set=self._dice.weighted(_YES_NO),
            evidence=self._dice.weighted(_EVIDENCE),
        )

    def _places(self, kind: str, service: str) -> Places:
        counted = kind in ("case", "personal", "combined")
        recording = self._recording[service] if counted else _WELL_RECORDED
        return self._dice.weighted(_PLACES[self._dice.weighted(recording)])

    def _reflects(self, place: str | None) -> str | None:
        if place in (None, "unknown", _NEITHER):
            return None
        return self._dice.weighted(_YES_NO)

    def _later(self, day: int, most: int, share: float) -> int | None:
        later = day + self._dice.whole(0, most)
        return later if self._dice.happens(share) and later <= _LAST else None


def _recording(profile: Profile, service: str) -> Weighted[str]:
    neither = profile.neither_in(service)
    rest = 1 - neither - profile.both - profile.part2_only - profile.misplaced
    known = {
        "neither": neither,
        "part1_only": rest,
        "both": profile.both,
        "part2_only": profile.part2_only,
        "misplaced": profile.misplaced,
    }
    shares = {outcome: share * (1 - profile.unknown) for outcome, share in known.items()}
    return Weighted(shares | {"unknown": profile.unknown})


def _workday(day: int) -> int:
    """The day, or the Monday after a weekend (ordinal 1 was a Monday)."""
    return day + (0, 0, 0, 0, 0, 2, 1)[(day - 1) % 7]
