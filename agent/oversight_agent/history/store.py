"""The history's file: SQLite, one row for each table that was released or withheld.

Rules kept here:

1. A row is on the disk before `add` returns (a rollback journal and full synchronisation). All rows
   of an answer are written in one transaction; what a dead process left unfinished is undone.
2. Rows are added and never changed. Each carries a mark under the authority's secret over itself
   and the row before it, and the file says how many there are: a row that was removed, changed or
   exchanged is found when the file is opened. Sealed parts stand in a mark by their tags, so that
   opening does not read them; they are verified when they are opened.
3. The same identity is kept once: what was kept first holds.
4. A worker opens the file to read only. It needs no right to write, not even a lock file's.
5. Only the agent's account can read the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from oversight_agent import files
from oversight_agent.history.entries import Entry
from oversight_agent.history.errors import (
    HistoryError,
    HistoryMovedError,
    altered,
    missing,
    other_secret,
    too_new,
    unusable,
)
from oversight_agent.history.memory import PARTS, Head, Memory, Part, bound
from oversight_agent.history.sealing import TAG_BYTES, Sealing, tag
from oversight_protocol.canonical import canonical_json

FORMAT = 1
"""The file's form, as `user_version`; a later one is not read."""

_APPLICATION = 0x4F564847
_WAIT_SECONDS = 60
_TABLES = """
CREATE TABLE history (
    identifier TEXT NOT NULL, begun TEXT NOT NULL, key TEXT NOT NULL, root BLOB NOT NULL,
    size INTEGER NOT NULL, mark BLOB NOT NULL
) STRICT;
CREATE TABLE released (
    number INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, recorded TEXT NOT NULL,
    ticket TEXT NOT NULL, said TEXT NOT NULL, answered TEXT NOT NULL, tags BLOB NOT NULL,
    mark BLOB NOT NULL
) STRICT;
CREATE TABLE sealed (
    number INTEGER NOT NULL REFERENCES released, part TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (number, part)
) STRICT;
"""


