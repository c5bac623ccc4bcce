"""Pooling: sums of rounded parts, and intervals that always contain the truth."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_coordinator.pool import COLUMNS, PooledRow, csv_bytes, pool, write_csv
from oversight_protocol.errors import FAMILY_TEXT, Family
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Refusal, Release, Row, TableAnswer, row_keys
from oversight_protocol.study import (
    BaseTable,
    Cohort,
    Dimension,
    Measure,
    Outcome,
    Period,
    Study,
    Subject,
    Wave,
)
from support.keeping_rules import not_shown

OUTCOMES = ("both", "part1_only", "neither", "unknown")
SERVICES = ("assessment", "cin_cp", "looked_after")
ROLES = ("4", "5")
LAS = ("E06000035", "E06000043", "E10000016")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ZERO = "0" * 64

NEITHER = (("neither",), ("both", "part1_only", "neither"))
UNKNOWN = (("unknown",), OUTCOMES)


def outcomes(codes):
    return tuple(Outcome(code=code, label=code) for code in codes)


def measure_of(name, numerator, denominator):
    return Measure(
        id=name,
        number="6",
        title=name,
        definition=name,
        table="recording",
        numerator=numerator,
        denominator=denominator,
    )


TABLE = BaseTable(
    name="recording",
    title="Where the parts stand",
    population="supervisions",
    unit="events",
    about_staff=False,
    subjects=(Subject(kind="workers", column="worker"),),
    outcomes=outcomes(OUTCOMES),
    dimensions=(
        Dimension(name="service", label="Service", categories=outcomes(SERVICES)),
        Dimension(name="role", label="Role", categories=outcomes(ROLES)),
    ),
    reads=("oversight_event",),
    sql="SELECT 1",
)
QUARTERS = (
    Period(id="2026-Q2", label="April to June", start=date(2026, 4, 1), end=date(2026, 6, 30)),
    Period(id="2026-Q3", label="July to Sept", start=date(2026, 7, 1), end=date(2026, 9, 30)),
)


def study_of(periods=QUARTERS[:1]):
    return Study(
        name="oversight",
        version=1,
        title="Oversight",
        purpose="Purpose",
        ethics_reference="E1",
        lawful_basis="Basis",
        spec_version="1.0",
        issued=datetime(2026, 1, 1, tzinfo=UTC),
        expires=datetime(2027, 1, 1, tzinfo=UTC),
        rules=Rules(),
        cohort=Cohort(las=LAS, minimum=2),
        waves=(Wave(id="w1", periods=periods),),
        base_tables=(TABLE,),
        measures=(measure_of("neither", *NEITHER), measure_of("unknown", *UNKNOWN)),
    )


STUDY = study_of()
WAVE = STUDY.waves[0]


@dataclass(frozen=True)
class Counts:
    """The true counts by (service, role, outcome), from which every row of a table follows."""

    counts: dict

    def count(self, row, outcome):
        dimension, category = row
        return sum(
            count
            for (service, role, found), count in self.counts.items()
            if found == outcome
            and category in {"service": (service,), "role": (role,)}.get(dimension, ("",))
        )


def rounded(count, base, *, ties_up=True):
    half = base / 2
    steps, rest = divmod(count, base)
    return base * (steps + (rest > half or (rest == half and ties_up)))


def answer_of(truth, *, base=5, hidden=frozenset(), ties_up=True, period="2026-Q2"):
    def cell(row, outcome, count):
        if (row, outcome) in hidden:
            return Cell(outcome=outcome, value=None, marker="[c]")
        return Cell(outcome=outcome, value=rounded(count, base, ties_up=ties_up))

    def line(row):
        counts = {outcome: truth.count(row, outcome) for outcome in OUTCOMES}
        cells = tuple(cell(row, outcome, count) for outcome, count in counts.items())
        total = cell(row, "all", sum(counts.values()))
        return Row(dimension=row[0], category=row[1], cells=cells, total=total)

    rows = tuple(line(row) for row in row_keys(TABLE))
    return TableAnswer(table="recording", period=period, status="released", rows=rows)


def release_of(la, *tables, base=5, zeros=False):
    return Release(
        ticket="t1",
        ticket_digest=ZERO,
        study=ZERO,
        wave="w1",
        la=la,
        answered=NOW,
        rules=Rules(rounding_base=base, minimum_persons=max(10, base), zeros_may_be_shown=zeros),
        tables=tables,
    )


def refused_table(period="2026-Q2"):
    return TableAnswer(table="recording", period=period, status="refused", family=Family.DISCLOSURE)


def refusal_of(la):
    return Refusal(
        ticket="t1",
        ticket_digest=ZERO,
        la=la,
        answered=NOW,
        family=Family.POLICY,
        text=FAMILY_TEXT[Family.POLICY],
    )


def evenly(count):
    return Counts({(s, r, o): count for s in SERVICES for r in ROLES for o in OUTCOMES})


def row_of(rows, measure="neither", place=("", ""), period="2026-Q2"):
    (found,) = [
        row
        for row in rows
        if (row.measure, row.dimension, row.category, row.period) == (measure, *place, period)
    ]
    return found


KEYS = [(row, outcome) for row in row_keys(TABLE) for outcome in (*OUTCOMES, "all")]

truths = st.fixed_dictionaries(
    {
        (s, r, o): st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 400))
        for s in SERVICES
        for r in ROLES
        for o in OUTCOMES
    }
).map(Counts)


def by_rules(truth, base, *, zeros):
    """What is hidden of a table because too few are behind it, or behind the rest of its row."""
    return {
        (row, outcome)
        for row in row_keys(TABLE)
        for outcome in not_shown(
            {one: truth.count(row, one) for one in OUTCOMES}, max(10, base), zeros=zeros
        )
    }


@st.composite
def releases_with_truth(draw):
    base, zeros, truth = draw(st.sampled_from([5, 10, 15])), draw(st.booleans()), draw(truths)
    hidden = draw(st.frozensets(st.sampled_from(KEYS), max_size=len(KEYS)))
    hidden |= by_rules(truth, base, zeros=zeros)
    answer = answer_of(truth, base=base, hidden=hidden, ties_up=draw(st.booleans()))
    return truth, release_of(LAS[0], answer, base=base, zeros=zeros)


def answers_of(drawn):
    """The answers of as many authorities as were drawn."""
    return {
        la: release.model_copy(update={"la": la})
        for la, (_, release) in zip(LAS, drawn, strict=False)
    }


def share(truths, row, numerator, denominator):
    below = sum(truth.count(row, outcome) for truth in truths for outcome in denominator)
    above = sum(truth.count(row, outcome) for truth in truths for outcome in numerator)
    return Fraction(100 * above, below) if below else None


@settings(max_examples=150, deadline=None)
@given(st.lists(releases_with_truth(), min_size=1, max_size=3))
def test_the_truth_over_all_who_answered_lies_inside_every_interval(drawn):
    answers = answers_of(drawn)

    rows = pool(STUDY, WAVE, LAS, answers)

    for row in rows:
        parts = {"neither": NEITHER, "unknown": UNKNOWN}[row.measure]
        true = share([t for t, _ in drawn], (row.dimension, row.category), *parts)
        assert 0 <= row.lower <= row.upper <= 100
        assert true is None or Fraction(str(row.lower)) <= true <= Fraction(str(row.upper))


@settings(max_examples=60, deadline=None)
@given(st.lists(releases_with_truth(), min_size=3, max_size=3), st.permutations(LAS))
def test_the_order_of_authorities_never_matters(drawn, order):
    answers = answers_of(drawn)

    reordered = pool(STUDY, WAVE, order, {la: answers[la] for la in order})

    assert reordered == pool(STUDY, WAVE, LAS, answers)


def known_sum(line, outcomes):
    """The sum of shown outcomes; else what the others leave of the total, if that is 10 or more."""
    if None not in (parts := [line[outcome] for outcome in outcomes]):
        return sum(parts)
    others = [line[outcome] for outcome in OUTCOMES if outcome not in outcomes]
    if None in (line["all"], *others) or line["all"] - sum(others) < 10:
        return None
    return line["all"] - sum(others)


@pytest.mark.parametrize(
    ("each", "figure"), [(1, (None, None, "[c]")), (2, (10, 250, "")), (20, (120, 360, ""))]
)
def test_what_a_total_leaves_is_given_only_if_it_is_no_small_count(each, figure):
    places = [(s, r, o) for s in SERVICES for r in ROLES for o in OUTCOMES]
    truth = Counts({place: each if place[2] == "neither" else 20 for place in places})
    answers = {LAS[0]: release_of(LAS[0], answer_of(truth, hidden={(("", ""), "neither")}))}

    row = row_of(pool(STUDY, WAVE, LAS, answers))

    assert (row.numerator, row.denominator, row.marker) == figure


@settings(max_examples=60, deadline=None)
@given(st.lists(releases_with_truth(), min_size=1, max_size=3))
def test_a_figure_is_the_share_of_the_rounded_counts_of_those_who_published_it(drawn):
    answers = answers_of(drawn)

    for row in pool(STUDY, WAVE, LAS, answers):
        above, below = {"neither": NEITHER, "unknown": UNKNOWN}[row.measure]
        lines = [
            {cell.outcome: cell.value for cell in (*line.cells, line.total)}
            for _, release in drawn
            for line in release.tables[0].rows
            if (line.dimension, line.category) == (row.dimension, row.category)
        ]
        pairs = [(known_sum(line, above), known_sum(line, below)) for line in lines]
        full = [(min(pair), pair[1]) for pair in pairs if None not in pair]

        assert row.las_published == len(full)
        assert (row.numerator is None) == (not full)
        assert not full or row.numerator == sum(numerator for numerator, _ in full)
        assert not full or row.denominator == sum(denominator for _, denominator in full)


@pytest.mark.parametrize(("coarsest", "inside"), [(10, True), (0, False)])
def test_what_was_rounded_more_coarsely_before_is_read_so(coarsest, inside):
    counts = {"neither": 45, "both": 44, "part1_only": 44, "unknown": 44}
    truth = Counts({(SERVICES[0], ROLES[0], outcome): n for outcome, n in counts.items()})
    frozen = answer_of(truth, base=10)
    release = release_of(LAS[0], frozen).model_copy(update={"coarsest_base": coarsest})

    row = row_of(pool(STUDY, WAVE, LAS, {LAS[0]: release}), place=("service", SERVICES[0]))

    true = share([truth], ("service", SERVICES[0]), *NEITHER)
    assert (Fraction(str(row.lower)) <= true <= Fraction(str(row.upper))) == inside


def test_a_figure_comes_to_one_decimal_from_rounded_counts():
    answers = {la: release_of(la, answer_of(evenly(17))) for la in LAS[:2]}

    row = row_of(pool(STUDY, WAVE, LAS, answers))

    assert (row.numerator, row.denominator) == (200, 600)
    # 24 cells of 17 make 408; the total is shown as 410, so 408 is all that fits.
    assert (row.estimate, row.lower, row.upper) == (33.3, 33.3, 33.4)
    assert (row.las_published, row.las_answered, row.las_asked) == (2, 2, 3)
    assert (row.marker, row.unit) == ("", "percent")


@pytest.mark.parametrize(("base", "lower", "upper"), [(5, 47.5, 52.5), (10, 43.7, 56.3)])
def test_each_rounded_count_lies_within_half_a_base_at_both_ends(base, lower, upper):
    nothing = {(s, r, o): 0 for s in SERVICES for r in ROLES for o in OUTCOMES}
    found = {("cin_cp", "4", "neither"): 40, ("cin_cp", "4", "both"): 40}
    # Only the figures that the measure needs are shown, so that nothing else narrows them.
    hidden = {key for key in KEYS if key[0] != ("", "") or key[1] == "all"}

    answer = answer_of(Counts(nothing | found), base=base, hidden=hidden)
    row = row_of(pool(STUDY, WAVE, LAS, {LAS[0]: release_of(LAS[0], answer, base=base)}))

    # 38 of 38 + 42 to 42 of 42 + 38 for a base of 5; part 1 only is shown as 0, which it is.
    assert (row.estimate, row.lower, row.upper) == (50.0, lower, upper)


def test_a_suppressed_cell_is_bounded_by_the_rest_of_its_row():
    hidden = {(("", ""), "neither")} | {key for key in KEYS if key[0] != ("", "")}
    answers = {LAS[0]: release_of(LAS[0], answer_of(evenly(20), hidden=hidden))}

    row = row_of(pool(STUDY, WAVE, LAS, answers))

    # The row holds 480 of which three outcomes of 120 are shown, each to within 2.
    assert (row.estimate, row.marker, row.las_published, row.las_answered) == (33.3, "", 1, 1)
    assert (row.numerator, row.denominator) == (120, 360)
    assert row.lower == pytest.approx(100 * 112 / (112 + 244), abs=0.1)
    assert row.upper == pytest.approx(100 * 128 / (128 + 236), abs=0.1)


def test_a_suppressed_cell_is_bounded_by_the_whole_less_the_other_categories():
    place = ("service", "assessment")
    hidden = {(place, "neither"), (place, "all")}
    hidden |= {key for key in KEYS if key[0][0] == "role"}
    answers = {LAS[0]: release_of(LAS[0], answer_of(evenly(20), hidden=hidden))}

    row = row_of(pool(STUDY, WAVE, LAS, answers), place=place)

    assert row.marker == "[c]"
    assert 25 < row.lower < 33.3 < row.upper < 42


def test_without_any_bound_the_interval_is_everything():
    answer = answer_of(evenly(20), hidden=frozenset(KEYS))
    answers = {LAS[0]: release_of(LAS[0], answer)}

    rows = pool(STUDY, WAVE, LAS, answers)

    assert {(row.lower, row.upper, row.marker) for row in rows} == {(0.0, 100.0, "[c]")}


def test_an_authority_that_suppressed_widens_the_interval_but_is_not_in_the_figure():
    hidden = {(("", ""), "neither"), (("", ""), "unknown")}
    full, partly = answer_of(evenly(20)), answer_of(evenly(20), hidden=hidden)
    alone = row_of(pool(STUDY, WAVE, LAS, {LAS[0]: release_of(LAS[0], full)}))

    both = row_of(
        pool(
            STUDY,
            WAVE,
            LAS,
            {LAS[0]: release_of(LAS[0], full), LAS[1]: release_of(LAS[1], partly)},
        )
    )

    assert (both.las_published, both.las_answered) == (1, 2)
    assert (both.estimate, both.denominator) == (alone.estimate, alone.denominator)
    assert both.lower <= 33.3 <= both.upper


def test_a_refused_ticket_and_a_refused_table_are_no_answers():
    answers = {LAS[0]: refusal_of(LAS[0]), LAS[1]: release_of(LAS[1], refused_table())}

    rows = pool(STUDY, WAVE, LAS, answers)

    assert {
        (r.estimate, r.lower, r.upper, r.numerator, r.denominator, r.marker, r.las_answered)
        for r in rows
    } == {(None, None, None, None, None, "[x]", 0)}


def test_a_share_of_nothing_is_marked_as_not_applicable():
    answers = {LAS[0]: release_of(LAS[0], answer_of(evenly(0)))}

    row = row_of(pool(STUDY, WAVE, LAS, answers))

    assert (row.estimate, row.numerator, row.denominator, row.marker) == (None, 0, 0, "[z]")


def test_a_table_that_contradicts_itself_never_gives_an_upside_down_interval():
    honest = answer_of(evenly(20), hidden={(("", ""), "neither")})
    total = Cell(outcome="all", value=10)
    whole = honest.rows[0].model_copy(update={"total": total})
    lying = honest.model_copy(update={"rows": (whole, *honest.rows[1:])})

    rows = pool(STUDY, WAVE, LAS, {LAS[0]: release_of(LAS[0], lying)})

    assert all(0 <= row.lower <= row.upper <= 100 for row in rows)
    assert (row_of(rows).lower, row_of(rows).upper) == (0.0, 100.0)


def test_rows_come_by_measure_then_period_then_whole_and_categories():
    study = study_of(QUARTERS)
    tables = [answer_of(evenly(20), period=period.id) for period in QUARTERS]

    rows = pool(study, study.waves[0], LAS, {LAS[0]: release_of(LAS[0], *tables)})

    order = {
        "measure": ["neither", "unknown"],
        "period": ["2026-Q2", "2026-Q3"],
        "category": ["", *SERVICES, *ROLES],
    }
    places = [tuple(order[name].index(getattr(row, name)) for name in order) for row in rows]
    assert len(rows) == 2 * 2 * 6
    assert all(before < after for before, after in pairwise(places))


def test_a_table_refused_in_one_period_still_counts_in_the_other():
    study = study_of(QUARTERS)
    release = release_of(LAS[0], answer_of(evenly(20)), refused_table("2026-Q3"))

    rows = pool(study, study.waves[0], LAS, {LAS[0]: release})

    assert row_of(rows).las_answered == 1
    assert row_of(rows, period="2026-Q3").las_answered == 0


def test_an_answer_of_an_authority_that_was_not_asked_is_a_mistake():
    answers = {LAS[2]: release_of(LAS[2], answer_of(evenly(20)))}

    with pytest.raises(ValueError, match="not asked"):
        pool(STUDY, WAVE, LAS[:2], answers)


ROW = PooledRow(
    study="oversight",
    wave="w1",
    table="recording",
    measure="neither",
    period="2026-Q2",
    dimension="",
    category="",
    estimate=45.0,
    lower=44.8,
    upper=45.3,
    numerator=450,
    denominator=1000,
    unit="percent",
    las_published=3,
    las_answered=3,
    las_asked=3,
    marker="",
)


def test_the_csv_has_the_columns_that_were_promised(tmp_path):
    write_csv([ROW], tmp_path / "pooled.csv")

    raw = (tmp_path / "pooled.csv").read_bytes()
    (line,) = csv.DictReader(io.StringIO(raw.decode("utf-8")))
    assert raw.splitlines()[0] == (
        b"study,wave,table,measure,period,dimension,category,estimate,lower,upper,numerator,"
        b"denominator,unit,las_published,las_answered,las_asked,marker"
    )
    assert b"\r" not in raw
    assert (line["estimate"], line["numerator"], line["las_asked"]) == ("45.0", "450", "3")
    assert tuple(line) == COLUMNS


def test_an_absent_figure_is_an_empty_field_with_its_marker():
    row = replace(ROW, estimate=None, numerator=None, denominator=None, marker="[c]")

    (line,) = csv.DictReader(io.StringIO(csv_bytes([row]).decode()))

    assert [line[name] for name in ("estimate", "numerator", "denominator")] == ["", "", ""]
    assert (line["lower"], line["marker"]) == ("44.8", "[c]")


def test_writing_replaces_the_file_and_leaves_nothing_else(tmp_path):
    write_csv([ROW, ROW], tmp_path / "pooled.csv")

    write_csv([ROW], tmp_path / "pooled.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["pooled.csv"]
    assert (tmp_path / "pooled.csv").read_bytes() == csv_bytes([ROW])
