"""Hierarchies and crossed tables: how their rows add up, and that they are protected as a whole."""

from __future__ import annotations

import random
from functools import cache

import pytest

from oversight_agent.disclosure import Protected, protect
from oversight_agent.tables import UnsafeTable
from oversight_protocol.partitions import partitions
from oversight_protocol.policy import Rules
from oversight_protocol.study import BaseTable, PublicFigure
from support.attacker import Attacker, exact, half_up, made_up, published
from support.exact_tables import CHILD, WORKER, base_table, from_counts, random_table
from support.intervals import intervals
from support.joint_attacker import as_seen
from support.plain_rules import small

RULES = Rules()
SERVICES = ("a", "b", "c", "d")
AREAS = {"service": {"north": ("a", "b"), "south": ("c", "d")}}
HIERARCHY = base_table(("yes", "no"), {"service": SERVICES}, groups=AREAS, subjects=(CHILD,))
CROSSED = base_table(
    ("yes", "no", "unknown"), {"service": SERVICES, "role": ("x", "y", "z")},
    crossings={"service_role": ("service", "role")}, subjects=(CHILD,),
)  # fmt: skip
CUBE = base_table(
    ("yes", "no"), {"service": ("a", "b", "c"), "role": ("x", "y"), "sex": ("f", "m")},
    crossings={
        "service_role": ("service", "role"), "all_three": ("sex", "service", "role"),
    },
    groups={"service": {"most": ("a", "b")}}, subjects=(CHILD,),
)  # fmt: skip
STAFF = base_table(
    ("yes", "no"), {"service": SERVICES, "role": ("x", "y")}, groups=AREAS, about_staff=True,
    crossings={"both": ("role", "service")}, subjects=(WORKER,),
)  # fmt: skip
TABLES = {"hierarchy": HIERARCHY, "crossed": CROSSED, "cube": CUBE, "staff": STAFF}


def unsafe_of(name: str, seed: int) -> UnsafeTable:
    events = random.Random(seed).choice((30, 90, 300, 900))
    return random_table(TABLES[name], seed, events, workers=300)


@cache
def protected(name: str, seed: int) -> Protected:
    """One of these tables protected, which takes long."""
    return protect([unsafe_of(name, seed)], RULES, "1.0")


protected_once = pytest.mark.xdist_group("breakdowns")


def test_the_rows_of_a_crossing_make_up_the_next_coarser_ones():
    found: dict[tuple[str, str], list[int]] = {}
    for whole, parts in partitions(CUBE):
        found.setdefault(whole, []).append(len(parts))

    assert found["", ""] == [3, 2, 2]
    assert found["service", "most"] == [2]
    assert found["service", "a"] == [2]
    assert found["service_role", "a / x"] == [2]
    # The role and the service are in the crossing of both; the sex is in the finest alone.
    assert found["sex", "f"] == [6]
    assert found["role", "x"] == [3]


@protected_once
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", TABLES)
def test_no_small_figure_can_be_found_in_any_of_its_rows(name: str, seed: int):
    unsafe = unsafe_of(name, seed)
    answer = protected(name, seed).tables[0].answer
    if answer.status == "refused":
        return

    attacker = Attacker(unsafe.table, answer, RULES)

    for key, cell in exact(unsafe).items():
        if small(cell, unsafe.table, RULES):
            low, high = attacker.interval([key])
            assert low <= 0
            assert high >= RULES.minimum_persons - 1, key


@pytest.mark.parametrize("seed", range(100, 104))
@pytest.mark.parametrize("name", ["hierarchy", "cube", "staff"])
def test_no_small_figure_can_be_found_where_zeros_may_be_shown_either(name: str, seed: int):
    rules = Rules(zeros_may_be_shown=True)
    unsafe = random_table(TABLES[name], seed, 90, workers=300)
    answer = protect([unsafe], rules, "1.0").tables[0].answer

    attacker = Attacker(unsafe.table, answer, rules)

    assert answer.status == "released"
    for key, cell in exact(unsafe).items():
        if small(cell, unsafe.table, rules):
            low, high = attacker.interval([key])
            assert low <= 0
            assert high >= RULES.minimum_persons - 1, key


@protected_once
def test_these_tables_are_not_all_withheld():
    published_of = [
        sum(value is not None for value in published(one.answer).values())
        for name in TABLES
        for seed in range(12)
        for one in protected(name, seed).tables
    ]

    assert sum(count > 20 for count in published_of) > len(published_of) / 4


@protected_once
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", TABLES)
def test_every_interval_holds_the_truth_and_every_figure_is_a_rounded_truth(name: str, seed: int):
    unsafe, done = unsafe_of(name, seed), protected(name, seed)

    found = intervals([unsafe], done, RULES)

    truths = {key: cell.count for key, cell in exact(unsafe).items()}
    assert {name[1:] for name in found} == truths.keys()
    for (_, *key), (low, high) in found.items():
        truth = truths[tuple(key)]
        assert low <= truth
        assert high is None or truth <= high
    for key, value in published(done.tables[0].answer).items():
        assert value is None or value == half_up(truths[key], 5)


@pytest.mark.parametrize("seed", range(6))
def test_each_interval_is_what_an_attacker_finds(seed: int):
    unsafe = unsafe_of("hierarchy", seed)

    done = protect([unsafe], RULES, "1.0")

    attacker = Attacker(unsafe.table, done.tables[0].answer, RULES)
    if done.tables[0].answer.status == "released":
        for (_, *key), (low, high) in intervals([unsafe], done, RULES).items():
            assert attacker.interval([tuple(key)]) == (low, float("inf") if high is None else high)


