"""What a file holds, before anybody has said how it is to be read.

    outline   a file's pieces: the text itself, the visible sheets, the tables of a database

Each piece comes with the settings that would read it and with its first rows as text. Rules kept
here:

1. No more than `LOOKED_AT` rows of a piece are looked at, and of a text no more than its first
   `TEXT_BYTES`. What is proposed from them is checked on all rows later.
2. Nothing is decided silently: whatever differs from a reader's default stands in the settings.
3. A file that cannot be taken apart is an error with its reason, and no other file's matter.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from oversight_agent.problems import SourceError
from oversight_agent.readers.header import names
from oversight_agent.readers.headings import one_header
from oversight_agent.readers.looks import Header, header_of
from oversight_agent.readers.request import Request
from oversight_agent.readers.sheets import Sheet, read_sheet, visible_sheets
from oversight_agent.readers.values import as_text
from oversight_agent.sources import LIMITS, SourceSettings, check_file, read_start, tidy

LOOKED_AT = 50_000
"""Rows of a piece that are looked at."""

TEXT_BYTES = 16 * 1024 * 1024

_CANDIDATES = (",", ";", "\t", "|")
_RARE = ("^", "~", "#", "!", "$", "%", "*", "@", "=", ":")
"""Delimiters that are taken only where none of the usual ones parts the rows."""

_SNIFFED = 300
_MARKS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
          (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A table as it lies in a file.

    Attributes:
        settings: what reads it.
        name: what people call it: "QA.xlsx, sheet Audits".
        columns: the names in its header, tidied, of the columns that have one.
        rows: its first rows as text, a value for each column.
        whole: whether these are all of its rows.
    """

    settings: SourceSettings
    name: str
    columns: tuple[str, ...]
    rows: list[list[str]] = field(repr=False)
    whole: bool


def outline(folder: Path, name: str) -> Iterator[Piece]:
    """The pieces of a file in the data folder.

    Raises:
        InputError: the file cannot be read, or holds nothing that looks like a table.
    """
    start = read_start(folder / name, name, 100)
    if start.startswith(b"SQLite format 3\0"):
        yield from _database(folder, name)
    elif start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from _workbook(folder, name)
    elif b"\0" in start and not start.startswith(tuple(mark for mark, _ in _MARKS)):
        raise SourceError(
            "this is no text, workbook or database",
            file=name,
            expected="delimited text, a workbook, a Parquet file or an SQLite database",
            advice="export it in one of these forms",
        )
    else:
        yield _text(folder, name)


def _settings(**given: Any) -> SourceSettings:
    return SourceSettings.model_validate({k: v for k, v in given.items() if v is not None})


# ------------------------------------------------------------------- text


def _text(folder: Path, name: str) -> Piece:
    data = read_start(folder / name, name, TEXT_BYTES + 1)
    whole = len(data) <= TEXT_BYTES
    text, encoding = _decoded(data[:TEXT_BYTES], whole=whole)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not whole:
        lines = lines[:-1]
    delimiter = _delimiter(lines)
    first = 1 if lines[0].lower().lstrip('"').startswith("sep=") else 0
    records = _records(lines, delimiter, first)
    head = list(islice(records, _SNIFFED))
    found = header_of([row for _, row in head])
    if found is None:
        raise _no_table(name, name)
    rest = [row for _, row in head[found.after :]]
    rest += [row for _, row in islice(records, LOOKED_AT - len(rest))]
    rows = [row for row in rest if any(map(str.strip, row))]
    head_line = lines[head[found.at][0] - 1]
    stated = delimiter != "," or any(mark in head_line for mark in _CANDIDATES[1:])
    settings = _settings(
        file=name, encoding=encoding, delimiter=delimiter if stated else None,
        header_row=None if found.first else head[found.at][0],
        header_rows=found.rows if found.rows > 1 else None,
        format=None if _is_text_by_name(name) else "delimited",
    )  # fmt: skip
    columns = names(one_header([row for _, row in head[found.at : found.after]]))
    whole = whole and next(records, None) is None
    return _piece(settings, name, columns, rows, whole=whole)


def _is_text_by_name(name: str) -> bool:
    return SourceSettings(file=name).format_of(name) == "delimited"


