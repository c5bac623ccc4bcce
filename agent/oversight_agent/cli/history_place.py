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

from oversight_protocol.errors import InputError

if TYPE_CHECKING:
    from oversight_agent.history import History
    from oversight_protocol.ledger import Records


def find(folder: Path | None, home: Path | None) -> tuple[Path, bytes]:
    """A history's file and its secret.

    Args:
        folder: of a history of its own; None means the agent's.
        home: the agent's folder, if it is named.

    Raises:
        InputError: the history of its own, or the secret, is not there.
    """
    from oversight_agent import config, files
    from oversight_agent.history import FILE

    if folder is not None:
        require_folder(folder)
    place = folder or config.find_home(home)
    keys = place / "keys"
    if not keys.is_dir():
        keys = _agent_keys(place, home)
    elif folder is not None and home is not None:
        raise InputError(
            "this history has keys of its own, so that no agent is needed to open it",
            where=str(folder), found="--history and --home", expected="one of the two options",
            advice="leave --home out, or leave --history out to use the agent's history",
        )  # fmt: skip
    advice = "restore it from its backup; without it the history cannot be read"
    secret = files.read(keys / "pseudonym.secret", "the secret of the history", advice)
    if not (place / FILE).exists() and not _is_agent(place):
        raise InputError(
            "the history is missing from this folder", where=str(place),
            found=f"its keys, but no file {FILE}", expected=f"the file {FILE} beside its keys",
            advice="restore the folder from its backup; what was recorded in it is not known"
            " without it",
        )  # fmt: skip
    return place / FILE, secret


def _agent_keys(place: Path, home: Path | None) -> Path:
    """The agent's keys, for a history that has none beside it.

    Raises:
        InputError: there is no history at all, or it is not said whose keys open it.
    """
    from oversight_agent import config
    from oversight_agent.history import FILE

    if _is_agent(place):
        return place / "keys"
    if not (place / FILE).exists():
        raise _no_history(place)
    if home is None and not os.environ.get(config.HOME_VARIABLE):
        raise InputError(
            "the keys of this history are missing", where=str(place),
            found=f"{FILE}, but no folder 'keys' beside it",
            expected="keys/pseudonym.secret, with the secret that it was begun with",
            advice="restore the folder 'keys' from its backup; if the history is a copy of an"
            " agent's, use it in the agent's folder, with its keys",
        )  # fmt: skip
    return config.find_home(home) / "keys"


def _no_history(folder: Path) -> InputError:
    """The error of a folder in which there is none, and none was."""
    from oversight_agent.history import FILE

    return InputError(
        "there is no history in this folder", where=str(folder),
        found=f"neither {FILE} nor 'keys'" if folder.is_dir() else "no such folder",
        expected=f"{FILE}, with its keys beside it",
        advice="name the folder that '--record' has kept your publications in; 'oversight-agent"
        " protect FILE --history DIR --record' begins a history in a new folder",
    )  # fmt: skip


def require_folder(folder: Path) -> None:
    """Check that what is named as a history's folder is none but a folder, if it is there.

    Raises:
        InputError: it is something else.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(
            "this is no folder", where=str(folder), found="a file",
            expected="the folder of a history, or a new one",
            advice="name the folder, not a file in it",
        )  # fmt: skip


def _is_agent(folder: Path) -> bool:
    """Whether a folder is an agent's."""
    return (folder / "agent.toml").is_file()


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
    if has_none_yet(path):
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
    """Begin a history where none ever was, if that is meant.

    Raises:
        InputError: none is there, or it cannot be begun.
    """
    from oversight_agent import files, keys
    from oversight_agent.history import FILE, History

    require_folder(folder)
    was_there = any((folder / name).exists() for name in (FILE, "keys", "ledger.jsonl"))
    if was_there:
        return
    if not begin:
        raise _no_history(folder)
    secret = os.urandom(keys.SECRET_BYTES)
    try:
        files.write(folder / "keys" / "pseudonym.secret", secret, private=True)
    except OSError as error:
        raise InputError(
            f"no history can be begun in this folder ({error.strerror})", where=str(folder),
            expected="a folder that this account may make and write to",
            advice="name another folder, or have its rights changed",
        ) from None  # fmt: skip
    History.begin(folder / FILE, secret, datetime.now(UTC).replace(microsecond=0).isoformat())\
        .close()  # fmt: skip


def _require_begun(path: Path, *, begin: bool) -> None:
    """Check that nobody wants to record where the agent has not begun."""
    if begin:
        raise InputError(
            "the agent has no history yet", where=str(path),
            expected="a history, which begins when the agent first runs",
            advice="start the agent once, or name a folder with --history",
        )  # fmt: skip


def policy_beside(folder: Path | None) -> Path | None:
    """The policy of the agent whose folder this is; None if it has none, or is no agent's."""
    if folder is None or not _is_agent(folder):
        return None
    path = folder / "policy.toml"
    return path if path.exists() else None


def has_none_yet(path: Path) -> bool:
    """Whether this is the history's place in an agent's folder, and the agent has begun none."""
    return not path.exists() and _is_agent(path.parent) and not has_begun(path.parent)


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
