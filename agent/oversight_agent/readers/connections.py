"""How the databases of an authority are reached: `databases.toml` in the agent's folder.

    [case_system]
    url = "postgresql://oversight_reader@db.example.gov.uk/cases"
    password_file = "keys/case_system.password"
    timeout_seconds = 300

Rules kept here:

1. The mapping names a database; how it is reached, and with what password, stands here alone. Both
   files are for the agent's account only, and no message or repr shows what is in them.
2. Only databases of the kinds listed here are reached, each with the one driver that was tried.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from oversight_agent.problems import SourceError
from oversight_agent.sources import LIMITS, read_bytes

_FILE = "databases.toml"


@dataclass(frozen=True)
class Driver:
    """What reaches a kind of database.

    Attributes:
        kind: what people call it.
        name: SQLAlchemy's name.
        module: the package that has to be there.
        extra: the agent's extra that brings it.
    """

    kind: str
    name: str
    module: str
    extra: str

    @property
    def package(self) -> str:
        """The name under which it is installed."""
        return self.module.replace("_", "-")


DRIVERS = {
    "postgresql": Driver("PostgreSQL", "postgresql+psycopg", "psycopg", "postgresql"),
    "mssql": Driver("SQL Server", "mssql+mssqlpython", "mssql_python", "sqlserver"),
    "oracle": Driver("Oracle", "oracle+oracledb", "oracledb", "oracle"),
    "sqlite": Driver("SQLite", "sqlite", "sqlite3", ""),
}
"""By the first word of a URL."""


class _Entry(BaseModel):
    """One database, as the file says it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    url: str = Field(min_length=1, max_length=2_000, repr=False)
    password_file: str | None = Field(default=None, min_length=1, max_length=255)
    timeout_seconds: int = Field(default=300, ge=1, le=3_600)


@dataclass(frozen=True)
class Connection:
    """How a database is reached.

    Attributes:
        name: what the mapping calls it.
        url: with its password.
        timeout_seconds: the longest that one statement may take.
    """

    name: str
    url: URL = field(repr=False)
    timeout_seconds: int

    @property
    def backend(self) -> str:
        """The kind of database, a key of `DRIVERS`."""
        return self.url.get_backend_name()


def connection(name: str, file: Path | None) -> Connection:
    """How the database of this name is reached.

    Args:
        name: as the mapping gives it.
        file: `databases.toml`, or None if no folder of an agent is known.

    Raises:
        InputError: the file or the password's cannot be used, the name is not in it, or the driver
            is not installed.
    """
    entry = _entry(name, file)
    where = place(name)
    url = _url(entry, where)
    if entry.password_file is not None and file is not None:
        url = _with_password(url, file.parent / entry.password_file, where)
    if url.get_backend_name() == "sqlite" and file is not None:
        url = url.set(database=str(file.parent / (url.database or "")))
    return Connection(name, url, entry.timeout_seconds)


def place(name: str) -> str:
    """Where it stands how the database of this name is reached, as a problem names it."""
    return f"{_FILE}, database {name}"


def load_driver(link: Connection) -> None:
    """Load what reaches a database.

    Raises:
        InputError: it is installed and cannot be loaded, as where a library of the system is
            missing.
    """
    driver = DRIVERS[link.backend]
    try:
        import_module(driver.module)
    except Exception:  # noqa: BLE001 — a package raises what it likes while it loads
        raise SourceError(
            f"the driver for {driver.kind} cannot be loaded",
            file=place(link.name),
            found=f"the package {driver.package}, which fails when it is loaded",
            expected=f"{driver.package} with the libraries of the system that it needs",
            advice=f"install it again: pip install 'oversight-agent[{driver.extra}]'; and what"
            " docs/sources.md names beside it",
        ) from None


def _entry(name: str, file: Path | None) -> _Entry:
    entries = {} if file is None or not file.exists() else _entries(file)
    if name not in entries:
        near = get_close_matches(name, entries, n=1)
        raise SourceError(
            f"there is no database '{name}'",
            file=_FILE,
            found=f"{_FILE} names {', '.join(sorted(entries))}"
            if entries
            else "no database at all",
            expected=f"a part [{name}] in {_FILE} in the agent's folder, with its url",
            advice=f"write '{near[0]}' in the mapping, if that is meant" if near else "add it",
        )
    try:
        return _Entry.model_validate(entries[name])
    except ValidationError as error:
        raise _wrong_setting(place(name), error) from None


def _entries(file: Path) -> dict[str, Any]:
    _check_private(file, _FILE)
    try:
        return tomllib.loads(read_bytes(file, _FILE, LIMITS.mapping_bytes).decode())
    except (ValueError, RecursionError) as error:
        # The library's message may quote what stands there.
        line = re.search(r"at line (\d+)", str(error))
        raise SourceError(
            "this file is not valid TOML",
            file=_FILE,
            row=int(line[1]) if line else 0,
            expected='[name] and below it url = "..." for each database',
            advice="correct it",
        ) from None


def _wrong_setting(where: str, error: ValidationError) -> SourceError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    setting = ".".join(map(str, first["loc"]))
    wrong = {"missing": "is missing", "extra_forbidden": "is no setting"}
    return SourceError(
        f"'{setting}' {wrong.get(first['type'], 'does not fit')}"
        if setting
        else "this is no table",
        file=where,
        expected="url, and if need be password_file and timeout_seconds (1 to 3600)",
        advice="correct it",
    )


def _check_private(file: Path, name: str) -> None:
    if os.name != "nt" and file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise SourceError(
            "others than the agent's account may read or write this file",
            file=name,
            found=f"mode {stat.S_IMODE(file.stat().st_mode):04o}",
            expected="mode 0600",
            advice=f"run: chmod 600 {name}; change the password if others may have read it",
        )


def _url(entry: _Entry, where: str) -> URL:
    try:
        url = make_url(entry.url)
    except (ArgumentError, ValueError):
        url = None
    driver = DRIVERS.get(url.get_backend_name()) if url is not None else None
    if url is None or driver is None or url.drivername not in (driver.name, url.get_backend_name()):
        raise SourceError(
            "this is not the URL of a database that can be read",
            file=where,
            expected="a URL that begins with " + ", ".join(f"{one}://" for one in DRIVERS),
            advice="see docs/sources.md for one of each kind; a % in a password is written %25, an"
            " @ %40, or the password goes into a file of its own",
        )
    if find_spec(driver.module) is None:
        raise SourceError(
            f"the driver for {driver.kind} is not installed",
            file=where,
            expected=f"the package {driver.package}",
            advice=f"install the agent with it: pip install 'oversight-agent[{driver.extra}]'",
        )
    return url.set(drivername=driver.name)


def _with_password(url: URL, file: Path, where: str) -> URL:
    if url.password is not None:
        raise SourceError(
            "both the URL and 'password_file' give a password",
            file=where,
            expected="one of them",
            advice="take it out of the URL",
        )
    _check_private(file, file.name)
    try:
        text = read_bytes(file, file.name, 4_096).decode().strip("\r\n")
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise SourceError(
            "this file holds no password",
            file=file.name,
            expected="the password alone, in UTF-8",
            advice="write it again",
        )
    return url.set(password=text)
