"""One own node with the trivial ClientApp: what `oversight-agent run` runs, without work to do.

Arguments: gateway address, CA file, private key file, a folder for the node's state.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from echo_app import app

from oversight_agent.node import FleetNode, NodeSettings

url, ca, key, state = sys.argv[1:]
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
FleetNode(
    NodeSettings(
        url=url,
        ca=Path(ca).read_bytes(),
        remember=Path(state) / "node.json",
        poll_idle=0.2,
        backoff_most=1.0,
    ),
    load_pem_private_key(Path(key).read_bytes(), password=None),
    app,
    stop.wait,
).run()
