"""`oversight-agent enrol`, `run`, `status` and `answer`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from oversight_agent.cli.common import (
    HomeOption,
    JsonOption,
    say,
    say_json,
    settings,
    time_for_people,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("enrol")(enrol)
    app.command("run")(run)
    app.command("status")(status)
    app.command("answer")(answer)


def enrol(
    invitation: Annotated[Path, typer.Argument(help="The invitation from Kent.")],
    fingerprint: Annotated[
        str | None,
        typer.Option(help="The invitation's fingerprint, as it came by another way than the file."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print this agent's fingerprint only.")
    ] = False,
) -> None:
    """Join the programme with an invitation.

    Example: oversight-agent enrol kent.invitation.json --fingerprint 1f2e-3d4c-…
    """
    from oversight_agent import enrolling

    chosen = settings(home)
    document = enrolling.read_invitation(invitation)
    given = fingerprint or typer.prompt("The fingerprint that Kent told you by telephone")
    ours = enrolling.enrol(chosen, document, given)
    if as_json:
        say_json({"la": chosen.la, "fingerprint": ours})
        return
    if quiet:
        say(ours)
        return
    say("Enrolled. Kent will ask you by telephone to read out this fingerprint:")
    say(f"  {ours}")
    say("After that, start the agent with 'oversight-agent run'.")


def run(home: HomeOption = None) -> None:
    """Serve until stopped: wait for questions, answer what policy allows.

    Example: oversight-agent run --home /var/lib/oversight-agent
    """
    from oversight_agent import logs, service

    chosen = settings(home)
    logs.to_stream()
    service.serve(chosen)


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how the agent stands.

    Example: oversight-agent status
    """
    from oversight_agent import records
    from oversight_agent.cli.ledger import read_ledger

    chosen = settings(home)
    try:
        connection = json.loads(chosen.path("state", "connection.json").read_bytes())
    except (OSError, ValueError):
        connection = {"state": "never started", "advice": "", "since": ""}
    book = read_ledger(chosen.home)
    shown = {
        "la": chosen.la, "name": chosen.name, "coordinator": chosen.coordinator_url or None,
        "connection": connection, "ledger_entries": len(book.entries),
        "unfinished": len(records.unfinished(book)),
        "held": len(records.all_held(book)),
        "answered": len(list(records.of_kind(book, "answered"))),
        "refused": len(list(records.of_kind(book, "refused"))),
    }  # fmt: skip
    if as_json:
        say_json(shown)
        return
    say(f"{chosen.name} ({chosen.la}), coordinator {chosen.coordinator_url or 'not enrolled yet'}")
    say(_connection_for_people(connection))
    say(
        f"Ledger: {shown['ledger_entries']} entries. Answered {shown['answered']}, refused "
        f"{shown['refused']}, waiting for a person {shown['held']}, under way "
        f"{shown['unfinished']}."
    )


def _connection_for_people(connection: dict[str, str]) -> str:
    since = f" since {time_for_people(connection['since'])}" if connection["since"] else ""
    advice = f" What to do: {connection['advice']}." if connection["advice"] else ""
    return f"Connection: {connection['state']}{since}.{advice}"


def answer(
    request: Annotated[Path, typer.Argument(help="A request's file (JSON).")],
    home: HomeOption = None,
) -> None:
    """Answer a request from a file as if it had come from the coordinator, and print the reply.

    For tests and for reviewers: the very code that serves the network runs, and what it decides is
    recorded. The exit status says how it ended: 0, 3 refused (also if every table is), 4 held.

    Example: oversight-agent answer request.json
    """
    from oversight_agent import files, service
    from oversight_protocol.errors import FAMILY_TEXT, Held

    raw = files.read(request, "the request", "name the request's file").strip()
    reply = service.answer_now(settings(home), raw)
    typer.echo(reply.canonical().decode())
    for one in service.refused_tables(reply):
        typer.echo(f"oversight-agent: table '{one.table}', {one.period}: refused ({one.family}).",
                   err=True)  # fmt: skip
    family = service.refused_family(reply)
    if family is not None:
        typer.echo(f"oversight-agent: refused ({family}). {FAMILY_TEXT[family]} The reason is in "
                   "the ledger ('oversight-agent release list').", err=True)  # fmt: skip
    if family is not None or service.releases_nothing(reply):
        raise typer.Exit(3)
    if reply.status == "held":
        raise Held("The release waits for a person ('oversight-agent release list').")
