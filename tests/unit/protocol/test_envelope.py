from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from oversight_protocol import envelope as module
from oversight_protocol.canonical import canonical_json
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.envelope import (
    MAX_ENVELOPE_BYTES,
    MAX_SIGNATURES,
    Envelope,
    is_usable_key,
    key_id,
    payload_type,
    private_key_from_pem,
    private_key_to_pem,
    public_bytes,
    public_key_from_hex,
    seal,
)
from oversight_protocol.errors import InputError, OversightError, Reason, Refused
from support.protocol import EMPTY_HEAD, public_hex, signing_key

ONE, TWO, STRANGER = signing_key("one"), signing_key("two"), signing_key("stranger")
DOCUMENT = Checkpoint(origin="test", head=EMPTY_HEAD)
SEALED = seal("checkpoint", DOCUMENT, ONE)
FIELD = 2**255 - 19


def altered(**changes: object) -> bytes:
    return canonical_json({**SEALED.as_json(), **changes})


def with_payload(payload: bytes) -> bytes:
    return altered(payload=base64.b64encode(payload).decode())


def test_a_sealed_document_opens_to_its_canonical_bytes_and_names_its_signer():
    read = Envelope.from_bytes(SEALED.raw)

    assert read == SEALED
    assert read.open("checkpoint") == DOCUMENT.canonical()
    assert read.signers([ONE.public_key(), TWO.public_key()]) == {key_id(ONE.public_key())}


def test_what_is_signed_is_the_pre_authentication_encoding_of_dsse():
    text = payload_type("checkpoint").encode()
    payload = DOCUMENT.canonical()
    encoded = b"DSSEv1 %d %b %d %b" % (len(text), text, len(payload), payload)

    signature = base64.b64decode(SEALED.as_json()["signatures"][0]["sig"])

    ONE.public_key().verify(signature, encoded)


def test_a_key_identifier_is_the_digest_of_the_raw_public_bytes_of_rfc_8032_test_1():
    key = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )

    identifier = key_id(key.public_key())

    assert public_bytes(key.public_key()).hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    assert identifier == "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9"


def test_an_envelope_does_not_open_as_another_kind():
    with pytest.raises(Refused) as caught:
        SEALED.open("ticket")

    assert caught.value.reason is Reason.MALFORMED


def test_a_signature_under_one_payload_type_is_none_under_another():
    retyped = Envelope.from_bytes(altered(payloadType=payload_type("ticket")))

    assert retyped.signers([ONE.public_key()]) == frozenset()


def test_a_further_signature_keeps_the_first_and_adds_the_second():
    both = SEALED.countersign(TWO)

    assert both.signers([ONE.public_key(), TWO.public_key()]) == {
        key_id(ONE.public_key()),
        key_id(TWO.public_key()),
    }
    assert both.digest == SEALED.digest
    assert both.as_json()["signatures"][0] == SEALED.as_json()["signatures"][0]


def test_countersigning_twice_with_one_key_leaves_one_signature():
    again = SEALED.countersign(ONE)

    assert again == SEALED


def test_a_signature_by_an_unknown_key_is_ignored():
    both = SEALED.countersign(STRANGER)

    assert both.signers([ONE.public_key()]) == {key_id(ONE.public_key())}


def test_a_signature_under_another_keys_identifier_does_not_count():
    signature = {**SEALED.as_json()["signatures"][0], "keyid": key_id(TWO.public_key())}

    forged = Envelope.from_bytes(altered(signatures=[signature]))

    assert forged.signers([ONE.public_key(), TWO.public_key()]) == frozenset()


def test_two_signatures_under_one_identifier_are_refused():
    signature = SEALED.as_json()["signatures"][0]

    with pytest.raises(Refused):
        Envelope.from_bytes(altered(signatures=[signature, signature]))


def test_more_signatures_than_anyone_needs_are_refused():
    keys = [signing_key(f"signer {n}") for n in range(MAX_SIGNATURES + 1)]

    with pytest.raises(Refused):
        seal("checkpoint", DOCUMENT, *keys)


def test_no_altered_byte_of_an_envelope_leaves_a_valid_signature_over_another_envelope():
    for position in range(len(SEALED.raw)):
        for mask in (0x01, 0x20, 0x80):
            changed = bytearray(SEALED.raw)
            changed[position] ^= mask

            try:
                signers = Envelope.from_bytes(bytes(changed)).signers([ONE.public_key()])
            except Refused:
                continue

            assert signers == frozenset(), position


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_as_malformed_and_raise_nothing_else(raw: bytes):
    with pytest.raises(Refused) as caught:
        Envelope.from_bytes(raw)

    assert caught.value.reason is Reason.MALFORMED


@given(
    st.integers(0, len(SEALED.raw)),
    st.binary(max_size=40),
    st.integers(0, 60),
)
def test_a_damaged_envelope_raises_nothing_but_a_refusal(start: int, patch: bytes, cut: int):
    damaged = SEALED.raw[:start] + patch + SEALED.raw[start + cut :]

    try:
        read = Envelope.from_bytes(damaged)
    except Refused:
        return

    assert read.raw == damaged
    assert read.payload == SEALED.payload or not read.signers([ONE.public_key()])


