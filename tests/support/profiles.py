"""Profiles of columns and sources without files."""

from __future__ import annotations

from collections import Counter

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.sources import SourceSettings


def column(name: str, *values: str) -> ColumnProfile:
    """A column with these values in its rows."""
    counts = Counter(values)
    counts.pop("", None)
    return ColumnProfile(name, len(values), counts, values)


def source(*columns: ColumnProfile, file: str = "rows.csv") -> SourceProfile:
    """A source with these columns."""
    rows = max((one.rows for one in columns), default=0)
    return SourceProfile(SourceSettings(file=file), file, columns, rows, whole=True)
