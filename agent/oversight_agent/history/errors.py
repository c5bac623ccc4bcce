"""What can be wrong with a history. Each stops the agent's answers until a person has acted."""

from __future__ import annotations

from pathlib import Path

from oversight_protocol.errors import InputError, OversightError


class HistoryError(InputError):
    """The history is not what was written, is for another secret, or is older than it should be."""


class HistoryMovedError(OversightError):
    """Something was released after the history was read, so what was protected by it is stale."""

    def __init__(self) -> None:
        super().__init__("the history grew while an answer was computed; it is computed again")


def altered(where: str, what: str) -> HistoryError:
    """The error of a history that was changed by anything but this software."""
    return HistoryError(
        f"the history was altered: {what}; nothing is answered",
        where=where,
        expected="every entry as it was written, in its order",
        advice="stop the agent and restore history.db from its newest backup; if that does not"
        " help, tell the programme's security contact",
    )


def behind(where: str, what: str) -> HistoryError:
    """The error of a history or ledger that was put back to an earlier state."""
    return HistoryError(
        f"{what}; nothing is answered",
        where=where,
        expected="a history that knows everything that was released",
        advice="stop the agent and restore history.db and ledger.jsonl together, from the newest"
        " backup; if what is missing is lost, tell the programme's security contact",
    )


def missing(path: Path) -> HistoryError:
    """The error of a history that is not there."""
    return HistoryError(
        "the history of what was released is missing; nothing is answered",
        where=str(path),
        advice="stop the agent and restore history.db from its backup; if it is lost, tell the"
        " programme's security contact",
    )


def unusable(path: Path, error: Exception) -> HistoryError:
    """The error of a file that the system or SQLite refuses."""
    # SQLite's texts name its own tables at most.
    return HistoryError(
        f"the history cannot be used ({getattr(error, 'strerror', None) or error})",
        where=str(path),
        advice="give the commands from the account that the agent runs under, and make sure that"
        " the disk has room; a damaged file must be restored from its backup",
    )


def other_secret(path: Path) -> HistoryError:
    """The error of a history that another secret made."""
    return HistoryError(
        "the history was made with another secret than the agent's; nothing is answered",
        where=str(path),
        expected="the secret that was there when the history began",
        advice="restore keys/pseudonym.secret from its backup; if it is lost, tell the"
        " programme's security contact: what was released can no longer be taken into account",
    )


def too_new(path: Path) -> HistoryError:
    """The error of a history of a later form."""
    return HistoryError(
        "the history was written by a later version of the agent",
        where=str(path),
        advice="install that version, or a later one",
    )
