"""Ours beside ACRO 1.0.2: what ACRO would suppress, ours hides, on the same rows and thresholds.

What was found of ACRO:

- It compares counts of rows, margins included, with its threshold. Ours counts persons, of whom
  there are at most as many, and has rules that ACRO lacks (rest of row, staff, attack audit).
- A zero fails its threshold as well as its check for zeros, and so goes on failing when its setting
  `zeros_are_disclosive` is switched off. Ours shows zeros where the study declared them harmless.
- A category in which nobody is has no cell at all, unless pandas knows it as a category. Of two
  dimensions crossed, the total of a row in which nobody is passes: pandas leaves it open, and what
  is open is below no threshold. Ours hides it.
- A row with a missing value is left out of the cells but stays in the margins. In our tables a
  missing answer is an outcome, so nothing is missing here.
- A sum of which everybody contributes nothing fails its p% rule. Ours hides such a sum too.
- Sums with negative contributions are flagged for review, and no dominance rule is tried. Ours has
  no negative contributions.
- Its (n,k) rule (two persons, 90 %) is on by default and stricter than its p% rule (10 %). In ours
  it is an option (`two_largest_percent`); without it, this rule alone makes up what ACRO suppresses
  of sums and ours shows.
- Its suppressed tables have margins of what is left, so a second table subtracts to what is hidden.
"""

from __future__ import annotations

import math
from functools import cache

import pytest

pytest.importorskip("acro", reason="ACRO has an environment of its own: tox -e oracle-acro")

from oracles.by_acro import (
    FREQUENCY,
    N_K,
    P_PERCENT,
    counts,
    frame_of_events,
    frame_of_persons,
    session,
    sums,
    suppressed,
)
from oracles.microdata import CASES, Case, keys, random_events, shown, skewed_persons
from oversight_agent.disclosure import protect
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.study import Magnitude
from support.attacker import Attacker, Key, exact
from support.exact_tables import (
    CHILD,
    CHILDREN,
    FTE,
    SERVICES,
    base_table,
    magnitude_table,
    random_sums,
    sum_up,
    tabulate,
)

TWO_WAYS = {**SERVICES, "agency": ("0", "1")}
BOTH = {"service_agency": ("service", "agency")}
TABLES = {
    "children": base_table(("yes", "no", "unknown"), subjects=(CHILD,)),
    "recording": base_table(("both", "part1_only", "neither", "unknown"), TWO_WAYS),
    "staff": base_table(("yes", "no"), about_staff=True),
    "two ways": base_table(("yes", "no"), TWO_WAYS, subjects=(CHILD,)),
    "crossed": base_table(("yes", "no"), TWO_WAYS, crossings=BOTH, subjects=(CHILD,)),
}
COSTS = Magnitude(name="costs", label="Costs", unit="pounds", maximum=10_000)
SUMS = {
    "caseload": magnitude_table((CHILDREN, FTE)),
    "costs": magnitude_table((COSTS,), TWO_WAYS, about_staff=False),
}
THRESHOLDS = [10, 15]


def hidden(unsafe: UnsafeTable, rules: Rules) -> set[Key]:
    """What ours does not show."""
    answer = protect([unsafe], rules, "1.0").tables[0].answer
    return keys(unsafe) - shown(answer).keys()


@cache
def suppressed_counts(name: str, case: Case, threshold: int = 10) -> tuple[UnsafeTable, set[Key]]:
    """The exact table, and what ACRO suppresses of it."""
    table = TABLES[name]
    events = random_events(table, case)
    by = session(safe_threshold=threshold)
    _, failed = counts(by, table, frame_of_events(table, events))
    return tabulate(table, events), suppressed(failed)


def escaped_counts(name: str, rules: Rules, threshold: int = 10) -> set[tuple[Case, Key]]:
    """What ACRO suppresses of all cases of a table, and ours shows."""
    found = [(case, *suppressed_counts(name, case, threshold)) for case in CASES]
    return {(case, key) for case, unsafe, theirs in found for key in theirs - hidden(unsafe, rules)}


@cache
def failed_sums(
    name: str, case: Case, how: str, threshold: int = 10, percent: int = 10
) -> tuple[UnsafeTable, dict[Key, frozenset[str]]]:
    """The exact table, and the checks of ACRO that each of its sums fails."""
    table = SUMS[name]
    # Only where many persons are does a sum fail by who dominates it, and not by the threshold.
    many = case.rows > 100
    persons = skewed_persons(table, case) if many else random_sums(table, *case)[1]
    frame = frame_of_persons(table, persons)
    by = session(safe_threshold=threshold, safe_pratio_p=percent / 100)
    every: dict[Key, frozenset[str]] = {}
    for magnitude in table.magnitude_names:
        every |= sums(by, table, frame, magnitude, how)
    return sum_up(table, persons), every


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("name", TABLES)
def test_every_count_that_acro_suppresses_is_hidden_by_ours(name, threshold):
    escaped = escaped_counts(name, Rules(minimum_persons=threshold), threshold)

    assert escaped == set()


