"""Dates whose order shows that two columns were taken for each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from oversight_agent.pipeline.profiling import ColumnProfile
from oversight_agent.proposing.dates import ordered
from oversight_agent.proposing.evidence import CACHED, Key, dates_of

ORDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "worker": (("role_start", "role_end"),),
    "allocation": (("start", "end"),),
    "oversight_event": (("held_date", "recorded_date"), ("held_date", "authorised_date"),
                        ("recorded_date", "authorised_date")),
    "episode": (("referral_date", "close_date"),),
    "plan": (("start", "end"),),
    "audit": (("audit_date", "action_closed"), ("audit_date", "action_due")),
}  # fmt: skip
"""By table, pairs of fields of which the first comes first."""

_SELDOM, _MOSTLY = 0.35, 0.6
_ROWS = 500
_FEWER: dict[str, tuple[str, str]] = {
    "worker": ("supervisor_id", "worker_id"),
    "oversight_event": ("supervisor_id", "worker_id"),
}
"""By table, a field that has fewer distinct values than another: managers than workers."""

_FULLER: dict[str, tuple[str, str]] = {"audit": ("overall_grade", "moderated_grade")}
"""By table, a field that is filled in more rows than another: few audits are moderated."""

_ALIKE = 0.15


def in_order(
    table: str, names: Sequence[str], chosen: Sequence[int | None],
    columns: Sequence[ColumnProfile],
) -> tuple[int | None, ...]:  # fmt: skip
    """For each field its column, where two that stand in the wrong order have changed places.

    Args:
        table: the table's name.
        names: its fields.
        chosen: for each field the position of its column.
        columns: the source's.
    """
    now = list(chosen)
    for first, second in ORDERS.get(table, ()):
        one, other = names.index(first), names.index(second)
        left, right = now[one], now[other]
        if left is None or right is None:
            continue
        ours, theirs = Key(columns[left]), Key(columns[right])
        if _share(ours, theirs) < _SELDOM and _share(theirs, ours) > _MOSTLY:
            now[one], now[other] = right, left
    return tuple(now)


@lru_cache(maxsize=CACHED)
def _share(first: Key[ColumnProfile], second: Key[ColumnProfile]) -> float:
    """Of the rows with both dates, the share in which the first is not after the second."""
    earlier, later = first.held, second.held
    forms = dates_of(earlier), dates_of(later)
    if forms[0] is None or forms[1] is None:
        return 1.0
    size = min(len(earlier.sample), len(later.sample), _ROWS)
    share = ordered(earlier.sample[:size], later.sample[:size], (forms[0].format, forms[1].format))
    return 1.0 if share is None else share
