"""The Standard Safeguarding Dataset's tables: referrals, plans, allocations and teams.

    episode     ssd_cin_episodes
    plan        ssd_cin_plans, ssd_cp_plans, and periods of care out of ssd_cla_episodes
    allocation  ssd_involvements of a worker, with ssd_cin_episodes where they name no child
    team        ssd_department

An extract names no day of its own: of several, which lie in a folder each, the last by its folder's
name is the latest.

Rules kept here:

1. The caseload that the dataset holds counts open referrals at 30 September. It is not read: a
   caseload is counted from allocations.
2. A plan of another authority (`cppl_cp_plan_ola`) is not this authority's.
3. Episodes of care that follow each other without a day between are one period of care.
4. Involvements of a team without a worker are no allocations.
5. What the dataset does not say is not made up: it has no start of a care leaver's plan, and
   neither role nor start of a worker's post.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from oversight_agent.readers.returns.rows import Extract
from oversight_agent.readers.returns.ssd_care import periods
from oversight_agent.readers.returns.ssd_dataset import Dataset, Read, Record, rows_of
from oversight_agent.readers.returns.texts import category, code, day, role, yes_no
from oversight_agent.sources import SourceLimits, SourceSettings

_Row = tuple[Record, dict[str, str]]


def read_ssd(
    source: SourceSettings,
    files: Iterable[str],
    table: str,
    names: tuple[str, ...],
    limits: SourceLimits,
    read: Read,
) -> tuple[Extract, ...]:
    """Read the extracts of the dataset for one table of the specification.

    Args:
        source: the settings under [[returns]].
        files: all files of all extracts; none for a database on a server.
        table: of the specification.
        names: the fields that are filled.
        limits: the most that is read.
        read: reads one table of the dataset.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    extracts: dict[str, list[str]] = {}
    for file in files:
        extracts.setdefault(file.rpartition("/")[0], []).append(file)
    return tuple(
        Extract(rows_of(_TABLES[table](Dataset(source, tuple(found), read)), names, limits))
        for found in list(extracts.values()) or [[]]
    )


def _episodes(data: Dataset) -> Iterator[_Row]:
    for one in data.records("ssd_cin_episodes"):
        yield (
            one,
            {
                "referral_id": one["referral"],
                "child_id": one["child"],
                "referral_date": day(one["date"]),
                "source": code(one["source"]),
                "need": code(one["need"]),
                "nfa": yes_no(one["nfa"]),
                "close_date": day(one["end"]),
                "reason": code(one["reason"]),
            },
        )


def _plans(data: Dataset) -> Iterator[_Row]:
    for one in data.records("ssd_cin_plans"):
        yield one, _plan(one, "cin")
    for one in data.records("ssd_cp_plans"):
        if yes_no(one["other"]) != "1":
            yield one, _plan(one, "cp") | {"abuse_category": category(one["category"])}
    for period in periods(data.records("ssd_cla_episodes")):
        dates = {"start": period.start, "end": period.end}
        yield period.first, _plan(period.first, "cla") | dates


def _plan(one: Record, kind: str) -> dict[str, str]:
    start, end = day(one["start"]), day(one["end"])
    return {"child_id": one["child"], "type": kind, "start": start, "end": end}


def _allocations(data: Dataset) -> Iterator[_Row]:
    involvements = [one for one in data.records("ssd_involvements") if one["worker"]]
    children: dict[str, str] = {}
    if not all(one["child"] for one in involvements):
        episodes = data.records("ssd_cin_episodes")
        children = {one["referral"]: one["child"] for one in episodes}
    for one in involvements:
        yield (
            one,
            {
                "child_id": one["child"] or children.get(one["referral"], ""),
                "worker_id": one["worker"],
                "team_id": one["team"],
                "role": role(one["role"]),
                "start": day(one["start"]),
                "end": day(one["end"]),
            },
        )


def _teams(data: Dataset) -> Iterator[_Row]:
    for one in data.records("ssd_department"):
        fields = {"team_id": one["team"], "parent_id": one["parent"], "service": one["name"]}
        yield one, fields


_TABLES: dict[str, Callable[[Dataset], Iterator[_Row]]] = {
    "episode": _episodes,
    "plan": _plans,
    "allocation": _allocations,
    "team": _teams,
}