def _decoded(data: bytes, *, whole: bool) -> tuple[str, str | None]:
    """The text and its encoding, where the mapping must state it."""
    for mark, encoding in _MARKS:
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
        widths = [len(row) for _, row in islice(_records(lines, mark, 0), _SNIFFED)]
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


# --------------------------------------------------------------- workbook


def _workbook(folder: Path, name: str) -> Iterator[Piece]:
    request = Request(_settings(file=name, format="workbook"), name, folder / name, None, LIMITS)
    sheets = visible_sheets(request)
    for sheet in sheets:
        settings = _settings(
            file=name,
            sheet=sheet if len(sheets) > 1 else None,
            format=None if SourceSettings(file=name).format_of(name) == "workbook" else "workbook",
        )
        # Two rows of header: only then are merged cells looked for.
        source = settings.model_copy(update={"sheet": sheet, "header_rows": 2})
        cells = read_sheet(Request(source, name, folder / name, None, LIMITS))
        piece = _sheet(cells, settings, f"{name}, sheet {sheet}")
        if piece is not None:
            yield piece


def _sheet(cells: Sheet, settings: SourceSettings, name: str) -> Piece | None:
    rows = [[as_text(cell) for cell in row] for row in cells.rows[: LOOKED_AT + _SNIFFED]]
    found = header_of(rows[:_SNIFFED])
    if found is None:
        return None
    merged = [
        (top[0] - found.at, top[1], bottom[1])
        for top, bottom in cells.merged
        if found.at <= top[0] and bottom[0] < found.after
    ]
    head = one_header(rows[found.at : found.after], merged if found.rows > 1 else ())
    columns = names(head)
    body = [row for row in rows[found.after :] if any(map(str.strip, row))]
    update = {} if found.first else {"header_row": found.at + 1}
    update |= {"header_rows": found.rows} if found.rows > 1 else {}
    settings = _settings(**settings.model_dump(exclude_defaults=True), **update)
    return _piece(settings, name, columns, body, whole=len(cells.rows) <= LOOKED_AT + _SNIFFED)


# --------------------------------------------------------------- database


def _database(folder: Path, name: str) -> Iterator[Piece]:
    path = folder / name
    check_file(path, name, None)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True,
                                     timeout=LIMITS.lock_seconds)) as database:  # fmt: skip
            for table in _tables(database):
                piece = _table(database, table, name)
                if piece is not None:
                    yield piece
    except (sqlite3.Error, UnicodeDecodeError):
        raise SourceError(
            "the database cannot be read",
            file=name,
            expected="a sound SQLite database that nobody is changing",
            advice="copy it again with VACUUM INTO while no program writes to it",
        ) from None


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    return sorted(str(one) for (one,) in found if not str(one).startswith("sqlite_"))


def _table(database: sqlite3.Connection, table: str, name: str) -> Piece | None:
    quoted = '"' + table.replace('"', '""') + '"'
    cursor = database.execute(f"SELECT * FROM {quoted} LIMIT {LOOKED_AT + 1}")  # noqa: S608 (quoted)
    columns = names(str(column[0]) for column in cursor.description)
    rows = [["" if isinstance(one, bytes) else as_text(one) for one in row] for row in cursor]
    if not rows:
        return None
    settings = _settings(
        file=name, table=tidy(table),
        format=None if SourceSettings(file=name).format_of(name) == "sqlite" else "sqlite",
    )  # fmt: skip
    return _piece(settings, f"{name}, table {table}", columns, rows[:LOOKED_AT],
                  whole=len(rows) <= LOOKED_AT)  # fmt: skip


# -------------------------------------------------------------------- all


def _piece(
    settings: SourceSettings, name: str, columns: tuple[str, ...], rows: Iterable[list[str]], *,
    whole: bool,
) -> Piece:  # fmt: skip
    """A piece without the columns that have no name, every row as wide as its header."""
    kept = [n for n, column in enumerate(columns) if column and column not in columns[:n]]
    table = [[row[n].strip() if n < len(row) else "" for n in kept] for row in rows]
    return Piece(settings, name, tuple(columns[n] for n in kept), table, whole)


def _no_table(name: str, file: str) -> SourceError:
    return SourceError(
        "this does not look like a table",
        file=file,
        expected=f"a header and rows in {name}",
        advice="if it is one, write its table into the mapping by hand; if not, it does no harm",
    )


__all__ = ["LOOKED_AT", "Header", "Piece", "outline"]
