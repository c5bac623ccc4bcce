"""The fewest suppressions, beside enumeration of every pattern and the heuristic alone."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

import numpy as np
import pytest

from oversight_agent.disclosure import audit, optimal, primary, secondary
from oversight_agent.disclosure.audit import Audit
from oversight_agent.disclosure.covers import Budget, Covers
from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid, Shape
from oversight_agent.disclosure.following import Following
from oversight_agent.disclosure.joint import Joint, JointView, Place, Relation
from oversight_agent.disclosure.knowledge import Yielding
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.preference import by_place
from oversight_agent.disclosure.solver import Solver, UnsolvedError
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from support.exact_tables import (
    CHILD,
    OUTCOMES,
    SERVICES,
    base_table,
    magnitude_table,
    random_sums,
    random_table,
)

RULES = Rules()
TWO_WAYS = {**SERVICES, "agency": ("0", "1")}


@dataclass(frozen=True)
class Draft:
    """What stages 1 and 2 would publish, and what must stay hidden."""

    view: JointView
    truths: tuple[int, ...]
    needs: tuple[Need, ...]

    @classmethod
    def of(cls, unsafe: UnsafeTable, rules: Rules = RULES) -> Draft:
        grid = Grid.of(unsafe)
        found = primary.suppress(grid, rules)
        view = JointView.alone(View.of(grid, found.hidden, rules))
        return cls(view, grid.truths, found.needs)

    def exactly_published(self) -> Draft:
        """The same without rounding, where more has to be hidden."""
        (seen,) = self.view.views
        shown = {
            figure: self.truths[self.view.joint.number(Place(0, figure))] for figure in seen.shown
        }
        return replace(self, view=JointView.alone(replace(seen, shown=shown, base=1)))

    def extended(self) -> JointView:
        return secondary.extend(self.view, self.truths, self.needs)

    def added(self, view: JointView) -> set[Place]:
        return set(self.view.shown) - set(view.shown)

    def is_safe(self, view: JointView) -> bool:
        return audit.is_safe(view, self.truths, self.needs)


def counts(
    seed: int, events: int = 200, dimensions: Mapping[str, Sequence[str]] = SERVICES
) -> Draft:
    return Draft.of(random_table(base_table(dimensions=dimensions), seed, events))


def weight_of(draft: Draft, view: JointView) -> float:
    """How many figures a view hides besides, those of the whole authority weighing more."""
    return sum(optimal.weight(draft.view, draft.view.leader(place)) for place in draft.added(view))


def cost_of(draft: Draft, view: JointView) -> float:
    gone = {draft.view.leader(place) for place in draft.added(view)}
    return sum(secondary.cost(draft.view, place) for place in gone)


def safe_patterns(draft: Draft, weight: float) -> Iterator[JointView]:
    """Every safe pattern of a weight, by enumeration."""
    weights = dict.fromkeys(Yielding(draft.view).slacks, 0.0)
    for place in draft.view.shown:
        if (leader := draft.view.leader(place)) in weights:
            weights[leader] += optimal.weight(draft.view, leader)
    attacker = Audit(draft.view.joint, draft.truths, draft.needs)
    most = int(weight / min(weights.values()))
    for chosen in chain.from_iterable(combinations(weights, n) for n in range(most + 1)):
        if sum(weights[place] for place in chosen) == weight:
            view = draft.view.without(chosen)
            if next(attacker.exposed(view), None) is None:
                yield view


def assert_is_the_best(draft: Draft) -> float:
    """What the figures that were hidden besides weigh; no pattern weighs less, or costs less then.

    Hiding more keeps a pattern safe. So none that weighs less has to be tried but the next ones.
    """
    found = draft.extended()
    weight, (seen,) = weight_of(draft, found), draft.view.views
    assert draft.is_safe(found)
    if weight:
        assert not list(safe_patterns(draft, weight - len(seen.shape.scales) - 1))
        others = [cost_of(draft, view) for view in safe_patterns(draft, weight)]
        assert cost_of(draft, found) <= min(others) + optimal.GAP_OF_COST
    return weight


def by_heuristic_alone(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> JointView:
    with monkeypatch.context() as patched:
        patched.setattr(optimal, "BUDGET", 0)
        return draft.extended()


def test_no_pattern_of_a_table_hides_less_or_as_little_at_less_cost():
    found = [assert_is_the_best(counts(seed)) for seed in range(20)]

    assert max(found) > 1


def test_no_pattern_of_exact_figures_hides_less():
    found = [assert_is_the_best(counts(seed).exactly_published()) for seed in range(12)]

    assert max(found) > 2


def test_no_pattern_of_rows_with_sums_hides_less():
    table = magnitude_table(dimensions={"service": ("a", "b", "c", "d"), "agency": ("0", "1")})

    found = [assert_is_the_best(Draft.of(random_sums(table, seed, 90)[0])) for seed in range(20)]

    assert max(found) > 0


def test_the_heuristic_never_hides_less_and_sometimes_more(monkeypatch):
    better = []
    for seed in range(12):
        draft = counts(seed, 300, TWO_WAYS).exactly_published()
        alone, found = by_heuristic_alone(draft, monkeypatch), draft.extended()
        better.append(weight_of(draft, alone) - weight_of(draft, found))

    assert min(better) >= 0
    assert max(better) > 0


def test_the_same_numbers_give_the_same_pattern():
    drafts = [counts(seed, 200, TWO_WAYS).exactly_published() for seed in (3, 3)]

    first, second = (draft.added(draft.extended()) for draft in drafts)

    assert first == second
    assert first


@pytest.mark.parametrize("budget", [0, 1, 3_000, 10_000, 30_000, 100_000])
def test_whatever_the_budget_the_pattern_is_safe_and_no_worse_than_the_heuristics(
    budget, monkeypatch
):
    draft = counts(3, 200, TWO_WAYS).exactly_published()
    alone = by_heuristic_alone(draft, monkeypatch)

    monkeypatch.setattr(optimal, "BUDGET", budget)
    found = draft.extended()

    assert draft.is_safe(found)
    assert weight_of(draft, found) <= weight_of(draft, alone)


def test_a_component_too_large_for_the_budget_is_left_to_the_heuristic(monkeypatch):
    draft = counts(3, 200, TWO_WAYS).exactly_published()
    alone = by_heuristic_alone(draft, monkeypatch)

    monkeypatch.setattr(optimal, "LEAST_SEARCHES", 10**9)

    assert draft.extended() == alone


def test_what_the_audit_does_not_pass_does_not_replace_what_it_passes(monkeypatch):
    draft = counts(3, 200, TWO_WAYS).exactly_published()
    alone = by_heuristic_alone(draft, monkeypatch)

    monkeypatch.setattr(optimal, "improve", lambda view, *_: view)

    assert draft.extended() == alone


def test_a_solver_that_fails_leaves_the_heuristics_pattern(monkeypatch):
    draft = counts(3, 200, TWO_WAYS).exactly_published()
    alone = by_heuristic_alone(draft, monkeypatch)

    def fail(*_: object) -> None:
        raise UnsolvedError

    monkeypatch.setattr("oversight_agent.disclosure.master.Master.whole", fail)

    assert draft.extended() == alone


LINE = Shape(rows=1, outcomes=3, partitions=())
TOTAL, FIRST, SECOND, THIRD = (Figure(0, outcome) for outcome in (TOTAL_OF_ROW, 0, 1, 2))


def covers(
    views: Sequence[View], joint: Joint, truths: Sequence[int], needs: Sequence[Need]
) -> tuple[list[Place], Covers]:
    shown = JointView(joint, tuple(views))
    places = sorted(Yielding(shown).slacks)
    return places, Covers(shown, places, truths, needs, Budget(10**9))


def test_the_figures_that_give_a_cell_away_are_a_cover_until_one_of_them_is_hidden():
    seen = View(LINE, {TOTAL: 150, FIRST: 50, SECOND: 100}, 5, 10, zeros=False)
    need = Need((LINE.number(THIRD),), 2, 9, 0, frozenset())
    places, found = covers([seen], Joint([LINE]), [152, 50, 100, 2], [need])

    at_first = found.of(np.zeros(3))
    later = [found.of(np.eye(3)[number]) for number in range(3)]

    assert at_first == {0: [frozenset(range(3))]}
    assert {place.figure for place in places} == {TOTAL, FIRST, SECOND}
    assert later == [{}, {}, {}]


def test_figures_that_are_hidden_in_part_are_a_cover_only_if_less_than_one_is_hidden():
    seen = View(LINE, {TOTAL: 150, FIRST: 50, SECOND: 100}, 5, 10, zeros=False)
    need = Need((LINE.number(THIRD),), 2, 9, 0, frozenset())
    _, found = covers([seen], Joint([LINE]), [152, 50, 100, 2], [need])

    assert found.of(np.full(3, 0.3)) == {0: [frozenset(range(3))]}
    assert found.of(np.full(3, 0.34)) == {}


def test_a_figure_that_an_interval_is_too_narrow_for_is_covered_from_both_ends():
    seen = View(LINE, {TOTAL: 150, FIRST: 50, SECOND: 80}, 5, 10, zeros=False)
    need = Need((LINE.number(THIRD),), 20, -1, 20, frozenset())
    _, found = covers([seen], Joint([LINE]), [150, 50, 80, 20], [need])

    assert found.of(np.zeros(3)) == {0: [frozenset(range(3))]}


def test_nothing_of_a_table_released_before_is_in_a_cover():
    shown = View(LINE, {TOTAL: 150, FIRST: 50, SECOND: 100}, 5, 10, zeros=False)
    joint = Joint(
        [LINE, LINE],
        [Relation(((Place(0, TOTAL), 1.0), (Place(1, TOTAL), -1.0)), 0, 0)],
        fixed=[1],
    )
    need = Need((LINE.number(THIRD),), 2, 9, 0, frozenset())
    places, found = covers([shown, shown], joint, [152, 50, 100, 2] * 2, [need])

    cells = [Place(0, FIRST), Place(0, SECOND)]
    ((cover,),) = found.of(np.zeros(len(places))).values()

    assert {place.table for place in places} == {0}
    assert {places[number].figure for number in cover} >= {FIRST, SECOND}
    # The other table tells the total, too: hiding it alone does not help.
    hidden = np.array([float(place.figure == TOTAL) for place in places])
    assert found.of(hidden) == {0: [frozenset(map(places.index, cells))]}


def test_a_search_that_is_not_paid_for_is_not_made(monkeypatch):
    seen = View(LINE, {TOTAL: 150, FIRST: 50, SECOND: 100}, 5, 10, zeros=False)
    need = Need((LINE.number(THIRD),), 2, 9, 0, frozenset())

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Solver, "minimise", fail)

    with pytest.raises(UnsolvedError):
        Covers(JointView.alone(seen), [Place(0, TOTAL)], [152, 50, 100, 2], [need], Budget(0))


def with_their_own_needs(draft: Draft, grid: Grid) -> tuple[JointView, Following]:
    """What is found where patterns leave needs of their own; and these."""
    nothing = draft.view.without(draft.view.shown)
    following = Following([grid], [RULES], 1, draft.truths, draft.needs, nothing)
    found = secondary.extend(draft.view, draft.truths, draft.needs, by_place, following)
    return found, Following([grid], [RULES], 1, draft.truths, draft.needs, nothing)


@pytest.mark.parametrize("seed", range(60))
def test_no_pattern_that_meets_its_own_needs_hides_less(seed: int):
    source = random.Random(seed)
    table = base_table(
        OUTCOMES[: source.choice((2, 3))],
        source.choice([{}, {"service": ("a", "b")}, {"service": ("a", "b", "c")}]),
        subjects=(CHILD,),
    )
    unsafe = random_table(table, seed, source.randint(15, 150))
    draft, grid = Draft.of(unsafe), Grid.of(unsafe)

    found, following = with_their_own_needs(draft, grid)

    assert draft.is_safe(found)
    assert not any(following.exposed(found))
    for weight in range(int(weight_of(draft, found))):
        for view in safe_patterns(draft, weight) if draft.needs else [draft.view]:
            assert any(following.exposed(view))
