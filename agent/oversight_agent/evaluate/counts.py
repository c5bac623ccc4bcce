"""The counts behind every declared cell of a checked result with outcomes.

For each line (the whole authority, then each row of each breakdown) and each outcome there
are three parts: the *cell* (rows of that outcome), its *complement* (rows of the line outside it:
so the persons with at least one row outside the outcome) and the line's *total*. Each holds the
number of rows, of distinct children, workers and teams, and the rows of the worker who has most.
What a merge puts together is counted as if it were an outcome besides.

The database gives the rows as numbers, and they are counted here: a query for each breakdown and
each kind of persons takes longer to plan than to run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oversight_agent.evaluate.database import ANSWER, Connection, columns, quoted
from oversight_agent.tables import EVALUATE, UnsafeCell, UnsafeMerge, UnsafeRow, UnsafeTable
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Period

_Ints = NDArray[np.int64]

_RowKey = tuple[str, str]

_NOT_IN_IT = -1
"""The line of a row of the result that is in no line of a breakdown."""


@dataclass(frozen=True)
class _Result:
    """The rows of a result.

    Attributes:
        outcomes: each row's outcome, by its place among the table's.
        categories: each row's category of each dimension, by its place among the dimension's.
        persons: by kind (`teams` is one), each row's person from 1; 0 for nobody.
    """

    outcomes: _Ints = field(repr=False)
    categories: dict[str, _Ints] = field(repr=False)
    persons: dict[str, _Ints] = field(repr=False)

    def lines(self, table: BaseTable) -> Iterator[tuple[list[_RowKey], _Ints]]:
        """Lines that have no row in common, and each row's place among them."""
        yield [("", "")], np.zeros_like(self.outcomes)
        for dimension in table.dimensions:
            found = self.categories[dimension.name]
            yield [(dimension.name, code) for code in dimension.codes], found
            for group in dimension.groups:
                inside = np.isin(found, [dimension.codes.index(code) for code in group.of])
                yield [(dimension.name, group.code)], np.where(inside, 0, _NOT_IN_IT)
        sizes = {dimension.name: len(dimension.codes) for dimension in table.dimensions}
        for crossing in table.crossings:
            place = np.zeros_like(self.outcomes)
            for name in crossing.dimensions:
                place = place * sizes[name] + self.categories[name]
            yield [(crossing.name, code) for code in table.members(crossing.name)], place


class _Part(NamedTuple):
    """What is counted of one kind of persons in one part of a line."""

    rows: int
    persons: int
    most: int


class _Line(NamedTuple):
    """The parts of a line; cells and complements by the place of outcomes, merges after them."""

    cells: Sequence[_Part]
    complements: Sequence[_Part]
    total: _Part


def count(connection: Connection, table: BaseTable, period: Period) -> UnsafeTable:
    """Count the rows of a result, whose shape has been checked, in every declared cell.

    Args:
        connection: where the result is, in the table `ANSWER`.
        table: what is declared, with outcomes.
        period: the quarter that was asked.

    Raises:
        duckdb.Error: over the memory, for instance.
        MemoryError: likewise.
    """
    result = _fetched(connection, table)
    counted: dict[_RowKey, dict[str, _Line]] = {}
    for keys, places in result.lines(table):
        for kind, persons in result.persons.items():
            lines = _lines(table, len(keys), places, result.outcomes, persons)
            for key, line in zip(keys, lines, strict=True):
                counted.setdefault(key, {})[kind] = line
    rows = tuple(_row(counted[key], table, *key) for key in row_keys(table))
    return UnsafeTable(table, period, rows, EVALUATE)


