"""How a run ended for one authority: every authority ends every run in one of four ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from oversight_protocol.errors import Family

Ending = Literal["released", "held", "refused", "unreachable"]


@dataclass(frozen=True)
class LaOutcome:
    """One authority's ending.

    Attributes:
        la: its ONS code.
        name: its name for people.
        outcome: the ending.
        family: of the refusal; set exactly when the outcome is `refused`.
    """

    la: str
    name: str
    outcome: Ending
    family: Family | None = None

    def __post_init__(self) -> None:
        """Check that a refusal has its family and nothing else has one."""
        if (self.outcome == "refused") != (self.family is not None):
            raise ValueError("a refusal has a family; no other outcome has one")
