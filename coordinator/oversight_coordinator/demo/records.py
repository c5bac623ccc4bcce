"""What a synthetic authority consists of: the specification's tables, field by field.

The attributes carry the specification's names, so that a layout can ask for a field by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple


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
    fte: float | None
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


class Response(NamedTuple):
    """A row of `survey_response`."""

    respondent_id: str
    wave: date
    question_id: str
    response: int
    role: int | None
    team_id: str | None


class Theme(NamedTuple):
    """A row of `theme`."""

    session_id: str
    kind: str
    theme_code: str
    mentions: int


class Inspection(NamedTuple):
    """A row of `inspection`."""

    framework: str
    date: date
    overall: str | None
    leadership: str | None
    help_and_protection: str | None
    in_care: str | None
    care_leavers: str | None
    public: str


Record = (
    Team
    | Post
    | Allocation
    | Event
    | Referral
    | Plan
    | Standard
    | Audit
    | Response
    | Theme
    | Inspection
)


TABLES = {
    "team": "teams",
    "worker": "posts",
    "allocation": "allocations",
    "oversight_event": "events",
    "episode": "referrals",
    "plan": "plans",
    "standard": "standards",
    "audit": "audits",
    "survey_response": "responses",
    "theme": "themes",
    "inspection": "inspections",
}
"""By the specification's names of tables, what a `World` calls their rows."""


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
    responses: tuple[Response, ...] = ()
    themes: tuple[Theme, ...] = ()
    inspections: tuple[Inspection, ...] = ()

    def table(self, name: str) -> tuple[Record, ...]:
        """The rows of one of the specification's tables."""
        rows: tuple[Record, ...] = getattr(self, TABLES[name])
        return rows

    def replaced(self, tables: Mapping[str, Sequence[Record]]) -> World:
        """The same with other rows in some of the specification's tables."""
        rows: dict[str, Any] = {TABLES[name]: tuple(rows) for name, rows in tables.items()}
        return replace(self, **rows)
