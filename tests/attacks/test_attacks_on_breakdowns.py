"""Attacks on groups of categories, crossed dimensions and public figures, and by integer programs.

The attacker adds up the rows of crossings and groups, looks up what others publish exactly, knows
one child's own record, and counts in whole numbers, which linear programs over the reals do not.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from oversight_agent.disclosure import protect
from oversight_agent.tables import UnsafeTable
from oversight_protocol.errors import Family
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import PublicFigure
from support import switched_off
from support.attacker import Key, exact
from support.exact_tables import CHILD, base_table, random_table
from support.joint_attacker import (
    Fact,
    JointAttacker,
    Place,
    is_exactly,
    learned,
    small_quantities,
)
from support.plain_rules import small

RULES = Rules()
MOST = 20
"""Quantities of one table that are tried."""
GROUPED = base_table(
    ("yes", "no"), {"service": tuple("abcd")}, subjects=(CHILD,),
    groups={"service": {"north": ("a", "b"), "south": ("c", "d"), "most": ("a", "b", "c")}},
)  # fmt: skip
CROSSED = base_table(
    ("yes", "no"), {"service": tuple("abc"), "role": tuple("xyz")}, subjects=(CHILD,),
    crossings={"both": ("service", "role")},
)  # fmt: skip
CUBE = base_table(
    ("yes", "no"), {"service": tuple("ab"), "role": tuple("xyz"), "sex": tuple("fm")},
    subjects=(CHILD,),
    crossings={"sr": ("service", "role"), "rs": ("role", "sex"), "ss": ("service", "sex")},
)  # fmt: skip
TABLES = {"grouped": GROUPED, "crossed": CROSSED, "cube": CUBE}


def unsafe_of(name: str, seed: int) -> UnsafeTable:
    return random_table(TABLES[name], seed, random.Random(seed).choice((60, 150, 400)))


def found_out(
    unsafe: UnsafeTable, *, public: Sequence[PublicFigure] = (), known: Sequence[Fact] = (),
    whole: bool = False,
) -> list:  # fmt: skip
    """What an attacker learns of some small quantities that is not plain from what they knew."""
    [done] = protect([unsafe], RULES, "1.0", public=public).tables
    attacker = JointAttacker.on([unsafe], [done.answer], RULES, known)
    nothing = TableAnswer(
        table=done.answer.table, period=done.answer.period, status="refused",
        family=Family.DISCLOSURE,
    )  # fmt: skip
    before = JointAttacker.on([unsafe], [nothing], RULES, known)
    wanted = small_quantities([unsafe], RULES)
    chosen = random.Random(1).sample(wanted, min(MOST, len(wanted)))
    secret = [one for one in chosen if not (known and list(learned(before, [one], RULES)))]
    return list(learned(attacker, secret, RULES, whole=whole))


@pytest.mark.parametrize("name", TABLES)
def test_the_sums_of_finer_rows_give_small_ones_away_but_for_secondary_suppression(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    held = [found_out(unsafe_of(name, seed)) for seed in range(3)]

    switched_off.secondary_suppression(monkeypatch)
    before = any(found_out(unsafe_of(name, seed)) for seed in range(10))

    assert before
    assert held == [[]] * 3


@pytest.mark.parametrize("name", TABLES)
def test_whole_numbers_tell_no_more_than_the_reals(name: str):
    assert [found_out(unsafe_of(name, seed), whole=True) for seed in range(3)] == [[]] * 3


def test_whole_numbers_would_tell_more_without_secondary_suppression(
    monkeypatch: pytest.MonkeyPatch,
):
    switched_off.secondary_suppression(monkeypatch)

    assert any(found_out(unsafe_of("cube", seed), whole=True) for seed in range(10))


def public_figures(unsafe: UnsafeTable, seed: int) -> list[Key]:
    """Three figures that a national table gives exactly, none of them small."""
    truths = exact(unsafe)
    large = [key for key, cell in truths.items() if not small(cell, unsafe.table, RULES)]
    return random.Random(seed).sample(sorted(large), min(3, len(large)))


def test_figures_that_are_public_give_small_ones_away_unless_the_study_lists_them():
    before, after = False, []
    for seed in range(12):
        unsafe = unsafe_of("grouped", seed)
        keys = public_figures(unsafe, seed)
        known = [is_exactly((0, key), exact(unsafe)[key].count) for key in keys]
        listed = [
            PublicFigure(table=unsafe.table.name, dimension=d, category=c, outcome=o, reason="DfE.")
            for d, c, o in keys
        ]
        before = before or bool(found_out(unsafe, known=known))
        after += found_out(unsafe, known=known, public=listed)

    assert before
    assert after == []


def one_child(unsafe: UnsafeTable) -> list[Key]:
    """The cells of the finest rows that one child is alone in."""
    return sorted(
        key for key, cell in exact(unsafe).items()
        if cell.count == 1 and key[2] != "all" and key[0] in ("service", "both")
    )  # fmt: skip


def others(unsafe: UnsafeTable, own: Key) -> list[dict[Place, float]]:
    """Small counts other than 0 of other cells in the child's own row, and of other categories."""
    return [
        {(0, key): 1.0}
        for key, cell in exact(unsafe).items()
        if key[0] == own[0] and key != own and key[2] != "all" and 0 < cell.count < 10
        and (key[1] != own[1] or key[2] != own[2])
    ]  # fmt: skip


def learned_by_one_child(seed: int) -> list:
    unsafe = unsafe_of("crossed", seed)
    [done] = protect([unsafe], RULES, "1.0").tables
    found = []
    for own in one_child(unsafe)[:2]:
        attacker = JointAttacker.on([unsafe], [done.answer], RULES, [is_exactly((0, own), 1)])
        found += list(learned(attacker, others(unsafe, own), RULES))
    return found


def test_a_child_who_knows_their_own_cell_finds_others_unless_the_audit_plays_that_child(
    monkeypatch: pytest.MonkeyPatch,
):
    after = [learned_by_one_child(seed) for seed in range(12)]

    switched_off.own_records(monkeypatch)
    before = any(learned_by_one_child(seed) for seed in range(60))

    assert before
    assert after == [[]] * 12
