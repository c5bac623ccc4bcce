"""A network without a network: scripted agents behind the dispatcher's `Fleet`, and a clock.

An agent answers as a good one does, once it has worked for a number of collects. A test changes
what it does through `SimulatedAgent.before`, by taking it offline, or by losing what it says.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from oversight_coordinator import config, trust_files
from oversight_coordinator.asking import Question, ask, publish
from oversight_coordinator.config import Settings
from oversight_coordinator.dispatcher.loop import Dispatch
from oversight_coordinator.ledger import LedgerFile
from oversight_coordinator.receive import Receiver
from oversight_coordinator.store import Ask, Store
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.enrolment import Enrolment, EnrolmentRequest, token_digest
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import FAMILY_TEXT, Family
from oversight_protocol.exchange import Reply, Request
from oversight_protocol.release import Head, Receipt, Release, Ticket
from support import protocol

NODE_KEY = ec.derive_private_key(12345, ec.SECP384R1())
SERVICE = protocol.signing_key("coordinator service")


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = protocol.NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now.timestamp()

    def moment(self) -> datetime:
        return self.now.replace(microsecond=0)

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def answer_to(envelope: Envelope, answered: datetime, value: int = 20, **changes: Any) -> Release:
    """What a ticket's authority answers: the same figure everywhere."""
    asked = Ticket.parse(envelope.payload)
    return protocol.release(
        value,
        **{
            "ticket": asked.id, "ticket_digest": envelope.digest, "study": asked.study,
            "wave": asked.wave, "la": asked.la, "answered": answered, **changes,
        },
    )  # fmt: skip


@dataclass
class SimulatedAgent:
    """One authority's agent, which keeps its answers as a real one does.

    Attributes:
        collects: how often it is asked for an answer before it has one.
        is_online: whether the network knows it as online.
        holds: whether its answers wait for a person.
        seen: the kinds of the requests that reached it.
        before: is given each request first; what it gives instead of `None` is the reply.
    """

    la: str
    clock: Clock
    collects: int = 1
    is_online: bool = True
    holds: bool = False
    seen: Counter[str] = field(default_factory=Counter)
    tickets: dict[str, Envelope] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    before: Callable[[Request], Reply | bytes | None] = lambda _request: None
    key_name: str = ""

    @property
    def key(self):
        return protocol.signing_key(self.key_name or f"agent {self.la}")

    def handle(self, body: bytes) -> bytes:
        """The bytes of the reply to a request's bytes."""
        request = Request.parse(body)
        self.seen[request.kind] += 1
        reply = self.before(request)
        if reply is None:
            reply = self.reply(request)
        return reply if isinstance(reply, bytes) else reply.canonical()

    def reply(self, request: Request) -> Reply:
        """What a good agent replies."""
        if request.kind == "offer":
            return self.say("offered")
        if request.kind == "receipt":
            envelope = Envelope.from_bytes(request.receipt.encode())
            self.receipts.append(Receipt.parse(envelope.payload))
            return self.say("recorded")
        if request.kind == "ask":
            ticket = Envelope.from_bytes(request.ticket.encode())
            self.tickets[Ticket.parse(ticket.payload).id] = ticket
            return self.say("accepted")
        return self._collected(str(request.ticket_id))

    def _collected(self, ticket: str) -> Reply:
        if ticket not in self.tickets:
            return self.say("unknown")
        if self.holds:
            return self.say("held")
        if self.seen["collect"] < self.collects:
            return self.say("accepted")
        if ticket not in self.answers:
            self.answers[ticket] = self.signed(answer_to(self.tickets[ticket], self.clock.moment()))
        return self.say("answered", self.answers[ticket])

    def signed(self, answer: Release, key_name: str = "") -> str:
        key = protocol.signing_key(key_name) if key_name else self.key
        return seal("release", answer, key).raw.decode()

    def say(self, status: str, answer: str | None = None, family: Family | None = None) -> Reply:
        """A reply with a signed head of this agent's ledger."""
        head = Head(size=sum(self.seen.values()), root="0" * 64)
        checkpoint = seal("checkpoint", Checkpoint(origin=f"agent/{self.la}", head=head), self.key)
        return Reply(
            status=status, answer=answer, family=family,
            text=FAMILY_TEXT[family] if family else None, checkpoint=checkpoint.raw.decode(),
        )  # fmt: skip


