"""The columns' names, and what may be set wrong if the mapping's columns are not among them.

Rules kept here:

1. Names are compared tidied: trimmed, each white space inside, a line feed too, as one blank.
2. Advice may count the header's punctuation and name a row; it never quotes the header, for a file
   without one has persons there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oversight_agent.problems import SourceError, Unit
from oversight_agent.readers.request import Request
from oversight_agent.sources import tidy

LOOK_AHEAD = 50
"""Rows that are looked through for a header below titles."""

CANDIDATES = (",", ";", "\t", "|")
"""The delimiters that are looked for."""


def names(row: Iterable[str]) -> tuple[str, ...]:
    """The tidied names in a header."""
    return tuple(tidy(name) for name in row)


def check_width(found: int, request: Request, file: str, row: int, unit: Unit) -> None:
    """Refuse a header with more columns than the limit."""
    if found > request.limits.columns:
        raise SourceError(
            "the file has too many columns",
            file=file,
            row=row,
            unit=unit,
            found=f"{found:,}",
            expected=f"at most {request.limits.columns:,}",
            advice="export only the columns that are needed",
        )


def same_name(header: Sequence[str], position: int) -> str:
    """In words, that a column has the name of an earlier one."""
    return f"columns {header.index(header[position]) + 1} and {position + 1} have the same name"


def row_hint(rows: Iterable[tuple[int, Sequence[str]]], request: Request, header_row: int) -> str:
    """Advice if another row than the header's holds most of the columns that are wanted."""
    columns = frozenset(request.columns or ())
    for number, row in rows:
        if number != header_row and 2 * len(columns & set(names(row))) > len(columns):
            return f"row {number} holds the mapping's columns: set header_row = {number}"
    return ""


def delimiter_hint(line: str, delimiter: str) -> str:
    """Advice if the header holds another mark that parts values more often than the delimiter."""
    counts = {mark: line.count(mark) for mark in CANDIDATES if mark != delimiter}
    mark = max(counts, key=lambda each: counts[each])
    if not counts[mark] or counts[mark] < line.count(delimiter):
        return ""
    times = "once" if counts[mark] == 1 else f"{counts[mark]} times"
    held = "tabs" if mark == "\t" else mark
    return f"the header holds {held} {times}: is the delimiter {spoken(mark)}?"


def own_word(text: bytes) -> str | None:
    """The delimiter in a first line of its own, as Excel writes it (`sep=;`), or None."""
    end = text.find(b"\n")
    first = (text if end < 0 else text[:end]).decode().strip().strip('"')
    return (first[4:] or "\t") if first[:4].lower() == "sep=" else None


def spoken(mark: str) -> str:
    """A delimiter as the mapping writes it."""
    return '"\\t"' if mark == "\t" else f"'{mark}'"
