"""The agent's ledger on disk: one file, one writer at a time, an entry durable before it counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock, Timeout

from oversight_agent import files
from oversight_agent.times import now
from oversight_protocol.errors import InputError, OversightError
from oversight_protocol.ledger import Ledger

_log = structlog.get_logger("oversight_agent.ledger")
LOCK_SECONDS = 60
"""Longer than any entry takes to write; beyond it another process is stuck."""


class LedgerFile:
    """The ledger of a home, shared by the service and the commands of one machine."""

    def __init__(
        self, path: Path, origin: str, key: Ed25519PrivateKey,
        clock: Callable[[], datetime] = now,
    ) -> None:  # fmt: skip
        self._path, self._origin, self._key, self._clock = path, origin, key, clock
        self._lock = FileLock(f"{path}.lock", timeout=LOCK_SECONDS)
        self._ledger: Ledger | None = None

    @contextmanager
    def locked(self) -> Iterator[Ledger]:
        """The ledger, up to date, with nobody else writing.

        Raises:
            LedgerError: an entry does not verify; nothing is appended to a broken ledger.
            InputError: the file cannot be opened.
            OversightError: another process holds the ledger for longer than any entry takes.
        """
        self._take_lock()
        try:
            if self._ledger is None:
                self._ledger = self._open()
            else:
                self._ledger.refresh()
            yield self._ledger
        finally:
            self._lock.release()

    def _take_lock(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise OversightError(
                f"{self._path}: another process has held the ledger for {LOCK_SECONDS} seconds. "
                "What to do: look for a command of this agent that hangs."
            ) from None
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> InputError:
        return InputError(
            f"the ledger cannot be opened ({error.strerror})",
            where=str(self._path),
            advice="give the commands from the account that the agent runs under",
        )

    def _open(self) -> Ledger:
        created = not self._path.exists()
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise self._unusable(error) from None
        file = cast("BinaryIO", os.fdopen(handle, "r+b", buffering=0))
        if created:
            files.sync_folder(self._path.parent)
        return Ledger(
            file, origin=self._origin, key=self._key, sync=lambda: os.fsync(file.fileno()),
            clock=self._clock, entropy=os.urandom, torn=self._keep_torn,
        )  # fmt: skip

    def _keep_torn(self, rest: bytes) -> None:
        """An unfinished last line was never acknowledged; it is put aside, not thrown away."""
        aside = self._path.with_name(f"{self._path.name}.unfinished")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(rest + b"\n")
        _log.warning("ledger-unfinished-entry", kept_in=aside.name, bytes=len(rest))
