"""The examples of docs/protocol.md, checked with the library and, once more, with none of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.envelope import MAX_SIGNATURES, Envelope, key_id, public_key_from_hex
from oversight_protocol.errors import FAMILY_TEXT
from oversight_protocol.ledger import read_lines
from oversight_protocol.release import Ticket
from oversight_protocol.schema_export import DOCUMENTS

TEXT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```json ([a-z-]+)\n(.*?)\n```", TEXT, re.DOTALL))
KEY = public_key_from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def test_the_ticket_example_is_one_document_in_both_forms():
    envelope = Envelope.from_bytes(BLOCKS["ticket-envelope"].encode())

    assert envelope.open("ticket") == BLOCKS["ticket-payload"].encode()
    assert Ticket.parse(envelope.payload).canonical() == envelope.payload
    assert envelope.signers([KEY]) == {key_id(KEY)}
    assert f"`{envelope.digest}`" in TEXT
    assert f"`{key_id(KEY)}`" in TEXT


def test_the_ledger_example_verifies_and_has_the_hashes_shown():
    lines = [line.encode() + b"\n" for line in BLOCKS["ledger"].split("\n")]

    read = list(read_lines(lines, "agent E10000016", KEY))

    assert len(read) == 2
    assert all(f"`{recorded.leaf.hex()}`" in TEXT for recorded, _ in read)
    assert f"`{read[-1][1].root.hex()}`" in TEXT
    ticket = Ticket.parse(Envelope.from_bytes(BLOCKS["ticket-envelope"].encode()).payload)
    assert ticket.checkpoint == Checkpoint.parse(read[-1][0].checkpoint.payload).head


def _canonical(value: object) -> bytes:
    # The examples hold only ASCII keys and small whole numbers, for which this is RFC 8785.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_description_alone_is_enough_to_verify_the_ledger():
    key = Ed25519PublicKey.from_public_bytes(KEY.public_bytes_raw())
    leaves = []
    for number, text in enumerate(BLOCKS["ledger"].split("\n")):
        line = json.loads(text)
        leaves.append(
            hashlib.sha256(
                b"\x00" + bytes.fromhex(line["salt"]) + _canonical(line["entry"])
            ).digest()
        )
        root = (
            leaves[0] if number == 0 else hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).digest()
        )
        envelope = line["checkpoint"]
        payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
        signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)

        key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), signed)
        assert _canonical(line) == text.encode()
        assert json.loads(payload) == {
            "head": {"root": root.hex(), "size": number + 1},
            "origin": "agent E10000016",
            "type": "checkpoint",
        }


@pytest.mark.parametrize("family", FAMILY_TEXT)
def test_the_fixed_sentences_are_the_ones_in_force(family: str):
    assert f"| `{family}` | {FAMILY_TEXT[family]} |" in TEXT


def test_every_schema_and_limit_is_named():
    assert all(name in TEXT for name in DOCUMENTS)
    assert f"At most {MAX_SIGNATURES} signatures" in TEXT
