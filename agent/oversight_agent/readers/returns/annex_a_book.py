"""An Annex A workbook: its lists, each with the columns that are asked for and no others.

A list's header is its first row that holds anything or, below titles, the first of the next rows
that has the child's column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from oversight_agent.problems import SourceError
from oversight_agent.readers.request import Request
from oversight_agent.readers.returns.annex_a_lists import fitting, is_sheet
from oversight_agent.readers.sheets import visible_sheets
from oversight_agent.readers.workbook import read_workbook
from oversight_agent.tables import RawTable

_TITLES = 10
"""Rows in which a header is looked for."""


@dataclass(frozen=True)
class Record:
    """One row of a list: its number, and its values by this package's names of columns."""

    number: int
    values: dict[str, str] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        """A value; nothing for a column that the list does not have."""
        return self.values.get(column, "")


@dataclass(frozen=True)
class ListRead:
    """A list as it was read.

    Attributes:
        file: as a problem names it.
        columns: those of the asked ones that it has.
        records: its rows.
    """

    file: str
    columns: frozenset[str]
    records: tuple[Record, ...] = field(repr=False)


class Book:
    """The lists of one workbook.

    Raises:
        InputError: the workbook is missing, unsound or too large.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._sheets = visible_sheets(request)

    def has(self, number: int) -> bool:
        """Whether there is such a list."""
        return any(is_sheet(name, number) for name in self._sheets)

    def read(self, number: int, needed: str, wanted: str = "") -> ListRead:
        """Read a list.

        Args:
            number: the list's.
            needed: names of columns, parted by blanks, that it must have.
            wanted: of those that it may have.

        Raises:
            InputError: the list or a needed column is missing, or two columns may be one.
        """
        sheet = self._sheet(number)
        request, header, file = self._header(number, sheet)
        own: dict[str, str] = {}
        for column in (*needed.split(), *wanted.split()):
            names = fitting(header, number, column)
            if len(names) == 1:
                own[column] = names[0]
            elif names or column in needed.split():
                raise _unclear(number, column, len(names), file)
        raw = read_workbook(replace(request, columns=frozenset(own.values())))
        return ListRead(file, frozenset(own), tuple(_records(raw, own)))

    def _sheet(self, number: int) -> str:
        found = [name for name in self._sheets if is_sheet(name, number)]
        if len(found) == 1:
            return found[0]
        raise SourceError(
            f"the workbook has {'several sheets' if found else 'no sheet'} for list {number}",
            file=self._request.name,
            expected=f"one sheet named 'List {number}'",
            advice="name the sheets as in Ofsted's template",
        )

    def _header(self, number: int, sheet: str) -> tuple[Request, tuple[str, ...], str]:
        """The request for a sheet with its header's row, the header, what a problem calls it."""
        first = ""
        for row in (None, *range(2, _TITLES + 1)):
            source = self._request.source.model_copy(
                update={"sheet": sheet, "header_row": row, "format": "workbook", "table": None}
            )
            request = replace(self._request, source=source, columns=frozenset())
            try:
                part = read_workbook(request).parts[0]
            except SourceError:
                if row is None:
                    raise
                break
            first = first or part.file
            if fitting(part.columns, number, "child"):
                return request, part.columns, part.file
        raise _unclear(number, "child", 0, first)


def _records(raw: RawTable, own: dict[str, str]) -> Iterator[Record]:
    columns = [raw.frame[name].tolist() for name in own.values()]
    for number, *values in zip(raw.frame.index.tolist(), *columns, strict=True):
        yield Record(int(number), dict(zip(own, values, strict=True)))


_SPOKEN = {
    "child": "Child Unique ID",
    "team": "Allocated Team",
    "worker": "Allocated Worker",
    "allocated": "Allocation Start Date",
    (3, "date"): "Date of Referral",
    (3, "source"): "Referral Source",
    (3, "nfa"): "Referral NFA?",
    (6, "start"): "CIN Start Date",
    (6, "need"): "Primary Need Code",
    (6, "end"): "CIN Closure Date",
    (6, "reason"): "Reason for Closure",
    (6, "status"): "Case Status",
    (7, "start"): "Child Protection Plan Start Date",
    (7, "end"): "Child Protection Plan End Date",
    (7, "category"): "Latest Category of Abuse",
    (7, "previous"): "Number of Previous Child Protection Plans",
    (8, "start"): "Date Started to be Looked After",
    (8, "end"): "Date Ceased to be Looked After",
}


def _unclear(number: int, column: str, found: int, file: str) -> SourceError:
    name = _SPOKEN.get((number, column)) or _SPOKEN[column]
    return SourceError(
        f"the list has {'several columns that may be' if found else 'no column'} '{name}'",
        file=file,
        expected=f"one column named '{name}', as in Ofsted's template",
        advice="name the columns as in the template, with their names in one row",
    )
