"""Base tables of oversight events: where, when and how well supervision is recorded.

Slow and short, to be compared with the SQL; see `conventions` for the form of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from reference.conventions import (
    Record,
    Tables,
    case_supervisions,
    days_between,
    place_of_child,
    place_of_event,
    post_in_force,
    working_days,
)
from reference.rows import Row, codes_of

NAMES = {"Y": "Y", "N": "N", "U": "unknown", None: "unknown"}
SOMEWHERE = ("child_file", "supervision_record", "both")


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


def part1_reflection(tables: Tables, q0: date, q1: date) -> list[Row]:
    return [
        _event_row(tables, event, q1, NAMES[event["reflects_family"]])
        for event in _read_by_auditors(tables, q0, q1)
        if event["part1_location"] in SOMEWHERE
    ]


def part2_reflection(tables: Tables, q0: date, q1: date) -> list[Row]:
    """Of the worker alone: no child stands behind a row."""
    return [
        _event_row(tables, event, q1, NAMES[event["reflects_practitioner"]], of_child=False)
        for event in _read_by_auditors(tables, q0, q1)
        if event["part2_location"] in SOMEWHERE
    ]


def _read_by_auditors(tables: Tables, q0: date, q1: date) -> list[Record]:
    return [
        event
        for event in tables["oversight_event"]
        if event["evidence"] == "audit_sample" and q0 <= event["held_date"] <= q1
    ]


def recorded_in_time(tables: Tables, q0: date, q1: date) -> list[Row]:
    def outcome(event: Record) -> str:
        day = event["recorded_date"]
        if day is None or day > q1:
            return "not_recorded"
        return "within_5" if working_days(event["held_date"], day) <= 5 else "over_5"

    return [_event_row(tables, event, q1, outcome(event)) for event in _held(tables, q0, q1)]


def authorised(tables: Tables, q0: date, q1: date) -> list[Row]:
    def outcome(event: Record) -> str:
        day = event["authorised_date"]
        return "authorised" if day is not None and day <= q1 else "not_authorised"

    return [_event_row(tables, event, q1, outcome(event)) for event in _held(tables, q0, q1)]


def actions(tables: Tables, q0: date, q1: date) -> list[Row]:
    return [
        _event_row(tables, event, q1, NAMES[event["actions_set"]])
        for event in _held(tables, q0, q1)
    ]


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


def _held(tables: Tables, q0: date, q1: date) -> list[Record]:
    return [event for event in case_supervisions(tables) if q0 <= event["held_date"] <= q1]


def _event_row(
    tables: Tables,
    event: Record,
    q1: date,
    outcome: str,
    by: Mapping[str, str] | None = None,
    *,
    of_child: bool = True,
) -> Row:
    team, service = place_of_event(tables, event, q1)
    child = event["child_id"] if of_child else None
    return Row(child, event["worker_id"], team, outcome, {"service": service, **(by or {})})


def _post_codes(tables: Tables, event: Record) -> dict[str, str]:
    post = post_in_force(tables, event["worker_id"], event["held_date"])
    return codes_of(post) if post else dict.fromkeys(("role", "agency", "asye"), "unknown")
