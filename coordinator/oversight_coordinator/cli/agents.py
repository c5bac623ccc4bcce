"""`oversight agents`: inviting authorities, approving and revoking their agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oversight_coordinator.cli.common import (
    HomeOption,
    JsonOption,
    find_authority,
    ledger,
    say,
    say_json,
    say_table,
    settings,
    store,
)

La = Annotated[str, typer.Argument(help="The authority: ONS code or name.")]
RegistrarKey = Annotated[Path, typer.Option(help="A registrar's private key.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    agents = typer.Typer(no_args_is_help=True, help="The authorities' agents.")
    agents.command("invite")(invite)
    agents.command("approve")(approve)
    agents.command("list")(list_agents)
    agents.command("revoke")(revoke)
    app.add_typer(agents, name="agents")


def invite(
    la: La,
    out: Annotated[Path | None, typer.Option(help="Where to write the invitation.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the fingerprint only.")] = False,
) -> None:
    """Make an invitation: a one-time token for one authority, valid for 24 hours.

    Example: oversight agents invite kent --out kent.invitation.json
    """
    from oversight_coordinator import enrolment, files, times
    from oversight_protocol.errors import InputError

    chosen, authority = settings(home), find_authority(la)
    path = out or Path(f"{authority.slug}.invitation.json")
    if path.exists():
        raise InputError(
            "there is a file of this name",
            where=str(path),
            advice="name another with --out; an invitation is never overwritten",
        )
    files.require_folder_of(path)
    kept = store(chosen)
    ended = [one for one in kept.enrolments()
             if one.la == authority.code and one.state in ("invited", "pending")]  # fmt: skip
    invitation = enrolment.invite(chosen, kept, authority, times.now())
    files.write(path, invitation.canonical() + b"\n", private=True)
    with ledger(chosen).locked() as book:
        book.append("agent-invited", {"la": authority.code})
    if as_json:
        say_json({
            "la": authority.code, "file": str(path), "fingerprint": invitation.fingerprint,
            "expires": f"{invitation.expires:%Y-%m-%dT%H:%M:%SZ}",
        })  # fmt: skip
        return
    if quiet:
        say(invitation.fingerprint)
        return
    for one in ended:
        what = "an enrolment that waited for approval" if one.state == "pending" else "one not used"
        say(f"This ends an earlier invitation ({what}).")
    until = f"{invitation.expires:%H:%M UTC on %d %B}"
    say(f"Invitation for {authority.name}: {path} (valid until {until}).")
    say(f"Fingerprint: {invitation.fingerprint}")
    say("Send the file, and tell the fingerprint by another way (telephone).")
    say(f"When they have enrolled: oversight agents approve {authority.slug} --fingerprint …")


def approve(
    la: La,
    key: RegistrarKey,
    fingerprint: Annotated[str, typer.Option(help="As the authority read it out.")],
    home: HomeOption = None,
) -> None:
    """Put a pending agent on the roster, after its fingerprint was read out by telephone.

    Example: oversight agents approve kent --fingerprint 1f2e-… --key registrar.key
    """
    from oversight_coordinator import enrolment, keys, times

    chosen, authority = settings(home), find_authority(la)
    agent = enrolment.approve(
        chosen.trust, store(chosen), authority.code, fingerprint, keys.private(key), times.now()
    )
    with ledger(chosen).locked() as book:
        book.append("agent-approved", {"la": agent.la, "signing_key": agent.signing_key})
    say(f"{authority.name} is on the roster. Its agent can be started.")


def list_agents(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List invitations and agents.

    Example: oversight agents list
    """
    from oversight_coordinator import trust_files
    from oversight_protocol.enrolment import agent_fingerprint

    chosen = settings(home)
    on_roster = {
        agent.signing_key: agent.status for agent in trust_files.current(chosen.trust).roster.agents
    }
    rows = []
    for row in store(chosen).enrolments():
        shown = ""
        if row.signing_key and row.node_key:
            shown = agent_fingerprint(row.signing_key, row.node_key)
        # Only a key that was approved is on the roster, whatever became of its invitation since.
        state = on_roster.get(row.signing_key or "", row.state)
        rows.append({"la": row.la, "name": row.name, "state": state, "fingerprint": shown})
    if as_json:
        say_json(rows)
    elif not rows:
        say("Nobody was invited yet. See 'oversight agents invite'.")
    else:
        say_table(("LA", "NAME", "STATE", "FINGERPRINT"), [tuple(row.values()) for row in rows])


def revoke(la: La, key: RegistrarKey, home: HomeOption = None) -> None:
    """Revoke an authority's agent: its answers are no longer believed.

    Example: oversight agents revoke kent --key registrar.key
    """
    from oversight_coordinator import keys, times, trust_files

    chosen, authority = settings(home), find_authority(la)
    trust_files.revoke_agent(chosen.trust, authority.code, keys.private(key), times.now())
    with ledger(chosen).locked() as book:
        book.append("agent-revoked", {"la": authority.code})
    say(f"{authority.name}'s agent is revoked.")
