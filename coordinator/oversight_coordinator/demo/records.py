"""What a synthetic authority consists of: the specification's tables, field by field.

The attributes carry the specification's names, so that a layout can ask for a field by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Team(NamedTuple):
    """A row of `team`."""

    team_id: str
    parent_id: str | None
    service: str


class Post(NamedTuple):
    """A row of `worker`: one worker in one post."""

    worker_id: str
    role: int
    agency: int
    fte: float
    kss: int | None
    role_start: date
    role_end: date | None
    supervisor_id: str | None
    team_id: str | None


class Allocation(NamedTuple):
    """A row of `allocation`."""

    child_id: str
    worker_id: str
    team_id: str
    role: str
    start: date
    end: date | None
    change_reason: str | None


class Event(NamedTuple):
    """A row of `oversight_event`."""

    event_id: str
    child_id: str | None
    worker_id: str
    supervisor_id: str | None
    held_date: date
    recorded_date: date | None
    authorised_date: date | None
    type: str
    part1_location: str | None
    part2_location: str | None
    reflects_family: str | None
    reflects_practitioner: str | None
    actions_set: str
    evidence: str


Record = Team | Post | Allocation | Event


@dataclass(frozen=True)
class World:
    """An authority as its systems hold it."""

    teams: tuple[Team, ...]
    posts: tuple[Post, ...]
    allocations: tuple[Allocation, ...]
    events: tuple[Event, ...]

    def table(self, name: str) -> tuple[Record, ...]:
        """The rows of one of the specification's tables."""
        tables: dict[str, tuple[Record, ...]] = {
            "team": self.teams,
            "worker": self.posts,
            "allocation": self.allocations,
            "oversight_event": self.events,
        }
        return tables[name]
