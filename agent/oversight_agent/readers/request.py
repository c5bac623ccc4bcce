"""What a reader is asked for: one file of a source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from oversight_agent.sources import SourceLimits, SourceSettings


@dataclass(frozen=True)
class Request:
    """One file, and what is wanted of it.

    Attributes:
        source: the settings that it is read with.
        name: its name relative to the data folder, as errors give it.
        path: where it lies.
        columns: tidied names of the columns to read, or None for all.
        limits: the most that is read.
    """

    source: SourceSettings
    name: str
    path: Path
    columns: Collection[str] | None
    limits: SourceLimits

    @property
    def delimiter(self) -> str:
        """The character between two values of delimited text."""
        return self.source.delimiter or ","

    def wants(self, column: str) -> bool:
        """Whether a column is to be read."""
        return bool(column) and (self.columns is None or column in self.columns)
