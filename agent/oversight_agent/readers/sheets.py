"""One sheet of a workbook as rows of cells, opened within bounds.

Rules kept here:

1. The sheet is the one that the settings name, or the only visible one; the reader never chooses.
2. A workbook is measured before the library makes room for it: `package`, `spreadsheetml`,
   `opendocument` and `binary` say how large it becomes.
3. A file that is cut off, locked by a password or unpacks beyond measure is refused with a sentence
   of ours: the library's own messages may quote cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import cast

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from oversight_agent.problems import SourceError
from oversight_agent.readers import binary, compound, opendocument, package, spreadsheetml
from oversight_agent.readers.calm import Panicked, calm
from oversight_agent.readers.encodings import likely
from oversight_agent.readers.package import Damaged
from oversight_agent.readers.request import Request
from oversight_agent.readers.values import Cell
from oversight_agent.sources import read_bytes, tidy

Corner = tuple[int, int]
"""A cell's row and column, from 0."""

_COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_BLANKS = 10_000_000


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Attributes:
        file: what errors call it.
        rows: its cells, from the first row and column on.
        merged: its merged cells, each by its first and last corner, if they were asked for.
    """

    file: str
    rows: list[list[Cell]] = field(repr=False)
    merged: tuple[tuple[Corner, Corner], ...] = ()


def read_sheet(request: Request) -> Sheet:
    """The sheet that the settings name.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    book, data = _opened(request)
    name = _chosen(book, request)
    try:
        return _read(book, data, name, request)
    except (CalamineError, Panicked, Damaged):
        raise _damaged(request) from None


def visible_sheets(request: Request) -> list[str]:
    """The names of the sheets that a person sees.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    return _visible(_opened(request)[0])


def _opened(request: Request) -> tuple[CalamineWorkbook, bytes]:
    data = read_bytes(request.path, request.name, request.limits.bytes)
    try:
        data = _measured(data, request)
        return calm(lambda: CalamineWorkbook.from_object(BytesIO(data))), data
    except PasswordError:
        raise _locked(request) from None
    except (CalamineError, Panicked, Damaged):
        raise _not_opened(data, request) from None


def _measured(data: bytes, request: Request) -> bytes:
    """The workbook as the library may see it."""
    if data.startswith(_COMPOUND) and _ENCRYPTED not in data:
        cells = binary.old_cells(compound.book(data))
        _check_size(cells, request.name, f"{cells:,} cells, gaps included", request)
    if not package.is_package(data):
        return data
    data = package.rebuilt(data, request)
    texts = spreadsheetml.strings(data)
    texts += binary.strings(package.part(data, "xl/sharedStrings.bin") or b"")
    cells, blanks = opendocument.size(package.part(data, "content.xml"))
    _check_size(max(texts, cells), request.name, f"{max(texts, cells):,} texts or cells", request)
    if blanks > _MOST_BLANKS:
        raise Damaged
    return data


def _read(book: CalamineWorkbook, data: bytes, name: str, request: Request) -> Sheet:
    file = f"{request.name}, sheet {name}"
    errors: list[tuple[int, int, str]] = []
    if package.is_package(data):
        errors = _measured_sheet(data, name, file, request)
    sheet = calm(lambda: book.get_sheet_by_name(name))
    found = calm(lambda: sheet.to_python(skip_empty_area=False))
    rows = cast("list[list[Cell]]", found)
    for row, column, text in errors:
        if not (0 < row <= len(rows) and 0 < column <= len(rows[row - 1])):
            raise Damaged
        rows[row - 1][column - 1] = text
    return Sheet(file, rows, _merged(sheet) if request.source.header_rows > 1 else ())


def _measured_sheet(
    data: bytes, name: str, file: str, request: Request
) -> list[tuple[int, int, str]]:
    """The error cells of a sheet that is not too large."""
    xml = spreadsheetml.sheet_xml(data, name)
    cells = spreadsheetml.cells(xml)
    _check_size(cells, file, f"{cells:,} cells", request)
    sizes = [spreadsheetml.extent(xml, cells)]
    sizes += [binary.extent(each) for each in package.parts(data, "xl/worksheets/", ".bin")]
    for height, width in sizes:
        size = f"{height:,} rows by {width:,} columns, gaps included"
        _check_size(height * width, file, size, request)
    return spreadsheetml.errors(xml)


def _check_size(found: int, file: str, in_words: str, request: Request) -> None:
    if found > request.limits.cells:
        raise SourceError(
            "the sheet is too large",
            file=file,
            found=in_words,
            expected=f"at most {request.limits.cells:,} cells",
            advice="delete stray cells far below or right of the table, or export less",
        )


def _merged(sheet: CalamineSheet) -> tuple[tuple[Corner, Corner], ...]:
    found = calm(lambda: sheet.merged_cell_ranges)
    return tuple(found or ())


def _chosen(book: CalamineWorkbook, request: Request) -> str:
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    visible = _visible(book)
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


def _visible(book: CalamineWorkbook) -> list[str]:
    return [
        each.name
        for each in book.sheets_metadata
        if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
    ]


def _not_opened(data: bytes, request: Request) -> SourceError:
    if _ENCRYPTED in data:
        return _locked(request)
    if package.is_package(data) or data.startswith(_COMPOUND):
        return _damaged(request)
    return _no_workbook(data, request)


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
