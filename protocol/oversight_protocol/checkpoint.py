"""A ledger's head, signed: "my log has n entries and this root".

Both sides keep the other's checkpoints, so that neither can later show another history.
"""

from __future__ import annotations

from typing import Literal

from oversight_protocol.model import Document, Text
from oversight_protocol.release import Head


class Checkpoint(Document):
    """A signed head names the ledger that it is the head of."""

    type: Literal["checkpoint"] = "checkpoint"
    origin: Text
    head: Head
