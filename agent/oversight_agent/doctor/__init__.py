"""`oversight-agent doctor`: looks at everything an agent needs, and says what to do.

    finding     what one check found
    folder      the folder: settings, keys, disk, ledger, and whether an agent runs on it
    programme   enrolment: what was pinned, the files of trust, the roster
    network     the gateway, and this machine's clock against it
    data        policy, mapping, sources
    versions    what is installed

Rules kept here:

1. Nothing is changed, recorded or sent; the gateway is asked for a page that it does not have.
2. One check's failure stops no other that does not need what failed.
3. A finding names files, tables, counts, dates and versions; never a value of a source, a key, or
   what a proxy's address holds besides its host and port.
4. Nothing here imports a data library or an HTTP client before the check that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from oversight_agent import config
from oversight_agent.config import Settings
from oversight_agent.doctor import data, folder, network, programme, versions
from oversight_agent.doctor.finding import Finding, State, failed, from_error
from oversight_protocol.errors import InputError, OversightError
from oversight_protocol.ledger import Records

__all__ = ["Finding", "State", "examine"]

Check = Callable[[], Iterable[Finding]]


def examine(home: Path, now: datetime, read_ledger: Callable[[Path], Records]) -> Iterator[Finding]:
    """Every check's findings, one by one as they are made.

    Args:
        home: a folder with an `agent.toml`.
        now: the time by this machine's clock, in UTC.
        read_ledger: the verified ledger of a home; raises `LedgerError`.
    """
    yield from _guarded("home folder", lambda: folder.check_home(home))
    yield from _guarded("versions", versions.check)
    yield from _guarded("disk", lambda: folder.check_disk(home))
    try:
        settings = config.load(home)
    except InputError as error:
        yield from_error("settings", error)
        return
    for name, check in _checks(settings, now, read_ledger):
        yield from _guarded(name, check)


def _checks(
    settings: Settings, now: datetime, read_ledger: Callable[[Path], Records]
) -> Iterator[tuple[str, Check]]:
    yield "settings", lambda: folder.check_settings(settings)
    yield "keys", lambda: folder.check_keys(settings.home)
    yield "enrolment", lambda: programme.check_enrolment(settings, now)
    if settings.coordinator_url:
        yield "trust", lambda: programme.check_trust(settings, now)
        yield "gateway", lambda: network.check(settings)
    yield "agent", lambda: folder.check_running(settings)
    yield "policy", lambda: data.check_policy(settings)
    yield "mapping", lambda: data.check_mapping(settings)
    yield "ledger", lambda: folder.check_ledger(settings, read_ledger)


def _guarded(name: str, check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except OversightError as error:
        yield from_error(name, error)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        yield failed(
            name, f"{place}{error.strerror or type(error).__name__}",
            "give the command from the account that the agent runs under",
        )  # fmt: skip
