"""A demo seen from outside: its commands, its processes, its files, and its one door.

Nothing here uses the code under test to look at what it did, except where a test's question is what
a command says.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import tomllib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from unittest import mock

import psutil
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.common.constant import TIMESTAMP_HEADER
from flwr.supercore.constant import FLEET_HTTP_PUBLIC_KEY_HEADER, FLEET_HTTP_SIGNATURE_HEADER
from flwr.supercore.primitives.asymmetric import public_key_to_bytes, sign_message
from flwr.supercore.runtime_version_compatibility import RuntimeVersionMetadata

SLUGS = ("kent", "medway", "brighton-and-hove")
CODES = {"kent": "E10000016", "medway": "E06000035", "brighton-and-hove": "E06000043"}
FLEET_CALLS = (
    "activate-node", "deactivate-node", "send-node-heartbeat", "pull-messages", "pull-object",
    "confirm-message-received", "push-messages", "push-object",
)  # fmt: skip
RUN_SECONDS = 200
SCALE = 0.5
"""Size of the demos of the system tests: large enough that whole authorities are published."""
STRACE = shutil.which("strace")
_MARK = "FEDERATED_OVERSIGHT_TEST"


def command(name: str) -> str:
    """The path of a console script beside this Python."""
    return str(Path(sys.executable).parent / name)


class Running:
    """A demo under way, and every process that ever came of it."""

    def __init__(self, *arguments: str, before: Sequence[str] = ()) -> None:
        self.mark = uuid.uuid4().hex
        self._seen: set[psutil.Process] = set()
        self._over = threading.Event()
        self.process = subprocess.Popen(
            [*before, command("oversight"), "demo", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, _MARK: self.mark}, start_new_session=True,
        )  # fmt: skip
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            top = psutil.Process(self.process.pid)
            while not self._over.wait(0.05):
                self._seen.update(top.children(recursive=True))

    def read_until(self, text: str) -> str:
        """Its progress up to a line that holds a text; fails when it ends before."""
        read = ""
        for line in self.process.stderr or ():
            read += line
            if text in line:
                return read
        raise AssertionError(f"'{text}' never came; it said:\n{read}")

    def end(self) -> tuple[int, str, str]:
        """Wait for its end: status, standard output, standard error from here on."""
        try:
            out, err = self.process.communicate(timeout=RUN_SECONDS)
        finally:
            self._over.set()
            self._watcher.join()
            if self.process.poll() is None:
                self.process.terminate()
        return self.process.returncode, out, err

    @property
    def seen(self) -> frozenset[psutil.Process]:
        """All processes below it that were seen so far."""
        return frozenset(self._seen)

    def part(self, out: Path, name: str) -> psutil.Process:
        """One of its lasting processes, by the demo's own note."""
        noted = json.loads((out / "running.json").read_bytes())
        return psutil.Process(int(noted[name][0]))

    def survivors(self, seconds: float = 0) -> list[str]:
        """The command lines of its processes that are still alive after some seconds."""
        marked = {one for one in psutil.process_iter() if self._is_marked(one)}
        _, left = psutil.wait_procs({*self._seen, *marked}, timeout=seconds)
        return [text for one in left if (text := _alive(one))]

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(_MARK) == self.mark
        except psutil.Error:
            return False


def _alive(process: psutil.Process) -> str:
    try:
        gone = process.status() == psutil.STATUS_ZOMBIE
        return "" if gone else " ".join(process.cmdline()) or process.name()
    except psutil.NoSuchProcess:
        return ""


