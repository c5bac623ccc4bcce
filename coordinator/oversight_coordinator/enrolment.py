"""Invitations, enrolments, and their approval.

invite  → token for one authority, valid 24 hours, kept as a digest only
enrol   → the agent's public keys, proven; the token is used up
approve → a registrar, having compared the fingerprint by telephone, signs a new roster
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oversight_coordinator import files, trust_files
from oversight_coordinator.authorities import Authority
from oversight_coordinator.config import Settings
from oversight_coordinator.store import Enrolment as Row
from oversight_coordinator.store import Store
from oversight_protocol.enrolment import (
    Enrolment,
    EnrolmentRequest,
    Invitation,
    agent_fingerprint,
    check_enrolment,
    token_digest,
)
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import InputError, Refused
from oversight_protocol.trust import Agent

VALIDITY = timedelta(hours=24)
_log = structlog.get_logger("oversight_coordinator.enrolment")


def invite(settings: Settings, store: Store, authority: Authority, now: datetime) -> Invitation:
    """Make an invitation for an authority; an earlier one that was not used ends."""
    ca = files.read(settings.ca, "the gateway's CA certificate", "run 'oversight init'")
    invitation = Invitation(
        la=authority.code, name=authority.name, gateway=settings.gateway_url,
        token=secrets.token_urlsafe(32), expires=now + VALIDITY, ca=ca.decode("ascii"),
        root=trust_files.root_envelope(settings.trust).raw.decode(),
    )  # fmt: skip
    store.invite(Row(
        token_digest=token_digest(invitation.token), la=authority.code, name=authority.name,
        expires_at=int(invitation.expires.timestamp()), state="invited", signing_key=None,
        node_key=None,
    ))  # fmt: skip
    return invitation


def enrol(store: Store, body: bytes, now: datetime) -> tuple[int, bytes]:
    """Answer a call to `/v1/enrol`: HTTP status and JSON body.

    The same call again is answered alike: an agent that lost the reply asks once more.
    """
    try:
        request = EnrolmentRequest.parse(body)
        enrolment = check_enrolment(Envelope.from_bytes(request.envelope.encode()), request.token)
    except Refused as refused:
        return 400, _json(problem=str(refused.reason))
    row = store.enrolment(enrolment.token_digest)
    if row is None or row.la != enrolment.la or row.state == "superseded":
        return 403, _json(problem="this token is not valid")
    if row.state != "invited":
        return _again(row, enrolment)
    if now.timestamp() >= row.expires_at:
        return 403, _json(problem="this token has expired")
    if not store.set_enrolment(
        row.token_digest, was="invited", state="pending", signing_key=enrolment.signing_key,
        node_key=enrolment.node_key,
    ):  # fmt: skip
        return 403, _json(problem="this token was used")
    _log.info("enrolment-pending", la=row.la, fingerprint=enrolment.fingerprint)
    return 202, _json(state="pending", fingerprint=enrolment.fingerprint)


def _again(row: Row, enrolment: Enrolment) -> tuple[int, bytes]:
    if (row.signing_key, row.node_key) != (enrolment.signing_key, enrolment.node_key):
        return 403, _json(problem="this token was used")
    return 202, _json(state=row.state, fingerprint=enrolment.fingerprint)


def _json(**values: str) -> bytes:
    return json.dumps(values).encode()


def approve(
    trust: Path, store: Store, la: str, fingerprint: str, key: Ed25519PrivateKey, now: datetime
) -> Agent:
    """Put a pending agent on the roster.

    Raises:
        InputError: none is pending, the fingerprint is another, or the key was revoked or is
            another authority's.
        Refused: the key is no registrar's.
    """
    row = next((r for r in store.enrolments() if r.la == la and r.state == "pending"), None)
    if row is None or row.signing_key is None or row.node_key is None:
        raise InputError(
            f"no enrolment of {la} is pending",
            advice="see 'oversight agents list'; an enrolment that a later invitation ended "
            "must be repeated with that invitation",
        )
    expected = agent_fingerprint(row.signing_key, row.node_key)
    if fingerprint.strip().lower() != expected:
        raise InputError(
            f"the fingerprint is not that of the pending enrolment of {la}",
            found=fingerprint,
            expected="the one that the authority reads out from its own screen",
            advice="do not approve: invite again, which ends this one, and find out who enrolled",
        )
    agent = Agent(la=la, name=row.name, signing_key=row.signing_key, node_key=row.node_key)
    trust_files.add_agent(trust, agent, key, now)
    store.set_enrolment(row.token_digest, was="pending", state="approved")
    return agent
