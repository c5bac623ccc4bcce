"""The gateway's process: uvicorn with TLS around `gateway`, for the home named in the environment."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import uvicorn

from oversight_coordinator import config, enrolment, logs
from oversight_coordinator.config import HOME_VARIABLE
from oversight_coordinator.gateway import make_gateway
from oversight_coordinator.store import Store
from oversight_coordinator.times import now


def main() -> None:
    """Serve until told to stop."""
    settings = config.load(Path(os.environ[HOME_VARIABLE]))
    logs.to_stream()
    store = Store(settings.database)
    uvicorn.run(
        make_gateway(settings, lambda body: enrolment.enrol(store, body, now())),
        host=settings.gateway_host, port=settings.gateway_port,
        ssl_certfile=str(settings.certificate), ssl_keyfile=str(settings.certificate_key),
        server_header=False, access_log=False, log_level=logging.WARNING, ws="none",
        timeout_graceful_shutdown=2,
    )  # fmt: skip


if __name__ == "__main__":
    main()
