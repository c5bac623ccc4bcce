from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_protocol.canonical import canonical_json
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import LedgerError
from oversight_protocol.ledger import Ledger, read_lines
from oversight_protocol.release import Head
from oversight_protocol.tlog import inclusion_proof, leaf_hash, root_of, verify_inclusion
from support.protocol import NOW, signing_key

KEY, STRANGER = signing_key("owner"), signing_key("stranger")
ORIGIN = "agent E10000016"


class World:
    """The outside of a ledger: time moves on, salts differ, and what was torn is kept."""

    def __init__(self) -> None:
        self.calls = 0
        self.synced = 0
        self.torn: list[bytes] = []

    def clock(self):
        self.calls += 1
        return NOW + timedelta(seconds=self.calls, microseconds=17)

    def entropy(self, size: int) -> bytes:
        return bytes([self.calls % 256]) * size

    def sync(self) -> None:
        self.synced += 1


def open_ledger(file: BinaryIO, world: World | None = None, **changes: object) -> Ledger:
    world = world or World()
    parts = {
        "origin": ORIGIN,
        "key": KEY,
        "sync": world.sync,
        "clock": world.clock,
        "entropy": world.entropy,
        "torn": world.torn.append,
    }
    return Ledger(file, **{**parts, **changes})  # type: ignore[arg-type]


def content(entries: int, **changes: object) -> bytes:
    file = io.BytesIO()
    ledger = open_ledger(file, **changes)
    for number in range(entries):
        ledger.append("ticket", {"id": f"t{number}", "note": "é"})
    return file.getvalue()


FIVE = content(5)
LINES = FIVE.splitlines(keepends=True)


def reopen(data: bytes, **changes: object) -> Ledger:
    return open_ledger(io.BytesIO(data), **changes)


def fails_at(data: bytes) -> int:
    with pytest.raises(LedgerError) as caught:
        reopen(data)
    return caught.value.index


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    path.touch()
    with path.open("r+b", buffering=0) as file:
        yield cast("BinaryIO", file)


def test_what_was_appended_is_read_back():
    ledger = reopen(FIVE)

    assert [recorded.index for recorded in ledger.entries] == [0, 1, 2, 3, 4]
    assert ledger.entries[3].entry.body == {"id": "t3", "note": "é"}
    assert ledger.entries[0].entry.time == NOW + timedelta(seconds=1)


def test_an_empty_ledger_signs_the_empty_tree():
    ledger = reopen(b"")

    checkpoint = Checkpoint.parse(ledger.checkpoint.open("checkpoint"))
    assert checkpoint == Checkpoint(origin=ORIGIN, head=ledger.head)
    assert ledger.head == Head(size=0, root=root_of([]).hex())


def test_the_head_is_the_merkle_root_over_the_salted_entries():
    ledger = reopen(FIVE)
    lines = [json.loads(line) for line in LINES]

    leaves = [leaf_hash(bytes.fromhex(x["salt"]) + canonical_json(x["entry"])) for x in lines]

    assert ledger.head == Head(size=5, root=root_of(leaves).hex())
    assert [recorded.leaf for recorded in ledger.entries] == leaves
    assert Checkpoint.parse(ledger.checkpoint.payload).head == ledger.head
    assert verify_inclusion(leaves[2], 2, 5, inclusion_proof(leaves, 2), root_of(leaves))


def test_appending_and_reading_give_the_same_records():
    file = io.BytesIO()
    appended = open_ledger(file)
    for number in range(3):
        appended.append("note", {"n": number})

    assert reopen(file.getvalue()).entries == appended.entries


def test_an_entry_is_synced_before_append_returns():
    world = World()
    ledger = open_ledger(io.BytesIO(), world)

    ledger.append("note", {})

    assert world.synced == 1


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.floats(allow_nan=False, allow_infinity=False, max_value=2.0**52, min_value=-1)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
        | st.lists(st.integers(0, 9), max_size=3),
        max_size=4,
    )
)
def test_any_body_that_json_can_say_survives(body: dict):
    file = io.BytesIO()
    open_ledger(file).append("note", body)

    assert reopen(file.getvalue()).entries[0].entry.body == body


