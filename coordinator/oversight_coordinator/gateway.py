"""The one door to the network: forwards the Fleet calls that our agent makes, and takes enrolments.

Rules kept here:

1. A request passes only if its raw path is, byte for byte, one of `FLEET` or `/v1/enrol`, with POST.
   Everything else answers 404 with the same empty body: other paths of the SuperLink (Control starts
   code here and asks for no key), its documentation, encoded variants of the allowed paths.
2. `get-fab` (a bundle of code) and `register-node` (a node that nobody approved) are not among them.
3. What passes goes to the SuperLink on loopback over TLS with its own CA, by no proxy.
4. While the SuperLink is away the answer is 503, so that agents wait instead of giving up.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from oversight_coordinator.config import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

FLEET = frozenset(
    f"/v1/fleet/{call}".encode()
    for call in (
        "activate-node", "deactivate-node", "send-node-heartbeat", "pull-messages", "pull-object",
        "confirm-message-received", "push-messages", "push-object",
    )
)  # fmt: skip
"""The Fleet calls that the agent's node makes; no other is forwarded."""

ENROL = b"/v1/enrol"
MAX_BODY_BYTES = 16 * 1024 * 1024
"""Twice the largest envelope (8 MiB), so that no honest message is cut."""

_FORWARDED_PREFIXES = ("flwr-", "x-flwr-", "content-type", "accept")
_DROPPED = frozenset({"host", "content-length", "connection", "transfer-encoding", "expect"})

Enrol = Callable[[bytes], tuple[int, bytes]]
"""Takes an enrolment's body; gives the status and the reply."""


class Upstream:
    """The SuperLink, reached with the CA that it made at its last start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None
        self._ca = b""

    async def post(self, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """Forward one call.

        Raises:
            httpx.HTTPError, OSError: the SuperLink is away.
        """
        client = await self._current()
        return await client.post(path, headers=headers, content=body)

    async def _current(self) -> httpx.AsyncClient:
        ca = (self._settings.superlink / "ca.pem").read_bytes()
        if self._client is None or ca != self._ca:
            await self.close()
            context = ssl.create_default_context(cadata=ca.decode("ascii"))
            self._client = httpx.AsyncClient(
                base_url=f"https://127.0.0.1:{self._settings.superlink_port}",
                verify=context, trust_env=False, timeout=30,
            )  # fmt: skip
            self._ca = ca
        return self._client

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def make_gateway(settings: Settings, enrol: Enrol) -> Starlette:
    """The ASGI application."""
    upstream = Upstream(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await upstream.close()

    app = Starlette(lifespan=lifespan)

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        response = await _answer(Request(scope, receive), upstream, enrol)
        await response(scope, receive, send)

    # A mount at the root would decode paths first; the raw path decides, so the app is wrapped.
    app.router.default = _http_only(door)
    return app


def _http_only(
    door: Callable[[Scope, Receive, Send], Awaitable[None]],
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        await door(scope, receive, send)

    return guarded


async def _answer(request: Request, upstream: Upstream, enrol: Enrol) -> Response:
    path = request.scope.get("raw_path", b"")
    if request.method != "POST" or request.url.query or path not in (FLEET | {ENROL}):
        return Response(status_code=404)
    try:
        body = await _bounded_body(request)
    except ClientDisconnect:
        return Response(status_code=400)
    if body is None:
        return Response(status_code=413)
    if path == ENROL:
        status, reply = enrol(body)
        return Response(reply, status_code=status, media_type="application/json")
    return await _forward(request, path.decode("ascii"), body, upstream)


async def _bounded_body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body.extend(chunk)
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


async def _forward(request: Request, path: str, body: bytes, upstream: Upstream) -> Response:
    headers = {
        name: value for name, value in request.headers.items()
        if name not in _DROPPED and name.startswith(_FORWARDED_PREFIXES)
    }  # fmt: skip
    try:
        reply = await upstream.post(path, headers, body)
    except (httpx.HTTPError, OSError, ssl.SSLError):
        return Response(status_code=503, headers={"retry-after": "1"})
    kept = {
        name: value for name, value in reply.headers.items()
        if name == "content-type" or name.startswith(("flwr-", "x-flwr-"))
    }  # fmt: skip
    return Response(reply.content, status_code=reply.status_code, headers=kept)
