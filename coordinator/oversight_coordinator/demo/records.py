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


class Referral(NamedTuple):
    """A row of `episode`."""

    referral_id: str
    child_id: str
    referral_date: date
    source: str | None
    need: str | None
    nfa: int | None
    close_date: date | None
    reason: str | None


class Plan(NamedTuple):
    """A row of `plan`."""

    child_id: str
    type: str
    start: date
    end: date | None
    abuse_category: str | None
    previous_cpp: int | None


class Standard(NamedTuple):
    """A row of `standard`."""

    cohort: str
    max_interval_days: int
    policy_date: date


class Audit(NamedTuple):
    """A row of `audit`."""

    audit_id: str
    child_id: str
    planned_date: date | None
    audit_date: date | None
    type: str
    overall_grade: str | None
    oversight_grade: str | None
    moderated: str | None
    moderated_grade: str | None
    action_due: date | None
    action_closed: date | None


Record = Team | Post | Allocation | Event | Referral | Plan | Standard | Audit


@dataclass(frozen=True)
class World:
    """An authority as its systems hold it."""

    teams: tuple[Team, ...]
    posts: tuple[Post, ...]
    allocations: tuple[Allocation, ...]
    events: tuple[Event, ...]
    referrals: tuple[Referral, ...] = ()
    plans: tuple[Plan, ...] = ()
    standards: tuple[Standard, ...] = ()
    audits: tuple[Audit, ...] = ()

    def table(self, name: str) -> tuple[Record, ...]:
        """The rows of one of the specification's tables."""
        tables: dict[str, tuple[Record, ...]] = {
            "team": self.teams,
            "worker": self.posts,
            "allocation": self.allocations,
            "oversight_event": self.events,
            "episode": self.referrals,
            "plan": self.plans,
            "standard": self.standards,
            "audit": self.audits,
        }
        return tables[name]
