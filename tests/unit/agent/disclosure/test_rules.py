"""Each primary rule at its edge, and the rounding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.disclosure.rounding import interval, to_nearest
from oversight_agent.disclosure.rules import Rule, broken
from oversight_agent.tables import UnsafeCell
from oversight_protocol.policy import Rules
from oversight_protocol.study import Subject
from support.attacker import fits, half_up
from support.exact_tables import CHILD, CHILD_IF_ANY, WORKER, base_table
from support.plain_rules import precise, small

RULES = Rules()
ZERO = UnsafeCell(count=0, children=0, workers=0, teams=0, top_worker=0)
MIXED = base_table(subjects=(CHILD_IF_ANY, WORKER))
STAFF = base_table(subjects=(WORKER,), about_staff=True)


def cell(count=100, children=50, workers=50, teams=9, top_worker=10) -> UnsafeCell:
    return UnsafeCell(count, children, workers, teams, top_worker)


@pytest.mark.parametrize(
    ("behind", "rules_broken"),
    [
        (cell(), ()),
        (cell(children=10, workers=10), ()),
        (cell(children=9), (Rule.MINIMUM,)),
        (cell(children=1), (Rule.MINIMUM,)),
        (cell(children=0), ()),
        (cell(workers=9), (Rule.MINIMUM,)),
        (cell(workers=2), (Rule.MINIMUM, Rule.CONTRIBUTING)),
        (cell(top_worker=50), ()),
        (cell(top_worker=51), (Rule.SHARE,)),
        (cell(teams=1), ()),
        (ZERO, (Rule.MINIMUM,)),
    ],
)
def test_a_figure_about_children_and_workers_breaks_exactly_these_rules(behind, rules_broken):
    assert broken(behind, MIXED, RULES) == rules_broken


@pytest.mark.parametrize(
    ("behind", "rules_broken"),
    [
        (cell(children=0, workers=10, teams=3), ()),
        (cell(children=0, workers=9, teams=3), (Rule.MINIMUM, Rule.STAFF_WORKERS)),
        (cell(children=0, workers=10, teams=2), (Rule.STAFF_TEAMS,)),
        (cell(children=0, workers=10, top_worker=60), (Rule.SHARE,)),
        (ZERO, (Rule.MINIMUM,)),
    ],
)
def test_a_figure_about_staff_breaks_exactly_these_rules(behind, rules_broken):
    assert broken(behind, STAFF, RULES) == rules_broken


def test_a_child_that_every_row_names_is_tested_even_where_there_is_none():
    table = base_table(subjects=(CHILD, WORKER))

    assert broken(cell(children=0), table, RULES) == (Rule.MINIMUM,)


def test_a_figure_behind_which_no_declared_person_stands_is_small():
    optional = Subject(kind="workers", column="worker", optional=True)
    table = base_table(subjects=(CHILD_IF_ANY, optional))

    found = broken(cell(count=5, children=0, workers=0, top_worker=0), table, RULES)

    assert found == (Rule.MINIMUM,)


def test_a_zero_that_may_be_shown_breaks_no_rule():
    rules = Rules(zeros_may_be_shown=True)

    assert broken(ZERO, MIXED, rules) == broken(ZERO, STAFF, rules) == ()


@given(
    count=st.integers(0, 40),
    parts=st.tuples(*[st.floats(0, 1)] * 4),
    table=st.sampled_from([MIXED, STAFF, base_table(subjects=(CHILD,))]),
    rules=st.sampled_from([RULES, Rules(minimum_persons=15, contributing_workers=12)]),
)
def test_the_rules_agree_with_their_plain_restatement(count, parts, table, rules):
    behind = UnsafeCell(count, *(round(part * count) for part in parts))
    kinds = {subject.kind for subject in table.subjects}
    if "workers" not in kinds:
        behind = UnsafeCell(count, behind.children, 0, behind.teams, 0)

    found = broken(behind, table, rules)

    assert bool(found) == (small(behind, table, rules) or precise(behind, table, rules))


@given(count=st.integers(0, 10**6), base=st.integers(1, 100))
def test_rounding_goes_to_the_nearest_multiple_and_ties_go_up(count, base):
    rounded = to_nearest(count, base)

    assert rounded == half_up(count, base)
    assert rounded % base == 0
    assert abs(rounded - count) * 2 <= base


@given(multiple=st.integers(0, 1000), base=st.integers(1, 100))
def test_the_interval_of_a_rounded_figure_holds_exactly_the_counts_that_round_to_it(multiple, base):
    low, high = interval(multiple * base, base)

    assert list(range(low, high + 1)) == fits(multiple * base, base)
