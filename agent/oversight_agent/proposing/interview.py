"""Asks what a proposal cannot tell, and says what was decided.

Rules kept here:

1. An answer that was given beforehand counts, whatever is proposed.
2. What is proposed with enough confidence is taken without a question. The rest is asked; where
   nobody can be asked it stays open, and the mapping says where to fill it in.
3. Of an optional field that hardly any column fits nobody is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.proposing.answers import Answers, FieldAnswers, TableAnswers
from oversight_agent.proposing.decision import Decision, TableDecision
from oversight_agent.proposing.filters import Filter, filters
from oversight_agent.proposing.proposal import Code, FieldProposal, Proposal, TableProposal
from oversight_agent.proposing.questions import (
    CONSTANT,
    Question,
    code_question,
    date_question,
    field_question,
    rows_question,
    source_question,
    system_question,
)
from oversight_agent.proposing.showing import is_code_list
from oversight_protocol.specification import SpecField, Specification, SpecTableSchema

ASKED_BELOW = 0.5
"""The confidence below which a person is asked."""

_WORTH_ASKING = 0.3

Retake = Callable[[SpecTableSchema, SourceProfile], TableProposal]
"""Proposes a table anew, from another source than the one proposed."""


class Asker(Protocol):
    """Whoever answers."""

    def __call__(self, question: Question) -> str | None:
        """The value of the option chosen; `""` for none of them; None if nobody can say."""


class Interview:
    """One interview.

    Args:
        specification: what is mapped to.
        proposal: what is proposed.
        retake: proposes a table anew.
        given: answers given beforehand.
        ask: whoever answers.
        asked_below: the confidence below which they are asked.
    """

    def __init__(
        self, specification: Specification, proposal: Proposal, retake: Retake,
        given: Answers, ask: Asker, asked_below: float = ASKED_BELOW,
    ) -> None:  # fmt: skip
        self._specification, self._proposal, self._retake = specification, proposal, retake
        self._given, self._ask, self._below = given, ask, asked_below
        self._meanings: dict[tuple[tuple[Code, ...] | None, str, str], Code | None] = {}
        self.answered = Answers.model_validate(given.model_dump())

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
        chosen = self._ask(source_question(table, proposal, self._free))
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
        return self._retake(table, source)

    def _table(self, proposal: TableProposal, given: TableAnswers) -> TableDecision:
        fields, unsure = [], set()
        for one in proposal.fields:
            decided, sure = self._field(proposal, one, given.of(one.spec.name))
            fields.append(decided)
            if not sure:
                unsure.add(one.spec.name)
        left_out, in_doubt = self._rows(proposal, given)
        return TableDecision(
            replace(proposal, fields=tuple(fields)),
            frozenset(unsure),
            frozenset(one.spec.name for one in fields if one.open and one.column is not None),
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

    # ---------------------------------------------------------------- fields

    def _field(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> tuple[FieldProposal, bool]:
        """The field as it is decided, and whether it is sure what fills it."""
        sure = True
        if given.fills:
            one = self._answered(table, one, given)
        elif one.confidence < self._below and self._is_worth_asking(one):
            one, sure = self._fill(table, one)
        if one.column is not None:
            one, dated = self._dated(table, one, given)
            one, sure = self._coded(table, one, given), sure and dated
        return one, sure

    def _is_worth_asking(self, one: FieldProposal) -> bool:
        best = max((each.worth for each in one.candidates), default=0.0)
        return one.spec.required or one.filled or best >= _WORTH_ASKING

    def _answered(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> FieldProposal:
        if given.column is not None:
            return self._with_column(table, one, given.column)
        nothing = FieldProposal(one.spec, candidates=one.candidates, confidence=1.0)
        return replace(nothing, constant=given.constant)

    def _with_column(self, table: TableProposal, one: FieldProposal, column: str) -> FieldProposal:
        if one.column == column:
            return replace(one, confidence=1.0)
        again = self._retake(table.table, _only(table.source, column))
        found = again.of(one.spec.name)
        taken = found if found is not None and found.column == column else one
        return replace(taken, column=column, constant=None, confidence=1.0)

    def _fill(self, table: TableProposal, one: FieldProposal) -> tuple[FieldProposal, bool]:
        chosen = self._ask(field_question(table, one))
        if chosen is None:
            return one, False
        answers = self.answered.table(table.table.name).field(one.spec.name)
        if not chosen:
            answers.leave_out = True
            return FieldProposal(one.spec, candidates=one.candidates), True
        if chosen == CONSTANT:
            answers.constant = one.constant
            return replace(one, confidence=1.0), True
        answers.column = chosen
        return self._with_column(table, one, chosen), True

    def _dated(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> tuple[FieldProposal, bool]:
        if given.date_format is not None:
            return replace(one, date_format=given.date_format, date_also=()), True
        if not one.date_formats or one.date_format is None:
            return one, True
        others = _formats_beside(table, one)
        if len(others) == 1:
            return replace(one, date_format=others.pop(), date_formats=()), True
        chosen = self._ask(date_question(table, one))
        if not chosen:
            return one, False
        self.answered.table(table.table.name).field(one.spec.name).date_format = chosen
        return replace(one, date_format=chosen, date_formats=()), True

    def _coded(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> FieldProposal:
        codes = {**(one.codes or {}), **given.codes}
        still_open = tuple(value for value in one.open if value not in codes)
        column = table.source.column(one.column or "")
        if column is None or not (codes or still_open):
            return one
        if still_open and is_code_list(column, known=_known(column, codes)):
            for value in still_open:
                code = self._code(table, one, value)
                if code is not None:
                    codes[value] = code
                    answers = self.answered.table(table.table.name).field(one.spec.name)
                    answers.codes[value] = code
        left = tuple(value for value in still_open if value not in codes)
        return replace(one, codes=codes, open=left)

    def _code(self, table: TableProposal, one: FieldProposal, value: str) -> Code | None:
        """The code of a value; nobody is asked twice what it means in one list."""
        places = [(one.spec.codes, place, value) for place in (one.spec.name, table.source.name)]
        for place in places:
            if place in self._meanings:
                return self._meanings[place]
        chosen = self._ask(code_question(table, one, value))
        code = _listed(one.spec, chosen) if chosen else None
        self._meanings |= dict.fromkeys(places, code)
        return code

    # ----------------------------------------------------------- case system

    def _case_system(self) -> str | None:
        if self._given.case_system is not None:
            return self._given.case_system
        submission = self._specification.table("submission")
        spec = submission.field("case_system") if submission is not None else None
        if spec is None:
            return None
        chosen = self._ask(system_question(spec))
        if chosen:
            self.answered.case_system = chosen
        return chosen or None


def _listed(spec: SpecField, chosen: str) -> Code:
    return next((code for code in spec.codes or () if str(code) == chosen), chosen)


def _known(column: ColumnProfile, codes: Mapping[str, str | int]) -> float:
    rows = sum(times for value, times in column.values.items() if value in codes)
    return rows / column.filled if column.filled else 0.0


def _only(source: SourceProfile, column: str) -> SourceProfile:
    """The source as if it had that one column."""
    kept = tuple(one for one in source.columns if one.name == column)
    return replace(source, columns=kept)


def _formats_beside(table: TableProposal, one: FieldProposal) -> set[str]:
    """Of the formats that a column may have, those that other columns of the source surely have."""
    sure = {each.date_format for each in table.fields
            if each.date_format is not None and not each.date_formats}  # fmt: skip
    return {form for form in (one.date_format, *one.date_formats) if form in sure and form}
