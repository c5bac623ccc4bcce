"""What several commands share: options, the home, output."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from oversight_agent.config import Settings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The agent's folder (else OVERSIGHT_AGENT_HOME).",
                 show_default=False),
]  # fmt: skip
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings(home: Path | None) -> Settings:
    """The settings of the home that is meant; from here on, warnings go to standard error."""
    from oversight_agent import config, logs

    logs.to_stream(logs.WARNING)
    return config.load(config.find_home(home))


def person() -> str:
    """Who gives the command, for the ledger: the account's name."""
    return f"person:{getpass.getuser()}"


def time_for_people(text: str) -> str:
    """An instant in ISO form, as people read it; other text as it is."""
    from datetime import UTC, datetime

    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%d %B %Y, %H:%M UTC}"
    except ValueError:
        return text


def say(text: str) -> None:
    """A line for people."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """A document for programs."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def say_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table for people; whole lines even where the terminal is narrow."""
    texts = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo(line.rstrip())
