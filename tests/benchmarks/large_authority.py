"""Files of an authority larger than any: for the benchmark of the base tables.

Every file has the specification's own column names and codes, so that both ways read the same.
Made with numpy's generator and a fixed seed; nobody in it exists.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

CHILDREN, EVENTS, WORKERS, TEAMS = 100_000, 1_000_000, 7_000, 900
_SERVICES = np.array([
    "front_door", "assessment", "cin_cp", "disabled_children", "looked_after", "care_leavers",
    "youth_justice", "other",
])  # fmt: skip
_PLACES = np.array(["child_file", "supervision_record", "both", "neither", "unknown"])
_GRADES = np.array(["outstanding", "good", "requires_improvement", "inadequate", "not_graded"])
_FIRST, _LAST = np.datetime64("2025-10-01"), np.datetime64("2026-10-31")
_DAYS = int((_LAST - _FIRST).astype(int))


class _Maker:
    def __init__(self, share: float) -> None:
        self.chance = np.random.default_rng(20261123)
        self.children = round(CHILDREN * share)
        self.events = round(EVENTS * share)
        self.workers = max(60, round(WORKERS * share))
        self.teams = max(12, round(TEAMS * share))

    def pick(self, values: np.ndarray, number: int, weights: list[float] | None = None):
        shares = None if weights is None else np.array(weights) / sum(weights)
        return self.chance.choice(values, number, p=shares)

    def day(self, number: int, least: int = 0, most: int = _DAYS):
        return _FIRST + self.chance.integers(least, most, number)

    def sometimes(self, values: np.ndarray, share: float) -> pd.Series:
        """The values, missing but for this share."""
        return pd.Series(values).where(self.chance.random(len(values)) < share)

    def person(self, prefix: str, most: int, number: int):
        return np.char.add(prefix, self.chance.integers(1, most + 1, number).astype(str))

    def team(self) -> pd.DataFrame:
        return pd.DataFrame({
            "team_id": [f"T{n}" for n in range(1, self.teams + 1)],
            "service": self.pick(_SERVICES, self.teams),
        })  # fmt: skip

    def worker(self) -> pd.DataFrame:
        number = self.workers
        role = self.pick(np.array([3, 4, 5, 6]), number, [12, 18, 66, 4])
        return pd.DataFrame({
            "worker_id": [f"W{n}" for n in range(1, number + 1)],
            "role": role,
            "agency": self.pick(np.array([0, 1]), number, [83, 17]),
            "fte": self.pick(np.array([0.0, 0.5, 0.6, 0.8, 1.0]), number, [1, 5, 8, 12, 74]),
            "kss": self.sometimes(self.pick(np.array([1, 2, 3, 4]), number), 0.9).astype("Int64"),
            "role_start": self.day(number, -2500, -40),
            "role_end": self.sometimes(self.day(number, 40), 0.1),
            "supervisor_id": self.person("W", number, number),
            "team_id": self.person("T", self.teams, number),
        })  # fmt: skip

    def allocation(self) -> pd.DataFrame:
        first = np.arange(1, self.children + 1)
        second = first[self.chance.random(self.children) < 0.4]
        start = self.day(self.children, -600, _DAYS - 60)
        handover = start[second - 1] + self.chance.integers(20, 200, len(second))
        ids = np.concatenate([first, second])
        starts = np.concatenate([start, handover])
        ends = pd.Series(start + self.chance.integers(200, 900, self.children))
        ends = pd.concat([ends, ends.iloc[second - 1]], ignore_index=True)
        ends.iloc[second - 1] = handover
        starts = pd.Series(starts)
        return pd.DataFrame({
            "child_id": np.char.add("C", ids.astype(str)),
            "worker_id": self.person("W", self.workers, len(ids)),
            "team_id": self.person("T", self.teams, len(ids)),
            "role": self.pick(np.array(["case_holder", "co_worker"]), len(ids), [94, 6]),
            "start": starts,
            "end": ends.where(ends <= _LAST).where(ends > starts),
        })  # fmt: skip

    def oversight_event(self) -> pd.DataFrame:
        number = self.events
        kinds = np.array(["case", "personal", "combined", "group", "management_decision"])
        held = self.day(number)
        recorded = held + self.chance.integers(0, 12, number)
        return pd.DataFrame({
            "event_id": [f"E{n}" for n in range(1, number + 1)],
            "child_id": self.sometimes(self.person("C", self.children, number), 0.93),
            "worker_id": self.person("W", self.workers, number),
            "supervisor_id": self.person("W", self.workers, number),
            "held_date": held,
            "recorded_date": self.sometimes(recorded, 0.95),
            "authorised_date": self.sometimes(recorded + self.chance.integers(0, 20, number), 0.8),
            "type": self.pick(kinds, number, [76, 8, 6, 4, 6]),
            "part1_location": self.sometimes(
                self.pick(_PLACES, number, [40, 6, 4, 46, 4]), 0.98),
            "part2_location": self.sometimes(self.pick(_PLACES, number, [8, 9, 2, 78, 3]), 0.98),
            "reflects_family": self.pick(np.array(["Y", "N", "U"]), number),
            "reflects_practitioner": self.pick(np.array(["Y", "N", "U"]), number),
            "actions_set": self.pick(np.array(["Y", "N", "U"]), number, [60, 30, 10]),
            "evidence": self.pick(np.array(["structured", "audit_sample"]), number, [94, 6]),
        })  # fmt: skip

    def episode(self) -> pd.DataFrame:
        number = round(self.children * 1.4)
        return pd.DataFrame({
            "referral_id": [f"R{n}" for n in range(1, number + 1)],
            "child_id": self.person("C", self.children, number),
            "referral_date": self.day(number, -400),
        })  # fmt: skip

    def plan(self) -> pd.DataFrame:
        ids = np.arange(1, self.children + 1)
        start = self.day(self.children, -700)
        end = pd.Series(start + self.chance.integers(20, 900, self.children))
        return pd.DataFrame({
            "child_id": np.char.add("C", ids.astype(str)),
            "type": self.pick(
                np.array(["cin", "cp", "cla", "care_leaver"]), self.children, [60, 20, 15, 5]),
            "start": start,
            "end": end.where(end <= _LAST),
            "previous_cpp": self.sometimes(
                self.pick(np.array([0, 1, 2]), self.children, [74, 20, 6]), 0.97).astype("Int64"),
        })  # fmt: skip

    def standard(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "cohort": ["all", "cp", "worker"],
                "max_interval_days": [42, 31, 35],
                "policy_date": ["2024-04-01", "2025-04-01", "2024-04-01"],
            }
        )

    def audit(self) -> pd.DataFrame:
        number = self.children // 5
        planned = self.day(number)
        return pd.DataFrame({
            "audit_id": [f"A{n}" for n in range(1, number + 1)],
            "child_id": self.person("C", self.children, number),
            "planned_date": planned,
            "audit_date": self.sometimes(planned + self.chance.integers(-5, 60, number), 0.85),
            "type": self.pick(np.array(["case_file", "supervision", "thematic"]), number),
            "overall_grade": self.sometimes(
                self.pick(_GRADES, number, [9, 42, 34, 9, 6]), 0.97),
            "oversight_grade": self.pick(_GRADES, number, [8, 34, 38, 12, 8]),
            "moderated": self.pick(np.array(["Y", "N"]), number, [30, 70]),
            "moderated_grade": self.sometimes(
                self.pick(_GRADES, number, [8, 38, 36, 12, 6]), 0.95),
            "action_due": self.sometimes(planned + self.chance.integers(30, 90, number), 0.7),
            "action_closed": self.sometimes(planned + self.chance.integers(10, 150, number), 0.6),
        })  # fmt: skip

    def survey_response(self) -> pd.DataFrame:
        people, questions = self.workers // 2, 14
        number = people * questions
        return pd.DataFrame({
            "respondent_id": np.repeat([f"P{n}" for n in range(1, people + 1)], questions),
            "wave": self.pick(np.array(["2026-05-11", "2026-09-07"]), people).repeat(questions),
            "question_id": np.tile([f"S{n:02}" for n in range(1, questions + 1)], people),
            "response": self.pick(np.arange(1, 6), number, [11, 19, 18, 36, 16]),
            "team_id": np.repeat(self.person("T", self.teams, people), questions),
        })  # fmt: skip


TABLES = (
    "team", "worker", "allocation", "oversight_event", "episode", "plan", "standard", "audit",
    "survey_response",
)  # fmt: skip


def write(folder: Path, share: float = 1.0) -> None:
    """Write `<table>.csv` for each table, and `mapping.toml`."""
    maker, lines = _Maker(share), ['specification = "1.0"']
    for name in TABLES:
        frame = getattr(maker, name)()
        frame.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d")
        lines += [f"[tables.{name}]", f'file = "{name}.csv"', f"[tables.{name}.fields]"]
        lines += [f'{column} = {{ column = "{column}" }}' for column in frame.columns]
    (folder / "mapping.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
