"""The parts of a proposal: words, codes, dates, pairs, and what may be shown."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.pipeline.profiling import ColumnProfile
from oversight_agent.proposing.assign import assign
from oversight_agent.proposing.codes import coded, spelled_in
from oversight_agent.proposing.dates import dates, read
from oversight_agent.proposing.filters import filters
from oversight_agent.proposing.showing import examples, is_code_list
from oversight_agent.proposing.words import ideas, nearness
from oversight_protocol import specification
from support.profiles import column, source

SPEC = specification.load("1.0")
CODED = [(table.name, spec) for table in SPEC.mapped for spec in table.fields if spec.codes]


def codes_of(table: str, name: str, *values: str) -> dict[str, object]:
    spec = SPEC.table(table).field(name)
    return dict(coded(table, spec, Counter(values)).codes)


# -------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("header", "phrase"),
    [
        ("REFRL_START_DTTM", "referral start date"),
        ("clientnumber", "client number"),
        ("isAgencyWorker", "agency worker"),
        ("Date audit signed off", "audit sign off date"),
        ("Supervisor's payroll no.", "payroll number of the supervisor"),
        ("WKR_NO", "worker number"),
    ],
)
def test_a_header_is_near_what_it_abbreviates(header: str, phrase: str) -> None:
    assert nearness(ideas(header), ideas(phrase)) > 0.8


def test_a_header_about_something_else_is_far() -> None:
    assert nearness(ideas("Date of birth"), ideas("date held")) < 0.4


# -------------------------------------------------------------------- codes


@pytest.mark.parametrize(("table", "spec"), CODED, ids=lambda one: getattr(one, "name", one))
def test_every_label_and_every_code_is_known_as_its_code(
    table: str, spec: specification.SpecField
) -> None:
    for code in spec.codes or ():
        for text in (str(code), spec.label(code), spec.label(code).upper()):
            assert coded(table, spec, {text: 1}).codes == {text: code}


def test_a_code_before_its_label_decides() -> None:
    found = codes_of("episode", "need", "N3 - something of our own", "n5: other words")

    assert found == {"N3 - something of our own": "N3", "n5: other words": "N5"}


def test_a_value_that_names_two_places_is_both_of_them() -> None:
    found = codes_of("oversight_event", "part1_location", "child's file + supervision record",
                     "CHILD_RECORD_AND_STAFF_FILE", "case file and the shed")  # fmt: skip

    assert found == {"child's file + supervision record": "both",
                     "CHILD_RECORD_AND_STAFF_FILE": "both"}  # fmt: skip


def test_yes_and_no_at_length_are_known_by_each_other() -> None:
    assert codes_of("audit", "moderated", "We moderated it", "We did not moderate it") == {
        "We moderated it": "Y", "We did not moderate it": "N",
    }  # fmt: skip
    assert codes_of("audit", "moderated", "We did not moderate it") == {}


@pytest.mark.parametrize("value", ["-1", "***", "900003", "zzz", "S12", ""])
def test_what_nobody_can_tell_stays_open(value: str) -> None:
    assert codes_of("inspection", "overall", value) == {}


def test_bare_figures_are_no_grade_for_some_scales_count_up_and_some_down() -> None:
    assert codes_of("audit", "overall_grade", "1", "2", "3", "4") == {}


def test_a_name_contains_a_code_by_its_longest_spelling() -> None:
    spec = SPEC.table("oversight_event").field("type")

    assert spelled_in("oversight_event", spec, "management_decisions 2026") == "management_decision"
    assert spelled_in("oversight_event", spec, "everything") is None


@given(st.text(max_size=30))
def test_any_text_is_a_known_code_or_open(value: str) -> None:
    spec = SPEC.table("team").field("service")

    found = coded("team", spec, {value: 1})

    assert set(found.codes) | set(found.open) == {value}
    assert set(found.codes.values()) <= set(spec.codes)


# -------------------------------------------------------------------- dates

FORMS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%Y-%m-%d", "%d-%b-%Y", "%d %B %Y", "%Y%m%d",
         "%d/%m/%Y %H:%M", "%Y/%m/%d")  # fmt: skip


@given(
    st.sampled_from(FORMS),
    st.lists(st.dates(date(2015, 1, 1), date(2027, 12, 31)), min_size=1, max_size=30),
)
def test_dates_are_read_back_as_they_were_written(form: str, days: list[date]) -> None:
    # A day after the twelfth tells day from month.
    days = [*days, date(2021, 3, 23)]
    written = {day.strftime(form): day for day in days}

    found = dates(dict.fromkeys(written, 1))

    assert found is not None
    assert not found.others
    assert {text: read(text, found.format) for text in written} == written


def test_day_and_month_that_cannot_be_told_apart_are_told() -> None:
    found = dates({"01/02/2026": 1, "03/04/2026": 1})

    assert found is not None
    assert (found.format, found.others) == ("%d/%m/%Y", ("%m/%d/%Y",))


def test_a_column_with_two_ways_to_write_dates_has_both() -> None:
    found = dates({"23/04/2026": 5, "2026-04-30": 2, "pending": 1})

    assert found is not None
    assert (found.format, found.also) == ("%d/%m/%Y", ("%Y-%m-%d",))
    assert found.share == pytest.approx(7 / 8)


@pytest.mark.parametrize("values", [{"A": 1}, {"12": 3}, {"T05": 1, "x": 1}, {}])
def test_what_is_no_date_is_none(values: dict[str, int]) -> None:
    assert dates(values) is None


def test_excels_day_numbers_are_dates_of_this_time_only() -> None:
    assert dates({"46000": 1, "45900.5": 1}).format == "excel"
    assert dates({"70123": 1, "31001": 1}) is None


# -------------------------------------------------------------------- pairs


@given(
    st.integers(1, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 10), min_size=columns, max_size=columns), min_size=1, max_size=4
        )
    ),
    st.integers(0, 10),
)
def test_no_pairing_is_worth_more(worth: list[list[int]], least: int) -> None:
    found = assign(worth, [least] * len(worth))

    def total(pairing: tuple[int | None, ...]) -> int:
        return sum(least if c is None else worth[r][c] for r, c in enumerate(pairing))

    taken = [one for one in found if one is not None]
    possible = [
        one for one in product([None, *range(len(worth[0]))], repeat=len(worth))
        if len({c for c in one if c is not None}) == sum(c is not None for c in one)
    ]  # fmt: skip
    assert len(set(taken)) == len(taken)
    assert total(tuple(found)) == max(map(total, possible))


# -------------------------------------------------------------------- what may be shown

ROWS = 60


@pytest.mark.parametrize(
    "shown",
    [
        column("Role", *["Team Manager", "Social Worker"] * ROWS),
        column("Status", *["open", "closed"] * ROWS),
        column("Grade", *["900001", "900002"] * ROWS),
    ],
    ids=lambda one: one.name,
)
def test_the_values_of_a_code_list_may_be_shown(shown: ColumnProfile) -> None:
    assert is_code_list(shown)


@pytest.mark.parametrize(
    "hidden",
    [
        column("Auditor", *["Ruth", "Omar"] * ROWS),
        column("Moderated by", *["Ava Birch", "Leo Ives", "Nia Hythe"] * ROWS),
        column("Child id", *["A1", "A2"] * ROWS),
        column("Key", *[f"K{n}" for n in range(ROWS)]),
        column("Opened", *["01/02/2026", "02/03/2026"] * ROWS),
        column("Account", *["123456", "654321"]),
        column(
            "Notes", *["the family was seen and the plan was talked through again today"] * ROWS
        ),
        column("Nothing"),
    ],
    ids=lambda one: one.name,
)
def test_what_may_be_a_person_is_never_shown(hidden: ColumnProfile) -> None:
    assert not is_code_list(hidden)


def test_examples_are_shapes_the_most_different_first() -> None:
    one = column("Any", "AB12", "CD34", "x@y.uk", "7", *"abcdef")

    assert examples(one) == "aa99 · a@a.aa · 9 · a"


# -------------------------------------------------------------------- rows that are no records


def test_deleted_and_cancelled_rows_are_seen() -> None:
    found = filters(source(
        column("IS_DELETED", *["0"] * 90, *["1"] * 10),
        column("Status", *["Completed"] * 80, *["Cancelled by family"] * 20),
        column("Team", *["A", "B"] * 50),
    ))  # fmt: skip

    assert [(one.column, one.values) for one in found] == [
        ("IS_DELETED", ("1",)), ("Status", ("Cancelled by family",)),
    ]  # fmt: skip


def test_a_column_that_would_leave_out_most_rows_is_no_filter() -> None:
    assert filters(source(column("deleted", *["1"] * 60, *["0"] * 40))) == ()
