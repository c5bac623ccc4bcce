"""Small worlds made by hand, one record at a time, and what the truth counts of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count as numbers

from oversight_coordinator.demo.records import (
    Allocation,
    Audit,
    Event,
    Plan,
    Post,
    Referral,
    Response,
    Team,
    World,
)
from oversight_coordinator.demo.truth import count
from oversight_coordinator.demo.truth_tables import CATEGORIES, TABLES
from oversight_protocol.study import Period

LA, OTHER = "E10000016", "E06000035"
Q0, Q1 = date(2026, 4, 1), date(2026, 6, 30)
PERIOD = Period(id="2026-Q2", label="April to June 2026", start=Q0, end=Q1)
LONG_AGO = date(2020, 1, 6)
TEAMS = (Team("A", None, "assessment"), Team("B", None, "cin_cp"), Team("C", "B", "looked_after"))
IDS = numbers(1)


def before(days, day=Q1):
    return day - timedelta(days=days)


def post(worker="w1", **other):
    usual = {
        "role": 5, "agency": 0, "fte": 1.0, "kss": 2, "role_start": LONG_AGO, "role_end": None,
        "supervisor_id": "m1", "team_id": "A",
    }  # fmt: skip
    return Post(worker, **{**usual, **other})


def held_by(child="c1", worker="w1", start=LONG_AGO, end=None, *, team="B", role="case_holder"):
    return Allocation(child, worker, team, role, start, end, None)


def event(held=Q1, child="c1", worker="w1", **other):
    usual = {
        "supervisor_id": None, "recorded_date": None, "authorised_date": None, "type": "case",
        "part1_location": None, "part2_location": None, "reflects_family": None,
        "reflects_practitioner": None, "actions_set": "U", "evidence": "structured",
    }  # fmt: skip
    return Event(f"e{next(IDS)}", child, worker, held_date=held, **{**usual, **other})


def referral(day, child="c1"):
    return Referral(f"r{next(IDS)}", child, day, None, None, None, None, None)


def plan(kind="cp", start=LONG_AGO, end=None, child="c1", previous=None):
    return Plan(child, kind, start, end, None, previous)


def audit(child="c1", planned=None, done=None, kind="case_file", oversight=None, **other):
    empty = Audit(
        f"a{next(IDS)}", child, planned, done, kind, None, oversight, None, None, None, None
    )
    return empty._replace(**other)


def response(question="S01", answer=4, wave=Q1, person="p1"):
    return Response(person, wave, question, answer, None, None)


def truth_of(la=LA, **tables):
    filled = {"teams": TEAMS, "posts": (), "allocations": (), "events": (), **tables}
    return count(la, World(**filled), (PERIOD,))


def line(truth, table, dimension="", category=""):
    """A line of a table without its zeros."""
    figures = truth.counts if TABLES[table].outcomes else truth.sums
    return {
        key.outcome: figure
        for key, figure in figures.items()
        if (key.table, key.dimension, key.category) == (table, dimension, category) and figure
    }


def lines(truth, table, dimension):
    """The lines of a dimension that are not empty."""
    found = {
        category: line(truth, table, dimension, category) for category in CATEGORIES[dimension]
    }
    return {category: figures for category, figures in found.items() if figures}
