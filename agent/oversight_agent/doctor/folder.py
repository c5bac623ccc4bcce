"""The agent's folder: who may look into it, its settings, keys, ledger, and who works on it."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from oversight_agent import keys, records
from oversight_agent.config import Settings
from oversight_agent.doctor.finding import Finding, failed, ok, warning
from oversight_protocol.envelope import public_bytes
from oversight_protocol.ledger import Records

MIB = 1024 * 1024
DISK_FAILS_MIB, DISK_WARNS_MIB = 100, 1024
"""A ledger's entry takes some kilobytes; a release of all tables less than one MiB."""
SECRETS = ("signing.key", "node.key", "pseudonym.secret")
_OTHERS = 0o077
_FOR_A_PERSON = frozenset({"not-registered", "other-version", "wrong-address"})
"""States of the connection that do not end by waiting."""


def check_home(home: Path) -> Iterator[Finding]:
    """That the folder is its owner's alone, and that the owner gives this command."""
    status = home.stat()
    mode = stat.S_IMODE(status.st_mode)
    if os.name == "nt":
        yield ok("home folder", f"{home}; permissions are not looked at on Windows")
    elif status.st_uid != os.geteuid():
        yield warning(
            "home folder", f"{home} belongs to another account than the one of this command",
            "give the agent's commands from its own account (sudo -u oversight-agent …), or what "
            "they write will not be the agent's",
        )  # fmt: skip
    elif mode & _OTHERS:
        yield warning(
            "home folder", f"{home} is open to other accounts (mode {mode:04o})",
            f"close it: chmod 700 {home}",
        )  # fmt: skip
    elif not os.access(home, os.W_OK):
        yield failed("home folder", f"{home} cannot be written to", f"chmod 700 {home}")
    else:
        yield ok("home folder", f"{home}, for its owner only")


def check_disk(home: Path) -> Iterator[Finding]:
    """That the ledger can grow."""
    free = shutil.disk_usage(home).free // MIB
    advice = "make room on this disk: an agent that cannot record answers nothing"
    if free < DISK_FAILS_MIB:
        yield failed("disk", f"{free} MiB free", advice)
    elif free < DISK_WARNS_MIB:
        yield warning("disk", f"{free} MiB free", advice)
    else:
        yield ok("disk", f"{free / 1024:.0f} GiB free")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Whose agent it is, and where its sources lie."""
    folder = settings.data_folder
    if folder.is_dir():
        yield ok("settings", f"{settings.name} ({settings.la}), sources in {folder}")
    else:
        yield failed(
            "settings", f"there is no folder {folder} for the sources",
            f"make it, or correct 'data' in {settings.path('agent.toml')}",
        )  # fmt: skip


def check_keys(home: Path) -> Iterator[Finding]:
    """That all keys are here, belong together, and are nobody else's to read."""
    signing = keys.signing_key(home)
    keys.node_key(home)
    folder = home / "keys"
    if public_bytes(signing.public_key()).hex() != keys.signing_public_hex(home):
        yield failed(
            "keys", f"{folder / 'signing.pub'} is not the public half of signing.key",
            "restore the folder 'keys' from its backup as a whole",
        )  # fmt: skip
        return
    secret = folder / "pseudonym.secret"
    if not secret.is_file() or secret.stat().st_size != keys.SECRET_BYTES:
        yield failed(
            "keys", f"{secret} is missing or damaged",
            "restore it from its backup: without it no pseudonym can be made again",
        )  # fmt: skip
        return
    yield _privacy(folder)


def _privacy(folder: Path) -> Finding:
    paths = [folder / name for name in SECRETS]
    open_ones = [path for path in paths if os.name != "nt" and path.stat().st_mode & _OTHERS]
    if open_ones:
        names = " ".join(str(path) for path in open_ones)
        return failed(
            "keys", f"other accounts may use {', '.join(path.name for path in open_ones)}",
            f"chmod 600 {names}; if anybody may have read them, tell Kent and enrol anew",
        )  # fmt: skip
    return ok("keys", "signing key, node key and pseudonym secret, for their owner only")


def check_running(settings: Settings) -> Iterator[Finding]:
    """Whether an agent works on this folder, and how its connection stands."""
    if not _is_locked(settings.path("state", "run.lock")):
        yield warning(
            "agent", "none runs on this folder",
            "start it: oversight-agent run, or systemctl start oversight-agent",
        )  # fmt: skip
        return
    state, advice, since = _connection(settings.path("state", "connection.json"))
    found = f"one runs on this folder; {state} since {since}"
    if state == "connected":
        yield ok("agent", found)
    elif state in _FOR_A_PERSON:
        yield failed("agent", found, advice)
    else:
        yield warning("agent", found, advice or "wait a moment and look again")


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def _connection(path: Path) -> tuple[str, str, str]:
    try:
        noted = json.loads(path.read_bytes())
        since = datetime.fromisoformat(noted["since"]).astimezone(UTC)
        return str(noted["state"]), str(noted["advice"]), f"{since:%d %B %Y, %H:%M UTC}"
    except (OSError, ValueError, KeyError, TypeError):
        return "connecting", "", "just now"


def check_ledger(settings: Settings, read_ledger: Callable[[Path], Records]) -> Iterator[Finding]:
    """That every entry verifies, and what Kent last confirmed."""
    if not settings.ledger.exists():
        yield _no_ledger(settings)
        return
    book = read_ledger(settings.home)
    receipt = records.last(book, "receipt")
    confirmed = f"last receipt from Kent {receipt.entry.time:%Y-%m-%d %H:%M} UTC" if receipt else (
        "no receipt from Kent yet"
    )  # fmt: skip
    yield ok("ledger", f"{len(book.entries)} entries verify; {confirmed}")


def _no_ledger(settings: Settings) -> Finding:
    if not settings.coordinator_url:
        return ok("ledger", "none yet; it begins with the enrolment")
    return failed(
        "ledger", f"{settings.ledger} is missing, though this agent has enrolled",
        "stop the agent and restore the file from its backup; if it is lost, tell the programme's "
        "security contact",
    )  # fmt: skip
