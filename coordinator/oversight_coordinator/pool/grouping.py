"""Outcomes put together, as a measure counts them.

What is put together is narrowed again: of two suppressed outcomes in one row the sum is often known
better than either. A merged figure all of whose outcomes are counted together stands for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from oversight_coordinator.pool.intervals import NOTHING, Interval, Key, is_sum, settle
from oversight_coordinator.pool.published import margins, rest_of
from oversight_protocol.release import TOTAL, row_keys
from oversight_protocol.study import BaseTable

Merges = Mapping[str, Sequence[str]]
"""For each merge, the outcomes that it puts together."""


class Grouping:
    """The outcomes of a table in groups, each of them in one.

    Args:
        groups: for each outcome the name of its group.
    """

    def __init__(self, table: BaseTable, groups: Mapping[str, str]) -> None:
        self._groups, self._rows = groups, row_keys(table)
        self._merges = {
            code: parts
            for code, parts in table.merges.items()
            if len({groups[part] for part in parts}) == 1
        }
        names = dict.fromkeys(groups.values())
        self._rests = dict(_rests(groups, table.merges))
        self._relations = (
            *(is_sum((*row, TOTAL), [(*row, name) for name in names]) for row in self._rows),
            *margins(table, tuple(names)),
        )

    def of(self, cells: Mapping[Key, Interval]) -> dict[Key, Interval]:
        """The interval of each group in each row, by a narrowed table."""
        joined: defaultdict[Key, Interval] = defaultdict(lambda: NOTHING)
        for row in self._rows:
            joined[*row, TOTAL] = cells[*row, TOTAL]
            within = {code: parts for code, parts in self._merges.items() if (*row, code) in cells}
            for code in cover(tuple(self._groups), within):
                first = within.get(code, (code,))[0]
                joined[*row, self._groups[first]] += cells[*row, code]
            for code, name in self._rests.items():
                if (rest := cells.get(rest_of((*row, code)))) is not None:
                    joined[*row, name] = joined[*row, name].within(rest.lower, rest.upper)
        found = settle(joined, self._relations)
        return dict(joined) if found is None else found


def _rests(groups: Mapping[str, str], merges: Merges) -> Iterator[tuple[str, str]]:
    """Outcomes and merges that are all of a row but a group, with the name of that group."""
    for name in dict.fromkeys(groups.values()):
        others = {code for code, group in groups.items() if group != name}
        for code, parts in (*((code, (code,)) for code in groups), *merges.items()):
            if others == set(parts):
                yield code, name


def cover(outcomes: Sequence[str], merges: Merges) -> list[str]:
    """Outcomes, with each merge in place of those that it puts together, if all are among them.

    Where one merge is inside another, the larger stands.
    """
    left, found = dict.fromkeys(outcomes), []
    for code, parts in sorted(merges.items(), key=lambda one: -len(one[1])):
        if left.keys() >= set(parts):
            found.append(code)
            for part in parts:
                del left[part]
    return [*left, *found]
