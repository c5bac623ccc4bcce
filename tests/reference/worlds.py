"""Small authorities full of edges, built by Hypothesis: few persons, many dates on a limit.

Every rule of the specification holds in them (keys, codes, required fields), and little else:
allocations overlap, end before they start or on a quarter's edge, posts overlap or are missing,
whatever may be missing is.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from reference.conventions import DAY, Tables

ENDS = (date(2026, 6, 30), date(2026, 9, 30))
"""The last days of the study's two quarters."""

_BACK = (0, 1, 14, 15, 28, 29, 31, 32, 35, 36, 42, 43, 56, 57, 90, 91, 92, 363, 364, 365, 366, 730)
_MONTH_ENDS = (
    date(2026, 3, 30), date(2026, 3, 31), date(2025, 12, 31), date(2025, 12, 30), date(2025, 6, 29),
    date(2025, 6, 30), date(2025, 7, 1), date(2024, 6, 29), date(2024, 6, 30), date(2024, 7, 1),
    date(2024, 2, 29), date(2025, 9, 30), date(2025, 10, 1), date(2024, 9, 30), date(2026, 1, 31),
)  # fmt: skip
_NEAR = [ENDS[0] - timedelta(days=back) for back in _BACK if back < 100]
_FAR = [end - timedelta(days=back) for end in ENDS for back in _BACK]
_EDGES = [date(2026, 3, 31), date(2026, 4, 1), ENDS[0] + DAY, ENDS[1], ENDS[1] + DAY]

days = st.sampled_from(sorted({*_NEAR, *_FAR, *_EDGES, *_MONTH_ENDS}))
recent = st.sampled_from(sorted({*_NEAR, *_EDGES}))
ends = st.none() | st.none() | days

children = st.sampled_from(["c1", "c2", "c3"])
workers = st.sampled_from(["w1", "w2", "w3", "w4"])
teams = st.sampled_from(["t1", "t2", "t3"])
locations = st.none() | st.sampled_from(
    ["child_file", "supervision_record", "both", "neither", "unknown"]
)
grades = st.none() | st.sampled_from(
    ["outstanding", "good", "requires_improvement", "inadequate", "not_graded"]
)

events = st.fixed_dictionaries(
    {
        "child_id": st.none() | children | children,
        "worker_id": workers,
        "held_date": recent | days,
        "authorised_date": st.none() | recent,
        "type": st.sampled_from(
            ["case", "case", "combined", "personal", "group", "management_decision"]
        ),
        "part1_location": locations,
        "part2_location": locations,
        "actions_set": st.sampled_from([None, "Y", "N", "U"]),
    }
)
allocations = st.fixed_dictionaries(
    {
        "child_id": children,
        "worker_id": workers,
        "team_id": teams,
        "role": st.sampled_from(["case_holder"] * 5 + ["co_worker"]),
        "start": days,
        "end": ends,
    }
)
posts = st.fixed_dictionaries(
    {
        "worker_id": workers,
        "role": st.sampled_from([1, 3, 3, 4, 5, 5, 6]),
        "agency": st.sampled_from([0, 1]),
        "fte": st.sampled_from([None, 0.0, 0.01, 0.285, 0.5, 0.6757, 0.29, 1.0]),
        "kss": st.sampled_from([None, 1, 2, 4]),
        "role_start": days,
        "role_end": ends,
        "supervisor_id": st.none() | workers,
        "team_id": st.none() | st.sampled_from(["t1", "t2", "t3", "t-not-listed"]),
    }
)
referrals = st.fixed_dictionaries({"child_id": children, "referral_date": days})
plans = st.fixed_dictionaries(
    {
        "child_id": children,
        "type": st.sampled_from(["cin", "cp", "cla", "care_leaver"]),
        "start": days,
        "end": ends,
    }
)
standards = st.fixed_dictionaries(
    {
        "cohort": st.sampled_from(["all", "all", "cp", "cin", "cla", "care_leaver", "worker"]),
        "max_interval_days": st.sampled_from([14, 28, 30, 31, 32, 42, 60, 90, 365]),
        "policy_date": days,
    }
)
audits = st.fixed_dictionaries(
    {
        "child_id": children,
        "planned_date": st.none() | recent,
        "audit_date": st.none() | recent,
        "type": st.sampled_from(["case_file", "supervision", "thematic"]),
        "oversight_grade": grades,
    }
)


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    """All eight tables of one small authority."""

    def rows(one: st.SearchStrategy, most: int, *key: str) -> list:
        unique = (lambda row: tuple(row[name] for name in key)) if key else None
        return draw(st.lists(one, max_size=most, unique_by=unique))

    services = st.sampled_from(["front_door", "cin_cp", "looked_after", "other"])
    return {
        "team": [{"team_id": team, "service": draw(services)} for team in ("t1", "t2", "t3")],
        "worker": rows(posts, 7, "worker_id", "role_start"),
        "allocation": rows(allocations, 9, "child_id", "worker_id", "start"),
        "oversight_event": _numbered("event_id", rows(events, 12)),
        "episode": _numbered("referral_id", rows(referrals, 8)),
        "plan": rows(plans, 7, "child_id", "type", "start"),
        "standard": rows(standards, 5, "cohort", "policy_date"),
        "audit": _numbered("audit_id", rows(audits, 6)),
    }


def _numbered(key: str, rows: list) -> list:
    return [{key: f"{key}-{number}", **row} for number, row in enumerate(rows)]
