"""A Flower node in one module: it pulls messages, runs the installed ClientApp, pushes the replies.

It is the only module that touches Flower, and the only one that opens a connection while the agent
runs. Rules kept here:

1. Outbound HTTPS to the gateway only, with the CA pinned at enrolment.
2. The bundle of code that Flower offers with a run is never asked for: the app is the one installed.
3. Nothing here ends the process. Not connected, not registered, another version and not available are
   states, each with a back-off; what to do about them is logged in plain English.
4. A clock that is wrong by more than the SuperLink tolerates is corrected by the gateway's `Date`.
5. The node identifier is remembered, so that a node that was killed can take itself off the list of
   nodes that are online; until then the SuperLink would refuse it for a minute.
6. For some time after work it polls fast, else slowly: each poll costs the SuperLink about 9 ms.
"""

from __future__ import annotations

import json
import random
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.clientapp import ClientApp
from flwr.common.constant import HEARTBEAT_DEFAULT_INTERVAL, TIMESTAMP_HEADER
from flwr.common.serde import message_to_proto
from flwr.proto.fleet_pb2 import (
    ActivateNodeRequest,
    DeactivateNodeRequest,
    PullMessagesRequest,
    PullMessagesResponse,
    PushMessagesRequest,
)
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.node_pb2 import Node
from flwr.supercore.constant import FLEET_HTTP_PUBLIC_KEY_HEADER, FLEET_HTTP_SIGNATURE_HEADER
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
from flwr.supercore.interceptors.http.utils import add_headers
from flwr.supercore.primitives.asymmetric import public_key_to_bytes, sign_message
from flwr.supercore.protobuf.client import ProtobufCall, ProtobufRequestContext
from flwr.supercore.runtime_version_compatibility import RuntimeVersionMetadata
from flwr.supernode.fleet_http_client import FleetHttpClient

from oversight_agent import files

Handler = Callable[[bytes], bytes]
"""What answers a request: bytes in, bytes out."""

RECORD, FIELD = "oversight", "body"
"""Where a request and its reply stand in a Flower message."""

_log = structlog.get_logger("oversight_agent.node")

_STATES = {
    401: ("not-registered", "the coordinator does not know this agent's node key (yet); "
          "ask Kent whether the enrolment was approved"),
    404: ("wrong-address", "no coordinator answers at this address; check coordinator_url"),
    412: ("other-version", "the coordinator runs another version of Flower; upgrade this agent"),
    503: ("coordinator-away", "the coordinator is starting or under maintenance; trying again"),
}  # fmt: skip
_NOT_CONNECTED = ("not-connected", "no connection to the coordinator; check network and proxy")


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
    """The ClientApp that hands each message's body to `handler` and replies with what it returns."""
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
        self._identity = _Identity(key, self._public)
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
            except (httpx.HTTPError, OSError, ValueError, RuntimeError) as error:
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
            run_id, message_id = proto.metadata.run_id, proto.metadata.message_id
            contents = pull_objects(
                [part.object_id for part in iterate_object_tree(tree)],
                make_pull_object_fn_protobuf(self._client.PullObject, node, run_id),
            )
            message = cast("Message", inflate_object_from_contents(message_id, contents))
            message.metadata.__dict__["_message_id"] = message_id
            make_confirm_message_received_fn_protobuf(
                self._client.ConfirmMessageReceived, node, run_id
            )(message_id)
            self._push(node, run_id, self._answer(node, message))

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
        self._become("connected", "")
        return self._node

    def _heartbeat(self, node: Node) -> None:
        response = self._client.SendNodeHeartbeat(
            SendNodeHeartbeatRequest(node=node, heartbeat_interval=HEARTBEAT_DEFAULT_INTERVAL)
        )
        if not response.success:
            raise RuntimeError("the coordinator no longer lists this node")
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
            status = error.response.status_code
            self._identity.learn(error.response)
            self._become(*_STATES.get(status, (f"http-{status}", "trying again")))
        else:
            self._become(*_NOT_CONNECTED)
        _log.debug("poll-failed", error=type(error).__name__)

    def _become(self, state: str, advice: str) -> None:
        if state != self._state:
            self._state = state
            _log.info("node-state", state=state, advice=advice)
            self._on_state(state, advice)

    def _delay(self, worked: bool) -> float:  # noqa: FBT001
        now = time.monotonic()
        if worked:
            self._fast_until = now + self._settings.fast_for
        return self._settings.poll_fast if now < self._fast_until else self._settings.poll_idle

    def _backoff(self, failures: int) -> float:
        doubled: float = self._settings.backoff_first * 2 ** min(failures - 1, 16)
        # Half of it at random, so that agents do not all come back at once.
        return min(doubled, self._settings.backoff_most) * random.uniform(0.5, 1)  # noqa: S311

    def _connect(self) -> FleetHttpClient:
        context = ssl.create_default_context(cadata=self._settings.ca.decode("ascii"))
        return FleetHttpClient(
            f"https://{urlsplit(self._settings.url).netloc}",
            interceptors=[_Version(), self._identity],
            verify=context,
            timeout=self._settings.timeout,
        )


class _Version:
    """Tells Flower's version, and unlike Flower's own interceptor never ends the process."""

    def __init__(self) -> None:
        metadata = RuntimeVersionMetadata.from_local_component("SuperNode").as_metadata()
        self._headers = {name: str(value) for name, value in metadata}

    def intercept(self, context: ProtobufRequestContext, call_next: ProtobufCall) -> httpx.Response:
        add_headers(context.request, self._headers)
        return call_next(context)


class _Identity:
    """Signs each request's time with the node key, as Flower's interceptor does, clock corrected."""

    _WORTH_CORRECTING = timedelta(seconds=2)

    def __init__(self, key: ec.EllipticCurvePrivateKey, public: bytes) -> None:
        self._key, self._public = key, b64encode(public).decode("ascii")
        self._offset = timedelta()

    def learn(self, response: httpx.Response) -> None:
        """Take the gateway's time from a refusal."""
        try:
            theirs = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError):
            return
        offset = theirs - datetime.now(UTC)
        self._offset = offset if abs(offset) > self._WORTH_CORRECTING else timedelta()

    def intercept(self, context: ProtobufRequestContext, call_next: ProtobufCall) -> httpx.Response:
        timestamp = (datetime.now(UTC) + self._offset).isoformat()
        signature = sign_message(self._key, timestamp.encode("ascii"))
        add_headers(
            context.request,
            {
                FLEET_HTTP_PUBLIC_KEY_HEADER: self._public,
                TIMESTAMP_HEADER: timestamp,
                FLEET_HTTP_SIGNATURE_HEADER: b64encode(signature).decode("ascii"),
            },
        )
        return call_next(context)


def waiter(stop: threading.Event) -> Callable[[float], bool]:
    """A `wait` that ends early when an event is set."""
    return lambda seconds: stop.wait(seconds)
