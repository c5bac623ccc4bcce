"""Where a history is, and its secret.

Rules kept here:

1. A history in a folder of its own has its secret beside it, as an agent's home has: in `keys`. One
   that has none was made with the agent's.
2. A history is begun only where there are neither keys nor a ledger: else it was there and is lost.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oversight_agent.history import History
    from oversight_protocol.ledger import Records


def find(folder: Path | None, home: Path | None) -> tuple[Path, bytes]:
    """A history's file and its secret.

    Args:
        folder: of a history of its own; None means the agent's.
        home: the agent's folder, if it is named.

    Raises:
        InputError: the secret is not there.
    """
    from oversight_agent import config, files
    from oversight_agent.history import FILE

    beside = folder / "keys" if folder else None
    keys = beside if beside and beside.is_dir() else config.find_home(home) / "keys"
    advice = "restore it from its backup; without it the history cannot be read"
    secret = files.read(keys / "pseudonym.secret", "the authority's secret", advice)
    return (folder or config.find_home(home)) / FILE, secret


def open_for(folder: Path | None, home: Path | None, *, begin: bool) -> History | None:
    """The history that own tables are protected beside; None if none is meant, or there is none.

    Args:
        folder: of a history of its own.
        home: the agent's folder; its history counts only if it is named.
        begin: whether to begin one that is not there, and to open it for writing.

    Raises:
        InputError: none is meant and one must be, or it cannot be used.
    """
    from oversight_agent.history import History
    from oversight_protocol.errors import InputError

    if folder is not None:
        _require(folder, begin=begin)
    elif home is None:
        if begin:
            raise InputError(
                "it is not said where the tables are to be recorded", where="--record",
                expected="--history with a folder, or --home with the agent's",
                advice="name the history that holds your earlier publications",
            )  # fmt: skip
        return None
    path, secret = find(folder, home)
    if folder is None and not path.exists() and not has_begun(path.parent):
        _require_begun(path, begin=begin)
        return None
    # A table is in the history first, so the ledger that is read first knows no more than that.
    ledger = ledger_beside(path.parent)
    opened = History.open(path, secret, read_only=not begin)
    if ledger is not None:
        _check(opened, ledger, path)
    return opened


def note(history: History, folder: Path | None, home: Path | None) -> None:
    """Have the agent's ledger say how far its history has come; another history has none.

    Raises:
        InputError: the ledger cannot be written.
    """
    from oversight_agent import config
    from oversight_agent.pipeline.recording import Recording
    from oversight_agent.times import now

    place = folder or config.find_home(home)
    if ledger_beside(place) is not None:
        Recording(config.load(place), now).note_published(history)


def _require(folder: Path, *, begin: bool) -> None:
    """Begin a history where none ever was, if that is meant."""
    from oversight_agent import files, keys
    from oversight_agent.history import FILE, History
    from oversight_protocol.errors import InputError

    was_there = any((folder / name).exists() for name in (FILE, "keys", "ledger.jsonl"))
    if was_there:
        return
    if not begin:
        raise InputError(
            "there is no history in this folder", where=str(folder), expected=f"a file {FILE}",
            advice="name the folder of your history; '--record' begins one in a new folder",
        )  # fmt: skip
    secret = os.urandom(keys.SECRET_BYTES)
    files.write(folder / "keys" / "pseudonym.secret", secret, private=True)
    History.begin(folder / FILE, secret, datetime.now(UTC).replace(microsecond=0).isoformat())\
        .close()  # fmt: skip


def _require_begun(path: Path, *, begin: bool) -> None:
    """Check that nobody wants to record where the agent has not begun."""
    from oversight_protocol.errors import InputError

    if begin:
        raise InputError(
            "the agent has no history yet", where=str(path),
            expected="a history, which begins when the agent first runs",
            advice="start the agent once, or name a folder with --history",
        )  # fmt: skip


def has_begun(home: Path) -> bool:
    """Whether the ledger says that there must be a history."""
    from oversight_agent.cli.ledger import read_ledger
    from oversight_agent.history import against

    return against.begun(read_ledger(home)) is not None


def ledger_beside(folder: Path) -> Records | None:
    """The ledger beside a history, which an agent's has."""
    from oversight_agent.cli.ledger import read_ledger

    return read_ledger(folder) if (folder / "ledger.jsonl").exists() else None


def _check(opened: History, ledger: Records, path: Path) -> None:
    """Check that the agent's history is as new as its ledger."""
    from oversight_agent.history import against

    try:
        against.check_against(opened, ledger, str(path))
    except BaseException:
        opened.close()
        raise
