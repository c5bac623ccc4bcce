"""From an agent's bytes to a stored answer: verify → ledger → store → receipt.

Rules kept here:

1. What does not verify is recorded as rejected and never stored as an answer.
2. An answer is in the ledger before it is in the store, and once only: after a crash between the
   two the same bytes come again and are found recorded.
3. The first answer to a ticket is the answer. Another that follows is recorded as rejected, and the
   first is what the store gets.
4. The receipt is a function of the ledger entry, so that it too is the same after a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oversight_coordinator.durability import reached
from oversight_coordinator.ledger import LedgerFile
from oversight_coordinator.store import Ask, AskState, Store
from oversight_coordinator.verify import Verified, verify
from oversight_protocol.canonical import digest
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.durability import Step
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import Family, Reason, Refused
from oversight_protocol.ledger import Recorded
from oversight_protocol.release import Receipt
from oversight_protocol.study import Study
from oversight_protocol.trust import Trust

_log = structlog.get_logger("oversight_coordinator.receive")


class Receiver:
    """Takes answers in."""

    def __init__(
        self, store: Store, ledger: LedgerFile, key: Ed25519PrivateKey,
        clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._store, self._ledger, self._key, self._clock = store, ledger, key, clock

    def receive(self, raw: bytes, ask: Ask, study: Study, trust: Trust) -> None:
        """Verify an answer, record it, store it."""
        ticket = Envelope.from_bytes(ask.envelope)
        try:
            verified = verify(raw, ticket, study, trust, self._clock())
        except Refused as refused:
            self._note_rejected(raw, ask, refused)
            recorded = self._recorded(ask)
        else:
            recorded = self._record(ask, verified)
            if recorded.entry.body["answer"] != verified.envelope.digest:
                self._note_rejected(raw, ask, Refused(Reason.TICKET_REPLAYED))
        if recorded is None:
            self._store.set_ask(ask.ticket, state=AskState.REJECTED, family=Family.PROTOCOL)
        else:
            self._keep(ask, recorded)

    def _keep(self, ask: Ask, recorded: Recorded) -> None:
        """Store a recorded answer as it stands in the ledger."""
        reached(Step.ANSWER_RECEIVED)
        body = cast("dict[str, Any]", recorded.entry.body)
        self._store.set_ask(
            ask.ticket, state=AskState.ANSWERED, answer=Envelope.from_json(body["envelope"]).raw,
            family=body["family"], receipt=self._receipt(ask, recorded).raw, next_at=0.0,
            received_at=int(recorded.entry.time.timestamp()),
        )  # fmt: skip
        reached(Step.ANSWER_STORED)
        _log.info("answer-stored", la=ask.la, outcome=body["outcome"])

    def refuse_unsigned(self, ask: Ask, family: Family) -> None:
        """An agent refused without an envelope: it could not even trust the request."""
        with self._ledger.locked() as ledger:
            if ledger.find("refused-unsigned", ticket=ask.ticket) is None:
                ledger.append(
                    "refused-unsigned",
                    {"ticket": ask.ticket, "la": ask.la, "family": str(family)},
                )
        self._store.set_ask(ask.ticket, state=AskState.REJECTED, family=family)
        _log.warning("unsigned-refusal", la=ask.la, family=str(family))

    def _recorded(self, ask: Ask) -> Recorded | None:
        with self._ledger.locked() as ledger:
            return ledger.find("answer-received", ticket=ask.ticket)

    def _record(self, ask: Ask, verified: Verified) -> Recorded:
        """The entry of the ticket's answer, which is made now if it has none."""
        with self._ledger.locked() as ledger:
            return ledger.find("answer-received", ticket=ask.ticket) or ledger.append(
                "answer-received",
                {"ticket": ask.ticket, "la": ask.la, "answer": verified.envelope.digest,
                 "outcome": verified.outcome, "family": verified.family,
                 "envelope": verified.envelope.as_json()},
            )  # fmt: skip

    def _note_rejected(self, raw: bytes, ask: Ask, refused: Refused) -> None:
        received = digest(raw)
        with self._ledger.locked() as ledger:
            if ledger.find("answer-rejected", ticket=ask.ticket, digest=received) is None:
                ledger.append(
                    "answer-rejected",
                    {"ticket": ask.ticket, "la": ask.la, "digest": received,
                     "reason": str(refused.reason), "place": refused.place},
                )  # fmt: skip
        _log.warning("answer-rejected", la=ask.la, reason=str(refused.reason))

    def _receipt(self, ask: Ask, recorded: Recorded) -> Envelope:
        head = Checkpoint.parse(recorded.checkpoint.payload).head
        receipt = Receipt(
            ticket=ask.ticket, la=ask.la, answer=str(recorded.entry.body["answer"]),
            received=recorded.entry.time, checkpoint=head,
        )  # fmt: skip
        return seal("receipt", receipt, self._key)
