"""What the ledger says, read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oversight_agent import records
from oversight_agent.ledger import LedgerFile
from oversight_protocol.errors import InputError, LedgerError
from support import protocol

A, B = "a" * 64, "b" * 64
KEY = protocol.signing_key("agent")


@pytest.fixture
def ledger(tmp_path: Path):
    file = LedgerFile(tmp_path / "ledger.jsonl", "agent/E10000016", KEY)
    with file.locked() as ledger:
        yield ledger


def _refused(ticket: str | None, digest: str) -> dict[str, object]:
    return {"ticket": ticket, "digest": digest, "reason": "wave", "answer": None}


def test_the_last_word_on_a_study_counts(ledger) -> None:
    states = [records.study_state(ledger, A)]

    for kind in ("offered", "accepted", "withdrawn", "accepted"):
        ledger.append(f"study-{kind}", {"study": A})
        states.append(records.study_state(ledger, A))

    assert states == ["unknown", "offered", "accepted", "withdrawn", "accepted"]
    assert records.study_state(ledger, B) == "unknown"


def test_a_ticket_is_open_until_it_is_answered_refused_or_held(ledger) -> None:
    for number, kind in enumerate((None, "answered", "refused", "held")):
        digest = str(number) * 64
        ledger.append("ticket-accepted", {"ticket": f"t{number}", "digest": digest})
        if kind:
            ledger.append(kind, {"ticket": f"t{number}", "digest": digest})

    assert [records.body(one)["ticket"] for one in records.unfinished(ledger)] == ["t0"]
    assert [records.body(one)["ticket"] for one in records.all_held(ledger)] == ["t3"]


def test_a_held_ticket_that_was_decided_is_no_longer_held(ledger) -> None:
    ledger.append("held", {"ticket": "t1", "digest": A})
    ledger.append("refused", _refused("t1", A))

    assert records.held(ledger, A) is None
    assert records.all_held(ledger) == []


def test_a_request_that_named_no_ticket_is_no_answer_to_one(ledger) -> None:
    ledger.append("refused", _refused(None, A))

    assert records.final_answer(ledger, A) is None


def test_the_first_use_of_an_identifier_counts(ledger) -> None:
    ledger.append("refused", _refused("t1", A))
    ledger.append("refused", _refused("t1", B))

    first = records.ticket(ledger, "t1")

    assert first is not None
    assert records.body(first)["digest"] == A


def test_the_first_answer_to_a_question_is_the_frozen_one(ledger) -> None:
    for value, kind in ((20, "held"), (25, "answered")):
        ledger.append(kind, {
            "ticket": f"t{value}", "digest": A, "questions": {"recording 2026-Q1": B},
            "release": protocol.release(value).model_dump(mode="json"),
        })  # fmt: skip

    frozen = records.frozen(ledger)

    assert list(frozen) == [B]
    assert frozen[B].answer == protocol.release(20).tables[0]


def test_a_release_that_was_never_made_is_an_input_error(ledger) -> None:
    with pytest.raises(InputError, match="release list"):
        records.release_of(ledger, "t1")


def test_people_see_each_tickets_last_state(ledger) -> None:
    ledger.append("held", {"ticket": "t1", "digest": A})
    ledger.append("answered", {"ticket": "t1", "digest": A})
    ledger.append("refused", _refused(None, B))

    states = [(row["ticket"], row["state"]) for row in records.release_states(ledger)]

    assert states == [("t1", "released"), (f"(request {B[:16]})", "refused (wave)")]


# ---------------------------------------------------------------------- the file


def test_an_unfinished_line_is_put_aside_and_the_ledger_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with LedgerFile(path, "a", KEY).locked() as ledger:
        ledger.append("first", {})
    with path.open("ab") as file:
        file.write(b'{"checkpoint":{"payl')

    with LedgerFile(path, "a", KEY).locked() as ledger:
        ledger.append("second", {})

    with LedgerFile(path, "a", KEY).locked() as ledger:
        assert [one.entry.kind for one in ledger.entries] == ["first", "second"]
    aside = tmp_path / "ledger.jsonl.unfinished"
    assert aside.read_bytes() == b'{"checkpoint":{"payl\n'
    assert aside.stat().st_mode & 0o077 == 0


def test_two_holders_of_one_ledger_see_each_others_entries(tmp_path: Path) -> None:
    one, two = (LedgerFile(tmp_path / "ledger.jsonl", "a", KEY) for _ in range(2))
    for file in (one, two, one):
        with file.locked() as ledger:
            ledger.append("entry", {})

    with two.locked() as ledger:
        assert len(ledger.entries) == 3


def test_another_key_opens_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with LedgerFile(path, "a", KEY).locked() as ledger:
        ledger.append("first", {})

    with pytest.raises(LedgerError), LedgerFile(path, "a", Ed25519PrivateKey.generate()).locked():
        pass


def test_a_ledger_that_cannot_be_opened_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.mkdir()

    with pytest.raises(InputError, match="cannot be opened"), LedgerFile(path, "a", KEY).locked():
        pass
