"""The package that a workbook is (a ZIP archive), rebuilt of the parts that are read.

Rules kept here:

1. A package is measured before anything of it is unpacked: how many parts, how large together.
2. The library that reads workbooks never sees the file itself, only what was unpacked here, within
   the sizes that the package states: one that states them wrongly, names a part twice or overlaps
   itself gains nothing.
3. Pictures, macros, caches and whatever else is no cell is left out.
"""

from __future__ import annotations

import lzma
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from shutil import copyfileobj
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from oversight_agent.readers.request import Request
from oversight_agent.sources import SourceLimits, too_large

_MALFORMED = (
    BadZipFile, zlib.error, lzma.LZMAError, struct.error, LookupError, ValueError, OSError,
    EOFError, RuntimeError,
)  # fmt: skip
"""What the library raises on archives that are not sound or that nobody may unpack."""

_ENTRY = b"PK\x01\x02"
_MOST_PARTS = 10_000
_PIECE = 1024 * 1024
_CELLS = re.compile(r"xl/worksheets/[^/]+|xl/sharedStrings\.(xml|bin)|content\.xml", re.IGNORECASE)
_OTHER = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook|styles)\.(xml|bin)|xl/_rels/[^/]+"
    r"|xl/(chart|dialog|macro)sheets/[^/]+|mimetype|META-INF/manifest\.xml",
    re.IGNORECASE,
)


class Damaged(Exception):  # noqa: N818 — the reader makes a sentence of it
    """The package is cut off, or one of its parts is not what it should be."""


def is_package(data: bytes) -> bool:
    """Whether a file is, or wants to be, a ZIP archive."""
    return data.startswith(b"PK")


def rebuilt(data: bytes, request: Request) -> bytes:
    """A package of the parts that are read.

    Raises:
        InputError: it is too large once it is unpacked.
        Damaged: it is no sound package.
    """
    if data.count(_ENTRY) > _MOST_PARTS:
        raise too_large(request.name, request.limits.bytes)
    try:
        with ZipFile(BytesIO(data)) as package:
            parts = package.infolist()
            if sum(one.file_size for one in parts) > request.limits.bytes:
                raise too_large(request.name, request.limits.bytes)
            return _copied(package, _needed(parts, request.limits))
    except _MALFORMED:
        raise Damaged from None


def part(data: bytes, name: str) -> bytes | None:
    """A part of a rebuilt package, or None."""
    with ZipFile(BytesIO(data)) as package:
        return package.read(name) if name in package.namelist() else None


def count(data: bytes, name: str, words: Sequence[bytes]) -> int:
    """How often words of three bytes stand in a part of a rebuilt package, read in pieces."""
    found, before = 0, b""
    with ZipFile(BytesIO(data)) as package:
        if name not in package.namelist():
            return 0
        with package.open(name) as file:
            while piece := file.read(_PIECE):
                found += sum((before + piece).count(word) for word in words)
                before = piece[-2:]
    return found


def parts(data: bytes, start: str, end: str) -> Iterator[bytes]:
    """The parts of a rebuilt package whose names start and end so."""
    with ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            if name.casefold().startswith(start) and name.casefold().endswith(end):
                yield package.read(name)


def _needed(parts: list[ZipInfo], limits: SourceLimits) -> list[ZipInfo]:
    needed = [one for one in parts if _CELLS.fullmatch(one.filename)]
    other = [one for one in parts if _OTHER.fullmatch(one.filename)]
    names = [one.filename.casefold() for one in needed + other]
    if len(set(names)) < len(names) or any(one.file_size > limits.part_bytes for one in other):
        raise Damaged
    if any(one.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for one in needed + other):
        raise Damaged
    return other + needed


def _copied(package: ZipFile, parts: list[ZipInfo]) -> bytes:
    copy = BytesIO()
    with ZipFile(copy, "w", ZIP_DEFLATED, compresslevel=1) as target:
        for one in parts:
            with package.open(one) as source, target.open(one.filename, "w") as sink:
                copyfileobj(source, sink)
    return copy.getvalue()
