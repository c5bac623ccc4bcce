"""Rules that look at people.

How many children a worker has, whom a manager supervises, which post somebody holds, and whether
those whom one table names stand in the other. Open means as the measures have it: a post or an
allocation is open on a day if it has begun and has not ended by then. One row of each person is
marked, the first.
"""

from __future__ import annotations

import pandas as pd

from oversight_agent.checks.plausibility import Days, Frames, Rule

MOST_CHILDREN = 50
"""Children whom one worker can have at a time, at the very most: three times a usual caseload."""

MOST_SUPERVISED = 25
"""Workers whom one manager can supervise at a time, at the very most."""

CASE_HOLDER, FIRST_LINE = "case_holder", 3
_HELD = ("allocation.child_id", "allocation.worker_id", "allocation.role", "allocation.start")


def open_on(start: pd.Series, end: pd.Series, day: pd.Timestamp) -> pd.Series[bool]:
    """What has begun by a day and not ended by then."""
    return (start <= day) & (end.isna() | (end > day))


def _open_cases(frames: Frames, days: Days) -> pd.DataFrame:
    allocation = frames["allocation"]
    now = open_on(allocation["start"], allocation["end"], pd.Timestamp(days.as_of))
    return allocation[now & (allocation["role"] == CASE_HOLDER)]


def _open_posts(frames: Frames, days: Days) -> pd.DataFrame:
    worker = frames["worker"]
    return worker[open_on(worker["role_start"], worker["role_end"], pd.Timestamp(days.as_of))]


def _first_of_each(frame: pd.DataFrame, people: pd.Series, among: pd.Index) -> pd.Series[bool]:
    """Marks, among some rows of a table, the first of each of these people."""
    rows = frame.loc[among]
    theirs = rows[rows["worker_id"].isin(people)]
    first = theirs.index[~theirs["worker_id"].duplicated()]
    return pd.Series(frame.index.isin(first), index=frame.index)


def _too_many_children(frames: Frames, days: Days) -> pd.Series[bool]:
    held = _open_cases(frames, days)
    children = held.groupby("worker_id")["child_id"].nunique()
    many = children.index[children > MOST_CHILDREN].to_series()
    return _first_of_each(frames["allocation"], many, held.index)


def _too_many_supervised(frames: Frames, days: Days) -> pd.Series[bool]:
    posts = _open_posts(frames, days)
    supervised = posts.groupby("supervisor_id")["worker_id"].nunique()
    many = supervised.index[supervised > MOST_SUPERVISED].to_series()
    # A manager without a post of their own is marked at the first whom they supervise.
    first = posts.index[posts["supervisor_id"].isin(many) & ~posts["supervisor_id"].duplicated()]
    return pd.Series(frames["worker"].index.isin(first), index=frames["worker"].index)


def _cases_without_time(frames: Frames, days: Days) -> pd.Series[bool]:
    posts = _open_posts(frames, days)
    time = posts.groupby("worker_id")["fte"].max()
    none = time.index[time.notna() & (time == 0)].to_series()
    holders = _open_cases(frames, days)["worker_id"]
    return _first_of_each(frames["worker"], none[none.isin(holders)], posts.index)


def _overlapping(frames: Frames, _days: Days) -> pd.Series[bool]:
    """Posts that start while another of the same worker, which started no later, is held."""
    posts = frames["worker"].sort_values(["worker_id", "role_start"], kind="stable")
    end = posts["role_end"].fillna(pd.Timestamp.max.floor("s")).astype("datetime64[s]")
    latest = end.groupby(posts["worker_id"]).cummax().groupby(posts["worker_id"]).shift()
    overlaps = latest.notna() & (posts["role_start"] < latest)
    return overlaps.reindex(frames["worker"].index)


def _strangers(table: str, field: str, known_in: str, known: str) -> Rule:
    """A rule that finds people whom one table names and another does not hold."""

    def find(frames: Frames, _days: Days) -> pd.Series[bool]:
        named = frames[table][field]
        return named.notna() & ~named.isin(frames[known_in][known]) & ~named.duplicated()

    people = {"child_id": "children", "worker_id": "workers", "supervisor_id": "supervisors"}[field]
    where = {"worker": "among the posts", "allocation": "among the allocations"}[known_in]
    return Rule(
        f"unknown_{people}_in_{table}", table, (f"{table}.{field}", f"{known_in}.{known}"),
        f"{people} named in {table} who are not {where}",
        f"export {known_in} for the same time, ended rows included, and look whether both use the "
        "same number for a person",
        find,
    )  # fmt: skip


RULES_OF_PEOPLE: tuple[Rule, ...] = (
    Rule("overlapping_posts", "worker", ("worker.worker_id", "worker.role_start"),
         "posts that start while the same worker still holds another",
         "export the day on which a post ended, or one row for each change of post", _overlapping),
    Rule("too_many_children", "allocation", _HELD,
         f"workers with more than {MOST_CHILDREN} open children at the end of the latest quarter",
         "export the day on which an allocation ended; look whether a team or a duty desk stands "
         "in for a worker", _too_many_children),
    Rule("too_many_supervised", "worker", ("worker.worker_id", "worker.supervisor_id"),
         f"managers of more than {MOST_SUPERVISED} workers at the end of the latest quarter",
         "map the column of the person who supervises, not of the head of service",
         _too_many_supervised),
    Rule("cases_without_time", "worker", ("worker.worker_id", "worker.fte", *_HELD),
         "workers with open children whose working time is 0",
         "look whether 0 stands for “not known”, and leave it empty there", _cases_without_time),
    _strangers("allocation", "worker_id", "worker", "worker_id"),
    _strangers("oversight_event", "worker_id", "worker", "worker_id"),
    _strangers("oversight_event", "supervisor_id", "worker", "worker_id"),
    _strangers("worker", "supervisor_id", "worker", "worker_id"),
    _strangers("oversight_event", "child_id", "allocation", "child_id"),
    _strangers("audit", "child_id", "allocation", "child_id"),
)  # fmt: skip
"""In the order of the specification's tables, as far as they have one."""