@pytest.mark.parametrize(
    "body",
    [
        {"n": float("nan")},
        {"n": 2**53},
        {"n": 2.0**53},
        {"n": 1e20},
        {"t": "\ud800"},
        {"t": b"bytes"},
        {1: "key"},
    ],
)
def test_a_body_that_could_not_be_read_back_is_not_written(body: dict):
    file = io.BytesIO()
    ledger = open_ledger(file)

    with pytest.raises(ValueError):
        ledger.append("note", body)

    assert file.getvalue() == b""
    assert ledger.append("note", {}).index == 0


def test_an_entry_does_not_change_with_what_its_caller_does_to_the_body_afterwards():
    file = io.BytesIO()
    ledger = open_ledger(file)
    body = {"inner": {"n": 1}}

    ledger.append("note", body)
    body["inner"]["n"] = 2

    assert ledger.entries == reopen(file.getvalue()).entries


def test_an_entry_is_found_by_its_kind_and_particulars():
    ledger = reopen(FIVE)

    found = ledger.find("ticket", id="t2")

    assert found is not None
    assert found.index == 2
    assert ledger.find("ticket", id="t9") is None
    assert ledger.find("release", id="t2") is None


# Any change shows, and shows where.


@pytest.mark.parametrize("mask", [0x01, 0x02, 0x20, 0x80, 0xFF])
def test_a_changed_byte_anywhere_names_its_entry(mask: int):
    starts = [sum(map(len, LINES[:n])) for n in range(5)]
    sample = {*range(mask % 7, len(FIVE), 7), *(start - 1 for start in starts[1:]), len(FIVE) - 1}
    for position in sorted(sample):
        changed = bytearray(FIVE)
        changed[position] ^= mask
        entry = max(n for n in range(5) if starts[n] <= position)

        assert fails_at(bytes(changed)) == entry, position


@given(st.integers(0, len(FIVE) - 1), st.integers(0, 255))
def test_any_byte_put_in_the_place_of_another_is_noticed(position: int, byte: int):
    changed = FIVE[:position] + bytes([byte]) + FIVE[position + 1 :]
    if changed == FIVE:
        return

    entry = FIVE[:position].count(b"\n")

    assert fails_at(changed) == entry


@given(st.integers(0, len(FIVE) - 1), st.binary(min_size=1, max_size=30))
def test_bytes_put_in_before_the_last_line_feed_are_noticed(position: int, more: bytes):
    changed = FIVE[:position] + more + FIVE[position:]

    assert fails_at(changed) <= FIVE[:position].count(b"\n")


@given(st.binary(min_size=1, max_size=30).filter(lambda more: b"\n" not in more))
def test_bytes_after_the_last_line_feed_are_put_aside(more: bytes):
    world = World()

    ledger = open_ledger(io.BytesIO(FIVE + more), world)

    assert len(ledger.entries) == 5
    assert world.torn == [more]


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ([0, 2, 1, 3, 4], 1),
        ([1, 0, 2, 3, 4], 0),
        ([0, 1, 2, 4, 3], 3),
        ([0, 1, 3, 4], 2),
        ([1, 2, 3, 4], 0),
        ([0, 0, 1, 2, 3, 4], 1),
        ([0, 1, 2, 3, 4, 4], 5),
        ([0, 1, 2, 3, 4, 0], 5),
    ],
)
def test_lines_swapped_dropped_or_doubled_are_named(order: list[int], named: int):
    assert fails_at(b"".join(LINES[n] for n in order)) == named


def test_a_line_of_another_ledger_is_named():
    other = content(5, origin="agent E06000035").splitlines(keepends=True)

    assert fails_at(b"".join([*LINES[:2], other[2], *LINES[3:]])) == 2
    with pytest.raises(LedgerError):
        reopen(FIVE, origin="agent E06000035")


