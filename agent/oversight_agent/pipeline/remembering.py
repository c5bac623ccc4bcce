"""The history at the lasting process: it keeps what workers sealed, and looks that nothing is lost.

Rules kept here:

1. Before anything is answered, history and ledger are held against each other. With a history that
   is missing, older or altered, or without the secret, nothing is answered until a person acted.
2. A table is in the history before it is in the ledger, and so before it leaves. The ledger notes
   how far the history had come then.
3. What was protected beside a history that has grown since is not kept: it is computed again.
4. A head of the ledger that the coordinator holds is one that this ledger came by; else this is a
   machine that was restored.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from oversight_agent import files
from oversight_agent.config import Settings
from oversight_agent.durability import reached
from oversight_agent.history import FILE, Head, History, Memory, against
from oversight_agent.records import FrozenAnswer
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.durability import Step
from oversight_protocol.envelope import Envelope
from oversight_protocol.ledger import Ledger


class Remembering:
    """One agent's history."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.path(FILE)
        self._secret, self._ledger = settings.path("keys", "pseudonym.secret"), settings.ledger

    def frozen(self, ledger: Ledger, now: datetime) -> dict[str, FrozenAnswer]:
        """Every table and period that was ever answered, once nothing of it is lost.

        The first time the history begins.

        Raises:
            HistoryError: something is.
        """
        secret = self._read_secret()
        if against.begun(ledger) is None:
            self._begin(ledger, secret, now)
        with closing(History.open(self.path, secret)) as history:
            against.check_against(history, ledger, str(self.path))
            return against.frozen(history, ledger)

    def check(self, ledger: Ledger) -> None:
        """That nothing of what was answered is lost; nothing is said where nothing was yet.

        Raises:
            HistoryError: something is.
        """
        if against.begun(ledger) is not None:
            with closing(History.open(self.path, self._read_secret())) as history:
                against.check_against(history, ledger, str(self.path))

    def head(self, ledger: Ledger) -> list[Any] | None:
        """How far it has come, as the ledger notes it; None before it began.

        Raises:
            HistoryError: it cannot be used.
        """
        if against.begun(ledger) is None:
            return None
        with closing(History.open(self.path, self._read_secret(), read_only=True)) as history:
            return against.noted(history.head)

    def keep(
        self, memories: Sequence[Memory], ticket: str, now: datetime, seen: Head | None
    ) -> None:
        """Keep what a worker sealed.

        Raises:
            HistoryMovedError: something else was kept since the worker looked.
            HistoryError: it cannot be kept.
        """
        if not memories:
            return
        with closing(History.open(self.path, self._read_secret())) as history:
            history.add(memories, ticket, now.isoformat(), seen)
        reached(Step.HISTORY_KEPT)

    def check_known(self, checkpoint: str, ledger: Ledger) -> None:
        """Check that the ledger came by a head that the coordinator holds of it.

        Raises:
            Refused: it is no head of a ledger.
            HistoryError: this ledger is older, or another one.
        """
        known = Checkpoint.parse(Envelope.from_bytes(checkpoint.encode()).open("checkpoint"))
        if known.head.size:
            against.check_receipted(ledger, str(self._ledger), known.head)

    def _begin(self, ledger: Ledger, secret: bytes, now: datetime) -> None:
        # One that is there already was made just before a process died, and nothing is in it.
        made = (
            History.open(self.path, secret) if self.path.exists()
            else History.begin(self.path, secret, now.isoformat())
        )  # fmt: skip
        with closing(made) as history:
            ledger.append(against.BEGUN, {"history": history.store.identifier})

    def _read_secret(self) -> bytes:
        advice = "restore it from its backup: without it nothing can be answered"
        return files.read(self._secret, "the authority's secret", advice)
