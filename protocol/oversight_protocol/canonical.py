"""One byte form for a document (RFC 8785, JSON Canonicalization Scheme), and its digest."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a value of JSON's types.

    Raises:
        ValueError: the value cannot be written (NaN, an integer beyond 2**53, another type).
    """
    return bytes(rfc8785.dumps(value))


def digest(payload: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(payload).hexdigest()
