"""One byte form for a document (RFC 8785, JSON Canonicalization Scheme), and its digest."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import rfc8785

_SQL_TOKEN = re.compile(
    r"""(?P<quoted> '[^']*' | "[^"]*" | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag) )
      | (?P<blank> (?: \s | --[^\n]* | /\*.*?\*/ )+ )
      | (?P<other> . )""",
    re.VERBOSE | re.DOTALL,
)


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a value of JSON's types.

    Raises:
        ValueError: the value cannot be written (NaN, an integer beyond 2**53, another type).
    """
    return bytes(rfc8785.dumps(value))


def is_canonical(payload: bytes) -> bool:
    """Whether bytes are the canonical form of what they say.

    A key named twice, white space, a byte order mark or `1.0` for `1` makes them another form,
    which two readers could read as two documents.
    """
    try:
        return canonical_json(json.loads(payload)) == payload
    except (ValueError, RecursionError):
        return False


def canonical_sql(text: str) -> str:
    """SQL with every stretch of white space and comments outside quotes made one space."""
    parts = (
        " " if token["blank"] else token["quoted"] or token["other"]
        for token in _SQL_TOKEN.finditer(text)
    )
    return "".join(parts).strip()


def digest(payload: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(payload).hexdigest()
