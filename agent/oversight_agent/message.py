"""The last stage before the wire: what the gate approved, or a refusal, is signed."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oversight_agent.gate import ApprovedCoverage, ApprovedRelease
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import FAMILY_TEXT, Family
from oversight_protocol.release import Refusal


def seal_release(approved: ApprovedRelease, key: Ed25519PrivateKey) -> Envelope:
    """The envelope of a release. No other function signs one."""
    return seal("release", approved.release, key)


def seal_coverage(approved: ApprovedCoverage, key: Ed25519PrivateKey) -> Envelope:
    """The envelope of what the data can answer. No other function signs one."""
    return seal("coverage", approved.coverage, key)


def seal_refusal(
    family: Family, *, ticket: str, ticket_digest: str, la: str, now: datetime,
    key: Ed25519PrivateKey,
) -> Envelope:  # fmt: skip
    """The envelope of a refusal: its family and that family's fixed sentence."""
    refusal = Refusal(
        ticket=ticket, ticket_digest=ticket_digest, la=la, answered=now, family=family,
        text=FAMILY_TEXT[family],
    )  # fmt: skip
    return seal("refusal", refusal, key)
