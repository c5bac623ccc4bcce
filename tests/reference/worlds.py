"""Small authorities full of edges, built by Hypothesis: few persons, many dates on a limit.

Every rule of the specification holds in them (keys, codes, required fields), and little else:
allocations overlap, end before they start or on a quarter's edge, posts overlap or are missing,
whatever may be missing is. What by chance would seldom meet is put together: events held a set
number of days from the start or end of a plan of their child, or from an audit of it; allocations
and posts that begin with another one, or about the day on which it ends.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from reference.conventions import DAY, Record, Tables

ENDS = (date(2026, 6, 30), date(2026, 9, 30))
"""The last days of the study's two quarters."""

_BACK = (0, 1, 14, 15, 28, 29, 30, 31, 32, 35, 36, 42, 43, 56, 57, 90, 91, 92, 363, 364, 365, 366,
         730)  # fmt: skip
_MONTH_ENDS = (
    date(2026, 3, 30), date(2026, 3, 31), date(2025, 12, 31), date(2025, 12, 30), date(2025, 6, 29),
    date(2025, 6, 30), date(2025, 7, 1), date(2024, 6, 29), date(2024, 6, 30), date(2024, 7, 1),
    date(2024, 2, 29), date(2025, 9, 30), date(2025, 10, 1), date(2024, 9, 30), date(2026, 1, 31),
)  # fmt: skip
_NEAR = [ENDS[0] - timedelta(days=back) for back in _BACK if back < 100]
_FAR = [end - timedelta(days=back) for end in ENDS for back in _BACK]
_EDGES = [date(2026, 3, 31), date(2026, 4, 1), ENDS[0] + DAY, ENDS[1], ENDS[1] + DAY]
_BEFORE_HOLIDAYS = [date(2026, 4, 2), date(2026, 5, 1), date(2026, 5, 22), date(2026, 8, 28)]

days = st.sampled_from(sorted({*_NEAR, *_FAR, *_EDGES, *_MONTH_ENDS}))
recent = st.sampled_from(sorted({*_NEAR, *_EDGES, *_BEFORE_HOLIDAYS}))
edges = st.sampled_from(_EDGES)
ends = st.none() | st.none() | days

children = st.sampled_from(["c1", "c1", "c2", "c3"])
workers = st.sampled_from(["w1", "w1", "w2", "w3", "w4"])
teams = st.sampled_from(["t1", "t2", "t3"])
teams_if_any = st.none() | st.sampled_from(["t1", "t2", "t3", "t-not-listed"])
roles = st.sampled_from([1, 3, 3, 3, 4, 4, 5, 5, 5, 6])
said = st.sampled_from([None, "Y", "N", "U"])
places = ["child_file", "supervision_record", "both", "neither"]
locations = st.sampled_from([None, "unknown", *places, *places])
grades = st.sampled_from(
    [None, "not_graded", "outstanding", "good", "requires_improvement", "inadequate"]
)
kinds = st.sampled_from(
    ["case", "case", "combined", "combined", "personal", "personal", "group", "management_decision"]
)

_AROUND_PLANS = st.sampled_from([-8, -7, -7, 0, 7, 7, 8])
_DECISIONS = st.sampled_from(["management_decision", "management_decision", "case"])
_BEFORE_AUDITS = st.sampled_from([-91, -91, -90, -90, 0, 1])
_SUPERVISIONS = st.sampled_from(["case", "combined", "combined", "personal"])
_INTERVALS = [14, 28, 31, 32, 42, 60, 90]
_BEFORE_AN_END = st.sampled_from([-days for days in _INTERVALS])
_AFTER_AN_END = st.sampled_from([0, 0, 1, -1])
_TO_RECORD = st.sampled_from([None, -3, 0, 5, 6, 7, 7, 8, 8, 9, 10, 11, 12, 30])


def _dated(event: Record) -> Record:
    """The event with the day of its record in place of the days that it took."""
    took = event.pop("_to_record")
    recorded = None if took is None else event["held_date"] + timedelta(days=took)
    return {**event, "recorded_date": recorded}


