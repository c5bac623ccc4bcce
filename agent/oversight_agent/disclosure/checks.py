"""Checks that a table's numbers can be true at all, before any rule trusts them.

A table that fails was made wrongly: that is a mistake in the program, so the error is a
`ValueError` and nothing of the wave is released. Messages name the table and the row, never a
number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oversight_agent.tables import UnsafeCell, UnsafeRow, UnsafeTable
from oversight_protocol.release import row_keys

LARGEST_COUNT = 10_000_000
"""Rows in a figure: far beyond any authority, and small enough for the solver to be exact."""

_NUMBERS = ("count", "children", "workers", "teams", "top_worker")


def check_wave(wave: Sequence[UnsafeTable]) -> None:
    """Check every table of a wave, and that no question comes twice.

    Raises:
        ValueError: a table cannot be true.
    """
    asked = [(unsafe.table.name, unsafe.period.id) for unsafe in wave]
    if len(set(asked)) != len(asked):
        raise ValueError("a table comes twice for one period")
    for unsafe in wave:
        _check_table(unsafe)


def _check_table(unsafe: UnsafeTable) -> None:
    place = f"{unsafe.table.name} {unsafe.period.id}"
    if tuple((row.dimension, row.category) for row in unsafe.rows) != row_keys(unsafe.table):
        raise ValueError(f"{place}: the rows are not the declared ones")
    kinds: set[str] = {subject.kind for subject in unsafe.table.subjects}
    for row in unsafe.rows:
        for problem in _problems(row, set(unsafe.table.outcome_codes), kinds):
            raise ValueError(f"{place} {row.dimension} {row.category}: {problem}")
    _check_margins(unsafe, place)


def _problems(row: UnsafeRow, outcomes: set[str], kinds: set[str]) -> Iterator[str]:
    if set(row.cells) != outcomes or set(row.complements) != outcomes:
        yield "the outcomes are not the declared ones"
    parts = (*row.cells.values(), *row.complements.values())
    for cell in (*parts, row.total):
        yield from _problems_of_cell(cell, kinds)
    if sum(cell.count for cell in row.cells.values()) != row.total.count:
        yield "the cells do not sum to the total"
    if any(
        cell.count + row.complements[code].count != row.total.count
        for code, cell in row.cells.items()
    ):
        yield "a cell and the rest of its row do not sum to the total"
    if any(getattr(part, name) > getattr(row.total, name) for part in parts for name in _NUMBERS):
        yield "a part is larger than its total"


def _problems_of_cell(cell: UnsafeCell, kinds: set[str]) -> Iterator[str]:
    numbers = [getattr(cell, name) for name in _NUMBERS]
    if any(type(number) is not int for number in numbers):
        yield "a number is not an integer"
    if any(not 0 <= number <= LARGEST_COUNT for number in numbers):
        yield "a number is negative or beyond all bounds"
    if any(number > cell.count for number in numbers):
        yield "more persons, or rows of one worker, than rows"
    if bool(cell.workers) != bool(cell.top_worker):
        yield "workers and the rows of the largest one disagree"
    if (cell.children and "children" not in kinds) or (cell.workers and "workers" not in kinds):
        yield "persons of a kind that the table does not declare"


def _check_margins(unsafe: UnsafeTable, place: str) -> None:
    whole, *lines = unsafe.rows
    for dimension in unsafe.table.dimensions:
        rows = [row for row in lines if row.dimension == dimension.name]
        for code, cell in whole.cells.items():
            if sum(row.cells[code].count for row in rows) != cell.count:
                raise ValueError(
                    f"{place} {dimension.name}: the categories do not sum to the whole"
                )
