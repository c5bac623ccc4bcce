"""The base tables of the first study in plain Python, written from their definitions to the day.

Slow and short, to be compared with the SQL; see `conventions` for the form of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from reference import audits, children, events, workers
from reference.conventions import Record, Tables
from reference.rows import Row

__all__ = ["TABLES", "Record", "Row", "Tables"]

TABLES: Mapping[str, Callable[[Tables, date, date], list[Row]]] = {
    table.__name__: table
    for table in (
        events.recording,
        events.part1_reflection,
        events.part2_reflection,
        events.recorded_in_time,
        events.authorised,
        events.actions,
        events.supervision_gap,
        children.since_supervision,
        children.worker_changes,
        children.rereferral,
        children.plan_duration,
        children.plan_decisions,
        children.cp_start,
        audits.audit_completion,
        audits.audit_grade,
        audits.audit_relative,
        audits.audit_moderation,
        audits.audit_actions,
        audits.grade_by_recording,
        workers.personal_supervision,
        workers.caseload,
        workers.span,
        workers.fte_by_agency,
        workers.survey,
    )
}
"""By the base table's name, its rows from the specification's tables, q0 and q1."""
