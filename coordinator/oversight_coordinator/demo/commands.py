"""The coordinator's commands, run as an administrator would type them, in this process."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

INTERRUPTED = 130


def oversight(*arguments: str) -> str:
    """One of the coordinator's commands; what it printed.

    Raises:
        OversightError: it failed.
        KeyboardInterrupt: Ctrl-C came meanwhile.
    """
    # The command line imports the demo, not the other way round, until the demo runs.
    from oversight_coordinator.cli import app  # noqa: PLC0415

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = app(list(arguments), standalone_mode=False)
    if status == INTERRUPTED:
        # Typer makes a status of Ctrl-C; the demo must not go on as if nothing had happened.
        raise KeyboardInterrupt
    return printed.getvalue()


def script(name: str) -> str:
    """The path of a command of this installation."""
    return str(Path(sys.executable).parent / (f"{name}.exe" if os.name == "nt" else name))
