"""Whose key may do what.

    root (two of three offline keys, pinned at enrolment)
     ├─ roles   analysts, approvers, registrars, the coordinator's service key
     └─ roster  the agents: signed by a registrar, who is outside Kent

Rules kept here:

1. The root in use is the one pinned at enrolment; its digest is compared, never replaced in
   passing. Its threshold is of different people.
2. Roles are signed by the root's threshold, a roster by a registrar whom the roles name.
3. Neither goes back: an older version than one already seen is refused; so is other content under
   the same version.
4. Root, roles and roster expire. An expired one answers nothing.
5. A study needs an analyst and an approver, and these are two people with two keys. Names are
   compared without regard to case, white space and Unicode form.
6. The coordinator's service key holds no other role: it may ask, never author, approve or register.
7. An authority has at most one active agent, and no two agents share a signing key; a revoked key
   stays on the roster so that it cannot come back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from oversight_protocol.envelope import (
    Envelope,
    Kind,
    is_usable_key,
    key_id,
    public_key_from_hex,
)
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.model import Digest, Document, Instant, LaCode, Text
from oversight_protocol.study import Study


def _is_usable(key: str) -> str:
    if not is_usable_key(bytes.fromhex(key)):
        raise ValueError("these digits are no usable public key")
    return key


RawKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), AfterValidator(_is_usable)]
"""An Ed25519 public key: 32 raw bytes in hexadecimal."""


class Holder(Document):
    """A key and the person or service that holds it."""

    key: RawKey
    holder: Text
    organisation: Text

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The key for verification."""
        return public_key_from_hex(self.key)

    @property
    def key_id(self) -> str:
        """The key's identifier."""
        return key_id(self.public_key)

    @property
    def person(self) -> str:
        """The holder's name in the one form in which names are compared."""
        return " ".join(unicodedata.normalize("NFKC", self.holder).casefold().split())