class Store:
    """A history's file, opened and verified.

    Args:
        path: the file.
        sealing: the keys.
        read_only: open it without the right to write.

    Raises:
        HistoryError: it is not there, cannot be opened, was altered, belongs to another secret, or
            is of a later form than this version reads.
    """

    def __init__(self, path: Path, sealing: Sealing, *, read_only: bool = False) -> None:
        self._path, self._sealing = path, sealing
        if not path.is_file():
            raise missing(path)
        self._database = _connect(path, read_only=read_only)
        try:
            self.identifier = self._check_form()
            self.refresh()
        except sqlite3.Error as error:
            self.close()
            raise unusable(path, error) from None
        except BaseException:
            self.close()
            raise

    @classmethod
    def begin(cls, path: Path, sealing: Sealing, begun: str) -> Store:
        """Make an empty history, durably; `begun` is the moment, in ISO form.

        Raises:
            HistoryError: there is one already, or it cannot be made.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            _fill(aside, sealing, os.urandom(16).hex(), begun)
            files.sync_file(aside)
            os.link(aside, path)  # unlike a rename, it never takes the place of another
        except FileExistsError:
            raise HistoryError("there is a history already", where=str(path)) from None
        except OSError as error:
            raise unusable(path, error) from None
        finally:
            aside.unlink(missing_ok=True)
        files.sync_folder(path.parent)
        return cls(path, sealing)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    @property
    def head(self) -> Head:
        """How far it has come."""
        return Head(len(self.entries), self._marks[-1].hex())

    def holds(self, head: Head) -> bool:
        """Whether it came by this head: it is that history, then or later."""
        marks = self._marks
        return head.size < len(marks) and marks[head.size].hex() == head.mark

    def add(
        self, memories: Sequence[Memory], ticket: str, recorded: str, seen: Head | None = None
    ) -> tuple[Entry, ...]:
        """Keep tables, all or none; the entries under which they are kept, in their order.

        Args:
            memories: what to keep; of an identity that is kept already, nothing changes.
            ticket: whom they answer, or `memory.OWN`.
            recorded: the moment, in ISO form.
            seen: the history that they were protected by; None does not ask.

        Raises:
            HistoryError: the file cannot be written, or was altered meanwhile.
            HistoryMovedError: something else was kept since `seen`; nothing was written.
        """
        try:
            with self._writing():
                known = {entry.about.identity for entry in self.entries}
                named = {one.about.identity: one for one in memories}
                new = [one for identity, one in named.items() if identity not in known]
                if new and seen is not None and seen != self.head:
                    raise HistoryMovedError
                self._insert(new, ticket, recorded)
            self.refresh()
        except sqlite3.Error as error:
            raise unusable(self._path, error) from None
        kept = {entry.about.identity: entry for entry in self.entries}
        return tuple(kept[one.about.identity] for one in memories)

    def open(self, number: int, part: Part) -> bytes:
        """A sealed part of an entry, opened.

        Raises:
            HistoryError: it was altered.
        """
        return next(self.open_all([number], part))

    def open_all(self, numbers: Sequence[int], part: Part) -> Iterator[bytes]:
        """A sealed part of each of these entries, in their order; see `open`."""
        query = "SELECT content FROM sealed WHERE number = ? AND part = ?"
        for number in numbers:
            found = self._database.execute(query, (number, part)).fetchone()
            opened = self._opened(self.entries[number - 1], part, found[0]) if found else None
            if opened is None:
                raise altered(str(self._path), f"entry {number} does not open")
            yield opened

    def _opened(self, entry: Entry, part: Part, sealed: bytes) -> bytes | None:
        at = PARTS.index(part) * TAG_BYTES
        if tag(sealed) != entry.tags[at : at + TAG_BYTES]:
            return None
        return self._sealing.open(sealed, bound(entry.said, entry.text, part))

    def verify(self) -> None:
        """Open every sealed part.

        Raises:
            HistoryError: one was altered.
        """
        numbers = [entry.number for entry in self.entries]
        for part in PARTS:
            for _ in self.open_all(numbers, part):
                pass

    def refresh(self) -> None:
        """Read what another process has kept since.

        Raises:
            HistoryError: it does not verify.
        """
        found = list(self._verified())
        self.entries = tuple(entry for entry, _ in found)
        self._marks = (self._root, *(mark for _, mark in found))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self.refresh()
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _insert(self, memories: Sequence[Memory], ticket: str, recorded: str) -> None:
        mark, first = self._marks[-1], len(self.entries) + 1
        for number, one in enumerate(memories, start=first):
            tags = b"".join(tag(one.sealed[part]) for part in PARTS)
            entry = Entry(number, recorded, ticket, one.said, one.answered, tags)
            mark = self._sealing.mark(mark, entry.marked())
            self._database.execute(
                "INSERT INTO released VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (number, one.about.identity, recorded, ticket, one.said, one.answered, tags, mark),
            )
            self._database.executemany(
                "INSERT INTO sealed VALUES (?, ?, ?)",
                [(number, part, one.sealed[part]) for part in PARTS],
            )
        size = first - 1 + len(memories)
        self._database.execute("UPDATE history SET size = ?, mark = ?", (size, mark))

    def _check_form(self) -> str:
        """The history's identifier; its form, key and beginning are as they must be."""
        form = self._database.execute("PRAGMA user_version").fetchone()[0]
        if form > FORMAT:
            raise too_new(self._path)
        found = self._database.execute("SELECT identifier, begun, key, root FROM history")
        identifier, begun, key, root = found.fetchone() or ("", "", "", b"")
        if key and key != self._sealing.name:
            raise other_secret(self._path)
        if root != _root(self._sealing, identifier, begun):
            raise altered(str(self._path), "its beginning does not verify")
        self._root = bytes(root)
        return str(identifier)

    def _verified(self) -> Iterator[tuple[Entry, bytes]]:
        """Every entry with its mark."""
        mark, number = self._root, 0
        rows = self._database.execute(
            "SELECT number, recorded, ticket, said, answered, tags, identity, mark FROM released"
            " ORDER BY number"
        )
        for number, (*columns, identity, written) in enumerate(rows, start=1):
            entry = Entry(*columns)
            mark = self._sealing.mark(mark, entry.marked())
            # What is said may be read only once the mark has been verified.
            if entry.number != number or written != mark or entry.about.identity != identity:
                raise altered(str(self._path), f"entry {number} does not verify")
            yield entry, mark
        if self._database.execute("SELECT size, mark FROM history").fetchone() != (number, mark):
            raise altered(str(self._path), "entries were cut off its end")


def _root(sealing: Sealing, identifier: str, begun: str) -> bytes:
    return sealing.mark(b"", canonical_json({"identifier": identifier, "begun": begun}))


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    try:
        database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=_WAIT_SECONDS,
            isolation_level=None, check_same_thread=False,
        )  # fmt: skip
        database.execute("PRAGMA synchronous = EXTRA")
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA temp_store = MEMORY")
    except sqlite3.Error as error:
        raise unusable(path, error) from None
    return database


def _fill(path: Path, sealing: Sealing, identifier: str, begun: str) -> None:
    database = _connect(path, read_only=False)
    try:
        root = _root(sealing, identifier, begun)
        database.execute("BEGIN")
        for statement in filter(str.strip, _TABLES.split(";")):
            database.execute(statement)
        database.execute(
            "INSERT INTO history VALUES (?, ?, ?, ?, 0, ?)",
            (identifier, begun, sealing.name, root, root),
        )
        database.execute(f"PRAGMA application_id = {_APPLICATION:d}")
        database.execute(f"PRAGMA user_version = {FORMAT:d}")
        database.execute("COMMIT")
    except sqlite3.Error as error:
        raise unusable(path, error) from None
    finally:
        database.close()
