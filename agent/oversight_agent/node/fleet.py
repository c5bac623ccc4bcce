"""The node itself: its states, its polls, and the messages that it serves."""

from __future__ import annotations

import json
import random
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.clientapp import ClientApp
from flwr.common.constant import HEARTBEAT_DEFAULT_INTERVAL
from flwr.common.serde import message_to_proto
from flwr.proto.fleet_pb2 import (
    ActivateNodeRequest,
    DeactivateNodeRequest,
    PullMessagesRequest,
    PullMessagesResponse,
    PushMessagesRequest,
)
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.message_pb2 import Metadata, ObjectTree
from flwr.proto.node_pb2 import Node
from flwr.supercore.inflatable.inflatable_object import (
    get_all_nested_objects,
    get_object_tree,
    iterate_object_tree,
    no_object_id_recompute,
)
from flwr.supercore.inflatable.inflatable_protobuf_utils import (
    make_confirm_message_received_fn_protobuf,
    make_pull_object_fn_protobuf,
    make_push_object_fn_protobuf,
)
from flwr.supercore.inflatable.inflatable_utils import (
    inflate_object_from_contents,
    pull_objects,
    push_objects,
)
from flwr.supercore.primitives.asymmetric import public_key_to_bytes
from flwr.supernode.fleet_http_client import FleetHttpClient

from oversight_agent import files
from oversight_agent.node import states
from oversight_agent.node.headers import Identity, Version
from oversight_agent.node.states import State
from oversight_protocol.errors import InputError

Handler = Callable[[bytes], bytes]
"""What answers a request: bytes in, bytes out."""

RECORD, FIELD = "oversight", "body"
"""Where a request and its reply stand in a Flower message."""

_log = structlog.get_logger("oversight_agent.node")

_CONTENT_SECONDS = 3.0
"""How long a message's content may follow its announcement: the coordinator uploads both at once.
If it died between them, waiting longer would only keep the next coordinator waiting."""


class _OffTheListError(Exception):
    """The SuperLink no longer counts this node as online."""


@dataclass(frozen=True)
class NodeSettings:
    """How the node behaves. All times in seconds."""

    url: str
    ca: bytes
    remember: Path
    poll_fast: float = 0.2
    poll_idle: float = 15.0
    fast_for: float = 60.0
    backoff_first: float = 0.5
    backoff_most: float = 60.0
    timeout: float = 30.0


def make_app(handler: Handler) -> ClientApp:
    """The ClientApp that hands each message's body to `handler` and replies with its result."""
    app = ClientApp()

    @app.query()
    def answer(message: Message, _context: Context) -> Message:
        body = cast("bytes", message.content.config_records[RECORD][FIELD])
        reply = RecordDict({RECORD: ConfigRecord({FIELD: handler(body)})})
        return Message(reply, reply_to=message)

    return app


