"""What the library that reads workbooks does not tell of an .xlsx file: its size and its errors.

Rules kept here:

1. A package (a ZIP archive) is not unpacked beyond the limit, and a sheet with one stray cell far
   away is refused before the library makes room for everything between.
2. An error cell (`#N/A`, `#REF!`) is a value like any other text. The library gives it as empty,
   and an empty value can be right.

Only what is needed is looked at; what is malformed here is left for the library to refuse.
"""

from __future__ import annotations

import lzma
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ERROR = re.compile(rb"""\bt=["']e["']""")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

_MALFORMED = (
    BadZipFile, ET.ParseError, zlib.error, lzma.LZMAError, struct.error, LookupError, ValueError,
    OSError, EOFError, RuntimeError,
)  # fmt: skip
"""What the library raises on archives and XML that are not sound or that nobody may unpack."""


class Damaged(Exception):  # noqa: N818 — the reader makes a sentence of it
    """The package is cut off, or one of its parts is not what it should be."""


def unpacked_bytes(data: bytes) -> int:
    """How large a package is once it is unpacked; 0 for a file that is none.

    Raises:
        Damaged: it begins as one, and does not end as one.
    """
    if not data.startswith(b"PK"):
        return 0
    try:
        with ZipFile(BytesIO(data)) as package:
            return sum(one.file_size for one in package.infolist())
    except _MALFORMED:
        raise Damaged from None


def sheet_xml(data: bytes, sheet: str) -> bytes:
    """A sheet's XML; nothing for a file of another kind.

    Raises:
        Damaged: it cannot be found or unpacked.
    """
    if not data.startswith(b"PK"):
        return b""
    try:
        with ZipFile(BytesIO(data)) as package:
            return package.read(_part(package, sheet)) if _WORKBOOK in package.namelist() else b""
    except _MALFORMED:
        raise Damaged from None


def extent(xml: bytes) -> tuple[int, int]:
    """The last row and column that hold a cell, from 1; (0, 0) if the cells do not say."""
    found = _CELL.findall(xml)
    columns = {column for column, _ in found}
    return (
        max((int(row) for _, row in found), default=0),
        max((_column(one.decode()) for one in columns), default=0),
    )


def errors(xml: bytes) -> Iterator[tuple[int, int, str]]:
    """Each error cell's row and column, from 1, and its text.

    Raises:
        Damaged: this is no XML.
    """
    if not _ERROR.search(xml):
        return
    try:
        yield from _errors(xml)
    except _MALFORMED:
        raise Damaged from None


def _errors(xml: bytes) -> Iterator[tuple[int, int, str]]:
    row = column = 0
    for event, element in ET.iterparse(BytesIO(xml), events=("start", "end")):  # noqa: S314
        kind = element.tag.rpartition("}")[2]
        if kind == "row" and event == "start":
            row, column = int(element.get("r") or row + 1), 0
        elif kind == "row":
            element.clear()
        elif kind == "c" and event == "start":
            column = _column_of(element.get("r")) or column + 1
        elif kind == "c" and element.get("t") == "e":
            yield row, column, _value(element)


def _value(cell: ET.Element) -> str:
    for child in cell:
        if child.tag.rpartition("}")[2] == "v" and child.text:
            return child.text
    return "#ERROR"


def _column_of(reference: str | None) -> int:
    match = _REFERENCE.fullmatch(reference or "")
    return _column(match[1]) if match else 0


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _part(package: ZipFile, sheet: str) -> str:
    """The name of the part that holds a sheet."""
    relation = ""
    for element in ET.fromstring(package.read(_WORKBOOK)).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet" and element.get("name") == sheet:
            relation = next((v for k, v in element.items() if k.endswith("}id")), "")
    for element in ET.fromstring(package.read(_RELATIONS)).iter():  # noqa: S314
        if element.get("Id") == relation:
            target = element.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)
