"""A compound file, as old workbooks are: a little file system of sectors in chains.

Rules kept here:

1. A chain that never ends, or a stream longer than the file, would be followed by the library until
   memory is gone. Here each chain is followed for as long as its table is, and no longer.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from oversight_agent.readers.package import Damaged

_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_HEADER, _ENTRY, _SMALL, _SMALL_SECTOR = 512, 128, 4096, 64
_SHIFTS = (9, 12)


def book(data: bytes) -> bytes:
    """The stream of a workbook; nothing if the file holds none.

    Raises:
        Damaged: the file is cut off, or see the rules.
    """
    try:
        return _book(data)
    except (struct.error, IndexError):
        raise Damaged from None


@dataclass(frozen=True)
class _Entry:
    """A stream's name, its first sector and its length in bytes."""

    name: str
    first: int
    length: int


def _book(data: bytes) -> bytes:
    shift = struct.unpack_from("<H", data, 30)[0]
    (claimed,) = struct.unpack_from("<I", data, 40)
    tables, start = struct.unpack_from("<2I", data, 44)
    small_start, small, more, more_of_them = struct.unpack_from("<4I", data, 60)
    if shift not in _SHIFTS or max(claimed, tables, small, more_of_them) > len(data) >> shift:
        raise Damaged
    sectors = _Sectors(data, 1 << shift)
    table = sectors.table(more)
    entries = list(_entries(b"".join(sectors[one] for one in _chain(start, table)), shift))
    if not entries or any(one.length > len(data) for one in entries):
        raise Damaged
    small_table = [
        number for one in _chain(small_start, table) for number in _numbers(sectors[one])
    ]
    within = _joined(sectors, table, entries[0])
    for name in ("Workbook", "Book"):
        for entry in entries:
            if entry.name == name and entry.length >= _SMALL:
                return _joined(sectors, table, entry)
            if entry.name == name:
                return _joined(_Small(within), small_table, entry)
    return b""


class _Sectors:
    """A file in sectors, the first after its header."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size
        self._start = max(_HEADER, size)

    def __getitem__(self, number: int) -> bytes:
        at = self._start + number * self._size
        found = self._data[at : at + self._size]
        if not found:
            raise Damaged
        return found

    def table(self, more: int) -> list[int]:
        """For each sector the one that follows it, as the sectors of the table itself hold it."""
        own = list(struct.unpack_from("<109I", self._data, 76))
        seen: set[int] = set()
        while more not in (_END, _FREE):
            if more in seen:
                raise Damaged
            seen.add(more)
            *numbers, more = _numbers(self[more])
            own += numbers
        own = [one for one in own if one != _FREE]
        if len(set(own)) < len(own):
            raise Damaged
        return [number for one in own for number in _numbers(self[one])]


class _Small(_Sectors):
    """The small sectors, which lie within a stream of their own."""

    def __init__(self, within: bytes) -> None:
        super().__init__(within, _SMALL_SECTOR)
        self._start = 0


def _entries(directory: bytes, shift: int) -> Iterator[_Entry]:
    form = "<IQ" if shift == _SHIFTS[1] else "<2I"
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        name = directory[at : at + 64].decode("utf-16-le", "replace").split("\0", 1)[0]
        yield _Entry(name, *struct.unpack_from(form, directory, at + 116))


def _joined(sectors: _Sectors, table: list[int], entry: _Entry) -> bytes:
    if not entry.length:
        return b""
    found = b"".join(sectors[one] for one in _chain(entry.first, table))
    return found[: entry.length]


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])


def _chain(first: int, table: list[int]) -> list[int]:
    """The sectors of a chain, which is no longer than its table."""
    found: list[int] = []
    while first != _END:
        found.append(first)
        if len(found) > len(table):
            raise Damaged
        first = table[first]
    return found
