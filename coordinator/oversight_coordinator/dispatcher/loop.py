"""What the dispatcher does at each tick, whatever network carries its messages.

Rules kept here:

1. The store says what is due; nothing is remembered here that cannot be lost. A message without a
   reply is simply sent again.
2. One message at a time to an authority, and only to one that is online.
3. An ask past its deadline is closed as unreachable; the run ends all the same.
4. Only a reply that fits what was asked moves an ask on, and never back from an answer. One that
   does not fit counts as lost, and its sender is left alone for a while.
5. What goes wrong with one authority, or with a file of ours, stops no other authority's messages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from oversight_coordinator import trust_files
from oversight_coordinator.config import Settings
from oversight_coordinator.durability import reached
from oversight_coordinator.receive import Receiver
from oversight_coordinator.store import Ask, AskState, Offer, Store
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.durability import Step
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family, OversightError, Refused
from oversight_protocol.exchange import Reply, Request, Status
from oversight_protocol.release import Ticket
from oversight_protocol.study import Study

_log = structlog.get_logger("oversight_coordinator.dispatcher")

OFFER_AGAIN_SECONDS = 60.0
"""When an agent refused an offer or a receipt, it is shown again after this."""

_FITTING: Mapping[AskState, frozenset[Status]] = {
    AskState.QUEUED: frozenset({"accepted", "held", "answered", "refused"}),
    AskState.ACCEPTED: frozenset({"accepted", "held", "answered", "refused", "unknown"}),
    AskState.HELD: frozenset({"accepted", "held", "answered", "refused", "unknown"}),
    AskState.ANSWERED: frozenset({"recorded", "refused"}),
}
"""The replies that fit what is sent in each state: an ask, a collect, a collect, a receipt."""


class Fleet(Protocol):
    """The network as the dispatcher sees it: Flower in production, a simulator in tests."""

    def online(self) -> Collection[str]:
        """The authorities whose agents are online."""

    def push(self, messages: Mapping[str, bytes]) -> dict[str, str]:
        """Send one message to each authority; the message identifiers of those that went."""

    def pull(self, message_ids: Sequence[str]) -> list[tuple[str, bytes | None]]:
        """Replies that have come: the identifier of the message and its body, None on failure."""


@dataclass(frozen=True)
class _InFlight:
    la: str
    subject: Ask | Offer
    sent_at: float


class Dispatch:
    """The dispatcher's loop body."""

    def __init__(
        self, settings: Settings, store: Store, receiver: Receiver, fleet: Fleet,
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._settings, self._store, self._receiver = settings, store, receiver
        self._fleet, self._clock = fleet, clock
        self._in_flight: dict[str, _InFlight] = {}
        self._studies: dict[str, tuple[Envelope, Study]] = {}

    def tick(self) -> bool:
        """Do what is due; whether anything is under way."""
        now = self._clock()
        for ticket in self._store.expire_asks(now):
            _log.warning("deadline-passed", ticket=ticket)
        self._take_replies()
        self._forget_lost(now)
        self._send_due(now)
        return bool(self._in_flight)

    # ------------------------------------------------------------------ sending

    def _send_due(self, now: float) -> None:
        subjects: dict[str, Ask | Offer] = {}
        busy = {message.la for message in self._in_flight.values()}
        due: list[Ask | Offer] = [*self._store.asks_due(now), *self._store.offers_due(now)]
        for subject in due:
            if subject.la not in busy:
                subjects.setdefault(subject.la, subject)
        if not subjects:
            return
        reachable = {la: subjects[la] for la in sorted(subjects.keys() & self._fleet.online())}
        messages = {
            la: request.canonical()
            for la, subject in reachable.items()
            if (request := self._request(subject)) is not None
        }
        if not messages:
            return
        for la, message_id in self._fleet.push(messages).items():
            self._in_flight[message_id] = _InFlight(la, reachable[la], now)

    def _request(self, subject: Ask | Offer) -> Request | None:
        try:
            request = self._offer(subject) if isinstance(subject, Offer) else self._next(subject)
            known = self._store.checkpoint(subject.la)
            checkpoint = None if known is None else known.decode("ascii")
            return request.model_copy(update={"checkpoint": checkpoint})
        except OversightError as error:
            _log.error("nothing-sent", la=subject.la, problem=str(error))
            self._put_off(subject, self._clock() + self._settings.reply_seconds)
            return None

    def _offer(self, offer: Offer) -> Request:
        return Request(
            kind="offer", trust=trust_files.bundle(self._settings.trust),
            study=self._study(offer.study)[0].raw.decode(),
        )  # fmt: skip

    def _next(self, ask: Ask) -> Request:
        if ask.state is AskState.QUEUED:
            study = Ticket.parse(Envelope.from_bytes(ask.envelope).payload).study
            return Request(
                kind="ask", trust=trust_files.bundle(self._settings.trust),
                study=self._study(study)[0].raw.decode(), ticket=ask.envelope.decode(),
            )  # fmt: skip
        if ask.state is AskState.ANSWERED and ask.receipt is not None:
            return Request(kind="receipt", receipt=ask.receipt.decode())
        return Request(kind="collect", ticket_id=ask.ticket)

    def _study(self, digest: str) -> tuple[Envelope, Study]:
        if digest not in self._studies:
            envelope = Envelope.from_bytes(self._store.study(digest).envelope)
            self._studies[digest] = envelope, Study.parse(envelope.payload)
        return self._studies[digest]

    # ------------------------------------------------------------------ replies

    def _take_replies(self) -> None:
        if not self._in_flight:
            return
        for message_id, body in self._fleet.pull(list(self._in_flight)):
            message = self._in_flight.pop(message_id, None)
            if message is None:
                continue
            try:
                self._take(message, body)
            except OversightError as error:
                _log.error("reply-not-taken", la=message.la, problem=str(error))
                self._leave_alone(message.subject)

    def _take(self, message: _InFlight, body: bytes | None) -> None:
        try:
            reply = Reply.parse(body) if body is not None else None
        except Refused:
            _log.warning("reply-malformed", la=message.la)
            reply = None
        if reply is None:
            self._leave_alone(message.subject)
            return
        self._keep_checkpoint(message.la, reply)
        if isinstance(message.subject, Offer):
            self._after_offer(message.subject, reply)
        else:
            self._after_ask(message.subject, reply)

    def _leave_alone(self, subject: Ask | Offer) -> None:
        self._put_off(subject, self._clock() + self._settings.reply_seconds)

    def _put_off(self, subject: Ask | Offer, next_at: float) -> None:
        if isinstance(subject, Offer):
            self._store.delay_offer(subject, next_at)
        else:
            self._store.set_ask(subject.ticket, was=subject.state, next_at=next_at)

    def _after_offer(self, offer: Offer, reply: Reply) -> None:
        if reply.status == "offered":
            self._store.offer_taken(offer)
        else:
            self._store.delay_offer(offer, self._clock() + OFFER_AGAIN_SECONDS)

    def _after_ask(self, before: Ask, reply: Reply) -> None:
        ask = self._store.ask(before.ticket)
        if ask is None or ask.state is not before.state:
            return
        if reply.status not in _FITTING[ask.state]:
            _log.warning("reply-does-not-fit", la=ask.la, status=reply.status)
            self._leave_alone(ask)
        elif reply.status == "answered":
            self._answered(ask, reply.answer or "")
        elif reply.status in ("accepted", "held"):
            self._wait(ask, reply)
        elif reply.status == "recorded":
            if self._store.set_ask(ask.ticket, was=ask.state, state=AskState.DONE):
                reached(Step.RECEIPT_KNOWN)
        elif reply.status == "unknown":
            self._store.set_ask(ask.ticket, was=ask.state, state=AskState.QUEUED, next_at=0.0)
        elif ask.state is AskState.ANSWERED:
            # Its receipt was not taken: the answer is here all the same.
            self._put_off(ask, self._clock() + OFFER_AGAIN_SECONDS)
        else:
            self._receiver.refuse_unsigned(ask, reply.family or Family.PROTOCOL)

    def _answered(self, ask: Ask, answer: str) -> None:
        ticket = Ticket.parse(Envelope.from_bytes(ask.envelope).payload)
        trust = trust_files.current(self._settings.trust)
        self._receiver.receive(answer.encode(), ask, self._study(ticket.study)[1], trust)

    def _wait(self, ask: Ask, reply: Reply) -> None:
        held = reply.status == "held"
        state = AskState.HELD if held else AskState.ACCEPTED
        pause = self._settings.held_seconds if held else self._settings.collect_seconds
        next_at = self._clock() + pause
        moved = self._store.set_ask(ask.ticket, was=ask.state, state=state, next_at=next_at)
        if moved and ask.state is AskState.QUEUED:
            reached(Step.ASK_ACCEPTED)

    def _keep_checkpoint(self, la: str, reply: Reply) -> None:
        """Keep the head that an agent signs of its ledger: it can show no other history later."""
        if not reply.checkpoint:
            return
        try:
            trust = trust_files.current(self._settings.trust)
            envelope = Envelope.from_bytes(reply.checkpoint.encode())
            payload = trust.check_agent(envelope, "checkpoint", la)
            self._store.keep_checkpoint(la, Checkpoint.parse(payload).head.size, envelope.raw)
        except Refused as refused:
            _log.warning("checkpoint-rejected", la=la, reason=str(refused.reason))

    def _forget_lost(self, now: float) -> None:
        for message_id, message in list(self._in_flight.items()):
            if now - message.sent_at > self._settings.reply_seconds:
                del self._in_flight[message_id]
                # It is due again at once, but after whatever else waits for this authority.
                self._put_off(message.subject, now)
