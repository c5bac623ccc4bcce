"""Single stages, where the whole would hide what one of them does."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from oversight_agent.disclosure import PUBLIC, audit, primary, protect, secondary
from oversight_agent.disclosure import points as points_module
from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid, Scale, Shape
from oversight_agent.disclosure.joint import Joint, JointView
from oversight_agent.disclosure.knowledge import Knowledge
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.points import Points, pool_of
from oversight_agent.disclosure.solver import Program, Solver, UnsolvedError
from oversight_agent.disclosure.view import View
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from support.exact_tables import CHILD, SERVICES, base_table, from_counts, random_table
from support.one_by_one import month

RULES = Rules()
LINE = Shape(rows=1, outcomes=3, partitions=())
TOTAL, FIRST, SECOND, THIRD = (Figure(0, outcome) for outcome in (TOTAL_OF_ROW, 0, 1, 2))


def view(shown: dict[Figure, int], *, zeros: bool = False, base: int = 5) -> JointView:
    return JointView.alone(View(LINE, shown, base, 10, zeros))


def small(cell: Figure, truth: int, known: tuple[Figure, ...] = ()) -> Need:
    return Need((LINE.number(cell),), truth, 9, 0, frozenset(map(LINE.number, known)))


def found(seen: JointView, truths: list[int], need: Need) -> audit.Exposed | None:
    """What the attacker finds out of a quantity, if that is too much."""
    return audit.Audit(seen.joint, truths, [need]).attack(need, seen)


def test_a_hidden_total_hides_its_whole_row_and_no_other():
    unsafe = from_counts(base_table(subjects=(CHILD,)), {(s,): (40, 40, 40) for s in range(3)})
    few = dataclasses.replace(unsafe.rows[1].total, children=9)
    rows = (unsafe.rows[0], dataclasses.replace(unsafe.rows[1], total=few), *unsafe.rows[2:])
    grid = Grid.of(dataclasses.replace(unsafe, rows=rows))

    hidden = primary.suppress(grid, RULES).hidden

    assert hidden == {Figure(1, TOTAL_OF_ROW), *grid.shape.cells_of(1)}


def test_the_audit_finds_the_interval_that_subtraction_gives():
    shown = view({TOTAL: 150, FIRST: 50, SECOND: 100})

    exposed = found(shown, [152, 50, 100, 2], small(THIRD, 2))

    assert exposed
    assert (exposed.low, exposed.high) == (0, 6)


def test_the_audit_knows_that_the_rest_of_a_published_cell_is_not_small():
    need = small(SECOND, 9, known=(THIRD,))

    exposed = found(view({FIRST: 50}), [60, 50, 9, 1], need)
    with_zeros = found(view({FIRST: 50}, zeros=True), [60, 50, 9, 1], need)

    assert exposed
    assert exposed.low == 9
    assert with_zeros is None


def test_the_audit_knows_that_a_published_figure_is_not_small():
    shown = view({TOTAL: 20, FIRST: 10}, zeros=True)

    exposed = found(shown, [22, 10, 8, 4], Need((2, 3), 12, -1, 10, frozenset()))

    assert exposed
    assert (exposed.low, exposed.high) == (6, 12)


def test_the_audit_knows_that_a_published_zero_is_none():
    shown = view({TOTAL: 150, FIRST: 150, SECOND: 0}, zeros=True)

    exposed = found(shown, [151, 150, 0, 1], small(THIRD, 1))

    assert exposed
    assert (exposed.low, exposed.high) == (0, 4)


def test_the_audit_calls_safe_what_nothing_published_bounds():
    needs = [small(SECOND, 3), small(THIRD, 0), Need((1,), 50, -1, 10, frozenset())]

    assert audit.is_safe(view({}), [53, 50, 3, 0], needs)


def test_a_program_that_has_no_optimum_is_unsolved():
    program = Program()
    variable = program.variable()

    with pytest.raises(UnsolvedError):
        Solver(program).minimise({variable: -1.0}, program.bounds)


def test_what_the_solver_cannot_solve_counts_as_exposed(monkeypatch):
    def fail(*_):
        raise UnsolvedError

    monkeypatch.setattr(Solver, "minimise", fail)

    assert not audit.is_safe(view({}), [53, 50, 3, 0], [small(SECOND, 3)])


def test_a_solver_that_met_an_impossible_program_goes_on_with_the_next():
    program = Program()
    variable = program.variable(1, 5)
    program.require({variable: 1.0}, high=3)
    solver, possible = Solver(program), program.bounds
    impossible = dataclasses.replace(possible, most=np.array([0.0]))

    with pytest.raises(UnsolvedError):
        solver.minimise({variable: -1.0}, impossible)

    assert list(solver.minimise({variable: -1.0}, possible)) == [3]
    assert list(solver.minimise({variable: 1.0}, possible)) == [1]


def test_the_solver_writes_nothing_where_a_worker_writes_its_result():
    script = (
        "from oversight_agent.disclosure.solver import Program, Solver\n"
        "program = Program()\n"
        "variable = program.variable(1, 5)\n"
        "program.require({variable: 1.0}, high=3)\n"
        "Solver(program).minimise({variable: 1.0}, program.bounds)\n"
    )

    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)

    assert (done.stdout, done.stderr) == (b"", b"")


def points(truths: list[int], *needs: Need) -> tuple[Points, Knowledge]:
    pool = pool_of(Joint([LINE]))
    return Points(pool, np.array(truths, dtype=float), needs), pool.knowledge


def test_a_point_counts_for_a_view_only_if_it_keeps_all_that_is_known_of_it():
    found, knowledge = points([152, 50, 100, 2], small(THIRD, 2))
    found.learn(np.array([152.0, 48.0, 98.0, 6.0]))
    found.learn(np.array([152.0, 43.0, 100.0, 9.0]))
    found.learn(np.array([152.0, 50.0, 100.0, 12.0]))

    intervals = []
    for shown in ({TOTAL: 150, FIRST: 50}, {TOTAL: 150}, {TOTAL: 150, FIRST: 50, SECOND: 100}):
        found.look(knowledge.bounds(view(shown)))
        intervals.append(found.interval(0))

    assert intervals == [(2, 6), (2, 9), (2, 6)]


def test_a_point_for_which_there_is_no_room_counts_for_the_view_that_it_was_found_for(monkeypatch):
    monkeypatch.setattr(points_module, "ROOM", 0)
    found, knowledge = points([152, 50, 100, 2], small(THIRD, 2))
    wide, narrow = (knowledge.bounds(view(each)) for each in ({}, {TOTAL: 150, FIRST: 50}))

    found.look(wide)
    found.learn(np.array([152.0, 43.0, 100.0, 9.0]))
    intervals = [found.interval(0)]
    for bounds in (narrow, wide):
        found.look(bounds)
        intervals.append(found.interval(0))

    assert intervals == [(2, 9), (2, 2), (2, 2)]


def test_a_point_counts_only_for_those_whose_own_knowledge_it_keeps():
    found, knowledge = points([60, 50, 9, 1], small(SECOND, 9), small(SECOND, 9, known=(THIRD,)))
    found.look(knowledge.bounds(view({})))

    found.learn(np.array([60.0, 50.0, 5.0, 5.0]))
    found.learn(np.array([62.0, 50.0, 11.0, 1.0]))

    assert [found.interval(0), found.interval(1)] == [(5, 11), (9, 11)]


def test_knowledge_that_is_not_true_is_a_mistake_of_the_program():
    found, knowledge = points([60, 50, 9, 1])

    with pytest.raises(ValueError, match="not true"):
        found.look(knowledge.bounds(view({FIRST: 100})))


@pytest.mark.parametrize(("zeros", "least"), [(False, 1), (True, 0)])
def test_a_published_sum_is_not_nothing_unless_zeros_may_be_shown(zeros, least):
    shape = Shape(rows=1, outcomes=1, partitions=(), scales=(Scale(one=100, ceiling=500),))
    shown = View(shape, {TOTAL: 20, FIRST: 0}, 5, 10, zeros)

    assert shown.bounds(FIRST) == (least, 249)
    assert shown.bounds(TOTAL) == (18, 22)


@pytest.mark.parametrize("seed", range(6))
def test_no_figure_that_the_secondary_stage_hid_can_be_shown_again(seed):
    table = base_table(("both", "part1_only", "neither"), {**SERVICES, "agency": ("0", "1")})
    grid = Grid.of(random_table(table, seed, 400))
    found = primary.suppress(grid, RULES)
    draft = JointView.alone(View.of(grid, found.hidden, RULES))
    truths = grid.truths

    final = secondary.extend(draft, truths, found.needs)

    added = set(draft.shown) - set(final.shown)
    assert audit.is_safe(final, truths, found.needs)
    assert not any(
        audit.is_safe(draft.without(added - {figure}), truths, found.needs) for figure in added
    )


def test_the_dearest_figures_are_the_whole_authority_then_totals_whatever_they_count():
    grid = Grid.of(from_counts(base_table(), {(s,): (400 - s, 60, 80) for s in range(3)}))
    shown = JointView.alone(View.of(grid, (), RULES))
    by_cost = [
        place.figure for place in sorted(shown.shown, key=lambda one: -secondary.cost(shown, one))
    ]

    whole_total, *cells = [figure for figure in by_cost if figure.row == 0]

    assert whole_total.is_total
    assert by_cost[:4] == [whole_total, *cells]
    assert all(figure.is_total for figure in by_cost[4:7])


@pytest.mark.parametrize("key", [PUBLIC, b"s" * 32])
def test_which_partner_is_hidden_does_not_depend_on_what_it_counts(key):
    table = base_table(("a", "b", "c", "d"), {}, subjects=(CHILD,))
    lines = [(2, 20, 30, 400), (2, 400, 20, 30), (2, 30, 400, 20), (0, 25, 25, 25)]

    answers = [
        protect([from_counts(table, {(): line})], RULES, "1.0", key=key).tables[0].answer
        for line in lines
    ]

    assert len({patterns(one) for one in answers}) == 1


def test_another_secret_or_period_hides_another_partner():
    unsafe = from_counts(base_table(tuple("abcd"), {}, subjects=(CHILD,)), {(): (2, 30, 30, 30)})
    later = dataclasses.replace(unsafe, period=month(2))

    found = {
        patterns(protect([one], RULES, "1.0", key=bytes([key]) * 32).tables[0].answer)
        for one in (unsafe, later) for key in range(8)
    }  # fmt: skip

    assert len(found) == 3
    assert all(sum(line) == 2 for line in found)


def patterns(answer: TableAnswer) -> tuple[bool, ...]:
    """Which figures of the whole authority are hidden."""
    return tuple(cell.value is None for cell in answer.rows[0].figures)
