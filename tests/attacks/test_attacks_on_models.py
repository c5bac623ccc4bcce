"""Attacks by models and sums on coded covariates: saturated models, indicators, sums over two asks.

A regression with a category of one record returns that record; a sum over an indicator of one
person is that person's value. Kent fits models on protected tables, so it can do no more than the
attacker here, who has these.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from oversight_agent.disclosure import Past, Tie, protect
from oversight_agent.history import Sealing
from oversight_agent.history.stage import New, sets_of
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer, row_keys
from oversight_protocol.study import Link, Magnitude
from support.attacker import Attacker, published
from support.exact_tables import (
    CHILD,
    CHILDREN,
    FTE,
    Person,
    base_table,
    magnitude_table,
    sum_up,
    tabulate,
)
from support.histories import SECRET
from support.joint_attacker import JointAttacker, at_least, equal
from support.looking_back import forgetful, in_one_wave
from support.one_by_one import common, month

RULES = Rules()
COVARIATES = base_table(
    ("yes", "no"), {"service": ("a", "b"), "role": ("x", "y")}, subjects=(CHILD,),
    crossings={"both": ("service", "role")},
)  # fmt: skip
SERVICES_OF_INDICATED = {"service": ("a", "b", "c")}
INDICATED = magnitude_table([CHILDREN], SERVICES_OF_INDICATED)
SUM, ALL = ("", "", "children"), ("", "", "all")


def records(outcome: int) -> list[tuple[int, int, int]]:
    """Outcome and covariates of children; one alone has service `a` and role `x`."""
    drawn = random.Random(4)
    cells = {(0, 1): 60, (1, 0): 50, (1, 1): 70}
    return [
        (outcome, 0, 0),
        *((drawn.randrange(2), *at) for at, number in cells.items() for _ in range(number)),
    ]


def saturated(rows: list[tuple[int, int, int]]) -> np.ndarray:
    """The least-squares coefficients of a model with a term for every combination."""
    design = np.array([[float((a, b) == at) for at in ((0, 0), (0, 1), (1, 0), (1, 1))]
                       for _, a, b in rows])  # fmt: skip
    return np.linalg.lstsq(design, np.array([float(1 - o) for o, _, _ in rows]), rcond=None)[0]


@pytest.mark.parametrize("outcome", [0, 1])
def test_a_saturated_model_of_records_returns_the_one_record_and_of_the_table_nothing(
    outcome: int,
):
    rows = records(outcome)
    unsafe = tabulate(COVARIATES, [(n, -1, n % 7, *row) for n, row in enumerate(rows)])

    fitted = saturated(rows)[0]
    answer = protect([unsafe], RULES, "1.0").tables[0].answer
    interval = Attacker(COVARIATES, answer, RULES).interval([("both", "a / x", "yes")])

    assert round(fitted) == 1 - outcome
    assert published(answer)["both", "a / x", "all"] is None
    assert (interval[0], interval[1] >= 9) == (0, True)


def workers(seed: int, value: int) -> list[Person]:
    """Workers with their caseloads; the first has one that somebody wants to know."""
    source = random.Random(seed)
    number = source.choice((40, 80, 150))
    others: list[Person] = [
        (source.randrange(7), (source.choice((0, 0, 0, 1, 2)),), (source.randint(0, 25),))
        for _ in range(number)
    ]
    return [(0, (0,), (value,)), *others]


def both_asks(
    seed: int, value: int, *, looks_back: bool
) -> tuple[list[UnsafeTable], list[TableAnswer]]:
    """The sums over all but one worker; then over all."""
    everybody = workers(seed, value)
    all_of_them = sum_up(INDICATED, everybody, month(2))
    all_but_one = sum_up(INDICATED, everybody[1:], month(1))
    first = protect([all_but_one], RULES, "1.0").tables[0].answer
    before = {"past": [Past(all_but_one, first, RULES)], "ties": [Tie("contained", (0, 1))]}
    more = before if looks_back else {}
    second = protect([all_of_them], RULES, "1.0", **more).tables[0].answer
    return [all_of_them, all_but_one], [second, first]


def width(tables: list[UnsafeTable], answers: list[TableAnswer]) -> float:
    """How precisely the value of the one worker is found."""
    facts = [at_least(*pair) for pair in common(tables, 0, 1)]
    one, other = ((n, ("", "", *each.table.magnitude_names)) for n, each in enumerate(tables))
    facts.append(at_least(one, other))
    attacker = JointAttacker.on(tables, answers, RULES, facts)
    low, high = attacker.interval({one: 1.0, other: -1.0})
    return high - low


@pytest.mark.parametrize("value", [15, 120, 450])
def test_a_sum_over_an_indicator_less_the_sum_without_it_is_one_workers_value(value: int):
    enough = max(10, value / 10)

    before = [width(*both_asks(seed, value, looks_back=False)) for seed in range(6)]
    after = [width(*both_asks(seed, value, looks_back=True)) for seed in range(6)]

    assert min(before) < enough
    assert min(after) >= enough


LINKED = {"kind": "contained", "tables": ("whole", "part"), "reason": "By definition."}


def whole_and_part(
    magnitudes: Sequence[Magnitude], base: Sequence[Person], more: Sequence[Person]
) -> list[UnsafeTable]:
    """Two tables of which the first has some persons more."""
    tables = [
        magnitude_table(magnitudes, {}).model_copy(update={"name": name})
        for name in ("whole", "part")
    ]
    return [sum_up(tables[0], [*more, *base]), sum_up(tables[1], base)]


def width_of_link(tables: Sequence[UnsafeTable], link: Link, *, linked: bool) -> float:
    """How precisely the children are found of those who are in the first table alone."""
    together = protect(tables, RULES, "1.0", [link] if linked else [])
    answers = [one.answer for one in together.tables]
    attacker = JointAttacker.on(tables, answers, RULES, [at_least((0, ALL), (1, ALL))])
    low, high = attacker.interval({(0, SUM): 1.0, (1, SUM): -1.0})
    return high - low


@pytest.mark.parametrize("equal", [(), ("fte",)])
def test_sums_of_a_linked_population_are_not_the_value_of_one_who_is_not_in_it(equal):
    base: list[Person] = [(n % 5, (), (15, 90)) for n in range(40)]
    tables = whole_and_part([CHILDREN, FTE], base, [(0, (), (300, 0))])
    link = Link(**LINKED, equal_sums=equal)

    assert width_of_link(tables, link, linked=False) < 30
    assert width_of_link(tables, link, linked=True) >= 30


def test_sums_of_a_linked_population_are_not_the_value_of_one_who_has_all_that_is_more():
    base: list[Person] = [(n % 5, (), (15,)) for n in range(40)]
    more: list[Person] = [(0, (), (400,)), *((n % 5, (), (0,)) for n in range(11))]
    tables = whole_and_part([CHILDREN], base, more)

    assert width_of_link(tables, Link(**LINKED), linked=False) < 40
    assert width_of_link(tables, Link(**LINKED), linked=True) >= 40


def test_a_sum_says_that_ten_are_behind_it_and_a_linked_count_does_not_say_who_is_more():
    """16 are in post, 10 are supervised: if 10 or more are, at most 8 are not."""
    in_post = magnitude_table([FTE], {}).model_copy(update={"name": "whole"})
    supervised = magnitude_table([CHILDREN], {}).model_copy(update={"name": "part"})
    for many in range(16, 18):
        for few in range(10, 13):
            tables = [
                sum_up(in_post, [(n % 5, (), (80,)) for n in range(many)]),
                sum_up(supervised, [(n % 5, (), (15,)) for n in range(few)]),
            ]
            done = protect(tables, RULES, "1.0", [Link(**LINKED)])
            answers = [one.answer for one in done.tables]
            attacker = JointAttacker.on(tables, answers, RULES, [at_least((0, ALL), (1, ALL))])

            low, high = attacker.interval({(0, ALL): 1.0, (1, ALL): -1.0})

            assert (low, high >= 9) == (0, True)


def nobody_is_missing(number: int) -> list[UnsafeTable]:
    """A population and one within it that has everybody; in service `a` one child has all 480."""
    form = magnitude_table([CHILDREN], {"service": ("a", "b", "c")})
    of_a: list[Person] = [(n % 5, (0,), (0 if n else 480,)) for n in range(30)]
    others: list[Person] = [(n % 5, (place,), (15,)) for place in (1, 2) for n in range(30)]
    names = (f"whole{number}", f"part{number}")
    return [sum_up(form.model_copy(update={"name": name}), [*of_a, *others]) for name in names]


def width_of_a(tables: Sequence[UnsafeTable], *, linked: bool) -> float:
    """How precisely the sum of service `a` is found by one who knows that nobody is missing."""
    names = tuple(one.table.name for one in tables)
    link = Link(kind="contained", tables=names, reason="By definition.")
    together = protect(tables, RULES, "1.0", [link] if linked else [])
    answers = [one.answer for one in together.tables]
    every = [(*key, code) for key in row_keys(tables[0].table) for code in ("all", "children")]
    facts = [equal((0, figure), (1, figure)) for figure in every]
    attacker = JointAttacker.on(tables, answers, RULES, facts)
    low, high = attacker.interval({(0, ("service", "a", "children")): 1.0})
    return high - low


def test_one_who_knows_that_nobody_is_missing_does_not_set_off_two_populations():
    """Each table hides another partner of what one child has, as their names differ."""
    every = [nobody_is_missing(number) for number in range(6)]

    assert min(width_of_a(tables, linked=False) for tables in every) < 48
    assert min(width_of_a(tables, linked=True) for tables in every) >= 48


def test_two_tables_of_the_same_people_do_not_show_what_the_other_hides(tmp_path: Path):
    """One of 30 in a service has nearly all; each table hides partners of its own by its name."""
    people: list[Person] = [(n % 5, (c,), (15,)) for c in (0, 1, 2) for n in range(30)]
    people[:30] = [(0, (0,), (480,)), (1, (0,), (5,)), *((n % 5, (0,), (0,)) for n in range(28))]
    columns: dict[str, Sequence[str | None]] = {
        "worker": [f"w{number}" for number in range(90)],
        "service": ["abc"[one[1][0]] for one in people],
    }
    before, after = [], []
    for number in range(6):
        asked = []
        for name in (f"one{number}", f"two{number}"):
            table = INDICATED.model_copy(update={"name": name})
            sets = sets_of(table, Sealing(SECRET), columns)
            asked.append(New(sum_up(table, people), sets))
        tables = [one.unsafe for one in asked]
        (folder := tmp_path / str(number)).mkdir()
        for widths, answers in ((before, forgetful(asked)), (after, in_one_wave(folder, asked))):
            facts = [equal((0, key), (1, key)) for key in published(answers[0])]
            attacker = JointAttacker.on(tables, answers, RULES, facts)
            low, high = attacker.interval({(0, ("service", "a", "children")): 1.0})
            widths.append(high - low)

    assert min(before) < 48
    assert min(after) >= 48


def nearly_alike(seed: int, value: int, other: str = "children") -> list[New]:
    """Two tables of the same days, over all workers and over all but one; no study links them.

    The second has the same magnitude under an `other` name.
    """
    everybody = workers(seed, value)
    found = []
    named = magnitude_table([CHILDREN.model_copy(update={"name": other})], SERVICES_OF_INDICATED)
    for table, some in (
        (INDICATED.model_copy(update={"name": "in_post"}), everybody),
        (named.model_copy(update={"name": "for_long"}), everybody[1:]),
    ):
        first = len(everybody) - len(some)
        columns: dict[str, Sequence[str | None]] = {
            "worker": [f"w{number}" for number in range(first, len(everybody))],
            "service": ["abc"[one[1][0]] for one in some],
        }
        found.append(New(sum_up(table, some), sets_of(table, Sealing(SECRET), columns)))
    return found


@pytest.mark.parametrize("other", ["children", "open_cases"])
@pytest.mark.parametrize("value", [15, 120, 450])
def test_the_sums_of_two_nearly_alike_tables_of_one_wave_are_not_one_workers_value(
    value: int, other: str, tmp_path: Path
):
    enough = max(10, value / 10)
    before, after = [], []
    for seed in range(6):
        asked = nearly_alike(seed, value, other)
        tables = [one.unsafe for one in asked]
        before.append(width(tables, forgetful(asked)))
        (folder := tmp_path / str(seed)).mkdir()
        after.append(width(tables, in_one_wave(folder, asked)))

    assert min(before) < enough
    assert min(after) >= enough


def test_the_sums_before_and_after_one_workers_correction_do_not_tell_how_it_was_corrected():
    table = magnitude_table([CHILDREN], {})
    before: list[Person] = [(number % 7, (), (15,)) for number in range(40)]
    tables = [
        sum_up(table, some, month(1)) for some in (before, [(0, (), (60,)), *before[1:]])
    ]  # fmt: skip
    first = protect([tables[0]], RULES, "1.0").tables[0].answer
    past, tie = [Past(tables[0], first, RULES)], Tie("again", (0, 1))

    second = protect([tables[1]], RULES, "1.0", past=past, ties=[tie]).tables[0].answer

    attacker = JointAttacker.on(tables, [first, second], RULES)
    low, high = attacker.interval({(1, SUM): 1.0, (0, SUM): -1.0})
    assert high - low >= 10
