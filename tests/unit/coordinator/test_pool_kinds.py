"""Ratios and medians against plain references and brute force; authorities by themselves."""

from __future__ import annotations

import csv
import io
import statistics
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_coordinator.pool import (
    AUTHORITY_COLUMNS,
    authorities_csv_bytes,
    authority_rows,
    pool,
    write_authorities_csv,
)
from oversight_coordinator.pool.intervals import Interval
from oversight_coordinator.pool.medians import Median
from oversight_protocol.policy import Rules
from oversight_protocol.release import Cell, Row, TableAnswer, row_keys
from oversight_protocol.study import Dimension, Magnitude, Outcome, Subject, Wave
from support import protocol
from support.keeping_rules import not_shown, sums_not_shown
from support.protocol import BRIGHTON, KENT, LAS, MEDWAY

QUARTER = protocol.quarter(2026, 2)
WAVE = Wave(id="wave-1", periods=(QUARTER,))
KINDS = ("agency", "employed")
SERVICES = ("cin_cp", "looked_after")
HUNDREDTHS = 100


def codes(*names):
    return tuple(Outcome(code=name, label=name) for name in names)


CASELOAD = protocol.base_table(
    name="caseload",
    unit="workers",
    about_staff=True,
    subjects=(Subject(kind="workers", column="worker"),),
    outcomes=(),
    magnitudes=(
        Magnitude(name="children", label="Children", unit="children", maximum=40),
        Magnitude(name="fte", label="Working time", unit="workers", maximum=1, decimals=2),
    ),
    dimensions=(Dimension(name="agency", label="Agency", categories=codes(*KINDS)),),
)
BINS = (("d0_14", 0, 14), ("d15_28", 15, 28), ("d29_42", 29, 42), ("d43_more", 43, None))
GAP = protocol.base_table(
    name="supervision_gap",
    unit="events",
    subjects=(Subject(kind="children", column="child"),),
    outcomes=(*(Outcome(code=c, label=c, low=a, high=b) for c, a, b in BINS), *codes("unknown")),
    dimensions=(Dimension(name="service", label="Service", categories=codes(*SERVICES)),),
)
BIN_CODES = tuple(code for code, _, _ in BINS)
PER_FTE = protocol.measure(
    id="cases_per_fte", table="caseload", kind="ratio", unit="children per full-time worker",
    numerator=("children",), denominator=("fte",),
)  # fmt: skip
PER_WORKER = protocol.measure(
    id="cases_per_worker", table="caseload", kind="ratio", unit="children per worker",
    numerator=("children",), denominator=("all",),
)  # fmt: skip
MEDIAN = protocol.measure(
    id="median_days", table="supervision_gap", kind="median", unit="days", numerator=(),
    denominator=BIN_CODES,
)  # fmt: skip
STUDY = protocol.study(
    base_tables=(CASELOAD, GAP), measures=(PER_FTE, PER_WORKER, MEDIAN), waves=(WAVE,)
)


# ---------------------------------------------------------------------- exact data, published


@dataclass(frozen=True)
class Worker:
    """`fte` in hundredths."""

    agency: str
    children: int
    fte: int


def to_base(value, base, *, ties_up):
    """A whole number or a fraction to the nearest multiple."""
    steps, rest = divmod(Fraction(value), base)
    return int(base * (steps + (rest > Fraction(base, 2) or (2 * rest == base and ties_up))))


def line(row, cells, total, sums=()):
    return Row(dimension=row[0], category=row[1], cells=cells, total=total, sums=sums)


