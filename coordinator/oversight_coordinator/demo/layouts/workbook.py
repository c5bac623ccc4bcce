"""Workbooks, as Excel saves them.

1. Days are cells with a date format, unless the export has bare serial numbers.
2. The package's times are fixed, and it is not compressed: compression differs between machines.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from oversight_coordinator.demo.layouts.columns import Cell, Filled, header_rows
from oversight_coordinator.demo.layouts.sources import Book, Extra, Sheet

_MADE = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
_PACKED = (2026, 10, 31, 18, 0, 0)
_WIDTH = 16


def write_book(path: Path, book: Book, tables: Sequence[tuple[Sheet, Sequence[Filled]]]) -> None:
    """Write a workbook with these tables and its extra sheets, one that is there replaced."""
    made = io.BytesIO()
    with Workbook(made, {"constant_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE.replace(tzinfo=None)})
        _write_extras(workbook, book.extras, last=False)
        sheets = [_write_sheet(workbook, sheet, columns) for sheet, columns in tables]
        # The first sheet of all cannot be hidden while it is the one shown.
        sheets[0].activate()
        _write_extras(workbook, book.extras, last=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_repacked(made))


def _write_extras(workbook: Workbook, extras: Iterable[Extra], *, last: bool) -> None:
    for extra in extras:
        if extra.last != last:
            continue
        sheet = workbook.add_worksheet(extra.name)
        for place, row in enumerate(extra.rows):
            sheet.write_row(place, 0, row)
        if extra.hidden:
            sheet.hide()


def _write_sheet(workbook: Workbook, source: Sheet, columns: Sequence[Filled]) -> Any:
    sheet = workbook.add_worksheet(source.sheet)
    bold = workbook.add_format({"bold": True})
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    sheet.set_column(0, len(columns) - 1, _WIDTH)
    for row, text in enumerate(source.above):
        if row == 0 and len(columns) > 1:
            sheet.merge_range(0, 0, 0, len(columns) - 1, text, bold)
        elif text:
            sheet.write_string(row, 0, text)
    header = len(source.above)
    head = header_rows([one.column for one in columns], source.header_rows)
    for row, names in enumerate(head, header):
        sheet.write_row(row, 0, names, bold)
    _write_rows(sheet, header + len(head), columns, day)
    sheet.freeze_panes(header + len(head), 0)
    return sheet


def _write_rows(sheet: Any, first: int, columns: Sequence[Filled], day: Any) -> None:
    formats = [day if one.is_shown_as_date else None for one in columns]
    rows = zip(*(one.sheet_cells for one in columns), strict=True)
    for row, cells in enumerate(rows, first):
        for place, cell in enumerate(cells):
            if cell is not None:
                _write_cell(sheet, row, place, cell, formats[place])


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, day: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif cell is not None:
        sheet.write_number(row, place, cell, day)


def _repacked(made: io.BytesIO) -> bytes:
    packed = io.BytesIO()
    with ZipFile(made) as old, ZipFile(packed, "w", ZIP_STORED) as new:
        for name in old.namelist():
            part = ZipInfo(name, _PACKED)
            part.create_system = 0
            new.writestr(part, old.read(name))
    return packed.getvalue()
