"""Records of a small authority by hand, and the rows that a base table has of them.

The quarter is April to June 2026: `Q0` is 1 April, `Q1` is 30 June. A record is the name of its
table and its fields.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from oversight_protocol.specification import CALENDAR, load
from oversight_protocol.study import Period
from reference.conventions import Record, Tables
from reference.in_duckdb import STUDY, Plain, by_definition, by_sql, database
from support.spec_tables import Q2

Q0, Q1 = Q2.start, Q2.end
TEAMS = [
    {"team_id": "t1", "service": "cin_cp"},
    {"team_id": "t2", "service": "looked_after"},
    {"team_id": "t3", "service": "other"},
]


def ago(days: int) -> date:
    """So many days before the quarter's last day."""
    return Q1 - timedelta(days=days)


LONG_AGO = ago(700)


def holding(
    worker: str = "w1", start: date = LONG_AGO, end: date | None = None, **more: Any
) -> Any:
    fields = {"child_id": "c1", "team_id": "t1", "role": "case_holder"}
    return "allocation", {**fields, "worker_id": worker, "start": start, "end": end, **more}


def event(held: date, kind: str = "case", **more: Any) -> Any:
    dates = {"held_date": held, "recorded_date": None, "authorised_date": None}
    parts = {"part1_location": None, "part2_location": None, "evidence": None}
    said = dict.fromkeys(("reflects_family", "reflects_practitioner", "actions_set"))
    fields = {"child_id": "c1", "worker_id": "w1", "type": kind}
    return "oversight_event", {**fields, **dates, **parts, **said, **more}


def post(
    worker: str = "w1", start: date = LONG_AGO, end: date | None = None, role: int = 5, **more: Any
) -> Any:
    fields = {"agency": 0, "fte": 1.0, "kss": 2, "supervisor_id": None, "team_id": "t2"}
    dates = {"role_start": start, "role_end": end}
    return "worker", {**fields, **dates, "worker_id": worker, "role": role, **more}


def plan(kind: str, start: date = LONG_AGO, end: date | None = None, **more: Any) -> Any:
    dates = {"start": start, "end": end}
    return "plan", {"child_id": "c1", "type": kind, **dates, "previous_cpp": None, **more}


def standard(cohort: str, days: int, since: date = LONG_AGO) -> Any:
    return "standard", {"cohort": cohort, "max_interval_days": days, "policy_date": since}


def referral(day: date, child: str = "c1") -> Any:
    return "episode", {"child_id": child, "referral_date": day}


def audit(planned: date | None, done: date | None, grade: str | None = "good", **more: Any) -> Any:
    dates = {"planned_date": planned, "audit_date": done, "action_due": None, "action_closed": None}
    grades = {"oversight_grade": grade, "overall_grade": None, "moderated_grade": None}
    fields = {"child_id": "c1", "type": "case_file", "moderated": None}
    return "audit", {**fields, **dates, **grades, **more}


def answer(given: int, question: str = "S01", wave: date = Q0, **more: Any) -> Any:
    fields = {"respondent_id": "r1", "role": None, "team_id": None}
    asked = {"wave": wave, "question_id": question, "response": given}
    return "survey_response", {**fields, **asked, **more}


KEYS = {"oversight_event": "event_id", "episode": "referral_id", "audit": "audit_id"}


def rows(name: str, *records: tuple[str, Record], period: Period = Q2) -> list[Plain]:
    """The rows of a base table, which SQL and reference agree upon, in a set order."""
    tables: Tables = {each.name: [] for each in load(STUDY.spec_version).mapped}
    tables["team"] = TEAMS
    for table, record in records:
        number = {KEYS[table]: f"n{len(tables[table])}"} if table in KEYS else {}
        tables[table] = [*tables[table], number | record]
    base = STUDY.table(name)
    with database({each: tables[each] for each in base.reads if each != CALENDAR}) as connection:
        found = by_sql(connection, base, period)
    expected = by_definition(tables, base, period)
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    return sorted(found, key=repr)


def outcomes(name: str, *records: tuple[str, Record], period: Period = Q2) -> list[str | None]:
    return [row["outcome"] for row in rows(name, *records, period=period)]
