"""What the history says of a new table: ties to released ones, and figures that are too close."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversight_agent import disclosure
from oversight_agent.disclosure import Tie
from oversight_agent.history.stage import judge, withheld
from oversight_protocol.errors import Family
from oversight_protocol.study import Link
from support.exact_tables import CHILD, NEXT_QUARTER, QUARTER, base_table
from support.histories import (
    RULES,
    VERSION,
    Row,
    children_table,
    counted,
    days,
    history,
    memory,
    new,
    rows,
)

HALF_YEAR = days("2026H1", "2026-01-01", "2026-06-30")
LATER_HALF = days("2026later", "2026-02-01", "2026-07-31")
TABLE = children_table()
PLAIN = new(TABLE, QUARTER, rows(range(60), range(100, 180)))


def test_a_first_table_is_kept_and_tied_to_nothing(tmp_path: Path):
    found = judge(history(tmp_path), [PLAIN], RULES)

    assert (found.kept, found.past, found.ties, found.found) == ((0,), (), (), ())


def test_another_quarter_of_other_children_passes(tmp_path: Path):
    later = new(TABLE, NEXT_QUARTER, rows(range(200, 260), range(300, 380)))

    found = judge(history(tmp_path, PLAIN), [later], RULES)

    assert (found.kept, found.ties) == ((0,), ())


def test_growth_by_a_few_children_withholds_the_whole_table(tmp_path: Path):
    grown = new(TABLE, NEXT_QUARTER, rows(range(63), range(100, 180)))

    found = judge(history(tmp_path, PLAIN), [grown], RULES)

    assert found.kept == ()
    assert {(each.other, each.kind) for each in found.why(0)} == {(1, "contained")}


def test_growth_by_ten_children_passes(tmp_path: Path):
    table = children_table(dimensions={})
    before = new(table, QUARTER, rows(range(60), range(100, 180)))
    grown = new(table, NEXT_QUARTER, rows(range(70), range(100, 190)))

    found = judge(history(tmp_path, before), [grown], RULES)

    assert found.kept == (0,)


def test_outcomes_together_that_are_too_close_to_another_figure_are_not_shown_together(
    tmp_path: Path,
):
    """Nobody's cells are, but the two outcomes together are 57 of the 60 who were counted."""
    codes, merges = ("yes", "maybe", "no", "unknown"), {"any": ("yes", "maybe")}
    merging = base_table(codes, {}, name="other", subjects=(CHILD,), merges=merges)
    found = [
        *(Row(child, "yes") for child in range(50)),
        *(Row(child, "maybe") for child in range(50, 57)),
        *(Row(child, "no") for child in range(300, 400)),
        *(Row(child, "unknown") for child in range(500, 540)),
    ]
    close, apart = (
        new(merging, QUARTER, [row._replace(child=row.child + more) for row in found])
        for more in (0, 30)
    )
    before = new(children_table(dimensions={}), QUARTER, rows(range(60), range(100, 180)))
    told = history(tmp_path, before)

    one, other = (judge(told, [each], RULES) for each in (close, apart))

    assert (one.kept, one.unmerged) == ((0,), {0})
    assert (other.kept, other.unmerged) == ((0,), frozenset())


def test_the_same_children_again_in_another_table_pass(tmp_path: Path):
    other = new(children_table("other"), QUARTER, rows(range(60), range(100, 180)))

    found = judge(history(tmp_path, PLAIN), [other], RULES)

    assert found.kept == (0,)


def test_a_padded_set_in_another_table_is_withheld_unless_a_link_ties_them(tmp_path: Path):
    padded = new(children_table("other"), QUARTER, rows(range(60), range(100, 183)))
    link = Link(kind="contained", tables=("other", "open_children"), reason="a wider population")
    told = history(tmp_path, PLAIN)

    alone, tied = judge(told, [padded], RULES), judge(told, [padded], RULES, [link])

    assert alone.kept == ()
    assert tied.kept == (0,)
    assert tied.ties[0] == Tie("contained", (0, 1))
    # The link says nothing of who is in which outcome: the data does.
    outcomes = {part.outcome for tie in tied.ties[1:] for part in tie.figures}
    assert {(tie.kind, tie.tables) for tie in tied.ties[1:]} == {("close", (0, 1))}
    assert outcomes == {"yes", "no"}


