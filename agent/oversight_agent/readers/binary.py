"""How large the binary kinds of workbook become, from their records alone.

Rules kept here:

1. A sheet is measured by the rows and columns that its cells name, read as the library reads them:
   it makes room for everything between.
2. A number of things to come is checked before the library makes room for so many.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from oversight_agent.readers.package import Damaged

_ROW, _STRING = 0, 19
_CELLS = frozenset(range(1, 12))
"""The records of cells; each begins with its column."""

_OLD_CELLS = frozenset((0x0006, 0x00BD, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
"""The same in an .xls file; each begins with its row and column."""

_ENDLESS = 1 << 32
_OLD_SEVERAL, _OLD_EXTENT, _OLD_SHEET, _OLD_STRINGS, _OLD_END = 0x00BD, 0x0200, 0x0085, 0x00FC, 0x0A


def extent(records: bytes) -> tuple[int, int]:
    """The last row and column of a sheet of records, from 1.

    Raises:
        Damaged: a record is cut off.
    """
    height = width = 0
    for kind, at in _records(records):
        if kind == _ROW:
            height = max(height, _number(records, at) + 1)
        elif kind in _CELLS:
            width = max(width, _number(records, at) + 1)
    return height, width


def strings(records: bytes) -> int:
    """How many texts a part of shared texts holds.

    Raises:
        Damaged: a record is cut off.
    """
    return sum(1 for kind, _ in _records(records) if kind == _STRING)


def _records(data: bytes) -> Iterator[tuple[int, int]]:
    """Each record's kind and the position of its content."""
    at = 0
    try:
        while at < len(data):
            kind, at = _packed(data, at, 2)
            size, at = _packed(data, at, 4)
            yield kind, at
            at += size
    except IndexError:
        raise Damaged from None


def _packed(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the position after it."""
    number = 0
    for n in range(most):
        byte = data[at + n]
        number |= (byte & 0x7F) << 7 * n
        if byte < 0x80:
            break
    return number, at + n + 1


def _number(data: bytes, at: int) -> int:
    found = data[at : at + 4]
    if len(found) < 4:
        raise Damaged
    return int.from_bytes(found, "little")


def old_cells(stream: bytes) -> int:
    """The cells of all sheets of an .xls file together, gaps included.

    Raises:
        Damaged: a record is cut off, or there cannot be as many texts as the file says.
    """
    try:
        places = []
        for kind, at, _ in _old_records(stream, 0):
            if kind == _OLD_SHEET:
                places.append(struct.unpack_from("<I", stream, at)[0])
            elif kind == _OLD_STRINGS and struct.unpack_from("<I", stream, at + 4)[0] > len(stream):
                raise Damaged
        sizes = {place: _old_size(stream, place) for place in places}
    except struct.error:
        raise Damaged from None
    return sum(sizes[place] for place in places)


def _old_size(stream: bytes, place: int) -> int:
    height = width = claimed = 0
    for kind, at, size in _old_records(stream, place):
        if kind in _OLD_CELLS:
            row, column = struct.unpack_from("<2H", stream, at)
            more = (size - 6) // 6 if kind == _OLD_SEVERAL else 1
            height, width = max(height, row + 1), max(width, column + more)
        elif kind == _OLD_EXTENT:
            top, bottom, left, right = struct.unpack_from(
                "<2I2H" if size == 14 else "<4H", stream, at
            )
            # An end before its start is, to the library, almost endless.
            rows, columns = (bottom - top) % _ENDLESS, (right - left) % _ENDLESS
            claimed = max(claimed, rows * columns if bottom and right else 1)
    return max(height * width, claimed)


def _old_records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Each record's kind, the position of its content, and its size, up to the last."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        if kind == _OLD_END:
            return
        yield kind, at + 4, size
        at += 4 + size
