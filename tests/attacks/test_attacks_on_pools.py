"""The pool as a margin: pool minus the others, and a cohort of N less one of N − 1.

An exact pool is the sum over authorities, so whoever holds it and all other releases finds what one
authority hid. The pool of `parts` is made of the releases alone and holds nothing besides them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from oversight_agent.disclosure import protect
from oversight_coordinator.pool import csv_bytes, pool
from oversight_protocol.policy import Rules
from oversight_protocol.release import Release
from oversight_protocol.study import BaseTable, Cohort, Measure, Wave
from support import protocol
from support.attacker import Attacker, published
from support.exact_tables import CHILD, QUARTER, base_table, from_counts

RULES = Rules()
CODES = ("yes", "no", "unknown")
TABLE: BaseTable = base_table(CODES, {}, subjects=(CHILD,))
LAS = protocol.LAS[:3]
WAVE = Wave(id="wave-1", periods=(QUARTER,))
STUDY = protocol.study(
    base_tables=(TABLE,), waves=(WAVE,), cohort=Cohort(las=LAS, minimum=2),
    measures=tuple(
        Measure(
            id=code, number="1", title=code, definition=code, table=TABLE.name, numerator=(code,),
            denominator=CODES,
        )
        for code in CODES
    ),
)  # fmt: skip
OTHERS = ((60, 70, 40), (55, 45, 35))
Counts = tuple[int, int, int]


def release(la: str, counts: Counts) -> Release:
    answer = protect([from_counts(TABLE, {(): counts})], RULES, "1.0").tables[0].answer
    return protocol.release(la=la, tables=(answer,))


def releases(counts: Counts) -> dict[str, Release]:
    """Those of all authorities; the first has these counts."""
    each = zip(LAS, (counts, *OTHERS), strict=True)
    return {la: release(la, its) for la, its in each}


def pooled(answers: dict[str, Release], asked: Sequence[str] = LAS) -> bytes:
    return csv_bytes(pool(STUDY, WAVE, asked, {la: answers[la] for la in asked}))


def hidden(answers: dict[str, Release]) -> tuple[float, float]:
    """What anybody finds of the count that the first authority hides, from its own release."""
    [answer] = answers[LAS[0]].tables
    return Attacker(TABLE, answer, RULES).interval([("", "", "unknown")])


def unprotected(la: str, counts: Counts) -> Release:
    """A release of exact counts, as if every stage were switched off."""
    made = release(la, (60, 50, 40))
    [row] = made.tables[0].rows
    cells = tuple(
        cell.model_copy(update={"value": count, "marker": ""})
        for cell, count in zip(row.cells, counts, strict=True)
    )
    total = row.total.model_copy(update={"value": sum(counts)})
    exact_row = row.model_copy(update={"cells": cells, "total": total})
    answer = made.tables[0].model_copy(update={"rows": (exact_row,)})
    return made.model_copy(update={"tables": (answer,)})


def difference(answers: dict[str, Release], measure: str) -> int | None:
    """A pooled count of all less that of all but the first; None where the pool has no figure."""
    with_it = pool(STUDY, WAVE, LAS, answers)
    without = pool(STUDY, WAVE, LAS[1:], {la: answers[la] for la in LAS[1:]})
    [more] = [one.numerator for one in with_it if one.measure == measure]
    [less] = [one.numerator for one in without if one.measure == measure]
    return None if more is None or less is None else more - less


@pytest.mark.parametrize("secret", [1, 2, 5])
def test_pools_of_three_and_of_two_differ_by_the_hidden_count_unless_it_was_hidden(secret: int):
    answers = releases((60, 50, secret))
    exact_ones = {**answers, LAS[0]: unprotected(LAS[0], (60, 50, secret))}

    assert difference(exact_ones, "unknown") == secret
    assert difference(answers, "unknown") == 0


def test_the_pool_of_parts_is_the_same_for_every_count_that_a_release_may_stand_for():
    worlds = [(60, 50, secret) for secret in (0, 1, 2)]
    made = [releases(counts) for counts in worlds]
    low, high = hidden(made[0])

    assert len({one[LAS[0]].canonical() for one in made}) == 1
    assert len({pooled(one) for one in made}) == 1
    assert (low, high >= 9) == (0, True)


def test_a_cohort_of_three_less_one_of_two_is_what_the_third_published():
    answers = releases((60, 50, 40))
    figures = published(answers[LAS[0]].tables[0])

    assert None not in figures.values()
    for code in CODES:
        assert difference(answers, code) == figures["", "", code]
