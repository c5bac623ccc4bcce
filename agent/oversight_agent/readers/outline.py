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

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from oversight_agent.problems import SourceError
from oversight_agent.readers.header import names
from oversight_agent.readers.headings import one_header
from oversight_agent.readers.looks import header_of
from oversight_agent.readers.outline_text import MARKS, text_piece
from oversight_agent.readers.parquet import read_parquet
from oversight_agent.readers.piece import LOOKED_AT, SNIFFED, Piece, piece_of, settings_of
from oversight_agent.readers.request import Request
from oversight_agent.readers.sheets import Sheet, read_sheet, visible_sheets
from oversight_agent.readers.values import as_text
from oversight_agent.sources import LIMITS, SourceSettings, check_file, read_start, tidy

_ROWS_TO_TELL = 5


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
    elif start.startswith(b"PAR1"):
        yield _parquet(folder, name)
    elif b"\0" in start and not start.startswith(tuple(mark for mark, _ in MARKS)):
        raise SourceError(
            "this is no text, workbook or database",
            file=name,
            expected="delimited text, a workbook, a Parquet file or an SQLite database",
            advice="export it in one of these forms",
        )
    else:
        piece = text_piece(folder, name)
        if not _has_header(piece):
            raise _no_header(name)
        yield piece


# --------------------------------------------------------------- workbook


def _workbook(folder: Path, name: str) -> Iterator[Piece]:
    request = Request(settings_of(file=name, format="workbook"), name, folder / name, None, LIMITS)
    sheets = visible_sheets(request)
    for sheet in sheets:
        settings = settings_of(
            file=name,
            sheet=sheet if len(sheets) > 1 else None,
            format=None if SourceSettings(file=name).format_of(name) == "workbook" else "workbook",
        )
        # Two rows of header: only then are merged cells looked for.
        source = settings.model_copy(update={"sheet": sheet, "header_rows": 2})
        cells = read_sheet(Request(source, name, folder / name, None, LIMITS))
        piece = _sheet(cells, settings, f"{name}, sheet {sheet}")
        if piece is not None and _has_header(piece):
            yield piece


def _sheet(cells: Sheet, settings: SourceSettings, name: str) -> Piece | None:
    rows = [[as_text(cell) for cell in row] for row in cells.rows[: LOOKED_AT + SNIFFED]]
    found = header_of(rows[:SNIFFED])
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
    settings = settings_of(**settings.model_dump(exclude_defaults=True), **update)
    return piece_of(settings, name, columns, body, whole=len(cells.rows) <= LOOKED_AT + SNIFFED)


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
    settings = settings_of(
        file=name, table=tidy(table),
        format=None if SourceSettings(file=name).format_of(name) == "sqlite" else "sqlite",
    )  # fmt: skip
    return piece_of(settings, f"{name}, table {table}", columns, rows[:LOOKED_AT],
                  whole=len(rows) <= LOOKED_AT)  # fmt: skip


# ---------------------------------------------------------------- parquet


def _parquet(folder: Path, name: str) -> Piece:
    is_named = SourceSettings(file=name).format_of(name) == "parquet"
    settings = settings_of(file=name, format=None if is_named else "parquet")
    table = read_parquet(Request(settings, name, folder / name, None, LIMITS))
    rows = table.frame.head(LOOKED_AT).to_numpy().tolist()
    columns = names(map(str, table.frame.columns))
    return piece_of(settings, name, columns, rows, whole=len(table.frame) <= LOOKED_AT)


def _has_header(piece: Piece) -> bool:
    """Whether the header's words are no values of their columns: else it is a record itself."""
    rows = piece.rows[:SNIFFED]
    if len(rows) < _ROWS_TO_TELL:
        return True
    again = [any(row[n] == name for row in rows) for n, name in enumerate(piece.columns)]
    return sum(again) < max(2, 0.3 * len(again))


def _no_header(name: str) -> SourceError:
    return SourceError(
        "the first row looks like a record, not like a header",
        file=name,
        expected="a header that gives each column a name",
        advice="export it again with the columns' names",
    )
