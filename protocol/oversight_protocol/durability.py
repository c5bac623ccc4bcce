"""The durable steps of one exchange: after which a process may die and nothing is lost or doubled.

One table for both sides. Each process reports a step as reached once it is on the disk; a restart
goes on from the last step reached. The tests walk this table with SIGKILL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Step(StrEnum):
    """A step's name."""

    RUN_CREATED = "run-created"
    STUDY_OFFERED = "study-offered"
    STUDY_ACCEPTED = "study-accepted"
    TICKET_ACCEPTED = "ticket-accepted"
    ASK_ACCEPTED = "ask-accepted"
    JOB_STARTED = "job-started"
    SNAPSHOT_MADE = "snapshot-made"
    HISTORY_KEPT = "history-kept"
    ANSWER_RECORDED = "answer-recorded"
    ANSWER_RECEIVED = "answer-received"
    ANSWER_STORED = "answer-stored"
    RECEIPT_RECORDED = "receipt-recorded"
    RECEIPT_KNOWN = "receipt-known"


@dataclass(frozen=True)
class StepFacts:
    """Who reaches a step, where it is kept, and how a restart goes on."""

    process: Literal["oversight", "agent", "worker", "dispatcher"]
    kept_in: str
    after_restart: str


STEPS = {
    Step.RUN_CREATED: StepFacts(
        "oversight", "the coordinator's store", "the dispatcher finds the tickets queued"),
    Step.STUDY_OFFERED: StepFacts(
        "agent", "the agent's ledger", "the offer is repeated and found recorded"),
    Step.STUDY_ACCEPTED: StepFacts(
        "agent", "the agent's ledger", "the study is known as accepted"),
    Step.TICKET_ACCEPTED: StepFacts(
        "agent", "the agent's ledger", "the agent takes the ticket up again by itself"),
    Step.ASK_ACCEPTED: StepFacts(
        "dispatcher", "the coordinator's store", "the next dispatcher collects"),
    Step.JOB_STARTED: StepFacts(
        "worker", "nowhere: a worker that has read nothing keeps nothing",
        "the agent starts another worker"),
    Step.SNAPSHOT_MADE: StepFacts(
        "worker", "the agent's snapshots", "the agent starts another worker, which reads it"),
    Step.HISTORY_KEPT: StepFacts(
        "agent", "the agent's history", "the same question is answered with what is kept"),
    Step.ANSWER_RECORDED: StepFacts(
        "agent", "the agent's ledger", "the recorded answer is sent, byte for byte"),
    Step.ANSWER_RECEIVED: StepFacts(
        "dispatcher", "the coordinator's ledger",
        "the answer is collected again and found recorded"),
    Step.ANSWER_STORED: StepFacts(
        "dispatcher", "the coordinator's store", "the next dispatcher sends the receipt"),
    Step.RECEIPT_RECORDED: StepFacts(
        "agent", "the agent's ledger", "the receipt is repeated and found recorded"),
    Step.RECEIPT_KNOWN: StepFacts(
        "dispatcher", "the coordinator's store", "nothing is left to do"),
}  # fmt: skip
"""The table."""
