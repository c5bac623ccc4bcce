"""What is plain without a solution is never more than a solution tells."""

from __future__ import annotations

import random
from unittest import mock

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from oversight_agent.disclosure import audit, needs, primary
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.joint import JointView, Place
from oversight_agent.disclosure.knowledge import Knowledge
from oversight_agent.disclosure.solver import Program, Solver, UnsolvedError
from oversight_agent.disclosure.tightening import Plain, Tightening
from oversight_agent.disclosure.view import View
from oversight_protocol.policy import Rules
from support.exact_tables import CHILDREN, FTE, base_table, magnitude_table, random_table, sum_up

RULES = Rules()
SERVICES = {"service": ("a", "b", "c"), "agency": ("0", "1")}


def test_a_sum_and_its_terms_bound_each_other():
    program = Program()
    total, one, other = (program.variable(low, high) for low, high in ((18, 22), (0, 5), (0, 40)))
    program.require({one: 1.0, other: 1.0, total: -1.0}, 0, 0)

    lows, highs = Tightening(program).of(program.bounds)

    assert np.allclose(lows, [18, 0, 13], atol=1e-3)
    assert np.allclose(highs, [22, 5, 22], atol=1e-3)


def test_what_nothing_bounds_stays_endless():
    program = Program()
    one, other = program.variable(), program.variable()
    program.require({one: 1.0, other: -2.0}, 0)

    lows, highs = Tightening(program).of(program.bounds)

    assert np.allclose(lows, [0, 0], atol=1e-3)
    assert np.isinf(highs).all()


def exact(seed: int, *, sums: bool) -> Grid:
    """A random table."""
    source = random.Random(seed)
    if not sums:
        return Grid.of(random_table(base_table(("x", "y", "z"), SERVICES), seed, 300))
    persons = [
        (n % 5, (source.randrange(3), source.randrange(2)), (source.randint(0, 30), 100))
        for n in range(source.randint(20, 120))
    ]
    return Grid.of(sum_up(magnitude_table([CHILDREN, FTE], SERVICES), persons))


def seen(grid: Grid, source: random.Random) -> JointView:
    """A view of it in which more figures are hidden than break a rule."""
    more = {figure for figure in grid.shape.figures() if source.random() < 0.3}
    view = JointView.alone(View.of(grid, primary.suppress(grid, RULES).hidden, RULES))
    return view.without(Place(0, figure) for figure in more)


def ends(knowledge: Knowledge, view: JointView, parts: tuple[int, ...]) -> list[float]:
    """The least and the largest of a sum of figures, as a solution tells."""
    found = []
    for sign in (1.0, -1.0):
        try:
            point = Solver(knowledge.program).minimise(
                dict.fromkeys(parts, sign), knowledge.bounds(view)
            )
            found.append(float(point[[*parts]].sum()))
        except UnsolvedError:
            found.append(-sign * np.inf)
    return found


@given(st.integers(0, 10**6), st.booleans())
def test_no_figure_is_bounded_more_closely_than_by_a_solution(seed: int, sums: bool):
    grid = exact(seed, sums=sums)
    view = seen(grid, random.Random(seed))
    knowledge = Knowledge(view.joint)

    lows, highs = Tightening(knowledge.program).of(knowledge.bounds(view))

    for number in random.Random(seed).sample(range(view.joint.size), 8):
        low, high = ends(knowledge, view, (number,))
        assert lows[number] <= low + 1e-6
        assert highs[number] >= high - 1e-6


@example(seed=142)  # the solver gives up where it goes on from the last solution
@given(st.integers(0, 10**6))
def test_the_audit_finds_the_same_as_one_to_whom_nothing_is_plain(seed: int):
    grid = exact(seed, sums=False)
    view = seen(grid, random.Random(seed))
    possible = [need for _, few in needs.of_possible(grid, RULES) for need in few]
    wanted = [*primary.suppress(grid, RULES).needs, *possible]

    found = audit.exposed(view, grid.truths, wanted)
    with mock.patch.object(Plain, "interval", return_value=(-np.inf, np.inf)):
        slowly = audit.exposed(view, grid.truths, wanted)

    assert found == slowly
