"""The rows of the study's base tables about cases and plans.

Rows are tuples as in `truth_rows`.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from oversight_coordinator.demo.asof import UNKNOWN, AsOf, runs
from oversight_coordinator.demo.truth_rows import Row

_PLANS = ("cin", "cp")
_YEAR, _NEAR = 365, 7


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
        if plan.type in _PLANS and runs(plan.start, plan.end, asof.q1):
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


def plan_decisions(asof: AsOf) -> Iterator[Row]:
    """Starts and ends of plans in the quarter: with a management decision near them, or without."""
    decisions: dict[str, list[date]] = defaultdict(list)
    for event in asof.world.events:
        if event.type == "management_decision" and event.child_id and event.held_date <= asof.q1:
            decisions[event.child_id].append(event.held_date)
    for plan in asof.world.plans:
        for day in (plan.start, plan.end):
            if plan.type in _PLANS and day is not None and asof.has(day):
                held = decisions.get(plan.child_id, ())
                decided = any(abs((one - day).days) <= _NEAR for one in held)
                yield "decided" if decided else "not_decided", plan.type


def cp_start(asof: AsOf) -> Iterator[Row]:
    """Child protection plans begun in the quarter: with an earlier one, without, or not known."""
    for plan in asof.world.plans:
        if plan.type == "cp" and asof.has(plan.start):
            before = plan.previous_cpp
            yield (UNKNOWN if before is None else "subsequent" if before else "first",)


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
