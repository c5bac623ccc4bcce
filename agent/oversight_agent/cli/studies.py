"""`oversight-agent study`: reading, accepting and withdrawing from studies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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

StudyArgument = Annotated[
    str, typer.Argument(help="A study's name, or the beginning of its digest.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    study = typer.Typer(no_args_is_help=True, help="Studies: what may be asked.")
    study.command("list")(list_studies)
    study.command("show")(show)
    study.command("accept")(accept)
    study.command("withdraw")(withdraw)
    app.add_typer(study, name="study")


def list_studies(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the studies that were offered, and how they stand.

    Example: oversight-agent study list
    """
    from oversight_agent.cli.ledger import read_ledger
    from oversight_agent.studies import Shelf

    chosen = settings(home)
    rows = Shelf(chosen).listed(read_ledger(chosen.home))
    if as_json:
        say_json(rows)
    elif not rows:
        say("No study was offered to this agent yet.")
    else:
        say_table(
            ("NAME", "VERSION", "STATE", "DIGEST"),
            [(row["name"], row["version"], row["state"], row["digest"]) for row in rows],
        )


def show(
    study: Annotated[str, typer.Argument(help="A study's name, digest or file.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a study asks: purpose, tables with their SQL, measures.

    Example: oversight-agent study show management-oversight-2026
    """
    from oversight_agent.studies import Shelf, describe, read_file
    from oversight_protocol.study import Study

    envelope = (
        read_file(Path(study)) if Path(study).is_file() else (Shelf(settings(home)).find(study))
    )
    parsed = Study.parse(envelope.open("study"))
    if as_json:
        say_json(parsed.model_dump(mode="json"))
    else:
        say(describe(parsed, envelope))


def accept(
    study: Annotated[str, typer.Argument(help="A study's name, digest or file.")],
    home: HomeOption = None,
) -> None:
    """Accept a study: its tables may be asked from now on.

    The signatures of its analyst and its approver are checked first. Exit status 3 and a reason if
    they do not hold, or if the study has expired.

    Example: oversight-agent study accept management-oversight-2026
    """
    from oversight_agent import service

    chosen = settings(home)
    name = service.make_deciding(chosen).accept_study(study, person())
    say(f"Accepted '{name}'.")


def withdraw(study: StudyArgument, home: HomeOption = None) -> None:
    """Withdraw from a study: nothing more is answered for it.

    Example: oversight-agent study withdraw management-oversight-2026
    """
    from oversight_agent import service

    chosen = settings(home)
    name = service.make_deciding(chosen).withdraw_study(study, person())
    say(f"Withdrew from '{name}'.")
