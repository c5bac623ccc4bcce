"""A PostgreSQL server of the tests' own, from the system's packages, reached by a Unix socket.

It lies in a temporary folder, listens on no port, and ends with the tests. The server refuses to
run as root: then it runs as the account that the package made for it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

PASSWORD = "p@ss w%rd/of:the#server"
_ACCOUNT = "postgres"


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        sockets: the folder of its socket.
    """

    sockets: Path

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the server's owner."""
        with psycopg.connect(
            host=str(self.sockets), user="owner", password=PASSWORD, dbname=database,
            autocommit=True,
        ) as connection:  # fmt: skip
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def server() -> Iterator[Server]:
    """A server that runs as long as the context; without the packages the test is skipped."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    account = _account(home)
    secret = home / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [folders[-1] / program, "-D", home / "data", *arguments],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, cwd=home, user=account, group=account,
            extra_groups=None if account is None else [],
        )  # fmt: skip

    try:
        run("initdb", "-U", "owner", "-A", "scram-sha-256", "--pwfile", str(secret), "-N",
            "-E", "UTF8", "--locale", "C.UTF-8")  # fmt: skip
        run("pg_ctl", "start", "-w", "-s", "-l", str(home / "log"), "-o",
            f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=20")  # fmt: skip
        try:
            yield Server(home)
        finally:
            run("pg_ctl", "stop", "-w", "-s", "-m", "immediate")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _account(home: Path) -> str | None:
    """The account that the server runs as, if it is not ours; the folder becomes its own."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_ACCOUNT)
    except KeyError:
        pytest.skip(f"PostgreSQL refuses to run as root, and there is no account {_ACCOUNT}")
    os.chown(home, entry.pw_uid, entry.pw_gid)
    home.chmod(0o755)
    return _ACCOUNT