def test_a_ledger_of_another_key_is_named():
    with pytest.raises(LedgerError) as caught:
        reopen(FIVE, key=STRANGER)

    assert caught.value.index == 0


def _line(number: int, **changes: object) -> bytes:
    return canonical_json({**json.loads(LINES[number]), **changes}) + b"\n"


def _body(number: int, **changes: object) -> dict:
    entry = json.loads(LINES[number])["entry"]
    return {**entry, **changes}


def _resigned(number: int, *keys, **changes: object) -> dict:
    payload = json.loads(Envelope.from_json(json.loads(LINES[number])["checkpoint"]).payload)
    return seal("checkpoint", Checkpoint.model_validate({**payload, **changes}), *keys).as_json()


@pytest.mark.parametrize(
    "line",
    [
        _line(2, entry=_body(2, kind="release")),
        _line(2, entry=_body(2, time="2026-11-23T20:00:09Z")),
        _line(2, entry=_body(2, body={})),
        _line(2, salt="00" * 32),
        _line(2, index=3),
        _line(2, index=2.5),
        _line(2, checkpoint=json.loads(LINES[1])["checkpoint"]),
        _line(2, checkpoint=json.loads(LINES[3])["checkpoint"]),
        _line(2, checkpoint={}),
        _line(2, checkpoint=_resigned(2, STRANGER)),
        _line(2, checkpoint=_resigned(2)),
        _line(2, checkpoint=_resigned(2, KEY, STRANGER)),
        _line(2, checkpoint=_resigned(2, KEY, origin="agent E06000035")),
        _line(2, checkpoint=seal("release", Checkpoint.model_validate_json(
            Envelope.from_json(json.loads(LINES[2])["checkpoint"]).payload), KEY).as_json()),
        _line(2, more=1),
        _line(2, entry={**_body(2), "more": 1}),
        LINES[2].replace(b'"index":2', b'"index":2,"index":2'),
        LINES[2].replace(b'"index":2', b'"index":2.0'),
        LINES[2].replace(b'"index":2', b'"index": 2'),
        LINES[2].replace("é".encode(), b"\\u00e9"),
        LINES[2].replace("é".encode(), "e\u0301".encode()),
        LINES[2].replace(b'"note":', b'"n":' + b"[" * 3000 + b"]" * 3000 + b',"note":'),
        LINES[2].replace(b'"note":', b'"n":' + b"9" * 5000 + b',"note":'),
        b"\n",
        b"{}\n",
    ],
)  # fmt: skip
def test_a_line_rewritten_without_the_owners_signature_is_named(line: bytes):
    assert fails_at(b"".join([*LINES[:2], line, *LINES[3:]])) == 2


def test_no_message_about_a_line_quotes_it():
    with pytest.raises(LedgerError) as caught:
        reopen(b"".join([*LINES[:2], _line(2, entry=_body(2, body={"name": "Jane Doe"}))]))

    assert "Jane" not in str(caught.value)
    assert str(caught.value).startswith("entry 2:")


# A last line that was never finished.


@pytest.mark.parametrize("kept", [1, 2, 50, -2, -1])
def test_an_unfinished_last_line_is_put_aside_and_cut_off(kept: int):
    world, file = World(), io.BytesIO(b"".join(LINES[:4]) + LINES[4][:kept])

    ledger = open_ledger(file, world)

    assert len(ledger.entries) == 4
    assert world.torn == [LINES[4][:kept]]
    assert file.getvalue() == b"".join(LINES[:4])


@pytest.mark.parametrize("byte", [b"\r", b" ", b"\x0b", b"\x00", b"}"])
def test_a_last_line_whose_line_feed_was_changed_is_not_put_aside(byte: bytes):
    world, file = World(), io.BytesIO(FIVE[:-1] + byte)

    with pytest.raises(LedgerError) as caught:
        open_ledger(file, world)

    assert caught.value.index == 4
    assert world.torn == []
    assert file.getvalue() == FIVE[:-1] + byte


