"""A tamper-evident ledger as a plain file of lines; the file itself comes in as an argument.

One line per entry, each the canonical JSON of

    {"checkpoint": <DSSE envelope of the head over all entries up to this one>,
     "entry": {"body": {…}, "kind": "…", "time": "…"}, "index": n, "salt": "<64 hex digits>"}

and a line feed. The leaf is `SHA-256(0x00 || salt || canonical entry)`: the 32 random bytes of salt
mean that a proof for one entry tells nothing of its neighbours (RFC 6962 §2.1 for the tree).

Rules kept here:

1. A line's bytes are the only way to write its entry (canonical JSON), so that a change of any byte
   shows, and shows in which entry.
2. Each line carries the signed head of the tree that ends with it, with the owner's signature and
   no other: whoever rewrites an entry needs the owner's key.
3. An entry is on the disk (`sync`) before `append` returns. `append` first reads what another
   process wrote, so that no line is ever written over another.
4. A last line without its line feed was never acknowledged. `refresh` hands it to `torn` and cuts
   it off. A whole line whose line feed was changed is no such line and does not verify.
5. What does not verify changes nothing: after a `LedgerError` the ledger still holds what it held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_END
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, JsonValue

from oversight_protocol.canonical import is_canonical
from oversight_protocol.checkpoint import Checkpoint
from oversight_protocol.envelope import Envelope, EnvelopeForm, key_id, seal
from oversight_protocol.errors import LedgerError, OversightError
from oversight_protocol.model import Digest, Document, Instant, Name
from oversight_protocol.release import Head
from oversight_protocol.tlog import Frontier, leaf_hash

SALT_BYTES = 32


class Entry(Document):
    """What happened, when, and its particulars."""

    kind: Name
    time: Instant
    body: dict[str, JsonValue]


class LedgerLine(Document):
    """A line of the ledger, and of its export.

    `checkpoint` is the signed head of the tree that ends with this entry; `index` counts from 0.
    """

    checkpoint: EnvelopeForm
    entry: Entry
    index: int = Field(ge=0)
    salt: Digest


@dataclass(frozen=True)
class Recorded:
    """An entry with its place, its leaf hash and the signed head after it."""

    index: int
    entry: Entry
    leaf: bytes
    checkpoint: Envelope


def read_lines(
    lines: Iterable[bytes],
    origin: str,
    key: Ed25519PublicKey,
    frontier: Frontier | None = None,
) -> Iterator[tuple[Recorded, Frontier]]:
    """Verify lines in order and yield each entry with the frontier after it.

    Raises:
        LedgerError: naming the first entry that does not verify.
    """
    frontier = frontier or Frontier()
    for line in lines:
        # 1. The line is whole and is its own canonical form.
        parsed = _parse(line, frontier.size)
        # 2. It stands at its place.
        if parsed.index != frontier.size:
            raise LedgerError(frontier.size, "it carries another entry's number")
        # 3. Its salted leaf, appended, gives the root that its owner signed.
        leaf = leaf_hash(bytes.fromhex(parsed.salt) + parsed.entry.canonical())
        after = frontier.append(leaf)
        envelope = _check_head(parsed, after, origin, key)
        yield Recorded(parsed.index, parsed.entry, leaf, envelope), after
        frontier = after


def _parse(line: bytes, index: int) -> LedgerLine:
    if not line.endswith(b"\n"):
        raise LedgerError(index, "its line is cut off")
    try:
        parsed = LedgerLine.parse(line[:-1])
        canonical = parsed.canonical()
    except (OversightError, ValueError, RecursionError):
        raise LedgerError(index, "its line cannot be read") from None
    if canonical != line[:-1]:
        raise LedgerError(index, "its line is not in canonical form")
    return parsed


def _check_head(line: LedgerLine, after: Frontier, origin: str, key: Ed25519PublicKey) -> Envelope:
    try:
        envelope = Envelope.from_bytes(line.checkpoint.canonical())
        checkpoint = Checkpoint.parse(envelope.open("checkpoint"))
        signed = envelope.key_ids == (key_id(key),) and bool(envelope.signers([key]))
    except OversightError:
        raise LedgerError(line.index, "its checkpoint cannot be read") from None
    if not signed:
        raise LedgerError(line.index, "its checkpoint's signature does not match")
    if checkpoint.origin != origin:
        raise LedgerError(line.index, "its checkpoint belongs to another ledger")
    if checkpoint.head != Head(size=after.size, root=after.root.hex()):
        raise LedgerError(line.index, "its content is not what was signed")
    return envelope


class Records:
    """Verified entries, oldest first, and the head over them."""

    def __init__(self) -> None:
        self._entries: list[Recorded] = []
        self._frontier = Frontier()

    def extend(self, recorded: Recorded, frontier: Frontier) -> None:
        """Add a verified entry and the frontier after it."""
        self._entries.append(recorded)
        self._frontier = frontier

    @property
    def entries(self) -> tuple[Recorded, ...]:
        """All entries, oldest first."""
        return tuple(self._entries)

    @property
    def head(self) -> Head:
        """The ledger's head."""
        return Head(size=self._frontier.size, root=self._frontier.root.hex())

    def find(self, kind: str, **body: object) -> Recorded | None:
        """The first entry of a kind whose body holds these values."""
        for recorded in self._entries:
            if recorded.entry.kind == kind and all(
                recorded.entry.body.get(name) == value for name, value in body.items()
            ):
                return recorded
        return None


