"""The stock SuperLink as a child process on loopback, its nodes, and the one run of our ServerApp.

Rules kept here:

1. It listens on 127.0.0.1 only: whoever reaches its port can start code here (its Control
   interface has no authentication). The gateway in front of it lets only Fleet calls through.
2. Its CA is made at every start and lives only as long as the process.
3. Flower's telemetry, update checks and run-time installation of dependencies are off, and its
   files stay below the coordinator's home.
4. The bundle that Flower demands is an empty shim: its `serverapp` names our installed module.
5. After a restart the nodes are registered again and a new run is started; an old one never
   resumes.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.cli.build import build_fab_from_files
from flwr.common.serde import fab_to_proto
from flwr.proto.control_pb2 import (
    ListNodesRequest,
    RegisterNodeRequest,
    StartRunRequest,
    UnregisterNodeRequest,
)
from flwr.supercore.control.control_http_client import ControlHttpClient
from flwr.supercore.fab import Fab
from flwr.supercore.interceptors.http.runtime_version import RuntimeVersionHttpInterceptor
from flwr.supercore.primitives.asymmetric import public_key_to_bytes

from oversight_coordinator import files, tls
from oversight_coordinator.config import HOME_VARIABLE, Settings

QUIET = {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1"}
"""No calls to anyone but our own: Flower's are on by default."""

_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_CERTIFICATE_DAYS = 30
"""Longer than any SuperLink process should run; it gets a new certificate at every start."""

SHIM = {
    "pyproject.toml": b"""\
[project]
name = "oversight-shim"
version = "1.0.0"
license = {file = "LICENSE"}
dependencies = ["flwr>=1.41.0,<1.42"]

[tool.flwr.app]
publisher = "federated-oversight"
fab-format-version = 1
flwr-version-target = "1.41.0"

[tool.flwr.app.components]
serverapp = "oversight_coordinator.dispatcher.app:app"
clientapp = "oversight_agent.clientapp:app"
""",
    "LICENSE": b"MIT\n",
    "oversight_shim.py": b"",
}
"""The bundle that Flower demands: its `serverapp` names our installed module."""


def forget_proxies() -> None:
    """Have nothing that is called from this process, or from what it starts, go by a proxy.

    All that is called is on loopback, and Flower's clients would obey the environment.
    """
    for name in list(os.environ):
        if name.upper() in _PROXIES:
            del os.environ[name]


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the SuperLink and, through it, of the dispatcher."""
    here = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("FLWR_")},
        **QUIET,
        "FLWR_HOME": str(settings.superlink.resolve()),
        HOME_VARIABLE: str(settings.home.resolve()),
        # Flower starts its helpers by name.
        "PATH": here if path.split(os.pathsep)[0] == here else f"{here}{os.pathsep}{path}",
    }


def start(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    """Start a SuperLink with node authentication and TLS, its state in memory."""
    folder = settings.superlink
    made = tls.make(["127.0.0.1", "localhost"], _CERTIFICATE_DAYS)
    files.write(folder / "ca.pem", made.ca)
    files.write(folder / "server.pem", made.certificate)
    files.write(folder / "server.key", made.key, private=True)
    command = [
        str(Path(sys.executable).parent / "flower-superlink"),
        "--host", "127.0.0.1", "--port", str(settings.superlink_port),
        "--ssl-certfile", str(folder / "server.pem"),
        "--ssl-keyfile", str(folder / "server.key"),
        "--ssl-ca-certfile", str(folder / "ca.pem"),
        "--enable-supernode-auth", "--disable-runtime-dependency-installation",
    ]  # fmt: skip
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - a fixed command with our own paths
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=environment(settings), start_new_session=True,
        )  # fmt: skip


def node_pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """A node's public key in the form that Flower knows nodes by."""
    return public_key_to_bytes(key)


class Control:
    """The SuperLink's Control interface, as far as we use it."""

    def __init__(self, settings: Settings) -> None:
        self._client = ControlHttpClient.from_server_address(
            f"127.0.0.1:{settings.superlink_port}",
            insecure=False,
            root_certificates=(settings.superlink / "ca.pem").read_bytes(),
            interceptors=[RuntimeVersionHttpInterceptor(component_name="Flower CLI")],
        )

    def is_ready(self) -> bool:
        """Whether the SuperLink answers."""
        try:
            self._client.ListNodes(ListNodesRequest())
        except httpx.HTTPError:
            return False
        return True

    def register(self, node_key: bytes) -> int:
        """Register a node by its public key (PEM); the identifier that the SuperLink gave it."""
        return self._client.RegisterNode(RegisterNodeRequest(public_key=node_key)).node_id

    def unregister(self, node: int) -> None:
        """Forget a node: its calls are refused from now on."""
        self._client.UnregisterNode(UnregisterNodeRequest(node_id=node))

    def start_run(self, bundle: Mapping[str, bytes] = SHIM) -> int:
        """Start a bundle's ServerApp, which is ours unless told otherwise; the run's identifier."""
        content, _ = build_fab_from_files(bundle)
        fab = Fab(hashlib.sha256(content).hexdigest(), content, {})
        return self._client.StartRun(StartRunRequest(fab=fab_to_proto(fab))).run_id

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