def test_the_rest_of_a_row_is_compared_as_well(tmp_path: Path):
    table = children_table("three", dimensions={})
    three = table.model_copy(update={"outcomes": (*table.outcomes, table.outcomes[0].model_copy(
        update={"code": "unknown"}))})  # fmt: skip
    before = new(three, QUARTER, [*rows(range(60), range(100, 180)), *(
        row._replace(outcome="unknown") for row in rows(range(300, 340), ()))])  # fmt: skip
    # Everybody but those with "yes", and two more: no single figure holds just these.
    padded = new(
        children_table("other", dimensions={}), NEXT_QUARTER,
        rows([*range(100, 180), *range(300, 342)], range(500, 560)),
    )  # fmt: skip

    found = judge(history(tmp_path, before), [padded], RULES)

    assert found.kept == ()


def test_hidden_figures_are_close_to_nothing(tmp_path: Path):
    few = children_table("few", dimensions={})
    before = new(few, QUARTER, rows(range(5), range(100, 180)))
    after = new(few, NEXT_QUARTER, rows(range(8), range(200, 280)))

    found = judge(history(tmp_path, before), [after], RULES)

    assert found.kept == (0,)


def test_what_was_withheld_is_close_to_nothing(tmp_path: Path):
    told = history(tmp_path)
    told.add([memory(PLAIN, withheld=True)], "t1", "2026-04-02T09:00:00Z")
    grown = new(TABLE, NEXT_QUARTER, rows(range(63), range(100, 180)))

    found = judge(told, [grown], RULES)

    assert (found.kept, found.past) == ((0,), ())


def test_new_tables_that_are_close_to_each_other_are_tied_in_any_order(
    tmp_path: Path,
):
    close = new(children_table("other"), QUARTER, rows(range(60), range(100, 183)))
    apart = new(children_table("apart"), QUARTER, rows(range(500, 560), range(600, 680)))
    told = history(tmp_path)

    forwards = judge(told, [PLAIN, close, apart], RULES)
    backwards = judge(told, [apart, close, PLAIN], RULES)

    assert (forwards.kept, backwards.kept) == ((0, 1, 2), (0, 1, 2))
    assert {(tie.kind, tie.tables) for tie in forwards.ties} == {("close", (1, 0))}
    assert {(tie.kind, tie.tables) for tie in backwards.ties} == {("close", (1, 2))}
    assert {tie.figures for tie in forwards.ties} == {tie.figures for tie in backwards.ties}


def test_a_new_table_stays_that_is_close_only_to_one_which_the_past_rules_out(tmp_path: Path):
    one, other = children_table(dimensions={}), children_table("other", dimensions={})
    before = new(one, QUARTER, rows(range(60), range(100, 180)))
    grown = new(one, NEXT_QUARTER, rows(range(63), range(100, 192)))
    beside = new(other, NEXT_QUARTER, rows(range(500, 560), range(100, 196)))

    with_past = judge(history(tmp_path / "a", before), [grown, beside], RULES)
    without = judge(history(tmp_path / "b"), [grown, beside], RULES)

    assert (with_past.kept, with_past.ties) == ((1,), ())
    assert without.kept == (0, 1)
    assert {(tie.kind, tie.tables) for tie in without.ties} == {("close", (1, 0))}


def test_quarters_within_a_half_year_are_tied_and_make_it_up(tmp_path: Path):
    first, second = rows(range(60), range(100, 180)), rows(range(200, 260), range(300, 380))
    told = history(tmp_path, new(TABLE, QUARTER, first), new(TABLE, NEXT_QUARTER, second))

    found = judge(told, [new(TABLE, HALF_YEAR, first + second)], RULES)

    assert found.kept == (0,)
    assert set(found.ties) == {
        Tie("contained", (0, 1)), Tie("contained", (0, 2)), Tie("partition", (0, 1, 2)),
    }  # fmt: skip


