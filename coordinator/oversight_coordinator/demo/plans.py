"""A synthetic authority's plans and its standards for supervision.

Besides each case's plan there are those that the definitions must decide: two kinds open at once,
earlier ones long ended, some that end exactly on a quarter's last day, some that began on the last
day of a month.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from oversight_coordinator.demo.caseload import Child
from oversight_coordinator.demo.cases import Course
from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.profiles import LAST_DAY, Profile
from oversight_coordinator.demo.records import Plan, Standard

_LAST = LAST_DAY.toordinal()
_QUARTER_ENDS = (date(2026, 6, 30).toordinal(), date(2026, 9, 30).toordinal())
_ABUSE = Weighted({"NEG": 48, "EMO": 38, "PHY": 8, "SAB": 4, "MUL": 2})
_MORE_PREVIOUS = Weighted({1: 7, 2: 2, 3: 1})


def make_plans(profile: Profile, children: list[Child], dice: Dice) -> tuple[Plan, ...]:
    """All plans; no child has two of a kind that begin on one day."""
    subsequent = profile.published.subsequent_percent / 100
    return tuple(
        _plan(child.child_id, course, subsequent, dice)
        for child in children
        for course in _courses(child, dice)
        if course.start <= _LAST
    )


def _courses(child: Child, dice: Dice) -> Iterator[Course]:
    course = child.case.plan
    if course is None:
        if dice.happens(0.01):
            yield _before("cin", child.case.start, dice)
        return
    yield _edged(course, dice)
    if course.type == "cp":
        yield from _beside_protection(course, dice)
    elif course.type == "cin" and dice.happens(0.05):
        yield _before("cin", course.start, dice)
    elif course.type == "care_leaver" and dice.happens(0.05):
        yield _before("cla", course.start + 40, dice)


def _edged(course: Course, dice: Dice) -> Course:
    """The plan, a few moved to a day that tests a definition."""
    chance, start, end = dice.chance(), course.start, course.end
    if chance < 0.04:
        start = _last_of_month(start)
    for last in _QUARTER_ENDS:
        if 0.04 <= chance < 0.06 and start < last < end:
            end = last
    return course._replace(start=start, end=max(end, start + 1))


def _beside_protection(course: Course, dice: Dice) -> Iterator[Course]:
    """A child in need plan after the protection plan, or one before that nobody closed."""
    if dice.happens(0.3):
        yield Course("cin", course.end, course.end + 1 + dice.lasting(150))
    elif dice.happens(0.06):
        start = course.start - dice.whole(0, 90)
        yield Course("cin" if dice.happens(0.5) else "cla", start, _LAST + 1)


def _before(kind: str, start: int, dice: Dice) -> Course:
    """An earlier plan, that may have ended on the day of the next one's start."""
    end = start - dice.pick((0, 0, 20, 200))
    return Course(kind, end - dice.whole(30, 500), end)


def _plan(child: str, course: Course, subsequent: float, dice: Dice) -> Plan:
    end = None if course.end > _LAST else date.fromordinal(course.end)
    protection = course.type == "cp"
    return Plan(
        child_id=child,
        type=course.type,
        start=date.fromordinal(course.start),
        end=end,
        abuse_category=dice.weighted(_ABUSE) if protection else None,
        previous_cpp=_previous(subsequent, dice) if protection else None,
    )


def _previous(subsequent: float, dice: Dice) -> int | None:
    if dice.happens(0.05):
        return None
    return dice.weighted(_MORE_PREVIOUS) if dice.happens(subsequent) else 0


def _last_of_month(day: int) -> int:
    there = date.fromordinal(day)
    return there.replace(day=monthrange(there.year, there.month)[1]).toordinal()


def make_standards(profile: Profile, dice: Dice) -> tuple[Standard, ...]:
    """What the authority's policy allows: past, present and to come."""
    interval, protection = profile.planted.interval, profile.planted.cp_interval
    rows = [
        Standard("worker", dice.pick((28, 31, 35)), date(2022, 4, 1)),
        Standard("all", interval + 14, date(2019, 9, 1)),
        Standard("all", interval, date(2023, dice.whole(1, 12), 1)),
        # Published already, in force only after the quarters.
        Standard("all", interval - 7, date(2027, 4, 1)),
    ]
    if protection is not None:
        rows.append(Standard("cp", protection, date(2024, 6, 1)))
        # In force from a quarter's last day, or from the first day after it.
        rows.append(
            Standard("cp", protection - 4, dice.pick((date(2026, 6, 30), date(2026, 7, 1))))
        )
    elif dice.happens(0.5):
        rows.append(Standard("cla", interval + 14, date(2023, 1, 1)))
    return tuple(sorted(rows))
