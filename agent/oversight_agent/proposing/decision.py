"""What was decided of a proposal: what is taken, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from oversight_agent.proposing.filters import Filter
from oversight_agent.proposing.proposal import Proposal, TableProposal


@dataclass(frozen=True)
class TableDecision:
    """What becomes of a table.

    Attributes:
        proposal: its fields as they were decided.
        unsure: names of fields whose proposal nobody has confirmed.
        uncoded: names of fields some of whose values have no code yet, or one to confirm.
        source_in_doubt: whether nobody has confirmed an unsure source.
        rows_left_out: rows that are no records.
        rows_in_doubt: rows that may be none; nobody said.
    """

    proposal: TableProposal
    unsure: frozenset[str] = frozenset()
    uncoded: frozenset[str] = frozenset()
    source_in_doubt: bool = False
    rows_left_out: tuple[Filter, ...] = ()
    rows_in_doubt: tuple[Filter, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The required fields that nothing surely fills."""
        return tuple(
            one.spec.name for one in self.proposal.fields
            if one.spec.required and (not one.filled or one.spec.name in self.unsure)
        )  # fmt: skip

    @property
    def lacks_questions(self) -> bool:
        """Whether it is a survey sheet none of whose columns is surely a question."""
        wide = self.proposal.wide
        return wide is not None and len(wide) == len(self.proposal.guessed)

    @property
    def usable(self) -> bool:
        """Whether the source is the right one and every required field is filled."""
        return not (self.lacking or self.source_in_doubt or self.lacks_questions)

    @property
    def open(self) -> frozenset[str]:
        """The fields that wait for a person, and the columns that may be questions of a survey."""
        return self.unsure | self.uncoded | frozenset((*self.lacking, *self.proposal.guessed))


@dataclass(frozen=True)
class Decision:
    """What the mapping will say."""

    case_system: str | None
    tables: tuple[TableDecision, ...]
    proposal: Proposal
    missing: tuple[str, ...] = field(default=())
