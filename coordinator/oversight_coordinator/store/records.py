"""What the store holds, as the coordinator's other parts see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AskState(StrEnum):
    """How far an ask has come."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    HELD = "held"
    ANSWERED = "answered"
    DONE = "done"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"


OPEN_STATES = (AskState.QUEUED, AskState.ACCEPTED, AskState.HELD)
"""States in which no answer is here yet."""


@dataclass(frozen=True)
class StoredStudy:
    """A published study."""

    digest: str
    name: str
    version: int
    envelope: bytes
    published_at: int


@dataclass(frozen=True)
class Offer:
    """A study that an authority has yet to be shown."""

    study: str
    la: str


@dataclass(frozen=True)
class Run:
    """One asking of a wave."""

    id: str
    study: str
    wave: str
    created_at: int


@dataclass(frozen=True)
class Ask:
    """One authority's part of a run."""

    ticket: str
    run: str
    la: str
    envelope: bytes
    state: AskState
    next_at: float
    deadline: float
    family: str | None
    answer: bytes | None
    receipt: bytes | None
    received_at: int | None


@dataclass(frozen=True)
class Enrolment:
    """An invitation and what came of it: invited, pending, approved or used up."""

    token_digest: str
    la: str
    name: str
    expires_at: int
    state: str
    signing_key: str | None
    node_key: str | None


@dataclass(frozen=True)
class StoredCoverage:
    """What an authority shared last of what its data can answer of a study (its name)."""

    la: str
    study: str
    version: int
    envelope: bytes
    shared_at: int
    received_at: int
