"""Taking answers in: ledger before store, once, and the same after any crash between the two."""

from __future__ import annotations

import pytest

from oversight_coordinator import trust_files
from oversight_coordinator.store import AskState
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family
from oversight_protocol.ledger import read_file
from oversight_protocol.release import Receipt
from support import protocol
from support.protocol import KENT
from support.simulator import SERVICE, World, answer_to, make_world


class Crash(BaseException):
    """The process dies here."""


@pytest.fixture
def world(tmp_path):
    yield from make_world(tmp_path / "home")


@pytest.fixture
def ask(world: World):
    world.publish()
    run = world.ask()
    return world.asks(run)[KENT]


def answer(world: World, ask, value: int = 20) -> bytes:
    ticket = Envelope.from_bytes(ask.envelope)
    made = answer_to(ticket, world.clock.moment(), value)
    return world.agents[KENT].signed(made).encode()


def receive(world: World, ask, raw: bytes) -> None:
    world.receiver.receive(raw, ask, protocol.study(), trust_files.current(world.settings.trust))


def crash_once(monkeypatch, target, name: str) -> None:
    """Have a method die at its next call, before it does anything."""
    real = getattr(target, name)

    def die(*_arguments, **_values):
        monkeypatch.setattr(target, name, real)
        raise Crash

    monkeypatch.setattr(target, name, die)


def test_a_good_answer_is_stored_byte_for_byte_with_its_receipt(world, ask):
    raw = answer(world, ask)

    receive(world, ask, raw)

    stored = world.store.ask(ask.ticket)
    assert (stored.state, stored.answer, stored.family) == (AskState.ANSWERED, raw, None)
    receipt = Envelope.from_bytes(stored.receipt)
    assert receipt.signers([SERVICE.public_key()])
    parsed = Receipt.parse(receipt.open("receipt"))
    assert (parsed.ticket, parsed.la) == (ask.ticket, KENT)
    assert parsed.answer == Envelope.from_bytes(raw).digest
    assert stored.received_at == int(parsed.received.timestamp())


def test_an_answer_is_durable_in_the_ledger_before_the_store_hears_of_it(world, ask, monkeypatch):
    crash_once(monkeypatch, world.store, "set_ask")

    with pytest.raises(Crash):
        receive(world, ask, answer(world, ask))

    on_disk = read_file(
        world.settings.ledger.read_bytes(), "coordinator/kent", SERVICE.public_key()
    )
    assert on_disk.find("answer-received", ticket=ask.ticket)
    assert world.store.ask(ask.ticket).answer is None


def test_nothing_is_stored_when_the_ledger_cannot_be_written(world, ask, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _file: (_ for _ in ()).throw(OSError("no space")))

    with pytest.raises(OSError, match="no space"):
        receive(world, ask, answer(world, ask))

    assert world.store.ask(ask.ticket) == ask


def test_after_a_crash_between_ledger_and_store_the_same_answer_is_recorded_once(
    world, ask, monkeypatch
):
    raw = answer(world, ask)
    crash_once(monkeypatch, world.store, "set_ask")
    with pytest.raises(Crash):
        receive(world, ask, raw)

    world.clock.forward(120)
    receive(world, ask, raw)

    assert len(world.entries("answer-received")) == 1
    assert world.store.ask(ask.ticket).answer == raw


def test_the_receipt_after_a_crash_is_the_one_that_there_would_have_been(world, ask, monkeypatch):
    raw = answer(world, ask)
    seen = []
    real = world.store.set_ask
    monkeypatch.setattr(
        world.store, "set_ask",
        lambda ticket, **values: (seen.append(values["receipt"]), real(ticket, **values)),
    )  # fmt: skip

    for _ in range(3):
        receive(world, ask, raw)
        with world.ledger.locked() as book:
            book.append("something-else", {})
        world.clock.forward(3600)

    assert len(set(seen)) == 1


def test_a_second_answer_to_a_ticket_is_rejected_and_the_first_stays(world, ask):
    first, second = answer(world, ask, 20), answer(world, ask, 40)
    receive(world, ask, first)
    before = world.store.ask(ask.ticket)

    receive(world, ask, second)

    assert world.store.ask(ask.ticket) == before
    assert len(world.entries("answer-received")) == 1
    assert [body["reason"] for body in world.entries("answer-rejected")] == ["ticket-replayed"]


def test_another_answer_after_a_crash_does_not_take_the_first_ones_place(world, ask, monkeypatch):
    first, second = answer(world, ask, 20), answer(world, ask, 40)
    crash_once(monkeypatch, world.store, "set_ask")
    with pytest.raises(Crash):
        receive(world, ask, first)

    receive(world, ask, second)

    assert world.store.ask(ask.ticket).answer == first


def test_a_bad_answer_after_a_crash_does_not_lose_the_good_one(world, ask, monkeypatch):
    good = answer(world, ask)
    crash_once(monkeypatch, world.store, "set_ask")
    with pytest.raises(Crash):
        receive(world, ask, good)

    receive(world, ask, b"garbage")

    stored = world.store.ask(ask.ticket)
    assert (stored.state, stored.answer) == (AskState.ANSWERED, good)


def test_a_bad_answer_is_recorded_once_and_ends_the_ask(world, ask, monkeypatch):
    crash_once(monkeypatch, world.store, "set_ask")
    with pytest.raises(Crash):
        receive(world, ask, b"garbage")

    receive(world, ask, b"garbage")

    stored = world.store.ask(ask.ticket)
    assert (stored.state, stored.family) == (AskState.REJECTED, Family.PROTOCOL)
    assert (stored.answer, stored.receipt) == (None, None)
    assert [body["reason"] for body in world.entries("answer-rejected")] == ["malformed"]
    assert world.entries("answer-received") == []


def test_what_is_logged_and_recorded_of_a_bad_answer_holds_none_of_it(world, ask, capsys):
    receive(world, ask, b'{"child": "Jane Doe, 3 Acacia Avenue"}')

    assert "Jane" not in capsys.readouterr().out
    assert b"Jane" not in world.settings.ledger.read_bytes()


def test_an_unsigned_refusal_is_recorded_once(world, ask, monkeypatch):
    crash_once(monkeypatch, world.store, "set_ask")
    with pytest.raises(Crash):
        world.receiver.refuse_unsigned(ask, Family.DATA)

    world.receiver.refuse_unsigned(ask, Family.DATA)

    assert len(world.entries("refused-unsigned")) == 1
    assert world.store.ask(ask.ticket).family == "data"
