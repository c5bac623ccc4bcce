"""How long snapshots are kept, and who deletes them: the agent in time, or a person before it.

Rules kept here:

1. What is deleted is recorded in the ledger by its identifier.
2. Deleting is recorded once it is done: a death in between leaves a record missing, never one of
   something that is still there.
3. A snapshot that cannot be deleted keeps no other, nor the agent from its other work; what failed
   is tried again within the hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from oversight_agent.config import Settings
from oversight_agent.pipeline.recording import Clock, Recording
from oversight_agent.pipeline.snapshots import Shelf, Snapshot

_log = structlog.get_logger("oversight_agent.retention")

EVERY = timedelta(days=1)
"""How often the lasting process looks for what has expired."""

AGAIN = timedelta(hours=1)
"""How long it waits after something failed."""


class Retention:
    """Deletes an agent's snapshots.

    Raises:
        InputError: the signing key is missing or damaged.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._days, self._clock = settings.snapshot_days, clock
        self._recording, self._shelf = Recording(settings, clock), Shelf(settings.snapshots)
        self._next: datetime | None = None

    def when_due(self) -> None:
        """Delete what has expired, at the first call and then once a day.

        Raises:
            InputError: the snapshots' folder cannot be read.
            LedgerError: an entry of the ledger does not verify.
        """
        now = self._clock()
        if self._next is not None and now < self._next:
            return
        self._next = now + AGAIN  # whatever happens below
        done = [self._clear(), *map(self._end, self._shelf.expired(now, self._days))]
        if all(done):
            self._next = now + EVERY

    def _clear(self) -> bool:
        try:
            self._shelf.clear()
        except OSError as error:
            _log.error("unfinished-snapshots-not-cleared", problem=error.strerror)
            return False
        return True

    def _end(self, snapshot: Snapshot) -> bool:
        try:
            self.delete(snapshot, "retention")
        except OSError as error:
            _log.error("snapshot-not-deleted", snapshot=snapshot.id, problem=error.strerror)
            return False
        return True

    def delete(self, snapshot: Snapshot, by: str) -> None:
        """Delete a snapshot and record it.

        Raises:
            OSError: it cannot be deleted.
        """
        self._shelf.delete(snapshot)
        self._recording.note_deleted(snapshot.id, by)
        _log.info("snapshot-deleted", snapshot=snapshot.id, by=by)
