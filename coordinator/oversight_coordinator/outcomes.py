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
        refused: (base table, family) of each base table that an otherwise released answer refused
            in some period, each table once; several families of one table are sorted and joined by
            ", ".
    """

    la: str
    name: str
    outcome: Ending
    family: Family | None = None
    refused: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Check that only a refusal has a family, and only a release refused tables."""
        if (self.outcome == "refused") != (self.family is not None):
            raise ValueError("a refusal has a family; no other outcome has one")
        if self.refused and self.outcome != "released":
            raise ValueError("only an answer that is released otherwise has refused tables")

    @property
    def words(self) -> str:
        """The ending for people: "released; refused: caseload (policy)"."""
        if self.family is not None:
            return f"{self.outcome} ({self.family})"
        tables = ", ".join(f"{table} ({families})" for table, families in self.refused)
        return f"{self.outcome}; refused: {tables}" if tables else self.outcome