@dataclass
class SimulatedFleet:
    """Carries messages between the dispatcher and agents that live in this process.

    Attributes:
        lose: the next replies that are lost, by authority.
        fail: the next messages that end in a failure of the network, by authority.
        most_at_once: the most messages that one authority had to answer at the same time.
    """

    agents: Mapping[str, SimulatedAgent]
    lose: Counter[str] = field(default_factory=Counter)
    fail: Counter[str] = field(default_factory=Counter)
    pushed: list[tuple[str, Request]] = field(default_factory=list)
    most_at_once: int = 0
    _replies: dict[str, bytes | None] = field(default_factory=dict)
    _open: dict[str, str] = field(default_factory=dict)

    def online(self) -> Collection[str]:
        return [la for la, agent in self.agents.items() if agent.is_online]

    def push(self, messages: Mapping[str, bytes]) -> dict[str, str]:
        sent = {}
        for la, body in messages.items():
            assert self.agents[la].is_online, f"{la} is offline and was sent a message"
            message = f"message-{len(self.pushed)}"
            self.pushed.append((la, Request.parse(body)))
            self._open[message] = la
            self.most_at_once = max(self.most_at_once, *Counter(self._open.values()).values())
            self._deliver(la, message, body)
            sent[la] = message
        return sent

    def _deliver(self, la: str, message: str, body: bytes) -> None:
        if self.fail[la]:
            self.fail[la] -= 1
            self._replies[message] = None
            return
        reply = self.agents[la].handle(body)
        if self.lose[la]:
            self.lose[la] -= 1
            # Its sender gives it up; to the network it is no longer under way either.
            self._open.pop(message)
        else:
            self._replies[message] = reply

    def pull(self, message_ids: Sequence[str]) -> list[tuple[str, bytes | None]]:
        came = [one for one in message_ids if one in self._replies]
        for one in came:
            self._open.pop(one, None)
        return [(one, self._replies.pop(one)) for one in came]

    def kinds(self, la: str) -> list[str]:
        """The kinds of the messages to an authority, in order."""
        return [request.kind for to, request in self.pushed if to == la]


@dataclass
class World:
    """A coordinator's home with the network of `support.protocol`, and simulated agents."""

    settings: Settings
    store: Store
    ledger: LedgerFile
    clock: Clock
    agents: dict[str, SimulatedAgent]
    fleet: SimulatedFleet
    receiver: Receiver
    dispatch: Dispatch

    def publish(self) -> None:
        publish(self.settings, self.store, self.ledger, protocol.sealed_study(), self.clock.now)

    def ask(self, hours: float = 1.0) -> str:
        """Ask the study's wave; the run's identifier."""
        question = Question("management-oversight", "wave-1", timedelta(hours=hours))
        made = ask(self.settings, self.store, self.ledger, SERVICE, question, self.clock.moment())
        return made.id

    def asks(self, run: str) -> dict[str, Ask]:
        return {one.la: one for one in self.store.asks(run)}

    def states(self, run: str) -> dict[str, str]:
        return {one.la: str(one.state) for one in self.store.asks(run)}

    def tick(self, times: int = 1, seconds: float = 1.0) -> None:
        for _ in range(times):
            self.dispatch.tick()
            self.clock.forward(seconds)

    def restart(self) -> None:
        """Another dispatcher: what the last one had in memory is gone."""
        self.dispatch = Dispatch(self.settings, self.store, self.receiver, self.fleet, self.clock)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the ledger's entries of a kind."""
        with self.ledger.locked() as book:
            return [one.entry.body for one in book.entries if one.entry.kind == kind]


def install_trust(folder: Path, network: protocol.Network | None = None) -> None:
    """Put a network's signed files where the coordinator keeps them."""
    bundle = (network or protocol.network()).bundle
    for part in ("root", "roles", "roster"):
        envelope = Envelope.from_bytes(getattr(bundle, part).encode())
        trust_files.install(folder, part, envelope)


def make_world(home: Path) -> Iterator[World]:
    """A world below a folder, to be used as a fixture's body."""
    home.mkdir(parents=True, exist_ok=True)
    settings = config.load(home)
    install_trust(settings.trust)
    clock = Clock()
    store = Store(settings.database)
    ledger = LedgerFile(settings.ledger, config.ORIGIN, SERVICE)
    agents = {la: SimulatedAgent(la, clock) for la in protocol.LAS}
    fleet = SimulatedFleet(agents)
    receiver = Receiver(store, ledger, SERVICE, clock.moment)
    dispatch = Dispatch(settings, store, receiver, fleet, clock)
    yield World(settings, store, ledger, clock, agents, fleet, receiver, dispatch)
    store.close()


def node_public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """A node's public key as enrolments and rosters hold it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return b64encode(key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def enrolment_request(
    token: str,
    *,
    signer: str = "agent of Kent",
    node: ec.EllipticCurvePrivateKey = NODE_KEY,
    envelope_token: str | None = None,
    **changes: Any,
) -> bytes:
    """The body of Kent's call to enrol, proven by both keys unless changed."""
    key = protocol.signing_key(signer)
    proven = token_digest(envelope_token or token)
    fields = {
        "la": protocol.KENT, "token_digest": proven, "signing_key": protocol.public_hex(key),
        "node_key": node_public_key(node),
        "node_signature": node.sign(proven.encode(), ec.ECDSA(hashes.SHA256())).hex(), **changes,
    }  # fmt: skip
    envelope = seal("enrolment", Enrolment(**fields), key)
    return EnrolmentRequest(token=token, envelope=envelope.raw.decode()).canonical()
