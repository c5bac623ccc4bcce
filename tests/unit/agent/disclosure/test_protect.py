"""What `protect` promises of every table."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent import disclosure
from oversight_agent.disclosure import Tie, protect, restore, secondary
from oversight_agent.disclosure.past import Part
from oversight_agent.tables import EVALUATE, UnsafeTable
from oversight_protocol.errors import Family, Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Row, TableAnswer, row_keys
from oversight_protocol.study import BaseTable, Link
from support.attacker import exact, half_up, published
from support.exact_tables import (
    CHILD,
    NEXT_QUARTER,
    SERVICES,
    WORKER,
    base_table,
    from_counts,
    random_table,
)
from support.plain_rules import forbidden

RULES = Rules()
OUTCOMES = ("both", "part1_only", "neither", "unknown")
SEEDS = st.integers(0, 10**6)


def answer_to(unsafe: UnsafeTable, rules: Rules = RULES) -> TableAnswer:
    return protect([unsafe], rules, "1.0").tables[0].answer


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, events=st.integers(0, 1500), base=st.sampled_from([5, 10]))
def test_every_published_figure_is_the_rounded_truth_and_breaks_no_rule(seed, events, base):
    rules = Rules(rounding_base=base)
    unsafe = random_table(base_table(OUTCOMES), seed, events)

    shown = {k: v for k, v in published(answer_to(unsafe, rules)).items() if v is not None}

    truth = exact(unsafe)
    assert shown == {key: half_up(truth[key].count, base) for key in shown}
    assert not forbidden(unsafe, rules) & set(shown)


def test_a_table_without_small_numbers_is_published_whole_with_each_figure_rounded_on_its_own():
    unsafe = from_counts(base_table(dimensions={}), {(): (62, 42, 37)})

    answer = answer_to(unsafe)

    assert [cell.value for cell in answer.rows[0].cells] == [60, 40, 35]
    assert answer.rows[0].total.value == 140


def test_answers_keep_the_declared_rows_and_outcomes_and_the_wave_its_order():
    recording = random_table(base_table(("z", "a", "m"), {"service": ("q", "b")}), 1, 800)
    later = random_table(base_table(name="authorised"), 2, 800, NEXT_QUARTER)

    tables = protect([later, recording], RULES, "1.0").tables

    assert [(t.answer.table, t.answer.period) for t in tables] == [
        ("authorised", "2026Q2"),
        ("recording", "2026Q1"),
    ]
    rows = tables[1].answer.rows
    assert [(row.dimension, row.category) for row in rows] == list(row_keys(recording.table))
    assert [cell.outcome for cell in rows[0].cells] == ["z", "a", "m"]
    assert tables[1].question == recording.table.question(recording.period, "1.0")
    assert tables[1].rules == RULES


def test_the_same_numbers_give_the_same_bytes():
    first, again = (answer_to(random_table(base_table(OUTCOMES), 5, 600)) for _ in range(2))

    assert first.canonical() == again.canonical()


def test_neither_the_order_of_tables_nor_the_hash_seed_changes_a_byte():
    script = (
        "import sys; from support.exact_tables import base_table, random_table\n"
        "from oversight_agent.disclosure import protect\n"
        "from oversight_protocol.policy import Rules\n"
        "outcomes = ('both', 'part1_only', 'neither', 'unknown')\n"
        "wave = [random_table(base_table(outcomes, name=n), 5, 600) for n in ('a', 'b')]\n"
        "wave = wave[::-1] if sys.argv[1] == 'back' else wave\n"
        "done = protect(wave, Rules(), '1.0').tables\n"
        "print(*sorted(table.answer.canonical().decode() for table in done))\n"
    )

    printed = [
        subprocess.run(
            [sys.executable, "-c", script, order],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
        ).stdout
        for seed, order in (("1", "as_is"), ("2", "back"))
    ]

    assert b"[c]" in printed[0]
    assert printed[0] == printed[1]


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_declaring_outcomes_and_categories_in_another_order_changes_their_order_only(seed, data):
    unsafe = random_table(base_table(OUTCOMES), seed, 500)
    shuffled = base_table(
        data.draw(st.permutations(OUTCOMES)),
        {"service": data.draw(st.permutations(SERVICES["service"]))},
    )
    rows = {(row.dimension, row.category): row for row in unsafe.rows}
    other = dataclasses.replace(
        unsafe, table=shuffled, rows=tuple(rows[key] for key in row_keys(shuffled))
    )

    assert published(answer_to(other)) == published(answer_to(unsafe))


def test_a_table_of_which_nothing_may_be_shown_is_refused_with_the_family_alone():
    unsafe = from_counts(base_table(dimensions={}), {(): (3, 2, 4)})

    done = protect([unsafe], RULES, "1.0")

    assert done.tables[0].answer == TableAnswer(
        table="recording", period="2026Q1", status="refused", family=Family.DISCLOSURE
    )
    assert done.report[0].status == "withheld"


def test_a_table_is_withheld_when_the_heuristic_gives_up(monkeypatch):
    unsafe = from_counts(base_table(dimensions={}), {(): (50, 100, 2)})
    monkeypatch.setattr(secondary, "ROUNDS", 0)

    answer = answer_to(unsafe)

    assert answer.status == "refused"


def test_a_table_is_withheld_when_the_last_audit_fails_whatever_the_heuristic_believed(monkeypatch):
    unsafe = from_counts(base_table(dimensions={}), {(): (50, 100, 2)})
    monkeypatch.setattr(secondary, "extend", lambda view, *_: view)

    answer = answer_to(unsafe)

    assert answer.status == "refused"


def test_the_whole_authority_and_row_totals_are_kept_where_cells_can_be_given_up():
    counts = {(0,): (200, 150, 1), (1,): (180, 120, 60), (2,): (90, 80, 40)}
    unsafe = from_counts(base_table(), counts)

    shown = published(answer_to(unsafe))

    hidden = {key for key, value in shown.items() if value is None}
    assert ("service", "a", "neither") in hidden
    assert len(hidden) > 1
    assert all(dimension and code != "all" for dimension, _, code in hidden)


def test_where_no_partner_is_left_in_a_line_its_total_is_given_up():
    table = base_table(("authorised", "not_authorised"), {"service": ("a", "b", "c")})
    unsafe = from_counts(table, {(0,): (0, 40), (1,): (60, 50), (2,): (80, 70)})

    shown = published(answer_to(unsafe))

    assert shown["service", "a", "authorised"] is None
    assert shown["service", "a", "not_authorised"] is None
    assert shown["", "", "all"] == 300
    assert forbidden(unsafe, RULES) < {key for key, value in shown.items() if value is None}


def test_zeros_are_shown_only_where_the_study_declared_that_they_may_be():
    unsafe = from_counts(base_table(dimensions={}, subjects=(CHILD,)), {(): (50, 100, 0)})

    hidden = published(answer_to(unsafe))["", "", "neither"]
    shown = published(answer_to(unsafe, Rules(zeros_may_be_shown=True)))["", "", "neither"]

    assert (hidden, shown) == (None, 0)


def test_a_protected_wave_shows_no_count_in_its_representation():
    unsafe = from_counts(base_table(dimensions={}), {(): (7_654, 100, 2)})

    assert "7654" not in repr(unsafe)
    assert "7654" not in repr(protect([unsafe], RULES, "1.0"))


def test_an_answer_read_back_is_the_same_table():
    made = protect([random_table(base_table(OUTCOMES), 5, 600)], RULES, "1.0").tables[0]

    again = restore(made.question, TableAnswer.parse(made.answer.canonical()), RULES)

    assert again == made


@pytest.mark.parametrize("value", [5, 12, 0])
def test_an_answer_below_the_floors_is_not_read_back(value):
    cells = (Cell(outcome="a", value=value), Cell(outcome="b", value=None, marker="[c]"))
    row = Row(dimension="", category="", cells=cells, total=Cell(outcome="all", value=50))
    answer = TableAnswer(table="recording", period="2026Q1", status="released", rows=(row,))

    with pytest.raises(Refused) as refused:
        restore("0" * 64, answer, RULES)

    assert refused.value.reason is Reason.FLOOR


def test_reading_an_answer_back_imports_no_numerical_library():
    script = (
        "import sys\n"
        "from oversight_agent.disclosure import restore\n"
        "from oversight_protocol.policy import Rules\n"
        "from oversight_protocol.release import Cell, Row, TableAnswer\n"
        "row = Row(dimension='', category='', cells=(Cell(outcome='a', value=50),),\n"
        "          total=Cell(outcome='all', value=50))\n"
        "answer = TableAnswer(table='t', period='p', status='released', rows=(row,))\n"
        "restore('0' * 64, answer, Rules())\n"
        "print([name for name in ('highspy', 'numpy', 'pandas') if name in sys.modules])\n"
    )

    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)

    assert done.stdout.strip() == b"[]"


def test_the_report_names_each_rule_its_number_what_it_hid_and_what_that_cost():
    table = base_table(dimensions={}, subjects=(CHILD,))
    unsafe = from_counts(table, {(): (50, 100, 2)})

    told = protect([unsafe], RULES, "1.0").report[0]

    by_rule = {line.rule: line for line in told.rules}
    minimum, audit = by_rule["minimum_persons"], by_rule["attack_audit"]
    assert (minimum.number, [place.outcome for place in minimum.hidden]) == (10, ["neither"])
    assert (audit.number, [place.outcome for place in audit.hidden]) == (None, ["both"])
    assert (minimum.cost, audit.cost) == (1, 1)
    assert (told.figures, told.published, told.status) == (4, 2, "released")


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_a_report_accounts_for_every_hidden_figure(seed):
    done = protect([random_table(base_table(OUTCOMES), seed, 400)], RULES, "1.0")

    told, answer = done.report[0], done.tables[0].answer

    explained = {
        (place.dimension, place.category, place.outcome)
        for line in told.rules
        for place in line.hidden
    }
    shown = {key for key, value in published(answer).items() if value is not None}
    assert not explained & shown
    assert len(explained) + len(shown) == told.figures == 20
    assert len(shown) == told.published


def with_cell(unsafe: UnsafeTable, row: int, code: str, **changes: object) -> UnsafeTable:
    line = unsafe.rows[row]
    cells = {**line.cells, code: dataclasses.replace(line.cells[code], **changes)}
    return with_row(unsafe, row, cells=cells)


def with_row(unsafe: UnsafeTable, row: int, **changes: object) -> UnsafeTable:
    rows = list(unsafe.rows)
    rows[row] = dataclasses.replace(rows[row], **changes)
    return dataclasses.replace(unsafe, rows=tuple(rows))


def sound() -> UnsafeTable:
    return from_counts(base_table(), {(0,): (20, 30, 40), (1,): (25, 35, 45), (2,): (20, 20, 20)})


HOSTILE = {
    "negative count": lambda u: with_cell(u, 1, "both", count=-20),
    "not a number": lambda u: with_cell(u, 1, "both", count=float("nan")),
    "fraction": lambda u: with_cell(u, 1, "both", count=20.0),
    "truth value": lambda u: with_cell(u, 1, "both", children=True),
    "beyond all bounds": lambda u: with_cell(u, 1, "both", count=10**15),
    "cells do not sum": lambda u: with_cell(u, 1, "both", count=21),
    "largest worker above the count": lambda u: with_cell(u, 1, "both", top_worker=21),
    "workers above the count": lambda u: with_cell(u, 1, "both", workers=21),
    "children above the count": lambda u: with_cell(u, 1, "both", children=21),
    "teams above the count": lambda u: with_cell(u, 1, "both", teams=21),
    "nobody has most rows": lambda u: with_cell(u, 1, "both", top_worker=0),
    "part above its total": lambda u: with_row(
        u, 1, total=dataclasses.replace(u.rows[1].total, children=19)
    ),
    "rest does not sum": lambda u: with_row(u, 1, complements=u.rows[2].complements),
    "missing outcome": lambda u: with_row(
        u, 1, cells={k: c for k, c in u.rows[1].cells.items() if k != "both"}
    ),
    "missing row": lambda u: dataclasses.replace(u, rows=u.rows[:-1]),
    "rows in another order": lambda u: dataclasses.replace(u, rows=u.rows[::-1]),
    "categories do not sum": lambda u: with_row(
        u,
        1,
        **{name: getattr(u.rows[2], name) for name in ("cells", "complements", "total")},
    ),
    "undeclared kind of person": lambda u: dataclasses.replace(
        u, table=base_table(subjects=(WORKER,))
    ),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_numbers_that_cannot_be_true_stop_the_whole_wave(change):
    good = random_table(base_table(name="authorised"), 1, 600)
    bad = change(sound())

    with pytest.raises(ValueError, match="recording 2026Q1") as error:
        protect([good, bad], RULES, "1.0")

    message = str(error.value).replace("2026Q1", "")
    assert not any(letter.isdigit() for letter in message)


def test_numbers_that_can_be_true_pass_the_same_checks():
    assert answer_to(sound()).status == "released"


def test_one_question_asked_twice_in_a_wave_stops_it():
    unsafe = sound()

    with pytest.raises(ValueError, match="twice"):
        protect([unsafe, unsafe], RULES, "1.0")


def test_an_empty_wave_gives_nothing():
    assert protect([], RULES, "1.0").tables == ()


def test_only_the_disclosure_stage_makes_a_safe_table():
    answer = answer_to(sound())

    with pytest.raises(TypeError):
        disclosure.SafeTable("0" * 64, answer, RULES, EVALUATE)


def test_a_table_of_the_largest_declared_kind_of_wave_keeps_to_the_audit():
    services = {"service": tuple("abcdefgh")}
    outcomes = ("both", "part1_only", "part2_only", "misplaced", "neither", "unknown")
    table: BaseTable = base_table(outcomes, services)

    told = protect([random_table(table, 11, 4000, workers=120)], RULES, "1.0").report[0]

    assert told.status == "released"
    assert told.published > told.figures / 2


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, events=st.integers(0, 1500))
def test_a_dimension_without_data_changes_nothing_of_the_rest_and_says_nothing(seed, events):
    both = {"service": ("a", "b", "c"), "role": ("social_worker", "unknown")}
    unsafe = random_table(base_table(OUTCOMES, both), seed, events)
    alone = dataclasses.replace(
        unsafe,
        table=base_table(OUTCOMES),
        rows=tuple(row for row in unsafe.rows if row.dimension != "role"),
    )

    answer = answer_to(dataclasses.replace(unsafe, lacking=frozenset({"role"})))

    kept = tuple(row for row in answer.rows if row.dimension != "role")
    assert kept == answer_to(alone).rows
    assert {
        cell.marker
        for row in answer.rows if row.dimension == "role"
        for cell in (*row.cells, row.total)
    } <= {"[x]"}  # fmt: skip
    assert answer.status == "refused" or len(kept) < len(answer.rows)


TWO = {name: base_table(("yes", "no"), {}, name=name, subjects=(CHILD,)) for name in "abc"}
INSIDE = (Link(kind="contained", tables=("a", "b"), reason="Reason."),)
ALL = Part("", "", "all", rest=False)


def released(ties: Sequence[Tie]) -> list[int | None]:
    """The totals that are shown of three tables of 60 children, the second within the first."""
    tables = [from_counts(table, {(): (30, 30)}) for table in TWO.values()]
    done = protect(tables, RULES, "1.0", INSIDE, ties=ties)
    return [one.answer.rows[0].total.value if one.answer.rows else None for one in done.tables]


def test_that_nobody_is_missing_from_a_contained_table_stays_uncertain():
    alone = released([Tie("alike", (0, 2), figures=(ALL, ALL))])

    assert alone.count(None) > 0


def test_what_figures_of_a_third_table_say_of_a_link_is_no_secret_and_withholds_nothing():
    ties = [Tie("alike", pair, figures=(ALL, ALL)) for pair in ((0, 2), (2, 1))]

    assert released(ties) == [60, 60, 60]
