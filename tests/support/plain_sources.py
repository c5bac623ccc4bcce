"""A small synthetic authority as files whose columns are named as the specification's fields.

`records` gives a few rows of every table; a test changes them, leaves fields out of the mapping, or
spoils the files. Names and notes stand in columns that no mapping names.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from oversight_protocol import specification
from support.requests import Home

PERSON, NOTE = "Zebedee", "Synthetic note: met at home"
CHILD, WORKER, TEAM = "ZEB-CHILD", "ZEB-WORKER", "ZEB-TEAM"
MARKERS = (PERSON, NOTE, CHILD, WORKER, TEAM, "ZEB-EVENT", "ZEB-AUDIT", "ZEB-REFERRAL")
"""Texts that stand in the files and must stand nowhere else."""

Records = dict[str, list[dict[str, Any]]]

DAYS = [date(2026, 4, 1) + timedelta(days=one) for one in range(0, 180, 6)]
"""Thirty days in the two quarters of the installed study's first wave."""


def records() -> Records:
    """Thirty children, each with a row or more in every table; every third of April to September.

    Nothing in them is hard to believe.
    """
    return {
        "team": [{"team_id": TEAM, "service": "cin_cp"}],
        "worker": [_worker(n) for n in range(12)],
        "allocation": [_allocation(n, day) for n, day in enumerate(DAYS)],
        "oversight_event": [_event(n, day) for n, day in enumerate(DAYS)],
        "episode": [_episode(n, day) for n, day in enumerate(DAYS)],
        "plan": [_plan(n, day) for n, day in enumerate(DAYS)],
        "standard": [
            {"cohort": cohort, "max_interval_days": 31, "policy_date": date(2020, 1, 1)}
            for cohort in ("all", "worker")
        ],
        "audit": [_audit(n, day) for n, day in enumerate(DAYS)],
        "survey_response": [
            {"respondent_id": f"ZEB-ANSWER-{n}", "wave": date(2026, 5, 1), "question_id": "S01",
             "response": n % 5 + 1, "team_id": TEAM}
            for n in range(12)
        ],
    }  # fmt: skip


def _worker(n: int) -> dict[str, Any]:
    return {
        "worker_id": f"{WORKER}-{n}", "role": 3 if n < 2 else 5, "agency": n % 2, "fte": 1,
        "kss": 2, "role_start": date(2020, 1, 1) + timedelta(days=n), "role_end": None,
        "supervisor_id": f"{WORKER}-{n % 2}" if n >= 2 else None, "team_id": TEAM,
    }  # fmt: skip


def _allocation(n: int, day: date) -> dict[str, Any]:
    ended = n % 5 == 0
    return {
        "child_id": f"{CHILD}-{n}", "worker_id": f"{WORKER}-{2 + n % 10}", "team_id": TEAM,
        "role": "case_holder", "start": day, "end": day + timedelta(days=90) if ended else None,
        "change_reason": "closed" if ended else None,
    }  # fmt: skip


def _event(n: int, day: date) -> dict[str, Any]:
    return {
        "event_id": f"ZEB-EVENT-{n}", "child_id": f"{CHILD}-{n}",
        "worker_id": f"{WORKER}-{2 + n % 10}", "supervisor_id": f"{WORKER}-{n % 2}",
        "held_date": day, "recorded_date": day + timedelta(days=1),
        "authorised_date": day + timedelta(days=2), "type": ("case", "combined")[n % 2],
        "part1_location": ("child_file", "both", "neither")[n % 3],
        "part2_location": ("supervision_record", "both", "neither")[n % 3],
        "reflects_family": "Y", "reflects_practitioner": "N", "actions_set": "Y",
        "evidence": "audit_sample",
    }  # fmt: skip


def _episode(n: int, day: date) -> dict[str, Any]:
    return {"referral_id": f"ZEB-REFERRAL-{n}", "child_id": f"{CHILD}-{n}", "referral_date": day,
            "source": ("1A", "2A")[n % 2], "need": ("N1", "N2")[n % 2], "nfa": n % 2,
            "close_date": None, "reason": None}  # fmt: skip


def _plan(n: int, day: date) -> dict[str, Any]:
    protection = n % 2 == 0
    return {
        "child_id": f"{CHILD}-{n}", "type": "cp" if protection else "cin", "start": day,
        "end": day + timedelta(days=60) if n % 5 == 0 else None,
        "abuse_category": "NEG" if protection else None, "previous_cpp": 0 if protection else None,
    }  # fmt: skip


def _audit(n: int, day: date) -> dict[str, Any]:
    grades = ("good", "requires_improvement", "inadequate")
    return {
        "audit_id": f"ZEB-AUDIT-{n}", "child_id": f"{CHILD}-{n}", "planned_date": day,
        "audit_date": day + timedelta(days=3), "type": "case_file", "overall_grade": grades[n % 3],
        "oversight_grade": grades[(n + 1) % 3], "moderated": "Y",
        "moderated_grade": grades[n % 3], "action_due": day + timedelta(days=20),
        "action_closed": day + timedelta(days=10),
    }  # fmt: skip


def write(
    home: Home, tables: Mapping[str, Sequence[Mapping[str, Any]]], *,
    without: Collection[str] = (), extra: str = "",
) -> None:  # fmt: skip
    """Write the files and their mapping into an agent's folder.

    Args:
        home: the agent's.
        tables: rows by the specification's table.
        without: fields that the mapping leaves out, as "table.field".
        extra: lines at the head of the mapping.
    """
    mapping = [extra, 'specification = "1.0"', ""]
    for name, rows in tables.items():
        fields = _fields(name)
        with (home.data / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*fields, "full name", "notes"])
            writer.writerows(
                [*(_text(row.get(field)) for field in fields), f"{PERSON} Example", NOTE]
                for row in rows
            )
        mapping += [f"[tables.{name}]", f'file = "{name}.csv"', f"[tables.{name}.fields]"]
        mapping += [f'{field} = {{ column = "{field}" }}' for field in fields
                    if f"{name}.{field}" not in without]  # fmt: skip
    (home.folder / "mapping.toml").write_text("\n".join([*mapping, ""]), encoding="utf-8")


def _fields(table: str) -> list[str]:
    schema = specification.load("1.0").table(table)
    assert schema is not None, table
    return [field.name for field in schema.fields]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def path_of(home: Home, table: str) -> Path:
    """The file of a table."""
    return home.data / f"{table}.csv"
