"""`oversight-agent init`: make an agent's folder, and draw up its mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oversight_agent.cli.common import JsonOption, say

if TYPE_CHECKING:
    from oversight_agent.cli.folder import Plan
    from oversight_agent.config import Settings
    from oversight_protocol.errors import InputError

_CONFIDENCE = 0.5
_UNASKED = (
    "give the command with --propose to write down what is sure enough, with --answers FILE to take"
    " the answers from a file, or in a terminal"
)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(  # noqa: PLR0913, PLR0917 (options)
    home: Annotated[Path, typer.Argument(help="The folder to make, or to go on with.")],
    la: Annotated[
        str | None, typer.Option(help="The authority's ONS code; needed for a new folder.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The authority's name; needed for a new folder.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder of the source files (else HOME/data).")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping file to copy into the folder.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Answers to the interview, in TOML or JSON.")
    ] = None,
    save_answers: Annotated[
        Path | None, typer.Option(help="Where to write the interview's answers.")
    ] = None,
    from_return: Annotated[
        list[Path] | None, typer.Option("--from", help="A statutory return to start from.")
    ] = None,
    database: Annotated[
        list[str] | None,
        typer.Option(help="A database of HOME/databases.toml whose tables are looked at too."),
    ] = None,
    propose: Annotated[
        bool,
        typer.Option(
            "--propose",
            help="Ask nothing: write down what is sure enough, and leave the rest open.",
        ),
    ] = False,
    confidence: Annotated[
        float, typer.Option(min=0, max=1, help="How sure a proposal must be not to be asked about.")
    ] = _CONFIDENCE,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Draw up a new mapping, and keep the old one beside it."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an agent's folder (settings, policy, keys) and draw up its mapping.

    The mapping says which of your files and columns become the specification's tables. It is
    proposed from names and values; in a terminal you are asked what cannot be told. Values are
    shown by their shape only, but for code lists. An agent's folder without a mapping is gone on
    with, and so is an interview that was broken off.

    Example: oversight-agent init /var/lib/oversight-agent --la E10000016 --name Kent
    """  # fmt: skip
    from oversight_agent.cli import drawing, folder
    from oversight_agent.cli.asking import has_terminal

    plan = folder.plan(home, la, name, data, mapping, replace=replace)
    ways = bool(answers or propose or from_return or database)
    asked = has_terminal() and not (as_json or propose or answers)
    if mapping is not None or not (ways or as_json or (asked and _is_there(plan.settings))):
        _make_only(plan, replace=replace)
        return
    drawing.draw_up(drawing.Task(
        plan, tuple(from_return or ()), tuple(database or ()), answers, save_answers, confidence,
        asked=asked, as_json=as_json, writes=ways or not as_json, replace=replace,
    ))  # fmt: skip


def _is_there(chosen: Settings) -> bool:
    """Whether the data folder holds a file; one that was named and is not there is looked for."""
    folder = chosen.data_folder
    named = folder != chosen.path("data")
    return any(path.is_file() for path in folder.rglob("*")) or (named and not folder.is_dir())


def _make_only(plan: Plan, *, replace: bool) -> None:
    """Make the folder; it is an error if it is here, and nobody says what else to do."""
    from oversight_agent.cli import drawing, folder

    chosen = plan.settings
    if not plan.is_new and plan.mapping is None:
        folder.check_no_mapping(chosen.mapping, replace=replace)
        raise _nothing_to_do(chosen)
    plan.make()
    drawing.say_made(plan)
    if not chosen.data_folder.is_dir():
        say(f"The data folder {chosen.data_folder} is not there yet.")
    elif _is_there(chosen) and not chosen.mapping.exists():
        say(f"No mapping was drawn up, for nobody can be asked here: {_UNASKED}.")
    drawing.say_next(has_mapping=chosen.mapping.exists())


def _nothing_to_do(chosen: Settings) -> InputError:
    from oversight_protocol.errors import InputError

    if not _is_there(chosen):
        return InputError(
            "the data folder holds nothing that a mapping could be made of",
            where=str(chosen.data_folder),
            expected="exports as text, workbooks or databases, or statutory returns",
            advice="put the exports there, then give the command again",
        )
    return InputError(
        "nobody can be asked here, for this is no terminal",
        where=str(chosen.home),
        expected="a terminal, --propose or --answers FILE",
        advice=_UNASKED,
    )
