"""What the measures' definitions take for granted, in plain Python: open, in post, team, spell.

Slow and short, to be compared with the SQL. A table of the specification is a list of dictionaries
with the specification's field names, a missing value is `None`, a person is a string. There is no
SQL here and no library. The bank holidays are those that the specification lists.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from oversight_protocol import specification

Record = dict[str, Any]
Tables = dict[str, list[Record]]

DAY = timedelta(days=1)
BANK_HOLIDAYS = frozenset(specification.load("1.0").bank_holidays.days)
PLANS_BY_PRECEDENCE = ("cp", "cla", "cin", "care_leaver")


def is_open(start: date, end: date | None, day: date) -> bool:
    """Open as of a day: start ≤ day and (end is empty or end > day)."""
    return start <= day and (end is None or end > day)


def days_between(first: date, second: date) -> int:
    return (second - first).days


def working_days(first: date, last: date) -> int:
    """Working days after the first day, up to and with the last; none if the last is earlier."""
    days = (first + DAY * number for number in range(1, days_between(first, last) + 1))
    return sum(day.weekday() < 5 and day not in BANK_HOLIDAYS for day in days)


def months_after(start: date, months: int) -> date:
    """So many calendar months on; one from 31 January ends on the last day of February."""
    year, month = divmod(start.month - 1 + months, 12)
    last = monthrange(start.year + year, month + 1)[1]
    return date(start.year + year, month + 1, min(start.day, last))


def case_holdings(tables: Tables, child: str) -> list[Record]:
    return [
        each
        for each in tables["allocation"]
        if each["child_id"] == child and each["role"] == "case_holder"
    ]


def holding(tables: Tables, child: str | None, q1: date) -> Record | None:
    """The open case-holder allocation with the latest start, ties to the smallest worker."""
    if child is None:
        return None
    found = [
        each for each in case_holdings(tables, child) if is_open(each["start"], each["end"], q1)
    ]
    if not found:
        return None
    latest = max(each["start"] for each in found)
    last = [each for each in found if each["start"] == latest]
    return min(last, key=lambda each: (each["worker_id"], each["team_id"]))


def open_children(tables: Tables, q1: date) -> list[tuple[str, Record]]:
    """Each open child with its allocation."""
    children = sorted({each["child_id"] for each in tables["allocation"]})
    found = [(child, holding(tables, child, q1)) for child in children]
    return [(child, allocation) for child, allocation in found if allocation is not None]


def spell_start(tables: Tables, child: str, q1: date) -> date:
    """The first day of the longest run up to q1 with no day uncovered, found day by day."""
    holdings = case_holdings(tables, child)
    day = q1
    while any(is_open(each["start"], each["end"], day - DAY) for each in holdings):
        day -= DAY
    return day


def post_in_force(tables: Tables, worker: str, day: date) -> Record | None:
    """Of the worker's posts open on a day, the latest to start."""
    posts = [
        each
        for each in tables["worker"]
        if each["worker_id"] == worker and is_open(each["role_start"], each["role_end"], day)
    ]
    return max(posts, key=lambda each: each["role_start"]) if posts else None


def posts_in_force(tables: Tables, day: date) -> list[Record]:
    """The post in force of each worker in post."""
    workers = sorted({each["worker_id"] for each in tables["worker"]})
    found = [post_in_force(tables, worker, day) for worker in workers]
    return [post for post in found if post is not None]


def service_of(tables: Tables, team: str | None) -> str:
    services = {each["team_id"]: each["service"] for each in tables["team"]}
    return services.get(team, "unknown")


def place_of_child(tables: Tables, child: str, q1: date) -> tuple[str | None, str]:
    """Team and service of a child."""
    allocation = holding(tables, child, q1)
    team = None if allocation is None else allocation["team_id"]
    return team, service_of(tables, team)


def place_of_event(tables: Tables, event: Record, q1: date) -> tuple[str | None, str]:
    """Team and service of the child if it is open, else of the worker's post on the day."""
    allocation = holding(tables, event["child_id"], q1)
    if allocation is None:
        allocation = post_in_force(tables, event["worker_id"], event["held_date"])
    team = None if allocation is None else allocation["team_id"]
    return team, service_of(tables, team)


def case_supervisions(tables: Tables) -> list[Record]:
    return [
        each
        for each in tables["oversight_event"]
        if each["type"] in ("case", "combined") and each["child_id"] is not None
    ]


def plan_type(tables: Tables, child: str, q1: date) -> str:
    types = {
        each["type"]
        for each in tables["plan"]
        if each["child_id"] == child and is_open(each["start"], each["end"], q1)
    }
    return next((one for one in PLANS_BY_PRECEDENCE if one in types), "none")


def local_standard(tables: Tables, plan: str, q1: date) -> int | None:
    """The standard of the plan type, else the one for all children."""
    own = standard_of(tables, plan, q1)
    return standard_of(tables, "all", q1) if own is None else own


def standard_of(tables: Tables, cohort: str, q1: date) -> int | None:
    """The cohort's standard with the latest policy date by the last day."""
    rows = [
        each
        for each in tables["standard"]
        if each["cohort"] == cohort and each["policy_date"] <= q1
    ]
    latest = max(rows, key=lambda each: each["policy_date"], default=None)
    return None if latest is None else int(latest["max_interval_days"])
