"""`oversight-agent init`, `enrol`, `run`, `status` and `answer`."""

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

_POLICY = """\
# What this authority allows. See 'oversight-agent study list' and 'oversight-agent release list'.

[studies]
# Studies that are accepted as soon as they come validly signed; others wait for a person.
accept = []

[tables]
# Base tables that are never answered, whichever study asks.
block = []

[release]
# "hold": a person approves each release. "automatic": what keeps all rules leaves by itself.
mode = "hold"

[rules]
# Any rule may be tightened, none loosened below its floor.
# minimum_persons = 15
"""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init")(init)
    app.command("enrol")(enrol)
    app.command("run")(run)
    app.command("status")(status)
    app.command("answer")(answer)


def init(
    home: Annotated[Path, typer.Argument(help="The folder to make.")],
    la: Annotated[str, typer.Option(help="The authority's ONS code.")],
    name: Annotated[str, typer.Option(help="The authority's name.")],
    data: Annotated[
        Path | None, typer.Option(help="The folder of the source files (else HOME/data).")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping file to copy into the folder.")
    ] = None,
) -> None:
    """Make an agent's folder: settings, policy, keys.

    Example: oversight-agent init /var/lib/oversight-agent --la E10000016 --name Kent
    """
    from oversight_agent import config, files, keys
    from oversight_protocol.errors import InputError

    if (home / "agent.toml").exists():
        raise InputError(
            "an agent is here already",
            where=str(home),
            advice="choose another folder; nothing was changed",
        )
    lines = [f"la = {json.dumps(la)}", f"name = {json.dumps(name, ensure_ascii=False)}"]
    if data is not None:
        lines.append(f"data = {json.dumps(str(data.resolve()), ensure_ascii=False)}")
    home.mkdir(parents=True, exist_ok=True)
    files.write(home / "agent.toml", ("\n".join(lines) + "\n").encode())
    try:
        config.load(home)
    except InputError:
        (home / "agent.toml").unlink()
        raise
    home.chmod(0o700)
    files.write(home / "policy.toml", _POLICY.encode())
    if mapping is not None:
        content = files.read(mapping, "the mapping", "name the mapping's file")
        files.write(home / "mapping.toml", content)
    (home / "data").mkdir(exist_ok=True)
    keys.make(home)
    say(f"Made the agent's folder {home}.")
    say("Next:")
    if mapping is None:
        say("  write mapping.toml there: how your columns become the specification")
    say("  oversight-agent check    whether your sources give its tables")
    say("  policy.toml              read what may leave, and change it")
    say("  oversight-agent enrol    join the programme with Kent's invitation")


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
