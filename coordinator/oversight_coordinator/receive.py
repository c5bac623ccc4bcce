"""From an agent's bytes to a stored answer: verify → ledger → store → receipt.

Rules kept here:

1. What does not verify is recorded as rejected and never stored as an answer.
2. An answer is in the ledger before it is in the store, and once only: after a crash between the two
   the same bytes come again and are found recorded.
3. The receipt is a function of the ledger entry, so that it too is the same after a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
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
from oversight_protocol.errors import Family, Refused
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
            self._reject(raw, ask, refused)
            return
        recorded = self._record(ask, verified)
        reached(Step.ANSWER_RECEIVED)
        receipt = self._receipt(ask, verified, recorded)
        self._store.set_ask(
            ask.ticket, state=AskState.ANSWERED, answer=verified.envelope.raw,
            family=verified.family, receipt=receipt.raw, next_at=0.0,
            received_at=int(recorded.entry.time.timestamp()),
        )  # fmt: skip
        reached(Step.ANSWER_STORED)
        _log.info("answer-stored", la=ask.la, outcome=verified.outcome)

    def refuse_unsigned(self, ask: Ask, family: Family) -> None:
        """An agent refused without an envelope: it could not even trust the request."""
        self._store.set_ask(ask.ticket, state=AskState.REJECTED, family=family)
        _log.warning("unsigned-refusal", la=ask.la, family=str(family))

    def _record(self, ask: Ask, verified: Verified) -> Recorded:
        answer = verified.envelope.digest
        with self._ledger.locked() as ledger:
            return ledger.find("answer-received", ticket=ask.ticket, answer=answer) or (
                ledger.append(
                    "answer-received",
                    {"ticket": ask.ticket, "la": ask.la, "answer": answer,
                     "outcome": verified.outcome, "family": verified.family,
                     "envelope": verified.envelope.as_json()},
                )
            )  # fmt: skip

    def _reject(self, raw: bytes, ask: Ask, refused: Refused) -> None:
        received = digest(raw)
        with self._ledger.locked() as ledger:
            if ledger.find("answer-rejected", ticket=ask.ticket, digest=received) is None:
                ledger.append(
                    "answer-rejected",
                    {"ticket": ask.ticket, "la": ask.la, "digest": received,
                     "reason": str(refused.reason), "place": refused.place},
                )  # fmt: skip
        self._store.set_ask(ask.ticket, state=AskState.REJECTED, family=Family.PROTOCOL)
        _log.warning("answer-rejected", la=ask.la, reason=str(refused.reason))

    def _receipt(self, ask: Ask, verified: Verified, recorded: Recorded) -> Envelope:
        head = Checkpoint.parse(recorded.checkpoint.payload).head
        receipt = Receipt(
            ticket=ask.ticket, la=ask.la, answer=verified.envelope.digest,
            received=recorded.entry.time, checkpoint=head,
        )  # fmt: skip
        return seal("receipt", receipt, self._key)