class FleetNode:
    """A node of a Flower fleet.

    Args:
        key: the node's P-384 key, registered at enrolment.
        app: the installed ClientApp.
        wait: waits for some seconds, or less when the agent is to stop; returns whether to stop.
    """

    def __init__(
        self,
        settings: NodeSettings,
        key: ec.EllipticCurvePrivateKey,
        app: ClientApp,
        wait: Callable[[float], bool],
        on_state: Callable[[str, str], None] = lambda _state, _advice: None,
    ) -> None:
        self._settings, self._app, self._wait, self._on_state = settings, app, wait, on_state
        self._public = public_key_to_bytes(key.public_key())
        self._identity = Identity(key, self._public)
        self._client = self._connect()
        self._node: Node | None = None
        self._state = ""
        self._heartbeat_due = self._fast_until = 0.0

    def run(self) -> None:
        """Serve until `wait` says to stop; then take the node off the list of those online."""
        failures = 0
        while True:
            try:
                worked = self._step()
                failures = 0
                delay = self._delay(worked)
            except Exception as error:  # noqa: BLE001 - rule 3: nothing ends the process
                failures += 1
                self._fail(error)
                delay = self._backoff(failures)
            if self._wait(delay):
                self._leave()
                return

    def _step(self) -> bool:
        """One poll; whether there was work."""
        node = self._node or self._activate()
        if time.monotonic() >= self._heartbeat_due:
            self._heartbeat(node)
        pulled = self._client.PullMessages(PullMessagesRequest(node=node))
        if not pulled.messages_list:
            return False
        self._serve(node, pulled)
        return True

    def _serve(self, node: Node, pulled: PullMessagesResponse) -> None:
        for proto, tree in zip(pulled.messages_list, pulled.message_object_trees, strict=True):
            try:
                message = self._pull(node, proto.metadata, tree)
                self._push(node, proto.metadata.run_id, self._answer(node, message))
            except httpx.HTTPError:
                raise
            except Exception as error:  # noqa: BLE001 - the next message may be a good one
                # Only the error's kind: its text could quote what the message held.
                _log.error("message-not-served", error=type(error).__name__)

    def _pull(self, node: Node, metadata: Metadata, tree: ObjectTree) -> Message:
        run_id, message_id = metadata.run_id, metadata.message_id
        contents = pull_objects(
            [part.object_id for part in iterate_object_tree(tree)],
            make_pull_object_fn_protobuf(self._client.PullObject, node, run_id),
            max_time=_CONTENT_SECONDS,
        )
        message = cast("Message", inflate_object_from_contents(message_id, contents))
        message.metadata.__dict__["_message_id"] = message_id
        make_confirm_message_received_fn_protobuf(
            self._client.ConfirmMessageReceived, node, run_id
        )(message_id)
        return message

    def _answer(self, node: Node, message: Message) -> Message:
        context = Context(
            run_id=message.metadata.run_id, node_id=node.node_id, node_config={},
            state=RecordDict(), run_config={},
        )  # fmt: skip
        return self._app(message, context)

    def _push(self, node: Node, run_id: int, reply: Message) -> None:
        with no_object_id_recompute():
            reply.metadata.__dict__["_message_id"] = reply.object_id
            tree, parts = get_object_tree(reply), get_all_nested_objects(reply)
            response = self._client.PushMessages(
                PushMessagesRequest(
                    node=node,
                    messages_list=[message_to_proto(remove_content_from_message(reply))],
                    message_object_trees=[tree],
                    clientapp_runtime_list=[0.0],
                )
            )
            push_objects(
                parts,
                push_object_fn=make_push_object_fn_protobuf(
                    self._client.PushObject, node, run_id, response.session_id
                ),
                object_ids_to_push=set(response.objects_to_push),
            )

    def _activate(self) -> Node:
        remembered = self._remembered()
        if remembered is not None:
            self._deactivate(remembered)
        response = self._client.ActivateNode(
            ActivateNodeRequest(
                public_key=self._public, heartbeat_interval=HEARTBEAT_DEFAULT_INTERVAL
            )
        )
        self._node = Node(node_id=response.node_id)
        files.write(self._settings.remember, json.dumps({"node_id": response.node_id}).encode())
        self._heartbeat_due = time.monotonic() + HEARTBEAT_DEFAULT_INTERVAL / 2
        self._fast_until = time.monotonic() + self._settings.fast_for
        self._become(states.CONNECTED)
        return self._node

    def _heartbeat(self, node: Node) -> None:
        response = self._client.SendNodeHeartbeat(
            SendNodeHeartbeatRequest(node=node, heartbeat_interval=HEARTBEAT_DEFAULT_INTERVAL)
        )
        if not response.success:
            raise _OffTheListError
        self._heartbeat_due = time.monotonic() + HEARTBEAT_DEFAULT_INTERVAL / 2

    def _leave(self) -> None:
        if self._node is not None:
            self._deactivate(self._node.node_id)
        self._client.close()

    def _deactivate(self, node_id: int) -> None:
        try:
            self._client.DeactivateNode(DeactivateNodeRequest(node_id=node_id))
        except (httpx.HTTPError, ValueError) as error:
            # The identifier may be of an earlier SuperLink; activation will tell.
            _log.debug("deactivation-refused", error=type(error).__name__)

    def _remembered(self) -> int | None:
        try:
            return int(json.loads(self._settings.remember.read_bytes())["node_id"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _fail(self, error: Exception) -> None:
        self._node = None
        if isinstance(error, httpx.HTTPStatusError):
            self._identity.learn(error.response)
            self._become(states.of_response(error.response))
        elif isinstance(error, httpx.HTTPError):
            self._become(states.NOT_CONNECTED)
        elif isinstance(error, _OffTheListError):
            self._become(states.OFF_THE_LIST)
        else:
            _log.error("poll-failed", error=type(error).__name__)
            self._become(states.FAULT)

    def _become(self, what: State) -> None:
        state, advice = what
        if state != self._state:
            self._state = state
            _log.info("node-state", state=state, advice=advice)
            self._on_state(state, advice)

    def _delay(self, worked: bool) -> float:
        now = time.monotonic()
        if worked:
            self._fast_until = now + self._settings.fast_for
        return self._settings.poll_fast if now < self._fast_until else self._settings.poll_idle

    def _backoff(self, failures: int) -> float:
        doubled: float = self._settings.backoff_first * 2 ** min(failures - 1, 16)
        # Half of it at random, so that agents do not all come back at once.
        return min(doubled, self._settings.backoff_most) * random.uniform(0.5, 1)  # noqa: S311

    def _connect(self) -> FleetHttpClient:
        try:
            context = ssl.create_default_context(cadata=self._settings.ca.decode("ascii"))
        except (ssl.SSLError, ValueError):
            raise InputError("the pinned CA cannot be used", advice="enrol again") from None
        client = FleetHttpClient(
            f"https://{urlsplit(self._settings.url).netloc}",
            interceptors=[Version(), self._identity],
            verify=context,
            timeout=self._settings.timeout,
        )
        # Flower's client would follow a redirection to any other host.
        client._client.follow_redirects = False  # noqa: SLF001
        return client


def waiter(stop: threading.Event) -> Callable[[float], bool]:
    """A `wait` that ends early when an event is set."""
    return stop.wait
