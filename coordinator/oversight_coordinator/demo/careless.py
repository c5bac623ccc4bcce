"""A source with bad rows, as a careless export has them: impossible dates and unknown codes.

Only the files are wrong: the records, and so the truth, stay as they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from oversight_coordinator.demo.layouts import Layout
from oversight_coordinator.demo.records import Audit, Record

_EVERY = {
    "audit_date": (19, "31/02/2026"),
    "type": (23, "Peer review"),
    "oversight_grade": (29, "Good?"),
}
"""Of each field: every which row is wrong, and what it says."""


class _Typed(dict[Any, Any]):
    """A system's words for codes, with what somebody typed in their place."""

    def __missing__(self, key: str | int) -> str | int:
        return key


def careless(records: Iterable[Record]) -> tuple[Record, ...]:
    """Audits with some values that a real export also has, and that mean nothing."""
    return tuple(_wrong(number, record) for number, record in enumerate(records, 1))


def _wrong(number: int, record: Record) -> Record:
    if not isinstance(record, Audit):
        return record
    typed: dict[str, Any] = {
        field: text
        for field, (every, text) in _EVERY.items()
        if number % every == 0 and getattr(record, field) is not None
    }
    return record._replace(**typed)


def spoilt(layout: Layout) -> Layout:
    """The layout that also writes what is in none of its lists of codes."""
    columns = tuple(
        dataclasses.replace(column, codes=_Typed(column.codes)) if column.codes else column
        for column in layout.columns
    )
    return dataclasses.replace(layout, columns=columns)
