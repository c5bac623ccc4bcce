"""What several of the hand-written tables need: the files, and what is in force in a quarter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

QUARTERS = {
    "2026-Q2": (pd.Timestamp("2026-04-01"), pd.Timestamp("2026-06-30")),
    "2026-Q3": (pd.Timestamp("2026-07-01"), pd.Timestamp("2026-09-30")),
}
DATES = {
    "worker": ["role_start", "role_end"], "allocation": ["start", "end"],
    "oversight_event": ["held_date", "recorded_date", "authorised_date"],
    "episode": ["referral_date"], "plan": ["start", "end"], "standard": ["policy_date"],
    "audit": ["planned_date", "audit_date", "action_due", "action_closed"], "team": [],
    "survey_response": ["wave"],
}  # fmt: skip
FAR = pd.Timestamp("2099-12-31")


def read(folder: Path) -> dict[str, pd.DataFrame]:
    return {
        name: pd.read_csv(folder / f"{name}.csv", parse_dates=dates, date_format="%Y-%m-%d")
        for name, dates in DATES.items()
    }


class Quarter:
    """What several tables need of one quarter."""

    def __init__(self, data: dict[str, pd.DataFrame], q0: pd.Timestamp, q1: pd.Timestamp) -> None:
        self.data, self.q0, self.q1 = data, q0, q1
        self.service = data["team"].set_index("team_id")["service"]
        held = data["allocation"]
        self.holders = held[held["role"] == "case_holder"]
        still = (self.holders["start"] <= q1) & (self.holders["end"].fillna(FAR) > q1)
        self.open = (
            self.holders[still]
            .sort_values(["child_id", "start", "worker_id", "team_id"],
                         ascending=[True, False, True, True])
            .drop_duplicates("child_id").set_index("child_id")[["worker_id", "team_id"]]
        )  # fmt: skip
        events = data["oversight_event"]
        self.events = events[events["held_date"] <= q1]
        cases = self.events["type"].isin(["case", "combined"]) & self.events["child_id"].notna()
        self.cases = self.events[cases]

    def within(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        return frame[frame[column].between(self.q0, self.q1)]

    def posts_on(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Each event with the post in force on its day; the latest to start."""
        both = frame[["event_id", "worker_id", "held_date"]].merge(
            self.data["worker"], on="worker_id"
        )
        both = both[
            (both["role_start"] <= both["held_date"])
            & (both["role_end"].fillna(FAR) > both["held_date"])
        ]
        both = both.sort_values(
            ["event_id", "role_start", "team_id"], ascending=[True, False, True]
        )
        return both.drop_duplicates("event_id").set_index("event_id")

    def placed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Events with team, service and what their worker's post says."""
        posts = self.posts_on(frame)
        frame = frame.assign(team=frame["child_id"].map(self.open["team_id"]))
        post_team = frame["event_id"].map(posts["team_id"])
        frame["team"] = frame["team"].fillna(post_team)
        frame["service"] = frame["team"].map(self.service).fillna("unknown")
        role = frame["event_id"].map(posts["role"])
        frame["role"] = np.select(
            [role == 4, role == 5, role.notna()],
            ["senior_practitioner", "case_holder", "other"],
            "unknown",
        )
        agency = frame["event_id"].map(posts["agency"])
        frame["agency"] = np.select([agency == 1, agency == 0], ["agency", "employed"], "unknown")
        frame["asye"] = asye(frame["event_id"].map(posts["kss"]))
        return frame

    def plan_types(self) -> pd.Series:
        plans = self.data["plan"]
        still = plans[(plans["start"] <= self.q1) & (plans["end"].fillna(FAR) > self.q1)]
        rank = still["type"].map({"cp": 0, "cla": 1, "cin": 2, "care_leaver": 3})
        return (still.assign(rank=rank).sort_values("rank").drop_duplicates("child_id")
                .set_index("child_id")["type"])  # fmt: skip

    def spells(self) -> pd.Series:
        """By open child, the first day of the run of allocations that reaches the quarter's end."""
        mine = self.holders[
            (self.holders["start"] <= self.q1) & self.holders["child_id"].isin(self.open.index)
        ].sort_values(["child_id", "start"])
        end = mine["end"].fillna(FAR)
        reach = end.groupby(mine["child_id"]).cummax().groupby(mine["child_id"]).shift()
        breaks = reach.isna() | (mine["start"] > reach)
        return mine[breaks].groupby("child_id")["start"].last()


def asye(kss: pd.Series) -> np.ndarray:
    return np.select([kss == 1, kss.notna()], ["asye", "not_asye"], "unknown")


def in_post(q: Quarter) -> pd.DataFrame:
    posts = q.data["worker"]
    posts = posts[(posts["role_start"] <= q.q1) & (posts["role_end"].fillna(FAR) > q.q1)]
    posts = posts.sort_values(["worker_id", "role_start", "team_id"], ascending=[True, False, True])
    return posts.drop_duplicates("worker_id").rename(columns={"team_id": "team"})
