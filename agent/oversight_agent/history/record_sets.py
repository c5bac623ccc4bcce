"""Who stands behind the figures of a table, as sets of persons' keys.

A `RecordSets` holds, for one kind of persons, a table's rows: each row's person, outcome and
category of every dimension. From these the set of persons behind any figure can be made again.

Rules kept here:

1. A person is a key of eight bytes (`sealing`); two persons of an authority do not share one by
   chance. Children and workers are never compared.
2. A *figure* is the total of a row or a cell, and the rest of a cell's row, which anybody finds by
   subtracting: the persons with at least one row of data outside the outcome.
3. A row of data without such a person is nobody's.
4. A sum has the same persons behind it as its row's total, with which it is shown or hidden.
5. A merged figure has those behind it who are in one of the outcomes that it puts together.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oversight_protocol.release import TOTAL, row_keys
from oversight_protocol.study import BaseTable

Keys = NDArray[np.uint64]
"""Persons' keys, sorted, each once."""

_Flags = NDArray[np.bool_]
_Codes = NDArray[np.uint8]


class Name(NamedTuple):
    """A published figure; `outcome` is `all` for the total of a row."""

    dimension: str
    category: str
    outcome: str


class Behind(NamedTuple):
    """A figure, or (`rest`) the rest of its row."""

    name: Name
    rest: bool


@dataclass(frozen=True)
class RecordSets:
    """The rows behind a table, for one kind of persons.

    Attributes:
        table: whose rows they are.
        kind: `children` or `workers`.
        persons: each row's person; rows stand in their order, and none is there twice.
        outcomes: each row's outcome, by its place among the table's; all 0 where it has none.
        categories: each row's category of each dimension, by its place among the dimension's.
    """

    table: BaseTable
    kind: str
    persons: Keys = field(repr=False)
    outcomes: _Codes = field(repr=False)
    categories: Mapping[str, _Codes] = field(repr=False)

    @classmethod
    def of(
        cls, table: BaseTable, kind: str, persons: bytes, outcomes: Sequence[str],
        categories: Mapping[str, Sequence[str]],
    ) -> RecordSets:  # fmt: skip
        """The sets of a table's rows.

        Args:
            table: the base table.
            kind: of the persons.
            persons: the key of each row's person, as `Sealing.persons` gives them.
            outcomes: the outcome's code of each row; in a table with magnitudes, none.
            categories: by dimension, the category's code of each row; a dimension for which there
                is no data may be left out.
        """
        keys = np.frombuffer(persons, dtype=np.uint64)
        codes = _places(outcomes, table.outcome_codes) if len(outcomes) else _zeros(len(keys))
        named = {each.name: each.codes for each in table.dimensions}
        places = {name: _places(column, named[name]) for name, column in categories.items()}
        if any(len(column) != len(keys) for column in (codes, *places.values())):
            raise ValueError("the columns of a table's rows are of different lengths")
        order = _once(keys, codes, *places.values())
        in_order = {name: column[order] for name, column in places.items()}
        return cls(table, kind, keys[order], codes[order], in_order)

    def figures(self, shown: Collection[Name] | None = None) -> Iterator[Behind]:
        """Every figure that is shown, and every rest that follows from two of them.

        `shown` is None for all.
        """
        return (
            behind
            for behind in behinds(self.table, shown)
            if behind.name.dimension in self._breakdowns
        )

    def persons_behind(self, behind: Behind) -> Keys:
        """The persons behind a figure."""
        return self.distinct.compress(self.present(behind))

    def present(self, behind: Behind) -> _Flags:
        """For each distinct person, whether they are behind a figure."""
        (dimension, category, outcome), rest = behind
        rows = self._rows(dimension, category)
        if outcome != TOTAL and self.table.outcomes:
            codes = self.table.merges.get(outcome, (outcome,))
            same = _is_one_of(self.outcomes, codes, self.table.outcome_codes)
            rows = rows & (~same if rest else same)
        if len(self._firsts) == len(rows):
            return rows
        found: _Flags = np.logical_or.reduceat(rows, self._firsts)
        return found

    @cached_property
    def distinct(self) -> Keys:
        """Every person once, sorted."""
        return self.persons[self._firsts]

    @cached_property
    def _firsts(self) -> NDArray[np.intp]:
        """Where each person's first row is."""
        return np.flatnonzero(
            np.concatenate(([True], self.persons[1:] != self.persons[:-1]))[: len(self.persons)]
        )

    @cached_property
    def _breakdowns(self) -> frozenset[str]:
        missing = {each.name for each in self.table.dimensions} - self.categories.keys()
        return frozenset({"", *self.table.breakdowns} - self.table.lacking(missing))

    def _rows(self, dimension: str, category: str) -> _Flags:
        """Which rows of data are in a row of the table."""
        if not dimension:
            return np.ones(len(self.persons), dtype=np.bool_)
        members = self.table.members(dimension)[category]
        crossed = {each.name: each.dimensions for each in self.table.crossings}
        if dimension in crossed:
            pairs = zip(crossed[dimension], members, strict=True)
            found: _Flags = np.logical_and.reduce([self._is_in(n, (code,)) for n, code in pairs])
            return found
        return self._is_in(dimension, members)

    def _is_in(self, dimension: str, members: Sequence[str]) -> _Flags:
        [codes] = [each.codes for each in self.table.dimensions if each.name == dimension]
        return _is_one_of(self.categories[dimension], members, codes)


