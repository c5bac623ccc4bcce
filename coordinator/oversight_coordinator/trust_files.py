"""The signed files of trust in the coordinator's home, and their making.

Root and roles are made offline, by people of several organisations; the coordinator only keeps
them. A roster is signed by a registrar outside Kent. The service key that runs here can sign none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from oversight_coordinator import files
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import InputError
from oversight_protocol.trust import (
    Agent,
    Holder,
    Roles,
    Root,
    Roster,
    Trust,
    TrustBundle,
    establish,
)

ROLES_VALIDITY = timedelta(days=90)
"""Roles and roster expire after this; then agents hold, until renewed files are published."""
ROOT_VALIDITY = timedelta(days=3650)

_Made = TypeVar("_Made")
_PARTS = ("root", "roles", "roster")


def make_root(
    holders: Sequence[Holder], keys: Sequence[Ed25519PrivateKey], now: datetime
) -> Envelope:
    """A first root of these keys, two of which must sign it and the roles below it.

    Raises:
        InputError: the holders are too few or not different people, or the keys are not theirs.
    """
    root = _checked(lambda: Root(
        version=1, expires=_second(now) + ROOT_VALIDITY, threshold=2, keys=tuple(holders)
    ))  # fmt: skip
    envelope = seal("root", root, *keys)
    _require_members(envelope, root)
    return envelope


def make_roles(
    *, version: int, analysts: Sequence[Holder], approvers: Sequence[Holder],
    registrars: Sequence[Holder], coordinator: Sequence[Holder],
    keys: Sequence[Ed25519PrivateKey], now: datetime,
) -> Envelope:  # fmt: skip
    """Who may do what, signed with root keys.

    Raises:
        InputError: a role is missing, or the coordinator's service holds another role.
    """
    roles = _checked(lambda: Roles(
        version=version, expires=_second(now) + ROLES_VALIDITY, analysts=tuple(analysts),
        approvers=tuple(approvers), registrars=tuple(registrars), coordinator=tuple(coordinator),
    ))  # fmt: skip
    return seal("roles", roles, *keys)


def make_roster(
    version: int, agents: Sequence[Agent], key: Ed25519PrivateKey, now: datetime
) -> Envelope:
    """The agents of the network, signed by a registrar."""
    ordered = tuple(sorted(agents, key=lambda agent: agent.la))
    roster = Roster(version=version, expires=_second(now) + ROLES_VALIDITY, agents=ordered)
    return seal("roster", roster, key)


def install(folder: Path, part: str, envelope: Envelope) -> None:
    """Put one of the files in place."""
    files.write(folder / f"{part}.json", envelope.raw)


def publish_roles(folder: Path, envelope: Envelope) -> None:
    """Put new roles in place.

    Raises:
        InputError: the root is missing, its keys did not sign, or the present roster's registrar
            is left out, which would leave nobody to publish the next roster.
    """
    root = Root.parse(_part(folder, "root").payload)
    _require_members(envelope, root)
    _require_two_people(Roles.parse(envelope.open("roles")))
    if (folder / "roster.json").exists():
        roles, roster = Roles.parse(envelope.open("roles")), _part(folder, "roster")
        if not roster.signers(one.public_key for one in roles.registrars):
            raise InputError(
                "these roles leave out the registrar who signed the present roster",
                advice="name both registrars, have the new one publish the roster "
                "('oversight trust roster'), then leave the old one out",
            )
    install(folder, "roles", envelope)


def _require_two_people(roles: Roles) -> None:
    pairs = ((one, two) for one in roles.analysts for two in roles.approvers)
    if not any(one.key != two.key and one.person != two.person for one, two in pairs):
        raise InputError(
            "with these roles nobody could publish a study: its analyst and its approver must be "
            "two people with two keys",
            advice="name an approver who is no analyst",
        )


def bundle(folder: Path) -> TrustBundle:
    """The files as they travel.

    Raises:
        InputError: one is missing.
    """
    return TrustBundle(**{part: _content(folder, part).decode() for part in _PARTS})


def current(folder: Path) -> Trust:
    """The files, verified from their own root.

    Raises:
        InputError: one is missing.
        Refused: one does not verify.
    """
    parts = bundle(folder)
    return establish(parts, Envelope.from_bytes(parts.root.encode()).digest, None)


def root_envelope(folder: Path) -> Envelope:
    """The root file.

    Raises:
        InputError: it is missing.
    """
    return _part(folder, "root")


def add_agent(folder: Path, agent: Agent, key: Ed25519PrivateKey, now: datetime) -> Roster:
    """Publish a roster with this agent; an earlier one of its authority is then revoked.

    A revoked key stays on the roster: it can never come back.

    Raises:
        InputError: the agent's signing key is on the roster for another, or was revoked.
    """
    others = [one for one in current(folder).roster.agents if one != agent]
    if any(one.signing_key == agent.signing_key for one in others):
        raise InputError(
            "this agent's key was revoked, or is another authority's",
            where=agent.la,
            advice="have the agent set up anew, so that it makes new keys, and invite it again",
        )
    kept = [_revoked(one) if one.la == agent.la else one for one in others]
    return _change(folder, key, now, [*kept, agent])


def revoke_agent(folder: Path, la: str, key: Ed25519PrivateKey, now: datetime) -> Roster:
    """Publish a roster in which an authority's agent is revoked.

    Raises:
        InputError: it is not on the roster.
    """
    agents = current(folder).roster.agents
    if all(agent.la != la for agent in agents):
        raise InputError(f"no agent of {la} is on the roster", advice="see 'oversight agents list'")
    return _change(folder, key, now, [_revoked(one) if one.la == la else one for one in agents])


def renew_roster(folder: Path, key: Ed25519PrivateKey, now: datetime) -> int:
    """Publish the roster anew, or an empty first one; its version.

    Raises:
        InputError: root or roles are missing.
        Refused: the key is no registrar's.
    """
    if (folder / "roster.json").exists():
        return _change(folder, key, now, current(folder).roster.agents).version
    envelope = make_roster(1, [], key, now)
    parts = {part: _content(folder, part).decode() for part in ("root", "roles")}
    candidate = TrustBundle(**parts, roster=envelope.raw.decode())
    establish(candidate, Envelope.from_bytes(parts["root"].encode()).digest, None)
    install(folder, "roster", envelope)
    return 1


def _change(folder: Path, key: Ed25519PrivateKey, now: datetime, agents: Sequence[Agent]) -> Roster:
    trust = current(folder)
    envelope = make_roster(trust.roster.version + 1, agents, key, now)
    candidate = bundle(folder).model_copy(update={"roster": envelope.raw.decode()})
    # Whoever signs must be a registrar: a roster that would not verify is not put in place.
    trust = establish(candidate, trust.digests[0], trust)
    install(folder, "roster", envelope)
    return trust.roster


def _content(folder: Path, part: str) -> bytes:
    return files.read(
        folder / f"{part}.json", f"the {part} file", f"make it with 'oversight trust {part}'"
    )


def _part(folder: Path, part: str) -> Envelope:
    return Envelope.from_bytes(_content(folder, part))


def _revoked(agent: Agent) -> Agent:
    return agent.model_copy(update={"status": "revoked"})


def _require_members(envelope: Envelope, root: Root) -> None:
    if len(envelope.signers(holder.public_key for holder in root.keys)) < root.threshold:
        raise InputError(
            f"the keys of {root.threshold} members of the root must sign",
            advice="give the private keys of two different members",
        )


def _checked(make: Callable[[], _Made]) -> _Made:
    """Make a document of what people gave; what they gave wrong is theirs to know.

    Raises:
        InputError: it contradicts itself.
    """
    try:
        return make()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InputError(first["msg"].removeprefix("Value error, ")) from None


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
