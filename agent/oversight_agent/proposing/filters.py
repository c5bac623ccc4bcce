"""Rows that are no records: deleted, cancelled, entered in error. A column says which they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.proposing.words import bare

_DELETED = frozenset(("deleted", "isdeleted", "void", "voided", "cancelled", "canceled", "removed",
                      "inactive", "superseded", "archived", "logicallydeleted"))  # fmt: skip
_STATES = frozenset(("status", "state", "outcome", "attended", "happened", "statuscode"))
_YES = frozenset(("1", "y", "yes", "true", "t", "x"))
_NO_RECORD = (
    "cancelled", "canceled", "void", "voided", "deleted", "did not take place", "not held",
    "postponed", "rearranged", "rescheduled", "draft", "abandoned", "in error", "entered in error",
    "duplicate", "superseded", "no show", "dna", "did not attend", "not completed", "planned",
    "scheduled", "withdrawn", "missed", "deferred",
)  # fmt: skip
_MOST_VALUES = 15
_MOST_ROWS = 0.5


@dataclass(frozen=True)
class Filter:
    """Rows to leave out.

    Attributes:
        column: says which.
        values: its values in those rows.
        share: of the rows, those that are left out.
    """

    column: str
    values: tuple[str, ...] = field(repr=False)
    share: float


def filters(source: SourceProfile) -> tuple[Filter, ...]:
    """The rows of a source that are likely no records."""
    found = (_filter(column) for column in source.columns if 1 < len(column.values) <= _MOST_VALUES)
    return tuple(one for one in found if one is not None and 0 < one.share <= _MOST_ROWS)


def _filter(column: ColumnProfile) -> Filter | None:
    words = bare(column.name)
    joined = {*words, "".join(words)}
    if joined & _DELETED:
        values = tuple(one for one in column.values if one.casefold() in _YES)
    elif joined & _STATES:
        values = tuple(one for one in column.values if _is_no_record(one))
    else:
        return None
    rows = sum(column.values[one] for one in values)
    return Filter(column.name, values, rows / column.rows) if values else None


def _is_no_record(value: str) -> bool:
    words = bare(value)
    return " ".join(words) in _NO_RECORD or any(
        " ".join(words[n : n + len(bare(one))]) == one
        for one in _NO_RECORD for n in range(len(words))
    )  # fmt: skip
