"""How the agent answers: what arrives, what is recorded when, what goes back.

    1. offer     the study's signatures hold → recorded → accepted by policy, or left to a person
    2. ask       the ticket passes `admission` → recorded as accepted → answered later by `work`
    3. work      in the worker: read → map → validate → evaluate → protect; then here:
                 gate → envelope → ledger. What the policy holds waits for a person (`deciding`).
    4. collect   the recorded answer, from the next tick on
    5. receipt   the coordinator's signature over the answer's digest → recorded

Rules kept here:

1. Each step is in the ledger before its effect can be seen. Repeating a request changes nothing.
2. Whatever is wrong with a request is an answer: recorded with its reason, sent with its family.
3. Answers leave at fixed ticks, so that the time they take tells nothing.
4. Nothing is answered while history, ledger and what the coordinator knows of it do not agree.
"""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

import structlog

from oversight_agent import records
from oversight_agent.config import Settings
from oversight_agent.durability import reached
from oversight_agent.gate import ApprovedRelease, Candidate
from oversight_agent.history import HistoryMovedError
from oversight_agent.ledger import LedgerFile
from oversight_agent.pipeline import admission
from oversight_agent.pipeline.admission import Admitted
from oversight_agent.pipeline.recording import Clock, Recording, require_not_withdrawn
from oversight_agent.pipeline.work import Work
from oversight_agent.records import FrozenAnswer
from oversight_protocol.canonical import digest as digest_of
from oversight_protocol.durability import Step
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import FAMILY_TEXT, Family, OversightError, Reason, Refused
from oversight_protocol.exchange import Reply, Request, Status
from oversight_protocol.ledger import Ledger
from oversight_protocol.release import Receipt, Ticket
from oversight_protocol.trust import Trust

_log = structlog.get_logger("oversight_agent.answering")


