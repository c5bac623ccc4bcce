"""Persons' identifiers replaced by keyed pseudonyms, as they are read.

    pseudonym = hex(HMAC-SHA-256(secret, kind || 0x00 || identifier))[:32]
    ranked    = rank in eight digits || pseudonym

Rules kept here:

1. The secret is the authority's own and never leaves it. Nothing here shows or writes it.
2. A kind's pseudonyms are its own: a worker and a child with one number have nothing in common.
3. White space around an identifier does not make another person; a missing one stays missing.
4. 128 bits: two persons of an authority do not share a pseudonym by chance.
5. Equal identifiers give equal pseudonyms at any time, so nothing is kept but what ranks need.
6. Questions decide ties by the smallest worker identifier. Pseudonyms alone would stand in another
   order under each secret, so a worker's is ranked once all sources are read: the rank is the place
   of the identifier among those read, compared as text.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from oversight_protocol.errors import InputError
from oversight_protocol.specification import Pseudonym

MIN_SECRET = 32
"""Bytes of the secret at least: as long as SHA-256's output (RFC 2104 §3)."""

DIGITS = 32
"""Hexadecimal digits of a pseudonym."""


RANKED: frozenset[Pseudonym] = frozenset({"worker"})
"""The kinds whose pseudonyms are ranked."""


class Pseudonymiser:
    """Replaces identifiers under one secret.

    Raises:
        InputError: the secret is shorter than 32 bytes.
    """

    __slots__ = ("_given", "_secret")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MIN_SECRET:
            raise InputError(
                "the secret for pseudonyms is too short",
                expected=f"at least {MIN_SECRET} random bytes",
                advice="restore it from its backup, or set the agent up anew",
            )
        self._secret = bytes(secret)
        self._given: dict[Pseudonym, dict[str, str]] = {kind: {} for kind in RANKED}

    def __repr__(self) -> str:
        return "Pseudonymiser(…)"

    def pseudonym(self, kind: Pseudonym, identifier: str) -> str | None:
        """The pseudonym of one identifier: 32 hexadecimal digits, or None for an empty one."""
        return self.pseudonyms(kind, [identifier])[0]

    def pseudonyms(self, kind: Pseudonym, identifiers: Iterable[str]) -> list[str | None]:
        """The pseudonyms of identifiers, in their order."""
        trimmed = [identifier.strip() for identifier in identifiers]
        # A copy of the keyed hash for each: keying it anew would take longer than all the rest.
        keyed = HMAC(self._secret, SHA256())
        keyed.update(kind.encode() + b"\0")
        found = [_finished(keyed.copy(), one) if one else None for one in trimmed]
        if kind in RANKED:
            pairs = zip(trimmed, found, strict=True)
            self._given[kind].update((one, given) for one, given in pairs if given is not None)
        return found

    def ranked(self, kind: Pseudonym) -> dict[str, str]:
        """For each pseudonym of a ranked kind that was given so far, its ranked form."""
        given = self._given[kind]
        return {given[one]: f"{rank:08d}{given[one]}" for rank, one in enumerate(sorted(given))}


def _finished(keyed: HMAC, identifier: str) -> str:
    keyed.update(identifier.encode())
    return keyed.finalize()[: DIGITS // 2].hex()