def test_the_verifier_names_an_unfinished_line_where_the_ledger_puts_it_aside():
    with pytest.raises(LedgerError) as caught:
        list(read_lines([*LINES[:4], LINES[4][:-1]], ORIGIN, KEY.public_key()))

    assert caught.value.index == 4


def test_a_write_that_takes_a_part_at_a_time_is_finished():
    class Slow(io.BytesIO):
        def write(self, data) -> int:
            return super().write(bytes(data)[:100])

    file = Slow()
    open_ledger(file).append("note", {"n": 1})

    assert len(reopen(file.getvalue()).entries) == 1


def test_an_append_after_one_that_failed_half_way_leaves_no_trace_of_it():
    class Full(io.BytesIO):
        full = False

        def write(self, data) -> int:
            if self.full:
                super().write(bytes(data)[:40])
                raise OSError(28, "no space left")
            return super().write(data)

    file, world = Full(), World()
    ledger = open_ledger(file, world)
    ledger.append("note", {"n": 1})
    file.full = True
    with pytest.raises(OSError, match="no space"):
        ledger.append("note", {"n": 2})
    file.full = False

    ledger.append("note", {"n": 3})

    assert [r.entry.body["n"] for r in reopen(file.getvalue()).entries] == [1, 3]
    assert len(world.torn) == 1


# Two processes.


def test_a_refresh_sees_what_a_second_process_appended(ledger_path: Path):
    with opened(ledger_path) as mine, opened(ledger_path) as theirs:
        first, second = open_ledger(mine), open_ledger(theirs)
        first.append("note", {"by": "first"})
        second.refresh()

        assert second.entries == first.entries
        assert second.head == first.head


def test_an_append_never_writes_over_what_another_process_wrote(ledger_path: Path):
    with opened(ledger_path) as mine, opened(ledger_path) as theirs:
        first, second = open_ledger(mine), open_ledger(theirs)
        first.append("note", {"by": "first"})
        second.append("note", {"by": "second"})
        first.append("note", {"by": "first again"})

    who = [recorded.entry.body["by"] for recorded in reopen(ledger_path.read_bytes()).entries]
    assert who == ["first", "second", "first again"]


def test_a_file_that_became_shorter_is_noticed(ledger_path: Path):
    ledger_path.write_bytes(FIVE)
    with opened(ledger_path) as file:
        ledger = open_ledger(file)
        ledger_path.write_bytes(b"".join(LINES[:3]))

        with pytest.raises(LedgerError):
            ledger.append("note", {})

    assert ledger_path.read_bytes() == b"".join(LINES[:3])


def test_what_does_not_verify_changes_nothing(ledger_path: Path):
    ledger_path.write_bytes(b"".join(LINES[:2]))
    with opened(ledger_path) as file:
        ledger = open_ledger(file)
        before = ledger.entries, ledger.head
        ledger_path.write_bytes(b"".join([*LINES[:3], LINES[4]]))

        for attempt in (ledger.refresh, lambda: ledger.append("note", {}), ledger.refresh):
            with pytest.raises(LedgerError) as caught:
                attempt()
            assert caught.value.index == 3

        assert (ledger.entries, ledger.head) == before
    assert ledger_path.read_bytes() == b"".join([*LINES[:3], LINES[4]])


def test_a_salt_hides_equal_entries_from_each_other():
    salts: Callable[[], bytes] = iter([b"a" * 32, b"b" * 32]).__next__
    ledger = open_ledger(io.BytesIO(), clock=lambda: NOW, entropy=lambda _: salts())

    one, two = ledger.append("note", {"n": 1}), ledger.append("note", {"n": 1})

    assert one.entry == two.entry
    assert one.leaf != two.leaf
