"""The second half of the base tables in pandas, by hand; see `by_hand`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from by_hand_quarter import Quarter, asye, in_post

HOLIDAYS = [
    "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04",
    "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28",
]  # fmt: skip
"""Bank holidays of England from Monday to Friday, of the years that the files hold."""
GRADES = {"outstanding": 4, "good": 3, "requires_improvement": 2, "inadequate": 1}
SOMEWHERE = ["child_file", "supervision_record", "both"]
DAY = pd.Timedelta(days=1)


def _reflection(q: Quarter, place: str, said: str) -> pd.DataFrame:
    frame = q.within(q.events, "held_date")
    frame = frame[(frame["evidence"] == "audit_sample") & frame[place].isin(SOMEWHERE)]
    frame = q.placed(frame)
    return frame.assign(outcome=frame[said].replace({"U": "unknown"}).fillna("unknown"))


def part1_reflection(q: Quarter) -> pd.DataFrame:
    return _reflection(q, "part1_location", "reflects_family")


def part2_reflection(q: Quarter) -> pd.DataFrame:
    return _reflection(q, "part2_location", "reflects_practitioner")


def grade_by_recording(q: Quarter) -> pd.DataFrame:
    audits = q.within(q.data["audit"], "audit_date")
    audits = audits[audits["oversight_grade"].map(GRADES).notna()]
    known = q.cases[~q.cases[["part1_location", "part2_location"]].isin(["unknown"]).any(axis=1)]
    known = known.dropna(subset=["part1_location", "part2_location"])
    known = known.assign(
        both=known["part1_location"].isin(["child_file", "both"])
        & known["part2_location"].isin(["supervision_record", "both"])
    )
    days = known.groupby(["child_id", "held_date"], as_index=False)["both"].any()
    pairs = audits[["audit_id", "child_id", "audit_date", "oversight_grade"]].merge(
        days, on="child_id"
    )
    before = (pairs["audit_date"] - pairs["held_date"]).dt.days
    pairs = pairs[before.between(0, 90)].sort_values(["audit_id", "held_date"])
    latest = pairs.drop_duplicates("audit_id", keep="last")
    good = latest["oversight_grade"].isin(["outstanding", "good"])
    outcome = np.select(
        [latest["both"] & good, latest["both"], good],
        ["both_good_or_better", "both_below_good", "not_both_good_or_better"],
        "not_both_below_good",
    )
    return latest.assign(outcome=outcome, team=None)


def personal_supervision(q: Quarter) -> pd.DataFrame:
    posts = in_post(q)
    posts = posts[posts["role"].isin([4, 5]) & ((q.q1 - posts["role_start"]).dt.days >= 31)]
    mine = q.events[q.events["type"].isin(["personal", "combined"])]
    last = posts["worker_id"].map(mine.groupby("worker_id")["held_date"].max())
    since = pd.concat([last, posts["role_start"]], axis=1).max(axis=1)
    known = q.data["standard"]
    known = known[(known["cohort"] == "worker") & (known["policy_date"] <= q.q1)]
    limit = known.sort_values("policy_date")["max_interval_days"]
    within = (q.q1 - since).dt.days <= (limit.iloc[-1] if len(limit) else -1)
    return posts.assign(
        outcome=np.where(within, "within", "over"),
        role=np.where(posts["role"] == 4, "senior_practitioner", "case_holder"),
        agency=np.where(posts["agency"] == 1, "agency", "employed"), asye=asye(posts["kss"]),
    )  # fmt: skip


def recorded_in_time(q: Quarter) -> pd.DataFrame:
    frame = q.placed(q.within(q.cases, "held_date"))
    done = frame["recorded_date"] <= q.q1
    recorded = frame["recorded_date"].where(done, frame["held_date"])
    days = np.busday_count(
        (frame["held_date"] + DAY).to_numpy("datetime64[D]"),
        (recorded + DAY).to_numpy("datetime64[D]"),
        holidays=HOLIDAYS,
    )
    outcome = np.select([~done, days <= 5], ["not_recorded", "within_5"], "over_5")
    return frame.assign(outcome=outcome)


def plan_decisions(q: Quarter) -> pd.DataFrame:
    plans = q.data["plan"][q.data["plan"]["type"].isin(["cin", "cp"])]
    moments = pd.concat([
        q.within(plans, column)[["child_id", "type", column]].set_axis(
            ["child_id", "plan_type", "day"], axis=1)
        for column in ("start", "end")
    ]).sort_values("day").reset_index(drop=True)  # fmt: skip
    decisions = q.events[q.events["type"] == "management_decision"].dropna(subset="child_id")
    decisions = decisions[["child_id", "held_date"]].sort_values("held_date")
    near = pd.merge_asof(
        moments, decisions, by="child_id", left_on="day", right_on="held_date",
        tolerance=7 * DAY, direction="nearest",
    )  # fmt: skip
    outcome = np.where(near["held_date"].notna(), "decided", "not_decided")
    return near.assign(outcome=outcome, team=None)


def audit_relative(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.data["audit"], "audit_date")
    oversight, overall = (frame[f"{one}_grade"].map(GRADES) for one in ("oversight", "overall"))
    outcome = np.select([oversight < overall, oversight >= overall], ["below", "not_below"],
                        "incomparable")  # fmt: skip
    return frame.assign(outcome=outcome, team=None)


def audit_moderation(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.data["audit"], "audit_date")
    frame = frame[frame["moderated"] == "Y"]
    before, after = frame["overall_grade"], frame["moderated_grade"]
    missing = before.isna() | after.isna()
    outcome = np.select([missing, before != after], ["unknown", "changed"], "unchanged")
    return frame.assign(outcome=outcome, team=None)


def audit_actions(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.data["audit"], "action_due")
    done = frame["action_closed"] <= frame["action_due"]
    return frame.assign(outcome=np.where(done, "on_time", "late"), team=None)


def fte_by_agency(q: Quarter) -> pd.DataFrame:
    posts = in_post(q)
    posts = posts[posts["role"].isin([4, 5])]
    agency = np.where(posts["agency"] == 1, "agency", "employed")
    return posts.assign(agency=agency, fte=posts["fte"].fillna(0))


def survey(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.data["survey_response"], "wave")
    frame = frame[frame["question_id"].isin([f"S{number:02}" for number in range(1, 14)])]
    return frame.assign(
        outcome=frame["response"].astype(str), question=frame["question_id"], team=frame["team_id"]
    )


def cp_start(q: Quarter) -> pd.DataFrame:
    frame = q.within(q.data["plan"], "start")
    frame = frame[frame["type"] == "cp"]
    before = frame["previous_cpp"]
    outcome = np.select([before >= 1, before == 0], ["subsequent", "first"], "unknown")
    return frame.assign(outcome=outcome, team=None)


BOTH, CHILD, WORKER = ("child_id", "worker_id"), ("child_id",), ("worker_id",)
MORE = {
    "part1_reflection": (part1_reflection, ("service",), BOTH),
    "part2_reflection": (part2_reflection, ("service",), WORKER),
    "grade_by_recording": (grade_by_recording, (), CHILD),
    "personal_supervision": (personal_supervision, ("asye", "agency", "role"), WORKER),
    "recorded_in_time": (recorded_in_time, ("service",), BOTH),
    "plan_decisions": (plan_decisions, ("plan_type",), CHILD),
    "audit_relative": (audit_relative, (), CHILD),
    "audit_moderation": (audit_moderation, (), CHILD),
    "audit_actions": (audit_actions, (), CHILD),
    "fte_by_agency": (fte_by_agency, ("agency",), WORKER),
    "survey": (survey, ("question",), ("respondent_id",)),
    "cp_start": (cp_start, (), CHILD),
}
SUMS_MORE = {"fte_by_agency": ("fte",)}
