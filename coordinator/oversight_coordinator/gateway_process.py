"""The gateway's process: uvicorn with TLS around `gateway`, for the home that is configured.

Rules kept here:

1. HTTP is read by h11, which is strict about where a message ends.
2. Connections are limited in number, a request's head in size and time, and idle ones are closed: a
   crowd of slow strangers cannot take the places of the agents.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from pathlib import Path
from typing import Any

import h11
import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from oversight_coordinator import config, enrolment, logs
from oversight_coordinator.config import HOME_VARIABLE, Settings
from oversight_coordinator.gateway import make_gateway
from oversight_coordinator.store import Store
from oversight_coordinator.times import now
from oversight_protocol.errors import OversightError

CONNECTIONS = 1024
"""Six for each of the 153 authorities of England; further ones are told 503."""
HEAD_SECONDS = 10.0
"""Within this a connection must have sent a request's whole head."""
HEAD_BYTES = 16 * 1024
"""Of a request's line and headers; those of the agent's node take about 1 KB."""
IDLE_SECONDS = 75
"""Longer than an idle agent's pause between two polls, so that it keeps its connection."""
STOP_SECONDS = 2

_log = structlog.get_logger("oversight_coordinator.gateway")


class BoundedProtocol(H11Protocol):
    """A connection that is closed when a request's head takes too long to come."""

    _head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head from the start: a connection that says nothing is closed as well."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Expect the rest of a head that has begun."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_expecting()
        elif self._head_due is None:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_expecting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._head_due = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_expecting(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None


def server_config(app: Any, host: str, port: int, **tls: str) -> uvicorn.Config:
    """How uvicorn serves the gateway's application.

    Args:
        app: the ASGI application.
        host: the address to listen on.
        port: the port to listen on.
        **tls: `ssl_certfile` and `ssl_keyfile`.
    """
    return uvicorn.Config(
        app, host=host, port=port, http=BoundedProtocol, ws="none", server_header=False,
        proxy_headers=False, access_log=False, log_level=logging.WARNING,
        limit_concurrency=CONNECTIONS, timeout_keep_alive=IDLE_SECONDS,
        h11_max_incomplete_event_size=HEAD_BYTES, timeout_graceful_shutdown=STOP_SECONDS,
        **tls,  # type: ignore[arg-type]
    )  # fmt: skip


def _enrol(store: Store, body: bytes) -> tuple[int, bytes]:
    try:
        return enrolment.enrol(store, body, now())
    except OversightError as error:
        _log.error("enrolment-not-taken", problem=str(error))
        return 503, b'{"problem": "try again later"}'


def _serve(settings: Settings) -> None:
    store = Store(settings.database)
    app = make_gateway(settings, lambda body: _enrol(store, body))
    tls = {
        "ssl_certfile": str(settings.certificate), "ssl_keyfile": str(settings.certificate_key),
    }  # fmt: skip
    server = uvicorn.Server(server_config(app, settings.gateway_host, settings.gateway_port, **tls))
    with contextlib.suppress(KeyboardInterrupt):
        server.run()


def main() -> None:
    """Serve until told to stop."""
    logs.to_stream()
    _serve(config.load(Path(os.environ[HOME_VARIABLE])))


if __name__ == "__main__":
    main()
