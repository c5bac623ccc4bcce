# ruff: noqa: E501 (a row stands in one line)
"""A small synthetic authority in the specification's own terms, for layouts that write it down.

Every value is made up from a seed. Dates are `date`, codes the specification's.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

Rows = list[dict[str, Any]]

_SERVICES = (
    "front_door", "assessment", "assessment", "cin_cp", "cin_cp", "cin_cp", "disabled_children",
    "looked_after", "looked_after", "care_leavers", "youth_justice", "other",
)  # fmt: skip
_GRADES = ("outstanding", "good", "good", "requires_improvement", "inadequate")
_PLACES = ("child_file", "supervision_record", "both", "neither", "unknown")
_SOURCES = ("1A", "1B", "1C", "2A", "2B", "3A", "3B", "3E", "4", "5A", "5D", "6", "7", "9", "10")
_REASONS = ("RC1", "RC4", "RC5", "RC7", "RC8", "RC9")
_END = date(2026, 9, 30)


def world(seed: int = 1) -> dict[str, Rows]:
    """All tables of an authority with 12 teams, 60 workers and 240 children."""
    chance = random.Random(seed)
    made: dict[str, Rows] = {"team": _teams()}
    made["worker"] = _workers(chance)
    made["episode"] = _episodes(chance)
    made["allocation"] = _allocations(chance, made["episode"])
    made["plan"] = _plans(chance)
    made["oversight_event"] = _events(chance, made["allocation"], made["worker"])
    made["audit"] = _audits(chance)
    made["standard"] = _standards()
    made["survey_response"] = _responses(chance)
    made["theme"] = _themes(chance)
    made["inspection"] = _inspections()
    return made


def _day(chance: random.Random, first: date = date(2023, 4, 1)) -> date:
    return first + timedelta(days=chance.randrange((_END - first).days))


def _later(chance: random.Random, day: date, most: int) -> date:
    return day + timedelta(days=chance.randrange(1, most))


def _maybe(chance: random.Random, share: float, value: Any) -> Any:
    return value if chance.random() < share else None


def _teams() -> Rows:
    return [
        {"team_id": 500 + n, "parent_id": 500 if n > 1 else None, "service": service}
        for n, service in enumerate(_SERVICES)
    ]


def _workers(chance: random.Random) -> Rows:
    rows = []
    for n in range(60):
        role = 1 if n == 0 else 2 if n < 4 else 3 if n < 13 else chance.choice((4, 5, 5, 5, 5, 6))
        start = _day(chance, date(2018, 1, 1))
        rows.append({
            "worker_id": 70100 + n, "role": role, "agency": int(chance.random() < 0.2),
            "fte": chance.choice((1.0, 1.0, 1.0, 0.8, 0.6, 0.5)),
            "kss": _maybe(chance, 0.7, chance.choice((1, 2, 2, 3, 4))),
            "role_start": start, "role_end": _maybe(chance, 0.25, _later(chance, start, 900)),
            "supervisor_id": 70100 + n % 13 if n >= 13 else 70100 + n // 4 if n else None,
            "team_id": 500 + n % 12,
        })  # fmt: skip
    return rows


def _episodes(chance: random.Random) -> Rows:
    rows = []
    for n in range(300):
        start, open_ = _day(chance), chance.random() < 0.4
        nfa = int(chance.random() < 0.15)
        rows.append({
            "referral_id": 880_000 + n, "child_id": 31_000 + n % 240, "referral_date": start,
            "source": chance.choice(_SOURCES), "need": f"N{chance.randrange(10)}", "nfa": nfa,
            "close_date": None if open_ else _later(chance, start, 400),
            "reason": None if open_ else chance.choice(_REASONS),
        })  # fmt: skip
    return rows


def _allocations(chance: random.Random, episodes: Rows) -> Rows:
    rows = []
    for one in episodes:
        worker = chance.randrange(13, 60)
        start = one["referral_date"] + timedelta(days=chance.randrange(5))
        ended = chance.random() < 0.5
        rows.append({
            "child_id": one["child_id"], "worker_id": 70100 + worker, "team_id": 500 + worker % 12,
            "role": chance.choice(("case_holder",) * 5 + ("co_worker", "family_support", "other")),
            "start": start, "end": _later(chance, start, 300) if ended else None,
            "change_reason": chance.choice(("closed", "transfer", "worker_left", "other"))
            if ended else None,
        })  # fmt: skip
    return rows


def _plans(chance: random.Random) -> Rows:
    rows = []
    for n in range(260):
        start, kind = _day(chance), chance.choice(("cin", "cin", "cp", "cla", "care_leaver"))
        cp = kind == "cp"
        rows.append({
            "child_id": 31_000 + n % 240, "type": kind, "start": start,
            "end": _maybe(chance, 0.5, _later(chance, start, 500)),
            "abuse_category": chance.choice(("NEG", "PHY", "SAB", "EMO", "MUL")) if cp else None,
            "previous_cpp": chance.choice((0, 0, 0, 1, 1, 2, 3)) if cp else None,
        })  # fmt: skip
    return rows


def _events(chance: random.Random, allocations: Rows, workers: Rows) -> Rows:
    managers = {one["worker_id"]: one["supervisor_id"] for one in workers}
    rows = []
    for n in range(900):
        case = chance.choice(allocations)
        kind = chance.choice(
            ("case",) * 6 + ("personal", "combined", "group", "management_decision")
        )
        held = _day(chance, date(2025, 4, 1))
        recorded = _maybe(chance, 0.85, held + timedelta(days=chance.randrange(20)))
        authorised = recorded and _maybe(
            chance, 0.7, recorded + timedelta(days=chance.randrange(9))
        )
        rows.append({
            "event_id": 4_410_000 + n * 7,
            "child_id": None if kind in ("personal", "group") else case["child_id"],
            "worker_id": case["worker_id"], "supervisor_id": managers[case["worker_id"]],
            "held_date": held, "recorded_date": recorded, "authorised_date": authorised,
            "type": kind, "part1_location": chance.choice(_PLACES),
            "part2_location": chance.choice(_PLACES),
            "reflects_family": chance.choice("YYNU"), "reflects_practitioner": chance.choice("YNNU"),
            "actions_set": chance.choice("YYYNU"),
            "evidence": chance.choice(("structured", "structured", "audit_sample", "survey")),
        })  # fmt: skip
    return rows


def _audits(chance: random.Random) -> Rows:
    rows = []
    for n in range(140):
        planned = _day(chance, date(2025, 4, 1))
        done = _maybe(chance, 0.8, planned + timedelta(days=chance.randrange(30)))
        grade = chance.choice(_GRADES) if done else None
        moderated = chance.choice("YN") if done else "N"
        due = _later(chance, done, 60) if done else None
        rows.append({
            "audit_id": 9_000 + n, "child_id": 31_000 + chance.randrange(240),
            "planned_date": planned, "audit_date": done,
            "type": chance.choice(("case_file", "case_file", "supervision", "thematic")),
            "overall_grade": grade,
            "oversight_grade": chance.choice((*_GRADES, "not_graded")) if done else None,
            "moderated": moderated,
            "moderated_grade": chance.choice(_GRADES) if moderated == "Y" else None,
            "action_due": due, "action_closed": due and _maybe(chance, 0.6, _later(chance, due, 40)),
        })  # fmt: skip
    return rows


def _standards() -> Rows:
    days = {"all": 42, "cin": 42, "cp": 28, "cla": 35, "care_leaver": 56, "worker": 30}
    return [
        {"cohort": cohort, "max_interval_days": most, "policy_date": date(2024, month, 15)}
        for month in (2, 9)
        for cohort, most in days.items()
    ]


def _responses(chance: random.Random) -> Rows:
    return [
        {
            "respondent_id": n, "wave": date(2026, 5, 18), "question_id": f"S{question:02}",
            "response": chance.randrange(1, 6), "role": chance.choice((3, 4, 5, 5, 6)),
            "team_id": 500 + n % 12,
        }
        for n in range(1, 46)
        for question in range(1, 7)
    ]  # fmt: skip


def _themes(chance: random.Random) -> Rows:
    return [
        {
            "session_id": f"FG{session}", "kind": "focus_group" if session < 4 else "free_text_survey",
            "theme_code": f"T{theme:02}", "mentions": chance.randrange(0, 15),
        }
        for session in range(1, 7)
        for theme in range(1, 9)
    ]  # fmt: skip


def _inspections() -> Rows:
    grades = {"overall": "good", "leadership": "good", "help_and_protection": "requires_improvement",
              "in_care": "outstanding", "care_leavers": "good"}  # fmt: skip
    return [
        {"framework": "ilacs", "date": date(2022, 5, 20), "public": "Y", **grades},
        {"framework": "focused_visit", "date": date(2024, 11, 6), "public": "Y"},
        {"framework": "jtai", "date": date(2025, 3, 14), "public": "Y"},
        {"framework": "ilacs", "date": date(2026, 7, 24), "public": "N", **grades, "overall": None},
    ]