class Answering:
    """One agent's answers. Safe to use from several threads and processes at a time.

    Attributes:
        pending: set when there may be work.
    """

    def __init__(self, settings: Settings, clock: Clock, work: Work) -> None:
        self._settings, self._clock, self._work = settings, clock, work
        self._recording = Recording(settings, clock)
        self._put_off: set[str] = set()
        self.pending = threading.Event()

    @property
    def ledger(self) -> LedgerFile:
        """The ledger."""
        return self._recording.ledger

    def handle(self, raw: bytes) -> bytes:
        """Answer one request."""
        try:
            reply = self._handle(raw)
        except OversightError as error:
            # The files of this agent need a person: nothing is answered, and the log says why.
            _log.error("agent-needs-attention", problem=str(error))
            reply = _refused(Family.DATA)
        return reply.canonical()

    def _handle(self, raw: bytes) -> Reply:
        try:
            request = Request.parse(raw)
            with self.ledger.locked() as ledger:
                return self._dispatch(request, ledger)
        except Refused as refused:
            with self.ledger.locked() as ledger:
                self._recording.refused_unnamed(digest_of(raw), refused, ledger)
                return _refused(refused.family, ledger)

    def _dispatch(self, request: Request, ledger: Ledger) -> Reply:
        if request.checkpoint is not None:
            self._work.history.check_known(request.checkpoint, ledger)
        if request.kind == "offer":
            return self._offer(request, ledger)
        if request.kind == "ask":
            return self._ask(request, ledger)
        if request.kind == "collect":
            return self._collect(str(request.ticket_id), ledger)
        return self._receipt(request, ledger)

    # ------------------------------------------------------------------ 1. offers

    def _offer(self, request: Request, ledger: Ledger) -> Reply:
        self._take_study(request, self._take_trust(request, ledger), ledger)
        return _reply("offered", ledger)

    def _take_trust(self, request: Request, ledger: Ledger) -> Trust:
        if request.trust is None:
            raise Refused(Reason.TRUST)
        trust = self._recording.trust.verify(request.trust)
        trust.check_time(self._clock())
        self._recording.trusted(trust, ledger)
        self._recording.trust.keep(request.trust)
        return trust

    def _take_study(self, request: Request, trust: Trust, ledger: Ledger) -> Envelope:
        envelope = Envelope.from_bytes(str(request.study).encode())
        study = trust.check_study(envelope)
        admission.check_study(study, self._clock())
        self._recording.offer(envelope, study, ledger)
        return envelope

    # ------------------------------------------------------------------ 2. asks

    def _ask(self, request: Request, ledger: Ledger) -> Reply:
        trust = self._take_trust(request, ledger)
        envelope = Envelope.from_bytes(str(request.ticket).encode())
        ticket = admission.read_ticket(envelope, trust)
        recorded = self._recorded(envelope.digest, ledger)
        if recorded is not None:
            return recorded
        try:
            self._admit(request, ticket, envelope, trust, ledger)
        except Refused as refused:
            self._recording.refused(ticket.id, envelope.digest, refused, ledger)
        self.pending.set()
        return self._recorded(envelope.digest, ledger) or _reply("accepted", ledger)

    def _admit(
        self, request: Request, ticket: Ticket, envelope: Envelope, trust: Trust, ledger: Ledger
    ) -> None:
        # A ticket brings its study along: an agent that missed the offer learns of it now.
        study = self._take_study(request, trust, ledger)
        admitted = admission.admit(
            ticket, envelope.digest, study, trust, ledger, self._settings.la, self._clock()
        )
        if ledger.find("ticket-accepted", digest=admitted.digest) is None:
            ledger.append(
                "ticket-accepted",
                {"ticket": ticket.id, "digest": admitted.digest, "envelope": envelope.as_json()},
            )
            reached(Step.TICKET_ACCEPTED)

    # ------------------------------------------------------------------ 3. work

    def work(self) -> bool:
        """Answer the oldest accepted ticket; whether there was one.

        A ticket whose work failed with an error comes after all others the next time.

        Raises:
            OversightError: a file of this agent needs a person; the ticket stays open until then,
                or until it expires.
        """
        with self.ledger.locked() as ledger:
            self.pending.clear()
            waiting = records.unfinished(ledger)
            if not waiting:
                return False
            frozen = self._work.history.frozen(ledger, self._clock())
        bodies = [records.body(one) for one in waiting]
        content = min(bodies, key=lambda one: one["digest"] in self._put_off)
        self._put_off.add(content["digest"])
        self._work_on(content, frozen)
        self._put_off.discard(content["digest"])
        return True

    def _work_on(self, content: dict[str, Any], frozen: dict[str, FrozenAnswer]) -> None:
        digest = content["digest"]
        try:
            result = self._work.answer(self._readmit(content), frozen)
            self._record(result, digest, frozen.keys())
        except HistoryMovedError:
            # The ticket is still open, and is taken up anew.
            _log.info("computed-again", ticket=content["ticket"])
        except Refused as refused:
            with self.ledger.locked() as ledger:
                if records.is_open(ledger, digest):
                    self._recording.refused(content["ticket"], digest, refused, ledger)

    def _readmit(self, content: dict[str, Any]) -> Admitted:
        """An accepted ticket is verified anew: trust or acceptance may have ended since."""
        trust = self._recording.trust.current()
        if trust is None:
            raise Refused(Reason.TRUST)
        trust.check_time(self._clock())
        envelope = Envelope.from_json(content["envelope"])
        ticket = admission.read_ticket(envelope, trust)
        study = self._recording.shelf.get(ticket.study)
        with self.ledger.locked() as ledger:
            return admission.admit(
                ticket, envelope.digest, study, trust, ledger, self._settings.la, self._clock()
            )

    def _record(
        self, result: ApprovedRelease | Candidate, digest: str, known: AbstractSet[str]
    ) -> None:
        """Record a result, unless what was true when its work began no longer is."""
        with self.ledger.locked() as ledger:
            require_not_withdrawn(result.release.study, ledger)
            frozen_since = records.frozen(ledger).keys() - known
            if not records.is_open(ledger, digest) or frozen_since & set(result.questions.values()):
                # Another process answered it, or a table of it: that answer holds.
                return
            if isinstance(result, Candidate):
                self._recording.held(result, digest, ledger)
            else:
                self._recording.answered(result, digest, ledger)

    # ------------------------------------------------------------------ 4. collecting

    def _collect(self, ticket_id: str, ledger: Ledger) -> Reply:
        seen = records.ticket(ledger, ticket_id)
        if seen is None:
            return _reply("unknown", ledger)
        recorded = self._recorded(records.body(seen)["digest"], ledger)
        if recorded is None:
            self.pending.set()
        return recorded or _reply("accepted", ledger)

    def _recorded(self, digest: str, ledger: Ledger) -> Reply | None:
        """What is recorded of a ticket: its answer from the next tick on, or that it waits."""
        final = records.final_answer(ledger, digest)
        if final is None:
            return _reply("held", ledger) if records.held(ledger, digest) else None
        if self._clock().timestamp() < self._next_tick(final.entry.time):
            return _reply("accepted", ledger)
        answer = Envelope.from_json(records.body(final)["answer"]).raw.decode("ascii")
        return _reply("answered", ledger, answer)

    def _next_tick(self, answered: datetime) -> float:
        tick = self._settings.tick_seconds
        return (answered.timestamp() // tick + 1) * tick

    # ------------------------------------------------------------------ 5. receipts

    def _receipt(self, request: Request, ledger: Ledger) -> Reply:
        trust = self._recording.trust.current()
        if trust is None:
            raise Refused(Reason.TRUST)
        envelope = Envelope.from_bytes(str(request.receipt).encode())
        receipt = Receipt.parse(trust.check_coordinator(envelope, "receipt"))
        if receipt.la != self._settings.la or not _holds_answer(receipt, ledger):
            raise Refused(Reason.RELEASE_MISMATCH)
        if ledger.find("receipt", ticket=receipt.ticket, answer=receipt.answer) is None:
            ledger.append(
                "receipt",
                {"ticket": receipt.ticket, "answer": receipt.answer,
                 "envelope": envelope.as_json()},
            )  # fmt: skip
            reached(Step.RECEIPT_RECORDED)
        return _reply("recorded", ledger)


def _holds_answer(receipt: Receipt, ledger: Ledger) -> bool:
    return any(
        records.body(entry)["ticket"] == receipt.ticket
        and Envelope.from_json(records.body(entry)["answer"]).digest == receipt.answer
        for entry in records.of_kind(ledger, "answered", "refused")
        if records.body(entry)["answer"] is not None
    )


def _refused(family: Family, ledger: Ledger | None = None) -> Reply:
    """A refusal of what names no ticket: its family and sentence."""
    checkpoint = ledger.checkpoint.raw.decode("ascii") if ledger else ""
    return Reply(status="refused", family=family, text=FAMILY_TEXT[family], checkpoint=checkpoint)


def _reply(status: Status, ledger: Ledger, answer: str | None = None) -> Reply:
    return Reply(status=status, answer=answer, checkpoint=ledger.checkpoint.raw.decode("ascii"))
