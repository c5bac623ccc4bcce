"""Pseudonyms are keyed, one per kind, and tell nothing of the identifier or the secret."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.mapping import Pseudonymiser, rank_workers
from oversight_agent.tables import MAPPING, SpecTable
from oversight_protocol import specification
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


@given(
    st.lists(st.text(min_size=1).map(str.strip).filter(bool), unique=True), st.binary(min_size=32)
)
def test_ranked_pseudonyms_stand_in_the_order_of_the_identifiers_under_any_secret(
    identifiers: list[str], secret: bytes
) -> None:
    pseudonymiser = Pseudonymiser(secret)
    plain = pseudonymiser.pseudonyms("worker", identifiers)

    ranked = pseudonymiser.ranked("worker")

    assert sorted(identifiers) == sorted(
        identifiers, key=lambda one: ranked[str(pseudonymiser.pseudonym("worker", one))]
    )
    assert all(ranked[str(one)][8:] == one for one in plain)


def test_a_kind_of_which_none_was_read_has_no_ranks() -> None:
    pseudonymiser = Pseudonymiser(bytes(32))
    pseudonymiser.pseudonyms("child", ["1"])

    assert pseudonymiser.ranked("worker") == {}


def test_every_field_that_names_a_worker_is_ranked_alike_and_nothing_else_is() -> None:
    pseudonymiser = Pseudonymiser(bytes(32))
    mapped = [pseudonymiser.pseudonym("worker", one) for one in ("W9", "W10")]
    child = pseudonymiser.pseudonym("child", "1")
    frame = pd.DataFrame(
        {"child_id": [child, child], "worker_id": mapped, "supervisor_id": [None, mapped[0]]},
        dtype="str",
    )
    table = SpecTable("oversight_event", frame, MAPPING)

    ranked = rank_workers({table.name: table}, specification.load("1.0"), pseudonymiser)

    found = ranked["oversight_event"].frame
    assert found["child_id"].tolist() == [child, child]
    assert found["worker_id"].tolist() == [f"00000001{mapped[0]}", f"00000000{mapped[1]}"]
    assert found["supervisor_id"].isna().tolist() == [True, False]
    assert found["supervisor_id"][1] == found["worker_id"][0]
    assert found.dtypes.equals(frame.dtypes)
