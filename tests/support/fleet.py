"""A SuperLink's Fleet interface as a small TLS server on loopback, to be scripted by tests.

It speaks Flower's own protobuf forms, so that what a node sends and takes is what a real one would
exchange. Everything that reaches it is noted.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from flwr.app import ConfigRecord, Message, Metadata, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.common.constant import TIMESTAMP_HEADER
from flwr.common.serde import message_to_proto
from flwr.proto import fleet_pb2, heartbeat_pb2, message_pb2
from flwr.supercore.constant import FLEET_HTTP_PUBLIC_KEY_HEADER, FLEET_HTTP_SIGNATURE_HEADER
from flwr.supercore.inflatable.inflatable_object import (
    get_all_nested_objects,
    get_object_tree,
    no_object_id_recompute,
)

from oversight_coordinator import tls

FOLDER = "/v1/fleet/"


@dataclass(frozen=True)
class Call:
    """What reached the server."""

    name: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Fleet:
    """The server's script and notes.

    Attributes:
        refusals: statuses with which the next calls are refused, whatever they are.
        ahead: how far the server's clock is ahead; None if it does not look at times.
        served: messages to hand out at the next pull.
        missing: object identifiers that the server has lost.
    """

    url: str = ""
    ca: bytes = b""
    calls: list[Call] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    ahead: timedelta | None = None
    node_id: int = 7
    listed: bool = True
    served: list[Message] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    objects: dict[str, bytes] = field(default_factory=dict)
    pushed: dict[str, bytes] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of the calls, in order."""
        return [call.name for call in self.calls]

    def send(self, body: Any, kind: str = "query", record: str = "oversight") -> Message:
        """Leave a message for the node."""
        metadata = Metadata(
            run_id=1, message_id="", src_node_id=1, dst_node_id=self.node_id,
            reply_to_message_id="", group_id="", created_at=time.time(), ttl=3600.0,
            message_type=kind, src_task_id=1, dst_task_id=None,
        )  # fmt: skip
        message = Message(RecordDict({record: ConfigRecord({"body": body})}), metadata=metadata)
        message.metadata.__dict__["_message_id"] = message.object_id
        self.served.append(message)
        return message

    def answer(self, call: Call) -> tuple[int, bytes]:
        """The status and body for a call."""
        if self.refusals:
            return self.refusals.pop(0), b""
        if self.ahead is not None and not self._on_time(call):
            return 401, b""
        if call.name in self.raw:
            return 200, self.raw[call.name]
        reply = getattr(self, "_" + call.name.replace("-", "_"), None)
        return (200, reply(call.body).SerializeToString()) if reply else (404, b"")

    def now(self) -> datetime:
        """The server's time."""
        return datetime.now(UTC) + (self.ahead or timedelta())

    def _on_time(self, call: Call) -> bool:
        told = datetime.fromisoformat(call.headers[TIMESTAMP_HEADER])
        return abs(self.now() - told) < timedelta(seconds=5)

    def _activate_node(self, _body: bytes) -> Any:
        return fleet_pb2.ActivateNodeResponse(node_id=self.node_id)

    def _deactivate_node(self, _body: bytes) -> Any:
        return fleet_pb2.DeactivateNodeResponse()

    def _send_node_heartbeat(self, _body: bytes) -> Any:
        return heartbeat_pb2.SendNodeHeartbeatResponse(success=self.listed)

    def _pull_messages(self, _body: bytes) -> Any:
        messages, self.served = self.served, []
        with no_object_id_recompute():
            for message in messages:
                for name, part in get_all_nested_objects(message).items():
                    self.objects[name] = part.deflate()
            return fleet_pb2.PullMessagesResponse(
                messages_list=[message_to_proto(remove_content_from_message(m)) for m in messages],
                message_object_trees=[get_object_tree(m) for m in messages],
            )

    def _pull_object(self, body: bytes) -> Any:
        name = message_pb2.PullObjectRequest.FromString(body).object_id
        found = name in self.objects and name not in self.missing
        return message_pb2.PullObjectResponse(
            object_found=found, object_available=found,
            object_content=self.objects[name] if found else b"",
        )  # fmt: skip

    def _confirm_message_received(self, _body: bytes) -> Any:
        return message_pb2.ConfirmMessageReceivedResponse()

    def _push_messages(self, body: bytes) -> Any:
        request = fleet_pb2.PushMessagesRequest.FromString(body)
        wanted = [tree.object_id for root in request.message_object_trees for tree in _all(root)]
        return fleet_pb2.PushMessagesResponse(objects_to_push=wanted, session_id="session")

    def _push_object(self, body: bytes) -> Any:
        request = message_pb2.PushObjectRequest.FromString(body)
        self.pushed[request.object_id] = request.object_content
        return message_pb2.PushObjectResponse(stored=True)

    def told(self, text: bytes) -> bool:
        """Whether a reply holding this text arrived."""
        return any(text in content for content in self.pushed.values())


def _all(tree: message_pb2.ObjectTree) -> Iterator[message_pb2.ObjectTree]:
    yield tree
    for child in tree.children:
        yield from _all(child)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fleet: ClassVar[Fleet]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.path.removeprefix(FOLDER), body, headers)
        self.fleet.calls.append(call)
        status, content = self.fleet.answer(call)
        self.send_response_only(status)
        self.send_header("date", format_datetime(self.fleet.now(), usegmt=True))
        if 300 <= status < 400:
            self.send_header("location", f"{self.fleet.url}/elsewhere")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Be silent."""


@contextmanager
def fleet(folder: Path) -> Iterator[Fleet]:
    """A running server."""
    made = tls.make(["127.0.0.1"], days=1)
    with serve(folder, made, type("Handler", (_Handler,), {"fleet": Fleet()})) as (url, handler):
        handler.fleet.url, handler.fleet.ca = url, made.ca
        yield handler.fleet


@contextmanager
def serve(folder: Path, made: tls.ServerTls, handler: Any) -> Iterator[tuple[str, Any]]:
    """A TLS server on loopback, with its address."""
    pem = folder / "server.pem"
    pem.write_bytes(made.certificate + made.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


IDENTITY_HEADERS = (
    FLEET_HTTP_PUBLIC_KEY_HEADER, TIMESTAMP_HEADER, FLEET_HTTP_SIGNATURE_HEADER,
)  # fmt: skip
