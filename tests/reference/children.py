"""Base tables of children, their referrals and their plans.

Slow and short, to be compared with the SQL; see `conventions` for the form of the data.
"""

from __future__ import annotations

from datetime import date, timedelta

from reference.conventions import (
    Tables,
    case_holdings,
    case_supervisions,
    days_between,
    is_open,
    local_standard,
    months_after,
    open_children,
    plan_type,
    service_of,
    spell_start,
)
from reference.rows import Row


def since_supervision(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for child, allocation in open_children(tables, q1):
        plan = plan_type(tables, child, q1)
        outcome = _waiting(
            spell_start(tables, child, q1),
            [
                event["held_date"]
                for event in case_supervisions(tables)
                if event["child_id"] == child and event["held_date"] <= q1
            ],
            local_standard(tables, plan, q1),
            q1,
        )
        team = allocation["team_id"]
        by = {"service": service_of(tables, team), "plan_type": plan}
        rows.append(Row(child, None, team, outcome, by))
    return rows


def _waiting(start: date, held: list[date], standard: int | None, q1: date) -> str:
    in_spell = [day for day in held if day >= start]
    days = days_between(max(in_spell, default=start), q1)
    if days > 90:
        return "d91_more" if in_spell else "never_91"
    if days > 42 and not in_spell:
        return "never_43_90"
    band = "d0_31" if days <= 31 else "d32_42" if days <= 42 else "d43_90"
    return f"{band}_{'within' if standard is not None and days <= standard else 'over'}"


def worker_changes(tables: Tables, q0: date, q1: date) -> list[Row]:
    year = [q1 - timedelta(days=back) for back in range(365)]
    rows = []
    for child, allocation in open_children(tables, q1):
        if days_between(spell_start(tables, child, q1), q1) >= 365:
            workers = {
                each["worker_id"]
                for each in case_holdings(tables, child)
                if any(is_open(each["start"], each["end"], day) for day in year)
            }
            outcome = {1: "w1", 2: "w2"}.get(len(workers), "w3_more")
            team = allocation["team_id"]
            rows.append(Row(child, None, team, outcome, {"service": service_of(tables, team)}))
    return rows


def rereferral(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for referral in tables["episode"]:
        child, day = referral["child_id"], referral["referral_date"]
        if q0 <= day <= q1:
            before = [
                days_between(other["referral_date"], day)
                for other in tables["episode"]
                if other["child_id"] == child
            ]
            again = any(1 <= days <= 365 for days in before)
            rows.append(Row(child, None, None, "rereferral" if again else "first"))
    return rows


def plan_duration(tables: Tables, q0: date, q1: date) -> list[Row]:
    return [
        Row(plan["child_id"], None, None, duration(plan["start"], q1), {"plan_type": plan["type"]})
        for plan in tables["plan"]
        if plan["type"] in ("cin", "cp") and is_open(plan["start"], plan["end"], q1)
    ]


def duration(start: date, q1: date) -> str:
    """Calendar months from start to q1: ≤ 3, > 3 to 6, > 6 to < 12, 12 to < 24, 24 and more."""
    if q1 <= months_after(start, 3):
        return "m0_3"
    if q1 <= months_after(start, 6):
        return "m3_6"
    if q1 < months_after(start, 12):
        return "m6_12"
    return "m12_24" if q1 < months_after(start, 24) else "m24_more"


def plan_decisions(tables: Tables, q0: date, q1: date) -> list[Row]:
    """A row for each start and each end in the quarter."""
    return [
        Row(plan["child_id"], None, None, outcome, {"plan_type": plan["type"]})
        for plan in tables["plan"]
        for day in (plan["start"], plan["end"])
        if plan["type"] in ("cin", "cp") and day is not None and q0 <= day <= q1
        for outcome in [_decided(tables, plan["child_id"], day, q1)]
    ]


def _decided(tables: Tables, child: str, day: date, q1: date) -> str:
    decisions = [
        event["held_date"]
        for event in tables["oversight_event"]
        if event["type"] == "management_decision" and event["child_id"] == child
    ]
    near = any(held <= q1 and abs(days_between(held, day)) <= 7 for held in decisions)
    return "decided" if near else "not_decided"


def cp_start(tables: Tables, q0: date, q1: date) -> list[Row]:
    def outcome(earlier: int | None) -> str:
        if earlier is None:
            return "unknown"
        return "subsequent" if earlier >= 1 else "first"

    return [
        Row(plan["child_id"], None, None, outcome(plan["previous_cpp"]))
        for plan in tables["plan"]
        if plan["type"] == "cp" and q0 <= plan["start"] <= q1
    ]
