"""Workbooks: one sheet, every cell as the text that a person reads there.

Rules kept here:

1. The sheet is the one that the settings name, or the only visible one; the reader never chooses.
2. The header is the row that the settings name, or the first that holds anything. Columns without
   a name are not looked at; a row that holds nothing in the named ones is no record.
3. Rows are numbered as the program shows them.
4. A merged cell has its value in its first cell only. A formula has the value last computed.
5. A file that is cut off, locked by a password or unpacks beyond measure is refused with a sentence
   of ours: the library's own messages may quote cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TypeVar, cast

import pandas as pd
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from oversight_agent.problems import Part, SourceError
from oversight_agent.readers import package
from oversight_agent.readers.encodings import likely
from oversight_agent.readers.header import LOOK_AHEAD, check_width, names, row_hint, same_name
from oversight_agent.readers.request import Request
from oversight_agent.readers.values import Cell, as_text
from oversight_agent.sources import read_bytes, tidy, too_large
from oversight_agent.tables import RawTable

_Rows = list[list[Cell]]
_Result = TypeVar("_Result")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(request: Request) -> RawTable:
    """Read a sheet of a workbook.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    data = read_bytes(request.path, request.name, request.limits.bytes)
    book = _opened(data, request)
    sheet = _chosen(book, request)
    file = f"{request.name}, sheet {sheet}"
    try:
        rows = _cells(book, data, sheet, request, file)
    except package.Damaged:
        raise _damaged(request) from None
    at = _header_row(rows, request, file)
    header = _header(rows[at - 1], at, request, file)
    kept = _kept(rows, at, header, request, file)
    missing = set(request.columns or ()) - set(header)
    hint = _hint(rows, at, request) if missing else ""
    part = Part(file, len(kept), tuple(filter(None, header)), "row", hint)
    return RawTable(_frame(rows, kept, header, request), (part,))


def _opened(data: bytes, request: Request) -> CalamineWorkbook:
    try:
        if package.unpacked_bytes(data) > request.limits.bytes:
            raise too_large(request.name, request.limits.bytes)
        return _calm(lambda: CalamineWorkbook.from_object(BytesIO(data)))
    except PasswordError:
        raise _locked(request) from None
    except (CalamineError, package.Damaged):
        if _ENCRYPTED in data:
            raise _locked(request) from None
        if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
            raise _damaged(request) from None
        raise _no_workbook(data, request) from None


def _calm(call: Callable[[], _Result]) -> _Result:
    """The result of a library's call; its panics, which are no `Exception`, as its errors."""
    try:
        return call()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise CalamineError from None
        raise


def _chosen(book: CalamineWorkbook, request: Request) -> str:
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    visible = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
    wanted = request.source.sheet
    if wanted is None and len(visible) == 1:
        return visible[0]
    fitting = [each.name for each in sheets if tidy(each.name) == tidy(wanted or "")]
    if wanted is not None and len(fitting) == 1:
        return fitting[0]
    raise SourceError(
        "there is no such sheet" if wanted else "the workbook has not one visible sheet alone",
        file=f"{request.name}, sheet {wanted}" if wanted else request.name,
        found=", ".join(visible) or "no sheet that is visible",
        expected="one of its sheets, named in the mapping",
        advice="write one of these names as 'sheet' in the mapping",
    )


def _cells(book: CalamineWorkbook, data: bytes, sheet: str, request: Request, file: str) -> _Rows:
    xml = package.sheet_xml(data, sheet)
    height, width = package.extent(xml)
    if height * width > request.limits.cells:
        raise SourceError(
            "the sheet is too large",
            file=file,
            found=f"{height:,} rows by {width:,} columns, gaps included",
            expected=f"at most {request.limits.cells:,} cells",
            advice="delete stray cells far below or right of the table, or export less",
        )
    try:
        found = _calm(lambda: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
    except CalamineError:
        raise package.Damaged from None
    rows = cast("_Rows", found)
    for row, column, text in package.errors(xml):
        if not (0 < row <= len(rows) and 0 < column <= len(rows[row - 1])):
            raise package.Damaged
        rows[row - 1][column - 1] = text
    return rows


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


def _header(row: list[Cell], at: int, request: Request, file: str) -> tuple[str, ...]:
    header = names(map(as_text, row))
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


def _kept(rows: _Rows, at: int, header: tuple[str, ...], request: Request, file: str) -> list[int]:
    """The positions of the rows that hold something below a name."""
    if len(rows) - at > request.limits.rows:
        raise SourceError(
            "the sheet has too many rows",
            file=file,
            expected=f"at most {request.limits.rows:,}, blank ones included",
            advice="export only the years that are needed",
        )
    named = [position for position, name in enumerate(header) if name]
    kept = [n for n in range(at, len(rows)) if _holds([rows[n][one] for one in named])]
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


def _damaged(request: Request) -> SourceError:
    return SourceError(
        "the workbook is cut off or damaged",
        file=request.name,
        expected="a whole workbook",
        advice="save or copy it again, and see that it opens",
    )


def _locked(request: Request) -> SourceError:
    return SourceError(
        "the workbook is locked by a password",
        file=request.name,
        expected="a workbook that opens without one",
        advice="save it without a password into the data folder, which only the agent reads",
    )


def _no_workbook(data: bytes, request: Request) -> SourceError:
    advice = "by its content it is text: set format = 'delimited'"
    if data.lstrip()[:1] == b"<":
        advice = "it is a web page with the name of a workbook: save it as .xlsx"
    elif b"\0" in data:
        advice = likely(data, "utf-8") if data.startswith(b"SQLite") else "save it as .xlsx"
    return SourceError(
        "the file is not a workbook" if data else "the file is empty",
        file=request.name,
        expected="a workbook of Excel or OpenDocument",
        advice=advice if data else "export it again",
    )
