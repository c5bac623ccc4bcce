"""The demo's outcome: each figure beside the truth of those who released it, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from oversight_coordinator.demo.outcome import document, judged, problems
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import authority_rows, pool
from oversight_coordinator.results import RunResult
from oversight_coordinator.store import Run
from oversight_protocol.errors import Family
from oversight_protocol.release import TableAnswer
from support import protocol
from support.protocol import BRIGHTON, KENT, LAS, MEDWAY

STUDY = protocol.study()
FIRST, SECOND = "2026-Q1", "2026-Q2"


@dataclass
class Truth:
    """Says always the same, and notes over whom it was asked."""

    percent: float | None = 50.0
    asked: dict = field(default_factory=dict)

    def figure(self, las, measure, period, dimension, category):
        assert measure in STUDY.measures
        self.asked[period, dimension, category] = list(las)
        return self.percent


def answer(**families):
    """A release in which a period given by `q1` or `q2` is refused with that family."""
    tables = tuple(
        TableAnswer(table="recording", period=period, status="refused", family=family)
        if (family := families.get(name))
        else protocol.table_answer(protocol.base_table(), period)
        for name, period in (("q1", FIRST), ("q2", SECOND))
    )
    return protocol.release(tables=tables)


def result_of(*las, answers=None):
    question = STUDY, STUDY.waves[0], LAS, answers or {KENT: answer(), MEDWAY: answer()}
    return RunResult(
        run=Run("run-1", "d", "wave-1", 1), study=STUDY, las=las, rows=pool(*question),
        authorities=authority_rows(*question), finished=True,
    )  # fmt: skip


KENT_RELEASED = LaOutcome(KENT, "Kent", "released")


def test_the_truth_is_over_exactly_those_who_released_the_table_in_that_period():
    answers = {KENT: answer(q1=Family.POLICY), MEDWAY: answer()}
    truth = Truth()

    document(result_of(answers=answers), truth, {})

    assert truth.asked[FIRST, "", ""] == [MEDWAY]
    assert truth.asked[SECOND, "", ""] == sorted([KENT, MEDWAY])
    assert truth.asked[FIRST, "service", "cin_cp"] == [MEDWAY]


def test_the_truth_of_a_category_is_over_those_who_have_data_for_it():
    no_data = frozenset({(KENT, "recording", FIRST, "service")})
    truth = Truth()

    document(replace(result_of(), no_data=no_data), truth, {})

    assert truth.asked[FIRST, "service", "cin_cp"] == [MEDWAY]
    assert truth.asked[FIRST, "", ""] == sorted([KENT, MEDWAY])
    assert truth.asked[SECOND, "service", "cin_cp"] == sorted([KENT, MEDWAY])


def test_a_table_that_nobody_released_has_no_truth():
    truth = Truth()
    answers = {KENT: answer(q1=Family.POLICY)}

    found = document(result_of(answers=answers), truth, {})

    none = [row for row in found["measures"] if row["period"] == FIRST]
    assert {(row["truth"], row["error"]) for row in none} == {(None, None)}
    assert {period for period, _, _ in truth.asked} == {SECOND}


@pytest.mark.parametrize(
    ("true", "error"), [(50.0, 0.0), (49.996, 0.0), (48.123, 1.88), (51.5, -1.5), (None, None)]
)
def test_the_error_is_the_estimate_less_the_truth_to_two_places(true, error):
    found = document(result_of(), Truth(true), {"total": 1.5})

    assert {row["estimate"] for row in found["measures"]} == {50.0}
    assert {row["error"] for row in found["measures"]} == {error}
    assert {str(row["error"]) for row in found["measures"]} != {"-0.0"}
    assert found["timings"] == {"total": 1.5}


def test_each_authoritys_ending_is_there_with_its_refused_tables():
    one = replace(KENT_RELEASED, refused=(("caseload", "policy"),))

    found = document(result_of(one), Truth(), {})

    assert found["las"] == [
        {"la": KENT, "name": "Kent", "outcome": "released", "family": None,
         "refused": (("caseload", "policy"),)},
    ]  # fmt: skip


def test_all_is_well_when_all_ended_as_expected():
    las = (
        replace(KENT_RELEASED, refused=(("caseload", "policy"),)),
        LaOutcome(MEDWAY, "Medway", "held"),
        LaOutcome(BRIGHTON, "Brighton and Hove", "unreachable"),
    )
    result = result_of(*las)
    expected = {KENT: "table:caseload", MEDWAY: "held", BRIGHTON: "unreachable"}

    assert problems(result, document(result, Truth(), {}), expected) == []


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (LaOutcome(KENT, "Kent", "unreachable"), {}),
        (LaOutcome(KENT, "Kent", "refused", Family.DATA), {KENT: "released"}),
        (KENT_RELEASED, {KENT: "held"}),
        (KENT_RELEASED, {KENT: "unreachable"}),
        (KENT_RELEASED, {KENT: "table:caseload"}),
        (replace(KENT_RELEASED, refused=(("span", "policy"),)), {KENT: "table:caseload"}),
        (LaOutcome(KENT, "Kent", "refused", Family.POLICY), {KENT: "table:caseload"}),
        (replace(KENT_RELEASED, refused=(("span", "data"),)), {KENT: "released"}),
        (replace(KENT_RELEASED, refused=(("span", "data, disclosure"),)), {KENT: "released"}),
    ],
)
def test_another_ending_than_the_expected_one_is_said_in_a_sentence(one, expected):
    result = result_of(one)

    (said,) = problems(result, document(result, Truth(), {}), expected)

    wanted = expected.get(KENT, "released")
    assert said == f"Kent: {one.words}, where '{wanted}' was expected"


def test_a_table_of_which_nothing_may_be_shown_is_no_problem():
    result = result_of(replace(KENT_RELEASED, refused=(("span", "disclosure"),)))

    assert problems(result, document(result, Truth(), {}), {KENT: "released"}) == []


ISLE = "E06000046"
"""Its exports do not keep apart what auditors read."""


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ((("part1_reflection", "data"), ("part2_reflection", "data")), True),
        ((("part1_reflection", "disclosure"), ("span", "disclosure")), True),
        ((("survey", "data"),), False),
        ((("part1_reflection", "policy"),), False),
        ((("part1_reflection", "data, disclosure"),), False),
    ],
)
def test_an_authority_may_refuse_for_its_data_what_its_exports_cannot_answer(refused, expected):
    result = result_of(LaOutcome(ISLE, "Isle of Wight", "released", refused=refused))

    said = problems(result, document(result, Truth(), {}), {ISLE: "released"})

    assert (said == []) is expected


def test_other_tables_may_be_refused_beside_the_one_that_must_be():
    refused = (("audit_completion", "data"), ("audit_grade", "data"))
    result = result_of(replace(KENT_RELEASED, refused=refused))

    assert problems(result, document(result, Truth(), {}), {KENT: "table:audit_grade"}) == []


def test_a_truth_outside_its_interval_is_counted():
    result = result_of()
    found = document(result, Truth(99.0), {})

    assert judged(found) == (0, 6)
    assert problems(result, found, {}) == ["the truth lies outside 6 of 6 intervals"]


def test_a_truth_on_the_very_end_of_its_interval_is_inside_whatever_its_last_digit():
    row = {"lower": 0.1 + 0.2, "upper": 0.7, "truth": 0.3}

    assert judged({"measures": [row, {**row, "truth": 0.7 + 1e-15}]}) == (2, 2)


def test_a_demo_without_a_single_figure_to_judge_is_a_problem():
    result = result_of()

    said = problems(result, document(result, Truth(None), {}), {})

    assert said == ["no figure has an interval and a truth to lie in it"]