@dataclass(frozen=True)
class Publishing:
    """How figures are rounded, and which are hidden, by rules as well or not."""

    base: int = 5
    ties_up: bool = True
    hidden: frozenset = frozenset()
    by_rules: bool = False

    @property
    def least(self):
        return max(10, self.base)

    def cell(self, row, name, value, few=()):
        if (row, name) in self.hidden or (self.by_rules and name in few):
            return Cell(outcome=name, value=None, marker="[c]")
        return Cell(outcome=name, value=to_base(value, self.base, ties_up=self.ties_up))

    def caseload(self, workers):
        rows = []
        for row in row_keys(CASELOAD):
            found = [one for one in workers if row[1] in ("", one.agency)]
            exact = {
                "children": sum(one.children for one in found),
                "fte": Fraction(sum(one.fte for one in found), HUNDREDTHS),
            }
            few = sums_not_shown(exact, len(found), self.least)
            sums = tuple(self.cell(row, name, value, few) for name, value in exact.items())
            rows.append(line(row, (), self.cell(row, "all", len(found), few), sums))
        return self._answer("caseload", rows)

    def gaps(self, counts):
        """`counts`: by (service, outcome)."""
        rows = []
        for row in row_keys(GAP):
            inside = [s for s in SERVICES if row[1] in ("", s)]
            found = {o: sum(counts[s, o] for s in inside) for o in GAP.outcome_codes}
            few = not_shown(found, self.least)
            cells = tuple(self.cell(row, outcome, count, few) for outcome, count in found.items())
            rows.append(line(row, cells, self.cell(row, "all", sum(found.values()), few)))
        return self._answer("supervision_gap", rows)

    @staticmethod
    def _answer(table, rows):
        return TableAnswer(table=table, period=QUARTER.id, status="released", rows=tuple(rows))

    def release(self, la, *tables):
        rules = Rules(rounding_base=self.base, minimum_persons=self.least)
        return protocol.release(la=la, rules=rules, tables=tables)


def keys_of(table):
    names = (*table.outcome_codes, *table.magnitude_names, "all")
    return [(row, name) for row in row_keys(table) for name in names]


def publishings(table):
    hidden = st.frozensets(st.sampled_from(keys_of(table)), max_size=8)
    return st.builds(
        Publishing, st.sampled_from([5, 10, 15]), st.booleans(), hidden, by_rules=st.just(True)
    )


def figure(rows, measure, place=("", "")):
    (found,) = [row for row in rows if (row.measure, row.dimension, row.category) == (
        measure.id, *place)]  # fmt: skip
    return found


def exact(number):
    """A published decimal without the error of its float."""
    return Fraction(str(number))


def holds(row, true):
    return row.lower is None or exact(row.lower) <= true <= exact(row.upper)


# ---------------------------------------------------------------------- ratios

workers = st.lists(
    st.builds(
        Worker,
        st.sampled_from(KINDS),
        st.one_of(st.integers(0, 40), st.just(40), st.just(0)),
        st.one_of(st.integers(1, 100), st.just(100)),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(workers, publishings(CASELOAD)), min_size=1, max_size=3))
def test_the_true_ratio_over_all_who_answered_lies_inside_every_interval(drawn):
    answers = {
        la: how.release(la, how.caseload(staff))
        for la, (staff, how) in zip(LAS, drawn, strict=False)
    }

    rows = [row for row in pool(STUDY, WAVE, LAS, answers) if row.table == "caseload"]

    assert len(rows) == 6
    for row in rows:
        found = [w for staff, _ in drawn for w in staff if row.category in ("", w.agency)]
        below = sum(w.fte for w in found) if row.measure == PER_FTE.id else len(found) * HUNDREDTHS
        above = sum(w.children for w in found) * HUNDREDTHS
        assert not below or holds(row, Fraction(above, below))
        assert (row.lower is None) == (row.upper is None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(workers, publishings(CASELOAD)), min_size=1, max_size=3))
def test_a_ratio_is_that_of_the_rounded_sums_of_those_who_published_both(drawn):
    tables = [how.caseload(staff) for staff, how in drawn]
    answers = {
        la: how.release(la, table) for la, (_, how), table in zip(LAS, drawn, tables, strict=False)
    }

    rows = pool(STUDY, WAVE, LAS, answers)

    for place in row_keys(CASELOAD):
        row = figure(rows, PER_FTE, place)
        sums = [
            [cell.value for cell in found.sums]
            for table in tables
            for found in table.rows
            if (found.dimension, found.category) == place
        ]
        full = [pair for pair in sums if None not in pair]
        above, below = (sum(pair[n] for pair in full) for n in (0, 1))
        assert row.las_published == len(full)
        assert (row.numerator, row.denominator) == ((above, below) if full else (None, None))
        assert row.estimate == (half_up(Fraction(above, below)) if full and below else None)


