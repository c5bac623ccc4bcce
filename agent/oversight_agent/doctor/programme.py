"""Enrolment: what was pinned, the files of trust that Kent last showed, and this agent's place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509

from oversight_agent import files, keys
from oversight_agent.config import Settings
from oversight_agent.doctor.finding import Finding, failed, ok, until, warning
from oversight_agent.trust_store import TrustStore
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.trust import Trust

WARN = timedelta(days=14)
"""Roles and roster are in force for 90 days; agents stop answering when they expire."""
WARN_CERTIFICATE = timedelta(days=60)
_RENEW = "ask Kent to publish renewed files; until then the agent goes on, after that it answers "
_RENEW += "nothing"


def check_enrolment(settings: Settings, now: datetime) -> Iterator[Finding]:
    """That the agent joined, and that what it pinned is as it was."""
    if not settings.coordinator_url or not settings.root_digest:
        yield failed(
            "enrolment", "this agent has not enrolled",
            "run 'oversight-agent enrol' with the invitation from Kent",
        )  # fmt: skip
        return
    root = files.read(settings.path("trust", "root.json"), "the pinned root", "enrol again")
    if Envelope.from_bytes(root.strip()).digest != settings.root_digest:
        yield failed(
            "enrolment", "trust/root.json is not the root that agent.toml pins",
            "tell the programme's security contact: one of the two was altered",
        )  # fmt: skip
        return
    yield ok("enrolment", f"with {settings.coordinator_url}")
    yield _certificate(settings, now)


def _certificate(settings: Settings, now: datetime) -> Finding:
    pem = files.read(settings.path("trust", "ca.pem"), "the pinned CA", "enrol again")
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        return failed("pinned CA", "trust/ca.pem holds no certificate", "enrol again")
    return until(
        "pinned CA", "in force", certificate.not_valid_after_utc, now, warn=WARN_CERTIFICATE,
        advice="ask Kent for a new invitation and enrol again",
    )  # fmt: skip


def check_trust(settings: Settings, now: datetime) -> Iterator[Finding]:
    """That the files of trust verify and last, and that the roster holds this agent."""
    trust = TrustStore(settings).current()
    if trust is None:
        yield warning(
            "trust", "Kent has not shown its files of trust yet",
            "start the agent; they come with the first study",
        )  # fmt: skip
        return
    yield until("trust: root", "in force", trust.root.expires, now, warn=WARN, advice=_RENEW)
    for name, document in (("roles", trust.roles), ("roster", trust.roster)):
        yield until(
            f"trust: {name}", f"version {document.version}, in force", document.expires, now,
            warn=WARN, advice=_RENEW,
        )  # fmt: skip
    yield _on_roster(settings, trust)


def _on_roster(settings: Settings, trust: Trust) -> Finding:
    name, version = "on the roster", trust.roster.version
    try:
        agent = trust.agent(settings.la)
    except Refused as refused:
        if refused.reason is Reason.KEY_REVOKED:
            return failed(
                name, f"{settings.la}'s agent is revoked (roster {version})",
                "ask Kent why; then ask for a new invitation and enrol again",
            )  # fmt: skip
        return failed(
            name, f"{settings.la} is not on the roster (version {version})",
            "read your fingerprint out to Kent, who approves it",
        )  # fmt: skip
    ours = keys.signing_public_hex(settings.home), keys.node_public(keys.node_key(settings.home))
    if (agent.signing_key, agent.node_key) != ours:
        return failed(
            name, f"the roster (version {version}) holds other keys for {settings.la}",
            "is this the folder of the agent that enrolled? Else enrol again",
        )  # fmt: skip
    return ok(name, f"with these keys (version {version})")
