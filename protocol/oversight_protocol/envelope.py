"""Signed documents: DSSE envelopes with Ed25519 signatures (through securesystemslib).

Rules kept here:

1. The payload is a document's canonical bytes; its type is part of what is signed, so that a
   ticket can never pass for a study.
2. A key's identifier is the SHA-256 of its 32 raw public bytes. It is derived, never taken on
   trust.
3. `signers` answers whose signatures are valid among the keys given; who may sign what is
   `trust`'s business.
4. An envelope and its payload have one form, canonical JSON without a field more: bytes that two
   readers could read differently (a key named twice, `1.0` for `1`) are refused before anything is
   looked at.
5. A public key of small order, or written in a second way, is no key: it would accept signatures
   that nobody made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ConfigDict, Field, StringConstraints
from securesystemslib.dsse import Envelope as Dsse
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, SSlibKey

from oversight_protocol.canonical import canonical_json, digest, is_canonical
from oversight_protocol.errors import InputError, Reason, Refused
from oversight_protocol.model import Digest, Document

Kind = Literal[
    "study",
    "ticket",
    "release",
    "refusal",
    "receipt",
    "root",
    "roles",
    "roster",
    "checkpoint",
    "enrolment",
    "coverage",
]

_PREFIX = "application/vnd.federated-oversight."
_TYPE_PATTERN = rf"^{_PREFIX.replace('.', '[.]')}({'|'.join(get_args(Kind))})[+]json$"
MAX_ENVELOPE_BYTES = 8 * 1024 * 1024
"""No honest document comes near this size: the largest release of the first study is under 1 MB."""

MAX_SIGNATURES = 16
"""The root has three keys and a study two signers: more signatures only cost time."""

_FIELD = 2**255 - 19
_CURVE_D = -121665 * pow(121666, -1, _FIELD) % _FIELD
"""The prime and the constant of edwards25519 (RFC 8032 §5.1)."""


def payload_type(kind: Kind) -> str:
    """The DSSE payload type of a kind of document."""
    return f"{_PREFIX}{kind}+json"


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """The 32 raw bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def key_id(key: Ed25519PublicKey) -> str:
    """A key's identifier: SHA-256 of its raw public bytes, in hexadecimal."""
    return digest(public_bytes(key))


def public_key_from_hex(text: str) -> Ed25519PublicKey:
    """A public key from its 64 hexadecimal digits.

    Raises:
        Refused: `malformed`, the digits are no usable Ed25519 public key.
    """
    if not re.fullmatch("[0-9a-f]{64}", text) or not is_usable_key(bytes.fromhex(text)):
        raise Refused(Reason.MALFORMED, "public key")
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def is_usable_key(raw: bytes) -> bool:
    """Whether 32 bytes may be an Ed25519 public key: one encoding, and no point of small order.

    The points of small order are those with y = 0, y² = 1 or d·y⁴ + 2y² = 1 (whose double has
    y = 0), by the addition law of RFC 8032 §5.1.4. Under such a key one signature fits many
    messages.
    """
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    doubled = _CURVE_D * pow(y, 4, _FIELD) + 2 * y * y - 1
    return y < _FIELD and y * (y * y - 1) * doubled % _FIELD != 0


def private_key_to_pem(key: Ed25519PrivateKey) -> bytes:
    """PKCS#8 PEM without a passphrase; its file's permissions guard it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def private_key_from_pem(pem: bytes, where: str) -> Ed25519PrivateKey:
    """A private signing key from PEM.

    Raises:
        InputError: the bytes hold no Ed25519 private key; the message names `where`, no content.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(
            "this file holds no usable private key",
            where=where,
            expected="an Ed25519 key in PEM form without a passphrase",
            advice="make one with 'key new'",
        )
    return key


class SignatureForm(Document):
    """One signature as it travels: the key's identifier and the signature's 64 bytes in base64."""

    keyid: Digest
    sig: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{86}==$")]