def half_up(number):
    return float(Fraction((number * 10 + Fraction(1, 2)).__floor__(), 10))


def alone(how, *tables):
    return pool(STUDY, WAVE, LAS, {KENT: how.release(KENT, *tables)})


STAFF = [Worker("employed", 15, 100)] * 20 + [Worker("agency", 18, 50)] * 20


def test_a_worked_ratio():
    whole_only = frozenset(key for key in keys_of(CASELOAD) if key[0] != ("", ""))

    row = figure(alone(Publishing(hidden=whole_only), Publishing(hidden=whole_only)
                       .caseload(STAFF)), PER_FTE)  # fmt: skip

    # 660 children are 658 to 662; 30 full-time workers are 27.50 to 32.50.
    assert (row.estimate, row.numerator, row.denominator) == (22.0, 660, 30)
    assert (row.lower, row.upper) == (20.2, 24.1)
    assert (row.unit, row.marker) == ("children per full-time worker", "")


def test_an_estimate_half_way_between_two_decimals_is_rounded_up():
    # 45 over 20 is 2.25.
    staff = [Worker("employed", 2, 100)] * 15 + [Worker("employed", 3, 100)] * 5

    assert figure(alone(Publishing(), Publishing().caseload(staff)), PER_FTE).estimate == 2.3


def test_a_suppressed_sum_is_bounded_by_the_maximum_of_each_row():
    how = Publishing(hidden=frozenset(key for key in keys_of(CASELOAD) if key[1] == "children"))

    row = figure(alone(how, how.caseload(STAFF)), PER_WORKER)

    # Forty workers are 38 to 42 with at most 40 children each: 42 * 40 / 38.
    assert (row.estimate, row.marker, row.lower, row.upper) == (None, "[c]", 0.0, 44.3)


def test_a_suppressed_sum_is_bounded_by_the_whole_less_the_other_category():
    place = ("agency", "agency")
    how = Publishing(hidden=frozenset({(place, "children")}))

    row = figure(alone(how, how.caseload(STAFF)), PER_WORKER, place)

    # 660 less 300 leaves 356 to 364 children, for 18 to 22 workers.
    assert (row.marker, row.lower, row.upper) == ("[c]", 16.1, 20.3)


def test_the_number_of_rows_is_known_from_a_sum_that_they_must_have_at_least():
    # Nobody works for an agency, which is not shown either.
    hidden = frozenset(key for key in keys_of(CASELOAD) if "all" in key or "agency" in key[0][1:])
    how = Publishing(hidden=hidden)

    row = figure(alone(how, how.caseload([Worker("employed", 10, 100)] * 30)), PER_WORKER)

    # 30 full-time workers are 27.50 at least, so 28 persons; how many at most, nobody said.
    assert (row.lower, row.upper) == (0.0, 10.8)


def test_a_ratio_that_nothing_bounds_from_above_has_no_interval():
    how = Publishing(hidden=frozenset(keys_of(CASELOAD)))

    row = figure(alone(how, how.caseload(STAFF)), PER_FTE)

    assert (row.estimate, row.lower, row.upper, row.marker) == (None, None, None, "[c]")


def test_a_ratio_to_nothing_is_marked_as_not_applicable():
    row = figure(alone(Publishing(), Publishing().caseload([])), PER_FTE)

    assert (row.estimate, row.numerator, row.denominator, row.marker) == (None, 0, 0, "[z]")


