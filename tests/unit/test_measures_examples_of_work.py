"""An example for each sentence on audits, caseloads and managers' spans.

Both the study's SQL and the plain reference must give the outcome written here by hand. Unless said
otherwise the quarter is April to June 2026: q0 is 1 April, q1 is 30 June.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reference.examples import Q0, Q1, ago, audit, holding, outcomes, post, rows

# ------------------------------------------------------------------------------------------- audits


@pytest.mark.parametrize(
    ("planned", "done", "found"),
    [
        (Q0, Q1, ["completed"]),
        (Q1, Q0 - timedelta(days=30), ["completed"]),
        (Q1, Q1 + timedelta(days=1), ["not_completed"]),
        (Q0, None, ["not_completed"]),
        (Q0 - timedelta(days=1), Q0, []),
        (Q1 + timedelta(days=1), Q1, []),
        (None, Q1, []),
    ],
)
def test_an_audit_planned_in_the_quarter_is_completed_by_its_last_day(
    planned: date | None, done: date | None, found: list[str]
) -> None:
    assert outcomes("audit_completion", audit(planned, done)) == found


@pytest.mark.parametrize(
    ("done", "grade", "found"),
    [
        (Q0, "outstanding", ["outstanding"]),
        (Q1, "inadequate", ["inadequate"]),
        (Q1, "not_graded", ["not_graded"]),
        (Q1, None, ["not_graded"]),
        (Q1 + timedelta(days=1), "good", []),
        (None, "good", []),
    ],
)
def test_an_audit_done_in_the_quarter_has_its_grade_of_oversight(
    done: date | None, grade: str | None, found: list[str]
) -> None:
    assert outcomes("audit_grade", audit(None, done, grade, overall_grade="good")) == found


def test_an_audit_has_the_service_of_its_child_or_an_unknown_one() -> None:
    audits = [audit(None, Q1), audit(None, Q1, child_id="c2", type="thematic")]

    found = rows("audit_grade", holding(), *audits)

    assert [(row["child_id"], row["audit_type"], row["service"]) for row in found] == [
        ("c1", "case_file", "cin_cp"),
        ("c2", "thematic", "unknown"),
    ]


# -------------------------------------------------------------------------------- caseload and span


def test_a_caseload_is_the_open_children_whose_worker_one_is() -> None:
    found = rows(
        "caseload",
        post("w1", fte=0.5), post("w2", role=4), post("w3"),
        holding("w1"), holding("w1", child_id="c2"), holding("w2", ago(3), child_id="c2"),
        holding("w1", child_id="c3", role="co_worker"), holding("w1", end=ago(1), child_id="c4"),
    )  # fmt: skip

    assert [(row["worker_id"], row["children"], row["fte"]) for row in found] == [
        ("w1", "1", "0.5"),
        ("w2", "1", "1.0"),
        ("w3", "0", "1.0"),
    ]


@pytest.mark.parametrize(
    ("of_post", "found"),
    [
        ({"role": 4}, 1),
        ({"role": 3}, 0),
        ({"role": 6}, 0),
        ({"fte": 0.0}, 0),
        ({"fte": None}, 0),
        ({"end": Q1}, 0),
        ({"end": Q1 + timedelta(days=1)}, 1),
        ({"start": Q1}, 1),
        ({"start": Q1 + timedelta(days=1)}, 0),
    ],
    ids=str,
)
def test_a_caseload_is_of_workers_of_role_4_or_5_in_post_with_working_time(
    of_post: dict[str, Any], found: int
) -> None:
    assert len(rows("caseload", post(**of_post))) == found


@pytest.mark.parametrize("table", ["caseload", "span"])
def test_of_several_posts_the_latest_to_start_counts_alone(table: str) -> None:
    both = {"caseload": (5, 3), "span": (3, 5)}[table]
    old, new = (post(start=ago(days), role=role) for days, role in zip((900, 9), both, strict=True))

    assert rows(table, old, new) == []
    assert len(rows(table, old)) == 1


@pytest.mark.parametrize(
    ("fte", "rounded"),
    [(0.285, "0.29"), (0.015, "0.02"), (0.6757, "0.68"), (0.29, "0.29"), (0.004, "0.0")],
)
def test_working_time_is_rounded_half_upwards_to_two_decimals(fte: float, rounded: str) -> None:
    [row] = rows("caseload", post(fte=fte))

    assert row["fte"] == rounded


def test_a_span_counts_workers_in_post_who_name_the_manager() -> None:
    found = rows(
        "span",
        post("m1", role=3), post("m2", role=3, end=Q1), post("m3", role=3), post("m4", role=2),
        post("w1", supervisor_id="m1"), post("w2", supervisor_id="m1", end=Q1),
        post("w3", supervisor_id="m3", start=ago(99)), post("w3", supervisor_id="m1", start=ago(9)),
        post("w4", supervisor_id="m4"),
    )  # fmt: skip

    assert [(row["worker_id"], row["supervisees"]) for row in found] == [("m1", "2"), ("m3", "0")]
