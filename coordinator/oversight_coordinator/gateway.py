"""The one door to the network: forwards the Fleet calls that our agent makes, and takes enrolments.

Rules kept here:

1. A request passes only if its raw path is, byte for byte, one of `FLEET` or `/v1/enrol`, with
   POST. Everything else answers 404 with the same empty body: other paths of the SuperLink (Control
   starts code here and asks for no key), its documentation, encoded variants of the allowed paths.
2. `get-fab` (a bundle of code) and `register-node` (a node that nobody approved) are not among
   them.
3. What passes is written anew for the SuperLink on loopback: its own CA, no proxy, a body of the
   length that was read, and of the headers only those that Flower needs.
4. While the SuperLink is away the answer is 503, so that agents wait instead of giving up.
5. Nobody can fill the memory or keep a place for ever: bodies are bounded one by one and all
   together, and must come within a time.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from oversight_coordinator.config import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

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

MAX_ENROLMENT_BYTES = 64 * 1024
"""Ten times an enrolment. Whoever has no key yet gets no more room."""
MAX_HELD_BYTES = 256 * 1024 * 1024
"""Of all bodies that are read or forwarded at one moment; beyond it senders are told to wait."""
BODY_SECONDS = 60.0
"""Within this a body must have come: 16 MiB at 2.2 Mbit/s."""

_FORWARDED = frozenset({"content-type", "accept"})
_FORWARDED_PREFIXES = ("flwr-", "x-flwr-")

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
            context = ssl.create_default_context(cadata=ca.decode("ascii"))
            old, self._client, self._ca = self._client, self._connect(context), ca
            if old is not None:
                await old.aclose()
        return self._client

    def _connect(self, context: ssl.SSLContext) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{self._settings.superlink_port}",
            verify=context, trust_env=False, timeout=30,
        )  # fmt: skip

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class _Room:
    """The bytes that all requests together may hold."""

    def __init__(self, most: int) -> None:
        self._left = most

    @contextmanager
    def share(self) -> Iterator[Callable[[int], bool]]:
        """A request's share: what it takes through the function is free again at the end."""
        taken = 0

        def take(size: int) -> bool:
            nonlocal taken
            if size > self._left:
                return False
            taken += size
            self._left -= size
            return True

        try:
            yield take
        finally:
            self._left += taken


class _Door:
    """What becomes of one request after another."""

    def __init__(self, upstream: Upstream, enrol: Enrol) -> None:
        self._upstream, self._enrol, self._room = upstream, enrol, _Room(MAX_HELD_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        with self._room.share() as take:
            response = await self._answer(Request(scope, receive), take)
            await response(scope, receive, send)

    async def _answer(self, request: Request, take: Callable[[int], bool]) -> Response:
        path = request.scope.get("raw_path", b"")
        if request.method != "POST" or request.url.query or path not in (FLEET | {ENROL}):
            return Response(status_code=404)
        most = MAX_ENROLMENT_BYTES if path == ENROL else MAX_BODY_BYTES
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request, most, take)
        except ClientDisconnect:
            return Response(status_code=400)
        except TimeoutError:
            return _closing(408)
        if isinstance(body, Response):
            return body
        if path == ENROL:
            # The store may have to wait for another process; the agents' calls must not.
            status, reply = await run_in_threadpool(self._enrol, body)
            return Response(reply, status_code=status, media_type="application/json")
        return await _forward(request, path.decode("ascii"), body, self._upstream)


def make_gateway(settings: Settings, enrol: Enrol) -> Starlette:
    """The ASGI application."""
    upstream = Upstream(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await upstream.close()

    app = Starlette(lifespan=lifespan)
    # A mount at the root would decode paths first; the raw path decides, so the app is wrapped.
    app.router.default = _Door(upstream, enrol)
    return app


async def _body(request: Request, most: int, take: Callable[[int], bool]) -> bytes | Response:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        return _closing(413)
    body = bytearray()
    async for chunk in request.stream():
        body.extend(chunk)
        if len(body) > most:
            return _closing(413)
        if not take(len(chunk)):
            return _away()
    return bytes(body)


def _closing(status: int) -> Response:
    """An answer to a request that was not read to its end: nothing may follow it."""
    return Response(status_code=status, headers={"connection": "close"})


def _away() -> Response:
    return Response(status_code=503, headers={"retry-after": "1", "connection": "close"})


async def _forward(request: Request, path: str, body: bytes, upstream: Upstream) -> Response:
    headers = {
        name: value for name, value in request.headers.items()
        if name in _FORWARDED or name.startswith(_FORWARDED_PREFIXES)
    }  # fmt: skip
    try:
        reply = await upstream.post(path, headers, body)
    except (httpx.HTTPError, OSError):
        return Response(status_code=503, headers={"retry-after": "1"})
    kept = {
        name: value for name, value in reply.headers.items()
        if name == "content-type" or name.startswith(_FORWARDED_PREFIXES)
    }  # fmt: skip
    return Response(reply.content, status_code=reply.status_code, headers=kept)
