"""Whether history, ledger and coordinator know the same: what finds a machine that was restored.

Rules kept here:

1. The ledger says when the history began, and which one: `history-begun` with its identifier. From
   then on the history is there, and it is that one.
2. Every table that the ledger says was answered or held since then is in the history. The reverse
   need not be: an entry without its line in the ledger was kept just before a process died. It is
   *pending*, counts as released, and is what the same question is answered with.
3. The ledger notes the history's head with every answer, and when own publications are recorded:
   `history_head` in a body. The history has come by each of them. So what was recorded for nobody's
   ticket cannot be forgotten either.
4. The ledger has come by the last head of it that the coordinator receipted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oversight_agent import records
from oversight_agent.history.entries import Entry
from oversight_agent.history.errors import behind
from oversight_agent.history.memory import OWN, Head
from oversight_agent.history.recall import History
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.ledger import Ledger, Recorded, Records
from oversight_protocol.release import Head as LedgerHead

BEGUN = "history-begun"
"""The ledger's kind of entry; its body holds `history`, the history's identifier."""

PUBLISHED = "publication-recorded"
"""The ledger's kind of entry when own publications were recorded."""


def begun(ledger: Records) -> str | None:
    """The identifier of the history that the ledger demands; None if it never began."""
    found = records.last(ledger, BEGUN)
    return None if found is None else str(records.body(found)["history"])


def check_against(
    history: History, ledger: Records, where: str, receipted: LedgerHead | None = None
) -> None:
    """Check that nothing which left is forgotten; `where` names the history's file.

    Args:
        history: the agent's.
        ledger: the agent's, verified.
        where: the file, for messages.
        receipted: the last head of this agent's ledger that the coordinator gave back, if any.

    Raises:
        HistoryError: history or ledger are older than they should be, or not of each other.
    """
    check_receipted(ledger, where, receipted)
    start = records.last(ledger, BEGUN)
    if start is None or records.body(start)["history"] != history.store.identifier:
        raise behind(where, "the ledger does not name this history as its own")
    kept = {entry.about.question for entry in history.entries if entry.ticket != OWN}
    for recorded in ledger.entries[start.index :]:
        content = records.body(recorded)
        answers = recorded.entry.kind in ("answered", "held")
        if answers and not set(content["questions"].values()) <= kept:
            raise behind(where, "the ledger holds answers that the history does not know")
        head = _noted_in(recorded)
        if head is not None and not history.store.holds(head):
            raise behind(where, "the history is older than the ledger says")


def pending(history: History, ledger: Records) -> Iterator[Entry]:
    """What is kept for a ticket and not in the ledger yet."""
    frozen = records.frozen(ledger)
    for entry in history.entries:
        if entry.ticket != OWN and entry.about.question not in frozen:
            yield entry


def waiting(history: History, ledger: Records) -> frozenset[int]:
    """The numbers of the entries that have not left: pending, or of a release that is held."""
    held = {records.body(recorded)["ticket"] for recorded in records.all_held(ledger)}
    found = {entry.number for entry in history.entries if entry.ticket in held}
    return frozenset(found | {entry.number for entry in pending(history, ledger)})


def frozen(history: History, ledger: Records) -> dict[str, records.FrozenAnswer]:
    """Every table and period that was ever answered, as `records.frozen`, with what is pending."""
    waiting = {
        entry.about.question: records.FrozenAnswer(
            entry.about.question,
            entry.answered.answer,
            entry.answered.rules.model_dump(mode="json"),
        )
        for entry in pending(history, ledger)
    }
    return waiting | records.frozen(ledger)


def note_published(history: History, ledger: Ledger) -> None:
    """Note the head of a history in which own publications were recorded, unless it is noted."""
    heads = (_noted_in(recorded) for recorded in reversed(ledger.entries))
    if next((head for head in heads if head is not None), None) != history.head:
        ledger.append(PUBLISHED, {"history_head": noted(history.head)})


def noted(head: Head) -> list[Any]:
    """A head as a ledger's body holds it under `history_head`."""
    return list(head)


def _noted_in(recorded: Recorded) -> Head | None:
    found = records.body(recorded).get("history_head")
    return None if found is None else Head(*found)


def check_receipted(ledger: Records, where: str, receipted: LedgerHead | None) -> None:
    """Check that a ledger came by a head of it that the coordinator knows.

    Raises:
        HistoryError: it is older, or another one.
    """
    if receipted is None or receipted.size == 0:
        return
    if receipted.size > ledger.head.size:
        raise behind(where, "the ledger is older than what the coordinator has of it")
    envelope = ledger.entries[receipted.size - 1].checkpoint
    if Checkpoint.parse(envelope.open("checkpoint")).head != receipted:
        raise behind(where, "the ledger is another than the one that the coordinator knows")