@pytest.mark.parametrize(
    "raw",
    [
        b'{"payload":"e30=",' + SEALED.raw[1:],
        SEALED.raw + b"\n",
        b"\xef\xbb\xbf" + SEALED.raw,
        SEALED.raw.decode().encode("utf-16"),
        json.dumps(SEALED.as_json()).encode(),
        altered(more=1),
        altered(signatures=[{**SEALED.as_json()["signatures"][0], "cert": "x"}]),
        altered(signatures=[{"keyid": 5, "sig": ""}]),
        altered(signatures={}),
        altered(payload=SEALED.as_json()["payload"] + "=="),
        altered(payload="-_-_"),
        altered(payload="e31="),
        altered(payload=5),
        altered(payloadType="application/vnd.federated-oversight.+json"),
        altered(payloadType="application/vnd.federated-oversight.gift+json"),
        altered(payloadType="application/json"),
        b"[" * 200_000,
        b'{"payload":' + b"9" * 5000 + b"}",
        with_payload(b'{"origin":"a","origin":"test"}'),
        with_payload(b" " + DOCUMENT.canonical()),
        with_payload(b'{"size":1.0}'),
        with_payload(b"[" * 3000 + b"]" * 3000),
        with_payload(b"\xff"),
    ],
)
def test_a_second_way_to_write_an_envelope_or_its_payload_is_refused(raw: bytes):
    with pytest.raises(Refused) as caught:
        Envelope.from_bytes(raw)

    assert caught.value.reason is Reason.MALFORMED


def test_the_bytes_received_are_the_bytes_kept():
    assert Envelope.from_bytes(SEALED.raw).raw == SEALED.raw
    assert Envelope.from_json(SEALED.as_json()).raw == SEALED.raw


def test_an_envelope_over_the_size_limit_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "MAX_ENVELOPE_BYTES", len(SEALED.raw) - 1)

    with pytest.raises(Refused) as caught:
        Envelope.from_bytes(SEALED.raw)

    assert caught.value.place == "envelope over its size limit"
    assert MAX_ENVELOPE_BYTES == 8 * 1024 * 1024


@pytest.mark.parametrize("value", [None, 5, [], {"a": float("nan")}, {1: 2}, {"a": "\ud800"}])
def test_a_json_value_that_is_no_envelope_is_refused(value: object):
    with pytest.raises(Refused):
        Envelope.from_json(value)


@pytest.mark.parametrize(
    "text", ["", "zz" * 32, "ab" * 31, " ab" + "ab" * 31, "AB" * 32, "ab" * 33, "٣" * 64]
)
def test_only_64_lower_case_hexadecimal_digits_are_a_public_key(
    text: str, refused: Callable[..., Refused]
):
    refused(Reason.MALFORMED, public_key_from_hex, text)


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize(
    "point",
    [
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ],
)
def test_a_key_of_small_order_is_no_key(point: str, sign: int):
    raw = bytearray.fromhex(point)
    raw[31] |= sign

    assert not is_usable_key(bytes(raw))


def test_the_key_under_which_one_signature_fits_every_message_is_refused():
    identity = (1).to_bytes(32, "little")
    signature = identity + bytes(32)
    Ed25519PublicKey.from_public_bytes(identity).verify(signature, b"any message at all")

    with pytest.raises(Refused):
        public_key_from_hex(identity.hex())


@pytest.mark.parametrize("y", [FIELD, FIELD + 1, FIELD + 3, 2**255 - 1])
def test_a_key_written_in_a_second_way_is_no_key(y: int):
    assert not is_usable_key(y.to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32))
def test_every_honest_key_is_usable(secret: bytes):
    key = Ed25519PrivateKey.from_private_bytes(secret)

    assert public_bytes(public_key_from_hex(public_hex(key))) == public_bytes(key.public_key())


def test_a_private_key_survives_its_file():
    read = private_key_from_pem(private_key_to_pem(ONE), "signing.key")

    assert public_hex(read) == public_hex(ONE)


def _pem_of_another_kind() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _pem_with_a_passphrase() -> bytes:
    return ONE.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )


UNKNOWN_ALGORITHM = (
    b"-----BEGIN PRIVATE KEY-----\n"
    + base64.b64encode(bytes.fromhex("300c020100300506032b65010400"))
    + b"\n-----END PRIVATE KEY-----\n"
)


@pytest.mark.parametrize(
    "pem",
    [b"", b"personal content", _pem_of_another_kind(), _pem_with_a_passphrase(), UNKNOWN_ALGORITHM],
    ids=["empty", "text", "another kind of key", "with a passphrase", "unknown algorithm"],
)
def test_a_file_that_holds_no_usable_key_is_named_and_not_quoted(pem: bytes):
    with pytest.raises(InputError) as caught:
        private_key_from_pem(pem, "signing.key")

    assert "signing.key" in str(caught.value)
    assert "personal" not in str(caught.value)
    assert isinstance(caught.value, OversightError)
