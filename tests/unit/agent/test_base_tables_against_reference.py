"""The SQL of the first study gives exactly what its definitions in plain Python give."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from oversight_agent.evaluate import QueryLimits, evaluate
from oversight_agent.tables import UnsafeRow, UnsafeTable
from oversight_coordinator.studies import MANAGEMENT_OVERSIGHT_2026, load_package
from oversight_protocol.release import row_keys
from reference import measures
from support.spec_tables import Q2, spec_table

STUDY = load_package(
    MANAGEMENT_OVERSIGHT_2026,
    issued=datetime(2026, 10, 1, tzinfo=UTC),
    expires=datetime(2027, 10, 1, tzinfo=UTC),
)
LIMITS = QueryLimits(memory_mib=256, threads=1)
DAY = timedelta(days=1)

children = st.sampled_from(["c1", "c2", "c3"])
workers = st.sampled_from(["w1", "w2", "w3"])
teams = st.sampled_from(["t1", "t2", "t3"])
team_or_not = st.none() | st.sampled_from(["t1", "t2", "t3", "t-not-listed"])
locations = st.none() | st.sampled_from(
    ["child_file", "supervision_record", "both", "neither", "unknown"]
)
days = st.sampled_from(
    [
        date(2026, 1, 15),
        Q2.start - DAY,
        Q2.start,
        Q2.start + DAY,
        date(2026, 5, 15),
        Q2.end - DAY,
        Q2.end,
        Q2.end + DAY,
    ]
)
day_or_not = st.none() | days

event = st.fixed_dictionaries(
    {
        "child_id": st.none() | children,
        "worker_id": workers,
        "held_date": days,
        "authorised_date": day_or_not,
        "type": st.sampled_from(["case", "personal", "combined", "group", "management_decision"]),
        "part1_location": locations,
        "part2_location": locations,
    }
)
allocation = st.fixed_dictionaries(
    {
        "child_id": children,
        "worker_id": workers,
        "team_id": teams,
        "role": st.sampled_from(["case_holder", "case_holder", "co_worker"]),
        "start": days,
        "end": day_or_not,
    }
)
post = st.fixed_dictionaries(
    {
        "worker_id": workers,
        "role": st.just(5),
        "agency": st.just(0),
        "role_start": days,
        "role_end": day_or_not,
        "team_id": team_or_not,
    }
)


@st.composite
def all_tables(draw: st.DrawFn) -> measures.Tables:
    events = draw(st.lists(event, max_size=12))
    allocations = st.lists(
        allocation, max_size=8, unique_by=lambda a: (a["child_id"], a["worker_id"], a["start"])
    )
    posts = st.lists(post, max_size=6, unique_by=lambda p: (p["worker_id"], p["role_start"]))
    services = st.sampled_from(["front_door", "cin_cp", "other"])
    return {
        "oversight_event": [{"event_id": f"e{n}", **each} for n, each in enumerate(events)],
        "allocation": draw(allocations),
        "worker": draw(posts),
        "team": [{"team_id": team, "service": draw(services)} for team in ("t1", "t2", "t3")],
    }


def _event(**changes: Any) -> measures.Record:
    record: measures.Record = {
        "event_id": "e0",
        "child_id": "c1",
        "worker_id": "w1",
        "held_date": Q2.end,
        "authorised_date": Q2.end,
        "type": "combined",
        "part1_location": "both",
        "part2_location": "both",
    }
    return record | changes


def _tables(*events: measures.Record, **others: list[measures.Record]) -> measures.Tables:
    none: measures.Tables = {"oversight_event": [], "allocation": [], "worker": [], "team": []}
    return none | {"oversight_event": list(events)} | others


TWO_HOLDERS = [
    {"child_id": "c1", "worker_id": "w2", "team_id": "t1", "role": "case_holder", "start": Q2.end},
    {"child_id": "c1", "worker_id": "w1", "team_id": "t2", "role": "case_holder", "start": Q2.end},
]
TEAMS = [{"team_id": "t1", "service": "other"}, {"team_id": "t2", "service": "cin_cp"}]


def _plain(row: UnsafeRow) -> dict[str, Any]:
    return {
        "cells": {code: asdict(cell) for code, cell in row.cells.items()},
        "complements": {code: asdict(cell) for code, cell in row.complements.items()},
        "total": asdict(row.total),
    }


def _expected(rows: list[measures.Row], outcomes: tuple[str, ...]) -> dict[str, Any]:
    line = measures.line(rows, outcomes)
    return {
        "cells": {code: asdict(cell) for code, cell in line["cells"].items()},
        "complements": {code: asdict(cell) for code, cell in line["complements"].items()},
        "total": asdict(line["total"]),
    }


@pytest.mark.parametrize("name", ["recording", "authorised"])
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(tables=_tables())
@example(tables=_tables(_event()))
@example(tables=_tables(_event(authorised_date=Q2.end + DAY)))
@example(
    tables=_tables(_event(), allocation=[each | {"end": None} for each in TWO_HOLDERS], team=TEAMS)
)
@example(
    tables=_tables(
        _event(), allocation=[each | {"end": Q2.end + DAY} for each in TWO_HOLDERS], team=TEAMS
    )
)
@given(tables=all_tables())
def test_a_base_table_counts_what_its_definition_in_plain_python_counts(
    name: str, tables: measures.Tables
) -> None:
    table = STUDY.table(name)
    data = {each: spec_table(each, records) for each, records in tables.items()}

    [(_, _, found)] = evaluate([table], [Q2], data, LIMITS)

    assert isinstance(found, UnsafeTable)
    rows = {"recording": measures.recording, "authorised": measures.authorised}[name](
        tables, Q2.start, Q2.end
    )
    for (dimension, category), row in zip(row_keys(table), found.rows, strict=True):
        mine = [each for each in rows if dimension == "" or each.service == category]
        assert (row.dimension, row.category) == (dimension, category)
        assert _plain(row) == _expected(mine, table.outcome_codes)
