"""How large each synthetic authority is, and what is planted in it.

The sizes follow the published figures in `published.py`; the rates are invented. What the study
looks for is planted here as data: managers record neither part in a large share of supervisions
(46 per cent over the South East), part 1 alone in most of the others, and both parts rarely; more
so in some services and authorities than in others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil
from typing import NamedTuple

from oversight_coordinator.demo.durations import Durations
from oversight_coordinator.demo.published import (
    PUBLISHED,
    SOUTH_EAST_CIN_SHARE,
    SOUTH_EAST_CP_BANDS,
    Published,
)

HISTORY = date(2025, 6, 1)
"""Workers come and go, and children change hands, from here on; before, all is as on this day."""
FIRST_EVENT = date(2025, 11, 3)
FIRST_OPEN = date(2026, 3, 1)
"""The exports hold the cases that were open on this day or later."""
LAST_DAY = date(2026, 10, 31)
"""The exports were made on this evening: nothing later is in them but what was planned."""
FIRST_REFERRAL = date(2024, 11, 1)

SERVICES = (
    "front_door",
    "assessment",
    "cin_cp",
    "disabled_children",
    "looked_after",
    "care_leavers",
    "youth_justice",
    "other",
)

_SHARES = (0.055, 0.2, 0.39, 0.095, 0.165, 0.075, 0.015, 0.005)
"""Of the open children, those of each service."""

SERVICE_EFFECTS = (0.08, 0.05, 0.00, -0.06, -0.05, -0.02, -0.08, 0.00)
"""How much more often than elsewhere a service records neither part."""

CHILDREN_PER_HOLDER = 16
_LARGEST_TEAM = 7
LEAST_CHILDREN = 120
"""However small the scale, an authority keeps about so many open children."""
_LEAST_SERVICE = 2
_LONGEST_EPISODE, _LONGEST_PLAN = 2555, 1400
_CIN_BANDS = (34, 22, 24, 14, 6)
"""Lengths of children in need plans in per cent: nothing is published."""


class Planted(NamedTuple):
    """An authority's rates.

    Attributes:
        neither: share of supervisions with known recording that have neither part, over all
            services; likewise both, part2_only, misplaced; the rest is part 1 alone.
        unknown: share of supervisions of which the recording is unknown.
        authorised: share of records that a manager authorises sooner or later.
        unsupervised: share of children who never have a case supervision.
        agency: share of case holders from an agency.
        asye: share of case holders in their first year after qualifying.
        turnover: share of case holders who leave or move in a year.
        unlisted: share of case holders missing from the workforce file.
        interval: days between supervisions that the policy allows.
        cp_interval: the same for child protection plans, if the policy has it.
        good: share of audits that grade oversight good or outstanding, of those graded.
    """

    neither: float
    both: float
    part2_only: float
    misplaced: float
    unknown: float
    authorised: float
    unsupervised: float
    agency: float
    asye: float
    turnover: float
    unlisted: float
    interval: int
    cp_interval: int | None
    good: float

    @property
    def missed(self) -> float:
        """Share of case supervisions that are put off by weeks: more where less is authorised."""
        return 0.55 - 0.4 * self.authorised


PLANTED = {
    "E06000036": Planted(.39, .10, .04, .06, .03, .86, .02, .14, .11, .14, .010, 31, None, .52),
    "E06000043": Planted(.41, .09, .04, .06, .03, .88, .02, .12, .09, .13, .010, 28, None, .55),
    "E06000060": Planted(.48, .06, .03, .07, .05, .74, .04, .22, .12, .20, .015, 31, 21, .38),
    "E10000011": Planted(.42, .08, .04, .06, .04, .83, .03, .10, .10, .13, .010, 28, None, .50),
    "E10000014": Planted(.45, .07, .03, .07, .04, .81, .03, .15, .13, .15, .012, 31, 28, .47),
    "E06000046": Planted(.55, .04, .02, .08, .07, .63, .05, .25, .08, .22, .020, 42, None, .33),
    "E10000016": Planted(.46, .07, .03, .07, .04, .82, .03, .18, .12, .16, .015, 31, None, .46),
    "E06000035": Planted(.52, .04, .03, .08, .07, .66, .05, .27, .12, .21, .020, 35, 28, .34),
    "E06000042": Planted(.44, .08, .03, .06, .04, .80, .03, .20, .10, .17, .012, 30, None, .45),
    "E10000025": Planted(.47, .06, .03, .07, .05, .77, .04, .21, .13, .18, .015, 28, 21, .42),
    "E06000044": Planted(.47, .06, .04, .07, .05, .78, .03, .16, .11, .16, .012, 30, None, .44),
    "E06000038": Planted(.46, .06, .03, .08, .06, .75, .04, .28, .11, .23, .018, 35, None, .40),
    "E06000039": Planted(.53, .04, .02, .08, .08, .62, .06, .31, .09, .25, .020, 42, 28, .31),
    "E06000045": Planted(.50, .05, .03, .07, .05, .72, .04, .19, .12, .18, .015, 31, None, .41),
    "E10000030": Planted(.43, .08, .04, .06, .04, .84, .03, .17, .11, .16, .012, 28, 14, .48),
    "E06000037": Planted(.40, .10, .04, .05, .03, .87, .02, .13, .10, .14, .010, 30, None, .53),
    "E10000032": Planted(.49, .05, .03, .08, .06, .71, .04, .20, .13, .19, .015, 31, 28, .37),
    "E06000040": Planted(.45, .07, .03, .07, .05, .79, .03, .18, .10, .17, .012, 35, None, .46),
    "E06000041": Planted(.43, .08, .04, .06, .04, .82, .03, .15, .10, .15, .010, 28, None, .49),
}  # fmt: skip
"""By ONS code, in the order of names; over all, weighted by size, neither comes to 46 per cent."""


@dataclass(frozen=True)
class Profile:
    """One authority's sizes and rates.

    Attributes:
        code: ONS code.
        scale: of the published numbers, the share that is made.
    """

    code: str
    scale: float = 1.0

    @property
    def published(self) -> Published:
        """The published figures."""
        return PUBLISHED[self.code]

    @property
    def planted(self) -> Planted:
        """The rates."""
        return PLANTED[self.code]

    @cached_property
    def size(self) -> float:
        """The share of the published numbers that is made, the least size regarded."""
        return max(self.scale, LEAST_CHILDREN / self.published.open)

    @cached_property
    def children(self) -> tuple[int, ...]:
        """Open at any time, by service in the order of `SERVICES`."""
        numbers = (round(self.published.open * self.size * share) for share in _SHARES)
        return tuple(number if number >= _LEAST_SERVICE else 0 for number in numbers)

    @cached_property
    def teams(self) -> tuple[int, ...]:
        """Number by service."""
        return tuple(ceil(n / CHILDREN_PER_HOLDER / _LARGEST_TEAM) for n in self.children)

    def team_size(self, service: str) -> int:
        """Case holders of a team."""
        place = SERVICES.index(service)
        return max(2, round(self.children[place] / self.teams[place] / CHILDREN_PER_HOLDER))

    @property
    def referrals(self) -> float:
        """In a year."""
        return self.published.referrals * self.size

    @property
    def cp_share(self) -> float:
        """Open child protection plans, of open children."""
        return self.published.cp_plans / self.published.open

    @property
    def cin_share(self) -> float:
        """Open children in need plans, of open children."""
        plans = self.published.cin_plans
        return SOUTH_EAST_CIN_SHARE if plans is None else plans / self.published.open

    @cached_property
    def durations(self) -> dict[str, Durations]:
        """Lengths of child protection (`cp`) and children in need plans, and of all episodes."""
        cp_bands = self.published.cp_bands or SOUTH_EAST_CP_BANDS
        return {
            "cp": Durations(cp_bands, _LONGEST_PLAN),
            "cin": Durations(_CIN_BANDS, _LONGEST_PLAN),
            "episode": Durations(self.published.episode_bands, _LONGEST_EPISODE),
        }

    def neither_in(self, service: str) -> float:
        """The share planted in a service; over all services it comes to `neither`."""
        mean = sum(e * n for e, n in zip(SERVICE_EFFECTS, self.children, strict=True))
        effect = SERVICE_EFFECTS[SERVICES.index(service)] - mean / sum(self.children)
        return self.planted.neither + effect
