"""The fewest suppressions, against every pattern there is."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from oversight_agent.disclosure import audit, needs, optimal, primary, secondary
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.joint import JointView
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from support.exact_tables import CHILD, base_table, from_counts

RULES = Rules()
MOST = 4
"""Figures that are hidden in addition in the tables tried here: all of so many are tried."""


def small_table(seed: int) -> UnsafeTable:
    """Two services and three outcomes, sparse."""
    source = random.Random(seed)
    table = base_table(("x", "y", "z"), {"service": ("a", "b")}, subjects=(CHILD,))
    counts = {(row,): [source.choice((0, 3, 8, 12, 20, 60)) for _ in range(3)] for row in range(2)}
    return from_counts(table, counts)


def draft(unsafe: UnsafeTable) -> tuple[JointView, list[int], tuple[needs.Need, ...]]:
    grid = Grid.of(unsafe)
    found = primary.suppress(grid, RULES)
    view = JointView.alone(View.of(grid, found.hidden, RULES))
    return view, list(grid.truths), found.needs


def added(view: JointView, smaller: JointView) -> int:
    return len(view.shown) - len(smaller.shown)


def fewest(view: JointView, truths: list[int], wanted: tuple[needs.Need, ...]) -> int | None:
    """How few figures have to be hidden; None if more than are tried."""
    for size in range(MOST + 1):
        for places in combinations(sorted(view.shown), size):
            if audit.is_safe(view.without(places), truths, wanted):
                return size
    return None


@pytest.mark.parametrize("seed", range(40))
def test_no_pattern_that_passes_the_audit_hides_fewer(seed: int):
    view, truths, wanted = draft(small_table(seed))

    found = secondary.extend(view, truths, wanted)

    least = fewest(view, truths, wanted)
    assert audit.is_safe(found, truths, wanted)
    assert added(view, found) == least if least is not None else added(view, found) > MOST


def test_the_heuristic_alone_does_not_always_find_it(monkeypatch: pytest.MonkeyPatch):
    drafts = [draft(from_counts(SQUARE, counts(seed, 4, 0.25))) for seed in range(16)]
    best = [added(one[0], secondary.extend(*one)) for one in drafts]

    monkeypatch.setattr(optimal, "improve", lambda _view, found, *_: found)
    alone = [added(one[0], secondary.extend(*one)) for one in drafts]

    assert all(one <= other for one, other in zip(best, alone, strict=True))
    assert sum(best) < sum(alone)


SQUARE = base_table(
    tuple(f"o{number}" for number in range(4)), {"service": tuple("abcd")}, subjects=(CHILD,)
)  # fmt: skip
LARGE = base_table(
    tuple(f"o{number}" for number in range(5)), {"service": tuple("abcdef")}, subjects=(CHILD,)
)  # fmt: skip


def counts(seed: int, size: int = 5, small: float = 0.12) -> dict[tuple[int, ...], list[int]]:
    """Rows of counts of which some are small."""
    source = random.Random(seed)
    return {
        (row,): [
            source.randint(0, 9) if source.random() < small else source.randint(12, 60)
            for _ in range(size)
        ]
        for row in range(size if size == 4 else 6)
    }


def test_a_budget_that_is_used_up_leaves_a_safe_pattern(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(optimal, "BUDGET", 1)
    view, truths, wanted = draft(from_counts(LARGE, counts(3)))

    found = secondary.extend(view, truths, wanted)

    assert audit.is_safe(found, truths, wanted)
    assert found.views != view.views or not added(view, found)


def test_the_same_table_gives_the_same_pattern():
    for seed in range(6):
        view, truths, wanted = draft(from_counts(LARGE, counts(seed)))

        one, other = (secondary.extend(view, truths, wanted) for _ in range(2))

        assert one.shown == other.shown
