"""The rows of the study's base tables about cases, plans, audits and workers.

Rows are tuples as in `truth_rows`.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from oversight_coordinator.demo.asof import UNKNOWN, AsOf, runs
from oversight_coordinator.demo.truth_rows import Row, of_post

_CASE_HOLDING = (4, 5)
_FIRST_LINE_MANAGER = 3
_YEAR = 365


def audit_completion(asof: AsOf) -> Iterator[Row]:
    """Audits planned in the quarter: done by its last day or not."""
    for audit in asof.world.audits:
        if audit.planned_date is not None and asof.q0 <= audit.planned_date <= asof.q1:
            done = audit.audit_date is not None and audit.audit_date <= asof.q1
            yield "completed" if done else "not_completed", audit.type


def audit_grade(asof: AsOf) -> Iterator[Row]:
    """Audits done in the quarter, by the grade of oversight; an empty one is not graded."""
    for audit in asof.world.audits:
        if audit.audit_date is not None and asof.q0 <= audit.audit_date <= asof.q1:
            service = asof.service_of_child(audit.child_id) or UNKNOWN
            yield audit.oversight_grade or "not_graded", audit.type, service


def caseload(asof: AsOf) -> Iterator[Row]:
    """Workers who can hold cases and have working time: their open children and that time."""
    children = Counter(held.worker_id for held in asof.held.values())
    for worker, post in asof.in_post.items():
        if post.role in _CASE_HOLDING and post.fte > 0:
            # By way of text, so that 0.37 is 0.37 and not the nearest binary fraction.
            yield (Decimal(children[worker]), Decimal(str(post.fte))), *of_post(post)


def span(asof: AsOf) -> Iterator[Row]:
    """First-line managers in post: the workers in post whom they supervise."""
    supervised = Counter(post.supervisor_id for post in asof.in_post.values())
    for worker, post in asof.in_post.items():
        if post.role == _FIRST_LINE_MANAGER:
            yield ((Decimal(supervised[worker]),),)


def rereferral(asof: AsOf) -> Iterator[Row]:
    """Referrals in the quarter: with one of the child 1 to 365 days before, or without."""
    days: dict[str, list[date]] = defaultdict(list)
    for one in asof.world.referrals:
        days[one.child_id].append(one.referral_date)
    for one in asof.world.referrals:
        if asof.q0 <= one.referral_date <= asof.q1:
            back = [(one.referral_date - day).days for day in days[one.child_id]]
            yield ("rereferral" if any(1 <= days <= _YEAR for days in back) else "first",)


def plan_duration(asof: AsOf) -> Iterator[Row]:
    """Children in need and child protection plans open as of q1, by their length in months."""
    for plan in asof.world.plans:
        if plan.type in ("cin", "cp") and runs(plan.start, plan.end, asof.q1):
            yield duration_band(plan.start, asof.q1), plan.type


def duration_band(start: date, day: date) -> str:
    """The band of the calendar months from a start to a day."""
    if day <= months_later(start, 3):
        return "m0_3"
    if day <= months_later(start, 6):
        return "m3_6"
    if day < months_later(start, 12):
        return "m6_12"
    return "m12_24" if day < months_later(start, 24) else "m24_more"


def months_later(start: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has no such day."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def worker_changes(asof: AsOf) -> Iterator[Row]:
    """Open children whose spell is at least 365 days long, by the workers of the last 365 days."""
    first = asof.q1 - timedelta(days=_YEAR - 1)
    for child, rows in asof.holding.items():
        if (asof.q1 - asof.spell_starts[child]).days < _YEAR:
            continue
        # All start by q1; one that ends on the first day or before is open on none of the days.
        workers = {
            one.worker_id for one in rows if one.end is None or one.end > max(first, one.start)
        }
        outcome = ("w1", "w2", "w3_more")[min(len(workers), 3) - 1]
        yield outcome, asof.service_of_child(child)