def behinds(table: BaseTable, shown: Collection[Name] | None = None) -> Iterator[Behind]:
    """The figures of a table that are shown, and the rests that follow from two of them."""
    for dimension, category in row_keys(table):
        total = Name(dimension, category, TOTAL)
        if shown is None or total in shown:
            yield Behind(total, rest=False)
        for code in (*table.outcome_codes, *table.merges):
            name = Name(dimension, category, code)
            if shown is None or name in shown:
                yield Behind(name, rest=False)
                if shown is None or total in shown:
                    yield Behind(name, rest=True)


def write(sets: Sequence[RecordSets]) -> bytes:
    """Record sets of one table as bytes: a line of JSON, then the columns."""
    columns = [
        column
        for each in sets
        for column in (
            each.persons.astype("<u8").tobytes(), each.outcomes.tobytes(),
            *(codes.tobytes() for codes in each.categories.values()),
        )
    ]  # fmt: skip
    about = [
        {"kind": each.kind, "rows": len(each.persons), "dimensions": list(each.categories)}
        for each in sets
    ]
    return json.dumps(about).encode() + b"\n" + b"".join(columns)


def read(content: bytes, table: BaseTable) -> tuple[RecordSets, ...]:
    """What `write` wrote."""
    about, rest = content.split(b"\n", 1)
    found, at = [], 0
    for each in json.loads(about):
        rows = each["rows"]
        persons = np.frombuffer(rest, "<u8", rows, at)
        at += persons.nbytes
        columns = [np.frombuffer(rest, np.uint8, rows, at + n * rows)
                   for n in range(1 + len(each["dimensions"]))]  # fmt: skip
        at += rows * len(columns)
        named = dict(zip(each["dimensions"], columns[1:], strict=True))
        found.append(RecordSets(table, each["kind"], persons, columns[0], named))
    return tuple(found)


def _is_one_of(column: _Codes, codes: Iterable[str], every: Sequence[str]) -> _Flags:
    """Where a column has one of these codes, by their places among all."""
    # One comparison for each is a hundred times as fast as `np.isin`.
    found: _Flags = np.logical_or.reduce([column == every.index(code) for code in codes])
    return found


def _places(column: Sequence[str], codes: Sequence[str]) -> _Codes:
    places = {code: place for place, code in enumerate(codes)}
    return np.fromiter((places[code] for code in column), np.uint8, len(column))


def _once(keys: Keys, *columns: _Codes) -> NDArray[np.intp]:
    """The rows in the order of their persons, of equal ones the first."""
    every: tuple[NDArray[np.unsignedinteger[Any]], ...] = (*columns, keys)
    order = np.lexsort(every)
    differs = [column[order][1:] != column[order][:-1] for column in every]
    return order[np.concatenate(([True], np.logical_or.reduce(differs)))[: len(order)]]


def _zeros(rows: int) -> _Codes:
    return np.zeros(rows, dtype=np.uint8)
