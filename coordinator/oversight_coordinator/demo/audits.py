"""A synthetic authority's audits: planned and done, done late, never done, done without a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from oversight_coordinator.demo.caseload import Child, some_open
from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.profiles import LAST_DAY, Profile
from oversight_coordinator.demo.records import Audit

_FIRST, _LAST = date(2026, 1, 5).toordinal(), LAST_DAY.toordinal()
_A_YEAR, _FEWEST = 0.12, 60
"""Audits a year, of the open children, and at least."""

GRADES = ("outstanding", "good", "requires_improvement", "inadequate")
_TYPES = Weighted({"case_file": 66, "supervision": 20, "thematic": 14})
_MODERATED: Weighted[str | None] = Weighted({"Y": 25, "N": 70, None: 5})
_NOT_GRADED = 0.06


def make_audits(profile: Profile, children: list[Child], dice: Dice) -> tuple[Audit, ...]:
    """All audits planned or done from January 2026 on."""
    number = max(_FEWEST, round(sum(profile.children) * _A_YEAR)) * (_LAST - _FIRST) // 365
    grades = _grades(profile.planted.good)
    return tuple(
        _audit(f"{place:05d}", child, grades, dice)
        for place, child in enumerate(some_open(children, dice, number), 1)
    )


def _grades(good: float) -> Weighted[str]:
    shares = (0.12 * good, 0.88 * good, 0.75 * (1 - good), 0.25 * (1 - good))
    return Weighted(dict(zip(GRADES, shares, strict=True)))


def _audit(number: str, child: Child, grades: Weighted[str], dice: Dice) -> Audit:
    planned, done = _days(dice)
    shown = None if planned is None else date.fromordinal(planned)
    empty = Audit(number, child.child_id, shown, None, dice.weighted(_TYPES), *(None,) * 6)
    if done is None:
        return empty
    return empty._replace(audit_date=date.fromordinal(done), **_found(done, grades, dice))


def _days(dice: Dice) -> tuple[int | None, int | None]:
    """When an audit was planned and done; what lies after the last day is not yet done."""
    planned, chance = dice.whole(_FIRST, _LAST), dice.chance()
    if chance < 0.05:
        return None, planned
    late = dice.whole(-6, 18) if chance < 0.75 else dice.whole(19, 80) if chance < 0.88 else None
    done = None if late is None or planned + late > _LAST else planned + late
    return planned, done


def _found(done: int, grades: Weighted[str], dice: Dice) -> dict[str, Any]:
    overall, oversight = _grade(grades, dice), _grade(grades, dice)
    if dice.happens(0.5) and "not_graded" not in (overall, oversight):
        overall = oversight
    moderated = dice.weighted(_MODERATED)
    due = done + dice.whole(20, 60)
    closed = due + dice.whole(-20, 25)
    return {
        "overall_grade": overall,
        "oversight_grade": oversight,
        "moderated": moderated,
        "moderated_grade": _moderated(overall, grades, dice) if moderated == "Y" else None,
        "action_due": date.fromordinal(due),
        "action_closed": date.fromordinal(closed) if closed <= _LAST else None,
    }


def _grade(grades: Weighted[str], dice: Dice) -> str:
    return "not_graded" if dice.happens(_NOT_GRADED) else dice.weighted(grades)


def _moderated(overall: str, grades: Weighted[str], dice: Dice) -> str:
    return dice.weighted(grades) if dice.happens(0.25) else overall
