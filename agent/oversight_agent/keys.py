"""The agent's own secrets: made here, kept in files that only its account can read, never sent.

signing.key        Ed25519, signs releases and the ledger's head
signing.pub        its public half, for whoever verifies the ledger
node.key           P-384, by which the coordinator's SuperLink knows this node
pseudonym.secret   32 random bytes; without it no pseudonym can be recomputed
"""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from oversight_agent import files
from oversight_protocol.envelope import (
    private_key_from_pem,
    private_key_to_pem,
    public_bytes,
    public_key_from_hex,
)
from oversight_protocol.errors import InputError, OversightError

SECRET_BYTES = 32
_ADVICE = "run 'oversight-agent enrol' first; a lost key means enrolling anew"


def make(home: Path) -> None:
    """Make whatever key is not there yet; one that is there stays as it is."""
    folder = home / "keys"
    if not (folder / "signing.key").exists():
        key = Ed25519PrivateKey.generate()
        files.write(folder / "signing.key", private_key_to_pem(key), private=True)
    signing_public = public_bytes(signing_key(home).public_key()).hex()
    files.write(folder / "signing.pub", f"{signing_public}\n".encode())
    if not (folder / "node.key").exists():
        pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        files.write(folder / "node.key", pem, private=True)
    if not (folder / "pseudonym.secret").exists():
        files.write(folder / "pseudonym.secret", os.urandom(SECRET_BYTES), private=True)


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The agent's signing key.

    Raises:
        InputError: it is missing or damaged.
    """
    path = home / "keys" / "signing.key"
    return private_key_from_pem(files.read(path, "the signing key", _ADVICE), str(path))


def signing_public_key(home: Path) -> Ed25519PublicKey:
    """The public half, which needs no right to read the private one.

    Raises:
        InputError: it is missing or damaged.
    """
    path = home / "keys" / "signing.pub"
    text = files.read(path, "the public signing key", _ADVICE).decode("ascii", "replace").strip()
    try:
        return public_key_from_hex(text)
    except OversightError:
        raise InputError(
            "this file holds no public key", where=str(path), expected="64 hexadecimal digits"
        ) from None


def signing_public_hex(home: Path) -> str:
    """The public signing key as its 64 hexadecimal digits."""
    return public_bytes(signing_public_key(home)).hex()


def node_key(home: Path) -> ec.EllipticCurvePrivateKey:
    """The node's key.

    Raises:
        InputError: it is missing or damaged.
    """
    path = home / "keys" / "node.key"
    pem = files.read(path, "the node key", _ADVICE)
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InputError("this file holds no usable node key", where=str(path), advice=_ADVICE)
    return key


def node_public(key: ec.EllipticCurvePrivateKey) -> str:
    """A node's public key as the roster holds it: base64 of the DER SubjectPublicKeyInfo."""
    return b64encode(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).decode("ascii")
