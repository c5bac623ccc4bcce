"""Tables of the specification from plain records, and small base tables to ask of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from oversight_agent.tables import MAPPING, SpecTable
from oversight_protocol import specification
from oversight_protocol.study import BaseTable, Dimension, Outcome, Period, Subject

Q2 = Period(id="2026-Q2", label="April to June", start=date(2026, 4, 1), end=date(2026, 6, 30))
Q3 = Period(id="2026-Q3", label="July to September", start=date(2026, 7, 1), end=date(2026, 9, 30))

_DTYPES = {"string": "str", "integer": "Int64", "number": "Float64", "date": "datetime64[s]"}


def spec_table(name: str, records: Sequence[Mapping[str, Any]]) -> SpecTable:
    """A table with the specification's columns and types; a field not in a record is missing."""
    schema = specification.load("1.0").table(name)
    if schema is None:
        raise ValueError(name)
    frame = pd.DataFrame(
        {
            field.name: pd.Series(
                [record.get(field.name) for record in records], dtype=_DTYPES[field.type]
            )
            for field in schema.fields
        }
    )
    return SpecTable(name, frame, MAPPING)


def posts(workers: int, teams: int = 4) -> SpecTable:
    """Workers w0, w1 … in teams t0, t1 … by turns; every second one is an agency worker."""
    records = [
        {
            "worker_id": f"w{number}",
            "role": 5,
            "agency": number % 2,
            "role_start": date(2020, 1, 1),
            "team_id": f"t{number % teams}",
        }
        for number in range(workers)
    ]
    return spec_table("worker", records)


def worker_table(
    sql: str,
    *,
    name: str = "posts",
    outcomes: Sequence[str] = ("0", "1"),
    dimensions: Mapping[str, Sequence[str]] | None = None,
    subject: Subject | None = None,
    reads: Sequence[str] = ("worker",),
) -> BaseTable:
    """A base table about workers, by default with the outcomes 0 and 1 and no dimension."""
    return BaseTable(
        name=name,
        title="Posts",
        population="Posts",
        unit="workers",
        about_staff=True,
        subjects=(subject or Subject(kind="workers", column="worker_id"),),
        outcomes=tuple(Outcome(code=code, label=code) for code in outcomes),
        dimensions=tuple(
            Dimension(
                name=dimension,
                label=dimension,
                categories=tuple(Outcome(code=code, label=code) for code in codes),
            )
            for dimension, codes in (dimensions or {}).items()
        ),
        reads=tuple(reads),
        sql=sql,
    )


AGENCY = "SELECT worker_id, team_id AS team, agency AS outcome FROM worker"
"""Every post, by agency."""
