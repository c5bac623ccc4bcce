"""What an analyst would write instead of the agent: the twelve base tables in pandas, by hand.

    python by_hand.py FOLDER

It reads the files as `large_authority` writes them and prints, as JSON, for each table, quarter and
row the count of each outcome (or the sum of each magnitude) and the distinct persons behind it.
It trusts its files: no pseudonyms, no checks of codes and keys, no disclosure control.
"""

from __future__ import annotations

import json
import sys
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
    "audit": ["planned_date", "audit_date"], "team": [],
}  # fmt: skip
FAR = pd.Timestamp("2099-12-31")
BINS = [-1, 14, 28, 31, 35, 42, 56, 90, np.inf]
BIN_CODES = ["d0_14", "d15_28", "d29_31", "d32_35", "d36_42", "d43_56", "d57_90", "d91_more"]


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
        frame["asye"] = _asye(frame["event_id"].map(posts["kss"]))
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


def _asye(kss: pd.Series) -> np.ndarray:
    return np.select([kss == 1, kss.notna()], ["asye", "not_asye"], "unknown")


def recording(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.events, "held_date")
    frame = q.placed(frame[frame["type"].isin(["case", "personal", "combined"])])
    one, two = frame["part1_location"].fillna("unknown"), frame["part2_location"].fillna("unknown")
    first, second = one.isin(["child_file", "both"]), two.isin(["supervision_record", "both"])
    frame["outcome"] = np.select(
        [(one == "unknown") | (two == "unknown"), first & second, first, second,
         (one == "neither") & (two == "neither")],
        ["unknown", "both", "part1_only", "part2_only", "neither"], "misplaced",
    )  # fmt: skip
    return frame


def authorised(q: Quarter) -> pd.DataFrame:
    frame = q.placed(q.within(q.cases, "held_date"))
    done = frame["authorised_date"] <= q.q1
    return frame.assign(outcome=np.where(done, "authorised", "not_authorised"))


def actions(q: Quarter) -> pd.DataFrame:
    frame = q.placed(q.within(q.cases, "held_date"))
    return frame.assign(outcome=frame["actions_set"].replace({"U": "unknown"}).fillna("unknown"))


def since_supervision(q: Quarter) -> pd.DataFrame:
    frame = q.open.rename(columns={"team_id": "team"}).reset_index()
    spell = frame["child_id"].map(q.spells())
    last = frame["child_id"].map(q.cases.groupby("child_id")["held_date"].max())
    last = last.where(last >= spell)
    days = (q.q1 - last.fillna(spell)).dt.days
    frame["plan_type"] = frame["child_id"].map(q.plan_types()).fillna("none")
    known = q.data["standard"][q.data["standard"]["policy_date"] <= q.q1]
    limits = known.sort_values("policy_date").groupby("cohort")["max_interval_days"].last()
    limit = frame["plan_type"].map(limits).fillna(limits.get("all", np.nan))
    band = np.select([days <= 31, days <= 42, days <= 90], ["d0_31", "d32_42", "d43_90"], "")
    side = np.where(days <= limit, "_within", "_over")
    inside = np.char.add(band.astype(str), side)
    frame["outcome"] = np.select(
        [last.isna() & (days > 90), last.isna() & (days > 42), days > 90],
        ["never_91", "never_43_90", "d91_more"], inside,
    )  # fmt: skip
    return frame.assign(service=frame["team"].map(q.service).fillna("unknown"))


def supervision_gap(q: Quarter) -> pd.DataFrame:
    pairs = q.cases.sort_values(["child_id", "held_date", "event_id"])
    gap = pairs.groupby("child_id")["held_date"].diff().dt.days
    pairs = q.within(pairs[gap.notna()], "held_date")
    team = pairs["child_id"].map(q.open["team_id"])
    return pairs.assign(
        outcome=pd.cut(gap.loc[pairs.index], BINS, labels=BIN_CODES).astype(str),
        team=team, service=team.map(q.service).fillna("unknown"),
    )  # fmt: skip


def audit_completion(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.data["audit"], "planned_date")
    done = frame["audit_date"] <= q.q1
    outcome = np.where(done, "completed", "not_completed")
    return frame.assign(outcome=outcome, audit_type=frame["type"], team=None)


def audit_grade(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.data["audit"], "audit_date")
    team = frame["child_id"].map(q.open["team_id"])
    return frame.assign(
        outcome=frame["oversight_grade"].fillna("not_graded"), audit_type=frame["type"],
        team=team, service=team.map(q.service).fillna("unknown"),
    )  # fmt: skip


def _in_post(q: Quarter) -> pd.DataFrame:
    posts = q.data["worker"]
    posts = posts[(posts["role_start"] <= q.q1) & (posts["role_end"].fillna(FAR) > q.q1)]
    posts = posts.sort_values(["worker_id", "role_start", "team_id"], ascending=[True, False, True])
    return posts.drop_duplicates("worker_id").rename(columns={"team_id": "team"})


