"""Re-running the published algorithm on every table with magnitudes that might be the true one.

As in `test_attacks_by_rerunning`, but for numbers of persons that stand beside sums: one that is
small must still be anything from 0 to 9, after all candidates were tried that leave the same bytes.

A candidate is, for each finest category, a number of persons, their sum, the largest and the second
largest contribution: no more of the persons goes into disclosure control.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import product

import pytest

from oversight_agent.disclosure import protect
from oversight_agent.tables import EVALUATE, UnsafeCell, UnsafeRow, UnsafeSum, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable
from support import switched_off
from support.attacker import Key, fits, half_up, published
from support.exact_tables import CHILD, CHILDREN, QUARTER, base_table, lines_of
from support.rerunning import KEYS

RULES = Rules()
ANY_SMALL = set(range(10))

Part = tuple[int, int, int, int]
"""Persons of the finest category, their sum, the largest and the second largest contribution."""


def table_of(dimensions: dict[str, Sequence[str]], *, crossed: bool = False) -> BaseTable:
    """A table of children with one magnitude."""
    plain = base_table(
        dimensions=dimensions,
        subjects=(CHILD,),
        crossings={"both": tuple(dimensions)} if crossed else None,
    )
    return BaseTable.model_validate(
        dict(plain) | {"unit": "children", "outcomes": (), "magnitudes": (CHILDREN,)}
    )


TWO_BY_TWO = table_of({"x": ("a", "b"), "y": ("p", "q")}, crossed=True)
PLACES = list(product(range(2), range(2)))


def together(parts: Sequence[Part]) -> Part:
    """What stands behind several categories together."""
    single = sorted((n for part in parts for n in part[2:]), reverse=True)
    return sum(part[0] for part in parts), sum(part[1] for part in parts), single[0], single[1]


def alike(persons: int, total: int) -> Part:
    """So many persons who have about the same of a sum."""
    if persons < 2:
        return persons, total, total, 0
    largest = -(-total // persons)
    return persons, total, largest, min(largest, total - largest)


def protected(table: BaseTable, parts: Sequence[Part], key: bytes) -> TableAnswer:
    """What is released of a table of all combinations of two categories."""
    rows = []
    for (dimension, category), holds in lines_of(table):
        made = [part for at, part in zip(PLACES, parts, strict=True) if holds(at)]
        persons, *of_sum = together(made)
        rows.append(
            UnsafeRow(
                dimension,
                category,
                {},
                {},
                UnsafeCell(persons, persons, 0, min(persons, 7), 0),
                {"children": UnsafeSum(*of_sum)},
            )
        )
    unsafe = UnsafeTable(table, QUARTER, tuple(rows), EVALUATE)
    return protect([unsafe], RULES, "1.0", key=key).tables[0].answer


def numbers(
    table: BaseTable, figures: dict[Key, int | None], column: str, at: int, value: int, most: int
) -> Iterator[tuple[int, ...]]:
    """All numbers of one column that round to what is published, where one of them is a value."""
    lines = [
        ([n for n, place in enumerate(PLACES) if holds(place)], figures[(*row, column)])
        for row, holds in lines_of(table)
    ]
    single = {parts[0]: shown for parts, shown in lines if len(parts) == 1}
    choices = [
        range(most + 1) if single[n] is None else fits(single[n], RULES.rounding_base)
        for n in range(len(PLACES))
    ]
    choices[at] = [value] if value in choices[at] else []
    for found in product(*choices):
        sums = ((sum(found[n] for n in parts), shown) for parts, shown in lines)
        if all(shown in (None, half_up(each, RULES.rounding_base)) for each, shown in sums):
            yield found


def small_numbers_left(
    parts: Sequence[Part], at: int, keys: Sequence[bytes], most: int, wanted: Set[int] = ANY_SMALL
) -> set[int]:
    """Which of the wanted numbers of persons of a combination leave what is released of a table.

    Nearly the true table's sums are taken: those of nobody move to where somebody is left.
    """
    released = protected(TWO_BY_TWO, parts, keys[0])
    figures, found = published(released), set[int]()
    for value in sorted(wanted):
        near = sorted(
            numbers(TWO_BY_TWO, figures, "all", at, value, most),
            key=lambda each: sum(abs(n - part[0]) for n, part in zip(each, parts, strict=True)),
        )
        if any(
            protected(TWO_BY_TWO, candidate, key) == released
            for persons in near
            for candidate in with_sums(persons, parts)
            for key in keys
        ):
            found.add(value)
    return found


def with_sums(persons: Sequence[int], parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Tables of so many persons with the true margins of the sums, or with the true sums."""
    sums, signs = [part[1] for part in parts], (1, -1, -1, 1)
    gone = {0} | {each * sign for n, each, sign in zip(persons, sums, signs, strict=True) if not n}
    for move in sorted(gone, key=abs, reverse=True):
        moved = [each - move * sign for each, sign in zip(sums, signs, strict=True)]
        pairs = list(zip(persons, moved, strict=True))
        if all(each >= 0 if n else each == 0 for n, each in pairs):
            yield tuple(alike(n, each) for n, each in pairs)
            return


def crossed(*persons: int) -> tuple[Part, ...]:
    return tuple(alike(each, 3 * each) for each in persons)


def test_without_protecting_what_may_be_small_trying_every_table_narrows_how_few_there_are(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.what_may_be_small_beside_sums(monkeypatch)

    told = small_numbers_left(crossed(0, 10, 12, 12), 0, KEYS[:1], 18, {0, 5, 9})

    # Ten and twelve stand beside it; were one of them small, more would have been hidden.
    assert told == {0}


@pytest.mark.parametrize("persons", [(0, 10, 12, 12), (3, 14, 12, 13)])
def test_a_small_number_of_persons_beside_sums_may_be_anything_after_every_table_was_tried(persons):
    assert small_numbers_left(crossed(*persons), 0, KEYS[:1], 18) == ANY_SMALL
