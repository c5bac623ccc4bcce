"""Checks that a table's numbers can be true at all, before any rule trusts them.

A table that fails was made wrongly: that is a mistake in the program, so the error is a
`ValueError` and nothing of the wave is released. Messages name the table and the row, never a
number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oversight_agent.adding_up import joined_sums
from oversight_agent.tables import (
    LARGEST_SUM,
    UnsafeCell,
    UnsafeMerge,
    UnsafeRow,
    UnsafeSum,
    UnsafeTable,
)
from oversight_protocol.partitions import partitions
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Magnitude
from oversight_protocol.true_counts import LARGEST_COUNT

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
    for row in unsafe.rows:
        for problem in _problems(row, unsafe.table):
            raise ValueError(f"{place} {row.dimension} {row.category}: {problem}")
    rows = {(row.dimension, row.category): row for row in unsafe.rows}
    for whole, parts in partitions(unsafe.table):
        for problem in _problems_of_margin(rows[whole], [rows[part] for part in parts]):
            raise ValueError(f"{place} {' '.join(parts[0])}: {problem}")


def _problems(row: UnsafeRow, table: BaseTable) -> Iterator[str]:
    outcomes, kinds = set(table.outcome_codes), {str(subject.kind) for subject in table.subjects}
    if set(row.cells) != outcomes or set(row.complements) != outcomes:
        yield "the outcomes are not the declared ones"
    if set(row.sums) != set(table.magnitude_names):
        yield "the magnitudes are not the declared ones"
    elif table.magnitudes:
        yield from _problems_of_cell(row.total, kinds)
        yield from _problems_of_sums(row, table)
    else:
        yield from _problems_of_outcomes(row, kinds)
        for code, merge in row.merged.items():
            yield from _problems_of_merge(row, table.merges.get(code, ()), merge, kinds)


def _problems_of_outcomes(row: UnsafeRow, kinds: set[str]) -> Iterator[str]:
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


def _problems_of_merge(
    row: UnsafeRow, parts: Sequence[str], merge: UnsafeMerge, kinds: set[str]
) -> Iterator[str]:
    if not parts:
        yield "the merges are not the declared ones"
        return
    inside = [row.cells[code] for code in parts]
    outside = [cell for code, cell in row.cells.items() if code not in parts]
    for one, made_of in ((merge.own, inside), (merge.rest, outside)):
        yield from _problems_of_cell(one, kinds)
        if one.count != sum(cell.count for cell in made_of):
            yield "a merge is not the sum of its outcomes"
        if any(getattr(one, name) > getattr(row.total, name) for name in _NUMBERS):
            yield "a merge is larger than its total"


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
    # Workers may stand beside the subjects: then the rules about contributors hold for them.
    if cell.children and "children" not in kinds:
        yield "persons of a kind that the table does not declare"


def _problems_of_sums(row: UnsafeRow, table: BaseTable) -> Iterator[str]:
    if row.total.count != row.total.children + row.total.workers or row.total.top_worker > 1:
        yield "a person comes twice, or not at all"
    for magnitude in table.magnitudes:
        yield from _problems_of_sum(row.sums[magnitude.name], row.total.count, magnitude)


def _problems_of_sum(behind: UnsafeSum, persons: int, magnitude: Magnitude) -> Iterator[str]:
    numbers = (behind.value, behind.largest, behind.second)
    if any(type(number) is not int for number in numbers):
        yield "a sum is not an integer"
    if not 0 <= behind.second <= behind.largest <= magnitude.maximum * 10**magnitude.decimals:
        yield "a contribution is negative, beyond its maximum or not in order"
    # Each further person contributes from nothing up to the second largest contribution.
    least, others = behind.largest + behind.second, max(persons - 2, 0)
    if not least <= behind.value <= min(least + others * behind.second, LARGEST_SUM):
        yield "a sum does not fit its contributions"
    if (behind.largest and persons < 1) or (behind.second and persons < 2):
        yield "more contributions than persons"


def _problems_of_margin(whole: UnsafeRow, rows: Sequence[UnsafeRow]) -> Iterator[str]:
    if sum(row.total.count for row in rows) != whole.total.count or any(
        sum(row.cells[code].count for row in rows) != cell.count
        for code, cell in whole.cells.items()
    ):
        yield "the categories do not sum to the whole"
    if any(
        getattr(row.total, name) > getattr(whole.total, name) for row in rows for name in _NUMBERS
    ):
        yield "a category is larger than the whole"
    for name, behind in whole.sums.items():
        if joined_sums([row.sums[name] for row in rows]) != behind:
            yield "the sums of the categories are not those of the whole"
