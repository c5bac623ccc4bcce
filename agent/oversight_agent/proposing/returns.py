"""Which tables a statutory return fills by itself, and which a source of one's own fills better."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from oversight_agent.mapping.return_settings import ReturnSettings
from oversight_agent.mapping.returns import FILLS, returned
from oversight_agent.proposing.proposal import Proposal
from oversight_agent.sources import ReturnKind
from oversight_protocol import specification as specifications
from oversight_protocol.specification import Specification

VERSION = "1.0"
"""The version of the specification that is mapped to."""

_SURE = 0.7


def filled_by(
    returns: Sequence[tuple[ReturnKind, tuple[str, ...]]],
    specification: Specification | None = None,
) -> dict[str, ReturnKind]:
    """By table the kind of return that fills it, as the mapping that is written will have it.

    Args:
        returns: kinds and files; of several that fill a table the first counts.
        specification: what is mapped to; by default the one that `init` maps to.
    """
    said = [ReturnSettings(kind=kind, files=list(files)) for kind, files in returns]
    filled = returned(specification or specifications.load(VERSION), said, ())
    kinds = {kind for kind, _ in returns}
    return {
        table: kind for table, one in filled.items() for kind in kinds
        if one.source.format == kind
    }  # fmt: skip


def not_filled(kind: ReturnKind, filled: Collection[str]) -> tuple[str, ...]:
    """The tables that a return of this kind fills only where the mapping says more."""
    own = filled_by([(kind, ("any",))])
    return tuple(table for table in FILLS[kind] if table not in own and table not in filled)


def without_better(proposal: Proposal) -> Proposal:
    """The proposal in which a return fills only what no source surely fills better.

    A source is better if it has a field that the return lacks. What a return knows of a table is
    often of one day, where a source has its history.
    """
    kept = {
        table: kind for table, kind in proposal.by_return.items()
        if not _is_better(proposal, table, FILLS[kind][table])
    }  # fmt: skip
    return replace(proposal, by_return=kept)


def _is_better(proposal: Proposal, table: str, fields: Sequence[str]) -> bool:
    own = proposal.tables.get(table)
    if own is None or own.confidence < _SURE or not own.complete:
        return False
    sure = {one.spec.name for one in own.fields if one.filled and one.confidence >= _SURE}
    required = {one.spec.name for one in own.fields if one.spec.required}
    return required <= sure and bool(sure - set(fields))
