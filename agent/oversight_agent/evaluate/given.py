"""Exact tables from true counts that an authority counted itself, in place of a query's result.

Rules kept here:

1. In a breakdown of which any cell is listed, a cell that is not listed is empty, unless it can be
   added up from what is finer. So is every other figure; what is listed and added up has to agree.
2. Persons, workers and teams of what is added up are at least those of its largest part, and of the
   rest of a row at least the total's less the cell's. The rows of one worker are at most those of
   the parts together. These ends are taken: whoever lists the numbers themselves hides less.
3. Where a row of the data is a person (the unit is children or workers), persons are the count.
4. A message names the table and the cell, what it was compared with, and never a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TypeVar

from oversight_agent.adding_up import joined, joined_sums
from oversight_agent.evaluate.own_table import (
    base_table_of,
    called,
    key_of,
    parts_called,
)
from oversight_agent.evaluate.possible import (
    require_one_row_each,
    require_possible,
    require_sum,
    require_within,
)
from oversight_agent.tables import (
    EVALUATE,
    UnsafeCell,
    UnsafeMerge,
    UnsafeRow,
    UnsafeSum,
    UnsafeTable,
)
from oversight_protocol.errors import InputError
from oversight_protocol.partitions import Key, partitions
from oversight_protocol.release import row_keys
from oversight_protocol.study import TOTAL, BaseTable
from oversight_protocol.true_counts import CountedCell, CountedTable, Numbers, OwnSum

_EMPTY = UnsafeCell(0, 0, 0, 0, 0)
_NOTHING = UnsafeSum(0, 0, 0)

_T = TypeVar("_T", UnsafeCell, UnsafeSum)

_At = tuple[Key, str]
_Cells = dict[_At, UnsafeCell]
_Sums = dict[_At, UnsafeSum]


def given(own: CountedTable, where: str) -> UnsafeTable:
    """The exact table of one that was counted elsewhere.

    Args:
        own: what was counted.
        where: how a message names the table.

    Raises:
        InputError: it contradicts itself, or says too little.
    """
    table = base_table_of(own, where)
    listed = _Listed(own, table, where)
    reader = _sums_of if table.magnitudes else _cells_of
    rows = reader(table, listed)
    return UnsafeTable(table, own.period.period, tuple(rows), EVALUATE)


class _Listed:
    """The cells of a table as they were listed."""

    def __init__(self, own: CountedTable, table: BaseTable, where: str) -> None:
        self.own, self.table, self.where = own, table, where
        self.cells: dict[tuple[Key, str], CountedCell] = {}
        for number, cell in enumerate(own.cells, start=1):
            key = key_of(table, cell, f"{where}, cell {number}")
            if (key, cell.outcome) in self.cells:
                raise self.error(key, cell.outcome, "the cell is listed twice", "list it once")
            self.cells[key, cell.outcome] = cell
        groups = {(d.name, group.code) for d in table.dimensions for group in d.groups}
        split = bool(table.outcomes)
        self.breakdowns = {
            key[0] for key, outcome in self.cells
            if key not in groups and (outcome != TOTAL or not split)
        }  # fmt: skip
        """Those of which a category is listed, and not as a total alone."""
        self.empty = [key for key in row_keys(table) if key not in groups]
        """The rows that are empty where they are not listed."""

    def error(
        self, key: Key, outcome: str, what: str, advice: str, *, found: str = "", expected: str = ""
    ) -> InputError:
        """What is wrong with a cell."""
        where = f"{self.where}, {called(key, outcome)}"
        return InputError(what, where=where, found=found, expected=expected, advice=advice)

    def disagrees(self, key: Key, outcome: str, parts: Sequence[_At]) -> InputError:
        """A figure is not what its parts add up to."""
        return self.error(
            key, outcome, "the figure is not the sum of its parts",
            "correct it or one of its parts (a cell that is not listed is empty), or leave it out:"
            " it is added up from what is finer",
            found=f"one number listed here, and another from {parts_called(parts)}",
            expected="the same from both",
        )  # fmt: skip

    def numbers(self, key: Key, outcome: str) -> UnsafeCell | None:
        """What stands behind a figure that is listed."""
        cell = self.cells.get((key, outcome))
        return None if cell is None else self._behind(cell, key, outcome)

    def rest(self, key: Key, outcome: str) -> UnsafeCell | None:
        """What stands behind the rest of a row, where it is listed."""
        cell = self.cells.get((key, outcome))
        if cell is None or cell.rest is None:
            return None
        return self._behind(cell.rest, key, outcome)

    def _behind(self, one: Numbers, key: Key, outcome: str) -> UnsafeCell:
        own = self.own
        persons = one.persons
        if persons is None and own.unit == own.subjects[0]:
            persons = one.count
        workers = persons if own.subjects[0] == "workers" else one.workers
        if one.count == 0:
            return _EMPTY
        require_possible(one, partial(self.error, key, outcome))
        if persons is None:
            raise self.error(key, outcome, "'persons' is missing",
                             "say how many distinct persons stand behind the figure")  # fmt: skip
        if workers is None and "workers" in own.subjects:
            raise self.error(key, outcome, "'workers' is missing",
                             "say how many distinct workers stand behind the figure")  # fmt: skip
        if one.teams is None and own.about_staff:
            raise self.error(key, outcome, "'teams' is missing",
                             "say of how many teams the workers are")  # fmt: skip
        if own.unit == own.subjects[0] and persons != one.count:
            raise self.error(
                key, outcome, "'persons' is not 'count', though each row is a person",
                "leave 'persons' out, or correct 'count' or the table's 'unit'",
                found="other numbers under 'persons' and 'count'", expected="the same under both",
            )  # fmt: skip
        if not persons and own.subjects[0] not in own.optional:
            raise self.error(
                key, outcome, "nobody is under 'persons', though there are rows",
                "say how many distinct persons stand behind the figure; where rows name none, make"
                " them 'optional'",
                found="nobody under 'persons', and some rows under 'count'",
                expected="at least one person",
            )  # fmt: skip
        workers = workers or 0
        children = persons if own.subjects[0] == "children" else 0
        largest = self._largest(one, workers, key, outcome)
        if self._all_name_workers and largest * workers < one.count:
            raise self.error(
                key, outcome, "the workers cannot have so many rows, if none has more than"
                " 'largest_worker' says",
                "correct 'count', 'workers' or 'largest_worker'; where rows name no worker, make"
                " workers 'optional'",
                found="more under 'count' than 'workers' times 'largest_worker'",
                expected="at most so many",
            )  # fmt: skip
        return UnsafeCell(one.count, children, workers, one.teams or 0, largest)

    @property
    def _all_name_workers(self) -> bool:
        own = self.own
        return "workers" in own.subjects and "workers" not in own.optional

    def _largest(self, one: Numbers, workers: int, key: Key, outcome: str) -> int:
        if not workers:
            return 0
        if one.largest_worker is not None:
            return one.largest_worker
        if one.count > workers and self.own.unit != "workers":
            raise self.error(
                key, outcome, "'largest_worker' is missing",
                "there are more rows than workers: say how many rows the worker has who has most",
            )  # fmt: skip
        return 1


# -------------------------------------------------------------------- tables with outcomes


def _cells_of(table: BaseTable, listed: _Listed) -> Iterator[UnsafeRow]:
    keys, codes = row_keys(table), table.outcome_codes
    cells: _Cells = {}
    for key in keys:
        for code in codes:
            if (found := listed.numbers(key, code)) is not None:
                cells[key, code] = found
    unit = listed.own.unit
    _add_up(table, cells, codes, _EMPTY, lambda parts: _together(parts, unit), listed)
    for key in keys:
        total = _together([cells[key, code] for code in codes], unit)
        cells[key, TOTAL] = _given_or(listed.numbers(key, TOTAL), total, key, listed)
    _widen(table, cells, codes, listed)
    for key in keys:
        rests = {code: _rest(key, code, codes, cells, listed, unit) for code in codes}
        for code in codes:
            _within(rests[code], (key, code), (key, TOTAL), cells, listed)
        yield UnsafeRow(
            dimension=key[0],
            category=key[1],
            cells={code: cells[key, code] for code in codes},
            complements=rests,
            total=cells[key, TOTAL],
            merged={
                merge: UnsafeMerge(
                    _inside(key, parts, cells, unit),
                    _inside(key, [code for code in codes if code not in parts], cells, unit),
                )
                for merge, parts in table.merges.items()
            },
        )


def _widen(table: BaseTable, cells: _Cells, codes: Sequence[str], listed: _Listed) -> None:
    """See that a whole has no less behind it than any of its parts, the finest first.

    Raises:
        InputError: it has, of what was listed.
    """
    for whole, parts in list(partitions(table))[::-1]:
        for code in (*codes, TOTAL):
            least = _together([cells[part, code] for part in parts], listed.own.unit)
            cells[whole, code] = _at_least(cells[whole, code], least)
        for part in parts:
            _within(cells[part, TOTAL], (part, TOTAL), (whole, TOTAL), cells, listed)
    for key in row_keys(table):
        for code in codes:
            _within(cells[key, code], (key, code), (key, TOTAL), cells, listed)


def _within(part: UnsafeCell, at: _At, whole: _At, cells: _Cells, listed: _Listed) -> None:
    names = {listed.own.subjects[0]: "persons", "top_worker": "largest_worker"}
    require_within(part, cells[whole], called(*whole), partial(listed.error, *at), names)


def _inside(key: Key, codes: Iterable[str], cells: _Cells, unit: str) -> UnsafeCell:
    """Some outcomes of a row together."""
    made = _together([cells[key, code] for code in codes], unit)
    return replace(made, top_worker=min(made.top_worker, cells[key, TOTAL].top_worker))


def _given_or(said: UnsafeCell | None, made: UnsafeCell, key: Key, listed: _Listed) -> UnsafeCell:
    if said is None:
        return made
    if said.count != made.count:
        raise listed.disagrees(key, TOTAL, [(key, code) for code in listed.table.outcome_codes])
    return _at_least(said, made)


def _rest(
    key: Key, code: str, codes: Iterable[str], cells: _Cells, listed: _Listed, unit: str
) -> UnsafeCell:
    others = _together([cells[key, one] for one in codes if one != code], unit)
    cell = listed.cells.get((key, code))
    if cell is not None and cell.rest is not None and cell.rest.count != others.count:
        parts = [(key, one) for one in codes if one != code]
        raise listed.error(
            key, code, "the rest of the row is not the sum of its cells",
            "correct 'rest', or leave it out", expected="the same from both",
            found=f"one number under 'rest', and another from {parts_called(parts)}",
        )  # fmt: skip
    said = listed.rest(key, code)
    if said is not None:
        return _at_least(said, others)
    if not others.count:
        return _EMPTY
    total, own = cells[key, TOTAL], cells[key, code]
    if listed.numbers(key, code) is None:
        # What was added up is a least number, and to take too little away would be too much left.
        own = UnsafeCell(own.count, own.count, own.count, own.count, own.top_worker)
    workers = max(others.workers, total.workers - own.workers)
    return UnsafeCell(
        others.count,
        max(others.children, total.children - own.children),
        workers,
        max(others.teams, total.teams - own.teams),
        min(others.top_worker, total.top_worker) if others.workers else min(workers, 1),
    )


def _together(parts: Iterable[UnsafeCell], unit: str) -> UnsafeCell:
    """Figures together: by rule 2, but of the kind that each row of the data is, exactly."""
    cells = [cell for cell in parts if cell.count]
    if not cells:
        return _EMPTY
    made = joined(cells)
    return UnsafeCell(
        made.count,
        made.children if unit == "children" else max(cell.children for cell in cells),
        made.workers if unit == "workers" else max(cell.workers for cell in cells),
        made.teams,
        made.top_worker if unit == "workers" else sum(cell.top_worker for cell in cells),
    )


def _at_least(said: UnsafeCell, least: UnsafeCell) -> UnsafeCell:
    """What is listed, but no less than what its parts show."""
    return UnsafeCell(
        said.count,
        max(said.children, least.children),
        max(said.workers, least.workers),
        max(said.teams, least.teams),
        said.top_worker,
    )


# -------------------------------------------------------------------- tables with magnitudes


def _sums_of(table: BaseTable, listed: _Listed) -> Iterator[UnsafeRow]:
    keys, names = row_keys(table), table.magnitude_names
    totals: _Cells = {}
    sums: _Sums = {}
    for key in keys:
        cell = listed.cells.get((key, TOTAL))
        if cell is None:
            continue
        totals[key, TOTAL] = listed.numbers(key, TOTAL) or _EMPTY
        require_one_row_each(totals[key, TOTAL], partial(listed.error, key, TOTAL))
        for name in names:
            sums[key, name] = _sum(table, cell, key, name, listed)
    _add_up(table, totals, (TOTAL,), _EMPTY, joined, listed)
    _add_up(table, sums, names, _NOTHING, joined_sums, listed)
    # Of teams each dimension may show more than another.
    _widen(table, totals, (), listed)
    for key in keys:
        own = {name: sums[key, name] for name in names}
        yield UnsafeRow(key[0], key[1], {}, {}, totals[key, TOTAL], own)


def _sum(table: BaseTable, cell: CountedCell, key: Key, name: str, listed: _Listed) -> UnsafeSum:
    if cell.count == 0:
        return _NOTHING
    if name not in cell.sums:
        raise listed.error(key, name, f"the sum of '{name}' is missing", "add it under 'sums'")
    magnitude = next(one for one in table.magnitudes if one.name == name)
    said: OwnSum = cell.sums[name]
    units = []
    for value in (said.sum, said.largest, said.second):
        scaled = value * 10**magnitude.decimals
        if scaled != scaled.to_integral_value() or scaled > Decimal(10**12):
            raise listed.error(
                key, name, "a number of the sum is finer, or larger, than its magnitude allows",
                f"give it with at most {magnitude.decimals} decimal places",
            )  # fmt: skip
        units.append(int(scaled))
    require_sum(said, magnitude, cell.count, partial(listed.error, key, name))
    return UnsafeSum(*units)


# -------------------------------------------------------------------- adding up


def _add_up(
    table: BaseTable, found: dict[tuple[Key, str], _T], codes: Iterable[str], nothing: _T,
    together: Callable[[list[_T]], _T], listed: _Listed,
) -> None:  # fmt: skip
    """Fill in what is not listed from what is finer, and compare what is; the finest first.

    Raises:
        InputError: a figure is not the sum of its parts, or some cannot be had.
    """
    every = list(partitions(table))
    names = ["", *table.breakdowns][::-1]
    for name in names:
        if name in listed.breakdowns:
            for key in listed.empty:
                if key[0] == name:
                    for code in codes:
                        found.setdefault((key, code), nothing)
        for whole, parts in every:
            if parts[0][0] == name:
                for code in codes:
                    _compare(found, whole, parts, code, together, listed)
    missing = [(key, code) for key in row_keys(table) for code in codes if (key, code) not in found]
    if missing:
        key, code = missing[0]
        raise listed.error(
            key, code, "the figure is not listed, and does not follow from those that are",
            "list the cells of this breakdown, or of one that is finer",
        )  # fmt: skip


def _compare(
    found: dict[tuple[Key, str], _T], whole: Key, parts: tuple[Key, ...], code: str,
    together: Callable[[list[_T]], _T], listed: _Listed,
) -> None:  # fmt: skip
    if any((part, code) not in found for part in parts):
        return
    made = together([found[part, code] for part in parts])
    said = found.setdefault((whole, code), made)
    if _value(said) != _value(made):
        raise listed.disagrees(whole, code, [(part, code) for part in parts])
    if isinstance(said, UnsafeSum) and said != made:
        others = parts_called([(part, code) for part in parts])
        raise listed.error(
            whole, code, "the largest contributions are not those of the parts",
            "correct 'largest' and 'second' here or there, or leave this sum out",
            found=f"some listed here, and others from {others}",
            expected="the two largest of all parts",
        )  # fmt: skip


def _value(one: UnsafeCell | UnsafeSum) -> int:
    return one.count if isinstance(one, UnsafeCell) else one.value
