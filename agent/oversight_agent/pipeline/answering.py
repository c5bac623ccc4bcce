"""How the agent answers: what arrives, what is recorded when, what goes back.

    1. offer     the study's signatures hold → recorded → accepted by policy, or left to a person
    2. ask       the ticket passes `admission` → recorded as accepted → answered later by `work`
    3. work      in the worker: read → map → validate → evaluate → protect; then here:
                 gate → envelope → ledger. What the policy holds waits for `approve`.
    4. collect   the recorded answer, from the next tick on
    5. receipt   the coordinator's signature over the answer's digest → recorded

Rules kept here:

1. Each step is in the ledger before its effect can be seen. Repeating a request changes nothing.
2. Whatever is wrong with a request is an answer: recorded with its reason, sent with its family.
3. Answers leave at fixed ticks, so that the time they take tells nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from oversight_agent import local_policy, message, records, studies
from oversight_agent.config import Settings
from oversight_agent.durability import reached
from oversight_agent.gate import ApprovedRelease, Candidate, approve
from oversight_agent.keys import signing_key
from oversight_agent.ledger import LedgerFile
from oversight_agent.pipeline import admission
from oversight_agent.pipeline.admission import Admitted
from oversight_agent.pipeline.work import Work
from oversight_agent.trust_store import StudyShelf, TrustStore
from oversight_protocol.canonical import digest as digest_of
from oversight_protocol.durability import Step
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import (
    FAMILY_TEXT,
    Family,
    InputError,
    LedgerError,
    Reason,
    Refused,
)
from oversight_protocol.exchange import Reply, Request
from oversight_protocol.ledger import Ledger
from oversight_protocol.release import Receipt, Release
from oversight_protocol.study import Study
from oversight_protocol.trust import Trust

_log = structlog.get_logger("oversight_agent.answering")

Clock = Callable[[], datetime]


class Answering:
    """One agent's answers. Safe to use from the node's thread and from commands."""

    def __init__(self, settings: Settings, clock: Clock, work: Work) -> None:
        self._settings, self._clock, self._work = settings, clock, work
        self._key = signing_key(settings.home)
        self._ledger = LedgerFile(settings.ledger, settings.origin, self._key)
        self._trust, self._shelf = TrustStore(settings), StudyShelf(settings)
        self.pending = threading.Event()

    @property
    def ledger(self) -> LedgerFile:
        """The ledger, for the commands that read or add to it."""
        return self._ledger

    def handle(self, raw: bytes) -> bytes:
        """Answer one request."""
        try:
            request = Request.parse(raw)
            with self._ledger.locked() as ledger:
                reply = self._dispatch(request, ledger)
        except Refused as refused:
            reply = self._refuse_unnamed(raw, refused)
        except (InputError, LedgerError) as error:
            # The files of this agent need a person: nothing is answered, and the log says why.
            _log.error("agent-needs-attention", problem=str(error))  # noqa: TRY400
            reply = self._refused(Family.DATA)
        return reply.canonical()

    def _dispatch(self, request: Request, ledger: Ledger) -> Reply:
        if request.kind == "offer":
            return self._offer(request, ledger)
        if request.kind == "ask":
            return self._ask(request, ledger)
        if request.kind == "collect":
            return self._collect(str(request.ticket_id), ledger)
        return self._receipt(request, ledger)

    # ------------------------------------------------------------------ 1. offers

    def _offer(self, request: Request, ledger: Ledger) -> Reply:
        trust = self._update_trust(request, ledger)
        envelope = Envelope.from_bytes(str(request.study).encode())
        study = trust.check_study(envelope)
        admission.check_study(study, self._clock())
        self.note_offer(envelope, study, ledger)
        return self._reply("offered", ledger)

    def note_offer(self, envelope: Envelope, study: Study, ledger: Ledger) -> None:
        """Record a validly signed study, and accept it if the policy names it."""
        digest = envelope.digest
        if records.study_state(ledger, digest) == "unknown":
            self._shelf.put(envelope)
            ledger.append(
                "study-offered", {"study": digest, "name": study.name, "version": study.version}
            )
            reached(Step.STUDY_OFFERED)
        if records.study_state(ledger, digest) == "offered":
            policy = local_policy.load(self._settings.policy)
            if study.name in policy.studies.accept:
                ledger.append("study-accepted", {"study": digest, "by": "policy"})
                reached(Step.STUDY_ACCEPTED)

    def _update_trust(self, request: Request, ledger: Ledger) -> Trust:
        if request.trust is None:
            raise Refused(Reason.TRUST)
        trust, changed = self._trust.update(request.trust)
        trust.check_time(self._clock())
        if changed:
            ledger.append(
                "trust-updated",
                {"roles": trust.roles.version, "roster": trust.roster.version,
                 "digests": list(trust.digests)},
            )  # fmt: skip
        return trust

    # ------------------------------------------------------------------ 2. asks

    def _ask(self, request: Request, ledger: Ledger) -> Reply:
        trust = self._update_trust(request, ledger)
        envelope = Envelope.from_bytes(str(request.ticket).encode())
        ticket = admission.read_ticket(envelope, trust)
        recorded = self._recorded_reply(envelope.digest, ledger)
        if recorded is not None:
            return recorded
        study_envelope = Envelope.from_bytes(str(request.study).encode())
        try:
            self._offer_along(study_envelope, trust, ledger)
            admitted = admission.admit(
                ticket, envelope.digest, study_envelope, trust, ledger, self._settings.la,
                self._clock(),
            )  # fmt: skip
        except Refused as refused:
            return self._record_refusal(ticket.id, envelope.digest, refused, ledger)
        if records.ticket(ledger, ticket.id) is None:
            ledger.append(
                "ticket-accepted",
                {"ticket": ticket.id, "digest": admitted.digest, "envelope": envelope.as_json()},
            )
            reached(Step.TICKET_ACCEPTED)
        self.pending.set()
        return self._reply("accepted", ledger)

    def _offer_along(self, envelope: Envelope, trust: Trust, ledger: Ledger) -> None:
        """A ticket brings its study along: an agent that missed the offer learns of it now."""
        study = trust.check_study(envelope)
        admission.check_study(study, self._clock())
        self.note_offer(envelope, study, ledger)

    def _recorded_reply(self, digest: str, ledger: Ledger) -> Reply | None:
        final = records.final_answer(ledger, digest)
        if final is not None and records.body(final)["answer"] is not None:
            return self._final(records.body(final), final.entry.time, ledger)
        if records.held(ledger, digest) is not None:
            return self._reply("held", ledger)
        return None

    # ------------------------------------------------------------------ 3. work

    def work(self) -> bool:
        """Answer the oldest accepted ticket; whether there was one."""
        with self._ledger.locked() as ledger:
            self.pending.clear()
            waiting = records.unfinished(ledger)
            frozen = records.frozen(ledger)
        if not waiting:
            return False
        content = records.body(waiting[0])
        digest, ticket_id = str(content["digest"]), str(content["ticket"])
        try:
            result = self._work.answer(self._readmit(content), frozen)
        except Refused as refused:
            with self._ledger.locked() as ledger:
                self._record_refusal(ticket_id, digest, refused, ledger)
        else:
            self._record(result, ticket_id, digest)
        return True

    def _readmit(self, content: dict[str, Any]) -> Admitted:
        """An accepted ticket is verified anew: trust or acceptance may have ended since."""
        trust = self._trust.current()
        if trust is None:
            raise Refused(Reason.TRUST)
        trust.check_time(self._clock())
        envelope = Envelope.from_json(content["envelope"])
        ticket = admission.read_ticket(envelope, trust)
        with self._ledger.locked() as ledger:
            return admission.admit(
                ticket, envelope.digest, self._shelf.get(ticket.study), trust, ledger,
                self._settings.la, self._clock(),
            )  # fmt: skip

    def _record(self, result: ApprovedRelease | Candidate, ticket: str, digest: str) -> None:
        with self._ledger.locked() as ledger:
            if records.final_answer(ledger, digest) is not None:
                return
            if isinstance(result, Candidate):
                ledger.append(
                    "held",
                    {"ticket": ticket, "digest": digest, "questions": dict(result.questions),
                     "release": result.release.model_dump(mode="json")},
                )  # fmt: skip
            else:
                self._append_answer(result, ticket, digest, ledger)

    def _append_answer(
        self, approved: ApprovedRelease, ticket: str, digest: str, ledger: Ledger
    ) -> None:
        envelope = message.seal_release(approved, self._key)
        ledger.append(
            "answered",
            {"ticket": ticket, "digest": digest, "approved_by": approved.approved_by,
             "questions": dict(approved.questions), "answer": envelope.as_json(),
             "release": approved.release.model_dump(mode="json")},
        )  # fmt: skip
        reached(Step.ANSWER_RECORDED)

    def decide_held(self, ticket: str, person: str, *, release: bool) -> None:
        """A person's decision on a held release.

        Raises:
            Refused: `ticket-unknown`, no release of this ticket is waiting.
        """
        with self._ledger.locked() as ledger:
            entry = ledger.find("held", ticket=ticket)
            if entry is None or records.held(ledger, records.body(entry)["digest"]) is None:
                raise Refused(Reason.TICKET_UNKNOWN, ticket)
            content = records.body(entry)
            if release:
                what = Candidate(
                    Release.model_validate(content["release"], strict=False), content["questions"]
                )
                self._append_answer(approve(what, person), ticket, content["digest"], ledger)
            else:
                refused = Refused(Reason.PERSON_REFUSED)
                self._record_refusal(ticket, content["digest"], refused, ledger, by=person)

    # ------------------------------------------------------------------ people's decisions

    def accept_study(self, text: str, person: str) -> str:
        """Accept an offered study, or one from a file; its name.

        Raises:
            Refused: its signatures do not hold, it has expired, or no keys are trusted yet.
            InputError: there is no such study.
        """
        envelope = self._study(text)
        trust = self._trust.current()
        if trust is None:
            raise Refused(Reason.TRUST, "no exchange with the coordinator yet")
        study = trust.check_study(envelope)
        admission.check_study(study, self._clock())
        with self._ledger.locked() as ledger:
            self.note_offer(envelope, study, ledger)
            if records.study_state(ledger, envelope.digest) != "accepted":
                ledger.append("study-accepted", {"study": envelope.digest, "by": person})
                reached(Step.STUDY_ACCEPTED)
        return study.name

    def withdraw_study(self, text: str, person: str) -> str:
        """Withdraw from a study; its name.

        Raises:
            InputError: there is no such study.
        """
        envelope = self._study(text)
        with self._ledger.locked() as ledger:
            if records.study_state(ledger, envelope.digest) != "withdrawn":
                ledger.append("study-withdrawn", {"study": envelope.digest, "by": person})
        return Study.parse(envelope.payload).name

    def _study(self, text: str) -> Envelope:
        if Path(text).is_file():
            return studies.read_file(Path(text))
        return studies.Shelf(self._settings).find(text)

    # ------------------------------------------------------------------ 4. collecting

    def _collect(self, ticket_id: str, ledger: Ledger) -> Reply:
        accepted = records.ticket(ledger, ticket_id)
        if accepted is None:
            return self._reply("unknown", ledger)
        recorded = self._recorded_reply(str(records.body(accepted)["digest"]), ledger)
        if recorded is None:
            self.pending.set()
            return self._reply("accepted", ledger)
        return recorded

    def _final(self, content: dict[str, Any], answered: datetime, ledger: Ledger) -> Reply:
        if self._clock().timestamp() < self._next_tick(answered):
            return self._reply("accepted", ledger)
        answer = Envelope.from_json(content["answer"]).raw.decode("ascii")
        return self._reply("answered", ledger, answer=answer)

    def _next_tick(self, answered: datetime) -> float:
        tick = self._settings.tick_seconds
        return (answered.timestamp() // tick + 1) * tick

    # ------------------------------------------------------------------ 5. receipts

    def _receipt(self, request: Request, ledger: Ledger) -> Reply:
        trust = self._trust.current()
        if trust is None:
            raise Refused(Reason.TRUST)
        envelope = Envelope.from_bytes(str(request.receipt).encode())
        receipt = Receipt.parse(trust.check_coordinator(envelope, "receipt"))
        if receipt.la != self._settings.la or not self._holds_answer(receipt, ledger):
            raise Refused(Reason.RELEASE_MISMATCH)
        if ledger.find("receipt", ticket=receipt.ticket, answer=receipt.answer) is None:
            ledger.append(
                "receipt",
                {"ticket": receipt.ticket, "answer": receipt.answer,
                 "envelope": envelope.as_json()},
            )  # fmt: skip
            reached(Step.RECEIPT_RECORDED)
        return self._reply("recorded", ledger)

    def _holds_answer(self, receipt: Receipt, ledger: Ledger) -> bool:
        return any(
            records.body(entry)["ticket"] == receipt.ticket
            and Envelope.from_json(records.body(entry)["answer"]).digest == receipt.answer
            for entry in records.of_kind(ledger, "answered", "refused")
            if records.body(entry)["answer"] is not None
        )

    # ------------------------------------------------------------------ refusals and replies

    def _record_refusal(
        self, ticket: str, digest: str, refused: Refused, ledger: Ledger, by: str = "agent"
    ) -> Reply:
        envelope = message.seal_refusal(
            refused.family, ticket=ticket, ticket_digest=digest, la=self._settings.la,
            now=self._clock(), key=self._key,
        )  # fmt: skip
        entry = ledger.append(
            "refused",
            {"ticket": ticket, "digest": digest, "reason": str(refused.reason), "by": by,
             "place": refused.place, "family": str(refused.family),
             "answer": envelope.as_json()},
        )  # fmt: skip
        reached(Step.ANSWER_RECORDED)
        _log.info("refused", ticket=ticket, reason=str(refused.reason))
        return self._final(records.body(entry), entry.entry.time, ledger)

    def _refuse_unnamed(self, raw: bytes, refused: Refused) -> Reply:
        """A request that proves nothing about itself: recorded once by its digest, never answered."""
        digest = digest_of(raw)
        with self._ledger.locked() as ledger:
            if ledger.find("refused", digest=digest) is None:
                ledger.append(
                    "refused",
                    {"ticket": None, "digest": digest, "reason": str(refused.reason),
                     "by": "agent", "place": refused.place, "family": str(refused.family),
                     "answer": None},
                )  # fmt: skip
            _log.info("refused", reason=str(refused.reason))
            return self._refused(refused.family, ledger)

    def _refused(self, family: Family, ledger: Ledger | None = None) -> Reply:
        checkpoint = ledger.checkpoint.raw.decode("ascii") if ledger else ""
        return Reply(
            status="refused", family=family, text=FAMILY_TEXT[family], checkpoint=checkpoint
        )

    def _reply(self, status: Any, ledger: Ledger, answer: str | None = None) -> Reply:
        checkpoint = ledger.checkpoint.raw.decode("ascii")
        return Reply(status=status, answer=answer, checkpoint=checkpoint)
