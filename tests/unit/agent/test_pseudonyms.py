"""Pseudonyms are keyed, one per kind, and tell nothing of the identifier or the secret."""

from __future__ import annotations

import pytest

from oversight_agent.mapping import Pseudonymiser
from oversight_protocol.errors import InputError

PSEUDONYMS = Pseudonymiser(bytes(31) + b"\x01")


def test_a_pseudonym_is_the_one_that_openssl_computes() -> None:
    # printf 'child\0001234' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…01 (32 bytes)
    pseudonym = PSEUDONYMS.pseudonym("child", " 1234\n")

    assert pseudonym == "c25d61773295dd75441f87c1492ee8e3"


def test_kinds_and_secrets_part_pseudonyms() -> None:
    others = {
        PSEUDONYMS.pseudonym("child", "1"),
        PSEUDONYMS.pseudonym("worker", "1"),
        PSEUDONYMS.pseudonym("child", "01"),
        Pseudonymiser(bytes(32)).pseudonym("child", "1"),
    }

    assert len(others) == 4


def test_a_missing_identifier_stays_missing() -> None:
    assert PSEUDONYMS.pseudonyms("child", ["", " ", "\t"]) == [None, None, None]


def test_a_short_secret_is_refused_and_none_is_shown() -> None:
    secret = b"correct horse battery staple 1234"

    with pytest.raises(InputError) as caught:
        Pseudonymiser(secret[:31])

    assert "correct" not in str(caught.value) + repr(Pseudonymiser(secret))
