"""How large the sheets of an OpenDocument file become: it repeats rows, cells, blanks by number.

Rules kept here:

1. All sheets count: the library unpacks them all when it opens the file.
2. What holds no value at the end of a row or sheet does not count: programs write a million such
   rows there.
"""

from __future__ import annotations

from dataclasses import dataclass

from oversight_agent.readers.walk import Attributes, walk

_ROWS, _COLUMNS = "number-rows-repeated", "number-columns-repeated"
_CELL = ("table-cell", "covered-table-cell")


@dataclass
class _Sheets:
    """What is counted while the elements pass by.

    Attributes:
        cells: of all sheets that are complete, gaps included.
        blanks: repeated within texts.
    """

    cells: int = 0
    blanks: int = 0
    _height: int = 0
    _width: int = 0
    _rows: int = 0
    _row: int = 0
    _columns: int = 0
    _last: int = 0

    def start(self, name: str, attributes: Attributes) -> None:
        own = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "table-row":
            self._row, self._columns, self._last = int(own.get(_ROWS, 1)), 0, 0
        elif name in _CELL:
            self._columns += int(own.get(_COLUMNS, 1))
            if len(own) > (_COLUMNS in own) + ("style-name" in own):
                self._last = self._columns
        elif name == "s":
            self.blanks += int(own.get("c", 1)) * max(1, self._row)

    def end(self, name: str) -> None:
        if name == "table-row":
            self._rows += self._row
            self._width = max(self._width, self._last)
            self._height = self._rows if self._last else self._height
        elif name == "table":
            self.cells += self._height * self._width
            self._rows = self._height = self._width = 0


def size(content: bytes | None) -> tuple[int, int]:
    """The cells of all sheets together, gaps included, and the blanks repeated within texts.

    Args:
        content: the part that holds the sheets, or None for a file of another kind.

    Raises:
        Damaged: this is no XML.
    """
    found = _Sheets()
    if content is None:
        return 0, 0
    walk(content, found.start, found.end)
    return found.cells, found.blanks