def caseload(q: Quarter) -> pd.DataFrame:
    posts = _in_post(q)
    posts = posts[posts["role"].isin([4, 5]) & (posts["fte"] > 0)]
    children = q.open.groupby("worker_id").size()
    return posts.assign(
        children=posts["worker_id"].map(children).fillna(0),
        role=np.where(posts["role"] == 4, "senior_practitioner", "case_holder"),
        agency=np.where(posts["agency"] == 1, "agency", "employed"), asye=_asye(posts["kss"]),
    )  # fmt: skip


def span(q: Quarter) -> pd.DataFrame:
    posts = _in_post(q)
    number = posts.groupby("supervisor_id").size()
    managers = posts[posts["role"] == 3]
    return managers.assign(supervisees=managers["worker_id"].map(number).fillna(0))


def rereferral(q: Quarter) -> pd.DataFrame:
    days = q.data["episode"][["child_id", "referral_date"]]
    distinct = days.drop_duplicates().sort_values(["child_id", "referral_date"])
    before = distinct.groupby("child_id")["referral_date"].diff().dt.days
    distinct = distinct.assign(again=before <= 365)
    frame = q.within(q.data["episode"], "referral_date")
    frame = frame.merge(distinct, on=["child_id", "referral_date"])
    return frame.assign(outcome=np.where(frame["again"], "rereferral", "first"), team=None)


def plan_duration(q: Quarter) -> pd.DataFrame:
    plans = q.data["plan"]
    frame = plans[
        plans["type"].isin(["cin", "cp"]) & (plans["start"] <= q.q1)
        & (plans["end"].fillna(FAR) > q.q1)
    ]  # fmt: skip
    start = frame["start"]

    def after(months: int) -> pd.Series:
        return start + pd.DateOffset(months=months)

    outcome = np.select(
        [q.q1 <= after(3), q.q1 <= after(6), q.q1 < after(12), q.q1 < after(24)],
        ["m0_3", "m3_6", "m6_12", "m12_24"], "m24_more",
    )  # fmt: skip
    return frame.assign(outcome=outcome, plan_type=frame["type"], team=None)


def worker_changes(q: Quarter) -> pd.DataFrame:
    spell = q.spells()
    long = spell[(q.q1 - spell).dt.days >= 365].index
    year = q.q1 - pd.Timedelta(days=364)
    recent = q.holders[
        q.holders["child_id"].isin(long) & (q.holders["start"] <= q.q1)
        & (q.holders["end"].fillna(FAR) > year)
    ]  # fmt: skip
    number = recent.groupby("child_id")["worker_id"].nunique()
    frame = q.open.loc[q.open.index.intersection(long)].rename(columns={"team_id": "team"})
    outcome = np.select([number.loc[frame.index] == 1, number.loc[frame.index] == 2],
                        ["w1", "w2"], "w3_more")  # fmt: skip
    service = frame["team"].map(q.service).fillna("unknown")
    return frame.drop(columns="worker_id").assign(outcome=outcome, service=service).reset_index()


TABLES = {
    "recording": (recording, ("service", "role", "agency", "asye"), ("child_id", "worker_id")),
    "authorised": (authorised, ("service",), ("child_id", "worker_id")),
    "actions": (actions, ("service",), ("child_id", "worker_id")),
    "since_supervision": (since_supervision, ("service", "plan_type"), ("child_id",)),
    "supervision_gap": (supervision_gap, ("service",), ("child_id",)),
    "audit_completion": (audit_completion, ("audit_type",), ("child_id",)),
    "audit_grade": (audit_grade, ("audit_type", "service"), ("child_id",)),
    "rereferral": (rereferral, (), ("child_id",)),
    "plan_duration": (plan_duration, ("plan_type",), ("child_id",)),
    "worker_changes": (worker_changes, ("service",), ("child_id",)),
    "caseload": (caseload, ("role", "agency", "asye"), ("worker_id",)),
    "span": (span, (), ("worker_id",)),
}
SUMS = {"caseload": ("children", "fte"), "span": ("supervisees",)}


def counts(frame: pd.DataFrame, name: str) -> dict[str, list[float]]:
    """Rows and persons of each cell, or the sums and the largest contribution to each."""
    _, dimensions, persons = TABLES[name]
    found: dict[str, list[float]] = {}
    for dimension in ("", *dimensions):
        keys = [dimension] if dimension else []
        if name in SUMS:
            grouped = frame.groupby(keys or (lambda _: "all"))
            sums = grouped[list(SUMS[name])].agg(["sum", "max"]).round(2)
            cells = pd.concat([grouped.size(), sums], axis=1)
        else:
            grouped = frame.groupby([*keys, "outcome"])
            both = [grouped.size(), *(grouped[person].nunique() for person in persons),
                    grouped["team"].nunique()]  # fmt: skip
            cells = pd.concat(both, axis=1)
        for key, values in zip(cells.index, cells.to_numpy(), strict=True):
            parts = key if isinstance(key, tuple) else (key,)
            found["/".join([dimension, *map(str, parts)])] = [float(value) for value in values]
    return found


def main() -> None:
    data = read(Path(sys.argv[1]))
    result = {
        f"{name} {period}": counts(make(Quarter(data, *days)), name)
        for period, days in QUARTERS.items()
        for name, (make, _, _) in TABLES.items()
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
