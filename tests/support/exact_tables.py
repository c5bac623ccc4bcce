"""Exact tables for tests of disclosure control, made from events, from counts or from persons."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product

from oversight_agent.tables import (
    EVALUATE,
    UnsafeCell,
    UnsafeMerge,
    UnsafeRow,
    UnsafeSum,
    UnsafeTable,
)
from oversight_protocol.study import (
    BaseTable,
    Collapse,
    Crossing,
    Dimension,
    Group,
    Magnitude,
    Merge,
    Outcome,
    Period,
    Subject,
)

Event = tuple[int, ...]
"""Child (-1 for none), worker (-1 for none), team, outcome, then a category per dimension."""

Person = tuple[int, tuple[int, ...], tuple[int, ...]]
"""Team, a category per dimension, and a number per magnitude in its smallest units."""

Holds = Callable[[Sequence[int]], bool]
"""Whether a row holds somebody, by the numbers of their categories."""

QUARTER = Period(id="2026Q1", label="Q1", start=date(2026, 1, 1), end=date(2026, 3, 31))
NEXT_QUARTER = Period(id="2026Q2", label="Q2", start=date(2026, 4, 1), end=date(2026, 6, 30))
CHILD_IF_ANY = Subject(kind="children", column="child", optional=True)
CHILD = Subject(kind="children", column="child")
WORKER = Subject(kind="workers", column="worker")
OUTCOMES = ("both", "part1_only", "neither")
CHILDREN = Magnitude(name="children", label="Children", unit="children", maximum=500)
FTE = Magnitude(name="fte", label="Full-time", unit="workers", maximum=1, decimals=2)
SERVICES: Mapping[str, Sequence[str]] = {"service": ("a", "b", "c")}


def base_table(
    outcomes: Sequence[str] = OUTCOMES,
    dimensions: Mapping[str, Sequence[str]] = SERVICES,
    *,
    name: str = "recording",
    about_staff: bool = False,
    subjects: Sequence[Subject] = (CHILD_IF_ANY, WORKER),
    groups: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    crossings: Mapping[str, Sequence[str]] | None = None,
    merges: Mapping[str, Sequence[str]] | None = None,
) -> BaseTable:
    return BaseTable(
        name=name,
        title="Title",
        population="Population",
        unit="events",
        about_staff=about_staff,
        subjects=tuple(subjects),
        outcomes=tuple(Outcome(code=code, label=code) for code in outcomes),
        dimensions=tuple(
            Dimension(
                name=key,
                label=key,
                categories=tuple(Outcome(code=code, label=code) for code in codes),
                groups=tuple(
                    Group(code=code, label=code, of=tuple(of))
                    for code, of in (groups or {}).get(key, {}).items()
                ),
            )
            for key, codes in dimensions.items()
        ),
        crossings=tuple(
            Crossing(name=key, dimensions=tuple(names)) for key, names in (crossings or {}).items()
        ),
        collapse=tuple(
            Collapse(merge=Merge(outcomes=tuple(of), into=Outcome(code=code, label=code)))
            for code, of in (merges or {}).items()
        ),
        reads=("oversight_event",),
        sql="SELECT 1",
    )


def magnitude_table(
    magnitudes: Sequence[Magnitude] = (CHILDREN, FTE),
    dimensions: Mapping[str, Sequence[str]] = SERVICES,
    *,
    about_staff: bool = True,
) -> BaseTable:
    """A table like caseload; without staff, one about children."""
    plain = base_table(dimensions=dimensions, name="caseload", about_staff=about_staff)
    return BaseTable.model_validate(
        dict(plain)
        | {
            "unit": "workers" if about_staff else "children",
            "subjects": (WORKER if about_staff else CHILD,),
            "outcomes": (),
            "magnitudes": tuple(magnitudes),
        }
    )


def lines_of(table: BaseTable) -> Iterator[tuple[tuple[str, str], Holds]]:
    """Each row's dimension and category, and whether it holds somebody of some categories."""
    codes = [dimension.codes for dimension in table.dimensions]
    names = [dimension.name for dimension in table.dimensions]
    yield ("", ""), lambda _: True
    for place, dimension in enumerate(table.dimensions):
        for number, code in enumerate(dimension.codes):
            yield (dimension.name, code), lambda at, p=place, n=number: at[p] == n
        for group in dimension.groups:
            inside = [dimension.codes.index(code) for code in group.of]
            yield (dimension.name, group.code), lambda at, p=place, i=inside: at[p] in i
    for crossing in table.crossings:
        places = [names.index(name) for name in crossing.dimensions]
        for each in product(*(range(len(codes[place])) for place in places)):
            code = " / ".join(codes[p][n] for p, n in zip(places, each, strict=True))
            yield (
                (crossing.name, code),
                (lambda at, ps=places, e=each: all(at[p] == n for p, n in zip(ps, e, strict=True))),
            )


