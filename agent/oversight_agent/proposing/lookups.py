"""Identifiers that stand in another source: a team by its name, the team of a case by its worker.

Rules kept here:

1. A column that shares nothing with the identifiers of a kind, but nearly all with another column
   of the source that lists them, names them in another way.
2. Where a case has no team of its own, its worker's is proposed, with little confidence: a worker
   may have moved since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from oversight_agent.pipeline.profiling import ColumnProfile
from oversight_agent.proposing.proposal import FieldProposal, Lookup, TableProposal

_LISTS = {"team": ("team", "team_id"), "worker": ("worker", "worker_id")}
"""By kind of pseudonym the table and field that list them."""

_FEW, _MOST = 0.3, 0.8
_LITTLE = 0.4


def with_lookups(tables: Mapping[str, TableProposal]) -> dict[str, TableProposal]:
    """The same proposals, where identifiers are looked up that stand elsewhere."""
    return {
        name: replace(table, fields=tuple(_looked_up(table, one, tables) for one in table.fields))
        for name, table in tables.items()
    }


def _looked_up(
    table: TableProposal, one: FieldProposal, tables: Mapping[str, TableProposal]
) -> FieldProposal:
    if (table.table.name, one.spec.name) == ("allocation", "team_id") and not one.filled:
        return _by_worker(table, one, tables)
    column = table.source.column(one.column or "")
    listed = _LISTS.get(one.spec.pseudonym or "")
    if column is None or listed is None or listed[0] == table.table.name:
        return one
    home = tables.get(listed[0])
    identifier = home.of(listed[1]) if home is not None else None
    key = _column(home, identifier)
    if home is None or key is None or _shared(column, key) >= _FEW:
        return one
    for other in home.source.columns:
        if other.unique == 1.0 and _shared(column, other) >= _MOST:
            return replace(one, lookup=Lookup(home.source, other.name, key.name))
    return one


def _by_worker(
    table: TableProposal, one: FieldProposal, tables: Mapping[str, TableProposal]
) -> FieldProposal:
    home = tables.get("worker")
    if home is None:
        return one
    key, team = _column(home, home.of("worker_id")), _column(home, home.of("team_id"))
    own = _column(table, table.of("worker_id"))
    if key is None or team is None or own is None:
        return one
    if key.unique < 1.0 or _shared(own, key) < _MOST:
        return one
    lookup = Lookup(home.source, key.name, team.name)
    return replace(one, column=own.name, lookup=lookup, confidence=_LITTLE)


def _column(table: TableProposal | None, one: FieldProposal | None) -> ColumnProfile | None:
    if table is None or one is None or one.column is None:
        return None
    return table.source.column(one.column)


def _shared(column: ColumnProfile, other: ColumnProfile) -> float:
    return len(column.hashes & other.hashes) / len(column.hashes) if column.hashes else 0.0
