"""Workbooks that everybody can read.

Rules kept here:

1. One table on a sheet, from its first cell on, marked as a table; no merged cells; its header
   stays in view; long text wraps within its column.
2. Text is text: nothing in a cell becomes a formula or a link.
3. The same study gives the same bytes: the times in the file are the study's.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

Cell = str | int

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_TEXT = {"text_wrap": True, "valign": "top"}
_HEADER = {**_TEXT, "bold": True, "font_color": "#FFFFFF", "bg_color": "#12436D"}


@dataclass(frozen=True)
class Choice:
    """What a column lets people enter: one of a list, or a whole number between two bounds.

    Attributes:
        values: the list, or the cells that hold it ("=Themes!$A$2:$A$9").
    """

    column: int
    values: tuple[str, ...] | str = ()
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet with one table.

    Attributes:
        widths: of the columns, in characters.
        rows: below the header; empty ones are to be filled in.
        fixed: whether its letters have the same width, as for a program's settings.
        choices: what may be entered.
    """

    name: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[Sequence[Cell]]
    fixed: bool = False
    choices: tuple[Choice, ...] = field(default=())


def written(title: str, made: datetime, sheets: Sequence[Sheet]) -> bytes:
    """The bytes of a workbook with these sheets."""
    file = io.BytesIO()
    with Workbook(file, _OPTIONS) as workbook:
        workbook.set_properties({"title": title, "created": made.replace(tzinfo=None)})
        for number, sheet in enumerate(sheets, 1):
            _write(workbook, f"table_{number}", sheet)
    return file.getvalue()


def _write(workbook: Workbook, name: str, sheet: Sheet) -> None:
    page = workbook.add_worksheet(sheet.name)
    text = workbook.add_format({**_TEXT, **({"font_name": "Consolas"} if sheet.fixed else {})})
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width, text)
    last = len(sheet.rows)
    page.add_table(0, 0, last, len(sheet.header) - 1, {
        "name": name, "style": "Table Style Light 1", "autofilter": False,
        "data": [list(row) for row in sheet.rows],
        "columns": [{"header": heading, "format": text} for heading in sheet.header],
    })  # fmt: skip
    page.write_row(0, 0, sheet.header, workbook.add_format(_HEADER))
    for choice in sheet.choices:
        page.data_validation(1, choice.column, last, choice.column, _rule(choice))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _rule(choice: Choice) -> dict[str, Any]:
    if choice.bounds is None:
        values = choice.values
        return {"validate": "list", "source": values if isinstance(values, str) else list(values)}
    least, most = choice.bounds
    return {"validate": "integer", "criteria": "between", "minimum": least, "maximum": most}