def test_sums_that_contradict_their_count_never_give_an_upside_down_interval():
    honest = Publishing().caseload(STAFF)
    few = Cell(outcome="all", value=10)
    lying = honest.model_copy(
        update={"rows": tuple(row.model_copy(update={"total": few}) for row in honest.rows)}
    )

    row = figure(alone(Publishing(), lying), PER_WORKER)

    # Twelve workers cannot have 660 children when 40 is the most: each figure stands for itself.
    assert (row.lower, row.upper) == (54.8, 82.8)


# ---------------------------------------------------------------------- medians

counts = st.fixed_dictionaries(
    {
        (service, outcome): st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 300))
        for service in SERVICES
        for outcome in GAP.outcome_codes
    }
)
TOP = 120
"""A value of the open bin in the tests is at most this."""


def values_in(outcome, number, draw):
    _, low, high = next(one for one in BINS if one[0] == outcome)
    # Both ends and one value between them: these are where a median can leave its bin.
    ends = (low, high if high is not None else TOP, (low + (high or TOP)) // 2)
    return [ends[draw(st.integers(0, 2))]] * number if number else []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(counts, publishings(GAP)), min_size=1, max_size=3), st.data())
def test_the_true_median_over_all_who_answered_lies_inside_every_interval(drawn, data):
    answers = {
        la: how.release(la, how.gaps(found)) for la, (found, how) in zip(LAS, drawn, strict=False)
    }
    values = {
        key: values_in(key[2], found[key[1:]], data.draw)
        for n, (found, _) in enumerate(drawn)
        for key in ((n, service, outcome) for service in SERVICES for outcome in BIN_CODES)
    }

    rows = [row for row in pool(STUDY, WAVE, LAS, answers) if row.measure == MEDIAN.id]

    for row in rows:
        days = [v for key, some in values.items() if row.category in ("", key[1]) for v in some]
        assert not days or holds(row, Fraction(statistics.median(days)))
        assert row.numerator is None
        assert (row.lower is None) == (row.upper is None)


SMALL = protocol.base_table(
    name="supervision_gap", unit="events", dimensions=(),
    subjects=(Subject(kind="children", column="child"),),
    outcomes=tuple(Outcome(code=c, label=c, low=a, high=b) for c, a, b in BINS[:3]),
)  # fmt: skip
SMALL_MEDIAN = MEDIAN.model_copy(update={"denominator": BIN_CODES[:3]})
SMALL_STUDY = protocol.study(base_tables=(SMALL,), measures=(SMALL_MEDIAN,), waves=(WAVE,))
SMALL_KEYS = (*BIN_CODES[:3], "all")


ANYTHING = (*range(39), 1000)
"""What a hidden figure may be: as small as the others here together, or far larger."""


def fitting(published):
    """All exact tables that can have been published so, ties either way, by the rules."""
    *bins, total = published
    choices = [[n for n in ANYTHING if near(n, shown)] for shown in bins]
    return [
        table for table in product(*choices)
        if near(sum(table), total)
        and all(
            shown is None or sum(table) - n >= 10 for n, shown in zip(table, bins, strict=True)
        )
    ]  # fmt: skip


def near(true, shown):
    return shown is None or (true >= 10 and abs(shown - true) <= 2)


def furthest(tables):
    """For each cut and side, of an authority's tables the one with most on that side."""
    for cut in (1, 2):
        for side in (slice(None, cut), slice(cut, None)):
            yield max(tables, key=lambda t, s=side: (2 * sum(t[s]) - sum(t), sum(t[s])))


