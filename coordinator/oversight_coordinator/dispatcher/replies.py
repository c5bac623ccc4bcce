"""Collects replies from Flower without waiting for any of them.

A reply comes in two parts: Flower announces it, then its sender uploads its content. An agent that
dies, or loses its connection, between the two leaves an announcement that nothing follows. Flower's
own `pull_messages` waits for the content for minutes, and every other authority with it.

Rules kept here:

1. Nothing waits. Content that is not here yet is looked for again at the next call.
2. Flower announces a reply once. It is remembered here until its content has come, or until nobody
   asks for it any more.
3. A reply that cannot be read is a failure of its sender and of nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from flwr.app import Message
from flwr.proto.message_pb2 import ConfirmMessageReceivedRequest, PullObjectRequest
from flwr.proto.runtime_pb2 import PullAppMessagesRequest
from flwr.supercore.inflatable.inflatable_object import iterate_object_tree
from flwr.supercore.inflatable.inflatable_utils import inflate_object_from_contents
from flwr.superlink.grid.http_grid import HttpGrid

_log = structlog.get_logger("oversight_coordinator.dispatcher")


class _LostError(Exception):
    """The content will not come any more, or cannot be read."""


@dataclass(frozen=True)
class _Announced:
    """A reply that was announced: its identifier, its parts, and those that are here."""

    reply: str
    parts: tuple[str, ...]
    contents: dict[str, bytes] = field(default_factory=dict, repr=False)


class Replies:
    """The replies to a run's messages."""

    def __init__(self, grid: HttpGrid) -> None:
        self._grid = grid
        self._announced: dict[str, _Announced] = {}

    def pull(self, message_ids: Sequence[str]) -> list[tuple[str, Message | None]]:
        """Replies that are here: the identifier of the message and its reply, None if it is lost.

        Args:
            message_ids: the messages that still wait; others' announcements are forgotten.
        """
        asked = set(message_ids)
        self._announced = {one: what for one, what in self._announced.items() if one in asked}
        self._take_announcements([one for one in message_ids if one not in self._announced])
        found: list[tuple[str, Message | None]] = []
        for message_id, announced in list(self._announced.items()):
            try:
                if not self._is_complete(announced):
                    continue
                found.append((message_id, self._read(announced)))
            except _LostError as lost:
                _log.warning("reply-lost", problem=str(lost))
                found.append((message_id, None))
            del self._announced[message_id]
        return found

    def _take_announcements(self, message_ids: Sequence[str]) -> None:
        if not message_ids:
            return
        client = self._grid._runtime_client  # noqa: SLF001 - the grid has no call that never waits
        pulled = client.PullMessages(PullAppMessagesRequest(message_ids=message_ids))
        for proto, tree in zip(pulled.messages_list, pulled.message_object_trees, strict=True):
            parts = tuple(part.object_id for part in iterate_object_tree(tree))
            reply = _Announced(proto.metadata.message_id, parts)
            self._announced[proto.metadata.reply_to_message_id] = reply

    def _is_complete(self, announced: _Announced) -> bool:
        """Fetch what has come since; whether that is all."""
        for part in announced.parts:
            if part not in announced.contents:
                pulled = self._grid._runtime_client.PullObject(  # noqa: SLF001
                    PullObjectRequest(
                        node=self._grid.node, run_id=self._grid.run.run_id, object_id=part
                    )
                )
                if not pulled.object_found:
                    raise _LostError("its content never came")
                if not pulled.object_available:
                    return False
                announced.contents[part] = pulled.object_content
        return True

    def _read(self, announced: _Announced) -> Message:
        self._grid._runtime_client.ConfirmMessageReceived(  # noqa: SLF001
            ConfirmMessageReceivedRequest(
                node=self._grid.node, run_id=self._grid.run.run_id,
                message_object_id=announced.reply,
            )
        )  # fmt: skip
        try:
            message = inflate_object_from_contents(announced.reply, announced.contents)
        except Exception as error:  # noqa: BLE001 - a sender's bytes can fail in any way
            raise _LostError(f"it cannot be read ({type(error).__name__})") from None
        if not isinstance(message, Message):
            raise _LostError("it is no message")
        return message
