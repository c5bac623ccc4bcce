"""`oversight trust`: the root, the roles and the roster, made by people with their own keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oversight_coordinator.cli.common import (
    HomeOption,
    JsonOption,
    say,
    say_json,
    say_table,
    settings,
)

Cards = Annotated[list[Path], typer.Option(help="A public key card (.pub); may be repeated.")]
Keys = Annotated[list[Path], typer.Option(help="A private key (.key); may be repeated.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    trust = typer.Typer(no_args_is_help=True, help="Whose key may do what.")
    trust.command("root")(root)
    trust.command("roles")(roles)
    trust.command("roster")(roster)
    trust.command("show")(show)
    app.add_typer(trust, name="trust")


def root(member: Cards, key: Keys, home: HomeOption = None) -> None:
    """Make the root of trust from its members' cards, signed with at least two of their keys.

    Example: oversight trust root --member a.pub --member b.pub --member c.pub --key a.key
    --key b.key
    """
    from oversight_coordinator import keys, times, trust_files
    from oversight_protocol.errors import InputError

    chosen = settings(home)
    if (chosen.trust / "root.json").exists():
        raise InputError(
            "a root is here already",
            where=str(chosen.trust),
            advice="a root is replaced by enrolling every agent anew, not in passing",
        )
    cards, private = [keys.card(path) for path in member], [keys.private(path) for path in key]
    if len(cards) < 3:
        raise InputError("a root needs three members and the keys of two of them")
    envelope = trust_files.make_root(cards, private, times.now())
    trust_files.install(chosen.trust, "root", envelope)
    say(f"Made the root of trust. Digest: {envelope.digest}")


def roles(
    analyst: Cards, approver: Cards, registrar: Cards, key: Keys, home: HomeOption = None
) -> None:
    """Say who may author, approve and register; signed with two root keys. Expires after 90 days.

    Example: oversight trust roles --analyst an.pub --approver ap.pub --registrar re.pub
    --key a.key --key b.key
    """
    from oversight_coordinator import keys, times, trust_files
    from oversight_protocol.envelope import Envelope
    from oversight_protocol.trust import Roles

    chosen = settings(home)
    present = chosen.trust / "roles.json"
    version = 1
    if present.exists():
        version += Roles.parse(Envelope.from_bytes(present.read_bytes()).payload).version
    envelope = trust_files.make_roles(
        version=version, analysts=[keys.card(path) for path in analyst],
        approvers=[keys.card(path) for path in approver],
        registrars=[keys.card(path) for path in registrar],
        coordinator=[keys.card(chosen.service_key.with_suffix(".pub"))],
        keys=[keys.private(path) for path in key], now=times.now(),
    )  # fmt: skip
    trust_files.publish_roles(chosen.trust, envelope)
    say(f"Published roles, version {version}.")


def roster(
    key: Annotated[Path, typer.Option(help="A registrar's private key.")], home: HomeOption = None
) -> None:
    """Publish the roster anew (or an empty first one), signed by a registrar, for 90 days.

    Example: oversight trust roster --key registrar.key
    """
    from oversight_coordinator import keys, times, trust_files

    chosen = settings(home)
    version = trust_files.renew_roster(chosen.trust, keys.private(key), times.now())
    say(f"Published roster, version {version}.")


def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show who may do what, and until when.

    Example: oversight trust show --home kent
    """
    from oversight_coordinator import trust_files

    trust = trust_files.current(settings(home).trust)
    if as_json:
        say_json({"root": trust.root.model_dump(mode="json"),
                  "roles": trust.roles.model_dump(mode="json"),
                  "roster": trust.roster.model_dump(mode="json")})  # fmt: skip
        return
    lists = {"root": trust.root.keys, "analyst": trust.roles.analysts,
             "approver": trust.roles.approvers, "registrar": trust.roles.registrars,
             "coordinator": trust.roles.coordinator}  # fmt: skip
    say_table(
        ("ROLE", "HOLDER", "ORGANISATION", "KEY"),
        [(role, card.holder, card.organisation, card.key_id[:32])
         for role, cards in lists.items() for card in cards],
    )  # fmt: skip
    say(
        f"Roles version {trust.roles.version}, until {trust.roles.expires:%d %B %Y}; roster "
        f"version {trust.roster.version}, until {trust.roster.expires:%d %B %Y}."
    )
