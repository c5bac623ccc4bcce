"""Attacks on tables about the same people, which each by itself is safe.

Two tables of one population have the same totals. Where each hides its own choice of them, the one
shows what the other hides. The attack is first shown to work on tables that were protected one by
one; then it must fail on tables that were protected together.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from oversight_agent.disclosure import protect
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable, Link
from support.attacker import Attacker, Key, exact
from support.exact_tables import CHILD, base_table, tabulate
from support.linked_attacker import LinkedAttacker, Tie
from support.plain_rules import small

RULES = Rules()
TEAMS = {"service": ("a", "b", "c", "d")}
FIRST = base_table(("yes", "no", "unknown"), TEAMS, name="authorised", subjects=(CHILD,))
SECOND = base_table(("early", "late"), TEAMS, name="recorded", subjects=(CHILD,))
SAME = (Link(kind="same_population", tables=("authorised", "recorded"), reason="Reason."),)
MORE = (Link(kind="contained", tables=("authorised", "recorded"), reason="Reason."),)


def population(seed: int) -> list[tuple[int, int, int]]:
    """Children with their service, and an outcome in each table."""
    source = random.Random(seed)
    spread = [source.choice((2, 8, 9, 15, 40)) for _ in range(4)]
    children = [service for service, size in enumerate(spread) for _ in range(size)]
    weights = [source.choice((1, 4, 12)) for _ in range(5)]
    return [
        (
            service,
            source.choices(range(3), weights[:3])[0],
            source.choices(range(2), weights[3:])[0],
        )
        for service in children
    ]


def tabulated(
    table: BaseTable, people: Sequence[tuple[int, int, int]], outcome: int
) -> UnsafeTable:
    return tabulate(table, [
        (child, -1, child % 7, person[outcome], person[0]) for child, person in enumerate(people)
    ])  # fmt: skip


def wave(seed: int, *, fewer: bool = False) -> list[UnsafeTable]:
    """Both tables of one population; with `fewer`, the second lacks each fourth child."""
    people = population(seed)
    some = [one for number, one in enumerate(people) if number % 4] if fewer else people
    return [tabulated(FIRST, people, 1), tabulated(SECOND, some, 2)]


def answers(tables: list[UnsafeTable], links: Sequence[Link]) -> list[TableAnswer]:
    return [one.answer for one in protect(tables, RULES, "1.0", links).tables]


def found_out(tables: list[UnsafeTable], said: list[TableAnswer], *, same: bool) -> list[Key]:
    """Small counts and totals, and small rests of rows, of which the attacker learns too much."""
    released = [number for number, one in enumerate(said) if one.status == "released"]
    if len(released) < 2:
        return []
    attackers = [
        Attacker(one.table, answer, RULES) for one, answer in zip(tables, said, strict=True)
    ]
    totals = [key for key in attackers[0].keys if key[2] == "all"]
    ties: list[Tie] = [((0, key), (1, key), same) for key in totals]
    attacker = LinkedAttacker(attackers, ties)
    learned = []
    for number, unsafe in enumerate(tables):
        for key, cell in exact(unsafe).items():
            if small(cell, unsafe.table, RULES):
                low, high = attacker.interval(number, [key])
                if low > 0 or high < RULES.minimum_persons - 1:
                    learned.append(key)
    return learned


SEEDS = range(60)


def test_tables_that_were_protected_one_by_one_give_each_other_away():
    assert any(found_out(wave(seed), answers(wave(seed), ()), same=True) for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_of_one_population_that_were_protected_together_do_not(seed: int):
    tables = wave(seed)

    assert found_out(tables, answers(tables, SAME), same=True) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_nor_do_tables_of_which_one_holds_the_other(seed: int):
    tables = wave(seed, fewer=True)

    assert found_out(tables, answers(tables, MORE), same=False) == []


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_tables_and_links_decides_nothing(seed: int):
    tables = wave(seed)

    there, back = answers(tables, SAME), answers(tables[::-1], SAME[::-1])

    assert [one.canonical() for one in there] == [one.canonical() for one in back[::-1]]


@pytest.mark.parametrize("seed", range(3))
def test_a_link_of_tables_that_are_not_asked_together_changes_nothing(seed: int):
    table = wave(seed)[0]

    assert answers([table], SAME) == answers([table], ())
