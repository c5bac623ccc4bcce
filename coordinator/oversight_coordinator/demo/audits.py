"""A synthetic authority's audits: planned and done, done late, never done, done without a plan.

Oversight is graded better where both parts of the child's last supervision are recorded, and often
one grade below the case as a whole. Some audits lack a grade, are not moderated, or set no actions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from oversight_coordinator.demo.caseload import Child, some_open
from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.effects import (
    BOTH_BETTER,
    MODERATION_CHANGES,
    OVERALL_BETTER,
    OVERALL_WORSE,
    effects_of,
)
from oversight_coordinator.demo.places import recording_of
from oversight_coordinator.demo.profiles import LAST_DAY, Profile
from oversight_coordinator.demo.records import Audit, Event

_FIRST, _LAST = date(2026, 1, 5).toordinal(), LAST_DAY.toordinal()
_A_YEAR, _FEWEST = 0.2, 100
"""Audits a year, of the open children, and at least."""
_BACK = 90
"""Days before an audit in which the child's last supervision counts."""
_MOST = 0.95

GRADES = ("outstanding", "good", "requires_improvement", "inadequate")
_TYPES = Weighted({"case_file": 66, "supervision": 20, "thematic": 14})
_MODERATED: Weighted[str | None] = Weighted({"Y": 30, "N": 65, None: 5})
_NOT_GRADED, _NOT_SAID, _NO_ACTIONS = 0.06, 0.02, 0.08


def make_audits(
    profile: Profile, children: list[Child], events: Sequence[Event], dice: Dice
) -> tuple[Audit, ...]:
    """All audits planned or done from January 2026 on."""
    number = max(_FEWEST, round(sum(profile.children) * _A_YEAR)) * (_LAST - _FIRST) // 365
    audited = list(some_open(children, dice, number))
    maker = _Maker(profile, _supervised({child.child_id for child in audited}, events), dice)
    return tuple(maker.audit(f"{place:05d}", child) for place, child in enumerate(audited, 1))


def _supervised(children: set[str], events: Iterable[Event]) -> dict[str, list[tuple[int, str]]]:
    """The case supervisions of these children with known recording: day and outcome, in order."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in events:
        if event.child_id in children and event.type in ("case", "combined"):
            outcome = recording_of(event)
            if outcome != "unknown":
                found[event.child_id].append((event.held_date.toordinal(), outcome))
    return found


class _Maker:
    def __init__(
        self, profile: Profile, supervised: Mapping[str, Sequence[tuple[int, str]]], dice: Dice
    ) -> None:
        self._dice, self._supervised = dice, supervised
        self._on_time = effects_of(profile.planted).on_time
        good, both = profile.planted.good, profile.planted.both
        # The others are graded so much less well that the planted share comes out over all.
        less = BOTH_BETTER * both / (1 - both)
        self._with_both = _grades(min(good + BOTH_BETTER, _MOST))
        self._without = _grades(good - less)

    def audit(self, number: str, child: Child) -> Audit:
        """One audit."""
        planned, done = _days(self._dice)
        shown = None if planned is None else date.fromordinal(planned)
        empty = Audit(
            number, child.child_id, shown, None, self._dice.weighted(_TYPES), *(None,) * 6
        )
        if done is None:
            return empty
        return empty._replace(audit_date=date.fromordinal(done), **self._found(child, done))

    def _found(self, child: Child, done: int) -> dict[str, Any]:
        dice = self._dice
        grades = self._with_both if self._has_both(child.child_id, done) else self._without
        oversight = dice.weighted(grades)
        overall = self._shown(self._overall(oversight))
        moderated = dice.weighted(_MODERATED)
        return {
            "overall_grade": overall,
            "oversight_grade": self._shown(oversight),
            "moderated": moderated,
            "moderated_grade": self._moderated(overall) if moderated == "Y" else None,
            **self._actions(done),
        }

    def _has_both(self, child: str, day: int) -> bool:
        """Whether both parts of the last supervision before a day are recorded."""
        last = ""
        for held, outcome in self._supervised.get(child, ()):
            if day - _BACK <= held <= day:
                last = outcome
        return last == "both"

    def _overall(self, oversight: str) -> str:
        place, chance = GRADES.index(oversight), self._dice.chance()
        if chance < OVERALL_BETTER:
            place -= 1
        elif chance < OVERALL_BETTER + OVERALL_WORSE:
            place += 1
        return GRADES[min(max(place, 0), len(GRADES) - 1)]

    def _shown(self, grade: str) -> str | None:
        chance = self._dice.chance()
        if chance < _NOT_SAID:
            return None
        return "not_graded" if chance < _NOT_GRADED + _NOT_SAID else grade

    def _moderated(self, overall: str | None) -> str | None:
        """The grade after moderation, which leaves what is no grade as it is."""
        if self._dice.happens(_NOT_SAID):
            return None
        if overall not in GRADES or not self._dice.happens(MODERATION_CHANGES):
            return overall
        place = GRADES.index(overall)
        neighbours = GRADES[max(place - 1, 0) : place] + GRADES[place + 1 : place + 2]
        return self._dice.pick(neighbours)

    def _actions(self, done: int) -> dict[str, date | None]:
        """By when actions are due and when they were closed, if they are by the last day."""
        dice = self._dice
        if dice.happens(_NO_ACTIONS):
            return {"action_due": None, "action_closed": None}
        due = done + dice.whole(20, 60)
        on_time = dice.happens(self._on_time)
        closed = due - dice.whole(0, 20) if on_time else due + dice.whole(1, 60)
        return {
            "action_due": date.fromordinal(due),
            "action_closed": date.fromordinal(closed) if closed <= _LAST else None,
        }


def _grades(good: float) -> Weighted[str]:
    shares = (0.12 * good, 0.88 * good, 0.75 * (1 - good), 0.25 * (1 - good))
    return Weighted(dict(zip(GRADES, shares, strict=True)))


def _days(dice: Dice) -> tuple[int | None, int | None]:
    """When an audit was planned and done; what lies after the last day is not yet done."""
    planned, chance = dice.whole(_FIRST, _LAST), dice.chance()
    if chance < 0.05:
        return None, planned
    late = dice.whole(-6, 18) if chance < 0.75 else dice.whole(19, 80) if chance < 0.88 else None
    done = None if late is None or planned + late > _LAST else planned + late
    return planned, done