class Ledger(Records):
    """An append-only ledger on a file that its caller has opened and locked.

    Args:
        file: opened for reading and writing in binary, unbuffered.
        sync: makes what was written durable (`os.fsync` of the file).
        torn: is given the bytes of an unacknowledged last line before it is cut off.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        origin: str,
        key: Ed25519PrivateKey,
        sync: Callable[[], None],
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes],
        torn: Callable[[bytes], None],
    ) -> None:
        self._file, self._origin, self._key = file, origin, key
        self._sync, self._clock, self._entropy, self._torn = sync, clock, entropy, torn
        super().__init__()
        self._end = 0
        self.refresh()

    def refresh(self) -> None:
        """Read what another process has appended since.

        Raises:
            LedgerError: a line does not verify.
        """
        if self._file.seek(0, SEEK_END) < self._end:
            raise LedgerError(self._frontier.size, "the file is shorter than it was")
        self._file.seek(self._end)
        *lines, rest = self._file.read().split(b"\n")
        read = list(self._verified([line + b"\n" for line in lines], self._frontier))
        frontier = read[-1][1] if read else self._frontier
        if rest:
            self._check_torn(rest, frontier)
        self._entries.extend(recorded for recorded, _ in read)
        self._frontier = frontier
        self._end += sum(len(line) + 1 for line in lines)
        if rest:
            self._torn(rest)
            self._file.truncate(self._end)
            self._sync()

    def _verified(
        self, lines: Iterable[bytes], frontier: Frontier
    ) -> Iterator[tuple[Recorded, Frontier]]:
        return read_lines(lines, self._origin, self._key.public_key(), frontier)

    def _check_torn(self, rest: bytes, frontier: Frontier) -> None:
        """Refuse a whole line that ends in another byte than the line feed it once had."""
        try:
            changed = bool(list(self._verified([rest[:-1] + b"\n"], frontier)))
        except LedgerError:
            return
        if changed:
            raise LedgerError(frontier.size, "its line feed was changed")

    def append(self, kind: str, body: dict[str, Any]) -> Recorded:
        """Write an entry; it is durable when this returns.

        Raises:
            LedgerError: what another process wrote since does not verify; nothing was written.
            ValueError: the kind or the body cannot be written; nothing was written.
        """
        self.refresh()
        entry = Entry(kind=kind, time=self._clock().replace(microsecond=0), body=body)
        if not is_canonical(entry.canonical()):
            raise ValueError("the body holds a number that cannot be read back")
        salt = self._entropy(SALT_BYTES)
        leaf = leaf_hash(salt + entry.canonical())
        after = self._frontier.append(leaf)
        head = Head(size=after.size, root=after.root.hex())
        checkpoint = seal("checkpoint", Checkpoint(origin=self._origin, head=head), self._key)
        line = LedgerLine(
            checkpoint=EnvelopeForm.parse(checkpoint.raw),
            entry=entry,
            index=self._frontier.size,
            salt=salt.hex(),
        ).canonical()
        self._write(line + b"\n")
        recorded = Recorded(self._frontier.size, entry, leaf, checkpoint)
        self._entries.append(recorded)
        self._frontier, self._end = after, self._end + len(line) + 1
        return recorded

    def _write(self, line: bytes) -> None:
        self._file.seek(self._end)
        written = 0
        while written < len(line):  # an unbuffered file may take a part
            written += self._file.write(line[written:])
        self._sync()

    @property
    def checkpoint(self) -> Envelope:
        """The signed head."""
        if self._entries:
            return self._entries[-1].checkpoint
        return seal("checkpoint", Checkpoint(origin=self._origin, head=self.head), self._key)


def read_file(content: bytes, origin: str, key: Ed25519PublicKey) -> Records:
    """Verify a ledger's whole content.

    Raises:
        LedgerError: naming the first entry that does not verify, or that is cut off.
    """
    read = Records()
    *lines, rest = content.split(b"\n")
    whole = [line + b"\n" for line in lines]
    for recorded, frontier in read_lines([*whole, *([rest] if rest else [])], origin, key):
        read.extend(recorded, frontier)
    return read
