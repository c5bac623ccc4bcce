"""Parts, differences and figures of one category, against exact counts and plain arithmetic."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_coordinator.pool import pool
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Row, TableAnswer, row_keys
from oversight_protocol.study import Dimension, Magnitude, Outcome, Place, Subject, Wave
from support import protocol
from support.keeping_rules import not_shown, sums_not_shown
from support.protocol import LAS

QUARTER = protocol.quarter(2026, 2)
WAVE = Wave(id="wave-1", periods=(QUARTER,))
KINDS = ("agency", "employed")
GRADES = ("both_good", "both_below", "not_both_good", "not_both_below", "unknown")
TYPES = ("case_file", "thematic")


def codes(*names):
    return tuple(Outcome(code=name, label=name) for name in names)


STAFF = protocol.base_table(
    name="fte_by_agency",
    unit="workers",
    about_staff=True,
    subjects=(Subject(kind="workers", column="worker"),),
    outcomes=(),
    magnitudes=(Magnitude(name="fte", label="Time", unit="workers", maximum=1, decimals=2),),
    dimensions=(Dimension(name="agency", label="Agency", categories=codes(*KINDS)),),
)
AUDITS = protocol.base_table(
    name="audits",
    unit="audits",
    subjects=(Subject(kind="children", column="child"),),
    outcomes=codes(*GRADES),
    dimensions=(Dimension(name="type", label="Type", categories=codes(*TYPES)),),
)
PART = protocol.measure(
    id="agency_share", table="fte_by_agency", kind="part", unit="percent", numerator=("fte",),
    denominator=("fte",), place=Place(dimension="agency", code="agency"),
)  # fmt: skip
DIFFERENCE = protocol.measure(
    id="difference", table="audits", kind="difference", unit="percentage points",
    numerator=GRADES[:1], denominator=GRADES[:2], less=GRADES[2:3], less_of=GRADES[2:4],
)  # fmt: skip
PLACED = protocol.measure(
    id="thematic", table="audits", numerator=GRADES[:1], denominator=GRADES[:2],
    place=Place(dimension="type", code="thematic"),
)  # fmt: skip
STUDY = protocol.study(
    base_tables=(STAFF, AUDITS), measures=(PART, DIFFERENCE, PLACED), waves=(WAVE,)
)


def answer(table, exact, hidden=frozenset()):
    """`exact`: by row key and name, true figures; they are rounded to 5."""
    rows = []
    for key in row_keys(table):
        cells = {
            name: Cell(outcome=name, value=None, marker="[c]")
            if (key, name) in hidden
            else Cell(outcome=name, value=int(5 * round(value / 5)))
            for name, value in exact[key].items()
        }
        rows.append(Row(
            dimension=key[0], category=key[1], total=cells["all"],
            cells=tuple(cells[name] for name in table.outcome_codes),
            sums=tuple(cells[name] for name in table.magnitude_names),
        ))  # fmt: skip
    return TableAnswer(table=table.name, period=QUARTER.id, status="released", rows=tuple(rows))


def staff(agency, employed):
    """Working times in hundredths, of agency workers and of employees."""
    rows = {("", ""): (*agency, *employed), ("agency", "agency"): agency}
    rows["agency", "employed"] = employed
    return {
        key: {"fte": Fraction(sum(times), 100), "all": Fraction(len(times))}
        for key, times in rows.items()
    }


def audits(counts):
    """`counts`: by (type, grade)."""
    found = {}
    for key in row_keys(AUDITS):
        of = {g: sum(counts[t, g] for t in TYPES if key[1] in ("", t)) for g in GRADES}
        found[key] = {**of, "all": sum(of.values())}
    return found


def keys_of(table):
    names = (*table.outcome_codes, *table.magnitude_names, "all")
    return [(row, name) for row in row_keys(table) for name in names]


def figures(measure, answers):
    """The rows of a measure over authorities that answered these tables."""
    releases = {
        la: protocol.release(la=la, rules=Rules(), tables=(one,))
        for la, one in zip(LAS, answers, strict=False)
    }
    return [row for row in pool(STUDY, WAVE, LAS, releases) if row.measure == measure.id]


def holds(row, true):
    return row.lower is None or Fraction(str(row.lower)) <= true <= Fraction(str(row.upper))


def by_rules(table, exact):
    """What is hidden because too few are behind it, or behind the rest of its row."""
    return frozenset(
        (row, name)
        for row, figures in exact.items()
        for own in [{name: value for name, value in figures.items() if name != "all"}]
        for name in (
            sums_not_shown(own, figures["all"], 10) if table.magnitudes else not_shown(own, 10)
        )
    )


times = st.lists(st.integers(0, 100), max_size=60).map(tuple)
hidden_staff = st.frozensets(st.sampled_from(keys_of(STAFF)), max_size=4)
numbers = st.one_of(st.integers(0, 12), st.integers(0, 300))
drawn_audits = st.fixed_dictionaries({(t, g): numbers for t in TYPES for g in GRADES})
hidden_audits = st.frozensets(st.sampled_from(keys_of(AUDITS)), max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(times, times, hidden_staff), min_size=1, max_size=3))
def test_the_true_part_lies_inside_its_interval_which_is_of_the_whole_alone(drawn):
    exact = [(staff(a, e), hidden) for a, e, hidden in drawn]
    answers = [answer(STAFF, one, hidden | by_rules(STAFF, one)) for one, hidden in exact]

    rows = figures(PART, answers)

    agency = sum(sum(a) for a, _, _ in drawn)
    whole = sum(sum(a) + sum(e) for a, e, _ in drawn)
    assert [(row.dimension, row.category) for row in rows] == [("", "")]
    assert not whole or holds(rows[0], Fraction(100 * agency, whole))


def test_a_worked_part():
    exact = staff((50,) * 80, (100,) * 160)

    (row,) = figures(PART, [answer(STAFF, exact)])

    # 40 of 200. The category is 37.5 to 42.5, the others 157.5 to 162.5.
    assert (row.estimate, row.numerator, row.denominator) == (20.0, 40, 200)
    assert (row.lower, row.upper, row.unit) == (18.7, 21.3, "percent")


def test_a_part_that_was_suppressed_is_bounded_by_the_whole_less_the_others():
    exact = staff((50,) * 80, (100,) * 160)

    (row,) = figures(PART, [answer(STAFF, exact, frozenset({(("agency", "agency"), "fte")}))])

    # The others are 157.5 at least, and 162 at most, for they are 162 workers at most. Of 197.5 to
    # 202.5 that leaves 35.5 to 45: 35.5 of 197.5 to 45 of 202.5.
    assert (row.estimate, row.marker) == (None, "[c]")
    assert (row.lower, row.upper) == (17.9, 22.3)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(drawn_audits, hidden_audits), min_size=1, max_size=3))
def test_the_true_difference_lies_inside_every_interval(drawn):
    exact = [(audits(counts), hidden) for counts, hidden in drawn]
    answers = [answer(AUDITS, one, hidden | by_rules(AUDITS, one)) for one, hidden in exact]

    rows = figures(DIFFERENCE, answers)

    assert [(row.dimension, row.category) for row in rows] == list(row_keys(AUDITS))
    for row in rows:
        inside = [t for t in TYPES if row.category in ("", t)]
        a, b, c, d = (sum(n[t, g] for n, _ in drawn for t in inside) for g in GRADES[:4])
        if a + b and c + d:
            assert holds(row, Fraction(100 * a, a + b) - Fraction(100 * c, c + d))
        assert row.lower is not None
        assert -100 <= row.lower <= row.upper <= 100


def test_a_worked_difference_may_be_below_nothing():
    counts = dict.fromkeys(((t, g) for t in TYPES for g in GRADES), 0)
    counts |= dict(zip([("case_file", g) for g in GRADES], (30, 70, 65, 35, 0), strict=True))

    row = figures(DIFFERENCE, [answer(AUDITS, audits(counts))])[0]

    # 30 of 100 less 65 of 100. The shares are 28 of 100 to 32 of 100 and 63 of 100 to 67 of 100.
    assert (row.estimate, row.numerator, row.denominator) == (-35.0, None, 200)
    assert (row.lower, row.upper, row.unit) == (-39.0, -31.0, "percentage points")


def test_a_difference_from_nothing_is_not_applicable():
    counts = dict.fromkeys(((t, g) for t in TYPES for g in GRADES), 0)
    counts["case_file", "both_good"] = 50

    row = figures(DIFFERENCE, [answer(AUDITS, audits(counts))])[0]

    assert (row.estimate, row.denominator, row.marker) == (None, 50, "[z]")


def test_a_figure_of_one_category_is_that_categorys_share_and_has_one_row():
    counts = dict.fromkeys(((t, g) for t in TYPES for g in GRADES), 50)
    counts |= {("thematic", "both_good"): 20, ("thematic", "both_below"): 60}

    (row,) = figures(PLACED, [answer(AUDITS, audits(counts))])

    assert (row.dimension, row.category) == ("", "")
    assert (row.estimate, row.numerator, row.denominator) == (25.0, 20, 80)
    assert row.lower <= 25 <= row.upper


def test_of_several_authorities_only_those_that_published_all_four_counts_make_the_difference():
    counts = dict.fromkeys(((t, g) for t in TYPES for g in GRADES), 20)
    every = frozenset((row, "unknown") for row in row_keys(AUDITS))
    lost = every | frozenset((row, "both_good") for row in row_keys(AUDITS))
    answers = [answer(AUDITS, audits(counts)), answer(AUDITS, audits(counts), lost)]

    row = figures(DIFFERENCE, answers)[0]

    assert (row.las_published, row.las_answered) == (1, 2)
    assert (row.estimate, row.denominator) == (0.0, 160)


def without_data(table, dimension):
    """The same answer of an authority that has no data for a dimension."""

    def marked(cell):
        return cell.model_copy(update={"value": None, "marker": "[x]"})

    return table.model_copy(update={"rows": tuple(
        row if row.dimension != dimension else row.model_copy(update={
            "cells": tuple(marked(cell) for cell in row.cells),
            "sums": tuple(marked(cell) for cell in row.sums),
            "total": marked(row.total),
        })
        for row in table.rows
    )})  # fmt: skip


def test_an_authority_without_data_for_a_category_is_not_in_the_figure_of_that_category():
    counts = dict.fromkeys(((t, g) for t in TYPES for g in GRADES), 50)
    counts |= {("thematic", "both_good"): 20, ("thematic", "both_below"): 60}
    known = answer(AUDITS, audits(counts))
    # Its categories are not known, so all its audits stand under one that is none of the figure's.
    lacking = without_data(answer(AUDITS, audits({
        (t, g): 100 * (t == "case_file") for t in TYPES for g in GRADES
    })), "type")  # fmt: skip

    (alone,), (together,) = figures(PLACED, [known]), figures(PLACED, [known, lacking])

    assert (together.las_published, together.las_answered, together.las_asked) == (1, 1, 3)
    assert (together.estimate, together.lower, together.upper) == (
        alone.estimate, alone.lower, alone.upper,
    )  # fmt: skip


def test_a_part_is_of_the_authorities_that_know_their_categories():
    known = answer(STAFF, staff((50,) * 80, (100,) * 160))
    lacking = without_data(answer(STAFF, staff((), (100,) * 300)), "agency")

    (alone,), (together,) = figures(PART, [known]), figures(PART, [known, lacking])

    assert together == alone
    assert figures(PART, [lacking])[0].marker == "[x]"


def test_the_whole_of_a_table_is_of_those_without_data_for_a_dimension_too():
    counts = dict.fromkeys(((t, g) for t in TYPES for g in GRADES), 50)
    answers = [answer(AUDITS, audits(counts)), without_data(answer(AUDITS, audits(counts)), "type")]

    rows = figures(DIFFERENCE, answers)

    assert [(row.category, row.las_answered) for row in rows] == [
        ("", 2), ("case_file", 1), ("thematic", 1),
    ]  # fmt: skip
