"""The coordinator's ledger on disk: one file, one writer, each entry durable before it counts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock

from oversight_coordinator import files
from oversight_protocol.ledger import Ledger

_log = structlog.get_logger("oversight_coordinator.ledger")
LOCK_SECONDS = 60
"""Longer than any entry takes to write; beyond it another process is stuck."""


class LedgerFile:
    """The ledger of a home, shared by the dispatcher, the gateway and the commands."""

    def __init__(self, path: Path, origin: str, key: Ed25519PrivateKey) -> None:
        self._path, self._origin, self._key = path, origin, key
        self._lock = FileLock(f"{path}.lock", timeout=LOCK_SECONDS)
        self._ledger: Ledger | None = None

    @contextmanager
    def locked(self) -> Iterator[Ledger]:
        """The ledger, up to date, with nobody else writing.

        Raises:
            LedgerError: an entry does not verify; nothing is appended to a broken ledger.
        """
        with self._lock:
            if self._ledger is None:
                self._ledger = self._open()
            else:
                self._ledger.refresh()
            yield self._ledger

    def _open(self) -> Ledger:
        created = not self._path.exists()
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        file = cast("BinaryIO", os.fdopen(handle, "r+b", buffering=0))
        if created:
            files.sync_folder(self._path.parent)
        return Ledger(
            file, origin=self._origin, key=self._key, sync=lambda: os.fsync(file.fileno()),
            clock=lambda: datetime.now(UTC), entropy=os.urandom, torn=self._keep_torn,
        )  # fmt: skip

    def _keep_torn(self, rest: bytes) -> None:
        """An unfinished last line was never acknowledged; it is put aside, not thrown away."""
        aside = self._path.with_name(f"{self._path.name}.unfinished")
        with aside.open("ab") as file:
            file.write(rest + b"\n")
        _log.warning("ledger-unfinished-entry", kept_in=aside.name, bytes=len(rest))