events = st.fixed_dictionaries(
    {
        "child_id": st.none() | children | children,
        "worker_id": workers,
        "held_date": recent | days,
        "_to_record": _TO_RECORD,
        "authorised_date": st.none() | recent,
        "type": kinds,
        "part1_location": locations,
        "part2_location": locations,
        "reflects_family": said,
        "reflects_practitioner": said,
        "actions_set": said,
        "evidence": st.sampled_from([None, "structured", "audit_sample", "audit_sample", "survey"]),
    }
).map(_dated)
allocations = st.fixed_dictionaries(
    {
        "child_id": children,
        "worker_id": workers,
        "team_id": teams,
        "role": st.sampled_from(["case_holder"] * 5 + ["co_worker"]),
        "start": days,
        "end": st.none() | ends,
    }
)
posts = st.fixed_dictionaries(
    {
        "worker_id": workers,
        "role": roles,
        "agency": st.sampled_from([0, 1]),
        "fte": st.sampled_from([None, 0.0, 0.01, 0.285, 0.5, 0.6757, 0.29, 1.0]),
        "kss": st.sampled_from([None, 1, 2, 4]),
        "role_start": days,
        "role_end": st.none() | ends,
        "supervisor_id": st.none() | workers,
        "team_id": teams_if_any,
    }
)
referrals = st.fixed_dictionaries({"child_id": children, "referral_date": days})
plans = st.fixed_dictionaries(
    {
        "child_id": children,
        "type": st.sampled_from(["cin", "cp", "cp", "cla", "care_leaver"]),
        "start": edges | days,
        "end": st.none() | edges | days,
        "previous_cpp": st.sampled_from([None, 0, 1, 2, 50]),
    }
)
standards = st.fixed_dictionaries(
    {
        "cohort": st.sampled_from(
            ["all", "all", "cp", "cin", "cla", "care_leaver", "worker", "worker"]
        ),
        "max_interval_days": st.sampled_from([*_INTERVALS, 365]),
        "policy_date": days,
    }
)
audits = st.fixed_dictionaries(
    {
        "child_id": children,
        "planned_date": st.none() | recent,
        "audit_date": st.none() | recent | recent | recent,
        "type": st.sampled_from(["case_file", "supervision", "thematic"]),
        "overall_grade": grades,
        "oversight_grade": grades,
        "moderated": st.sampled_from([None, "Y", "Y", "N"]),
        "moderated_grade": grades,
        "action_due": st.none() | edges | recent,
        "action_closed": st.none() | edges | recent,
    }
)
QUESTIONS = [f"S{number:02}" for number in range(1, 14)]
SERVICES = [
    "front_door", "assessment", "cin_cp", "disabled_children", "looked_after", "care_leavers",
    "youth_justice", "other",
]  # fmt: skip
answers = st.fixed_dictionaries(
    {
        "respondent_id": st.sampled_from(["r1", "r2", "r3"]),
        "wave": edges,
        "question_id": st.sampled_from([*QUESTIONS, "S01", "S01", "S14", "S00", "A01"]),
        "response": st.sampled_from([1, 2, 3, 4, 5]),
        "role": st.none() | roles,
        "team_id": teams_if_any,
    }
)
mentions = st.fixed_dictionaries(
    {
        "session_id": st.sampled_from(["s1", "s2"]),
        "kind": st.sampled_from(["focus_group", "free_text_survey"]),
        "theme_code": st.sampled_from(["T01", "T02"]),
        "mentions": st.sampled_from([0, 1, 10000]),
    }
)
inspections = st.fixed_dictionaries(
    {
        "framework": st.sampled_from(["ilacs", "focused_visit"]),
        "date": days,
        "overall": grades,
        "public": st.sampled_from(["Y", "N"]),
    }
)


