"""Which measures can be answered, and what the others lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.checks.availability import (
    BUSY_ROWS,
    SHARED,
    MeasureCheck,
    TableState,
    availability,
)
from oversight_agent.checks.expected import ENDS, FLOWS, MANY_ROWS, ROUNDS
from oversight_agent.checks.statistics import DateCheck, FieldCheck
from oversight_protocol import specification, study_package
from oversight_protocol.specification import CALENDAR
from oversight_protocol.study import BaseTable, Measure

TODAY = date(2026, 11, 23)
STUDY = study_package.installed()
WAVE = STUDY.waves[0]
SPECIFICATION = specification.load(STUDY.spec_version)
MONTHS = tuple(
    (period.start.year, period.start.month + number)
    for period in WAVE.periods for number in range(3)
)  # fmt: skip
NEEDED = sorted({point for table in STUDY.base_tables for point in table.needs})
READ = sorted({name for table in STUDY.base_tables for name in table.reads} - {CALENDAR})

States = dict[str, TableState]


def complete() -> States:
    """A mapping of everything, complete, with rows in each month of the wave."""
    return {table.name: state(table.name) for table in SPECIFICATION.mapped}


def state(name: str) -> TableState:
    schema = SPECIFICATION.table(name)
    assert schema is not None
    return TableState(
        problem=None,
        rows=100,
        fields={
            one.name: FieldCheck(name, one.name, one.title, one.required, "column", "", 100, 100,
                                 0, 0)
            for one in schema.fields
        },
        dates={
            one.name: DateCheck(name, one.name, date(2026, 4, 1), date(2026, 9, 30), (),
                                dict.fromkeys(MONTHS, 20))
            for one in schema.fields if one.type == "date"
        },
    )  # fmt: skip


def with_field(states: States, point: str, **changes: object) -> States:
    table, field = point.split(".")
    one = states[table]
    fields = {**one.fields, field: replace(one.fields[field], **changes)}
    return {**states, table: replace(one, fields=fields)}


def with_months(states: States, table: str, months: Mapping[tuple[int, int], int]) -> States:
    one = states[table]
    dates = {name: replace(each, months=months) for name, each in one.dates.items()}
    return {**states, table: replace(one, dates=dates)}


def measures(states: States, today: date = TODAY) -> dict[str, MeasureCheck]:
    return {one.number: one for one in availability(STUDY, WAVE, states, today)}


def lacks(states: States, number: str) -> list[tuple[str, str, bool]]:
    return [(one.data_point, one.reason, one.blocks) for one in measures(states)[number].lacks]


def numbers(states: States, availability_of: str) -> set[str]:
    return {n for n, one in measures(states).items() if one.availability == availability_of}


def needing(point: str) -> set[str]:
    """The measures that the study itself says need a field: the oracle."""
    return {one.number for one in STUDY.measures if point in _needs(one)}


def _needs(measure: Measure) -> set[str]:
    table = STUDY.table(measure.table)
    named = {field for one in table.dimension_needs for field in one.fields
             if measure.place is not None and one.dimension == measure.place.dimension}  # fmt: skip
    return {*table.needs, *named}


def broken_down_by(point: str) -> set[str]:
    return {
        one.number for one in STUDY.measures
        if any(point in need.fields for need in STUDY.table(one.table).dimension_needs)
    } - needing(point)  # fmt: skip


def a_measure_of(table: str) -> str:
    return next(one.number for one in STUDY.measures if one.table == table)


# ---------------------------------------------------------------------- what is there


def test_a_complete_mapping_answers_every_measure():
    assert set(measures(complete())) == {one.number for one in STUDY.measures}
    assert numbers(complete(), "available") == {one.number for one in STUDY.measures}


def test_a_measure_that_is_available_lacks_nothing():
    assert all(one.lacks == () for one in measures(complete()).values())


def test_no_mapping_at_all_answers_nothing_and_names_the_tables():
    found = measures({})

    assert {one.availability for one in found.values()} == {"not_available"}
    assert {lack.reason for one in found.values() for lack in one.lacks} == {"table_not_mapped"}


# ---------------------------------------------------------------------- what is taken away


@given(st.sampled_from(NEEDED))
def test_without_a_needed_field_exactly_the_measures_that_need_it_are_not_available(point: str):
    states = with_field(complete(), point, filling="absent")

    assert numbers(states, "not_available") == needing(point) != set()
    assert numbers(states, "partly") == broken_down_by(point)


@given(st.sets(st.sampled_from(NEEDED), min_size=1, max_size=6))
def test_what_several_missing_fields_take_is_what_each_of_them_takes(points: set[str]):
    states = complete()
    for point in points:
        states = with_field(states, point, filling="absent")

    assert numbers(states, "not_available") == set().union(*map(needing, points))


@given(st.sampled_from(READ), st.sampled_from(["absent", "source_unusable", "keys_broken"]))
def test_without_a_table_exactly_the_measures_that_read_it_are_not_available(name, problem):
    states = complete()
    if problem == "absent":
        del states[name]
    else:
        states[name] = replace(states[name], problem=problem)

    reading = {one.number for one in STUDY.measures if name in STUDY.table(one.table).reads}
    reason = "table_not_mapped" if problem == "absent" else problem
    assert numbers(states, "not_available") == reading
    assert numbers(states, "partly") == set()
    assert {lack.reason for n in reading for lack in measures(states)[n].lacks} == {reason}
    assert {lack.data_point for n in reading for lack in measures(states)[n].lacks} == {name}


@given(st.sampled_from(NEEDED), st.integers(0, 49))
def test_a_field_that_is_mostly_missing_leaves_a_part_and_an_empty_one_nothing(point, known):
    states = with_field(complete(), point, filled=known)

    points = {lack.data_point for one in measures(states).values() for lack in one.lacks}
    assert points <= {point}
    leaves_something = known or point in ENDS
    assert numbers(states, "not_available") == (set() if leaves_something else needing(point))


@pytest.mark.parametrize(
    ("known", "reasons"), [(49, [("plan.previous_cpp", "mostly_missing", False)]), (50, [])]
)
def test_half_of_the_rows_is_enough(known: int, reasons: list):
    number = a_measure_of("cp_start")

    assert lacks(with_field(complete(), "plan.previous_cpp", filled=known), number) == reasons


def test_values_that_say_that_nobody_knows_are_missing():
    number = a_measure_of("recording")
    states = with_field(complete(), "oversight_event.part1_location", unknown=60)

    assert lacks(states, number) == [("oversight_event.part1_location", "mostly_missing", False)]


def test_an_end_may_be_empty_but_in_all_of_many_rows_what_has_ended_was_left_out():
    number = a_measure_of("plan_duration")

    def ends(filled: int, rows: int) -> States:
        return with_field(complete(), "plan.end", filled=filled, rows=rows)

    assert lacks(ends(1, MANY_ROWS), number) == []
    assert lacks(ends(0, MANY_ROWS - 1), number) == []
    assert lacks(ends(0, MANY_ROWS), number) == [("plan.end", "mostly_missing", False)]


def test_what_was_done_may_not_be_done_in_most_rows_but_in_none_it_is_missing():
    number = a_measure_of("recorded_in_time")
    few = with_field(complete(), "oversight_event.recorded_date", filled=1)
    none = with_field(complete(), "oversight_event.recorded_date", filled=0)

    assert lacks(few, number) == []
    assert lacks(none, number) == [("oversight_event.recorded_date", "mostly_missing", True)]


def test_a_field_that_is_expected_in_rows_of_which_there_are_none_is_missing():
    number = a_measure_of("part1_reflection")
    states = with_field(complete(), "oversight_event.reflects_family", rows=0, filled=0,
                        among="events read by auditors")  # fmt: skip

    assert lacks(states, number) == [("oversight_event.reflects_family", "mostly_missing", True)]


def test_a_value_that_the_mapping_gives_to_all_rows_leaves_a_part():
    states = with_field(complete(), "oversight_event.evidence", filling="constant")

    assert lacks(states, a_measure_of("part1_reflection")) == [
        ("oversight_event.evidence", "constant", False)
    ]
    assert numbers(states, "not_available") == set()


def test_a_table_without_rows_answers_nothing_that_is_made_of_it():
    states = complete()
    states["worker"] = replace(states["worker"], rows=0)

    assert lacks(states, a_measure_of("span")) == [("worker", "mostly_missing", True)]


def test_a_table_that_only_breaks_down_may_be_empty_for_the_figure_of_all():
    states = complete()
    states["team"] = replace(states["team"], rows=0)

    assert numbers(states, "not_available") == set()
    assert lacks(states, a_measure_of("worker_changes")) == [("team", "mostly_missing", False)]


def test_a_measure_of_one_category_needs_the_fields_of_its_dimension():
    placed = [one for one in STUDY.measures if one.place is not None]
    assert placed

    for one in placed:
        fields = [need.fields for need in STUDY.table(one.table).dimension_needs
                  if need.dimension == one.place.dimension]  # fmt: skip
        for point in (point for group in fields for point in group):
            states = with_field(complete(), point, filling="absent")
            assert measures(states)[one.number].availability == "not_available"


# ---------------------------------------------------------------------- which time


def flow_of(table: BaseTable) -> str | None:
    needed = {point.split(".")[0] for point in table.needs}
    return next((name for name in FLOWS if name in needed), None)


IN_TIME = [one.number for one in STUDY.measures if flow_of(STUDY.table(one.table))]
"""The measures that are made of something that comes in every month."""


@pytest.mark.parametrize("number", IN_TIME)
def test_a_measure_whose_rows_lie_in_no_quarter_is_not_available_and_in_one_partly(number: str):
    measure = next(one for one in STUDY.measures if one.number == number)
    flow = flow_of(STUDY.table(measure.table))
    assert flow is not None
    earlier = dict.fromkeys(MONTHS[:3], 5)

    none = measures(with_months(complete(), flow, {(2020, 1): 5}))[number]
    some = measures(with_months(complete(), flow, earlier))[number]

    assert (none.availability, none.lacks[0].reason) == ("not_available", "period_not_covered")
    assert (some.availability, some.lacks[0].reason) == ("partly", "period_partly_covered")
    assert WAVE.periods[1].label in some.lacks[0].detail


@pytest.mark.parametrize(("rows", "reasons"), [
    (BUSY_ROWS, [("episode.referral_date", "period_partly_covered", False)]), (BUSY_ROWS - 1, []),
])  # fmt: skip
def test_a_busy_quarter_without_a_row_in_its_last_month_is_covered_in_part(rows, reasons):
    months = dict.fromkeys(MONTHS[:3], 20) | {MONTHS[3]: rows}

    states = with_months(complete(), "episode", months)

    assert lacks(states, a_measure_of("rereferral")) == reasons


@pytest.mark.parametrize("today", [date(2026, 7, 1), date(2026, 6, 30), date(2026, 3, 31)])
def test_a_quarter_that_has_not_begun_is_no_lack(today: date):
    months = {month: 20 for month in MONTHS if month <= (today.year, today.month)}
    months |= {(2026, 7): 20} if today == date(2026, 7, 1) else {}

    states = with_months(complete(), "episode", months)
    found = measures(states, today)[a_measure_of("rereferral")]

    assert found.availability == "available"


def test_a_round_of_the_survey_in_one_of_the_quarters_is_enough():
    (table,) = ROUNDS
    one_round = with_months(complete(), table, {MONTHS[1]: 40})
    none = with_months(complete(), table, {(2025, 1): 40})
    number = a_measure_of("survey")

    assert lacks(one_round, number) == []
    assert lacks(none, number) == [("survey_response.wave", "period_not_covered", True)]


# ---------------------------------------------------------------------- how it is said


@given(st.lists(st.sampled_from([*NEEDED, *READ]), max_size=8))
def test_data_points_are_told_once_each_in_order_and_belong_to_what_the_table_reads(taken):
    states = complete()
    for one in taken:
        if "." not in one:
            states.pop(one, None)
        elif one.split(".")[0] in states:
            states = with_field(states, one, filling="absent")

    for measure in STUDY.measures:
        points = [lack.data_point for lack in measures(states)[measure.number].lacks]
        assert points == sorted(set(points))
        assert {one.split(".")[0] for one in points} <= set(STUDY.table(measure.table).reads)


def test_a_study_that_does_not_say_what_it_needs_is_judged_by_the_tables_that_it_reads():
    tables = tuple(one.model_copy(update={"needs": (), "dimension_needs": ()})
                   for one in STUDY.base_tables)  # fmt: skip
    silent = STUDY.model_copy(update={"base_tables": tables})
    states = with_field(complete(), NEEDED[0], filling="absent")
    without = {name: one for name, one in complete().items() if name != "plan"}

    assert {one.availability for one in availability(silent, WAVE, states, TODAY)} == {"available"}
    lacking = {one.number for one in availability(silent, WAVE, without, TODAY) if one.lacks}
    assert lacking == {one.number for one in STUDY.measures
                       if "plan" in STUDY.table(one.table).reads}  # fmt: skip


# ---------------------------------------------------------------------- what others may be told

FEW = st.integers(0, SHARED.least - 1)
"""A count that may be a person or two."""


def told(states: States) -> list[tuple[object, ...]]:
    """What is said to others, without the words that stay here."""
    return [
        (one.number, one.availability, [(lack.data_point, lack.reason) for lack in one.lacks])
        for one in availability(STUDY, WAVE, states, TODAY, SHARED)
    ]


@given(point=st.sampled_from(NEEDED), known=FEW, rows=st.integers(30, 400))
def test_a_field_with_a_few_known_values_is_told_as_one_with_none(
    point: str, known: int, rows: int
):
    few = with_field(complete(), point, rows=rows, filled=known)
    none = with_field(complete(), point, rows=rows, filled=0)

    assert told(few) == told(none)


@given(point=st.sampled_from(NEEDED), rows=st.integers(0, 29), data=st.data())
def test_of_a_field_expected_in_few_rows_others_are_told_nothing(
    point: str, rows: int, data: st.DataObject
):
    known = data.draw(st.integers(0, rows))

    few = with_field(complete(), point, rows=rows, filled=known)

    assert told(few) == told(complete())


@given(
    table=st.sampled_from(sorted(FLOWS)),
    few=st.lists(FEW.filter(lambda n: n < 4), min_size=3, max_size=3),
    others=st.lists(st.integers(0, 200), min_size=len(MONTHS) - 3, max_size=len(MONTHS) - 3),
)
def test_a_quarter_with_a_few_rows_is_told_as_one_with_none(
    table: str, few: list[int], others: list[int]
):
    rest = dict(zip(MONTHS[3:], others, strict=True))
    some = with_months(complete(), table, rest | dict(zip(MONTHS[:3], few, strict=True)))
    none = with_months(complete(), table, rest | dict.fromkeys(MONTHS[:3], 0))

    assert told(some) == told(none)


def test_others_are_told_of_a_quarter_that_is_missing_beside_a_full_one():
    months = dict.fromkeys(MONTHS[3:], 40)
    number = a_measure_of("audit_grade")
    found = {one[0]: one for one in told(with_months(complete(), "audit", months))}

    assert found[number][1] == "partly"
    assert ("audit.audit_date", "period_partly_covered") in found[number][2]


def test_others_are_told_of_a_needed_field_that_most_rows_lack():
    states = with_field(complete(), "audit.overall_grade", rows=100, filled=40)

    assert [one for one in told(states) if one[1] != "available"] != []
    assert told(states) != told(complete())


@given(st.sampled_from(NEEDED), st.sampled_from(["absent", "constant"]))
def test_what_the_mapping_says_is_told_however_few_rows_there_are(point: str, filling: str):
    few = with_field(complete(), point, filling=filling, rows=3, filled=3)
    many = with_field(complete(), point, filling=filling)

    assert told(few) == told(many)
