"""Ports of this machine's loopback interface: finding free ones, and asking who is there."""

from __future__ import annotations

import contextlib
import socket
import ssl
from pathlib import Path

_ANSWER_SECONDS = 2


def free_ports(number: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on, all different."""
    with contextlib.ExitStack() as held:
        # All are held until all are found, or one could be found twice.
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def answers(port: int, ca: Path) -> bool:
    """Whether a server with a certificate of this CA answers; another program's does not count."""
    context = ssl.create_default_context(cafile=str(ca))
    try:
        with (
            socket.create_connection(("127.0.0.1", port), _ANSWER_SECONDS) as connection,
            context.wrap_socket(connection, server_hostname="127.0.0.1"),
        ):
            return True
    except OSError:
        return False