@dataclass(frozen=True)
class Demo:
    """A demo that has come to its results.

    Attributes:
        survivors: what was still alive at its end.
        trace: what strace wrote, or None.
    """

    out: Path
    printed: str
    progress: str
    survivors: tuple[str, ...] = ()
    trace: Path | None = None

    @property
    def coordinator(self) -> Path:
        return self.out / "coordinator"

    def agent(self, slug: str) -> Path:
        return self.out / "agents" / slug

    @property
    def document(self) -> dict:
        return json.loads(self.printed)

    @property
    def settings(self) -> dict:
        return tomllib.loads((self.coordinator / "coordinator.toml").read_text("utf-8"))

    @property
    def gateway_port(self) -> int:
        return self.settings["gateway_port"]

    @property
    def superlink_port(self) -> int:
        return self.settings["superlink_port"]

    @property
    def superlink_log(self) -> str:
        return (self.coordinator / "logs" / "superlink.log").read_text("utf-8")

    def csv_rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((self.out / "pooled.csv").read_text("utf-8"))))

    def truth(self) -> list[dict]:
        return json.loads((self.out / "truth.json").read_bytes())["counts"]

    def store_answers(self) -> dict[str, dict]:
        """The payload of each authority's answer in the store."""
        with contextlib.closing(self._store()) as store:
            return {la: payload(raw) for la, raw in store.execute("SELECT la, answer FROM asks")}

    def store_values(self) -> Iterator[object]:
        """Every value of every column of every table of the store."""
        with contextlib.closing(self._store()) as store:
            names = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in names:
                for row in store.execute(f'SELECT * FROM "{name}"'):
                    yield from row

    def _store(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.coordinator / 'store.sqlite'}?mode=ro", uri=True)

    def running(self) -> dict[str, psutil.Process]:
        """The lasting processes of a kept demo by name."""
        noted = json.loads((self.out / "running.json").read_bytes())
        return {name: psutil.Process(int(pid)) for name, (pid, _) in noted.items()}


def payload(envelope: bytes | dict) -> dict:
    """The document in a DSSE envelope."""
    parsed = envelope if isinstance(envelope, dict) else json.loads(envelope)
    return json.loads(base64.b64decode(parsed["payload"]))


def ledger_entries(folder: Path) -> list[dict]:
    """The entries of a ledger, oldest first, read without verifying."""
    lines = (folder / "ledger.jsonl").read_bytes().splitlines()
    return [json.loads(line)["entry"] for line in lines]


def run_here(main: Callable[[], None], *arguments: str) -> tuple[int, str, str]:
    """A command line in this process: status, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["command", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ending:
            return int(ending.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def pinned(ca: Path) -> ssl.SSLContext:
    """A client's TLS context that trusts one CA only."""
    return ssl.create_default_context(cafile=str(ca))


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


def raw_call(
    port: int,
    context: ssl.SSLContext,
    target: bytes,
    *,
    method: bytes = b"POST",
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
) -> Reply:
    """One HTTP request whose target is sent byte for byte as given."""
    lines = [
        b"%s %s HTTP/1.1" % (method, target),
        b"Host: 127.0.0.1:%d" % port,
        b"Connection: close",
        b"Content-Length: %d" % len(body),
        *(f"{name}: {value}".encode() for name, value in headers),
    ]
    with (
        socket.create_connection(("127.0.0.1", port), 30) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        response = HTTPResponse(connection, method=method.decode())
        response.begin()
        return Reply(response.status, dict(response.getheaders()), response.read())


PROTOBUF = ("Content-Type", "application/protobuf")


def fleet_headers(
    key: ec.EllipticCurvePrivateKey,
    claimed: ec.EllipticCurvePublicKey | None = None,
    when: datetime | None = None,
) -> list[tuple[str, str]]:
    """The headers of a Fleet call signed with a key; `claimed` is the key that it says it is."""
    moment = (when or datetime.now(UTC)).isoformat()
    version = RuntimeVersionMetadata.from_local_component("SuperNode").as_metadata()
    public = public_key_to_bytes(claimed or key.public_key())
    return [
        PROTOBUF,
        *((name, str(value)) for name, value in version),
        (FLEET_HTTP_PUBLIC_KEY_HEADER, base64.b64encode(public).decode()),
        (TIMESTAMP_HEADER, moment),
        (
            FLEET_HTTP_SIGNATURE_HEADER,
            base64.b64encode(sign_message(key, moment.encode())).decode(),
        ),
    ]


_BASE64 = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}")


def all_texts(content: bytes) -> Iterator[str]:
    """A content as text, and whatever text is in base64 in it, envelopes in envelopes included.

    Base64 of what is no text (keys, signatures) is left out: chance bytes hold chance words.
    """
    text = content.decode("latin-1")
    yield text
    for found in _BASE64.findall(text):
        with contextlib.suppress(ValueError):
            unwrapped = base64.b64decode(found, validate=True)
            unwrapped.decode("utf-8")
            yield from all_texts(unwrapped)
