"""`oversight-agent release`: what waits for a person, and what left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    from oversight_protocol.ledger import Records

WAITS = "waits for a person"
"""The state of a held release, as `records.release_states` says it."""
Ticket = Annotated[str, typer.Argument(help="The ticket's identifier, or its beginning.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    release = typer.Typer(no_args_is_help=True, help="Releases: what leaves, and who decides.")
    release.command("list")(list_releases)
    release.command("show")(show)
    release.command("approve")(approve)
    release.command("refuse")(refuse)
    app.add_typer(release, name="release")


def list_releases(
    held: Annotated[
        bool, typer.Option("--held", help="Only those that wait for a person.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the tickets only.")] = False,
) -> None:
    """List what was released, refused or waits for a decision.

    Example: oversight-agent release list --held
    """
    from oversight_agent import records
    from oversight_agent.cli.ledger import read_ledger

    rows = records.release_states(read_ledger(settings(home).home))
    rows = [row for row in rows if not held or row["state"] == WAITS]
    if as_json:
        say_json(rows)
    elif quiet:
        say("\n".join(row["ticket"] for row in rows))
    elif not rows:
        say("Nothing waits for a person." if held else "Nothing was asked of this agent yet.")
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

    book = read_ledger(settings(home).home)
    ticket = _whole(book, ticket)
    content, reasons = records.release_of(book, ticket)
    if as_json:
        say_json(content)
        return
    say(f"Release for ticket {ticket}, study {content['study'][:16]}, wave {content['wave']}")
    say(f"Status: {records.release_status(book, ticket)}.")
    for table in content["tables"]:
        say_table_answer(table, reasons.get(f"{table['table']} {table['period']}", ""))
    say(f"\n{what_markers_mean(content['tables'])}")


def _whole(book: Records, begun: str) -> str:
    """The one ticket that begins so; the text itself where there is none or it is a whole one."""
    from oversight_agent import records
    from oversight_protocol.errors import InputError

    tickets = {row["ticket"] for row in records.release_states(book)}
    found = [one for one in tickets if begun and one.startswith(begun)]
    if begun in tickets or not found:
        return begun
    if len(found) > 1:
        raise InputError(
            f"several tickets begin with '{begun}'", advice="see 'oversight-agent release list'"
        )
    return found[0]


def _waiting(book: Records, begun: str) -> str:
    """The one ticket that begins so and whose release waits for a person.

    Raises:
        InputError: there is none.
    """
    from oversight_agent import records
    from oversight_protocol.errors import InputError

    ticket = _whole(book, begun)
    records.release_of(book, ticket)
    states = {row["ticket"]: row["state"] for row in records.release_states(book)}
    if states[ticket] != WAITS:
        raise InputError(
            f"the release for ticket '{ticket}' does not wait for a person",
            found=records.release_status(book, ticket),
            advice="what was decided stays decided; see 'oversight-agent release list --held'",
        )
    return ticket


def say_table_answer(table: dict[str, Any], reason: str = "") -> None:
    """A base table in one period, as it leaves; and its reason here, which does not."""
    known_here = f", here known as {reason}" if reason else ""
    family = f" ({table['family']}{known_here})" if table["family"] else ""
    say(f"\n{table['table']}, {table['period']}: {table['status']}{family}")
    if table["rows"]:
        first = table["rows"][0]
        outcomes = [cell["outcome"] for cell in first["cells"]]
        sums = [f"sum of {cell['outcome']}" for cell in first.get("sums", ())]
        merged = {cell["outcome"]: None for row in table["rows"] for cell in row.get("merged", ())}
        say_table(("", *outcomes, "all", *sums, *(f"together: {code}" for code in merged)), [
            (f"{row['dimension']} {row['category']}".strip() or "whole authority",
             *(_shown(cell) for cell in (*row["cells"], row["total"], *row.get("sums", ()))),
             *_merged(row, merged))
            for row in table["rows"]
        ])  # fmt: skip


def _merged(row: dict[str, Any], codes: Iterable[str]) -> list[str]:
    """What hidden outcomes are together; empty where the row does not say so."""
    found = {cell["outcome"]: _shown(cell) for cell in row.get("merged", ())}
    return [found.get(code, "") for code in codes]


def what_markers_mean(tables: Iterable[dict[str, Any]]) -> str:
    """What stands in tables in the place of a figure, in words."""
    from oversight_protocol.release import HIGH, LOW

    found = {cell["marker"] for one in tables for row in one["rows"] for cell in row["cells"]}
    said = "Counts are rounded. [c] is confidential: suppressed to protect people."
    if found & {LOW, HIGH}:
        said += (
            f" So are {LOW} and {HIGH}; the figure, or the rest of its row, is below the number"
            " that the study's or your own rules set for these markers (low_high_below)."
        )
    return said


def _shown(cell: dict[str, Any]) -> str:
    return str(cell["marker"] or f"{cell['value']:,}")


def approve(ticket: Ticket, home: HomeOption = None) -> None:
    """Let a held release leave.

    Example: oversight-agent release approve t0123…
    """
    from oversight_agent import service
    from oversight_agent.cli.ledger import read_ledger

    chosen = settings(home)
    ticket = _waiting(read_ledger(chosen.home), ticket)
    service.make_deciding(chosen).decide_held(ticket, person(), release=True)
    say(f"Approved. The release for {ticket} leaves when Kent next asks.")


def refuse(ticket: Ticket, home: HomeOption = None) -> None:
    """Refuse a held release; Kent learns only that policy did not allow it.

    Example: oversight-agent release refuse t0123…
    """
    from oversight_agent import service
    from oversight_agent.cli.ledger import read_ledger

    chosen = settings(home)
    ticket = _waiting(read_ledger(chosen.home), ticket)
    service.make_deciding(chosen).decide_held(ticket, person(), release=False)
    say(f"Refused. Nothing leaves for {ticket}.")
