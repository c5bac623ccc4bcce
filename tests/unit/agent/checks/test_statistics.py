"""How complete fields are, which time dates cover, and problems told by kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.checks.expected import (
    EMPTY_SAYS_SOMETHING,
    ENDS,
    EXPECTED_IN,
    FLOWS,
    NOT_KNOWN,
    ROUNDS,
    VARIES,
)
from oversight_agent.checks.grouping import Form, grouped, rejected_by_field, unlisted
from oversight_agent.checks.statistics import FieldCheck, date_checks, field_checks
from oversight_agent.mapping.rows import MAX_PROBLEMS, more_problems
from oversight_agent.problems import Part, Problem
from oversight_agent.tables import RawTable
from oversight_protocol import specification
from support.spec_tables import spec_table

SPECIFICATION = specification.load("1.0")


def fields(table: str, records: list[dict[str, Any]], **fillings: Any) -> dict[str, FieldCheck]:
    schema = SPECIFICATION.table(table)
    assert schema is not None
    filled = {field.name: "column" for field in schema.fields} | fillings
    found = field_checks(schema, spec_table(table, records).frame, filled, {"type": 3})
    return {one.field: one for one in found}


def counts(one: FieldCheck) -> tuple[int | None, int | None, int]:
    return one.rows, one.filled, one.unknown


def dates(table: str, field: str, days: list[date]):
    schema = SPECIFICATION.table(table)
    assert schema is not None
    found = date_checks(schema, spec_table(table, [{field: day} for day in days]).frame)
    return next(one for one in found if one.field == field)


# ---------------------------------------------------------------------- fields


def test_a_field_is_judged_in_the_rows_where_it_is_expected():
    plans = [{"type": "cp", "previous_cpp": 1}, {"type": "cp"}, {"type": "cin"}, {"type": "cla"}]

    found = fields("plan", plans)

    assert counts(found["previous_cpp"]) == (2, 1, 0)
    assert counts(found["type"]) == (4, 4, 0)
    assert (found["previous_cpp"].among, found["type"].among) == ("child protection plans", "")


def test_what_auditors_say_is_expected_only_of_a_part_that_is_recorded_somewhere():
    sample = {"evidence": "audit_sample", "reflects_family": "Y"}
    events = [{**sample, "part1_location": "both"}, {**sample, "part1_location": "neither"},
              {"evidence": "structured", "part1_location": "both"}]  # fmt: skip

    assert counts(fields("oversight_event", events)["reflects_family"]) == (1, 1, 0)


def test_a_value_where_none_is_expected_does_not_count():
    found = fields("plan", [{"type": "cin", "previous_cpp": 1}, {"type": "cp"}])

    assert counts(found["previous_cpp"]) == (1, 0, 0)


def test_what_depends_on_another_field_that_is_filled_is_expected_where_it_is():
    episodes = [{"close_date": date(2026, 1, 1), "reason": "RC1"}, {"reason": "RC1"}, {}]

    assert counts(fields("episode", episodes)["reason"]) == (1, 1, 0)


def test_a_value_that_says_that_nobody_knows_is_filled_and_counted_apart():
    events = [{"type": "case", "part1_location": place} for place in ("both", "unknown", None)]

    found = fields("oversight_event", events)["part1_location"]

    assert counts(found) == (3, 2, 1)
    assert found.known == 1


def test_a_table_with_rejected_rows_has_fields_that_nobody_can_count():
    schema = SPECIFICATION.table("plan")
    assert schema is not None
    fillings = {field.name: "column" for field in schema.fields}

    found = {one.field: one for one in field_checks(schema, None, fillings, {"type": 3})}

    assert (found["type"].rows, found["type"].filled, found["type"].rejected) == (None, None, 3)


def test_what_fills_a_field_is_told():
    found = fields("plan", [{"type": "cin"}], end="absent", type="constant")

    assert (found["end"].filling, found["type"].filling) == ("absent", "constant")
    assert (found["start"].filling, found["start"].required) == ("column", True)


@pytest.mark.parametrize("names", [
    EXPECTED_IN, EMPTY_SAYS_SOMETHING, ENDS, NOT_KNOWN, VARIES,
    [f"{table}.{field}" for table, flows in FLOWS.items() for field in flows],
    [f"{table}.{field}" for table, field in ROUNDS.items()],
    [f"{point.split('.')[0]}.{field}" for point, rows in EXPECTED_IN.items()
     for field in rows.given],
])  # fmt: skip
def test_what_is_said_of_fields_is_said_of_fields_that_there_are(names):
    known = {f"{table.name}.{field.name}" for table in SPECIFICATION.mapped
             for field in table.fields}  # fmt: skip

    assert names
    assert set(names) <= known


def test_the_codes_that_rows_are_told_by_are_codes_of_their_fields():
    for point, rows in EXPECTED_IN.items():
        table = SPECIFICATION.table(point.split(".")[0])
        assert table is not None
        for name, codes in rows.given.items():
            field = table.field(name)
            assert field is not None
            assert codes is None or set(codes) <= set(field.codes or ())
    for point, code in NOT_KNOWN.items():
        table_name, name = point.split(".")
        field = SPECIFICATION.table(table_name).field(name)  # type: ignore[union-attr]
        assert code in (field.codes or ())  # type: ignore[union-attr]


def test_codes_that_the_study_does_not_know_are_not_known_and_those_of_other_fields_are():
    schema = SPECIFICATION.table("survey_response")
    assert schema is not None
    rows = [{"question_id": one, "response": 4} for one in ("S01", "Q01", "Q02")]
    frame = spec_table("survey_response", rows).frame
    filled = {field.name: "column" for field in schema.fields}

    found = field_checks(schema, frame, filled, {}, {"survey_response.question_id": ("S01",)})

    known = {one.field: (one.unknown, one.known) for one in found}
    assert (known["question_id"], known["response"]) == ((2, 1), (0, 3))


# ---------------------------------------------------------------------- dates


def test_first_and_last_date_and_the_months_between_without_a_row():
    found = dates("episode", "referral_date", [date(2026, 2, 3), date(2025, 11, 30)])

    assert (found.first, found.last) == (date(2025, 11, 30), date(2026, 2, 3))
    assert found.gaps == ("2025-12", "2026-01")
    assert found.months == {(2025, 11): 1, (2026, 2): 1}


def test_gaps_are_told_only_of_dates_that_come_in_every_month_and_of_the_last_years():
    closed = dates("episode", "close_date", [date(2025, 1, 1), date(2026, 1, 1)])
    old = dates("episode", "referral_date", [date(2001, 5, 1), date(2026, 1, 1)])

    assert closed.gaps == ()
    assert (old.gaps[0], len(old.gaps)) == ("2023-01", 36)


def test_a_date_without_a_value_has_neither_first_nor_last():
    found = dates("episode", "referral_date", [])

    assert (found.first, found.last, found.gaps, found.months) == (None, None, (), {})


@given(st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), min_size=1, max_size=40))
def test_a_month_between_first_and_last_has_a_row_or_is_a_gap(days: list[date]):
    found = dates("episode", "referral_date", days)

    span = {f"{number // 12}-{number % 12 + 1:02d}"
            for number in range(min(days).year * 12 + min(days).month - 1,
                                max(days).year * 12 + max(days).month)}  # fmt: skip
    with_rows = {f"{year}-{month:02d}" for year, month in found.months}
    assert set(found.gaps) | with_rows == span
    assert not set(found.gaps) & with_rows
    assert sum(found.months.values()) == len(days)


# ---------------------------------------------------------------------- problems by kind


def problem(row: int, found: str = "99/99/9999", field: str = "held_date") -> Problem:
    return Problem("events.csv", row, field, found, "a date", "set date_format")


def more(rows: int, file: str = "events.csv", field: str = "held_date") -> Problem:
    """What the mapping says of rows that it does not list."""
    raw = RawTable(pd.DataFrame(), (Part(file, 0, ()),))
    (told,) = more_problems(raw, MAX_PROBLEMS + rows, field)
    return told


def test_problems_of_one_kind_are_one_group_with_their_number_and_first_places():
    (group,) = grouped(problem(row) for row in range(2, 314))

    assert (group.rows, group.listed, group.more) == (312, 312, 0)
    assert group.places == "line 2, line 3, line 4, line 5, line 6 and others"
    assert (group.field, group.advice) == ("held_date", "set date_format")
    assert group.forms == (Form("99/99/9999", 312, group.places),)


def test_what_was_found_in_a_field_is_one_group_with_its_forms_the_most_frequent_first():
    found = [problem(2, "aaa"), problem(3), problem(4), problem(5, "aaaa")]

    (group,) = grouped(found)

    assert group.rows == 4
    assert group.forms == (
        Form("99/99/9999", 2, "line 3, line 4"), Form("aaa", 1, "line 2"),
        Form("aaaa", 1, "line 5"),
    )  # fmt: skip


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["9", "a"]),
                          st.sampled_from(["held_date", "type"])), max_size=30))  # fmt: skip
def test_no_row_is_lost_or_counted_twice_in_groups(cells):
    problems = [problem(*cell) for cell in cells]

    groups = grouped(problems)

    assert sum(one.rows for one in groups) == len(problems)
    assert all(sum(form.rows for form in one.forms) == one.listed for one in groups)
    assert len({one.field for one in groups}) == len(groups)


def test_rows_that_are_not_listed_are_counted_with_the_only_kind_of_their_field():
    rows = [problem(row) for row in range(2, 102)]

    (group, other) = grouped([*rows, more(2900), problem(4, field="type")])

    assert (group.rows, group.listed, group.more) == (3000, 100, 0)
    assert [one.rows for one in group.forms] == [100]
    assert (other.rows, other.more) == (1, 0)
    assert rejected_by_field([*rows, more(2900)]) == {"held_date": 3000}


def test_rows_that_are_not_listed_are_counted_apart_where_their_field_has_several_kinds():
    missing = Problem("events.csv", 3, "held_date", "nothing", "a value", "fill it in")

    groups = grouped([missing, problem(4), more(1234)])

    assert [(one.rows, one.more) for one in groups] == [(1, 0), (1, 1234)]


def test_rows_of_several_files_that_are_not_listed_are_counted_apart():
    other = Problem("later.csv", 3, "held_date", "a", "a date", "set date_format")
    raw = RawTable(pd.DataFrame(), (Part("events.csv", 0, ()), Part("later.csv", 0, ())))

    groups = grouped([problem(4), other, *more_problems(raw, 150, "held_date")])

    assert [(one.file, one.rows, one.more) for one in groups] == [
        ("events.csv", 1, 0), ("later.csv", 1, 50),
    ]  # fmt: skip


def test_rows_that_are_not_listed_belong_to_the_field_told_of_last():
    back = [problem(2), problem(2, field="type"), problem(3), more(7)]

    assert [(one.field, one.rows) for one in grouped(back)] == [("held_date", 9), ("type", 1)]


def test_the_way_in_which_the_mapping_tells_of_rows_that_it_does_not_list_is_understood():
    empty = RawTable(pd.DataFrame(), (Part("events.csv", 150, ()),))

    (told,) = more_problems(empty, 150, "held_date")

    assert unlisted(told) == 50


def test_a_problem_of_a_whole_table_is_of_no_row():
    whole = problem(0, "12 rows that share their key with another row: events.csv, line 2")

    (group,) = grouped([whole])

    assert (group.rows, group.places) == (0, "")
    assert rejected_by_field([whole]) == {}
