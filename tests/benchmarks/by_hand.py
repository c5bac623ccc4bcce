"""What an analyst would write instead of the agent: the base tables in pandas, by hand.

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
from by_hand_more import MORE, SUMS_MORE
from by_hand_quarter import FAR, QUARTERS, Quarter, asye, in_post, read

BINS = [-1, 14, 28, 31, 35, 42, 56, 90, np.inf]
BIN_CODES = ["d0_14", "d15_28", "d29_31", "d32_35", "d36_42", "d43_56", "d57_90", "d91_more"]


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


def caseload(q: Quarter) -> pd.DataFrame:
    posts = in_post(q)
    posts = posts[posts["role"].isin([4, 5]) & (posts["fte"] > 0)]
    children = q.open.groupby("worker_id").size()
    return posts.assign(
        children=posts["worker_id"].map(children).fillna(0),
        role=np.where(posts["role"] == 4, "senior_practitioner", "case_holder"),
        agency=np.where(posts["agency"] == 1, "agency", "employed"), asye=asye(posts["kss"]),
    )  # fmt: skip


def span(q: Quarter) -> pd.DataFrame:
    posts = in_post(q)
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
    **MORE,
}
SUMS = {"caseload": ("children", "fte"), "span": ("supervisees",), **SUMS_MORE}


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
