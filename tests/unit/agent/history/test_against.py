"""Restored machines: a history and a ledger that do not know the same."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from oversight_agent.history import History, HistoryError, against
from oversight_agent.ledger import LedgerFile
from oversight_agent.records import FrozenAnswer
from oversight_protocol.ledger import Ledger
from oversight_protocol.release import Head
from support.exact_tables import NEXT_QUARTER, QUARTER
from support.histories import LATER, RULES, SECRET, children_table, history, memory, new, rows
from support.protocol import signing_key

FIRST = new(children_table(), QUARTER, rows(range(60), range(100, 180)))
SECOND = new(children_table(), NEXT_QUARTER, rows(range(200, 260), range(300, 380)))
WHERE = "history.db"


def ledger(folder: Path) -> Ledger:
    with LedgerFile(
        folder / "ledger.jsonl", "agent/E06000035", signing_key("agent")
    ).locked() as found:
        return found


def begin(folder: Path) -> tuple[History, Ledger]:
    told, book = history(folder), ledger(folder)
    book.append(against.BEGUN, {"history": told.store.identifier})
    return told, book


def answer(told: History, book: Ledger, *tables: Any, kind: str = "answered") -> None:
    """Keep and record an answer."""
    memories = [memory(one) for one in tables]
    entries = told.add(memories, "t1", LATER)
    record(book, entries, kind, history_head=against.noted(told.head))


def record(book: Ledger, entries: Any, kind: str = "answered", **more: Any) -> None:
    release = {
        "rules": RULES.model_dump(mode="json"),
        "tables": [one.answered.answer.model_dump(mode="json") for one in entries],
    }
    questions = {f"{one.about.table} {one.about.span.id}": one.about.question for one in entries}
    book.append(kind, {"ticket": "t1", "digest": "d", "questions": questions, "reasons": {},
                       "release": release, **more})  # fmt: skip


def reopened(folder: Path) -> History:
    return History.open(folder / "history.db", SECRET)


@pytest.mark.parametrize("kind", ["answered", "held"])
def test_a_history_that_knows_what_its_ledger_says_passes(kind: str, tmp_path: Path):
    told, book = begin(tmp_path)
    answer(told, book, FIRST, SECOND, kind=kind)

    against.check_against(told, book, WHERE, book.head)

    assert against.begun(book) == told.store.identifier
    assert list(against.pending(told, book)) == []


@pytest.mark.parametrize("kind", ["answered", "held"])
def test_an_older_history_beside_a_newer_ledger_is_found(kind: str, tmp_path: Path):
    told, book = begin(tmp_path)
    shutil.copy(tmp_path / "history.db", tmp_path / "backup.db")
    answer(told, book, FIRST, kind=kind)
    told.close()
    shutil.copy(tmp_path / "backup.db", tmp_path / "history.db")

    with pytest.raises(HistoryError, match="answers that the history does not know"):
        against.check_against(reopened(tmp_path), book, WHERE)


def test_an_older_history_is_found_by_a_noted_head_where_no_ticket_asked(tmp_path: Path):
    told, book = begin(tmp_path)
    shutil.copy(tmp_path / "history.db", tmp_path / "backup.db")
    told.add([memory(FIRST, own=True)], "own publication", LATER)
    book.append("published", {"history_head": against.noted(told.head)})
    told.close()
    shutil.copy(tmp_path / "backup.db", tmp_path / "history.db")

    with pytest.raises(HistoryError, match="older than the ledger says"):
        against.check_against(reopened(tmp_path), book, WHERE)


def test_a_history_that_was_begun_anew_is_found(tmp_path: Path):
    told, book = begin(tmp_path)
    answer(told, book, FIRST)
    told.close()
    (tmp_path / "history.db").unlink()
    another = history(tmp_path)

    with pytest.raises(HistoryError, match="does not name this history"):
        against.check_against(another, book, WHERE)


def test_a_ledger_that_is_older_than_its_receipt_is_found(tmp_path: Path):
    told, book = begin(tmp_path)
    shutil.copy(tmp_path / "ledger.jsonl", tmp_path / "backup.jsonl")
    answer(told, book, FIRST)
    receipted = book.head
    shutil.copy(tmp_path / "backup.jsonl", tmp_path / "ledger.jsonl")

    with pytest.raises(HistoryError, match="older than what the coordinator has"):
        against.check_against(told, ledger(tmp_path), WHERE, receipted)


def test_a_ledger_that_is_another_than_the_receipted_one_is_found(tmp_path: Path):
    told, book = begin(tmp_path)
    answer(told, book, FIRST)

    with pytest.raises(HistoryError, match="another than the one"):
        against.check_against(told, book, WHERE, Head(size=2, root="0" * 64))


def test_what_was_answered_before_the_history_began_is_not_asked_of_it(tmp_path: Path):
    told, book = history(tmp_path), ledger(tmp_path)
    other = history(tmp_path / "other", FIRST)
    record(book, other.entries)
    book.append(against.BEGUN, {"history": told.store.identifier})

    against.check_against(told, book, WHERE)


def test_an_entry_without_its_ledger_line_is_pending_and_answers_its_question(tmp_path: Path):
    told, book = begin(tmp_path)
    (entry,) = told.add([memory(FIRST)], "t1", LATER)

    against.check_against(told, book, WHERE)
    waiting = against.frozen(told, book)

    assert [one.number for one in against.pending(told, book)] == [1]
    assert waiting == {
        entry.about.question: FrozenAnswer(
            entry.about.question, entry.answered.answer, RULES.model_dump(mode="json")
        )
    }


def test_an_own_publication_answers_no_question(tmp_path: Path):
    told, book = begin(tmp_path)
    told.add([memory(FIRST, own=True)], "own publication", LATER)

    assert against.frozen(told, book) == {}
