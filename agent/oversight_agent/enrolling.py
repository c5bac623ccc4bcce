"""Joining the programme: pin its CA and root, make the keys, send the public halves.

Rules kept here:

1. Nothing is sent before the invitation's fingerprint was compared with the one that came by a
   second channel, and nothing but over TLS under the invitation's own CA.
2. Keys are made here and once; a repeated enrolment sends the same ones.
3. Nothing is pinned before the coordinator took the enrolment.
"""

from __future__ import annotations

import json
import ssl
import tomllib
from pathlib import Path

import httpx
import stamina
import stamina.instrumentation
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from oversight_agent import files, keys
from oversight_agent.config import Settings
from oversight_agent.ledger import LedgerFile
from oversight_agent.times import now
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
        invitation = Invitation.parse(content.strip())
        _ = invitation.root_digest  # the root must be in its form as well
    except Refused:
        raise InputError(
            "this file is no invitation", where=str(path), advice="ask Kent for a new one"
        ) from None
    return invitation


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
            advice="compare it digit by digit; if it differs, do not go on: the invitation may be "
            "forged. Ask Kent",
        )
    if invitation.la != settings.la:
        raise InputError(
            f"the invitation is for {invitation.la}, this agent is {settings.la}'s",
            advice="use the invitation of this authority",
        )
    if now() >= invitation.expires:
        raise InputError(
            "the invitation has expired",
            found=f"valid until {invitation.expires:%d %B %Y, %H:%M} UTC",
            advice="ask Kent for a new one",
        )
    if not invitation.gateway.startswith("https://"):
        raise InputError(
            "the invitation's gateway has no address under https",
            advice="do not go on: the invitation may be forged. Ask Kent",
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
    try:
        context = ssl.create_default_context(cadata=invitation.ca)
        with httpx.Client(verify=context, timeout=TIMEOUT_SECONDS) as client:
            response = _post(client, url, body)
    except (httpx.TransportError, httpx.InvalidURL, ssl.SSLError) as error:
        raise _no_connection(url, error) from None
    answer = _json_object(response)
    if response.status_code != httpx.codes.ACCEPTED or "fingerprint" not in answer:
        problem = answer.get("problem", f"status {response.status_code}")
        raise InputError(
            f"the coordinator refused the enrolment: {problem}",
            where=url,
            advice="ask Kent for a new invitation",
        )
    return str(answer["fingerprint"])


def _post(client: httpx.Client, url: str, body: bytes) -> httpx.Response:
    # A repetition is harmless: the coordinator takes the same keys under the same token again.
    # Its own log lines say nothing that the error at the end does not.
    stamina.instrumentation.set_on_retry_hooks([])
    for attempt in stamina.retry_context(on=httpx.TransportError, attempts=ATTEMPTS):
        with attempt:
            response = client.post(url, content=body, headers={"content-type": "application/json"})
    return response


def _json_object(response: httpx.Response) -> dict[str, object]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {}


def _no_connection(url: str, error: Exception) -> InputError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return InputError(
            "what answers does not prove that it is the invitation's gateway",
            where=url,
            advice="check for a proxy that opens TLS; else ask Kent. Nothing was sent",
        )
    return InputError(
        f"no connection to the gateway ({type(error).__name__})",
        where=url,
        advice="check network, proxy (HTTPS_PROXY) and firewall, then enrol again",
    )


def _pin(settings: Settings, invitation: Invitation) -> None:
    """Write what was pinned and record it."""
    files.write(settings.path("trust", "ca.pem"), invitation.ca.encode())
    files.write(settings.path("trust", "root.json"), invitation.root.encode())
    _set(
        settings.path("agent.toml"),
        {"coordinator_url": invitation.gateway, "root_digest": invitation.root_digest},
    )
    _record(settings, invitation)


def _set(path: Path, values: dict[str, str]) -> None:
    """Set some top-level settings of a TOML file and leave all else as people wrote it."""
    text = path.read_text(encoding="utf-8")
    present = tomllib.loads(text)
    if all(present.get(name) == value for name, value in values.items()):
        return
    # A string of JSON is one of TOML.
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    lines += [line for line in text.splitlines() if line.split("=")[0].strip() not in values]
    files.write(path, ("\n".join(lines) + "\n").encode())


def _record(settings: Settings, invitation: Invitation) -> None:
    ledger = LedgerFile(settings.ledger, settings.origin, keys.signing_key(settings.home))
    with ledger.locked() as book:
        enrolled = {
            "la": settings.la, "root": invitation.root_digest, "gateway": invitation.gateway,
            "signing_key": keys.signing_public_hex(settings.home),
        }  # fmt: skip
        if book.find("enrolled", **enrolled) is None:
            book.append("enrolled", enrolled)
