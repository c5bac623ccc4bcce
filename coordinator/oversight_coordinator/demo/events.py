"""A synthetic authority's supervisions, and where their two parts were recorded.

Group supervisions and management decisions are recorded better than all others here, and what a
form claims of reflection is better than what auditors find: a figure that counted them by mistake
would show it. Some children never have a supervision, some have two on one day. Near the starts and
ends of plans a manager decides, or does not, or some days too late to count.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count
from operator import attrgetter

from oversight_coordinator.demo.caseload import Child
from oversight_coordinator.demo.dice import Dice
from oversight_coordinator.demo.effects import COMBINES_EVERY, NOT_RECORDED, effects_of
from oversight_coordinator.demo.places import WELL_RECORDED, places_of
from oversight_coordinator.demo.profiles import FIRST_EVENT, LAST_DAY, SERVICES, Profile
from oversight_coordinator.demo.records import Event, Plan, Standard, Team
from oversight_coordinator.demo.staff import Member, Staff
from oversight_coordinator.demo.workdays import workdays_later

_FIRST, _LAST = FIRST_EVENT.toordinal(), LAST_DAY.toordinal()

_NOWHERE = (None, "unknown", "neither")
_TWICE = 0.006
_IN_TIME_DAYS, _LATEST_DAYS = 5, 25
_AUTHORISED_DAYS = 21
_YES_NO = "YYYYYYNNNU"
_SAMPLED = 0.08
"""Of all events, those that auditors read."""
_NOT_SAID, _CLAIMED, _CLAIM = 0.12, 0.1, 0.9
"""Of those read, where nothing is said of reflection; of the others, where a form claims it."""
_NEAR, _LATER = 7, 20
"""Days between a plan's start or end and a decision on it, and one that comes too late for it."""
_TOO_LATE = 0.3
_NEVER_PERSONAL = 0.01
_KEPT, _LONGEST_DELAY = 8, 75
"""A personal supervision is held up to 8 days before it is due; one missed, up to 75 days after."""


def make_events(
    profile: Profile,
    staff: Staff,
    children: list[Child],
    plans: Sequence[Plan],
    standards: Sequence[Standard],
    dice: Dice,
) -> tuple[Event, ...]:
    """All events in the order in which they were held."""
    maker = _Maker(profile, staff, standards, dice)
    events = [event for child in children for event in maker.of_child(child)]
    by_id = {child.child_id: child for child in children}
    for plan in plans:
        events.extend(maker.of_plan(by_id[plan.child_id], plan))
    for team in staff.teams:
        for member in staff.members[team.team_id]:
            events.extend(maker.of_worker(member, team))
        events.extend(maker.of_group(team))
    for member, team in staff.others:
        events.extend(maker.of_worker(member, team))
    events.sort(key=attrgetter("held_date"))
    return tuple(events)


