"""Which rows look like the header of a table.

Titles may stand above it, and it may have two rows, the upper naming groups of columns. Rules kept
here:

1. A header is the first row that is about as wide as the rows below it and holds words alone, each
   once.
2. A row above that holds several names with gaps between them is the upper row of the header; a
   row with one cell is a title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LOOKED_AT = 40
_FIGURES = re.compile(r"^[\d\s./:,%£+-]*$")

Row = Sequence[str]


@dataclass(frozen=True)
class Header:
    """Where a header stands.

    Attributes:
        at: its first row, from 0.
        rows: how many it has.
        first: whether it is the first row that holds anything.
    """

    at: int
    rows: int
    first: bool

    @property
    def after(self) -> int:
        """The first row below it."""
        return self.at + self.rows


def header_of(rows: Sequence[Row]) -> Header | None:
    """The header among the first rows, or None if none looks like one with a row below it."""
    filled = [_filled(row) for row in rows]
    holding = [n for n, cells in enumerate(filled) if cells]
    if len(holding) < 2:
        return None
    width = _usual_width([len(filled[n]) for n in holding])
    at = next((n for n in holding[:_LOOKED_AT] if _is_header(rows[n], filled[n], width)), None)
    if at is None or not any(n > at for n in holding):
        return None
    upper = _upper(rows, filled, at)
    lower = 1 if upper == at and _goes_on(rows, filled, at) else 0
    return Header(upper, at - upper + 1 + lower, first=upper == holding[0])


def _filled(row: Row) -> list[int]:
    return [n for n, cell in enumerate(row) if cell.strip()]


def _usual_width(widths: list[int]) -> int:
    ordered = sorted(widths)
    return ordered[len(ordered) // 2]


def _is_header(row: Row, filled: list[int], width: int) -> bool:
    words = [row[n].strip() for n in filled if not _FIGURES.match(row[n].strip())]
    distinct = len({one.casefold() for one in words})
    return (
        len(filled) >= max(2, 0.6 * width)
        and len(words) >= 0.9 * len(filled)
        and distinct >= 0.8 * len(words)
    )


def _upper(rows: Sequence[Row], filled: list[list[int]], at: int) -> int:
    """The row above, if it names groups of columns; else the header itself."""
    above = at - 1
    if above < 0 or not 2 <= len(filled[above]) < len(filled[at]):
        return at
    inside = all(n <= filled[at][-1] for n in filled[above])
    words = all(not _FIGURES.match(rows[above][n].strip()) for n in filled[above])
    return above if inside and words else at


def _goes_on(rows: Sequence[Row], filled: list[list[int]], at: int) -> bool:
    """Whether the row below fills the header's gaps with names, and hardly anything else."""
    below = at + 1
    if below >= len(rows) or not filled[below] or below + 1 >= len(rows):
        return False
    gaps = {n for n in range(filled[at][-1] + 1) if n not in filled[at]}
    lasting = {n for n in gaps if any(n in cells for cells in filled[below + 1 : below + 20])}
    words = all(not _FIGURES.match(rows[below][n].strip()) for n in filled[below])
    return bool(lasting) and lasting <= set(filled[below]) and words and (
        len(filled[below]) <= len(lasting) * 2 + 1
    )  # fmt: skip