@pytest.mark.parametrize("seed", range(20))
def test_a_public_figure_does_not_give_hidden_ones_away(seed: int):
    unsafe = unsafe_of("hierarchy", seed)
    truths = exact(unsafe)
    chosen = random.Random(seed).sample(sorted(truths), 3)
    public = [
        PublicFigure(table=unsafe.table.name, dimension=d, category=c, outcome=o, reason="Known.")
        for d, c, o in chosen
    ]

    [done] = protect([unsafe], RULES, "1.0", public=public).tables

    if done.answer.status == "refused":
        return
    known = {key: truths[key].count for key in chosen}
    attacker = Attacker(unsafe.table, done.answer, RULES, known)
    nothing = done.answer.model_copy(update={"status": "refused", "rows": ()})
    of_public = Attacker(unsafe.table, as_seen(unsafe.table, nothing), RULES, known)
    for key, cell in truths.items():
        if small(cell, unsafe.table, RULES) and key not in known:
            low, high = attacker.interval([key])
            least, most = of_public.interval([key])
            if least <= 0 and most >= RULES.minimum_persons - 1:
                assert low <= 0
                assert high >= RULES.minimum_persons - 1, (key, known)
            else:
                # What public figures tell by themselves is no secret; nothing small besides.
                assert low == least
                assert high >= min(most, RULES.minimum_persons - 1)


def test_public_figures_give_hidden_ones_away_if_nothing_is_known_of_them():
    found = 0
    for seed in range(40):
        unsafe = unsafe_of("hierarchy", seed)
        truths = exact(unsafe)
        [done] = protect([unsafe], RULES, "1.0").tables
        chosen = random.Random(seed).sample(sorted(truths), 3)
        if done.answer.status == "refused":
            continue
        attacker = Attacker(unsafe.table, done.answer, RULES, {k: truths[k].count for k in chosen})
        for key, cell in truths.items():
            if small(cell, unsafe.table, RULES) and key not in chosen:
                low, high = attacker.interval([key])
                found += low > 0 or high < RULES.minimum_persons - 1

    assert found


def test_the_attackers_additions_are_those_of_the_defence():
    ours = {(whole, tuple(sorted(parts))) for whole, parts in partitions(CUBE)}
    theirs = {(whole, tuple(sorted(parts))) for whole, parts in made_up(CUBE)}

    assert ours <= theirs


@protected_once
@pytest.mark.parametrize("name", ["crossed", "cube", "staff"])
def test_a_model_with_a_coefficient_for_every_published_row_leaves_ten_degrees_of_freedom(
    name: str,
):
    models = 0
    for seed in range(12):
        figures = published(protected(name, seed).tables[0].answer)
        behind = exact(unsafe_of(name, seed))
        for crossing in TABLES[name].crossings:
            rows = {
                (dimension, category)
                for (dimension, category, _), value in figures.items()
                if dimension == crossing.name and value is not None
            }
            totals = [behind[(*row, "all")] for row in rows]
            if len(rows) > 1:
                models += 1
                for persons in ("children", "workers"):
                    if any(one.kind == persons for one in TABLES[name].subjects):
                        assert sum(getattr(one, persons) for one in totals) - len(rows) >= 10

    assert models


@protected_once
@pytest.mark.parametrize("name", ["crossed", "staff"])
def test_the_order_in_which_categories_are_declared_decides_nothing(name: str):
    for seed in range(6):
        unsafe = unsafe_of(name, seed)
        table = unsafe.table
        turned = BaseTable.model_validate(
            dict(table)
            | {
                "outcomes": table.outcomes[::-1],
                "dimensions": tuple(
                    one.model_copy(update={"categories": one.categories[::-1]})
                    for one in table.dimensions
                ),
            }
        )
        rows = {(row.dimension, row.category): row for row in unsafe.rows}
        keys = [("", ""), *((b, c) for b in turned.breakdowns for c in turned.members(b))]
        again = UnsafeTable(turned, unsafe.period, tuple(rows[key] for key in keys), unsafe.seal)

        one = protected(name, seed).tables[0].answer
        other = protect([again], RULES, "1.0").tables[0].answer

        assert published(one) == published(other)


def test_an_outcome_that_nobody_has_hides_nothing_where_zeros_may_be_shown():
    table = base_table(
        ("yes", "no"), {"service": ("a", "b", "c"), "role": ("x", "y")}, subjects=(CHILD,),
        crossings={"both": ("service", "role")},
    )  # fmt: skip
    unsafe = from_counts(table, {(0, 0): (9, 0), (1, 0): (2, 0), (2, 0): (11, 0)})
    rules = Rules(zeros_may_be_shown=True)

    answer = protect([unsafe], rules, "1.0").tables[0].answer

    figures = published(answer)
    assert figures["", "", "yes"] == figures["", "", "all"] == figures["role", "x", "yes"] == 20
    assert (
        figures["", "", "no"] == figures["role", "y", "all"] == figures["both", "c / y", "yes"] == 0
    )
    attacker = Attacker(table, answer, rules)
    for service in ("a", "b"):
        for code in ("yes", "all"):
            low, high = attacker.interval([("service", service, code)])
            assert low <= 0
            assert high >= RULES.minimum_persons - 1
