"""Laws of whole waves: linked tables of no to four dimensions, crossed, grouped, sparse, skewed.

1. No attacker's interval for a small quantity is narrower than the protection requires.
2. The truth of every figure lies in the interval that is said of it.
3. Every published figure is a rounded truth.
4. Running twice gives the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.disclosure import Protected, protect
from oversight_agent.disclosure.links import ties_of
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.study import BaseTable, Link
from support import switched_off
from support.attacker import exact, half_up, published
from support.exact_tables import CHILD, Event, base_table, tabulate
from support.intervals import intervals
from support.joint_attacker import (
    Fact,
    JointAttacker,
    at_least,
    equal,
    learned,
    small_differences,
    small_quantities,
)
from support.one_by_one import common

RULES = [Rules(), Rules(zeros_may_be_shown=True), Rules(minimum_persons=20, rounding_base=10)]
DIMENSIONS = {"service": tuple("abc"), "role": tuple("xy"), "sex": tuple("fm"), "age": tuple("12")}
CROSSINGS = [
    {},
    {},
    {"two": ("service", "role")},
    {"three": ("service", "role", "sex")},
    {"four": ("service", "role", "sex", "age")},
]
"""By the number of dimensions."""


class Wave(NamedTuple):
    """Two tables of children, how they hang together, and the authority's key."""

    tables: Sequence[UnsafeTable]
    links: Sequence[Link]
    facts: Sequence[Fact]
    key: bytes


def table_of(name: str, outcomes: Sequence[str], dimensions: int) -> BaseTable:
    chosen = dict(list(DIMENSIONS.items())[:dimensions])
    groups = {"service": {"most": ("a", "b")}} if dimensions == 1 else None
    return base_table(
        outcomes, chosen, name=name, subjects=(CHILD,), groups=groups,
        crossings=CROSSINGS[dimensions],
    )  # fmt: skip


def wave(seed: int, dimensions: int, *, contained: bool) -> Wave:
    """Random children, some categories and outcomes rare or empty, and one child alone in one."""
    source = random.Random(seed)
    first = table_of("first", ("yes", "no", "unknown")[: source.choice((2, 3))], dimensions)
    second = table_of("second", ("early", "late"), dimensions)
    spread = [[source.choice((0, 1, 5, 20)) + 1e-9 for _ in one.codes] for one in first.dimensions]
    weights = [source.choice((0, 1, 4, 12)) + 1e-9 for _ in range(5)]
    everybody = [
        (
            child,
            tuple(source.choices(range(len(line)), line)[0] for line in spread),
            source.choices(range(len(first.outcomes)), weights[: len(first.outcomes)])[0],
            source.choices(range(2), weights[3:])[0],
        )
        for child in range(source.choice((0, 9, 25, 80, 250)))
    ]
    some = [one for one in everybody if one[0] % 5] if contained else everybody
    tables = [
        tabulate(first, [_event(child, outcome, at) for child, at, outcome, _ in everybody]),
        tabulate(second, [_event(child, outcome, at) for child, at, _, outcome in some]),
    ]
    kind = "contained" if contained else "same_population"
    say = at_least if contained else equal
    totals = [pair for pair in common(tables, 0, 1) if pair[0][1][2] == "all"]
    link = Link(kind=kind, tables=("first", "second"), reason="Reason.")
    return Wave(tables, (link,), [say(*pair) for pair in totals], source.randbytes(32))


def _event(child: int, outcome: int, at: tuple[int, ...]) -> Event:
    return (child, -1, child % 7, outcome, *at)


def found_out(asked: Wave, done: Protected, rules: Rules, most: int) -> list:
    """The small quantities of which an attacker learns too much; of many, some are tried."""
    answers = [one.answer for one in done.tables]
    attacker = JointAttacker.on(asked.tables, answers, rules, asked.facts)
    wanted = small_quantities(asked.tables, rules)
    if asked.links[0].kind == "contained":
        totals = [pair for pair in common(asked.tables, 0, 1) if pair[0][1][2] == "all"]
        wanted += small_differences(asked.tables, totals, rules)
    chosen = random.Random(0).sample(wanted, min(most, len(wanted)))
    return list(learned(attacker, chosen, rules))


MANY = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@MANY
@given(
    seed=st.integers(0, 10**6), dimensions=st.integers(0, 4), contained=st.booleans(),
    rules=st.sampled_from(RULES),
)  # fmt: skip
def test_no_small_quantity_of_a_wave_is_narrower_than_the_protection_requires(
    seed: int, dimensions: int, contained: bool, rules: Rules
):
    asked = wave(seed, dimensions, contained=contained)

    done = protect(asked.tables, rules, "1.0", asked.links, key=asked.key)

    assert found_out(asked, done, rules, 20) == []


@MANY
@given(
    seed=st.integers(0, 10**6), dimensions=st.integers(0, 3), contained=st.booleans(),
    rules=st.sampled_from(RULES),
)  # fmt: skip
def test_intervals_hold_the_truth_figures_are_rounded_truths_and_twice_is_the_same(
    seed: int, dimensions: int, contained: bool, rules: Rules
):
    asked = wave(seed, dimensions, contained=contained)

    done = protect(asked.tables, rules, "1.0", asked.links, key=asked.key)
    again = protect(asked.tables, rules, "1.0", asked.links, key=asked.key)
    found = intervals(asked.tables, done, rules, ties_of(asked.tables, asked.links))

    truths = [{k: cell.count for k, cell in exact(one).items()} for one in asked.tables]
    for (table, *key), (low, high) in found.items():
        truth = truths[table][tuple(key)]
        assert low <= truth
        assert high is None or truth <= high
    for truth_of_table, one in zip(truths, done.tables, strict=True):
        for key, value in published(one.answer).items():
            assert value is None or value == half_up(truth_of_table[key], rules.rounding_base)
    assert [one.answer.canonical() for one in done.tables] == [
        one.answer.canonical() for one in again.tables
    ]


@pytest.mark.parametrize("dimensions", range(5))
def test_without_secondary_suppression_the_same_attacker_succeeds(
    dimensions: int, monkeypatch: pytest.MonkeyPatch
):
    switched_off.secondary_suppression(monkeypatch)

    waves = (wave(seed, dimensions, contained=False) for seed in range(20))

    assert any(
        found_out(
            asked, protect(asked.tables, RULES[0], "1.0", asked.links, key=asked.key), RULES[0], 60
        )
        for asked in waves
    )


@pytest.mark.parametrize("contained", [False, True])
def test_without_ties_the_same_attacker_succeeds(contained: bool, monkeypatch: pytest.MonkeyPatch):
    switched_off.ties_of_tables(monkeypatch)

    waves = (wave(seed, 1, contained=contained) for seed in range(60))

    assert any(
        found_out(
            asked, protect(asked.tables, RULES[0], "1.0", asked.links, key=asked.key), RULES[0], 60
        )
        for asked in waves
    )
