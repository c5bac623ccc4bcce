"""Snapshots on the disk: the usable tables of one moment, each moment one immutable file.

    snapshots/20261004T081503Z-1f0c5a7e9b2d4860.duckdb    when it was made, and its digest's start
    snapshots/.unfinished.…/                              one that is being written
    snapshots/.lock                                       held while one is written

Rules kept here:

1. A snapshot appears whole or not at all: written aside, synced, closed to writing, digested, then
   renamed. What a dead process left unfinished is never read, and is thrown away.
2. Folder and files are readable by the agent's account alone.
3. A snapshot never changes: its name carries the start of its digest, and a file whose digest is
   another is not answered from.
4. A snapshot is kept for a set number of days from when it was made, then deleted.
5. Nothing here imports a data library: the lasting process deletes what has expired.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from oversight_agent.files import sync_file, sync_folder
from oversight_agent.problems import SourceError
from oversight_protocol.errors import InputError

SUFFIX = ".duckdb"
_UNFINISHED = ".unfinished."
_TIME = "%Y%m%dT%H%M%SZ"
_DIGITS = 16
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_NAME = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{16})")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot's file, by its name alone.

    Attributes:
        made: when, to the second.
    """

    path: Path
    made: datetime

    @property
    def id(self) -> str:
        """Its name without the suffix."""
        return self.path.stem

    def expires(self, days: int) -> datetime:
        """When it is no longer kept; the last day of all, if its name says a day close to that."""
        return min(self.made, _LAST - timedelta(days=days)) + timedelta(days=days)

    def digest(self) -> str:
        """The SHA-256 digest of the file as it is now, in hexadecimal.

        Raises:
            InputError: it cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise SourceError(
                f"the snapshot cannot be read ({error.strerror})",
                file=self.path.name,
                advice="give the commands from the account that the agent runs under",
            ) from None

    def verify(self) -> str:
        """The digest, which is the one that the name carries.

        Raises:
            InputError: the file was altered or cannot be read.
        """
        digest = self.digest()
        if not self.carries(digest):
            raise altered(self.path)
        return digest

    def carries(self, digest: str) -> bool:
        """Whether this is the digest whose start the name carries."""
        return self.id.endswith(f"-{digest[:_DIGITS]}")


def altered(path: Path) -> InputError:
    """The error of a snapshot that is not what was written."""
    return SourceError(
        "the snapshot was altered since it was made; nothing is answered from it",
        file=path.name,
        expected="a file with the digest that its name carries",
        advice=f"restore it from a backup, or delete it: oversight-agent snapshot delete"
        f" {path.stem}; the next question of its wave then makes another",
    )


class Shelf:
    """The folder of the snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Snapshot]:
        """All snapshots, oldest first.

        Raises:
            InputError: the folder cannot be read.
        """
        if not self.folder.exists():
            return []
        try:
            found = [_snapshot(path) for path in self.folder.iterdir()]
        except OSError as error:
            raise self._unusable(error) from None
        return sorted((one for one in found if one is not None), key=lambda one: one.id)

    def find(self, start: str) -> Snapshot:
        """The snapshot whose identifier begins so.

        Raises:
            InputError: there is none, or more than one.
        """
        found = [one for one in self.all() if one.id.startswith(start)]
        if len(found) == 1 and start:
            return found[0]
        raise InputError(
            f"{len(found) or 'no'} snapshots begin with '{start}'",
            where=str(self.folder),
            expected="the identifier of one snapshot, or as much of it as no other begins with",
            advice="see 'oversight-agent snapshot list'",
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; a process that dies loses it.

        Raises:
            InputError: the folder cannot be used.
        """
        lock = self._lock()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            lock.acquire()
        except OSError as error:
            raise self._unusable(error) from None
        try:
            yield
        finally:
            lock.release()

    def write(self, made: datetime, fill: Callable[[Path], None]) -> Snapshot:
        """Write a snapshot; whoever calls holds the right to write.

        Args:
            made: the moment that it is of.
            fill: writes and closes the file of this name.

        Raises:
            OSError: the folder cannot be written to.
        """
        aside = Path(tempfile.mkdtemp(dir=self.folder, prefix=_UNFINISHED))
        try:
            unfinished = aside / f"snapshot{SUFFIX}"
            fill(unfinished)
            sync_file(unfinished)
            unfinished.chmod(0o400)
            digest = Snapshot(unfinished, made).digest()
            path = self.folder / f"{made.astimezone(UTC):{_TIME}}-{digest[:_DIGITS]}{SUFFIX}"
            unfinished.replace(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        sync_folder(self.folder)
        return Snapshot(path, made)

    def delete(self, snapshot: Snapshot) -> None:
        """Delete a snapshot for good.

        Raises:
            OSError: it cannot be deleted; on Windows, while it is read.
        """
        snapshot.path.chmod(0o600)  # Windows deletes nothing that is closed to writing
        snapshot.path.unlink()
        sync_folder(self.folder)

    def expired(self, now: datetime, days: int) -> list[Snapshot]:
        """The snapshots that are no longer kept, oldest first."""
        return [one for one in self.all() if one.expires(days) <= now]

    def clear(self) -> None:
        """Throw away what dead processes left unfinished; nothing while one is being written."""
        if not self.folder.is_dir():
            return
        with suppress(Timeout), self._lock(wait=False):
            for aside in self.folder.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(aside, ignore_errors=True)

    def _unusable(self, error: OSError) -> InputError:
        return InputError(
            f"the snapshots cannot be used ({error.strerror or type(error).__name__})",
            where=str(self.folder),
            advice="give the commands from the account that the agent runs under, and make sure"
            " that it may write there",
        )

    def _lock(self, *, wait: bool = True) -> FileLock:
        return FileLock(self.folder / ".lock", blocking=wait)


def _snapshot(path: Path) -> Snapshot | None:
    """What a file's name says; None if it is not a snapshot's."""
    name = _NAME.fullmatch(path.stem) if path.suffix == SUFFIX else None
    if name is None:
        return None
    with suppress(ValueError):
        return Snapshot(path, datetime.strptime(name[1], _TIME).replace(tzinfo=UTC))
    return None
