"""Base tables about the same people are exactly those that the study says are.

Two measures on one population that came from different tables could be subtracted from each other.
So of each two base tables with persons in common columns it is found out, over many small
authorities full of edges, whether they always have the same persons, each as often, or whether the
one always has all of the other's. What is found must be declared, and what is declared be found.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations, permutations

import pytest

from oversight_protocol.study import Link, Measure
from reference import sample
from reference.measures import Row
from reference.sample import STUDY

NAMES = [table.name for table in STUDY.base_tables]
COLUMNS = {table.name: {one.column for one in table.subjects} for table in STUDY.base_tables}

Pair = tuple[str, str]
"""Two base tables: the first has a row for every row of the second."""

Population = tuple[Counter[tuple[str | None, ...]], ...]
"""World by world, each row's persons, and how many rows have them."""


def _persons(row: Row, columns: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(row.child if column == "child_id" else row.worker for column in columns)


@cache
def _population(name: str, columns: tuple[str, ...]) -> Population:
    return tuple(Counter(_persons(row, columns) for row in rows) for rows in sample.rows(name))


def _common(first: str, second: str) -> tuple[str, ...]:
    return tuple(sorted(COLUMNS[first] & COLUMNS[second]))


def _has_all_of(first: Population, second: Population) -> bool:
    return all(few <= many for many, few in zip(first, second, strict=True))


@cache
def _found() -> frozenset[Pair]:
    return frozenset(
        (first, second)
        for first, second in permutations(NAMES, 2)
        if (columns := _common(first, second))
        and _has_all_of(_population(first, columns), _population(second, columns))
    )


def _said(link: Link) -> set[Pair]:
    """What a link says of two tables at a time."""
    if link.kind == "same_population":
        return set(permutations(link.tables, 2))
    return {(link.tables[0], other) for other in link.tables[1:]}


@cache
def _declared() -> frozenset[Pair]:
    """What the links say, and what follows from several of them."""
    pairs = set().union(*map(_said, STUDY.links))
    while True:
        further = {(a, d) for a, b in pairs for c, d in pairs if b == c and a != d} - pairs
        if not further:
            return frozenset(pairs)
        pairs |= further


@pytest.mark.parametrize("name", NAMES)
def test_a_base_table_has_persons_in_enough_worlds_to_refute_what_is_wrong(name: str) -> None:
    worlds_with_rows = sum(bool(rows) for rows in sample.rows(name))

    assert worlds_with_rows >= 50


@pytest.mark.parametrize("link", STUDY.links, ids=lambda link: "-".join(link.tables))
def test_what_a_link_says_is_found(link: Link) -> None:
    assert _said(link) <= _found()


@pytest.mark.parametrize("link", STUDY.links, ids=lambda link: "-".join(link.tables))
def test_a_link_of_one_table_contained_in_another_is_not_of_the_same_persons(link: Link) -> None:
    if link.kind == "contained":
        assert not {(few, many) for many, few in _said(link)} & _found()


def test_base_tables_that_always_have_the_persons_of_another_are_linked() -> None:
    assert sorted(_found() - _declared()) == []


# ------------------------------------------------------------------------------------ the measures


@cache
def _of_measure(measure: Measure, columns: tuple[str, ...]) -> Population:
    """Those in the measure's denominator."""

    def asked(row: Row) -> bool:
        place = measure.place
        here = place is None or measure.kind == "part" or row.by[place.dimension] == place.code
        return here and (row.outcome is None or row.outcome in measure.outcomes)

    return tuple(
        Counter(_persons(row, columns) for row in rows if asked(row))
        for rows in sample.rows(measure.table)
    )


def test_two_measures_on_one_population_are_of_one_table_or_of_linked_ones() -> None:
    alike = {
        (one.id, other.id)
        for one, other in combinations(STUDY.measures, 2)
        if one.table != other.table
        and (columns := _common(one.table, other.table))
        and _of_measure(one, columns) == _of_measure(other, columns)
        and (one.table, other.table) not in _declared()
        and (other.table, one.table) not in _declared()
    }

    assert alike == set()


def test_measures_have_persons_in_enough_worlds_to_be_told_apart() -> None:
    for measure in STUDY.measures:
        columns = tuple(sorted(COLUMNS[measure.table]))

        assert sum(bool(one) for one in _of_measure(measure, columns)) >= 15, measure.id
