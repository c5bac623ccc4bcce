"""The base tables of the first study in plain Python, written from their definitions to the day.

Slow and short, to be compared with the SQL. A table of the specification is a list of dictionaries,
a missing value is `None`, a person is a string. There is no SQL here and no library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Record = dict[str, Any]
Tables = dict[str, list[Record]]


@dataclass(frozen=True)
class Row:
    """A row of a base table."""

    child: str | None
    worker: str
    team: str | None
    outcome: str
    service: str


@dataclass(frozen=True)
class Counted:
    """What stands behind a cell."""

    count: int
    children: int
    workers: int
    teams: int
    top_worker: int


def recording(tables: Tables, q0: date, q1: date) -> list[Row]:
    events = [
        event
        for event in tables["oversight_event"]
        if event["type"] in ("case", "personal", "combined") and q0 <= event["held_date"] <= q1
    ]
    return [_row(tables, event, q1, recorded(event)) for event in events]


def authorised(tables: Tables, q0: date, q1: date) -> list[Row]:
    events = [
        event
        for event in tables["oversight_event"]
        if event["type"] in ("case", "combined")
        and event["child_id"] is not None
        and q0 <= event["held_date"] <= q1
    ]
    return [
        _row(
            tables,
            event,
            q1,
            "authorised" if _by(event["authorised_date"], q1) else "not_authorised",
        )
        for event in events
    ]


def recorded(event: Record) -> str:
    part1, part2 = event["part1_location"], event["part2_location"]
    if None in (part1, part2) or "unknown" in (part1, part2):
        return "unknown"
    in_place = (part1 in ("child_file", "both"), part2 in ("supervision_record", "both"))
    if any(in_place):
        return {(True, True): "both", (True, False): "part1_only"}.get(in_place, "part2_only")
    return "neither" if (part1, part2) == ("neither", "neither") else "misplaced"


def _by(day: date | None, last: date) -> bool:
    return day is not None and day <= last


def _open(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or end > day)


def _row(tables: Tables, event: Record, q1: date, outcome: str) -> Row:
    team = _team(tables, event, q1)
    services = {each["team_id"]: each["service"] for each in tables["team"]}
    service = services.get(team, "unknown")
    return Row(event["child_id"], event["worker_id"], team, outcome, service)


def _team(tables: Tables, event: Record, q1: date) -> str | None:
    held_by = [
        allocation
        for allocation in tables["allocation"]
        if allocation["child_id"] == event["child_id"]
        and allocation["role"] == "case_holder"
        and _open(allocation["start"], allocation["end"], q1)
    ]
    if event["child_id"] is not None and held_by:
        latest = max(allocation["start"] for allocation in held_by)
        last = [allocation for allocation in held_by if allocation["start"] == latest]
        return str(min(last, key=lambda allocation: allocation["worker_id"])["team_id"])
    posts = [
        post
        for post in tables["worker"]
        if post["worker_id"] == event["worker_id"]
        and _open(post["role_start"], post["role_end"], event["held_date"])
    ]
    if not posts:
        return None
    team = max(posts, key=lambda post: post["role_start"])["team_id"]
    return None if team is None else str(team)


def counted(rows: Sequence[Row]) -> Counted:
    return Counted(
        count=len(rows),
        children=len({row.child for row in rows} - {None}),
        workers=len({row.worker for row in rows}),
        teams=len({row.team for row in rows} - {None}),
        top_worker=max(Counter(row.worker for row in rows).values(), default=0),
    )


def line(rows: Sequence[Row], outcomes: Sequence[str]) -> dict[str, Any]:
    """A line's cells, complements and total."""

    def where(keep: Callable[[Row], bool]) -> Counted:
        return counted([row for row in rows if keep(row)])

    return {
        "cells": {code: where(lambda row, c=code: row.outcome == c) for code in outcomes},
        "complements": {code: where(lambda row, c=code: row.outcome != c) for code in outcomes},
        "total": counted(rows),
    }
