"""Which columns hold identifiers of one kind of thing, by the values that they share, unnamed.

A child's identifier stands in most sources. A worker's stands in a list of its own, once each, with
the supervisor's beside it, and in other sources; a team's in a list of its own that the list of
workers refers to. Rules kept here:

1. Only hashes are compared.
2. This says something only where names do not: it is used for kinds that no column surely names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.proposing.evidence import dates_of, looks_like_text

_LEAST_VALUES = 4
_SHARED = 0.6
_MOST_FOR_A_CODE = 3


@dataclass
class _Group:
    """Columns that share their values: by the number of their source."""

    columns: list[tuple[int, ColumnProfile]]
    hashes: frozenset[int] = field(repr=False)

    @property
    def sources(self) -> set[int]:
        return {number for number, _ in self.columns}

    @property
    def homes(self) -> set[int]:
        """Sources in which each value stands once: lists of these things."""
        return {number for number, one in self.columns if one.unique == 1.0 and one.empty == 0.0}


def unnamed_kin(sources: Sequence[SourceProfile]) -> dict[str, tuple[frozenset[int], ...]]:
    """By kind of pseudonym, hashes of columns that are likely of it."""
    groups = [one for one in _groups(sources) if len(one.sources) >= 2]
    workers = _workers(groups)
    team = _team(groups, workers) if workers is not None else None
    left = [one for one in groups if one not in (workers, team) and len(one.sources) >= 3]
    child = max(left, key=lambda one: (len(one.sources), len(one.hashes)), default=None)
    kinds = {"worker": workers, "team": team, "child": child}
    return {
        kind: tuple(column.hashes for _, column in group.columns)
        for kind, group in kinds.items()
        if group is not None
    }


def _workers(groups: Sequence[_Group]) -> _Group | None:
    """Listed once each, with another of the same group beside it: the supervisor."""
    fitting = [
        one for one in groups
        if any(sum(number == home for number, _ in one.columns) > 1 for home in _listed(one))
        and len(one.hashes) >= 2 * _LEAST_VALUES
    ]  # fmt: skip
    return max(fitting, key=lambda one: len(one.columns), default=None)


def _listed(group: _Group) -> set[int]:
    """Sources in which nearly each value of a column stands once: persons may have two posts."""
    return {number for number, one in group.columns if one.unique >= 0.8 and one.empty == 0.0}


def _team(groups: Sequence[_Group], workers: _Group) -> _Group | None:
    """Listed once each, and named in the list of workers."""
    fitting = [
        one for one in groups
        if one is not workers and one.homes - _listed(workers) and one.sources & _listed(workers)
    ]  # fmt: skip
    return max(fitting, key=lambda one: len(one.sources), default=None)


def _groups(sources: Sequence[SourceProfile]) -> list[_Group]:
    groups: list[_Group] = []
    for number, column in sorted(_identifiers(sources), key=lambda pair: -len(pair[1].hashes)):
        home = next((one for one in groups if _shares(column.hashes, one.hashes)), None)
        if home is None:
            groups.append(_Group([(number, column)], column.hashes))
        else:
            home.columns.append((number, column))
            home.hashes |= column.hashes
    return groups


def _shares(few: frozenset[int], many: frozenset[int]) -> bool:
    return len(few & many) >= _SHARED * len(few)


def _identifiers(sources: Sequence[SourceProfile]) -> Iterator[tuple[int, ColumnProfile]]:
    for number, source in enumerate(sources):
        for column in source.columns:
            if len(column.hashes) < _LEAST_VALUES or looks_like_text(column):
                continue
            found = dates_of(column)
            is_date = found is not None and found.share > 0.7
            short = max(map(len, column.values)) < _MOST_FOR_A_CODE
            if not is_date and not short:
                yield number, column
