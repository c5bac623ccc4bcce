"""Ours beside cell-key-perturbation 3.1.0: on the same rows, thresholds and base of rounding.

What was found of it:

- It compares the figure *after* perturbation with the threshold. With the table of perturbations
  that it ships (10 and 5) that is the same as comparing the count; with one that adds noise, cells
  of fewer than ten records are published, and cells of ten are not.
- Where it publishes by that table, its figure is the one that ours shows.
- It looks at a cell alone: not at the rest of its row, nor at margins, nor at who is behind it.
- A cell that is empty is suppressed if its row and its outcome occur elsewhere; otherwise it is not
  listed, which tells that it is empty. Ours lists everything that is declared.
- The same records always get the same figure. So if two questions differ by one child and any
  figure differs, the child is found out, whatever the noise. Ours protects tables that are tied
  together: what lies between them stays as open as any small number, mostly because the second
  table is withheld.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

pytest.importorskip(
    "cell_key_perturbation",
    reason="cell-key perturbation has an environment of its own: tox -e oracle-ckp",
)

from oracles.by_ckp import ROUNDING, Published, frame_of_events, noise, publish
from oracles.microdata import CASES, Case, keys, random_events, shown
from oversight_agent.disclosure import Tie, protect
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from support.attacker import Attacker, Key
from support.exact_tables import CHILD, NEXT_QUARTER, SERVICES, Event, base_table, tabulate
from support.intervals import intervals
from support.linked_attacker import LinkedAttacker

TWO_WAYS = {**SERVICES, "agency": ("0", "1")}
TABLES = {
    "children": base_table(("yes", "no", "unknown"), subjects=(CHILD,)),
    "recording": base_table(("both", "part1_only", "neither", "unknown"), TWO_WAYS),
    "crossed": base_table(
        ("yes", "no"),
        TWO_WAYS,
        crossings={"service_agency": ("service", "agency")},
        subjects=(CHILD,),
    ),
}


@cache
def published(
    name: str, case: Case, threshold: int = 10
) -> tuple[UnsafeTable, dict[Key, Published]]:
    """The exact table, and what cell-key perturbation publishes of it."""
    table = TABLES[name]
    events = random_events(table, case)
    theirs = publish(table, frame_of_events(table, events), threshold=threshold)
    return tabulate(table, events), theirs


def escaped(name: str, rules: Rules, threshold: int) -> set[tuple[Case, Key]]:
    """What cell-key perturbation suppresses of all cases of a table, and ours shows."""
    found = set()
    for case in CASES:
        unsafe, theirs = published(name, case, threshold)
        suppressed = {key for key, each in theirs.items() if each.figure is None}
        assert suppressed <= keys(unsafe)
        ours = shown(protect([unsafe], rules, "1.0").tables[0].answer)
        found |= {(case, key) for key in suppressed & ours.keys()}
    return found


@pytest.mark.parametrize("threshold", [10, 15])
@pytest.mark.parametrize("name", TABLES)
def test_every_count_that_cell_key_perturbation_suppresses_is_hidden_by_ours(name, threshold):
    found = escaped(name, Rules(minimum_persons=threshold), threshold)

    assert found == set()


@pytest.mark.parametrize("name", TABLES)
def test_the_comparison_notices_a_threshold_that_is_lower_in_ours(name):
    found = escaped(name, Rules(), threshold=40)

    assert found


@pytest.mark.parametrize("name", TABLES)
def test_what_ours_shows_is_what_cell_key_perturbation_publishes_by_its_10_5_rule(name):
    compared = 0
    for case in CASES:
        unsafe, theirs = published(name, case)
        ours = shown(protect([unsafe], Rules(), "1.0").tables[0].answer)
        both = ours.keys() & theirs.keys()
        compared += len(both)

        assert {key: ours[key] for key in both} == {key: theirs[key].figure for key in both}
    assert compared > 20


@pytest.mark.parametrize("name", TABLES)
def test_every_interval_of_ours_holds_the_count_of_cell_key_perturbation(name):
    for case in CASES:
        unsafe, theirs = published(name, case)
        found = intervals([unsafe], protect([unsafe], Rules(), "1.0"), Rules())
        ours = {(dimension, *rest): each for (_, dimension, *rest), each in found.items()}

        assert theirs.keys() <= ours.keys()
        for key, each in theirs.items():
            low, high = ours[key]
            assert low <= each.count
            assert high is None or each.count <= high


def test_noise_lifts_cells_below_the_threshold_over_it_and_ours_hides_them():
    table = TABLES["crossed"]
    lifted = set()
    for case in CASES:
        events = random_events(table, case)
        theirs = publish(table, frame_of_events(table, events), noise())
        ours = shown(protect([tabulate(table, events)], Rules(), "1.0").tables[0].answer)

        small = {key for key, each in theirs.items() if each.figure and each.count < 10}

        assert not small & ours.keys()
        lifted |= {(case, key) for key in small}
    assert lifted


ASKED = base_table(("yes", "no"), subjects=(CHILD,))
CONTAINED = (Tie("contained", (0, 1)),)
CELL = ("service", "a", "yes")
SIZES = range(11, 31)


def isolating(size: int) -> list[Event]:
    """Children of whom so many are in one cell, and the first of these is asked about."""
    sizes = {(0, 0): size, (1, 0): 60, (0, 1): 70, (1, 1): 80, (0, 2): 90, (1, 2): 100}
    drawn = [place for place, number in sizes.items() for _ in range(number)]
    return [(n, -1, n % 7, *place) for n, place in enumerate(drawn)]


def between(wave: list[UnsafeTable], answers: list[TableAnswer]) -> tuple[float, float]:
    """The least and the most that the cell of the first table can have more than the second's."""
    if any(answer.status == "refused" for answer in answers):
        return 0, math.inf
    made = [
        Attacker(each.table, answer, Rules()) for each, answer in zip(wave, answers, strict=True)
    ]
    attacker = LinkedAttacker(made, [((0, key), (1, key), False) for key in made[0].keys])
    goal = np.zeros(len(attacker._index))
    goal[attacker._index[0, CELL]], goal[attacker._index[1, CELL]] = 1.0, -1.0
    return round(attacker._solve(goal), 6), round(-attacker._solve(-goal), 6)


@pytest.mark.parametrize("ptable", [ROUNDING, noise()], ids=["10-5", "noise"])
def test_two_questions_that_isolate_a_child_find_it_out_of_cell_key_perturbation(ptable):
    found_out = []
    for size in SIZES:
        frame = frame_of_events(ASKED, isolating(size))

        first, again, second = (
            publish(ASKED, one, ptable)[CELL].figure for one in (frame, frame, frame[1:])
        )

        assert first == again
        found_out.append(first != second)
    assert any(found_out)


def test_two_questions_that_isolate_a_child_do_not_find_it_out_of_ours_once_they_are_tied():
    apart, tied = [], []
    for size in SIZES:
        children = isolating(size)
        wave = [tabulate(ASKED, children, NEXT_QUARTER), tabulate(ASKED, children[1:])]

        alone = [protect([each], Rules(), "1.0").tables[0].answer for each in wave]
        joint = protect(wave, Rules(), "1.0", ties=CONTAINED)

        apart.append(between(wave, alone))
        tied.append(between(wave, [each.answer for each in joint.tables]))
    assert any(low > 0 for low, _ in apart)
    assert [each for each in tied if each[0] > 0 or each[1] < 9] == []
