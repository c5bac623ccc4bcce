"""Several files of a source as one: their rows in the order of the files, each with its number.

A column that one of the files lacks is left out; the mapping tells which file lacks it.
"""

from __future__ import annotations

import pandas as pd

from oversight_agent.problems import SourceError
from oversight_agent.sources import SourceLimits
from oversight_agent.tables import RawTable


def joined(tables: list[RawTable]) -> RawTable:
    """The files, at least one, as one."""
    if len(tables) == 1:
        return tables[0]
    frame = pd.concat([table.frame for table in tables], join="inner")
    return RawTable(frame, tuple(part for table in tables for part in table.parts))


def check_rows(tables: list[RawTable], limits: SourceLimits) -> None:
    """Refuse files that have too many rows together."""
    if sum(len(table.frame) for table in tables) > limits.rows:
        raise SourceError(
            "the files have too many rows together",
            file=tables[-1].parts[-1].file,
            expected=f"at most {limits.rows:,} up to this file",
            advice="name fewer files, or export only the years that are needed",
        )
