"""Each rule with data that it must find and data that it must leave alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from oversight_agent.checks.expected import MANY_ROWS
from oversight_agent.checks.plausibility import Days, Rule, implausible
from oversight_agent.checks.rules_of_people import (
    MOST_CHILDREN,
    MOST_SUPERVISED,
    RULES_OF_PEOPLE,
)
from oversight_agent.checks.rules_of_rows import (
    DAYS_BEFORE_ITS_PLAN,
    RULES_OF_ROWS,
    rules_of_constants,
)
from oversight_agent.checks.rules_of_surveys import (
    DAYS_BETWEEN_ROUNDS,
    in_short,
    question_numbers,
    rules_of_surveys,
)
from oversight_agent.problems import Origin, Part
from oversight_protocol import specification, study_package
from support.spec_tables import spec_table

TODAY, AS_OF = date(2026, 11, 23), date(2026, 9, 30)
MAY, JUNE, JULY = date(2026, 5, 4), date(2026, 6, 4), date(2026, 7, 4)
SPECIFICATION = specification.load("1.0")
STUDY = study_package.installed()
RULES_OF_SURVEYS = rules_of_surveys(STUDY)
RULES = (
    *RULES_OF_ROWS, *RULES_OF_PEOPLE, *RULES_OF_SURVEYS, *rules_of_constants(SPECIFICATION),
)  # fmt: skip
EVERY_FIELD = frozenset(
    f"{table.name}.{field.name}" for table in SPECIFICATION.mapped for field in table.fields
)

Records = Mapping[str, Sequence[Mapping[str, Any]]]


def found(rule: str, records: Records, mapped: frozenset[str] = EVERY_FIELD) -> list[tuple]:
    """What one rule finds: how many, and where the first of them stand."""
    frames = {name: spec_table(name, rows).frame for name, rows in records.items()}
    origins = {
        name: Origin((Part(f"{name}.csv", len(rows), ()),), range(2, len(rows) + 2))
        for name, rows in records.items()
    }
    chosen = [one for one in RULES if one.name == rule]
    assert chosen, rule
    findings = implausible(chosen, frames, origins, mapped, Days(TODAY, AS_OF))
    return [(one.count, one.places) for one in findings]


def event(**fields: Any) -> dict[str, Any]:
    return {"child_id": "c", "worker_id": "w", "held_date": MAY, "type": "case", **fields}


def post(**fields: Any) -> dict[str, Any]:
    return {"worker_id": "w", "role": 5, "role_start": date(2020, 1, 1), **fields}


def held(child: str = "c", **fields: Any) -> dict[str, Any]:
    return {"child_id": child, "worker_id": "w", "role": "case_holder", "start": MAY, **fields}


def children(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [held(f"c{one}", **fields) for one in range(number)]


def supervised(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [post(worker_id=f"w{one}", supervisor_id="m", **fields) for one in range(number)]


def moderated(answer: str | None, grade: str | None) -> Records:
    return {"audit": [{"audit_id": "a", "moderated": answer, "moderated_grade": grade}]}


def answer(**fields: Any) -> dict[str, Any]:
    return {"respondent_id": "r", "wave": MAY, "question_id": "S01", "response": 4, **fields}


PLANNED = date(2026, 6, 1)
EARLY = PLANNED - timedelta(days=DAYS_BEFORE_ITS_PLAN)

CASES: list[tuple[str, Records, Records]] = [
    ("held_after_recorded",
     {"oversight_event": [event(), event(held_date=JUNE, recorded_date=MAY)]},
     {"oversight_event": [event(recorded_date=MAY), event(recorded_date=None)]}),
    ("recorded_after_authorised",
     {"oversight_event": [event(), event(recorded_date=JUNE, authorised_date=MAY)]},
     {"oversight_event": [event(recorded_date=MAY, authorised_date=MAY), event()]}),
    ("held_in_the_future",
     {"oversight_event": [event(), event(held_date=TODAY + timedelta(days=1))]},
     {"oversight_event": [event(held_date=TODAY)]}),
    ("closed_before_opened",
     {"episode": [{"referral_date": MAY}, {"referral_date": JUNE, "close_date": MAY}]},
     {"episode": [{"referral_date": MAY, "close_date": MAY}, {"referral_date": MAY}]}),
    ("referred_in_the_future",
     {"episode": [{"referral_date": MAY}, {"referral_date": TODAY + timedelta(days=1)}]},
     {"episode": [{"referral_date": TODAY}]}),
    ("plan_ends_before_start",
     {"plan": [{"start": MAY}, {"start": JUNE, "end": MAY}]},
     {"plan": [{"start": MAY, "end": MAY}, {"start": JUNE}]}),
    ("allocation_ends_before_start",
     {"allocation": [held(), held(start=JUNE, end=MAY)]},
     {"allocation": [held(end=MAY), held()]}),
    ("post_ends_before_start",
     {"worker": [post(), post(role_start=JUNE, role_end=MAY)]},
     {"worker": [post(role_end=MAY), post(role_start=MAY, role_end=MAY)]}),
    ("own_supervisor",
     {"worker": [post(supervisor_id="m"), post(supervisor_id="w")]},
     {"worker": [post(supervisor_id="m"), post()]}),
    ("audited_in_the_future",
     {"audit": [{"audit_date": MAY}, {"audit_date": TODAY + timedelta(days=1)}]},
     {"audit": [{"audit_date": TODAY}, {"audit_date": None}]}),
    ("audited_long_before_planned",
     {"audit": [{"audit_date": MAY},
                {"planned_date": PLANNED, "audit_date": EARLY - timedelta(days=1)}]},
     {"audit": [{"planned_date": PLANNED, "audit_date": EARLY},
                {"planned_date": PLANNED, "audit_date": JULY}]}),
    ("action_closed_before_audit",
     {"audit": [{"audit_date": MAY}, {"audit_date": JUNE, "action_closed": MAY}]},
     {"audit": [{"audit_date": MAY, "action_closed": MAY}, {"action_closed": MAY}]}),
    ("overlapping_posts",
     {"worker": [post(role_end=JUNE), post(role_start=MAY)]},
     {"worker": [post(role_end=JUNE), post(role_start=JUNE), post(worker_id="x")]}),
    ("unknown_workers_in_allocation",
     {"worker": [post(worker_id="v")], "allocation": [held(worker_id="v"), held()]},
     {"worker": [post()], "allocation": [held(), held()]}),
    ("unknown_workers_in_oversight_event",
     {"worker": [post(worker_id="v")], "oversight_event": [event(worker_id="v"), event()]},
     {"worker": [post()], "oversight_event": [event()]}),
    ("unknown_supervisors_in_oversight_event",
     {"worker": [post()],
      "oversight_event": [event(supervisor_id="w"), event(supervisor_id="m")]},
     {"worker": [post()], "oversight_event": [event(supervisor_id="w"), event()]}),
    ("unknown_supervisors_in_worker",
     {"worker": [post(worker_id="m", supervisor_id="m"), post(supervisor_id="n")]},
     {"worker": [post(worker_id="m"), post(supervisor_id="m")]}),
    ("unknown_children_in_oversight_event",
     {"allocation": [held()], "oversight_event": [event(), event(child_id="d")]},
     {"allocation": [held()], "oversight_event": [event(), event(child_id=None)]}),
    ("unknown_children_in_audit",
     {"allocation": [held()], "audit": [{"child_id": "c"}, {"child_id": "d"}]},
     {"allocation": [held()], "audit": [{"child_id": "c"}]}),
    ("unknown_questions",
     {"survey_response": [answer(), answer(question_id="Q01")]},
     {"survey_response": [answer(question_id=one) for one in question_numbers(STUDY)]}),
    ("rounds_days_apart",
     {"survey_response": [answer(), answer(wave=MAY + timedelta(days=DAYS_BETWEEN_ROUNDS - 1))]},
     {"survey_response": [answer(), answer(respondent_id="s"),
                          answer(wave=MAY + timedelta(days=DAYS_BETWEEN_ROUNDS))]}),
]  # fmt: skip
"""A rule, data whose second row alone it must find, and data in which it must find nothing."""


@pytest.mark.parametrize(("rule", "odd", "plain"), CASES, ids=[one[0] for one in CASES])
def test_a_rule_finds_the_odd_row_and_no_other(rule: str, odd: Records, plain: Records):
    table = next(one.table for one in RULES if one.name == rule)

    assert found(rule, odd) == [(1, f"{table}.csv, line 3")]
    assert found(rule, plain) == []


def test_events_that_are_alike_are_found_together_and_only_where_all_of_it_is_known():
    alike = {"oversight_event": [event(), event(held_date=JUNE), event()]}
    unknown = {"oversight_event": [event(child_id=None), event(child_id=None)]}

    assert found("events_alike", alike) == [
        (2, "oversight_event.csv, line 2; oversight_event.csv, line 4")
    ]
    assert found("events_alike", unknown) == []


@pytest.mark.parametrize(
    ("answer", "grade", "rule"),
    [
        ("N", "good", "graded_without_moderation"),
        (None, "good", "graded_without_moderation"),
        ("Y", None, "moderated_without_grade"),
        ("Y", "good", None),
        ("N", None, None),
        (None, None, None),
    ],
)
def test_a_grade_after_moderation_and_moderation_go_together(
    answer: str | None, grade: str | None, rule: str | None
):
    records = moderated(answer, grade)
    rules = ("graded_without_moderation", "moderated_without_grade")

    assert [one for one in rules if found(one, records)] == ([rule] if rule else [])


def test_a_worker_with_too_many_open_children_is_found_once():
    most, more = children(MOST_CHILDREN), children(MOST_CHILDREN + 1)

    assert found("too_many_children", {"allocation": more}) == [(1, "allocation.csv, line 2")]
    assert found("too_many_children", {"allocation": most}) == []


@pytest.mark.parametrize(
    "closed", [{"end": AS_OF}, {"start": AS_OF + timedelta(days=1)}, {"role": "co_worker"}]
)
def test_children_whom_a_worker_no_longer_has_not_yet_has_or_only_helps_are_not_counted(closed):
    rows = [*children(MOST_CHILDREN), held("another", **closed)]

    assert found("too_many_children", {"allocation": rows}) == []


def test_a_child_with_two_allocations_to_one_worker_is_one_child():
    rows = [*children(MOST_CHILDREN), held("c0", start=JUNE)]

    assert found("too_many_children", {"allocation": rows}) == []


def test_a_manager_of_too_many_is_found_once_at_the_first_whom_they_supervise():
    more = supervised(MOST_SUPERVISED + 1)
    most = [*supervised(MOST_SUPERVISED), post(worker_id="left", supervisor_id="m", role_end=MAY)]

    assert found("too_many_supervised", {"worker": more}) == [(1, "worker.csv, line 2")]
    assert found("too_many_supervised", {"worker": most}) == []


@pytest.mark.parametrize(
    ("fte", "start", "expected"),
    [(0, MAY, [(1, "worker.csv, line 2")]), (0.5, MAY, []), (None, MAY, []),
     (0, AS_OF + timedelta(days=1), [])],
)  # fmt: skip
def test_working_time_of_nought_is_odd_for_who_has_open_children(fte, start, expected):
    records = {"worker": [post(fte=fte)], "allocation": [held(start=start)]}

    assert found("cases_without_time", records) == expected


def test_a_long_post_overlaps_with_a_later_one_even_with_a_short_one_between():
    posts = [post(), post(role_start=MAY, role_end=MAY), post(role_start=JULY)]

    assert found("overlapping_posts", {"worker": posts}) == [
        (2, "worker.csv, line 3; worker.csv, line 4")
    ]


def test_a_column_with_one_value_in_all_rows_is_told_once_if_there_are_enough_rows():
    same = [event(part1_location="both")] * MANY_ROWS

    def locations(rows):
        return found("constant_oversight_event_part1_location", {"oversight_event": rows})

    assert locations(same) == [(1, "oversight_event.csv, line 2")]
    assert locations(same[1:]) == []
    assert locations([*same, event(part1_location="neither")]) == []
    assert locations([event(part1_location=None)] * MANY_ROWS) == []


def test_days_of_answers_that_pass_for_rounds_are_counted_once_each():
    days = [MAY + timedelta(days=number // 3) for number in range(9)]

    assert found("rounds_days_apart", {"survey_response": [answer(wave=one) for one in days]}) == [
        (2, "survey_response.csv, line 5; survey_response.csv, line 8")
    ]


def test_the_advice_on_questions_names_those_that_the_study_asks():
    (rule,) = [one for one in RULES_OF_SURVEYS if one.name == "unknown_questions"]

    assert "(S01 to S13)" in rule.advice
    assert in_short(("S03", "S01", "T09", "T10", "S02", "Z01")) == "S01 to S03, T09 to T10, Z01"


def test_a_study_without_a_survey_asks_nothing_of_answers():
    assert rules_of_surveys(STUDY.model_copy(update={"survey": None})) == ()


def test_a_rule_is_not_asked_where_a_field_or_table_that_it_needs_is_not_there():
    odd = {"oversight_event": [event(held_date=JUNE, recorded_date=MAY)]}
    without = EVERY_FIELD - {"oversight_event.recorded_date"}

    assert found("held_after_recorded", odd, without) == []
    assert found("unknown_workers_in_oversight_event", odd) == []


def test_no_rule_finds_anything_in_tables_without_rows():
    empty: Records = {table.name: [] for table in SPECIFICATION.mapped}

    assert [one.name for one in RULES if found(one.name, empty)] == []


def test_every_rule_has_a_name_of_its_own_and_names_fields_of_the_specification():
    names = [one.name for one in RULES]

    assert len(set(names)) == len(names)
    assert {field for one in RULES for field in one.fields} <= EVERY_FIELD
    assert all(one.sentence and one.advice and one.fields for one in RULES)


def test_every_rule_is_tried_here():
    tried = {one[0] for one in CASES} | {
        "events_alike", "graded_without_moderation", "moderated_without_grade",
        "too_many_children", "too_many_supervised", "cases_without_time", "overlapping_posts",
    }  # fmt: skip

    assert {one.name for one in (*RULES_OF_ROWS, *RULES_OF_PEOPLE, *RULES_OF_SURVEYS)} == tried


def test_a_rule_does_not_show_its_function():
    rule: Rule = replace(RULES[0], name="other")

    assert "find" not in repr(rule)
