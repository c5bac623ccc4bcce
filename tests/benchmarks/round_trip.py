"""Round trip of the same trivial ClientApp: own nodes through the gateway, stock nodes directly.

Both against a stock SuperLink with TLS and node authentication, the same ServerApp asking.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psutil
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from oversight_coordinator import config, files, tls
from oversight_coordinator.dispatcher import superlink
from oversight_coordinator.store import Store

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
READY_SECONDS = 60.0
RUN_SECONDS = 900.0
ROUNDS = {1: 5, 19: 2}
"""Measured rounds after one that is not counted; a round of 19 stock nodes takes half a minute."""

_FAB = {
    "pyproject.toml": b"""\
[project]
name = "bench"
version = "1.0.0"
license = {file = "LICENSE"}
dependencies = ["flwr>=1.41.0,<1.42"]

[tool.flwr.app]
publisher = "federated-oversight"
fab-format-version = 1
flwr-version-target = "1.41.0"

[tool.flwr.app.components]
serverapp = "round_trip_app:app"
clientapp = "echo_app:app"
""",
    "LICENSE": b"MIT\n",
    "bench_shim.py": b"",
}


@dataclass(frozen=True)
class Measured:
    """Seconds of each round, and the memory of all nodes' processes after it (MB)."""

    seconds: list[float]
    megabytes_a_node: float


def measure(kind: str, nodes: int, folder: Path) -> Measured:
    """Rounds with `own` or `stock` nodes."""
    settings = _home(folder)
    result = folder / "result.json"
    environment = {
        "BENCH_NODES": str(nodes), "BENCH_ROUNDS": str(ROUNDS[nodes]),
        "BENCH_RESULT": str(result), "PYTHONPATH": str(HERE), **superlink.QUIET,
    }  # fmt: skip
    with patch.dict(os.environ, environment), _superlink(settings) as control:
        keys = [_node_key(folder / "nodes" / str(number)) for number in range(nodes)]
        for key in keys:
            control.register(superlink.node_pem(key.public_key()))
        with _gateway(settings), _nodes(kind, nodes, settings, folder) as processes:
            control.start_run(_FAB)
            _wait(result.exists, RUN_SECONDS, "the rounds did not end")
            memory = sum(map(_tree_memory, processes)) / nodes
    return Measured(json.loads(result.read_text()), memory)


def _home(folder: Path) -> config.Settings:
    (folder / "logs").mkdir(parents=True)
    made = tls.make(["127.0.0.1"], days=1)
    files.write(folder / "tls" / "ca.pem", made.ca)
    files.write(folder / "tls" / "gateway.pem", made.certificate)
    files.write(folder / "tls" / "gateway.key", made.key)
    return config.load(folder, gateway_port=_free_port(), superlink_port=_free_port())


@contextlib.contextmanager
def _superlink(settings: config.Settings) -> Iterator[superlink.Control]:
    process = superlink.start(settings, settings.logs / "superlink.log")
    try:
        control = superlink.Control(settings)
        _wait(control.is_ready, READY_SECONDS, "the SuperLink does not answer")
        yield control
        control.close()
    finally:
        _kill_tree(process.pid)


@contextlib.contextmanager
def _gateway(settings: config.Settings) -> Iterator[None]:
    Store(settings.database).close()
    environment = {
        **os.environ, config.HOME_VARIABLE: str(settings.home),
        "OVERSIGHT_GATEWAY_PORT": str(settings.gateway_port),
        "OVERSIGHT_SUPERLINK_PORT": str(settings.superlink_port),
    }  # fmt: skip
    with (settings.logs / "gateway.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "oversight_coordinator.gateway_process"],
            stdout=log, stderr=log, env=environment,
        )  # fmt: skip
    try:
        _wait(lambda: _answers(settings.gateway_port), READY_SECONDS, "the gateway is not there")
        yield
    finally:
        _kill_tree(process.pid)


@contextlib.contextmanager
def _nodes(
    kind: str, nodes: int, settings: config.Settings, folder: Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = []
    try:
        for number in range(nodes):
            home = folder / "nodes" / str(number)
            command = _own(settings, home) if kind == "own" else _stock(settings, home)
            with (home / "log").open("ab") as log:
                processes.append(subprocess.Popen(
                    command, stdout=log, stderr=log,
                    start_new_session=True,
                    env={**os.environ, "FLWR_HOME": str(home / "flwr"),
                         "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
                ))  # fmt: skip
        yield processes
    finally:
        for process in processes:
            _kill_tree(process.pid)


def _own(settings: config.Settings, home: Path) -> list[str]:
    return [
        sys.executable, str(HERE / "own_node.py"), f"https://127.0.0.1:{settings.gateway_port}",
        str(settings.ca), str(home / "node.key"), str(home),
    ]  # fmt: skip


def _stock(settings: config.Settings, home: Path) -> list[str]:
    return [
        str(BIN / "flower-supernode"), "--superlink", f"127.0.0.1:{settings.superlink_port}",
        "--root-certificates", str(settings.superlink / "ca.pem"),
        "--auth-supernode-private-key", str(home / "node.openssh"),
        "--port", str(_free_port()),
    ]  # fmt: skip


def _node_key(home: Path) -> ec.EllipticCurvePrivateKey:
    home.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP384R1())
    for name, form in (
        ("node.key", serialization.PrivateFormat.PKCS8),
        ("node.openssh", serialization.PrivateFormat.OpenSSH),
    ):
        content = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        files.write(home / name, content, private=True)
    return key


def _tree_memory(process: subprocess.Popen[bytes]) -> float:
    """Proportional set size of a process and all below it, in MB."""
    total = 0
    there = psutil.Process(process.pid)
    for one in [there, *there.children(recursive=True)]:
        total += one.memory_full_info().pss
    return total / 1e6


def _kill_tree(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for one in [*parent.children(recursive=True), parent]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def _wait(ready, seconds: float, problem: str) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(problem)
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
