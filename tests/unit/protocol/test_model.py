from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.model import Document, Instant, Text
from support.protocol import EMPTY_HEAD


class Dated(Document):
    at: Instant


class Worded(Document):
    text: Text


@given(st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)))
def test_an_instant_is_read_as_it_was_written(at: datetime):
    written = Dated(at=at).canonical()

    assert Dated.parse(written).at == at


def test_an_instant_of_another_zone_is_written_in_utc():
    at = datetime(2026, 7, 1, 1, 0, tzinfo=timezone(timedelta(hours=1)))

    assert Dated(at=at).canonical() == b'{"at":"2026-07-01T00:00:00Z"}'


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T20:00:00+00:00",
        "2026-11-23T20:00:00.000Z",
        "2026-11-23T20:00:00",
        "2026-11-23 20:00:00Z",
        "2026-11-23T20:00Z",
        "2026-11-23T20:00:00z",
        "20261123T200000Z",
        "2026-W48-1T20:00:00Z",
        "1700000000",
        "2026-11-23T20:00:60Z",
        "2026-02-29T00:00:00Z",
        "",
        1700000000,
        None,
        True,
    ],
)
def test_an_instant_has_no_second_way_to_be_written(text: object):
    with pytest.raises(Refused) as caught:
        Dated.parse(json.dumps({"at": text}).encode())

    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 1),
        datetime(2026, 1, 1, microsecond=1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
    ],
)
def test_an_instant_without_zone_or_with_fractions_or_out_of_range_is_refused(at: datetime):
    with pytest.raises(ValidationError):
        Dated(at=at)


@pytest.mark.parametrize("text", ["\x00", "a\x1b[2Jb", "a\rb", "a\u202eb", "a\u2066b", "a\u200bb"])
def test_text_that_would_be_seen_as_other_than_it_is_is_refused(text: str):
    with pytest.raises(ValidationError):
        Worded(text=text)


def test_plain_text_of_several_lines_and_languages_is_accepted():
    text = "Zoë’s question:\n\tis £5 ≥ 4 €?"

    assert Worded(text=text).text == text


@pytest.mark.parametrize(
    "payload",
    [
        b'{"origin":"a","head":{"size":1.0,"root":"%s"}}' % (b"0" * 64),
        b'{"origin":"a","head":{"size":"1","root":"%s"}}' % (b"0" * 64),
        b'{"origin":"a","head":{"size":true,"root":"%s"}}' % (b"0" * 64),
        b'{"origin":"a","head":{"size":-1,"root":"%s"}}' % (b"0" * 64),
        b'{"origin":"a","head":{"size":1,"root":"%s\\n"}}' % (b"0" * 64),
        b'{"origin":"a","head":{"size":1,"root":"%s"}}' % (b"A" * 64),
        b'{"origin":"a","head":{"size":1,"root":"%s"},"more":1}' % (b"0" * 64),
        b'{"type":"ticket","origin":"a","head":{"size":1,"root":"%s"}}' % (b"0" * 64),
        b"[" * 10_000,
        b"",
    ],
)
def test_a_value_of_another_type_is_never_taken_for_the_right_one(payload: bytes):
    with pytest.raises(Refused):
        Checkpoint.parse(payload)


def test_a_refusal_names_the_field_and_never_what_only_the_sender_chose():
    payload = {"origin": "a", "head": {**EMPTY_HEAD.model_dump(), "Jane Doe, born 2012": 1}}

    with pytest.raises(Refused) as caught:
        Checkpoint.parse(json.dumps(payload).encode())

    assert caught.value.place == "head"
    assert "Jane" not in str(caught.value)


def test_a_document_cannot_be_changed():
    document = Worded(text="a")

    with pytest.raises(ValidationError):
        document.text = "b"  # type: ignore[misc]