def middle_bins(table):
    """The bins of the lower and the upper middle observation."""
    where = [n for n, count in enumerate(table) for _ in range(count)]
    return where[(len(where) - 1) // 2], where[len(where) // 2]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[st.one_of(st.integers(0, 12), st.integers(9, 12))] * 3,
                       st.sets(st.sampled_from(SMALL_KEYS))), min_size=1, max_size=2),
)  # fmt: skip
def test_a_medians_interval_is_exactly_what_all_tables_that_fit_allow(drawn):
    published = [
        [None if name in hidden | by_rules else to_base(v, 5, ties_up=True)
         for name, v in zip(SMALL_KEYS, (*table, sum(table)), strict=True)]
        for *table, hidden in drawn
        for by_rules in [not_shown(dict(zip(SMALL_KEYS, table, strict=False)), 10)]
    ]  # fmt: skip
    answers = {la: small_release(la, one) for la, one in zip(LAS, published, strict=False)}

    row = figure(pool(SMALL_STUDY, WAVE, LAS, answers), SMALL_MEDIAN)

    # The middle is furthest out where every authority has as much as it can on one side of a cut.
    extremes = zip(*(furthest(fitting(one)) for one in published), strict=True)
    together = [tuple(map(sum, zip(*tables, strict=True))) for tables in extremes]
    middles = [middle_bins(table) for table in together if any(table)]
    if middles:
        assert row.lower == BINS[min(low for low, _ in middles)][1]
        assert row.upper == BINS[max(high for _, high in middles)][2]
    else:
        assert (row.lower, row.upper) == (None, None)


def small_release(la, shown):
    cells = [
        Cell(outcome=name, value=value, marker="" if value is not None else "[c]")
        for name, value in zip(SMALL_KEYS, shown, strict=True)
    ]
    row = line(("", ""), tuple(cells[:3]), cells[3])
    return Publishing().release(la, Publishing._answer("supervision_gap", [row]))


def plainly_interpolated(counts):
    """The grouped median as textbooks have it, bin by bin."""
    half, before = Fraction(sum(counts), 2), 0
    for (_, low, high), count in zip(BINS, counts, strict=True):
        if count and before + count >= half:
            return low if high is None else low + (half - before) / count * (high + 1 - low)
        before += count
    return None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from(range(0, 205, 5))] * 4), min_size=1, max_size=3))
def test_a_median_is_interpolated_from_the_rounded_counts_of_those_who_published_all_bins(drawn):
    answers = {
        la: Publishing().release(la, Publishing().gaps(in_one_service(shown)))
        for la, shown in zip(LAS, drawn, strict=False)
    }

    row = figure(pool(STUDY, WAVE, LAS, answers), MEDIAN)

    sums = [sum(column) for column in zip(*drawn, strict=True)]
    reference = plainly_interpolated(sums)
    assert row.estimate == (None if reference is None else half_up(reference))
    assert (row.numerator, row.denominator) == (None, sum(sums))
    assert row.marker == ("" if sum(sums) else "[z]")


def in_one_service(shown, unknown=0):
    outcomes = dict(zip(GAP.outcome_codes, (*shown, unknown), strict=True))
    return {(s, o): outcomes[o] if s == "cin_cp" else 0 for s in SERVICES for o in outcomes}


def test_a_worked_median():
    row = figure(alone(Publishing(), Publishing().gaps(in_one_service((40, 100, 60, 20)))), MEDIAN)

    # Of 220 the middle is 110: 70 of 100 into the bin that reaches from 15 to 29.
    assert (row.estimate, row.lower, row.upper) == (24.8, 15.0, 28.0)
    assert (row.numerator, row.denominator, row.unit) == (None, 220, "days")


def test_an_authority_that_hides_a_bin_is_in_the_interval_and_not_in_the_median():
    shown = Publishing().gaps(in_one_service((40, 100, 60, 20)))
    hidden = frozenset({(("", ""), "d0_14")} | {k for k in keys_of(GAP) if k[0] != ("", "")})
    how = Publishing(hidden=hidden)
    other = how.gaps(in_one_service((300, 10, 10, 10)))
    answers = {KENT: Publishing().release(KENT, shown), MEDWAY: how.release(MEDWAY, other)}

    row = figure(pool(STUDY, WAVE, LAS, answers), MEDIAN)

    assert (row.estimate, row.las_published, row.las_answered) == (24.8, 1, 2)
    # Together 340 of 550 lie in the first bin, since the second authority's row holds 330.
    assert (row.lower, row.upper) == (0.0, 14.0)


