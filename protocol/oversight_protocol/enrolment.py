"""How an agent joins: an invitation one way, its public keys the other, fingerprints by telephone.

Rules kept here:

1. An invitation holds a one-time token bound to one authority, the gateway's address, and what
   the agent is to pin: the gateway's CA and the root of trust. A short fingerprint over all of it
   reaches the authority by another channel; without it the agent does not enrol.
2. The agent makes its keys and proves that it holds them: its signing key signs the enrolment, its
   node key signs the token's digest.
3. Kent reads the agent's fingerprint back by telephone before a registrar puts it on the roster.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import StringConstraints

from oversight_protocol.canonical import canonical_json, digest
from oversight_protocol.envelope import Envelope, public_key_from_hex
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.model import Digest, Document, Instant, LaCode, Text
from oversight_protocol.trust import RawKey

FINGERPRINT_DIGITS = 32
"""128 bits: beyond any search for a second invitation or key with the same fingerprint."""


class Invitation(Document):
    """What an authority is sent."""

    type: Literal["invitation"] = "invitation"
    la: LaCode
    name: Text
    gateway: Text
    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    expires: Instant
    ca: Text
    root: str

    @property
    def root_digest(self) -> str:
        """The digest of the root file, which the agent pins."""
        return Envelope.from_bytes(self.root.encode()).digest

    @property
    def fingerprint(self) -> str:
        """What the authority compares by a second channel; any change of the invitation shows."""
        return _grouped(digest(self.canonical()))


class Enrolment(Document):
    """What the agent sends back."""

    type: Literal["enrolment"] = "enrolment"
    la: LaCode
    token_digest: Digest
    signing_key: RawKey
    node_key: str
    node_signature: str

    @property
    def fingerprint(self) -> str:
        """What Kent has read back by telephone: both public keys in one."""
        return agent_fingerprint(self.signing_key, self.node_key)


class EnrolmentRequest(Document):
    """The body of the call to `/v1/enrol`."""

    token: str
    envelope: str


def agent_fingerprint(signing_key: str, node_key: str) -> str:
    """The fingerprint of an agent's two public keys."""
    return _grouped(digest(canonical_json([signing_key, node_key])))


def token_digest(token: str) -> str:
    """What is stored and signed in a token's place."""
    return digest(token.encode())


def check_enrolment(envelope: Envelope, token: str) -> Enrolment:
    """The enrolment in an envelope, its sender shown to hold both keys.

    Raises:
        Refused: `malformed` or `signature`.
    """
    enrolment = Enrolment.parse(envelope.open("enrolment"))
    if enrolment.token_digest != token_digest(token):
        raise Refused(Reason.SIGNATURE, "token")
    if not envelope.signers([public_key_from_hex(enrolment.signing_key)]):
        raise Refused(Reason.SIGNATURE, "signing key")
    node_key = node_public_key(enrolment.node_key)
    try:
        node_key.verify(
            bytes.fromhex(enrolment.node_signature),
            enrolment.token_digest.encode(),
            ec.ECDSA(hashes.SHA256()),
        )
    except (InvalidSignature, ValueError):
        raise Refused(Reason.SIGNATURE, "node key") from None
    return enrolment


def node_public_key(text: str) -> ec.EllipticCurvePublicKey:
    """A node's public key from base64 of its DER form.

    Raises:
        Refused: `malformed`, it is no P-384 key.
    """
    try:
        key = load_der_public_key(b64decode(text, validate=True))
    except ValueError:
        raise Refused(Reason.MALFORMED, "node key") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp384r1":
        raise Refused(Reason.MALFORMED, "node key")
    return key


def _grouped(text: str) -> str:
    short = text[:FINGERPRINT_DIGITS]
    return "-".join(short[i : i + 4] for i in range(0, len(short), 4))
