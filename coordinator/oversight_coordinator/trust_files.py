"""The signed files of trust in the coordinator's home, and their making.

Root and roles are made offline, by people of several organisations; the coordinator only keeps them.
A roster is signed by a registrar outside Kent. The service key that runs here can sign none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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

_PARTS = ("root", "roles", "roster")


def make_root(
    holders: Sequence[Holder], keys: Sequence[Ed25519PrivateKey], now: datetime
) -> Envelope:
    """A first root of these keys, two of which must sign everything below it."""
    root = Root(version=1, expires=_second(now) + ROOT_VALIDITY, threshold=2, keys=tuple(holders))
    return seal("root", root, *keys)


def make_roles(
    *, version: int, analysts: Sequence[Holder], approvers: Sequence[Holder],
    registrars: Sequence[Holder], coordinator: Sequence[Holder],
    keys: Sequence[Ed25519PrivateKey], now: datetime,
) -> Envelope:  # fmt: skip
    """Who may do what, signed with root keys."""
    roles = Roles(
        version=version, expires=_second(now) + ROLES_VALIDITY, analysts=tuple(analysts),
        approvers=tuple(approvers), registrars=tuple(registrars), coordinator=tuple(coordinator),
    )  # fmt: skip
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


def bundle(folder: Path) -> TrustBundle:
    """The files as they travel.

    Raises:
        InputError: one is missing.
    """
    advice = "make the programme's files of trust with 'oversight init' or 'oversight trust'"
    return TrustBundle(
        **{
            part: files.read(folder / f"{part}.json", f"the {part} file", advice).decode()
            for part in _PARTS
        }
    )


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
    return Envelope.from_bytes(bundle(folder).root.encode())


def add_agent(folder: Path, agent: Agent, key: Ed25519PrivateKey, now: datetime) -> Roster:
    """Publish a roster with this agent in place of any earlier one of its authority."""
    return _change(
        folder,
        key,
        now,
        lambda agents: [
            *(one for one in agents if one.la != agent.la),
            agent,
        ],
    )


def revoke_agent(folder: Path, la: str, key: Ed25519PrivateKey, now: datetime) -> Roster:
    """Publish a roster in which an authority's agent is revoked.

    Raises:
        InputError: it is not on the roster.
    """
    if all(agent.la != la for agent in current(folder).roster.agents):
        raise InputError(f"no agent of {la} is on the roster", advice="see 'oversight agents list'")
    return _change(
        folder,
        key,
        now,
        lambda agents: [
            one.model_copy(update={"status": "revoked"}) if one.la == la else one for one in agents
        ],
    )


def renew_roster(folder: Path, key: Ed25519PrivateKey, now: datetime) -> int:
    """Publish the roster anew, or an empty first one; its version.

    Raises:
        InputError: root or roles are missing.
        Refused: the key is no registrar's.
    """
    if (folder / "roster.json").exists():
        return _change(folder, key, now, list).version
    envelope = make_roster(1, [], key, now)
    parts = {
        part: files.read(folder / f"{part}.json", f"the {part} file", "make it first").decode()
        for part in ("root", "roles")
    }
    candidate = TrustBundle(**parts, roster=envelope.raw.decode())
    establish(candidate, Envelope.from_bytes(parts["root"].encode()).digest, None)
    install(folder, "roster", envelope)
    return 1


def _change(
    folder: Path, key: Ed25519PrivateKey, now: datetime,
    change: Callable[[Sequence[Agent]], list[Agent]],
) -> Roster:  # fmt: skip
    trust = current(folder)
    envelope = make_roster(trust.roster.version + 1, change(trust.roster.agents), key, now)
    candidate = bundle(folder).model_copy(update={"roster": envelope.raw.decode()})
    # Whoever signs must be a registrar: a roster that would not verify is not put in place.
    trust = establish(candidate, trust.digests[0], trust)
    install(folder, "roster", envelope)
    return trust.roster


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
