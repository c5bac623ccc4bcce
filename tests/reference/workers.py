"""Base tables of workers: their supervision, caseloads, spans, working time and survey answers.

Slow and short, to be compared with the SQL; see `conventions` for the form of the data.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from reference.conventions import (
    Record,
    Tables,
    days_between,
    open_children,
    posts_in_force,
    standard_of,
)
from reference.rows import Row, codes_of

QUESTIONS = tuple(f"S{number:02}" for number in range(1, 14))
"""The questions that the study asks."""


def personal_supervision(tables: Tables, q0: date, q1: date) -> list[Row]:
    standard = standard_of(tables, "worker", q1)
    rows = []
    for post in _case_holding_posts(tables, q1):
        if days_between(post["role_start"], q1) >= 31:
            days = _since_personal_supervision(tables, post, q1)
            outcome = "within" if standard is not None and days <= standard else "over"
            worker, team = post["worker_id"], post["team_id"]
            rows.append(Row(None, worker, team, outcome, codes_of(post)))
    return rows


def _since_personal_supervision(tables: Tables, post: Record, q1: date) -> int:
    """Days from the later of the last personal supervision and the start of the post."""
    held = [
        event["held_date"]
        for event in tables["oversight_event"]
        if event["worker_id"] == post["worker_id"]
        and event["type"] in ("personal", "combined")
        and event["held_date"] <= q1
    ]
    return days_between(max([post["role_start"], *held]), q1)


def caseload(tables: Tables, q0: date, q1: date) -> list[Row]:
    rows = []
    for post in _case_holding_posts(tables, q1):
        if post["fte"] is not None and post["fte"] > 0:
            mine = [
                child
                for child, allocation in open_children(tables, q1)
                if allocation["worker_id"] == post["worker_id"]
            ]
            values = {"children": Decimal(len(mine)), "fte": _fte(post)}
            rows.append(Row(None, post["worker_id"], post["team_id"], None, codes_of(post), values))
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


def fte_by_agency(tables: Tables, q0: date, q1: date) -> list[Row]:
    return [
        Row(
            None,
            post["worker_id"],
            post["team_id"],
            None,
            {"agency": codes_of(post)["agency"]},
            {"fte": Decimal(0) if post["fte"] is None else _fte(post)},
        )
        for post in _case_holding_posts(tables, q1)
    ]


def survey(tables: Tables, q0: date, q1: date) -> list[Row]:
    return [
        Row(
            None,
            answer["respondent_id"],
            answer["team_id"],
            str(answer["response"]),
            {"question": answer["question_id"]},
        )
        for answer in tables["survey_response"]
        if q0 <= answer["wave"] <= q1 and answer["question_id"] in QUESTIONS
    ]


def _case_holding_posts(tables: Tables, q1: date) -> list[Record]:
    return [post for post in posts_in_force(tables, q1) if post["role"] in (4, 5)]


def _fte(post: Record) -> Decimal:
    """Working time to two decimals, half upwards."""
    return Decimal(str(post["fte"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
