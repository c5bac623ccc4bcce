"""Asks what a proposal cannot tell, and says what was decided.

Rules kept here:

1. An answer that was given beforehand counts, whatever is proposed.
2. What is proposed with enough confidence is taken without a question. The rest is asked; where
   nobody can be asked it stays open, and the mapping says where to fill it in.
3. Of an optional field that hardly any column fits nobody is asked.
4. What is less sure than `ASKED_BELOW` is shown, but is no answer that a mere Enter gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from oversight_agent.pipeline.profiling import SourceProfile
from oversight_agent.proposing.answers import Answers, TableAnswers
from oversight_agent.proposing.decision import Decision, TableDecision
from oversight_agent.proposing.field_interview import (
    ASKED_BELOW,
    Asker,
    FieldInterview,
    Proposing,
)
from oversight_agent.proposing.filters import Filter, filters
from oversight_agent.proposing.proposal import Proposal, TableProposal
from oversight_agent.proposing.question_interview import QuestionInterview
from oversight_agent.proposing.questions import rows_question, source_question, system_question
from oversight_agent.proposing.wide import LEAST_QUESTIONS
from oversight_protocol.specification import Specification, SpecTableSchema

__all__ = ["ASKED_BELOW", "Asker", "Interview"]


class Interview:
    """One interview.

    Args:
        specification: what is mapped to.
        proposal: what is proposed.
        proposer: proposes anew.
        given: answers given beforehand.
        ask: whoever answers.
        asked_below: the confidence below which they are asked.
        answered: is added to with each answer.
    """

    def __init__(
        self, specification: Specification, proposal: Proposal, proposer: Proposing,
        given: Answers, ask: Asker, asked_below: float, answered: Answers,
    ) -> None:  # fmt: skip
        self._specification, self._proposal, self._proposer = specification, proposal, proposer
        self._given, self._ask, self._below = given, ask, asked_below
        self._fields = FieldInterview(proposer, ask, asked_below, answered)
        self.answered = answered

    def hold(self) -> Decision:
        """Ask what is to be asked, table by table."""
        tables = tuple(self._tables())
        decided = {one.proposal.table.name for one in tables} | set(self._proposal.by_return)
        missing = tuple(one.name for one in self._specification.mapped if one.name not in decided)
        return Decision(self._case_system(), tables, self._proposal, missing)

    # ---------------------------------------------------------------- tables

    def _tables(self) -> Iterator[TableDecision]:
        for table in self._specification.mapped:
            given = self._given.of(table.name)
            if table.name in self._proposal.by_return and given.source is None:
                continue
            proposal, sure = self._source_of(table, given)
            if proposal is not None and proposal.wide is not None:
                proposal, certain = self._questions(proposal, given)
                sure = sure and certain
            if proposal is not None:
                yield replace(self._table(proposal, given), source_in_doubt=not sure)

    def _source_of(
        self, table: SpecTableSchema, given: TableAnswers
    ) -> tuple[TableProposal | None, bool]:
        """The table's proposal from its source, and whether it is sure that this is the source."""
        proposal = self._proposal.tables.get(table.name)
        if given.source is not None:
            return self._named(table, given.source), True
        if proposal is not None and proposal.confidence >= self._below:
            return proposal, True
        if proposal is None and not self._free:
            return None, True
        suggests = proposal is not None and proposal.confidence >= ASKED_BELOW
        chosen = self._ask(source_question(table, proposal, self._free, suggests=suggests))
        if chosen is None:
            return proposal, False
        self.answered.table(table.name).source = chosen or False
        return self._named(table, chosen), True

    @property
    def _free(self) -> tuple[SourceProfile, ...]:
        """Sources that no table is proposed from."""
        taken = {one.source.name for one in self._proposal.tables.values()}
        return tuple(one for one in self._proposal.sources if one.name not in taken)

    def _named(self, table: SpecTableSchema, name: str | bool) -> TableProposal | None:
        if not name:
            return None
        proposal = self._proposal.tables.get(table.name)
        if proposal is not None and proposal.source.name == name:
            return proposal
        source = next(one for one in self._proposal.sources if one.name == name)
        return self._proposer.table(table, source)

    def _questions(
        self, proposal: TableProposal, given: TableAnswers
    ) -> tuple[TableProposal | None, bool]:
        """A survey sheet of which it is known, column by column, which question each is.

        Returns:
            It, None if none of its columns is one; and whether it is sure to be such a sheet.
        """
        decided = QuestionInterview(self._ask, self.answered).decide(proposal, given.questions)
        said = any(self.answered.of(proposal.table.name).questions.values())
        known = len(decided.wide or {}) - len(decided.guessed)
        return (decided if decided.wide else None), said or known >= LEAST_QUESTIONS

    def _table(self, proposal: TableProposal, given: TableAnswers) -> TableDecision:
        fields, unsure = [], set()
        for one in proposal.fields:
            decided, sure = self._fields.decide(proposal, one, given.of(one.spec.name))
            fields.append(decided)
            if not sure:
                unsure.add(one.spec.name)
        left_out, in_doubt = self._rows(proposal, given)
        return TableDecision(
            replace(proposal, fields=tuple(fields)),
            frozenset(unsure),
            frozenset(
                one.spec.name
                for one in fields
                if (one.open or one.likened) and one.column is not None
            ),
            rows_left_out=left_out,
            rows_in_doubt=in_doubt,
        )

    def _rows(
        self, proposal: TableProposal, given: TableAnswers
    ) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
        found = filters(proposal.source)
        if not found or given.leave_out_rows is False:
            return (), ()
        if given.leave_out_rows:
            return found, ()
        chosen = self._ask(rows_question(proposal, found))
        if chosen is None:
            return (), found
        self.answered.table(proposal.table.name).leave_out_rows = bool(chosen)
        return (found, ()) if chosen else ((), ())

    # ----------------------------------------------------------- case system

    def _case_system(self) -> str | None:
        if self._given.case_system is not None:
            return self._given.case_system
        submission = self._specification.table("submission")
        spec = submission.field("case_system") if submission is not None else None
        if spec is None:
            return None
        chosen = self._ask(system_question(spec, self._proposal.case_system))
        if chosen:
            self.answered.case_system = chosen
        return chosen or None
