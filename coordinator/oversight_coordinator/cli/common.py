"""What several commands share: options, the home's parts, output."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from oversight_coordinator.authorities import Authority
    from oversight_coordinator.config import Settings
    from oversight_coordinator.ledger import LedgerFile
    from oversight_coordinator.store import Store

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The coordinator's folder (else OVERSIGHT_HOME).",
                 show_default=False),
]  # fmt: skip
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings(home: Path | None) -> Settings:
    """The settings of the home that is meant."""
    from oversight_coordinator import config

    return config.load(config.find_home(home))


def store(chosen: Settings) -> Store:
    """The store."""
    from oversight_coordinator.store import Store

    return Store(chosen.database)


def ledger(chosen: Settings) -> LedgerFile:
    """The ledger."""
    from oversight_coordinator import config, keys
    from oversight_coordinator.ledger import LedgerFile

    return LedgerFile(chosen.ledger, config.ORIGIN, keys.private(chosen.service_key))


def say(text: str) -> None:
    """A line for people."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """A document for programs."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def say_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table for people; whole lines even where the terminal is narrow."""
    texts = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo(line.rstrip())


def find_authority(text: str) -> Authority:
    """An authority by its code, number, name or folder name.

    Raises:
        InputError: there is none.
    """
    from oversight_coordinator.authorities import AUTHORITIES
    from oversight_protocol.errors import InputError

    wanted = text.strip().casefold()
    for one in AUTHORITIES:
        if wanted in (one.code.casefold(), one.dfe, one.name.casefold(), one.slug):
            return one
    raise InputError(
        f"'{text}' is no authority of the network",
        expected="an ONS code or a name, such as E10000016 or kent",
    )
