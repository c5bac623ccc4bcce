"""A row of a base table, and what a worker's post says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reference.conventions import Record


@dataclass(frozen=True)
class Row:
    """A row of a base table: who, and either an outcome or magnitudes, by its dimensions."""

    child: str | None
    worker: str | None
    team: str | None
    outcome: str | None
    by: Mapping[str, str] = field(default_factory=dict)
    magnitudes: Mapping[str, Decimal] = field(default_factory=dict)


def codes_of(post: Record) -> dict[str, str]:
    return {
        "role": {4: "senior_practitioner", 5: "case_holder"}.get(post["role"], "other"),
        "agency": {1: "agency", 0: "employed"}[post["agency"]],
        "asye": "unknown" if post["kss"] is None else "asye" if post["kss"] == 1 else "not_asye",
    }
