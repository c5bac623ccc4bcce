"""Ends of spells: the last day on which something held, or the first day after.

The specification means the second; systems export either. Rules kept here:

1. What a column means is asked once for each table, for nothing in a date says it.
2. What is suggested is the specification's meaning, unless the header speaks of a last day or most
   spells of a person begin on the day after the one before ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from oversight_agent.proposing.dates import read
from oversight_agent.proposing.proposal import FieldProposal, TableProposal
from oversight_agent.proposing.words import bare

_ENDS = {
    "worker": ("role_end", "role_start", "worker_id"),
    "allocation": ("end", "start", "child_id"),
    "plan": ("end", "start", "child_id"),
}
"""By table, the fields of the end, of the start, and of the person whose spells they are."""

_LEAST, _MOSTLY = 5, 0.8


def is_end(table: str, field: str) -> bool:
    """Whether a field is the end of a spell, which could be meant either way."""
    return _ENDS.get(table, ("",))[0] == field


def is_last_day(table: TableProposal, one: FieldProposal) -> bool:
    """Whether a column of ends seems to hold the last day of each spell."""
    words = bare(one.column or "")
    if "last" in words and {"day", "date"} & set(words):
        return True
    gaps = list(_gaps(table))
    after = sum(gap == 1 for gap in gaps)
    return after >= _LEAST and after >= _MOSTLY * sum(gap in (0, 1) for gap in gaps)


def _gaps(table: TableProposal) -> Iterator[int]:
    """Days between the end of a person's spell and the start of the next."""
    spells: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    columns = [_values(table, name) for name in reversed(_ENDS[table.table.name])]
    for person, start, end in zip(*columns, strict=False):
        begun = _day(*start)
        if begun is not None:
            spells[person[0]].append((begun, _day(*end)))
    for found in spells.values():
        for (_, ended), (next_one, _) in pairwise(sorted(found, key=lambda pair: pair[0])):
            if ended is not None:
                yield (next_one - ended).days


def _values(table: TableProposal, name: str) -> list[tuple[str, str]]:
    """A field's first values, each with its date format."""
    one = table.of(name)
    column = table.source.column(one.column or "") if one is not None else None
    if one is None or column is None:
        return []
    return [(value, one.date_format or "") for value in column.sample]


def _day(value: str, form: str) -> date | None:
    return read(value, form) if value and form else None
