"""What the library that reads workbooks does not tell of an .xlsx file: its size and its errors.

Rules kept here:

1. A sheet is measured before the library makes room for it: one stray cell far away would make it
   fill everything between with empty cells.
2. An error cell (`#N/A`, `#REF!`) is a value like any other text. The library gives it as empty,
   and an empty value can be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from oversight_agent.readers import package
from oversight_agent.readers.walk import Attributes, walk

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_AFTER = (b" ", b">", b"/", b"\t", b"\n", b"\r")
"""What may follow the name of an element."""

_PLACED = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([1-9][0-9]{0,6})"')
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_PIECE = 4 * 1024 * 1024
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def strings(data: bytes) -> int:
    """How many texts a rebuilt package keeps once for all its cells, at most."""
    return package.count(data, _STRINGS, (b"<si", b":si"))


def sheet_xml(data: bytes, sheet: str) -> bytes:
    """A sheet's XML in a rebuilt package; nothing if the package is no .xlsx file.

    Raises:
        Damaged: the parts that say where it is are no XML.
        Damaged: it cannot be found.
    """
    workbook, relations = package.part(data, _WORKBOOK), package.part(data, _RELATIONS)
    if workbook is None:
        return b""
    where = _place(_relation(workbook, sheet), relations or b"")
    found = package.part(data, where) if where else None
    if found is None:
        raise package.Damaged
    return found


def cells(xml: bytes) -> int:
    """How many cells a sheet's XML holds, at most."""
    starts = (b"<c", b":c") if b":c" in xml else (b"<c",)
    return sum(xml.count(start + after) for start in starts for after in _AFTER)


def extent(xml: bytes, cells: int) -> tuple[int, int]:
    """The last row and column that hold a cell, from 1.

    Raises:
        Damaged: this is no XML.
    """
    height = at = 0
    columns: set[bytes] = set()
    while at < len(xml):
        # A cell's start holds no other "<": no piece cuts one.
        end = xml.find(b"<", at + _PIECE)
        end = len(xml) if end < 0 else end
        found = _PLACED.findall(xml, at, end)
        columns.update(column for column, _ in found)
        height = max(height, *map(int, {row for _, row in found}), 0)
        cells, at = cells - len(found), end
    if cells:
        return _walked(xml).extent
    return height, max((_column(one.decode()) for one in columns), default=0)


def errors(xml: bytes) -> list[tuple[int, int, str]]:
    """Each error cell's row and column, from 1, and its text.

    Raises:
        Damaged: this is no XML.
    """
    may_be = b'"e"' in xml or b"'e'" in xml
    return _walked(xml).errors if may_be and _ERROR.search(xml) else []


@dataclass
class _Cells:
    """A sheet as its elements tell it. A cell that does not say where it is follows the last."""

    extent: tuple[int, int] = (0, 0)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    _row: int = 1
    _column: int = 0
    _error: str | None = None
    _inside: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self._row, self._column = int(attributes.get("r", self._row)), 0
        elif name == "c":
            self._place(attributes.get("r"))
            self._error = "" if attributes.get("t") == "e" else None
        elif name == "v":
            self._inside = True

    def text(self, text: str) -> None:
        if self._inside and self._error is not None:
            self._error += text

    def end(self, name: str) -> None:
        if name == "row":
            self._row += 1
        elif name == "v":
            self._inside = False
        elif name == "c" and self._error is not None:
            self.errors.append((self._row, self._column, self._error or "#ERROR"))
            self._error = None

    def _place(self, reference: str | None) -> None:
        self._column += 1
        if reference is not None:
            match = _REFERENCE.fullmatch(reference)
            if match is None:
                raise ValueError
            self._row, self._column = int(match[2]), _column(match[1])
        height, width = self.extent
        self.extent = (max(height, self._row), max(width, self._column))


def _walked(xml: bytes) -> _Cells:
    found = _Cells()
    walk(xml, found.start, found.end, found.text)
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _relation(workbook: bytes, sheet: str) -> str:
    """The identifier of the relation to a sheet."""
    found: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet" and attributes.get("name") == sheet:
            found.extend(value for key, value in attributes.items() if key.endswith(":id"))

    walk(workbook, start)
    return found[0] if found else ""


def _place(relation: str, relations: bytes) -> str:
    """The name of the part that a relation leads to."""
    found: list[str] = []

    def start(_: str, attributes: Attributes) -> None:
        if relation and attributes.get("Id") == relation:
            found.append(attributes.get("Target", ""))

    if relations:
        walk(relations, start)
    target = found[0] if found else ""
    if not target or target.startswith(("/", "xl/")):
        return target.lstrip("/")
    return f"xl/{target}"
