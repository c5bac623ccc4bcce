"""The start of a delimited text, and what it takes to read it: encoding, delimiter, header.

Unlike the reader (`delimited`), which refuses what is in doubt, this guesses: a person or a check
on all rows confirms it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from oversight_agent.readers.header import names
from oversight_agent.readers.headings import one_header
from oversight_agent.readers.looks import header_of
from oversight_agent.readers.piece import LOOKED_AT, SNIFFED, Piece, no_table, piece_of, settings_of
from oversight_agent.sources import SourceSettings, read_start

TEXT_BYTES = 16 * 1024 * 1024
"""Bytes of a text that are looked at."""

_CANDIDATES = (",", ";", "\t", "|")
_RARE = ("^", "~", "#", "!", "$", "%", "*", "@", "=", ":")
"""Delimiters that are taken only where none of the usual ones parts the rows."""

MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte-order marks."""


def text_piece(folder: Path, name: str) -> Piece:
    """The table that a text holds.

    Raises:
        InputError: it cannot be read, or does not look like a table.
    """
    data = read_start(folder / name, name, TEXT_BYTES + 1)
    whole = len(data) <= TEXT_BYTES
    text, encoding = _decoded(data[:TEXT_BYTES], whole=whole)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not whole:
        lines = lines[:-1]
    delimiter = _delimiter(lines)
    first = 1 if lines[0].lower().lstrip('"').startswith("sep=") else 0
    records = _records(lines, delimiter, first)
    head = list(islice(records, SNIFFED))
    found = header_of([row for _, row in head])
    if found is None:
        raise no_table(name, name)
    rest = [row for _, row in head[found.after :]]
    rest += [row for _, row in islice(records, LOOKED_AT - len(rest))]
    rows = [row for row in rest if any(map(str.strip, row))]
    head_line = lines[head[found.at][0] - 1]
    stated = delimiter != "," or any(mark in head_line for mark in _CANDIDATES[1:])
    settings = settings_of(
        file=name, encoding=encoding, delimiter=delimiter if stated else None,
        header_row=None if found.first else head[found.at][0],
        header_rows=found.rows if found.rows > 1 else None,
        format=None if _is_text_by_name(name) else "delimited",
    )  # fmt: skip
    columns = names(one_header([row for _, row in head[found.at : found.after]]))
    whole = whole and next(records, None) is None
    return piece_of(settings, name, columns, rows, whole=whole)


def _is_text_by_name(name: str) -> bool:
    return SourceSettings(file=name).format_of(name) == "delimited"


def _decoded(data: bytes, *, whole: bool) -> tuple[str, str | None]:
    """The text and its encoding, where the mapping must state it."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="ignore"), None
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        # The start of a file may end inside a letter.
        if not whole and error.start > len(data) - 4:
            return data[: error.start].decode("utf-8-sig"), None
    return data.decode("cp1252", errors="replace"), "cp1252"


def _delimiter(lines: list[str]) -> str:
    """The character with which most rows have the same width, the wider the better."""
    if lines[0].lower().lstrip('"').startswith("sep="):
        return lines[0].strip().strip('"')[4:] or "\t"

    def orderly(mark: str) -> float:
        widths = [len(row) for _, row in islice(_records(lines, mark, 0), SNIFFED)]
        wide = [one for one in widths if one > 1]
        if not wide:
            return 0.0
        usual = max(set(wide), key=wide.count)
        return wide.count(usual) / len(widths) * min(usual, 4)

    best = max(_CANDIDATES, key=orderly)
    if orderly(best) >= 1.0:
        return best
    rare = max(_RARE, key=orderly)
    return rare if orderly(rare) > max(2.0, orderly(best)) else best


def _records(lines: list[str], delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of its first line; blank lines are records too."""
    reader = csv.reader(iter([line + "\n" for line in lines[first:]]), delimiter=delimiter)
    at = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            at = reader.line_num
            continue
        yield first + at + 1, row
        at = reader.line_num
