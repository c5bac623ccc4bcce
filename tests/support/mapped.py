"""A mapping written as a file, and sources written as columns, brought together."""

from __future__ import annotations

from collections.abc import Mapping as Named
from pathlib import Path

import pandas as pd

from oversight_agent.mapping import Mapped, Mapping, Pseudonymiser, load, map_table
from oversight_agent.problems import Part, Unit
from oversight_agent.tables import RawTable

PSEUDONYMS = Pseudonymiser(bytes(31) + b"\x01")

STANDARD = """\
specification = "1.0"
[tables.standard]
file = "s.csv"
{table}
[tables.standard.fields]
cohort = {cohort}
max_interval_days = {interval}
policy_date = {date}
"""


def raw(columns: Named[str, list[str]], file: str = "s.csv", unit: Unit = "line") -> RawTable:
    """A source whose rows stand in the lines from 2 on."""
    frame = pd.DataFrame(dict(columns), dtype="str")
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    return RawTable(frame, (Part(file, len(frame), tuple(map(str, frame.columns)), unit),))


def loaded(folder: Path, text: str) -> Mapping:
    """A mapping from its text."""
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def mapped(
    folder: Path, text: str, source: RawTable, extras: Named[str, RawTable] | None = None
) -> Mapped:
    """What the only table of a mapping makes of a source."""
    (table,) = loaded(folder, text).tables.values()
    return map_table(table, source, PSEUDONYMS, extras or {})


def standard(
    folder: Path,
    source: RawTable,
    *,
    cohort: str = '{ constant = "all" }',
    interval: str = "{ constant = 31 }",
    date: str = "{ constant = 2026-01-01 }",
    table: str = "",
    extras: Named[str, RawTable] | None = None,
) -> Mapped:
    """A table of standards, the smallest of the specification: a code, a number and a date."""
    text = STANDARD.format(cohort=cohort, interval=interval, date=date, table=table)
    return mapped(folder, text, source, extras)


def values(found: Mapped, field: str) -> list[object]:
    """A field's values; None for a missing one."""
    assert found.table is not None, found.problems
    column = found.table.frame[field].astype(object)
    return [None if missing else one for one, missing in zip(column, column.isna(), strict=True)]
