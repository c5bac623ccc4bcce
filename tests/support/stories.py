"""Stories of tables that come one after the other, over synthetic children drawn at random.

Each function makes one story from a seed: who is in which table, what the agent knows of that, and
what an attacker knows. What one story is about, its docstring says.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date

from oversight_agent.disclosure import Tie
from oversight_agent.history.ties import ties
from oversight_agent.tables import UnsafeTable
from oversight_protocol.study import BaseTable, Period
from support.attacker import exact
from support.exact_tables import CHILD, SERVICES, base_table, tabulate
from support.joint_attacker import Fact, at_least, equal, sum_of
from support.one_by_one import Story, common, month

Child = tuple[int, int, int]
"""A number of their own, a service, an outcome."""

YEAR = Period.model_construct(
    id="2026", label="Year", start=date(2026, 1, 1), end=date(2026, 12, 31)
)


def open_cases(outcomes: Sequence[str] = ("yes", "no"), name: str = "open_cases") -> BaseTable:
    return base_table(outcomes, SERVICES, name=name, subjects=(CHILD,))


def children(source: random.Random, outcomes: int = 2) -> list[Child]:
    """Children, unevenly spread."""
    services = [source.choice((1, 5, 20)) for _ in range(3)]
    weights = [source.choice((1, 4, 12)) for _ in range(outcomes)]
    return [
        (
            number,
            source.choices(range(3), services)[0],
            source.choices(range(outcomes), weights)[0],
        )
        for number in range(source.choice((40, 90, 200)))
    ]


def table_of(table: BaseTable, some: Sequence[Child], period: Period) -> UnsafeTable:
    return tabulate(
        table, [(child, -1, child % 7, outcome, service) for child, service, outcome in some],
        period,
    )  # fmt: skip


def fewer(source: random.Random, some: Sequence[Child], by: Sequence[int]) -> list[Child]:
    """The children without a few."""
    return sorted(source.sample(list(some), len(some) - source.choice(by)))


def an_isolating_pair(seed: int) -> Story:
    """All children; then all but one, or very few, whom a condition leaves out."""
    source = random.Random(seed)
    everybody = children(source)
    tables = [
        table_of(open_cases(), everybody, month(1)),
        table_of(open_cases(), fewer(source, everybody, (1, 1, 2, 5)), month(2)),
    ]
    pairs = common(tables, 0, 1)
    return Story(tables, (Tie("contained", (0, 1)),), [at_least(*each) for each in pairs], pairs)


def month_on_month(seed: int) -> Story:
    """All who were open since January: in one month n, in the next n + 1 or a few more."""
    source = random.Random(seed)
    everybody = children(source)
    tables = [
        table_of(open_cases(), fewer(source, everybody, (1, 1, 2, 5)), month(1)),
        table_of(open_cases(), everybody, month(2)),
    ]
    pairs = [(later, before) for before, later in common(tables, 0, 1)]
    return Story(tables, (Tie("contained", (1, 0)),), [at_least(*each) for each in pairs], pairs)


def three_months(seed: int) -> Story:
    """The same over three months; every earlier month is within every later one."""
    source = random.Random(seed)
    third = children(source)
    second = fewer(source, third, (1, 2, 6))
    first = fewer(source, second, (1, 2, 6))
    tables = [
        table_of(open_cases(), some, month(number))
        for number, some in enumerate((first, second, third), start=1)
    ]
    steps = ((1, 0), (2, 1), (2, 0))
    pairs = [
        (more, less) for later, before in steps for more, less in common(tables, later, before)
    ]
    ties = tuple(Tie("contained", step) for step in steps)
    return Story(tables, ties, [at_least(*each) for each in pairs], pairs)


def a_padded_set(seed: int) -> Story:
    """A tracker: everybody, then a large set that lacks a small one, then another such set."""
    source = random.Random(seed)
    everybody = children(source)
    tables = [
        table_of(open_cases(), some, month(number))
        for number, some in enumerate(
            (
                everybody,
                fewer(source, everybody, (3, 9, 12)),
                fewer(source, everybody, (3, 9, 12)),
            ),
            start=1,
        )
    ]
    pairs = [*common(tables, 0, 1), *common(tables, 0, 2)]
    ties = (Tie("contained", (0, 1)), Tie("contained", (0, 2)))
    return Story(tables, ties, [at_least(*each) for each in pairs], pairs)


def a_complement(seed: int) -> Story:
    """A tracker: everybody, then all to whom something does not apply; the rest are few."""
    source = random.Random(seed)
    everybody = children(source)
    share = source.choice((0.05, 0.1, 0.2))
    tables = [
        table_of(open_cases(), everybody, month(1)),
        table_of(open_cases(), [one for one in everybody if source.random() > share], month(2)),
    ]
    pairs = common(tables, 0, 1)
    return Story(tables, (Tie("contained", (0, 1)),), [at_least(*each) for each in pairs], pairs)


def partitioned_predicates(seed: int) -> Story:
    """Everybody; those to whom something applies; those to whom it does not."""
    source = random.Random(seed)
    everybody = children(source)
    share = source.choice((0.05, 0.2, 0.5))
    drawn = {one[0] for one in everybody if source.random() < share}
    parts = (
        everybody,
        [one for one in everybody if one[0] in drawn],
        [one for one in everybody if one[0] not in drawn],
    )
    tables = [
        table_of(open_cases(), some, month(number)) for number, some in enumerate(parts, start=1)
    ]
    facts = [sum_of((0, key), [(1, key), (2, key)]) for key in exact(tables[0])]
    ties = (Tie("partition", (0, 1, 2)), Tie("contained", (0, 1)), Tie("contained", (0, 2)))
    return Story(tables, ties, facts, [*common(tables, 0, 1), *common(tables, 0, 2)])


def a_year_and_its_quarters(seed: int) -> Story:
    """Four quarters, one by one, then the year that they make up."""
    source = random.Random(seed)
    everybody = children(source)
    quarters = [source.choice((0, 1, 1, 2, 2, 3)) for _ in everybody]
    tables = [
        table_of(
            open_cases(),
            [one for one, its in zip(everybody, quarters, strict=True) if its == quarter],
            month(3 * quarter + 1),
        )
        for quarter in range(4)
    ]
    tables.append(table_of(open_cases(), everybody, YEAR))
    facts = [sum_of((4, key), [(number, key) for number in range(4)]) for key in exact(tables[4])]
    return Story(tables, (Tie("partition", (4, 0, 1, 2, 3)),), facts)


def a_quarter_less_two_months(seed: int) -> Story:
    """Two months, then the quarter: in the third month, of which nobody asks, few were seen."""
    source = random.Random(seed)
    everybody = children(source)
    few = source.choice((1, 2, 5, 9))
    months = [(number * 7) % 2 for number in range(len(everybody))]
    for number in source.sample(range(len(everybody)), few):
        months[number] = 2
    tables = [
        table_of(
            open_cases(),
            [one for one, its in zip(everybody, months, strict=True) if its == number],
            days(f"2026-0{number + 1}", date(2026, number + 1, 1), last),
        )
        for number, last in enumerate((date(2026, 1, 31), date(2026, 2, 28)))
    ]
    tables.append(
        table_of(open_cases(), everybody, days("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)))
    )
    keys = exact(tables[2])
    facts = [Fact({(2, key): 1.0, (0, key): -1.0, (1, key): -1.0}, 0, math.inf) for key in keys]
    pairs = [((2, key), (0, key), (1, key)) for key in keys]
    return Story(tables, ties(tables, []), facts, pairs)


def a_whole_and_its_parts(seed: int) -> Story:
    """Two groups, then everybody, as three tables that count the same outcomes."""
    source = random.Random(seed)
    everybody = children(source)
    share = source.choice((0.05, 0.2, 0.5))
    drawn = {one[0] for one in everybody if source.random() < share}
    parts = {
        "some": [one for one in everybody if one[0] in drawn],
        "others": [one for one in everybody if one[0] not in drawn],
        "everybody": everybody,
    }
    tables = [table_of(open_cases(name=name), some, month(1)) for name, some in parts.items()]
    facts = [sum_of((2, key), [(0, key), (1, key)]) for key in exact(tables[2])]
    return Story(tables, (Tie("partition", (2, 0, 1)),), facts, common(tables, 2, 0))


def two_quarters_and_their_half_year(seed: int) -> Story:
    """Many children; in the second quarter one of the outcomes came up in one service nowhere."""
    source = random.Random(seed)
    everybody = [(number, source.randrange(3), source.randrange(3)) for number in range(600)]
    late = [one for one in everybody if source.random() < 0.5 and one[1:] != (1, 2)]
    early = [one for one in everybody if one not in late]
    table = open_cases(("yes", "no", "unknown"))
    tables = [
        table_of(table, early, days("2026-Q1", date(2026, 1, 1), date(2026, 3, 31))),
        table_of(table, late, days("2026-Q2", date(2026, 4, 1), date(2026, 6, 30))),
        table_of(table, everybody, days("2026-H1", date(2026, 1, 1), date(2026, 6, 30))),
    ]
    return Story(tables, ties(tables, []))


def days(name: str, first: date, last: date) -> Period:
    """Any days."""
    return Period.model_construct(id=name, label=name, start=first, end=last)


def linked_releases(seed: int) -> Story:
    """Two questions about the same children, in two waves: the totals are the same."""
    source = random.Random(seed)
    sizes = [source.choice((2, 8, 9, 15, 40)) for _ in range(3)]
    services = [service for service, size in enumerate(sizes) for _ in range(size)]
    weights = [source.choice((1, 4, 12)) for _ in range(5)]
    drawn = [
        (
            (child, service, source.choices(range(3), weights[:3])[0]),
            (child, service, source.choices(range(2), weights[3:])[0]),
        )
        for child, service in enumerate(services)
    ]
    tables = [
        table_of(open_cases(("yes", "no", "unknown")), [one for one, _ in drawn], month(1)),
        table_of(open_cases(("early", "late"), "recorded"), [one for _, one in drawn], month(1)),
    ]
    totals = [key for key in exact(tables[0]) if key[2] == "all"]
    facts = [equal((0, key), (1, key)) for key in totals]
    return Story(tables, (Tie("same_population", (0, 1)),), facts)


def a_correction(seed: int) -> Story:
    """The same table once more, after some records were corrected: in one direction at a time."""
    source = random.Random(seed)
    before = children(source)
    after = fewer(source, before, (1, 2, 5))
    tables = [
        table_of(open_cases(), before, month(1)),
        table_of(open_cases(), after, month(1)),
    ]
    pairs = [
        (more, less)
        for more, less in common(tables, 0, 1)
        if exact(tables[0])[more[1]].count > exact(tables[1])[less[1]].count
    ]
    facts = [at_least(more, less) for more, less in common(tables, 0, 1)]
    return Story(tables, (Tie("again", (1, 0)),), facts, pairs)


def a_chain_of_months(seed: int) -> Story:
    """Three months, each within the next, of which only neighbours are tied."""
    whole = three_months(seed)
    return Story(whole.tables, whole.ties[:2], whole.facts, whole.pairs)
