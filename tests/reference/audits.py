"""Base tables of audits: whether they are done, how they grade, what becomes of them.

Slow and short, to be compared with the SQL; see `conventions` for the form of the data.
"""

from __future__ import annotations

from datetime import date

from reference.conventions import (
    Record,
    Tables,
    case_supervisions,
    days_between,
    place_of_child,
)
from reference.events import recorded
from reference.rows import Row

GRADES = ("inadequate", "requires_improvement", "good", "outstanding")
"""From the lowest to the highest."""


def audit_completion(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for audit in tables["audit"]:
        planned, done = audit["planned_date"], audit["audit_date"]
        if planned is not None and q0 <= planned <= q1:
            outcome = "completed" if done is not None and done <= q1 else "not_completed"
            rows.append(Row(audit["child_id"], None, None, outcome, {"audit_type": audit["type"]}))
    return rows


def audit_grade(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for audit in _done(tables, q0, q1):
        team, service = place_of_child(tables, audit["child_id"], q1)
        by = {"audit_type": audit["type"], "service": service}
        grade = audit["oversight_grade"] or "not_graded"
        rows.append(Row(audit["child_id"], None, team, grade, by))
    return rows


def audit_relative(tables: Tables, q0: date, q1: date) -> list[Row]:
    def outcome(audit: Record) -> str:
        grades = (audit["oversight_grade"], audit["overall_grade"])
        if not set(grades) <= set(GRADES):
            return "incomparable"
        oversight, overall = map(GRADES.index, grades)
        return "below" if oversight < overall else "not_below"

    return [_row(audit, outcome(audit)) for audit in _done(tables, q0, q1)]


def audit_moderation(tables: Tables, q0: date, q1: date) -> list[Row]:
    def outcome(audit: Record) -> str:
        before, after = audit["overall_grade"], audit["moderated_grade"]
        if before is None or after is None:
            return "unknown"
        return "unchanged" if before == after else "changed"

    return [
        _row(audit, outcome(audit)) for audit in _done(tables, q0, q1) if audit["moderated"] == "Y"
    ]


def audit_actions(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for audit in tables["audit"]:
        due, closed = audit["action_due"], audit["action_closed"]
        if due is not None and q0 <= due <= q1:
            in_time = closed is not None and closed <= due
            rows.append(_row(audit, "on_time" if in_time else "late"))
    return rows


def grade_by_recording(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for audit in _done(tables, q0, q1):
        latest = _latest_known(tables, audit)
        if audit["oversight_grade"] in GRADES and latest:
            where = "both" if "both" in latest else "not_both"
            good = audit["oversight_grade"] in ("outstanding", "good")
            rows.append(_row(audit, f"{where}_{'good_or_better' if good else 'below_good'}"))
    return rows


def _latest_known(tables: Tables, audit: Record) -> list[str]:
    """Where the latest supervisions of known recording in the 90 days to the audit are recorded."""
    events = [
        event
        for event in case_supervisions(tables)
        if event["child_id"] == audit["child_id"]
        and 0 <= days_between(event["held_date"], audit["audit_date"]) <= 90
        and recorded(event) != "unknown"
    ]
    last = max((event["held_date"] for event in events), default=None)
    return [recorded(event) for event in events if event["held_date"] == last]


def _done(tables: Tables, q0: date, q1: date) -> list[Record]:
    return [
        audit
        for audit in tables["audit"]
        if audit["audit_date"] is not None and q0 <= audit["audit_date"] <= q1
    ]


def _row(audit: Record, outcome: str) -> Row:
    return Row(audit["child_id"], None, None, outcome)
