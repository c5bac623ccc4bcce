"""`oversight-agent init` as tests call it, and what they give it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.commands import Ended
from support.protocol import KENT

Init = Callable[..., Ended]
"""`oversight-agent init` with some arguments."""


def new(home: Path, data: Path) -> tuple[str | Path, ...]:
    """The arguments that make a new agent of Kent's over a folder of exports."""
    return home, "--la", KENT, "--name", "Kent", "--data", data


def exports(folder: Path, write: Callable[[Path], None]) -> Path:
    """A new folder with what an authority exports."""
    folder.mkdir()
    write(folder)
    return folder
