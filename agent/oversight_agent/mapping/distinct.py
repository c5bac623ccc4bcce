"""A column's distinct texts, and which of them each row has.

Comparing a million texts with each other is a good part of the time that mapping takes, and mostly
not needed:

1. Where nearly all texts differ, as forms' numbers do, finding the few equal ones would not pay:
   each text is then taken as it comes.
2. A reader keeps one object for equal texts of a stretch of a file. Where a column has few objects,
   their addresses are told apart first, in a tenth of the time, and then only one text of each
   object. Equal texts in two objects are found there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

_LEAST = 10_000
"""Rows below which nothing is to be gained."""

_FEW, _ALL = 0.3, 0.98
"""Shares of objects, or of distinct texts, in the first rows."""

Positions = npt.NDArray[np.intp]


def distinct(column: pd.Series[str]) -> tuple[Positions, list[str]]:
    """For each row the position of its text, and the texts: each once, unless nearly all differ."""
    if len(column) < _LEAST:
        return _compared(column)
    objects = column.to_numpy(dtype=object)
    addresses: Positions = np.frombuffer(objects, dtype=np.intp)
    some = len(column) // 10
    share = len(pd.unique(addresses[:some])) / some
    if share < _FEW:
        return _by_object(objects, addresses)
    if share > _ALL and column.iloc[:some].nunique() > _ALL * some:
        return np.arange(len(column), dtype=np.intp), objects.tolist()
    return _compared(column)


def _compared(column: pd.Series[str]) -> tuple[Positions, list[str]]:
    text_of_row, texts = pd.factorize(column)
    return text_of_row, texts.tolist()


def _by_object(
    objects: npt.NDArray[np.object_], addresses: Positions
) -> tuple[Positions, list[str]]:
    object_of_row, found = pd.factorize(addresses)
    row_of_object = np.empty(len(found), dtype=np.intp)
    row_of_object[object_of_row] = np.arange(len(objects))
    text_of_object, texts = pd.factorize(objects[row_of_object])
    return text_of_object[object_of_row], texts.tolist()
