"""From a source to text: one door for all kinds of source.

A reader changes nothing: every value stays as it stands in the source, an empty one is `""`.
"""

from __future__ import annotations

from pathlib import Path

from oversight_agent.readers.delimited import read_delimited
from oversight_agent.sources import LIMITS, SourceLimits, SourceSettings
from oversight_agent.tables import RawTable

__all__ = ["read"]


def read(source: SourceSettings, folder: Path, limits: SourceLimits = LIMITS) -> RawTable:
    """Read a source, which lies in the data folder, as text.

    Raises:
        InputError: the source is missing, unreadable, too large, or not as its settings say; it
            names file and line and never quotes a value.
    """
    return read_delimited(source, folder / source.file, limits)
