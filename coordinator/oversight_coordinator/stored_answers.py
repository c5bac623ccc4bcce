"""Authorities' answers as the store keeps them."""

from __future__ import annotations

from oversight_protocol.envelope import Envelope
from oversight_protocol.release import Refusal, Release


def read_answer(raw: bytes) -> Release | Refusal:
    """The release or refusal in a stored envelope."""
    envelope = Envelope.from_bytes(raw)
    if envelope.kind == "release":
        return Release.parse(envelope.payload)
    return Refusal.parse(envelope.payload)