class EnvelopeForm(Document):
    """A DSSE envelope as it travels, with base64 of the standard alphabet."""

    model_config = ConfigDict(serialize_by_alias=True)

    payload: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
    payload_type: Annotated[str, StringConstraints(pattern=_TYPE_PATTERN)] = Field(
        alias="payloadType"
    )
    signatures: tuple[SignatureForm, ...] = Field(max_length=MAX_SIGNATURES)


@dataclass(frozen=True)
class Envelope:
    """A payload, its type and the signatures over both.

    `raw` is the envelope's canonical JSON: what is received, sent, stored and compared byte for
    byte.
    """

    raw: bytes
    kind: str
    payload: bytes
    key_ids: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The digest of the payload, which names the document whoever signed it."""
        return digest(self.payload)

    def as_json(self) -> dict[str, Any]:
        """The envelope as JSON's types."""
        value: dict[str, Any] = json.loads(self.raw)
        return value

    @classmethod
    def from_bytes(cls, raw: bytes) -> Envelope:
        """Read an envelope.

        Raises:
            Refused: `malformed`.
        """
        if len(raw) > MAX_ENVELOPE_BYTES:
            raise Refused(Reason.MALFORMED, "envelope over its size limit")
        form = EnvelopeForm.parse(raw)
        try:
            envelope = cls._wrap(Dsse.from_dict(form.model_dump(mode="json")))
        except ValueError:  # base64 that is none, or a key identifier that stands twice
            raise Refused(Reason.MALFORMED, "envelope") from None
        if envelope.raw != raw or not is_canonical(envelope.payload):
            raise Refused(Reason.MALFORMED, "envelope not in canonical form")
        return envelope

    @classmethod
    def from_json(cls, value: Any) -> Envelope:
        """Read an envelope from JSON's types.

        Raises:
            Refused: `malformed`.
        """
        try:
            raw = canonical_json(value)
        except (ValueError, RecursionError):
            raise Refused(Reason.MALFORMED, "envelope") from None
        return cls.from_bytes(raw)

    @classmethod
    def _wrap(cls, dsse: Dsse) -> Envelope:
        return cls(
            raw=canonical_json(dsse.to_dict()),
            kind=dsse.payload_type[len(_PREFIX) : -len("+json")],
            payload=dsse.payload,
            key_ids=tuple(dsse.signatures),
        )

    def _dsse(self) -> Dsse:
        return Dsse.from_dict(json.loads(self.raw))

    def countersign(self, key: Ed25519PrivateKey) -> Envelope:
        """The same payload with one signature more."""
        dsse = self._dsse()
        dsse.sign(_signer(key))
        return self.from_json(dsse.to_dict())

    def signers(self, keys: Iterable[Ed25519PublicKey]) -> frozenset[str]:
        """The identifiers of those keys whose signature over this envelope is valid."""
        dsse = self._dsse()
        return frozenset(key.keyid for key in map(_verifier, keys) if _is_valid(dsse, key))

    def open(self, kind: Kind) -> bytes:
        """The payload, if it is of this kind.

        Raises:
            Refused: `malformed`.
        """
        if self.kind != kind:
            raise Refused(Reason.MALFORMED, f"expected a {kind}")
        return self.payload


def seal(kind: Kind, document: Document, *keys: Ed25519PrivateKey) -> Envelope:
    """Sign a document's canonical bytes with each of the keys."""
    dsse = Dsse(document.canonical(), payload_type(kind), {})
    for key in keys:
        dsse.sign(_signer(key))
    return Envelope.from_json(dsse.to_dict())


def _signer(key: Ed25519PrivateKey) -> CryptoSigner:
    return CryptoSigner(key, _verifier(key.public_key()))


def _verifier(key: Ed25519PublicKey) -> SSlibKey:
    return SSlibKey(key_id(key), "ed25519", "ed25519", {"public": public_bytes(key).hex()})


def _is_valid(dsse: Dsse, key: SSlibKey) -> bool:
    signature = dsse.signatures.get(key.keyid)
    if signature is None:
        return False
    try:
        key.verify_signature(signature, dsse.pae())
    except UnverifiedSignatureError:
        return False
    return True
