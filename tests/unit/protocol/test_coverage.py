"""A coverage holds the codes of the table `submission`, and nothing that its study does not fix."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_protocol import coverage as codes
from oversight_protocol import specification
from oversight_protocol.coverage import Coverage, CoverageRow, check_coverage
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Reason, Refused
from support.coverages import (
    SPECIFICATION,
    STUDY,
    coverage,
    measure_of,
    rows,
    sealed_coverage,
)

TABLE = SPECIFICATION.table(codes.TABLE)
PLANS = measure_of("plan_duration")
LACKS = {PLANS: [("plan.end", "field_not_mapped"), ("plan.start", "mostly_missing")]}


def check(made: Coverage) -> None:
    check_coverage(made, STUDY, SPECIFICATION)


def refusal(made: Coverage) -> tuple[Reason, str]:
    with pytest.raises(Refused) as refused:
        check(made)
    return refused.value.reason, refused.value.place


def parsed(**changes: Any) -> Coverage:
    document = json.loads(coverage(LACKS).canonical()) | changes
    return Coverage.parse(json.dumps(document).encode())


# ---------------------------------------------------------------------- its form


def test_the_codes_are_those_of_the_specification():
    def of(field: str) -> set[object]:
        return set(TABLE.field(field).codes)

    assert set(get_args(codes.Availability)) == of("availability")
    assert {*get_args(codes.Lack), "none"} == of("reason")
    assert set(get_args(codes.CaseSystem)) == of("case_system")


def test_its_rows_are_rows_of_the_table_submission():
    rows_of_table = list(coverage(LACKS).submission())

    assert len(rows_of_table) == len(STUDY.measures) + 1
    for row in rows_of_table:
        assert list(row) == [field.name for field in TABLE.fields]
        for field in TABLE.fields:
            value = row[field.name]
            assert value is not None
            assert field.codes is None or value in field.codes
            assert field.pattern is None or field.pattern.fullmatch(str(value))


def test_it_is_read_from_its_own_bytes_and_through_an_envelope():
    made = coverage(LACKS)
    envelope = Envelope.from_bytes(sealed_coverage(LACKS).raw)

    assert Coverage.parse(made.canonical()) == made
    assert Coverage.parse(envelope.open("coverage")) == made


@pytest.mark.parametrize("row", [
    {"availability": "available", "reason": "constant", "data_point": "plan.end"},
    {"availability": "partly", "reason": "none", "data_point": "all"},
    {"availability": "not_available", "reason": "constant", "data_point": "all"},
    {"availability": "not_available", "reason": "none", "data_point": "plan.end"},
])  # fmt: skip
def test_what_is_available_lacks_nothing_and_anything_else_lacks_something(row):
    with pytest.raises(ValueError, match="lacks"):
        CoverageRow(measure="1", **row)


@pytest.mark.parametrize("changes", [
    {"name": "Example, Child 00873"},
    {"case_system": "our own"},
    {"la": "Kent"},
    {"rows": [{"measure": "1", "availability": "available", "reason": "none",
               "data_point": "all", "count": 12}]},
    {"rows": [{"measure": "1", "availability": "not_available", "reason": "constant",
               "data_point": "Example, Child"}]},
    {"rows": [{"measure": "1", "availability": "not_available", "reason": "because of Jo",
               "data_point": "plan.end"}]},
    {"rows": [{"measure": "one hundred", "availability": "available", "reason": "none",
               "data_point": "all"}]},
    {"rows": []},
    {"rows": [rows()[0].model_dump(), rows()[0].model_dump()]},
])  # fmt: skip
def test_a_document_has_no_room_for_anything_but_codes(changes):
    with pytest.raises(Refused) as refused:
        parsed(**changes)

    assert refused.value.reason is Reason.MALFORMED
    assert "Example" not in str(refused.value)
    assert "Jo" not in str(refused.value)


def test_a_measure_has_one_availability():
    first, second = (row for row in coverage(LACKS).rows if row.measure == PLANS)
    both = (first, second.model_copy(update={"availability": "partly"}))

    with pytest.raises(ValueError, match="two availabilities"):
        coverage(rows=both)


# ---------------------------------------------------------------------- its study


def test_what_says_something_of_every_measure_and_no_more_passes():
    check(coverage())
    check(coverage(LACKS))
    check(coverage(LACKS, partly=[PLANS], case_system=None))


def test_a_measure_left_out_repeated_moved_or_made_up_is_refused():
    whole = coverage().rows
    made_up = whole[0].model_copy(update={"measure": "99"})

    for some in (whole[1:], (*whole[1:], whole[0]), (*whole, made_up)):
        assert refusal(coverage(rows=some)) == (Reason.MALFORMED, "measures")


@pytest.mark.parametrize("point", [
    "worker.fte", "plan.shoe_size", "shoe", "bank_holiday", "submission.reason", "plan.all"
])  # fmt: skip
def test_a_data_point_that_the_measures_base_table_does_not_read_is_refused(point):
    made = coverage({PLANS: [(point, "field_not_mapped")]})

    assert refusal(made) == (Reason.MALFORMED, f"measure {PLANS}")


def test_data_points_in_another_order_are_refused():
    whole = coverage(LACKS).rows
    place = next(n for n, row in enumerate(whole) if row.measure == PLANS)
    moved = (*whole[:place], whole[place + 1], whole[place], *whole[place + 2 :])

    assert refusal(coverage(rows=moved)) == (Reason.MALFORMED, f"measure {PLANS}")


@pytest.mark.parametrize(("changes", "place"), [
    ({"study": "another-study"}, "study"),
    ({"study_version": STUDY.version + 1}, "study"),
    ({"spec_version": "9.9"}, "study"),
    ({"period_start": STUDY.waves[0].periods[1].start}, "period"),
])  # fmt: skip
def test_a_coverage_of_another_study_version_or_period_is_refused(changes, place):
    assert refusal(coverage(**changes)) == (Reason.MALFORMED, place)


def test_a_coverage_of_another_wave_is_refused():
    assert refusal(coverage(wave="wave-9"))[0] is Reason.WAVE


@given(st.data())
def test_every_byte_of_a_coverage_that_passes_is_a_code_a_date_or_a_name_of_its_study(data):
    points = sorted(codes.data_points(STUDY.table("plan_duration"), SPECIFICATION))
    lacks = data.draw(st.dictionaries(st.sampled_from(points), st.sampled_from(
        get_args(codes.Lack)), max_size=4))  # fmt: skip

    made = coverage({PLANS: list(lacks.items())})
    check(made)

    said = {value for row in made.rows for value in row.model_dump().values()}
    allowed = {
        *(one.number for one in STUDY.measures), *get_args(codes.Availability),
        *get_args(codes.Lack), "none", "all",
        *(f"{table.name}.{field.name}" for table in specification.load("1.0").mapped
          for field in table.fields),
        *(table.name for table in SPECIFICATION.mapped),
    }  # fmt: skip
    assert said <= allowed
