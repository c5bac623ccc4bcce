"""The rows of the study's base tables about audits.

Rows are tuples as in `truth_rows`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from oversight_coordinator.demo.asof import UNKNOWN, AsOf, is_case_supervision
from oversight_coordinator.demo.records import Audit
from oversight_coordinator.demo.truth_rows import Row, recorded

_GRADES = ("inadequate", "requires_improvement", "good", "outstanding")
"""From the worst to the best; whatever else stands in a grade's place is none."""
_BACK = 90


def audit_completion(asof: AsOf) -> Iterator[Row]:
    """Audits planned in the quarter: done by its last day or not."""
    for audit in asof.world.audits:
        if asof.has(audit.planned_date):
            done = audit.audit_date is not None and audit.audit_date <= asof.q1
            yield "completed" if done else "not_completed", audit.type


def _done(asof: AsOf) -> Iterator[Audit]:
    return (audit for audit in asof.world.audits if asof.has(audit.audit_date))


def audit_grade(asof: AsOf) -> Iterator[Row]:
    """Audits done in the quarter, by the grade of oversight; an empty one is not graded."""
    for audit in _done(asof):
        service = asof.service_of_child(audit.child_id) or UNKNOWN
        yield audit.oversight_grade or "not_graded", audit.type, service


def audit_relative(asof: AsOf) -> Iterator[Row]:
    """Audits done in the quarter: is the grade of oversight below the overall one?"""
    for audit in _done(asof):
        oversight, overall = audit.oversight_grade, audit.overall_grade
        if oversight not in _GRADES or overall not in _GRADES:
            yield ("incomparable",)
        else:
            below = _GRADES.index(oversight) < _GRADES.index(overall)
            yield ("below" if below else "not_below",)


def audit_moderation(asof: AsOf) -> Iterator[Row]:
    """Moderated audits done in the quarter: did moderation change the overall grade?"""
    for audit in _done(asof):
        if audit.moderated == "Y":
            before, after = audit.overall_grade, audit.moderated_grade
            known = before is not None and after is not None
            yield (UNKNOWN if not known else "unchanged" if before == after else "changed",)


def audit_actions(asof: AsOf) -> Iterator[Row]:
    """Audits whose actions were due in the quarter: closed by that day or not."""
    for audit in asof.world.audits:
        due, closed = audit.action_due, audit.action_closed
        if due is not None and asof.has(due):
            yield ("on_time" if closed is not None and closed <= due else "late",)


def grade_by_recording(asof: AsOf) -> Iterator[Row]:
    """Graded audits of the quarter whose child's last supervision before has a known recording."""
    supervised = _recording_by_child(asof)
    for audit in _done(asof):
        if audit.oversight_grade not in _GRADES:
            continue
        held = supervised.get(audit.child_id, {})
        before = [day for day in held if 0 <= (audit.audit_date - day).days <= _BACK]  # type: ignore[operator]
        if before:
            part = "both" if "both" in held[max(before)] else "not_both"
            good = audit.oversight_grade in ("good", "outstanding")
            yield (f"{part}_{'good_or_better' if good else 'below_good'}",)


def _recording_by_child(asof: AsOf) -> dict[str, dict[date, set[str]]]:
    """Of each audited child, the days of case supervisions with what was recorded, if known."""
    audited = {audit.child_id for audit in _done(asof)}
    found: dict[str, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for event in asof.world.events:
        if event.child_id in audited and is_case_supervision(event):
            outcome = recorded(event)
            if outcome != UNKNOWN:
                found[event.child_id][event.held_date].add(outcome)
    return found
