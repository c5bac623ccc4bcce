"""Which tables a statutory return fills by itself, and which a source of one's own fills better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oversight_agent.mapping.returns import FILLS
from oversight_agent.proposing.proposal import Proposal
from oversight_agent.sources import ReturnKind

_SURE = 0.7


def filled_by(returns: Sequence[tuple[ReturnKind, tuple[str, ...]]]) -> dict[str, ReturnKind]:
    """By table the kind of return that fills it; of several the first."""
    found: dict[str, ReturnKind] = {}
    for kind, _ in returns:
        for table in FILLS[kind]:
            found.setdefault(table, kind)
    return found


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
