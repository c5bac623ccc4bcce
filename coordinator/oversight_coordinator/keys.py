"""Key files: `NAME.key` (secret, for its owner only) and `NAME.pub` (the holder's public card)."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from oversight_coordinator import files
from oversight_protocol.envelope import private_key_from_pem, private_key_to_pem, public_bytes
from oversight_protocol.errors import InputError, OversightError
from oversight_protocol.trust import Holder


def make(path: Path, holder: str, organisation: str) -> Holder:
    """Make `path`.key and `path`.pub.

    Raises:
        InputError: a key of this name is there already, which is never overwritten; or the
            holder's name cannot be used.
    """
    private, public = path.with_suffix(".key"), path.with_suffix(".pub")
    if private.exists() or public.exists():
        raise InputError(
            "a key of this name is there already",
            where=str(private),
            advice="choose another name; keys are never overwritten",
        )
    key = Ed25519PrivateKey.generate()
    public_hex = public_bytes(key.public_key()).hex()
    try:
        card = Holder(key=public_hex, holder=holder, organisation=organisation)
    except ValidationError:
        raise InputError(
            "the holder or the organisation cannot be used",
            expected="a name without control or invisible characters",
        ) from None
    files.write(private, private_key_to_pem(key), private=True)
    files.write(public, card.canonical() + b"\n")
    return card


def private(path: Path) -> Ed25519PrivateKey:
    """A private key from its file.

    Raises:
        InputError: it cannot be read or is none.
    """
    pem = files.read(path, "the private key", "make one with 'oversight key new'")
    return private_key_from_pem(pem, str(path))


def card(path: Path) -> Holder:
    """A holder's public card from its file.

    Raises:
        InputError: it cannot be read or is none.
    """
    content = files.read(path, "the public key", "make one with 'oversight key new'")
    try:
        return Holder.parse(content.strip())
    except OversightError:
        raise InputError(
            "this file is no public key card",
            where=str(path),
            expected="a NAME.pub file made by 'oversight key new'",
        ) from None
