"""What the agent's ledger says, read back: the ledger is the agent's only memory.

Entry kinds, each with what its body holds:

    enrolled           la, signing_key, root, gateway
    trust-updated      roles, roster (versions), digests
    study-offered      study (digest), name, version
    study-accepted     study, by
    study-withdrawn    study, by
    ticket-accepted    ticket, digest, envelope
    refused            digest, reason, family, answer (envelope or null), ticket (or null)
    held               ticket, digest, release, questions, reasons, history_head
    answered           ticket, digest, release, questions, reasons, history_head, approved_by,
                       answer (envelope)
    receipt            ticket, answer (digest), envelope
    snapshot-made      snapshot, digest, of (a study's digest, or null), wave (or null)
    snapshot-deleted   snapshot, by
    coverage-shared    study, wave, digest, by, coverage, envelope
    history-begun      history (its identifier)
    publication-recorded  history_head

`digest` is that of a ticket's payload: the same ticket byte for byte has the same one. `questions`
holds the canonical question's digest of each released or withheld table, `reasons` why each other
table was refused, both by "table period". `history_head` is how far the history had come: its
number of entries and the last one's mark; null where it had not begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from oversight_protocol.errors import InputError
from oversight_protocol.ledger import Recorded, Records
from oversight_protocol.release import TableAnswer


@dataclass(frozen=True)
class FrozenAnswer:
    """A base table and period as it was answered, for ever."""

    question: str
    answer: TableAnswer
    rules: dict[str, Any]


def body(recorded: Recorded) -> dict[str, Any]:
    """An entry's body."""
    return cast("dict[str, Any]", recorded.entry.body)


def of_kind(ledger: Records, *kinds: str) -> Iterator[Recorded]:
    """The entries of some kinds, oldest first."""
    return (recorded for recorded in ledger.entries if recorded.entry.kind in kinds)


def study_state(ledger: Records, digest: str) -> str:
    """`offered`, `accepted`, `withdrawn`, or `unknown`: the last word in the ledger."""
    state = "unknown"
    for recorded in of_kind(ledger, "study-offered", "study-accepted", "study-withdrawn"):
        if body(recorded)["study"] == digest:
            state = recorded.entry.kind.removeprefix("study-")
    return state


def last(ledger: Records, kind: str) -> Recorded | None:
    """The last entry of a kind."""
    return next((one for one in reversed(ledger.entries) if one.entry.kind == kind), None)


def ticket(ledger: Records, ticket_id: str) -> Recorded | None:
    """The entry by which a ticket's identifier was first used: accepted, or refused at once."""
    entries = of_kind(ledger, "ticket-accepted", "refused")
    return next((one for one in entries if body(one)["ticket"] == ticket_id), None)


def final_answer(ledger: Records, digest: str) -> Recorded | None:
    """The entry that answers a ticket (by the digest of its payload), released or refused."""
    for recorded in of_kind(ledger, "answered", "refused"):
        if body(recorded)["ticket"] is not None and body(recorded)["digest"] == digest:
            return recorded
    return None


def held(ledger: Records, digest: str) -> Recorded | None:
    """The entry by which a ticket's release waits for a person, if it still does."""
    return None if final_answer(ledger, digest) else ledger.find("held", digest=digest)


def is_open(ledger: Records, digest: str) -> bool:
    """Whether a ticket is neither answered nor waiting for a person."""
    return final_answer(ledger, digest) is None and held(ledger, digest) is None


def unfinished(ledger: Records) -> list[Recorded]:
    """Tickets that were accepted and are neither answered nor waiting for a person."""
    accepted = of_kind(ledger, "ticket-accepted")
    return [recorded for recorded in accepted if is_open(ledger, body(recorded)["digest"])]


def frozen(ledger: Records) -> dict[str, FrozenAnswer]:
    """Every base table and period ever answered, by the digest of its question.

    A table that a person has not decided on yet, or refused, is frozen as well: it was protected
    jointly with what followed, and asking again must not tell more than the first answer would.
    """
    answers: dict[str, FrozenAnswer] = {}
    for recorded in of_kind(ledger, "held", "answered"):
        content = body(recorded)
        release = content["release"]
        for table in release["tables"]:
            question = content["questions"].get(f"{table['table']} {table['period']}")
            if question is not None and question not in answers:
                answer = TableAnswer.model_validate(table, strict=False)
                answers[question] = FrozenAnswer(question, answer, release["rules"])
    return answers


def all_held(ledger: Records) -> list[Recorded]:
    """Releases that wait for a person."""
    return [
        recorded for recorded in of_kind(ledger, "held")
        if final_answer(ledger, body(recorded)["digest"]) is None
    ]  # fmt: skip


def release_states(ledger: Records) -> list[dict[str, str]]:
    """Each ticket's last state, for people: held, released, or refused with its reason."""
    states: dict[str, dict[str, str]] = {}
    for recorded in of_kind(ledger, "held", "answered", "refused"):
        content = body(recorded)
        state = {"held": "waits for a person", "answered": "released"}.get(recorded.entry.kind)
        ticket_id = content["ticket"] or f"(request {content['digest'][:16]})"
        states[f"{ticket_id} {content['digest']}"] = {
            "ticket": ticket_id,
            "state": state or f"refused ({content['reason']})",
            "time": f"{recorded.entry.time:%Y-%m-%d %H:%M:%S}",
        }
    return list(states.values())


def release_status(ledger: Records, ticket_id: str) -> str:
    """What became of a ticket's release, in a sentence: whether it left, when and by whose word."""
    said = f"there is no release for ticket '{ticket_id}'"
    for recorded in of_kind(ledger, "held", "answered", "refused", "receipt"):
        content, when = body(recorded), f"{recorded.entry.time:%Y-%m-%d %H:%M:%S} UTC"
        if content["ticket"] != ticket_id:
            continue
        if recorded.entry.kind == "held":
            said = f"waits for a person since {when}; nothing has left"
        elif recorded.entry.kind == "refused":
            by = f" by {content['by']}" if content.get("by") else ""
            said = f"refused at {when}{by}; nothing has left"
        elif recorded.entry.kind == "answered":
            said = f"released at {when}, let through by {content['approved_by']}; no receipt yet"
        else:
            said = said.replace("; no receipt yet", f"; receipt of {when}")
    return said


def release_of(ledger: Records, ticket_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The release that was made for a ticket, and the reasons of the tables refused in it.

    Raises:
        InputError: there is none.
    """
    for recorded in of_kind(ledger, "answered", "held"):
        if body(recorded)["ticket"] == ticket_id:
            return body(recorded)["release"], body(recorded)["reasons"]
    raise InputError(
        f"there is no release for ticket '{ticket_id}'", advice="see 'oversight-agent release list'"
    )