def sum_up(table: BaseTable, persons: Sequence[Person], period: Period = QUARTER) -> UnsafeTable:
    """Count and sum persons, as plainly as it can be said."""
    rows = [
        _line(table, *key, [person for person in persons if holds(person[1])])
        for key, holds in lines_of(table)
    ]
    return UnsafeTable(table, period, tuple(rows), EVALUATE)


def random_sums(table: BaseTable, seed: int, persons: int) -> tuple[UnsafeTable, list[Person]]:
    """A table of random persons, of whom a few have very much and some have nothing; and these."""
    source = random.Random(seed)
    spread = [[source.choice((1, 5, 20)) for _ in d.codes] for d in table.dimensions]
    most = [magnitude.maximum * 10**magnitude.decimals for magnitude in table.magnitudes]
    heavy = source.choice((0.0, 0.05, 0.3))
    drawn: list[Person] = []
    for _ in range(persons):
        places = tuple(source.choices(range(len(line)), line)[0] for line in spread)
        limits = [
            m if source.random() < heavy else source.choice((0, m // 25, m // 2)) for m in most
        ]
        values = tuple(source.randint(0, limit) for limit in limits)
        drawn.append((source.randrange(7), places, values))
    return sum_up(table, drawn), drawn


def tabulate(table: BaseTable, events: Sequence[Event], period: Period = QUARTER) -> UnsafeTable:
    """Count events, as plainly as it can be said."""
    rows = [
        _row(table, *key, [event for event in events if holds(event[4:])])
        for key, holds in lines_of(table)
    ]
    return UnsafeTable(table, period, tuple(rows), EVALUATE)


def from_counts(
    table: BaseTable, counts: Mapping[tuple[int, ...], Sequence[int]], period: Period = QUARTER
) -> UnsafeTable:
    """A table from the outcomes' counts by categories; each event has its own child and worker."""
    kinds = {subject.kind for subject in table.subjects}
    events: list[Event] = []
    for categories, line in counts.items():
        for outcome, count in enumerate(line):
            for _ in range(count):
                number = len(events)
                child = number if "children" in kinds else -1
                worker = number if "workers" in kinds else -1
                events.append((child, worker, number % 7, outcome, *categories))
    return tabulate(table, events, period)


def random_table(
    table: BaseTable, seed: int, events: int, period: Period = QUARTER, workers: int = 40
) -> UnsafeTable:
    """A table of random, unevenly spread events."""
    source = random.Random(seed)
    subjects = {subject.kind: subject for subject in table.subjects}
    weights = [source.choice((1, 1, 3, 10)) for _ in table.outcomes]
    spread = [[source.choice((1, 5, 20)) for _ in d.codes] for d in table.dimensions]
    drawn: list[Event] = []
    for _ in range(events):
        worker = source.randrange(workers)
        child = source.randrange(events)
        lacks_child = "children" in subjects and subjects["children"].optional
        if "children" not in subjects or (lacks_child and source.random() < 0.2):
            child = -1
        outcome = source.choices(range(len(weights)), weights)[0]
        places = [source.choices(range(len(line)), line)[0] for line in spread]
        drawn.append((child, worker if "workers" in subjects else -1, worker % 7, outcome, *places))
    return tabulate(table, drawn, period)


def behind(events: Sequence[Event]) -> UnsafeCell:
    workers = [event[1] for event in events if event[1] >= 0]
    return UnsafeCell(
        count=len(events),
        children=len({event[0] for event in events if event[0] >= 0}),
        workers=len(set(workers)),
        teams=len({event[2] for event in events}),
        top_worker=max((workers.count(worker) for worker in set(workers)), default=0),
    )


def _row(table: BaseTable, dimension: str, category: str, events: Sequence[Event]) -> UnsafeRow:
    codes = table.outcome_codes
    return UnsafeRow(
        dimension=dimension,
        category=category,
        cells={code: behind([e for e in events if codes[e[3]] == code]) for code in codes},
        complements={code: behind([e for e in events if codes[e[3]] != code]) for code in codes},
        total=behind(events),
        merged={
            merge: UnsafeMerge(
                behind([e for e in events if codes[e[3]] in parts]),
                behind([e for e in events if codes[e[3]] not in parts]),
            )
            for merge, parts in table.merges.items()
        },
    )


def _line(table: BaseTable, dimension: str, category: str, persons: Sequence[Person]) -> UnsafeRow:
    workers = len(persons) if table.subjects[0].kind == "workers" else 0
    total = UnsafeCell(
        count=len(persons),
        children=len(persons) - workers,
        workers=workers,
        teams=len({person[0] for person in persons}),
        top_worker=min(workers, 1),
    )
    sums = {
        magnitude.name: _sum([person[2][place] for person in persons])
        for place, magnitude in enumerate(table.magnitudes)
    }
    return UnsafeRow(dimension, category, {}, {}, total, sums)


def _sum(values: Sequence[int]) -> UnsafeSum:
    largest = max(values, default=0)
    others = list(values)
    if others:
        others.remove(largest)
    return UnsafeSum(sum(values), largest, max(others, default=0))
