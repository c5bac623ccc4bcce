"""What is done with the authority's secret: sealing, the chain's marks, and keys for persons.

Rules kept here:

1. Each use has a key of its own, derived from the secret (HKDF, RFC 5869). The secret itself is
   neither kept nor written, and no key is.
2. What is sealed (AES-256-GCM) is bound to what is said of it in the clear: either both are as they
   were written, or it does not open.
3. A person's key is eight bytes of a keyed hash of kind and pseudonym. It does not depend on the
   period, so that it shows who stayed; it cannot be computed without the secret.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oversight_agent.history.errors import HistoryError

MIN_SECRET = 32
"""Bytes of the secret at least."""

KEYED_DIGITS = 32
"""The last digits of a pseudonym are its keyed part; a rank may stand before them."""

PERSON_BYTES = 8
MARK_BYTES = 32
TAG_BYTES = 12 + 16
"""What stands for sealed bytes in a mark: their nonce and their tag."""

_NONCE_BYTES, _KEY_BYTES = 12, 32


class Sealing:
    """The keys of one history.

    Attributes:
        lot: the key by which disclosure control chooses what it hides besides.
        name: tells this secret's histories from others.

    Raises:
        HistoryError: there is no secret, or it is too short.
    """

    __slots__ = ("_chain", "_content", "_persons", "lot", "name")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MIN_SECRET:
            raise HistoryError(
                "the authority's secret is missing or too short, and the history is sealed with it;"
                " nothing is answered",
                expected=f"at least {MIN_SECRET} random bytes",
                advice="restore keys/pseudonym.secret from its backup",
            )
        self._content = AESGCM(_derived(secret, "content"))
        self._chain = _derived(secret, "chain")
        self._persons = _derived(secret, "persons")
        self.lot = _derived(secret, "lot")
        self.name = _derived(secret, "name")[:PERSON_BYTES].hex()

    def __repr__(self) -> str:
        return "Sealing(…)"

    def seal(self, content: bytes, about: bytes) -> bytes:
        """Content, sealed and bound to what is said about it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._content.encrypt(nonce, content, about)

    def open(self, sealed: bytes, about: bytes) -> bytes | None:
        """What was sealed; None if it, or what is said about it, is not as it was."""
        try:
            return self._content.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            return None

    def mark(self, before: bytes, content: bytes) -> bytes:
        """The mark of an entry: it depends on the entry and on the one before it."""
        return hmac.digest(self._chain, before + content, "sha256")

    def persons(self, kind: str, pseudonyms: Iterable[str]) -> bytes:
        """The keys of persons of a kind, one after the other in their order, eight bytes each."""
        start = kind.encode() + b"\0"
        return b"".join(
            hmac.digest(self._persons, start + one[-KEYED_DIGITS:].encode(), "sha256")[
                :PERSON_BYTES
            ]
            for one in pseudonyms
        )


def tag(sealed: bytes) -> bytes:
    """What stands for sealed bytes in a mark; without the key nobody makes others for it."""
    return sealed[:_NONCE_BYTES] + sealed[-(TAG_BYTES - _NONCE_BYTES) :]


def _derived(secret: bytes, use: str) -> bytes:
    info = f"oversight-agent history {use}".encode()
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=info).derive(secret)