@st.composite
def tables(draw: st.DrawFn, *, crowded: bool | None = None) -> Tables:
    """All tables of one small authority that a mapping may fill; crowded ones are never empty."""

    full = draw(st.sampled_from([True, True, False])) if crowded is None else crowded

    def rows(one: st.SearchStrategy, most: int, *key: str) -> list:
        unique = (lambda row: tuple(row[name] for name in key)) if key else None
        least = most * 2 // 3 if full else 0
        return draw(st.lists(one, min_size=least, max_size=most, unique_by=unique))

    services = st.sampled_from(SERVICES)
    made = {
        "team": [{"team_id": team, "service": draw(services)} for team in ("t1", "t2", "t3")],
        "worker": _followed(
            draw, rows(posts, 6, *POST), posts, Follow("worker_id", "role_start", "role_end"), POST
        ),
        "allocation": _followed(
            draw, rows(allocations, 7, *HELD), allocations, Follow("child_id", "start", "end"), HELD
        ),
        "episode": _numbered("referral_id", rows(referrals, 8)),
        "plan": rows(plans, 7, "child_id", "type", "start"),
        "standard": rows(standards, 6, "cohort", "policy_date"),
        "audit": _numbered("audit_id", rows(audits, 8)),
        "survey_response": rows(answers, 6, "respondent_id", "wave", "question_id"),
        "theme": rows(mentions, 2, "session_id", "theme_code"),
        "inspection": rows(inspections, 2, "framework", "date"),
    }
    plan_days = _days(made, "plan", "start", "end")
    audit_days = _days(made, "audit", "audit_date")
    held = [
        *rows(events, 10),
        *_anchored(draw, "child_id", plan_days, _AROUND_PLANS, _DECISIONS),
        *_anchored(draw, "child_id", audit_days, _BEFORE_AUDITS, _SUPERVISIONS),
        *_anchored(draw, "worker_id", _quarters_ends(made), _BEFORE_AN_END, _SUPERVISIONS),
    ]
    return {**made, "oversight_event": _numbered("event_id", held)}


POST = ("worker_id", "role_start")
HELD = ("child_id", "worker_id", "start")


class Follow(NamedTuple):
    """The fields that say whose a spell is and from when to when it lasts."""

    whose: str
    start: str
    end: str


def _followed(
    draw: st.DrawFn, before: list, one: st.SearchStrategy, names: Follow, key: tuple[str, ...]
) -> list[Record]:
    """These spells and some that begin with one of them, or about the day on which it ends."""
    if not before:
        return []
    pairs = st.tuples(st.sampled_from(before), st.booleans(), _AFTER_AN_END, one)
    more = [
        {**record, names.whose: first[names.whose], names.start: _start(first, names, after, gap)}
        for first, after, gap, record in draw(st.lists(pairs, min_size=2, max_size=4))
    ]
    unique = {tuple(record[name] for name in key): record for record in [*more, *before]}
    return list(unique.values())


def _start(first: Record, names: Follow, after: bool, gap: int) -> date:
    end = first[names.end]
    return end + timedelta(days=gap) if after and end else first[names.start]


Day = tuple[str, date]
"""A child or worker, and a day that matters to it."""


def _days(made: Tables, table: str, *names: str) -> list[Day]:
    return [
        (one["child_id"], one[name])
        for one in made[table]
        for name in names
        if one[name] is not None
    ]


def _quarters_ends(made: Tables) -> list[Day]:
    return [(post["worker_id"], end) for post in made["worker"] for end in ENDS]


def _anchored(
    draw: st.DrawFn,
    whose: str,
    anchors: list[Day],
    away: st.SearchStrategy,
    kind: st.SearchStrategy,
) -> list[Record]:
    """Events of a child or worker a set number of days from one that matters to it."""
    if not anchors:
        return []
    one = st.tuples(st.sampled_from(anchors), away, kind, events)
    return [
        {**event, whose: person, "held_date": day + timedelta(days=days), "type": type_}
        for (person, day), days, type_, event in draw(st.lists(one, max_size=8))
    ]


def _numbered(key: str, rows: list) -> list:
    return [{key: f"{key}-{number}", **row} for number, row in enumerate(rows)]