def _fetched(connection: Connection, table: BaseTable) -> _Result:
    codes = {"outcome": table.outcome_codes} | {d.name: d.codes for d in table.dimensions}
    people = {subject.kind: subject.column for subject in table.subjects} | {"teams": "team"}
    places = [f"list_position($codes{n}, {quoted(name)}) - 1" for n, name in enumerate(codes)]
    named = [f"{sql} AS c{n}" for n, sql in enumerate([*places, *map(quoted, people.values())])]
    fetched = columns(
        connection,
        f"SELECT {', '.join(named)} FROM {ANSWER}",  # noqa: S608
        {f"codes{n}": list(of) for n, of in enumerate(codes.values())},
    ).values()
    coded = [np.asarray(column, np.int64) for column in islice(fetched, len(codes))]
    # Persons are numbered from 1; nobody comes out as -1.
    numbered = [
        pd.factorize(column)[0].astype(np.int64) + 1 for column in islice(fetched, len(codes), None)
    ]
    dimensions = [dimension.name for dimension in table.dimensions]
    return _Result(
        coded[0],
        dict(zip(dimensions, coded[1:], strict=True)),
        dict(zip(people, numbered, strict=True)),
    )


def _lines(
    table: BaseTable, number: int, places: _Ints, outcomes: _Ints, persons: _Ints
) -> list[_Line]:
    """Count so many lines, whose places the rows have, for one kind of persons."""
    inside, base = places != _NOT_IN_IT, persons.max(initial=0) + 1
    # First the rows of each person of a line by outcome, then what they add up to.
    of, each = pd.factorize(places[inside] * base + persons[inside], sort=True)
    width = len(table.outcomes)
    cells = np.bincount(of * width + outcomes[inside], minlength=len(each) * width)
    cells = cells.reshape(len(each), width) @ _with_merges(table)
    total = np.bincount(of, minlength=len(each))[:, None]
    parts = np.hstack([cells, total - cells, total])
    rows, count, most = (np.zeros((number, parts.shape[1]), np.int64) for _ in range(3))
    filled, starts = np.unique(each // base, return_index=True)
    rows[filled] = np.add.reduceat(parts, starts)
    parts[each % base == 0] = 0
    count[filled] = np.add.reduceat(parts > 0, starts, dtype=np.int64)
    most[filled] = np.maximum.reduceat(parts, starts)
    return [_line(*three) for three in zip(rows, count, most, strict=True)]


def _with_merges(table: BaseTable) -> _Ints:
    """Which outcomes each outcome and each merge holds; a column for each."""
    held = [(code,) for code in table.outcome_codes]
    columns = [*held, *table.merges.values()]
    return np.array([[code in of for of in columns] for code in table.outcome_codes], np.int64)


def _line(*numbers: _Ints) -> _Line:
    parts = [_Part(*three) for three in zip(*(each.tolist() for each in numbers), strict=True)]
    half = len(parts) // 2
    return _Line(parts[:half], parts[half:-1], parts[-1])


def _row(counted: dict[str, _Line], table: BaseTable, dimension: str, category: str) -> UnsafeRow:
    codes = (*table.outcome_codes, *table.merges)

    def cells(part: str) -> dict[str, UnsafeCell]:
        every = {kind: getattr(line, part) for kind, line in counted.items()}
        return {
            code: _cell({kind: parts[number] for kind, parts in every.items()})
            for number, code in enumerate(codes)
        }

    inside, outside = cells("cells"), cells("complements")
    return UnsafeRow(
        dimension=dimension,
        category=category,
        cells={code: inside[code] for code in table.outcome_codes},
        complements={code: outside[code] for code in table.outcome_codes},
        total=_cell({kind: line.total for kind, line in counted.items()}),
        merged={code: UnsafeMerge(inside[code], outside[code]) for code in table.merges},
    )


def _cell(counted: dict[str, _Part]) -> UnsafeCell:
    nobody = _Part(0, 0, 0)
    return UnsafeCell(
        count=counted["teams"].rows,
        children=counted.get("children", nobody).persons,
        workers=counted.get("workers", nobody).persons,
        teams=counted["teams"].persons,
        top_worker=counted.get("workers", nobody).most,
    )
