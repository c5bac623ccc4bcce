"""Records as a library fetches them, some at a time, as columns of text.

Rules kept here:

1. NULL is empty. What is neither text, number, day nor NULL is refused: binary data and values
   within values have no one form as text.
2. A record's number is its position, from 1.
3. No more records and no more text than the limits allow are ever held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pandas as pd

from oversight_agent.problems import Part, SourceError
from oversight_agent.readers.header import check_width, names, same_name
from oversight_agent.readers.request import Request
from oversight_agent.readers.values import as_text
from oversight_agent.sources import tidy, too_large
from oversight_agent.tables import RawTable

Chunk = Sequence[Sequence[object]]

_KINDS = frozenset({
    str, int, float, bool, Decimal, UUID, date, datetime, time, timedelta, type(None),
})  # fmt: skip
_BINARY = frozenset({bytes, bytearray, memoryview})


def header(own: Sequence[str], request: Request, file: str) -> tuple[str, ...]:
    """The tidied names of a table's columns.

    Raises:
        InputError: there are too many, or two that are wanted have one name.
    """
    found = names(own)
    check_width(len(found), request, file, 0, "record")
    for position, name in enumerate(found):
        if request.wants(name) and name in found[:position]:
            raise SourceError(
                same_name(found, position),
                file=file,
                expected="a name of its own for each column",
                advice="make a view that gives them other names",
            )
    return found


def wanted(own: Sequence[str], header: Sequence[str], request: Request) -> dict[str, str]:
    """A table's own name of each column that is wanted, by its tidied name."""
    return {name: own[n] for n, name in enumerate(header) if request.wants(name)}


def gathered(
    chunks: Iterable[Chunk], header: tuple[str, ...], own: dict[str, str], request: Request,
    file: str,
) -> RawTable:  # fmt: skip
    """Records as a table.

    Args:
        chunks: records, whose values stand in the order of `own`.
        header: all columns' names.
        own: the columns that are read, as `wanted` gives them.
        request: what was asked for.
        file: what errors call the table.

    Raises:
        InputError: see the rules; or there are no records at all.
    """
    columns: list[list[str]] = [[] for _ in own]
    rows = size = 0
    for chunk in chunks:
        for name, column, values in zip(own, columns, zip(*chunk, strict=True), strict=False):
            _check_kinds(values, name, rows, file)
            texts = [one if type(one) is str else as_text(one) for one in values]
            size += sum(map(len, texts))
            column.extend(texts)
        rows += len(chunk)
        _check_limits(rows, size, request, file)
    if not rows:
        raise _empty(file)
    index = pd.RangeIndex(1, rows + 1)
    frame = pd.DataFrame(dict(zip(own, columns, strict=True)), index=index, dtype="str")
    return RawTable(frame, (Part(file, rows, header, "record"),))


def _check_kinds(values: Sequence[object], name: str, before: int, file: str) -> None:
    odd = set(map(type, values)) - _KINDS
    if odd:
        what = "binary data" if odd & _BINARY else "lists, networks or other values within values"
        raise SourceError(
            f"the column '{tidy(name)}' holds {what}",
            file=file,
            row=before + 1 + next(n for n, one in enumerate(values) if type(one) in odd),
            unit="record",
            expected="text, numbers, days or NULL",
            advice="name another column, or a view that makes text of it",
        )


def _check_limits(rows: int, size: int, request: Request, file: str) -> None:
    if rows > request.limits.rows:
        raise too_many(request, file)
    if size > request.limits.bytes:
        raise too_large(file, request.limits.bytes)


def too_many(request: Request, file: str) -> SourceError:
    """The error of a table with more records than the limit."""
    return SourceError(
        "the table has too many rows",
        file=file,
        expected=f"at most {request.limits.rows:,}",
        advice="name a view of the years that are needed",
    )


def _empty(file: str) -> SourceError:
    return SourceError(
        "the table is empty",
        file=file,
        expected="at least one row",
        advice="fill it again; if there is nothing to export, leave it out of the mapping",
    )
