"""`oversight-agent check` and `preview`: looking before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from oversight_agent.cli.common import HomeOption, JsonOption, say, say_json, say_table, settings

if TYPE_CHECKING:
    from oversight_agent.config import Settings


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check")(check)
    app.command("preview")(preview)


def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Map and validate the sources; say what is wrong, where, and what to do.

    Exit status 1 if a table cannot be used.

    Example: oversight-agent check
    """
    from oversight_agent.pipeline.checking import check as check_sources

    chosen = settings(home)
    _require_mapping(chosen)
    found = check_sources(
        chosen.mapping, chosen.data_folder, chosen.path("keys", "pseudonym.secret")
    )
    if as_json:
        say_json(found.as_json())
    else:
        say_table(("TABLE", "ROWS", "REJECTED", "USABLE"), [
            (one.table, one.rows_read, one.rows_rejected, "yes" if one.usable else "no")
            for one in found.tables
        ])  # fmt: skip
        for problem in found.problems:
            place = f"{problem.file}, line {problem.row}" if problem.row else problem.file
            say(
                f"\n{place}, field '{problem.field}': found {problem.found}; expected "
                f"{problem.expected}.\n  What to do: {problem.advice}."
            )
    if not all(one.usable for one in found.tables):
        raise typer.Exit(1)


def _require_mapping(chosen: Settings) -> None:
    from oversight_protocol.errors import InputError

    if not chosen.mapping.exists():
        raise InputError(
            f"there is no {chosen.mapping.name} in this agent's folder yet",
            where=str(chosen.home),
            expected="a file that says how this authority's columns become the specification",
            advice="write it as docs/runbooks/agent.md says, then check again",
        )


def preview(
    study: Annotated[str, typer.Argument(help="An offered study's name or digest, or a file.")],
    wave: Annotated[str, typer.Option(help="Which of the study's waves.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a release would hold, without recording or sending anything.

    Example: oversight-agent preview management-oversight-2026 --wave wave-2026-q2-q3
    """
    from oversight_agent import service
    from oversight_agent.cli.releases import say_table_answer

    chosen = settings(home)
    _require_mapping(chosen)
    answers = service.preview(chosen, study, wave)
    if as_json:
        say_json([answer.model_dump(mode="json") for answer in answers])
        return
    for answer in answers:
        say_table_answer(answer.model_dump(mode="json"))
    say(
        "\nNothing was recorded or sent. Counts are rounded. [c] is confidential: suppressed to "
        "protect people."
    )
