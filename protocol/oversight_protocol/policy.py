"""Floors of disclosure control, and how a study or an authority may tighten them.

Rules kept here:

1. `FLOORS` holds every number with its unit and source. No release is ever made below one of them.
   `LOW_HIGH_FLOOR` and `LEAST_MARKED_ROW` are those of the markers `[low]` and `[high]`.
2. A study or an authority may tighten a rule. `Rules.tighten` takes the stricter of two; a value
   below a floor does not load.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from types import MappingProxyType
from typing import Self

from pydantic import Field, model_validator

from oversight_protocol.errors import Reason, Refused
from oversight_protocol.model import Document


@dataclass(frozen=True)
class Floor:
    """A floor: its number, unit and the source of the number."""

    value: int
    unit: str
    source: str


FLOORS = MappingProxyType(
    {
        "minimum_persons": Floor(
            10,
            "distinct persons behind a cell, and behind the rest of its row",
            "SACRO default; ONS 10-5 rule; UK LLC",
        ),
        "rounding_base": Floor(5, "a published count is a multiple of this", "ONS 10-5 rule"),
        "staff_minimum_workers": Floor(
            10,
            "distinct workers behind a cell of a table about staff",
            "as for other persons: SACRO default",
        ),
        "staff_minimum_teams": Floor(
            3, "distinct teams behind a cell of a table about staff", "ours"
        ),
        "contributing_workers": Floor(
            3,
            "distinct workers behind a cell of any table whose rows name a worker",
            "ours, after the threshold rule for establishments of the ABS",
        ),
    }
)
"""The least that any release keeps."""

WORKER_SHARE_CEILING_PERCENT = 50
"""No worker stands behind more than this share of a cell (percent). Source: ABS (1, 50 %) rule."""


LOW_HIGH_FLOOR = Floor(
    10,
    "`[low]` and `[high]` say no more than that fewer persons or events than this are meant",
    "as for the minimum cell: a marker never says more of a small count than that it is small",
)
"""The least number that the markers `[low]` and `[high]` may stand for, where they are used."""

LEAST_MARKED_ROW = 100
"""The least published total of a row in which these markers stand. Source: ours."""

DOMINANCE_FLOOR_PERCENT = 10
"""A sum is hidden if its second largest contributor, from it, could work out the largest to within
this share of that one's value (percent). Source: p% rule, p = 10, SACRO default; SDC Handbook."""

LEAST_SHARE_OF_TWO_PERCENT = 50
"""The strictest `two_largest_percent`. Below it, more than the two contribute would have to stay
open. Offices use 75 to 95 %: SDC Handbook; 90 % is SACRO's default."""


class Rules(Document):
    """The disclosure rules in force for an output.

    Attributes:
        two_largest_percent: a sum is hidden if the two largest contributions to it are more than
            this percentage of it together: the (n,k) rule with n = 2, since two are all that is
            kept of a sum. It guards what two have together against everybody else, as
            `dominance_percent` guards the largest against the second. 0: not used.
        low_high_below: a cell with fewer than this may be marked `[low]`, one whose rest of row has
            fewer `[high]`, by the whole authority in a row of `LEAST_MARKED_ROW` or more. 0: never.
    """

    minimum_persons: int = Field(default=10, le=1000)
    rounding_base: int = Field(default=5, le=100)
    staff_minimum_workers: int = Field(default=10, le=1000)
    staff_minimum_teams: int = Field(default=3, le=100)
    contributing_workers: int = Field(default=3, le=100)
    worker_share_percent: int = Field(default=50, ge=1, le=WORKER_SHARE_CEILING_PERCENT)
    dominance_percent: int = Field(default=10, ge=DOMINANCE_FLOOR_PERCENT, le=100)
    two_largest_percent: int = Field(default=0, ge=0, le=99)
    zeros_may_be_shown: bool = False
    low_high_below: int = Field(default=0, ge=0, le=1000)

    @model_validator(mode="after")
    def _keep_floors(self) -> Self:
        for name, floor in FLOORS.items():
            if getattr(self, name) < floor.value:
                raise ValueError(f"{name} is below its floor of {floor.value}")
        if self.rounding_base % FLOORS["rounding_base"].value:
            # A multiple of the floor's base never says more than the floor's base would.
            raise ValueError("rounding_base is not a multiple of its floor of 5")
        if self.rounding_base > self.minimum_persons:
            # A cell that passes the minimum could round to zero and pass for a true zero.
            raise ValueError("rounding_base is above minimum_persons")
        if 0 < self.two_largest_percent < LEAST_SHARE_OF_TWO_PERCENT:
            raise ValueError(
                f"two_largest_percent is neither 0 nor at least {LEAST_SHARE_OF_TWO_PERCENT}"
            )
        if 0 < self.low_high_below < max(LOW_HIGH_FLOOR.value, self.minimum_persons):
            # The marker would say more of a small count than suppression lets anybody find out.
            raise ValueError(
                "low_high_below is neither 0 nor at least minimum_persons and its floor of"
                f" {LOW_HIGH_FLOOR.value}"
            )
        return self

    def tighten(self, other: Rules) -> Rules:
        """The stricter of two sets of rules, rule by rule."""
        strict = {name: max(getattr(self, name), getattr(other, name)) for name in FLOORS}
        marked = (self.low_high_below, other.low_high_below)
        of_two = (self.two_largest_percent, other.two_largest_percent)
        return Rules(
            **strict,
            low_high_below=max(marked) if all(marked) else 0,
            worker_share_percent=min(self.worker_share_percent, other.worker_share_percent),
            dominance_percent=max(self.dominance_percent, other.dominance_percent),
            two_largest_percent=min(of_two) if all(of_two) else max(of_two),
            zeros_may_be_shown=self.zeros_may_be_shown and other.zeros_may_be_shown,
        )

    def loosen(self, other: Rules) -> Rules:
        """What an output keeps that was partly made under one, partly under the other.

        Of `low_high_below` that is the larger: whatever is marked under either is below it.
        """
        loose = {name: min(getattr(self, name), getattr(other, name)) for name in FLOORS}
        loose["rounding_base"] = gcd(self.rounding_base, other.rounding_base)
        of_two = (self.two_largest_percent, other.two_largest_percent)
        return Rules(
            **loose,
            worker_share_percent=max(self.worker_share_percent, other.worker_share_percent),
            dominance_percent=min(self.dominance_percent, other.dominance_percent),
            two_largest_percent=max(of_two) if all(of_two) else 0,
            zeros_may_be_shown=self.zeros_may_be_shown or other.zeros_may_be_shown,
            low_high_below=max(self.low_high_below, other.low_high_below),
        )

    def least_shown(self, *, about_staff: bool) -> int:
        """The least that a shown count other than 0 can be, in a table about staff or not.

        A row names at most one person of a kind, so a figure counts at least as many rows as
        persons. Everybody knows the rules, so everybody knows this too.
        """
        return max(self.minimum_persons, self.staff_minimum_workers if about_staff else 0)

    def require_at_least(self, other: Rules) -> None:
        """Check that no rule here is looser than in `other`.

        Raises:
            Refused: `floor`, naming nothing of the output.
        """
        if self.tighten(other) != self:
            raise Refused(Reason.FLOOR)
