"""The base tables of the first study in plain Python, written from their definitions to the day.

Slow and short, to be compared with the SQL; see `conventions` for the form of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from reference.conventions import (
    Record,
    Tables,
    case_holdings,
    case_supervisions,
    days_between,
    is_open,
    local_standard,
    months_after,
    open_children,
    place_of_child,
    place_of_event,
    plan_type,
    post_in_force,
    posts_in_force,
    service_of,
    spell_start,
)

__all__ = ["TABLES", "Record", "Row", "Tables"]


@dataclass(frozen=True)
class Row:
    """A row of a base table: who, and either an outcome or magnitudes, by its dimensions."""

    child: str | None
    worker: str | None
    team: str | None
    outcome: str | None
    by: Mapping[str, str] = field(default_factory=dict)
    magnitudes: Mapping[str, Decimal] = field(default_factory=dict)


def recording(tables: Tables, q0: date, q1: date) -> list[Row]:
    return [
        _event_row(tables, event, q1, recorded(event), _post_codes(tables, event))
        for event in tables["oversight_event"]
        if event["type"] in ("case", "personal", "combined") and q0 <= event["held_date"] <= q1
    ]


def recorded(event: Record) -> str:
    part1, part2 = event["part1_location"], event["part2_location"]
    if None in (part1, part2) or "unknown" in (part1, part2):
        return "unknown"
    in_place = (part1 in ("child_file", "both"), part2 in ("supervision_record", "both"))
    if any(in_place):
        return {(True, True): "both", (True, False): "part1_only"}.get(in_place, "part2_only")
    return "neither" if (part1, part2) == ("neither", "neither") else "misplaced"


def authorised(tables: Tables, q0: date, q1: date) -> list[Row]:
    def outcome(event: Record) -> str:
        day = event["authorised_date"]
        return "authorised" if day is not None and day <= q1 else "not_authorised"

    return [_event_row(tables, event, q1, outcome(event)) for event in _held(tables, q0, q1)]


def actions(tables: Tables, q0: date, q1: date) -> list[Row]:
    names = {"Y": "Y", "N": "N", "U": "unknown", None: "unknown"}
    return [
        _event_row(tables, event, q1, names[event["actions_set"]])
        for event in _held(tables, q0, q1)
    ]


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


GAPS = (
    ("d0_14", 14), ("d15_28", 28), ("d29_31", 31), ("d32_35", 35), ("d36_42", 42),
    ("d43_56", 56), ("d57_90", 90),
)  # fmt: skip


def supervision_gap(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for child, days in gaps(tables, q0, q1):
        outcome = next((code for code, most in GAPS if days <= most), "d91_more")
        team, service = place_of_child(tables, child, q1)
        rows.append(Row(child, None, team, outcome, {"service": service}))
    return rows


def gaps(tables: Tables, q0: date, q1: date) -> list[tuple[str, int]]:
    """Child and days of each pair of consecutive case supervisions, the later in the quarter."""
    events = case_supervisions(tables)
    found = []
    for child in sorted({event["child_id"] for event in events}):
        held = sorted(event["held_date"] for event in events if event["child_id"] == child)
        for earlier, later in pairwise(held):
            if q0 <= later <= q1:
                found.append((child, days_between(earlier, later)))
    return found


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
    for audit in tables["audit"]:
        done = audit["audit_date"]
        if done is not None and q0 <= done <= q1:
            team, service = place_of_child(tables, audit["child_id"], q1)
            by = {"audit_type": audit["type"], "service": service}
            rows.append(
                Row(audit["child_id"], None, team, audit["oversight_grade"] or "not_graded", by)
            )
    return rows


def caseload(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for post in posts_in_force(tables, q1):
        if post["role"] in (4, 5) and post["fte"] is not None and post["fte"] > 0:
            mine = [
                child
                for child, allocation in open_children(tables, q1)
                if allocation["worker_id"] == post["worker_id"]
            ]
            fte = Decimal(str(post["fte"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
            values = {"children": Decimal(len(mine)), "fte": fte}
            rows.append(Row(None, post["worker_id"], post["team_id"], None, _codes(post), values))
    return rows


def span(tables: Tables, q0: date, q1: date) -> list[Row]:
    posts = posts_in_force(tables, q1)
    rows = []
    for manager in posts:
        if manager["role"] == 3:
            mine = [post for post in posts if post["supervisor_id"] == manager["worker_id"]]
            values = {"supervisees": Decimal(len(mine))}
            rows.append(Row(None, manager["worker_id"], manager["team_id"], None, {}, values))
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


TABLES: Mapping[str, Callable[[Tables, date, date], list[Row]]] = {
    "recording": recording,
    "authorised": authorised,
    "actions": actions,
    "since_supervision": since_supervision,
    "supervision_gap": supervision_gap,
    "audit_completion": audit_completion,
    "audit_grade": audit_grade,
    "caseload": caseload,
    "span": span,
    "rereferral": rereferral,
    "plan_duration": plan_duration,
    "worker_changes": worker_changes,
}
"""By the base table's name, its rows from the specification's tables, q0 and q1."""


def _held(tables: Tables, q0: date, q1: date) -> list[Record]:
    return [event for event in case_supervisions(tables) if q0 <= event["held_date"] <= q1]


def _event_row(
    tables: Tables, event: Record, q1: date, outcome: str, by: Mapping[str, str] | None = None
) -> Row:
    team, service = place_of_event(tables, event, q1)
    by = {"service": service, **(by or {})}
    return Row(event["child_id"], event["worker_id"], team, outcome, by)


def _post_codes(tables: Tables, event: Record) -> dict[str, str]:
    post = post_in_force(tables, event["worker_id"], event["held_date"])
    return _codes(post) if post else dict.fromkeys(("role", "agency", "asye"), "unknown")


def _codes(post: Record) -> dict[str, str]:
    return {
        "role": {4: "senior_practitioner", 5: "case_holder"}.get(post["role"], "other"),
        "agency": {1: "agency", 0: "employed"}[post["agency"]],
        "asye": "unknown" if post["kss"] is None else "asye" if post["kss"] == 1 else "not_asye",
    }
