"""Several columns of a row as one text.

Rules kept here:

1. White space around a value does not count.
2. A text that is joined from several is empty if one of them is: half a key would name another.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from oversight_agent.mapping.checked import Derived, FirstOf, JoinedText, WorkingDays
from oversight_agent.mapping.dates import days

TO = " > "
"""Between two days whose working days are counted."""

Flags = npt.NDArray[np.bool_]


def derived(frame: pd.DataFrame, how: Derived) -> pd.Series[str]:
    """A text for each row."""
    columns = [frame[name].str.strip() for name in how.columns]
    if isinstance(how, FirstOf):
        return _first(columns)
    return _joined(columns, how.separator if isinstance(how, JoinedText) else TO)


def _first(columns: list[pd.Series[str]]) -> pd.Series[str]:
    found = columns[0]
    for column in columns[1:]:
        found = found.where(found != "", column)
    return found


def _joined(columns: list[pd.Series[str]], separator: str) -> pd.Series[str]:
    joined, empty = columns[0], columns[0] == ""
    for column in columns[1:]:
        joined, empty = joined + separator + column, empty | (column == "")
    return joined.where(~empty, "")


def working_days(
    texts: list[str], how: WorkingDays, formats: tuple[str, ...]
) -> tuple[list[int | None], Flags]:
    """The working days of each pair of days, and where it is no such pair.

    A pair with a day whose holidays are not known is none: the number would be wrong.
    """
    pairs = [text.split(TO) if text.count(TO) == 1 else ["", ""] for text in texts]
    first, _ = days([one for one, _ in pairs], formats)
    last, _ = days([one for _, one in pairs], formats)
    known = pd.Series(data=True, index=first.index)
    for each in (first, last):
        known &= each.dt.year.between(*how.years)
    some = known.to_numpy(dtype=np.bool_)
    counts = np.zeros(len(texts), dtype=np.int64)
    counts[some] = np.busday_count(
        _next_day(first[some]), _next_day(last[some]), holidays=list(how.holidays)
    )
    numbers = [int(n) if there else None for n, there in zip(counts, some, strict=True)]
    return numbers, ~some & np.array([text != "" for text in texts], dtype=np.bool_)


def _next_day(day: pd.Series[pd.Timestamp]) -> npt.NDArray[np.datetime64]:
    return (day + pd.Timedelta(days=1)).to_numpy(dtype="datetime64[D]")
