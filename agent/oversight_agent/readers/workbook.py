"""Workbooks: one sheet, every cell as the text that a person reads there.

Rules kept here:

1. The header is the row that the settings name, or the first that holds anything; or several rows
   from there on. Columns without a name are not looked at; a row that holds nothing in the named
   ones is no record.
2. Rows are numbered as the program shows them.
3. A merged cell has its value in its first cell only, but in a header of several rows, where it
   stands for all its columns. A formula has the value last computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oversight_agent.problems import Part, SourceError
from oversight_agent.readers.header import LOOK_AHEAD, check_width, names, row_hint, same_name
from oversight_agent.readers.headings import one_header
from oversight_agent.readers.request import Request
from oversight_agent.readers.sheets import Sheet, read_sheet
from oversight_agent.readers.values import Cell, as_text
from oversight_agent.tables import RawTable

_Rows = list[list[Cell]]


def read_workbook(request: Request) -> RawTable:
    """Read a sheet of a workbook.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    sheet = read_sheet(request)
    rows, file = sheet.rows, sheet.file
    at = _header_row(rows, request, file)
    header = _header(sheet, at, request)
    kept = _kept(rows, at + request.source.header_rows - 1, header, request, file)
    missing = set(request.columns or ()) - set(header)
    hint = _hint(rows, at, request) if missing else ""
    part = Part(file, len(kept), tuple(filter(None, header)), "row", hint)
    return RawTable(_frame(rows, kept, header, request), (part,))


def _header_row(rows: _Rows, request: Request, file: str) -> int:
    """The number of the header's row, from 1."""
    at = request.source.header_row
    if at is None:
        at = next((n for n, row in enumerate(rows, start=1) if _holds(row)), 0)
        if not at:
            raise _empty("the sheet is empty", file)
    elif at > len(rows) or not _holds(rows[at - 1]):
        raise SourceError(
            "there is no header in the row that the mapping names",
            file=file,
            row=at,
            unit="row",
            found="nothing",
            expected="the columns' names",
            advice="correct header_row in the mapping, or leave it out",
        )
    return at


def _header(sheet: Sheet, at: int, request: Request) -> tuple[str, ...]:
    last, file = at + request.source.header_rows - 1, sheet.file
    rows = [list(map(as_text, row)) for row in sheet.rows[at - 1 : last]]
    merged = [
        (top - at + 1, left, right)
        for (top, left), (_, right) in sheet.merged
        if at <= top + 1 <= last
    ]
    header = names(one_header(rows, merged))
    check_width(len(header), request, file, at, "row")
    for position, name in enumerate(header):
        if request.wants(name) and name in header[:position]:
            raise SourceError(
                same_name(header, position),
                file=file,
                row=at,
                unit="row",
                expected="a header that gives each column a name of its own",
                advice="give one of the columns another name",
            )
    return header


def _kept(
    rows: _Rows, last: int, header: tuple[str, ...], request: Request, file: str
) -> list[int]:
    """The positions of the rows after the header's last that hold something below a name."""
    if len(rows) - last > request.limits.rows:
        raise SourceError(
            "the sheet has too many rows",
            file=file,
            expected=f"at most {request.limits.rows:,}, blank ones included",
            advice="export only the years that are needed",
        )
    named = [position for position, name in enumerate(header) if name]
    kept = [n for n in range(last, len(rows)) if _holds([rows[n][one] for one in named])]
    if not kept:
        raise _empty("the sheet has a header but no rows", file)
    return kept


def _frame(rows: _Rows, kept: list[int], header: tuple[str, ...], request: Request) -> pd.DataFrame:
    columns = {
        name: [as_text(rows[n][position]) for n in kept]
        for position, name in enumerate(header)
        if request.wants(name)
    }
    index = pd.Index([n + 1 for n in kept], dtype="int64")
    return pd.DataFrame(columns, index=index, dtype="str")


def _holds(row: Sequence[Cell]) -> bool:
    return any(as_text(cell).strip() for cell in row)


def _hint(rows: _Rows, at: int, request: Request) -> str:
    head = ((n, [as_text(cell) for cell in row]) for n, row in enumerate(rows[:LOOK_AHEAD], 1))
    return row_hint(head, request, at)


def _empty(what: str, file: str) -> SourceError:
    return SourceError(
        what,
        file=file,
        expected="a header and at least one row",
        advice="export it again; if there is nothing to export, leave its table out of the mapping",
    )