def test_a_median_that_may_lie_in_the_open_bin_has_no_interval():
    row = figure(alone(Publishing(), Publishing().gaps(in_one_service((0, 20, 20, 60)))), MEDIAN)

    assert (row.estimate, row.lower, row.upper, row.marker) == (43.0, None, None, "")


def test_a_half_way_median_of_two_bins_lies_inside():
    row = figure(alone(Publishing(), Publishing().gaps(in_one_service((50, 50, 0, 0)))), MEDIAN)

    assert (row.estimate, row.lower, row.upper) == (15.0, 0.0, 28.0)


def test_where_half_of_all_end_with_a_bin_the_median_is_its_end():
    row = figure(alone(Publishing(), Publishing().gaps(in_one_service((50, 0, 50, 0)))), MEDIAN)

    assert (row.estimate, row.lower, row.upper) == (15.0, 0.0, 42.0)


def test_a_bin_that_is_known_to_be_empty_holds_no_middle():
    empty, some = Interval(0, 0), Interval(0, 5)

    bounds = Median(MEDIAN, GAP).bounds((empty, some, some, some, some, empty))

    assert bounds == (15.0, 42.0)


# ---------------------------------------------------------------------- authorities by themselves


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(workers, counts, publishings(CASELOAD)), min_size=2, max_size=2))
def test_an_authoritys_own_figure_is_the_pool_of_it_alone(drawn):
    answers = {
        la: how.release(la, how.caseload(staff), how.gaps(found))
        for la, (staff, found, how) in zip((KENT, MEDWAY), drawn, strict=True)
    }

    rows = authority_rows(STUDY, WAVE, LAS, answers)

    assert [(r.measure, r.la) for r in rows] == [
        (one.id, la) for one in STUDY.measures for la in sorted(LAS)
    ]
    for row in rows:
        own = {la: answer for la, answer in answers.items() if la == row.la}
        measure = next(one for one in STUDY.measures if one.id == row.measure)
        pooled = figure(pool(STUDY, WAVE, LAS, own), measure)
        assert vars(row) == {name: getattr(pooled, name, row.la) for name in vars(row)}


def test_an_authority_that_did_not_answer_a_table_has_a_row_that_says_so():
    answers = {KENT: Publishing().release(KENT, Publishing().caseload(STAFF))}

    rows = authority_rows(STUDY, WAVE, LAS, answers)

    markers = {(row.la, row.measure): row.marker for row in rows}
    assert markers[KENT, PER_FTE.id] == ""
    assert {markers[la, PER_FTE.id] for la in (MEDWAY, BRIGHTON)} == {"[x]"}
    assert {markers[la, MEDIAN.id] for la in LAS} == {"[x]"}


def test_an_answer_of_an_authority_that_was_not_asked_is_a_mistake_here_too():
    answers = {KENT: Publishing().release(KENT, Publishing().caseload(STAFF))}

    with pytest.raises(ValueError, match="not asked"):
        authority_rows(STUDY, WAVE, (MEDWAY,), answers)


def test_the_csv_of_authorities_has_the_columns_that_were_promised(tmp_path):
    answers = {KENT: Publishing().release(KENT, Publishing().caseload(STAFF))}
    rows = authority_rows(STUDY, WAVE, LAS, answers)
    names = {KENT: "Kent", MEDWAY: "Medway", BRIGHTON: "Brighton and Hove"}

    write_authorities_csv(rows, names, tmp_path / "authorities.csv")

    raw = (tmp_path / "authorities.csv").read_bytes()
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8"))))
    assert raw == authorities_csv_bytes(rows, names)
    assert raw.splitlines()[0] == (
        b"la,la_name,measure,period,estimate,lower,upper,numerator,denominator,marker"
    )
    assert b"\r" not in raw
    assert len(lines) == len(rows)
    (kent,) = [one for one in lines if (one["la"], one["measure"]) == (KENT, PER_FTE.id)]
    assert (kent["la_name"], kent["estimate"], kent["numerator"]) == ("Kent", "22.0", "660")
    assert tuple(kent) == AUTHORITY_COLUMNS