@pytest.mark.parametrize("name", TABLES)
def test_acro_counts_the_same_rows_as_ours_and_suppresses_those_below_its_threshold(name):
    table = TABLES[name]
    events = random_events(table, Case(3, 250))

    found, failed = counts(session(), table, frame_of_events(table, events))

    truth = {key: cell.count for key, cell in exact(tabulate(table, events)).items()}
    empty = {key for key, n in truth.items() if key[0] in BOTH and key[2] == "all" and not n}
    assert found == truth
    assert suppressed(failed) == {key for key, count in truth.items() if count < 10} - empty
    assert frozenset.union(*failed.values()) <= FREQUENCY


@pytest.mark.parametrize("name", ["children", "staff", "two ways"])
def test_the_comparison_of_counts_notices_a_threshold_that_is_lower_in_ours(name):
    escaped = escaped_counts(name, Rules(), threshold=40)

    assert escaped


def test_the_comparison_of_counts_notices_zeros_that_ours_shows():
    escaped = escaped_counts("children", Rules(zeros_may_be_shown=True))

    assert escaped


@pytest.mark.parametrize(
    ("how", "threshold", "percent"), [("sum", 10, 10), ("mean", 10, 10), ("sum", 15, 30)]
)
@pytest.mark.parametrize("name", SUMS)
def test_every_sum_that_acro_suppresses_by_threshold_or_p_percent_is_hidden_by_ours(
    name, how, threshold, percent
):
    rules = Rules(minimum_persons=threshold, dominance_percent=percent)
    escaped, dominated = [], 0
    for case in CASES:
        unsafe, failed = failed_sums(name, case, how, threshold, percent)
        theirs = {key for key, checks in failed.items() if checks - {N_K}}
        escaped.append(theirs - hidden(unsafe, rules))
        dominated += sum(P_PERCENT in checks for checks in failed.values())

    assert [each for each in escaped if each] == []
    assert dominated


@pytest.mark.parametrize("name", SUMS)
def test_the_comparison_of_sums_notices_a_share_that_is_lower_in_ours(name):
    escaped = []
    for case in CASES:
        unsafe, failed = failed_sums(name, case, "sum", percent=100)
        theirs = {key for key, checks in failed.items() if P_PERCENT in checks}
        escaped.append(theirs - hidden(unsafe, Rules()))

    assert any(escaped)


def escaped_sums(name: str, rules: Rules) -> list[frozenset[str]]:
    """The checks that fail at ACRO, with its defaults, of each sum that ours shows all the same."""
    found = []
    for case in CASES:
        unsafe, failed = failed_sums(name, case, "sum")
        found += [failed[key] for key in suppressed(failed) - hidden(unsafe, rules)]
    return found


@pytest.mark.parametrize("name", SUMS)
def test_what_ours_shows_of_what_acro_suppresses_fails_its_n_k_rule_alone(name):
    escaped = escaped_sums(name, Rules())

    assert set(escaped) == {frozenset({N_K})}


@pytest.mark.parametrize("name", SUMS)
def test_with_the_same_n_k_rule_ours_hides_every_sum_that_acro_suppresses_at_its_defaults(name):
    escaped = escaped_sums(name, Rules(two_largest_percent=90))

    assert escaped == []


@pytest.mark.parametrize("name", SUMS)
def test_the_comparison_of_sums_notices_a_share_of_two_that_is_looser_in_ours(name):
    escaped = escaped_sums(name, Rules(two_largest_percent=99))

    assert escaped


def test_a_second_table_subtracts_to_what_acro_suppresses_and_not_to_what_ours_hides():
    """Service b has 44 children, of whom 4 without; by agency no number is small."""
    table = TABLES["two ways"]
    sizes = {(0, 0): 60, (1, 0): 50, (0, 1): 40, (1, 1): 4, (0, 2): 70, (1, 2): 50}
    drawn = [place for place, size in sizes.items() for _ in range(size)]
    events = [(n, -1, n % 7, outcome, service, n % 2) for n, (outcome, service) in enumerate(drawn)]
    unsafe, frame = tabulate(table, events), frame_of_events(table, events)
    by = session()
    by.suppress = True

    services = by.crosstab(frame["service"], frame["outcome"], margins=True)
    agencies = by.crosstab(frame["agency"], frame["outcome"], margins=True)
    ours = Attacker(table, protect([unsafe], Rules(), "1.0").tables[0].answer, Rules())

    assert math.isnan(services.loc["b", "no"])
    assert agencies.loc["All", "no"] - services.loc["All", "no"] == 4
    low, high = ours.interval([("service", "b", "no")])
    assert low <= 0
    assert high >= 9
