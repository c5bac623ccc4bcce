"""Which character stands between two values, where the mapping does not say.

Rules kept here:

1. The header decides: the delimiter is a character that parts it. If several do, those are struck
   out with which the first records would not have the header's width; reading with them would fail.
2. What is still in doubt is refused: two readings of one file would be two sets of persons.
3. What the mapping says wins, and may not contradict what the file says itself (`sep=;`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from oversight_agent.problems import SourceError
from oversight_agent.readers.header import CANDIDATES, own_word, spoken
from oversight_agent.readers.request import Request
from oversight_agent.sources import is_delimiter

_RECORDS = 200
"""Records below the header that a delimiter must fit."""


def decided(text: bytes, request: Request) -> Request:
    """The same request with the delimiter of a text in UTF-8 with LF line ends.

    Raises:
        InputError: the file says that its delimiter is another than the mapping's, or more than one
            would do.
    """
    word, wanted = own_word(text), request.source.delimiter
    if word is not None and wanted not in (None, word):
        raise _contradicted(request)
    mark = wanted or (word if word and is_delimiter(word) else _only(text, word, request))
    source = request.source.model_copy(update={"delimiter": mark})
    return replace(request, source=source)


def _only(text: bytes, word: str | None, request: Request) -> str:
    start = request.source.header_row or (1 if word is None else 2)
    parting = [mark for mark in CANDIDATES if mark in _first_line(text, start)]
    if len(parting) < 2:
        return parting[0] if parting else CANDIDATES[0]
    fitting = [mark for mark in parting if _fits(text, start, mark, request.source.header_rows)]
    if len(fitting) != 1:
        raise _in_doubt(fitting or parting, request)
    return fitting[0]


def _first_line(text: bytes, start: int) -> str:
    """The first line from `start` on that holds more than white space and delimiters."""
    for line in islice(_lines(text), start - 1, None):
        if line.strip().strip("".join(CANDIDATES)).strip():
            return line
    return ""


def _lines(text: bytes) -> Iterator[str]:
    """One after the other: most texts are decided by their first line."""
    at = 0
    while at < len(text):
        end = text.find(b"\n", at) + 1 or len(text)
        yield text[at:end].decode()
        at = end


def _fits(text: bytes, start: int, mark: str, header_rows: int) -> bool:
    """Whether the header and the first records all have the same number of values."""
    reader = csv.reader(islice(_lines(text), start - 1, None), delimiter=mark, strict=True)
    held = (record for record in reader if any(map(str.strip, record)))
    try:
        widths = [len(record) for record in islice(held, header_rows + _RECORDS)]
    except csv.Error:
        return False
    return len({max(widths[:header_rows]), *widths[header_rows:]}) == 1 and widths[0] > 1


def _contradicted(request: Request) -> SourceError:
    return SourceError(
        "the first line of the file says that its delimiter is another",
        file=request.name,
        row=1,
        expected=f"the delimiter {spoken(request.delimiter)}, as in the mapping",
        advice="set the delimiter in the mapping to the one that the first line names",
    )


def _in_doubt(marks: list[str], request: Request) -> SourceError:
    return SourceError(
        "it is in doubt which character stands between the values",
        file=request.name,
        found=f"a header that each of {', '.join(map(spoken, marks))} parts",
        expected="one of them, named in the mapping",
        advice=f"write 'delimiter = {spoken(marks[0])}' in the mapping, or the other that is right",
    )