class _Maker:
    def __init__(
        self, profile: Profile, staff: Staff, standards: Sequence[Standard], dice: Dice
    ) -> None:
        self._planted, self._staff, self._dice = profile.planted, staff, dice
        self._effects = effects_of(profile.planted)
        self._asye = {post.worker_id for post in staff.posts if post.kss == 1}
        self._personal = next(s.max_interval_days for s in standards if s.cohort == "worker")
        self._places = {
            service: places_of(profile, service)
            for service, number in zip(SERVICES, profile.children, strict=True)
            if number
        }
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
            kind = _case_type(chance(), spell.worker_id)
            yield self._event(kind, day, child.child_id, spell.worker_id, spell.team)
            if chance() < _TWICE:
                yield self._event("case", day, child.child_id, spell.worker_id, spell.team)
            day += interval + dice.whole(-12, 2)
            if chance() < missed:
                day += dice.whole(8, 80)
            day = _workday(day)

    def of_plan(self, child: Child, plan: Plan) -> Iterator[Event]:
        """A management decision near a plan's start and end, or some days too late, or none."""
        for edge in (plan.start, plan.end):
            if plan.type not in self._effects.decided or edge is None:
                continue
            day = edge.toordinal() + self._decided(plan.type)
            if not _FIRST <= day <= _LAST:
                continue
            spell = next((s for s in reversed(child.spells) if s.start <= day), child.spells[0])
            yield self._event(
                "management_decision", day, child.child_id, spell.worker_id, spell.team
            )

    def _decided(self, plan_type: str) -> int:
        """Days from a plan's edge to the decision; far away if there is none."""
        dice = self._dice
        if dice.happens(self._effects.decided[plan_type]):
            return dice.whole(-_NEAR, _NEAR)
        return dice.whole(_NEAR + 1, _LATER) if dice.happens(_TOO_LATE) else -_LAST

    def of_worker(self, member: Member, team: Team) -> Iterator[Event]:
        """Personal supervision in the policy's rhythm while in post, now and then missed."""
        dice = self._dice
        if dice.happens(_NEVER_PERSONAL):
            return
        missed = self._missed(member.worker_id)
        day = self._from(member.start)
        while day < min(member.end, _LAST + 1):
            kind = "combined" if dice.happens(0.03) else "personal"
            yield self._event(kind, day, None, member.worker_id, team)
            day += self._personal - dice.whole(0, _KEPT)
            if dice.happens(missed):
                day += dice.whole(_KEPT + 1, _LONGEST_DELAY)
            day = _workday(day)

    def _missed(self, worker: str) -> float:
        """How often a personal supervision is missed, so that the planted share lies within.

        On a day picked at random the last one lies within the standard with the share of days that
        do: of each interval, those up to the standard.
        """
        effects = self._effects
        share = effects.asye if worker in self._asye else effects.personal
        if not _combines(worker):
            # Those who combine are always within it: so the others are a little less often.
            share = (share - 1 / COMBINES_EVERY) / (1 - 1 / COMBINES_EVERY)
        kept, delay = self._personal - _KEPT / 2, (_KEPT + 1 + _LONGEST_DELAY) / 2
        return kept * (1 - share) / (delay * share - _KEPT / 2)

    def of_group(self, team: Team) -> Iterator[Event]:
        """A team's group supervision, in the name of one who was there."""
        day = self._from(_FIRST)
        while day <= _LAST:
            worker = self._staff.in_post(self._dice, team.team_id, day).worker_id
            yield self._event("group", day, None, worker, team)
            day = _workday(day + self._dice.whole(24, 36))

    def _interval(self, child: Child) -> int:
        plan = child.case.plan
        own = self._planted.cp_interval if plan is not None and plan.type == "cp" else None
        return own or self._planted.interval

    def _from(self, start: int) -> int:
        return _workday(max(start, _FIRST) + self._dice.whole(0, 30))

    def _event(self, kind: str, day: int, child: str | None, worker: str, team: Team) -> Event:
        chance, date_of = self._dice.chance, date.fromordinal
        counted = kind in ("case", "personal", "combined")
        places = self._places[team.service] if counted else WELL_RECORDED
        first, second = places.values[bisect(places.steps, chance() * places.steps[-1])]
        recorded = self._recorded(day)
        authorised = self._authorised(recorded)
        sampled = chance() < _SAMPLED
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
            None if first in _NOWHERE else self._reflects(self._effects.reflects_family, sampled),
            None
            if second in _NOWHERE
            else self._reflects(self._effects.reflects_practitioner, sampled),
            _YES_NO[int(chance() * 10)],
            "audit_sample" if sampled else "structured",
        )

    def _reflects(self, share: float, sampled: bool) -> str | None:
        chance = self._dice.chance
        if sampled:
            if chance() < _NOT_SAID:
                return "U"
            return "Y" if chance() < share else "N"
        if chance() >= _CLAIMED:
            return None
        return "Y" if chance() < _CLAIM else "N"

    def _recorded(self, day: int) -> int:
        """The day of the record, or 0."""
        chance = self._dice.chance()
        if chance < NOT_RECORDED:
            return 0
        days = int(self._dice.chance() * (_IN_TIME_DAYS + 1))
        if chance >= NOT_RECORDED + self._effects.in_time:
            days = self._dice.whole(_IN_TIME_DAYS + 1, _LATEST_DAYS)
        later = workdays_later(day, days)
        return later if later <= _LAST else 0

    def _authorised(self, recorded: int) -> int:
        """The day of the authorisation, or 0."""
        if not recorded:
            return 0
        chance = self._dice.chance
        later = recorded + int(chance() * (_AUTHORISED_DAYS + 1))
        return later if chance() < self._planted.authorised and later <= _LAST else 0


def _case_type(chance: float, worker: str) -> str:
    if chance < 0.03:
        return "management_decision"
    return "combined" if chance < 0.5 and _combines(worker) else "case"


def _combines(worker: str) -> bool:
    """Whether a worker's supervision is of cases and of themselves in one, every other time."""
    return int(worker) % COMBINES_EVERY == 0


def _workday(day: int) -> int:
    """The day, or the Monday after a weekend (ordinal 1 was a Monday)."""
    return day + (0, 0, 0, 0, 0, 2, 1)[(day - 1) % 7]
