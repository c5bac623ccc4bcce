"""Random persons for the oracles: as events and persons for ours, row by row for theirs.

An oracle gets one column per dimension and one for the outcome, by the codes of the table. Nothing
is missing: a missing answer is an outcome like any other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from oversight_agent.tables import UnsafeTable
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable
from support.attacker import Key, published
from support.exact_tables import Event, Person

ALL = "all"
"""The outcome that stands for a row's total."""

Question = tuple[str, tuple[str, ...]]
"""A breakdown by its name, and the dimensions that it crosses; none for the whole authority."""


class Case(NamedTuple):
    """A random table: its seed, and how many rows it has."""

    seed: int
    rows: int


CASES = [Case(seed, rows) for rows in (12, 60, 250, 900) for seed in range(2)]


def random_events(table: BaseTable, case: Case) -> list[Event]:
    """Unevenly spread events, some of them of the same child or worker."""
    source = random.Random(case.seed)
    weights = [source.choice((1, 3, 10)) for _ in table.outcomes]
    spread = [[source.choice((0, 1, 5, 20)) for _ in d.codes[1:]] + [5] for d in table.dimensions]
    has_workers = any(subject.kind == "workers" for subject in table.subjects)
    drawn: list[Event] = []
    for _ in range(case.rows):
        worker = source.randrange(40)
        child = source.randrange(case.rows)
        outcome = source.choices(range(len(weights)), weights)[0]
        places = [source.choices(range(len(line)), line)[0] for line in spread]
        drawn.append((child, worker if has_workers else -1, worker % 7, outcome, *places))
    return drawn


def skewed_persons(table: BaseTable, case: Case) -> list[Person]:
    """Persons of whom the first two of a category outdo the others of it, or all have nothing.

    The first has the most that there is, the second half of that. Of the others so many have a
    hundredth of it that together they come to a share around those that rules of dominance ask for.
    """
    source = random.Random(case.seed)
    most = [magnitude.maximum * 10**magnitude.decimals for magnitude in table.magnitudes]
    codes = table.dimensions[0].codes
    percent = [source.choice((0, 4, 8, 12, 14, 40)) for _ in codes]
    before = [0 for _ in codes]
    drawn: list[Person] = []
    for _ in range(case.rows):
        places = tuple(source.randrange(len(each.codes)) for each in table.dimensions)
        first = places[0]
        contributes = source.random() * case.rows < percent[first] * len(codes)
        divisor = {0: 1, 1: 2}.get(before[first], 100)
        has_any = percent[first] > 0 and (contributes or divisor < 100)
        before[first] += 1
        drawn.append(
            (source.randrange(7), places, tuple(one // divisor if has_any else 0 for one in most))
        )
    return drawn


def columns(table: BaseTable, places: Sequence[Sequence[int]]) -> dict[str, list[str]]:
    """A column of codes for each dimension, given every row's numbers of categories."""
    return {
        dimension.name: [dimension.codes[each[place]] for each in places]
        for place, dimension in enumerate(table.dimensions)
    }


def outcomes(table: BaseTable, events: Sequence[Event]) -> list[str]:
    """The column of outcomes."""
    return [table.outcome_codes[event[3]] for event in events]


def questions(table: BaseTable) -> Iterator[Question]:
    """Each breakdown of a table."""
    for dimension in table.dimensions:
        yield dimension.name, (dimension.name,)
    for crossing in table.crossings:
        yield crossing.name, crossing.dimensions


def keys(unsafe: UnsafeTable) -> set[Key]:
    """All figures of a table."""
    return {
        (row.dimension, row.category, code)
        for row in unsafe.rows
        for code in (*row.cells, *row.sums, ALL)
    }


def shown(answer: TableAnswer) -> dict[Key, int]:
    """The figures that ours shows."""
    return {key: value for key, value in published(answer).items() if value is not None}
