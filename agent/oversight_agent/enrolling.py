"""Joining the programme: pin its CA and root, make the keys, send the public halves.

Rules kept here:

1. Nothing is sent before the invitation's fingerprint was compared with the one that came by a second
   channel.
2. Keys are made here and once; a repeated enrolment sends the same ones.
3. Nothing is pinned before the coordinator took the enrolment.
"""

from __future__ import annotations

import ssl
import tomllib
from pathlib import Path

import httpx
import stamina
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from oversight_agent import files, keys
from oversight_agent.config import Settings
from oversight_agent.ledger import LedgerFile
from oversight_protocol.enrolment import Enrolment, EnrolmentRequest, Invitation, token_digest
from oversight_protocol.envelope import public_bytes, seal
from oversight_protocol.errors import InputError, Refused

ATTEMPTS = 5
TIMEOUT_SECONDS = 30


def read_invitation(path: Path) -> Invitation:
    """An invitation from its file.

    Raises:
        InputError: it is none.
    """
    content = files.read(path, "the invitation", "ask Kent for it")
    try:
        return Invitation.parse(content.strip())
    except Refused:
        raise InputError(
            "this file is no invitation", where=str(path), advice="ask Kent for a new one"
        ) from None


def enrol(settings: Settings, invitation: Invitation, fingerprint: str) -> str:
    """Enrol; the fingerprint that Kent will ask to be read out.

    Raises:
        InputError: the fingerprint differs, the authority is another, or the coordinator refuses.
    """
    if fingerprint.strip().lower() != invitation.fingerprint:
        raise InputError(
            "the fingerprint is not that of this invitation",
            found=fingerprint,
            expected="the one that Kent gave you by telephone or on paper",
            advice="do not go on: the invitation may be forged. Ask Kent",
        )
    if invitation.la != settings.la:
        raise InputError(
            f"the invitation is for {invitation.la}, this agent is {settings.la}'s",
            advice="use the invitation of this authority",
        )
    keys.make(settings.home)
    body = _request(settings, invitation)
    agent_fingerprint = _send(invitation, body)
    _pin(settings, invitation)
    return agent_fingerprint


def _request(settings: Settings, invitation: Invitation) -> bytes:
    signing, node = keys.signing_key(settings.home), keys.node_key(settings.home)
    token = token_digest(invitation.token)
    enrolment = Enrolment(
        la=settings.la, token_digest=token,
        signing_key=public_bytes(signing.public_key()).hex(), node_key=keys.node_public(node),
        node_signature=node.sign(token.encode(), ec.ECDSA(hashes.SHA256())).hex(),
    )  # fmt: skip
    envelope = seal("enrolment", enrolment, signing)
    return EnrolmentRequest(
        token=invitation.token, envelope=envelope.raw.decode("ascii")
    ).canonical()


def _send(invitation: Invitation, body: bytes) -> str:
    url = f"{invitation.gateway.rstrip('/')}/v1/enrol"
    context = ssl.create_default_context(cadata=invitation.ca)
    try:
        with httpx.Client(verify=context, timeout=TIMEOUT_SECONDS) as client:
            for attempt in stamina.retry_context(on=httpx.TransportError, attempts=ATTEMPTS):
                with attempt:
                    response = client.post(
                        url, content=body, headers={"content-type": "application/json"}
                    )
        answer = response.json()
    except httpx.TransportError as error:
        raise InputError(
            f"no connection to the gateway ({type(error).__name__})",
            where=url,
            advice="check network, proxy (HTTPS_PROXY) and firewall, then enrol again",
        ) from None
    except ValueError:
        answer = {}
    if response.status_code != httpx.codes.ACCEPTED:
        problem = answer.get("problem", f"status {response.status_code}")
        raise InputError(
            f"the coordinator refused the enrolment: {problem}",
            where=url,
            advice="ask Kent for a new invitation",
        )
    return str(answer["fingerprint"])


def _pin(settings: Settings, invitation: Invitation) -> None:
    """Write what was pinned into agent.toml's neighbour files and record it."""
    files.write(settings.path("trust", "ca.pem"), invitation.ca.encode())
    files.write(settings.path("trust", "root.json"), invitation.root.encode())
    pinned = f'coordinator_url = "{invitation.gateway}"\nroot_digest = "{invitation.root_digest}"\n'
    path = settings.path("agent.toml")
    present = tomllib.loads(path.read_text(encoding="utf-8"))
    if (present.get("coordinator_url"), present.get("root_digest")) != (
        invitation.gateway, invitation.root_digest,
    ):  # fmt: skip
        kept = [
            line for line in path.read_text(encoding="utf-8").splitlines()
            if line.split("=")[0].strip() not in ("coordinator_url", "root_digest")
        ]  # fmt: skip
        files.write(path, ("\n".join([pinned.rstrip(), *kept]) + "\n").encode())
    ledger = LedgerFile(settings.ledger, settings.origin, keys.signing_key(settings.home))
    with ledger.locked() as book:
        if book.find("enrolled", root=invitation.root_digest) is None:
            book.append(
                "enrolled",
                {"la": settings.la, "root": invitation.root_digest,
                 "gateway": invitation.gateway,
                 "signing_key": keys.signing_public_hex(settings.home)},
            )  # fmt: skip
