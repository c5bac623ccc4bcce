"""Rows that an export also has and a mapping leaves out: drafts, cancelled and test entries."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from oversight_coordinator.demo.layouts.columns import Column

_FIELD = "status_of_row"


@dataclass(frozen=True)
class Unwanted:
    """A column that says which rows count.

    Attributes:
        header: the column's.
        kept: what it says of a row that counts.
        dropped: what it says of one that does not.
        every: every so many-th row stands a second time, and does not count.
    """

    header: str
    kept: str
    dropped: str
    every: int = 40

    @property
    def column(self) -> Column:
        """The column."""
        return Column(self.header, made_of=_FIELD)

    def among(self, records: Sequence[Any]) -> list[Any]:
        """The records with what the column says, and those that do not count among them."""
        if not records:
            return []
        row = namedtuple("row", (*records[0]._fields, _FIELD))  # type: ignore[misc]
        return [row._make((*record, said)) for record, said in self._said(records)]

    def _said(self, records: Sequence[Any]) -> Iterator[tuple[Any, str]]:
        for number, record in enumerate(records, 1):
            yield record, self.kept
            if number % self.every == 0:
                yield record, self.dropped
