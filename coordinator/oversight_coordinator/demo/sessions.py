"""A synthetic authority's focus groups and coded comments, and its inspections.

What the network believes comes up most: uncertainty about the two parts and about where to record
them, and conversations that leave no record. The judgements are made up, as everything is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.profiles import Profile
from oversight_coordinator.demo.records import Inspection, Theme
from oversight_protocol import study_package

_FOCUS_GROUPS, _COMMENTS = 3, 2
_OFTEN = ("T04", "T05", "T10")
_COMES_UP, _COMES_UP_OFTEN = 0.45, 0.9
_MENTIONS, _MENTIONS_OFTEN = (1, 6), (4, 14)
_NO_OVERALL_FROM = date(2026, 4, 1)
"""From this day on, an inspection under ILACS gives no overall judgement."""
_REPORT_DAYS = 60
_AS_OF = date(2026, 10, 31)


def make_themes(dice: Dice) -> tuple[Theme, ...]:
    """The themes of each session with how often each was mentioned."""
    kinds = ("focus_group",) * _FOCUS_GROUPS + ("free_text_survey",) * _COMMENTS
    return tuple(
        theme
        for number, kind in enumerate(kinds, 1)
        for theme in _themes(f"{number:02d}", kind, dice)
    )


def _themes(session: str, kind: str, dice: Dice) -> Iterator[Theme]:
    for theme in study_package.installed().themes:
        often = theme.code in _OFTEN
        if dice.happens(_COMES_UP_OFTEN if often else _COMES_UP):
            mentions = dice.whole(*(_MENTIONS_OFTEN if often else _MENTIONS))
            yield Theme(session, kind, theme.code, mentions)


def make_inspections(profile: Profile, dice: Dice) -> tuple[Inspection, ...]:
    """A full inspection, two visits, and a joint one in some authorities."""
    good = profile.planted.good
    grades = Weighted({
        "outstanding": 0.1, "good": good, "requires_improvement": 0.6 * (1 - good),
        "inadequate": 0.2 * (1 - good),
    })  # fmt: skip
    days = sorted(_day(dice) for _ in range(3))
    frameworks = ["focused_visit", "ilacs", "focused_visit"]
    if dice.happens(0.4):
        frameworks[0] = dice.pick(("jtai", "hmip"))
    return tuple(
        _inspection(framework, day, grades, dice)
        for framework, day in zip(frameworks, days, strict=True)
    )


def _day(dice: Dice) -> date:
    return date.fromordinal(dice.whole(date(2023, 1, 9).toordinal(), _AS_OF.toordinal()))


def _inspection(framework: str, day: date, grades: Weighted[str], dice: Dice) -> Inspection:
    public = "Y" if (_AS_OF - day).days > _REPORT_DAYS else "N"
    if framework != "ilacs":
        overall = dice.weighted(grades) if framework == "hmip" else None
        return Inspection(framework, day, overall, None, None, None, None, public)
    overall = dice.weighted(grades) if day < _NO_OVERALL_FROM else None
    leadership, help_and_protection = dice.weighted(grades), dice.weighted(grades)
    in_care, care_leavers = dice.weighted(grades), dice.weighted(grades)
    return Inspection(
        framework, day, overall, leadership, help_and_protection, in_care, care_leavers, public
    )