def test_the_last_quarter_of_a_half_year_is_tied_to_its_other_quarter_as_well(tmp_path: Path):
    first, second = rows(range(60), range(100, 180)), rows(range(200, 260), range(300, 380))
    told = history(tmp_path, new(TABLE, HALF_YEAR, first + second), new(TABLE, QUARTER, first))

    found = judge(told, [new(TABLE, NEXT_QUARTER, second)], RULES)

    assert [each.entry.number for each in found.recalled] == [1, 2]
    assert Tie("partition", (1, 2, 0)) in found.ties


def test_the_same_days_once_more_are_the_same_table_again(tmp_path: Path):
    corrected = new(TABLE, QUARTER, rows(range(70), range(100, 180)))

    found = judge(history(tmp_path, PLAIN), [corrected], RULES)

    assert found.ties == (Tie("again", (0, 1)),)
    assert found.kept == (0,)


def test_the_same_days_in_another_definition_are_compared_as_well(tmp_path: Path):
    recoded = TABLE.model_copy(update={"sql": "SELECT 2"})
    padded = new(recoded, QUARTER, rows(range(63), range(100, 180)))

    found = judge(history(tmp_path, PLAIN), [padded], RULES)

    assert found.kept == (0,)
    assert {(tie.kind, tie.tables) for tie in found.ties} == {("again", (0, 1)), ("close", (0, 1))}


def test_periods_that_overlap_are_withheld_where_a_few_children_are_in_one_alone(tmp_path: Path):
    before = new(TABLE, HALF_YEAR, rows(range(60), range(100, 180)))
    after = new(TABLE, LATER_HALF, rows(range(2, 62), range(100, 180)))

    found = judge(history(tmp_path, before), [after], RULES)

    assert found.kept == ()
    assert {each.kind for each in found.found} == {"overlap"}


def test_growth_from_a_quarter_withholds_though_a_half_year_around_both_is_known(tmp_path: Path):
    grown = rows(range(63), range(100, 180))
    told = history(tmp_path, PLAIN, new(TABLE, HALF_YEAR, grown))

    found = judge(told, [new(TABLE, NEXT_QUARTER, grown)], RULES)

    # The released quarter is recalled beside the half-year; no tie says how the two quarters lie.
    assert len(found.recalled) == 2
    assert found.kept == ()


def test_periods_that_overlap_pass_where_many_children_are_in_one_alone(tmp_path: Path):
    before = new(TABLE, HALF_YEAR, rows(range(60), range(100, 180)))
    after = new(TABLE, LATER_HALF, rows(range(40, 100), range(140, 240)))

    found = judge(history(tmp_path, before), [after], RULES)

    assert (found.kept, found.ties) == ((0,), ())


@pytest.mark.parametrize("which", ["the new one", "the old one"])
def test_periods_that_overlap_are_withheld_where_only_counts_are_known(which: str, tmp_path: Path):
    before = new(TABLE, HALF_YEAR, rows(range(60), range(100, 180)))
    after = new(TABLE, LATER_HALF, rows(range(200, 260), range(300, 380)))
    told = history(tmp_path, counted(before) if which == "the old one" else before)

    found = judge(told, [counted(after) if which == "the new one" else after], RULES)

    assert [each.kind for each in found.found] == ["uncounted"]


def test_what_is_tied_is_protected_beside_what_was_released(tmp_path: Path):
    told = history(tmp_path, PLAIN)
    corrected = new(TABLE, QUARTER, rows(range(64), range(100, 180)))
    found = judge(told, [corrected], RULES)

    done = disclosure.protect([corrected.unsafe], RULES, VERSION, ties=found.ties, past=found.past)
    alone = disclosure.protect([corrected.unsafe], RULES, VERSION)

    assert found.past[0].unsafe.rows == PLAIN.unsafe.rows
    assert done.report[0].published < alone.report[0].published


def test_a_withheld_table_looks_like_any_other():
    answer = withheld(PLAIN.unsafe)

    assert (answer.status, answer.family, answer.rows) == ("refused", Family.DISCLOSURE, ())
