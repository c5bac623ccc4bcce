"""How large each synthetic authority is, and the rates planted in it.

The sizes are those of authorities of their kind, the rates are invented. What the study looks for
is planted here: managers record neither part in a large share of supervisions, part 1 alone in most
of the others, and both parts rarely; more so in some services and authorities than in others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

FIRST_EVENT = date(2026, 3, 2)
LAST_DAY = date(2026, 10, 31)
"""The exports were made on this evening: nothing later is in them."""

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

_EFFECTS = (0.08, 0.05, 0.00, -0.06, -0.05, -0.02, -0.08, 0.00)
"""How much more often than elsewhere a service records neither part."""


@dataclass(frozen=True)
class Profile:
    """One authority's sizes and rates.

    Attributes:
        code: ONS code.
        teams: number by service, in the order of `SERVICES`.
        children: open at any time, likewise.
        team_size: fewest and most case holders of a team.
        neither: share of supervisions with known recording that have neither part, over all
            services; likewise both, part2_only, misplaced; the rest is part 1 alone.
        unknown: share of supervisions of which the recording is unknown.
        authorised: share of records that a manager authorises sooner or later.
        agency: share of case holders from an agency.
        unlisted: share of case holders missing from the workforce file.
    """

    code: str
    teams: tuple[int, ...]
    children: tuple[int, ...]
    team_size: tuple[int, int]
    neither: float
    both: float
    part2_only: float
    misplaced: float
    unknown: float
    authorised: float
    agency: float
    unlisted: float

    def neither_in(self, service: str) -> float:
        """The share planted in a service; over all services it comes to `neither`."""
        mean = sum(e * n for e, n in zip(_EFFECTS, self.children, strict=True))
        return self.neither + _EFFECTS[SERVICES.index(service)] - mean / sum(self.children)


KENT = Profile(
    code="E10000016",
    teams=(5, 12, 21, 5, 9, 5, 2, 1),
    children=(260, 900, 1750, 420, 760, 330, 70, 10),
    team_size=(5, 7),
    neither=0.46,
    both=0.07,
    part2_only=0.03,
    misplaced=0.07,
    unknown=0.04,
    authorised=0.82,
    agency=0.18,
    unlisted=0.015,
)
MEDWAY = Profile(
    code="E06000035",
    teams=(1, 4, 6, 1, 3, 2, 1, 0),
    children=(60, 260, 480, 76, 210, 100, 14, 0),
    team_size=(5, 7),
    neither=0.52,
    both=0.04,
    part2_only=0.03,
    misplaced=0.08,
    unknown=0.07,
    authorised=0.66,
    agency=0.27,
    unlisted=0.02,
)
BRIGHTON = Profile(
    code="E06000043",
    teams=(2, 3, 5, 1, 3, 2, 1, 0),
    children=(40, 210, 410, 60, 170, 90, 20, 0),
    team_size=(5, 7),
    neither=0.41,
    both=0.09,
    part2_only=0.04,
    misplaced=0.06,
    unknown=0.03,
    authorised=0.88,
    agency=0.12,
    unlisted=0.01,
)
