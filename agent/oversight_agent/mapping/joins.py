"""Columns of another source beside a table's rows, by a key that both hold.

Rules kept here:

1. A row names at most one row there: keys are compared as texts without the white space around.
   An empty key names none, and leaves the columns empty.
2. A key that names no row is a problem, unless the mapping allows it.
3. A key that stands there in several rows that differ in what is wanted is a problem of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from oversight_agent.mapping.checked import Join
from oversight_agent.tables import RawTable


@dataclass(frozen=True)
class Joined:
    """What a join gives.

    Attributes:
        columns: by their names in the table, a text for each of its rows.
        unmatched: for each of its rows, whether its key names none.
        ambiguous: for each of its rows, whether its key names several that differ.
        several: the other source's rows that have such a key, by position, in order.
    """

    columns: dict[str, pd.Series[str]]
    unmatched: npt.NDArray[np.bool_]
    ambiguous: npt.NDArray[np.bool_]
    several: list[int]


def joined(join: Join, frame: pd.DataFrame, other: RawTable) -> Joined:
    """Join another source to a table's rows, which stand in `frame`."""
    names = [str(number) for number in range(len(join.on))]
    ours = _keys(frame, [ours for ours, _ in join.on], names)
    theirs = _distinct(join, other, names)
    first = theirs.drop_duplicates(names)
    found = ours.merge(first, how="left", on=names)
    named = (ours != "").all(axis="columns") & found["row"].notna()
    row = found["row"].where(named, -1).to_numpy(dtype=np.intp)
    ambiguous = named & found["several"].eq(other=True)
    several = theirs.merge(ours[ambiguous].drop_duplicates(), on=names)["row"]
    return Joined(
        {f"{join.alias}.{name}": _taken(other.frame[name], row, frame) for name in join.columns},
        ((ours != "").all(axis="columns") & ~named).to_numpy(dtype=np.bool_),
        ambiguous.to_numpy(dtype=np.bool_),
        sorted(map(int, several)),
    )


def _keys(frame: pd.DataFrame, columns: list[str], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({
        name: frame[column].str.strip().reset_index(drop=True)
        for name, column in zip(names, columns, strict=True)
    })  # fmt: skip


def _distinct(join: Join, other: RawTable, names: list[str]) -> pd.DataFrame:
    """The keys of the other source's rows that differ, their positions, whether a key has several.

    Of rows that say the same the first is there.
    """
    keys = _keys(other.frame, list(join.keys), names)
    wanted = other.frame[list(join.columns)].reset_index(drop=True)
    wanted.columns = pd.Index([f"wanted {number}" for number in range(len(join.columns))])
    distinct = pd.concat([keys, wanted], axis="columns").drop_duplicates()[names]
    several = distinct.duplicated(names, keep=False)
    return distinct.assign(row=distinct.index, several=several)


def _taken(
    column: pd.Series[str], rows: npt.NDArray[np.intp], frame: pd.DataFrame
) -> pd.Series[str]:
    values = column.array.take(rows, allow_fill=True, fill_value="")
    return pd.Series(values, index=frame.index, dtype="str")
