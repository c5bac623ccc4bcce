"""`oversight-agent release`: what waits for a person, and what left."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from oversight_agent.cli.common import (
    HomeOption,
    JsonOption,
    person,
    say,
    say_json,
    say_table,
    settings,
)

Ticket = Annotated[str, typer.Argument(help="The ticket's identifier.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    release = typer.Typer(no_args_is_help=True, help="Releases: what leaves, and who decides.")
    release.command("list")(list_releases)
    release.command("show")(show)
    release.command("approve")(approve)
    release.command("refuse")(refuse)
    app.add_typer(release, name="release")


def list_releases(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List what was released, refused or waits for a decision.

    Example: oversight-agent release list
    """
    from oversight_agent import records
    from oversight_agent.cli.ledger import read_ledger

    rows = records.release_states(read_ledger(settings(home).home))
    if as_json:
        say_json(rows)
    elif not rows:
        say("Nothing was asked of this agent yet.")
    else:
        say_table(
            ("TICKET", "STATE", "TIME"),
            [(row["ticket"], row["state"], row["time"]) for row in rows],
        )


def show(ticket: Ticket, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show exactly what leaves, or would leave, with a release.

    Example: oversight-agent release show t0123…
    """
    from oversight_agent import records
    from oversight_agent.cli.ledger import read_ledger

    content, reasons = records.release_of(read_ledger(settings(home).home), ticket)
    if as_json:
        say_json(content)
        return
    say(f"Release for ticket {ticket}, study {content['study'][:16]}, wave {content['wave']}")
    for table in content["tables"]:
        say_table_answer(table, reasons.get(f"{table['table']} {table['period']}", ""))
    say("\nCounts are rounded. [c] is confidential: suppressed to protect people.")


def say_table_answer(table: dict[str, Any], reason: str = "") -> None:
    """A base table in one period, as it leaves; and its reason here, which does not."""
    known_here = f", here known as {reason}" if reason else ""
    family = f" ({table['family']}{known_here})" if table["family"] else ""
    say(f"\n{table['table']}, {table['period']}: {table['status']}{family}")
    if table["rows"]:
        outcomes = [cell["outcome"] for cell in table["rows"][0]["cells"]]
        say_table(("", *outcomes, "all"), [
            (f"{row['dimension']} {row['category']}".strip() or "whole authority",
             *(_shown(cell) for cell in (*row["cells"], row["total"])))
            for row in table["rows"]
        ])  # fmt: skip


def _shown(cell: dict[str, Any]) -> str:
    return str(cell["marker"] or f"{cell['value']:,}")


def approve(ticket: Ticket, home: HomeOption = None) -> None:
    """Let a held release leave.

    Example: oversight-agent release approve t0123…
    """
    from oversight_agent import service

    service.make_deciding(settings(home)).decide_held(ticket, person(), release=True)
    say(f"Approved. The release for {ticket} leaves when Kent next asks.")


def refuse(ticket: Ticket, home: HomeOption = None) -> None:
    """Refuse a held release; Kent learns only that policy did not allow it.

    Example: oversight-agent release refuse t0123…
    """
    from oversight_agent import service

    service.make_deciding(settings(home)).decide_held(ticket, person(), release=False)
    say(f"Refused. Nothing leaves for {ticket}.")
