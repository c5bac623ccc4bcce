"""What the agent's ledger says, read back: the ledger is the agent's only memory.

Entry kinds, each with what its body holds:

    enrolled           la, signing_key, root, gateway
    trust-updated      roles, roster (versions), digests
    study-offered      study (digest), name, version
    study-accepted     study, by
    study-withdrawn    study, by
    ticket-accepted    ticket, digest, envelope
    refused            digest, reason, family, answer (envelope or null), ticket (or null)
    held               ticket, digest, release, questions
    answered           ticket, digest, release, answer (its envelope), approved_by, questions
    receipt            ticket, answer (digest), envelope

`digest` is that of a ticket's payload: the same ticket byte for byte has the same one.
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


def ticket(ledger: Records, ticket_id: str) -> Recorded | None:
    """The entry by which a ticket was accepted for answering."""
    return ledger.find("ticket-accepted", ticket=ticket_id)


def final_answer(ledger: Records, digest: str) -> Recorded | None:
    """The entry that answers a ticket (by the digest of its payload), released or refused."""
    return ledger.find("answered", digest=digest) or ledger.find("refused", digest=digest)


def held(ledger: Records, digest: str) -> Recorded | None:
    """The entry by which a ticket's release waits for a person, if it still does."""
    return None if final_answer(ledger, digest) else ledger.find("held", digest=digest)


def unfinished(ledger: Records) -> list[Recorded]:
    """Tickets that were accepted and are neither answered nor waiting for a person."""
    return [
        recorded for recorded in of_kind(ledger, "ticket-accepted")
        if final_answer(ledger, body(recorded)["digest"]) is None
        and ledger.find("held", digest=body(recorded)["digest"]) is None
    ]  # fmt: skip


def frozen(ledger: Records) -> dict[str, FrozenAnswer]:
    """Every base table and period ever answered, by the digest of its question.

    A table that a person has not decided on yet is frozen as well: it was protected jointly with what
    followed, so its figures may not change while it waits.
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


def release_of(ledger: Records, ticket_id: str) -> dict[str, Any]:
    """The release that was made for a ticket.

    Raises:
        InputError: there is none.
    """
    for recorded in of_kind(ledger, "answered", "held"):
        if body(recorded)["ticket"] == ticket_id:
            return cast("dict[str, Any]", body(recorded)["release"])
    raise InputError(
        f"there is no release for ticket '{ticket_id}'", advice="see 'oversight-agent release list'"
    )
