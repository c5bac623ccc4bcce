"""The ServerApp: one long-lived Flower run that carries the dispatcher's messages.

Rules kept here:

1. Two dispatchers may overlap for some seconds after a restart; the lease in the store lets one
   work.
2. It ends when the process that started it has gone: an orphan would hold the lease.
3. The home comes from the environment; nothing comes from the bundle.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import structlog
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

from oversight_coordinator import config, keys, logs
from oversight_coordinator.config import HOME_VARIABLE, Settings
from oversight_coordinator.dispatcher import LEASE
from oversight_coordinator.dispatcher.loop import Dispatch
from oversight_coordinator.dispatcher.replies import Replies
from oversight_coordinator.ledger import LedgerFile
from oversight_coordinator.receive import Receiver
from oversight_coordinator.store import Store
from oversight_coordinator.times import now
from oversight_protocol.errors import OversightError

if TYPE_CHECKING:
    from flwr.superlink.grid.http_grid import HttpGrid

RECORD, FIELD = "oversight", "body"
"""Where a request and its reply stand in a Flower message (as in the agent's node)."""
MESSAGE_SECONDS = 600.0
"""How long Flower keeps a message; ours are repeated, so a lost one does not matter."""
_WATCH_SECONDS = 0.3

_log = structlog.get_logger("oversight_coordinator.dispatcher")

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:  # noqa: ARG001 - Flower's signature
    """Dispatch until the process that started this one has gone."""
    settings = config.load(Path(os.environ[HOME_VARIABLE]))
    # Flower sends a ServerApp's output into its own memory, where nobody reads it.
    logs.to_file(settings.logs / "dispatcher.log")
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    store = Store(settings.database)
    key = keys.private(settings.service_key)
    receiver = Receiver(store, LedgerFile(settings.ledger, config.ORIGIN, key), key, now)
    fleet = FlowerFleet(grid, settings.superlink / "nodes.json")
    dispatch = Dispatch(settings, store, receiver, fleet, time.time)
    run(dispatch, store, settings)


def run(dispatch: Dispatch, store: Store, settings: Settings) -> None:
    """Tick for ever, as long as the lease is ours."""
    holder = uuid4().hex
    while True:
        pause = settings.tick_seconds
        try:
            if store.take_lease(LEASE, holder, os.getpid(), time.time(), settings.lease_seconds):
                pause = settings.tick_seconds if dispatch.tick() else settings.idle_seconds
        except OversightError as error:
            # Ours to wait for (the store is away, a file of trust is missing); nothing was lost.
            _log.error("tick-failed", problem=str(error))
        time.sleep(pause)


class FlowerFleet:
    """The network through Flower's grid.

    Args:
        nodes: a JSON file of node identifiers by authority, kept up to date by the supervisor.
    """

    def __init__(self, grid: Grid, nodes: Path) -> None:
        self._grid, self._nodes = grid, nodes
        # Flower hands a grid of this class to every ServerApp that it starts.
        self._replies = Replies(cast("HttpGrid", grid))

    def online(self) -> Collection[str]:
        """The authorities whose nodes the SuperLink has online."""
        online = set(self._grid.get_node_ids())
        return {la for la, node in self._by_la().items() if node in online}

    def push(self, messages: Mapping[str, bytes]) -> dict[str, str]:
        """Send one message to each authority; the message identifiers of those that went."""
        nodes = self._by_la()
        las = [la for la in messages if la in nodes]
        prepared = [
            Message(
                RecordDict({RECORD: ConfigRecord({FIELD: messages[la]})}),
                dst_node_id=nodes[la], message_type="query", ttl=MESSAGE_SECONDS,
            )
            for la in las
        ]  # fmt: skip
        pushed = list(self._grid.push_messages(prepared))
        return {la: message for la, message in zip(las, pushed, strict=False) if message}

    def pull(self, message_ids: Sequence[str]) -> list[tuple[str, bytes | None]]:
        """Replies that have come."""
        return [(message_id, _body(reply)) for message_id, reply in self._replies.pull(message_ids)]

    def _by_la(self) -> dict[str, int]:
        try:
            return cast("dict[str, int]", json.loads(self._nodes.read_bytes()))
        except FileNotFoundError:
            return {}


def _body(reply: Message | None) -> bytes | None:
    if reply is None:
        return None
    if reply.has_error():
        _log.warning("flower-error", code=reply.error.code)
        return None
    try:
        body = reply.content.config_records[RECORD][FIELD]
    except (KeyError, ValueError):
        return None
    return body if isinstance(body, bytes) else None


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(0)