class Root(Document):
    """The offline keys that everything else hangs from."""

    type: Literal["root"] = "root"
    version: int = Field(ge=1)
    expires: Instant
    threshold: int = Field(ge=2)
    keys: tuple[Holder, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _threshold_can_be_met(self) -> Self:
        keys = {holder.key for holder in self.keys}
        people = {holder.person for holder in self.keys}
        if min(len(keys), len(people)) < max(self.threshold, len(self.keys)):
            raise ValueError("the root's keys are too few for its threshold, or share a holder")
        return self


class Roles(Document):
    """Who may author, approve, register agents and speak for the coordinator."""

    type: Literal["roles"] = "roles"
    version: int = Field(ge=1)
    expires: Instant
    analysts: tuple[Holder, ...] = Field(min_length=1)
    approvers: tuple[Holder, ...] = Field(min_length=1)
    registrars: tuple[Holder, ...] = Field(min_length=1)
    coordinator: tuple[Holder, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _coordinator_only_asks(self) -> Self:
        people = (*self.analysts, *self.approvers, *self.registrars)
        if {holder.key for holder in self.coordinator} & {holder.key for holder in people}:
            raise ValueError("the coordinator's service key holds another role")
        return self


class Agent(Document):
    """An authority's agent: its signing key and its node key (P-384, for Flower)."""

    la: LaCode
    name: Text
    signing_key: RawKey
    node_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=]{1,400}$")]
    status: Literal["active", "revoked"] = "active"

    @property
    def key_id(self) -> str:
        """The signing key's identifier."""
        return key_id(public_key_from_hex(self.signing_key))


class Roster(Document):
    """The agents of the network."""

    type: Literal["roster"] = "roster"
    version: int = Field(ge=1)
    expires: Instant
    agents: tuple[Agent, ...] = ()

    @model_validator(mode="after")
    def _has_one_agent_each(self) -> Self:
        active = [agent.la for agent in self.agents if agent.status == "active"]
        keys = [agent.signing_key for agent in self.agents]
        if len(set(active)) != len(active) or len(set(keys)) != len(keys):
            raise ValueError("two agents share an authority or a signing key")
        return self


class TrustBundle(Document):
    """The three signed files together, as they travel; each a DSSE envelope in JSON."""

    root: str
    roles: str
    roster: str


@dataclass(frozen=True)
class Trust:
    """Verified files. Only `establish` makes one.

    `digests` are those of the payloads of root, roles and roster, for `establish` to hold the next
    against.
    """

    root: Root
    roles: Roles
    roster: Roster
    digests: tuple[Digest, Digest, Digest]

    def check_time(self, now: datetime) -> None:
        """Check that nothing has expired.

        Raises:
            Refused: `trust-expired`.
        """
        if now >= min(self.root.expires, self.roles.expires, self.roster.expires):
            raise Refused(Reason.TRUST_EXPIRED)

    def check_study(self, envelope: Envelope) -> Study:
        """The study in an envelope that an analyst and an approver signed.

        Raises:
            Refused: `malformed` or `study-signatures`.
        """
        study = Study.parse(envelope.open("study"))
        analysts = _signing(envelope, self.roles.analysts)
        approvers = _signing(envelope, self.roles.approvers)
        pairs = ((one, two) for one in analysts for two in approvers)
        if not any(one.key != two.key and one.person != two.person for one, two in pairs):
            raise Refused(Reason.STUDY_SIGNATURES)
        return study

    def check_coordinator(self, envelope: Envelope, kind: Kind) -> bytes:
        """The payload of an envelope that the coordinator's service signed.

        Raises:
            Refused: `malformed` or `signature`.
        """
        payload = envelope.open(kind)
        if not _signing(envelope, self.roles.coordinator):
            raise Refused(Reason.SIGNATURE, kind)
        return payload

    def agent(self, la: str) -> Agent:
        """The roster's active agent for an authority.

        Raises:
            Refused: `key-unknown` or `key-revoked`.
        """
        agents = [agent for agent in self.roster.agents if agent.la == la]
        for agent in agents:
            if agent.status == "active":
                return agent
        raise Refused(Reason.KEY_REVOKED if agents else Reason.KEY_UNKNOWN, la)

    def check_agent(self, envelope: Envelope, kind: Kind, la: str) -> bytes:
        """The payload of an envelope that an authority's agent signed.

        Raises:
            Refused: `malformed`, `key-unknown`, `key-revoked` or `signature`.
        """
        payload = envelope.open(kind)
        key = public_key_from_hex(self.agent(la).signing_key)
        if not envelope.signers([key]):
            raise Refused(Reason.SIGNATURE, la)
        return payload


def establish(bundle: TrustBundle, root_digest: str, seen: Trust | None) -> Trust:
    """Verify a bundle against the pinned root and against what was seen before.

    Raises:
        Refused: `trust`, `malformed` or `rollback`.
    """
    root_file, roles_file, roster_file = (
        Envelope.from_bytes(text.encode(errors="surrogatepass"))
        for text in (bundle.root, bundle.roles, bundle.roster)
    )
    # 1. The root is the pinned one and its own threshold signed it.
    if root_file.digest != root_digest:
        raise Refused(Reason.TRUST, "root")
    root = Root.parse(root_file.open("root"))
    _require(root_file, root.keys, root.threshold, "root")
    # 2. The root's threshold signed the roles.
    roles = Roles.parse(roles_file.open("roles"))
    _require(roles_file, root.keys, root.threshold, "roles")
    # 3. A registrar signed the roster.
    roster = Roster.parse(roster_file.open("roster"))
    _require(roster_file, roles.registrars, 1, "roster")
    # 4. Nothing goes back.
    trust = Trust(root, roles, roster, (root_file.digest, roles_file.digest, roster_file.digest))
    if seen is not None:
        _forward(roles.version, trust.digests[1], seen.roles.version, seen.digests[1])
        _forward(roster.version, trust.digests[2], seen.roster.version, seen.digests[2])
    return trust


def _signing(envelope: Envelope, holders: Iterable[Holder]) -> list[Holder]:
    holders = list(holders)
    valid = envelope.signers(holder.public_key for holder in holders)
    return [holder for holder in holders if holder.key_id in valid]


def _require(envelope: Envelope, holders: tuple[Holder, ...], threshold: int, what: str) -> None:
    if len({holder.key_id for holder in _signing(envelope, holders)}) < threshold:
        raise Refused(Reason.TRUST, what)


def _forward(version: int, digest: str, seen: int, seen_digest: str) -> None:
    if version < seen or (version == seen and digest != seen_digest):
        raise Refused(Reason.ROLLBACK)
