"""Asks what fills a field, how its column is to be read, and what its values mean.

Rules kept here:

1. What fills a field is asked where the proposal is less sure than it must be. How its column is to
   be read (day or month first, days or weeks, last day or first day after) is asked wherever the
   column does not say it.
2. A code that is only the nearest is shown, and counts as open until a person has confirmed it.
3. Nobody is asked twice what a value means in one list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.proposing.answers import Answers, FieldAnswers
from oversight_agent.proposing.ends import is_end, is_last_day
from oversight_agent.proposing.numbers import Unit
from oversight_agent.proposing.proposal import Code, FieldProposal, TableProposal
from oversight_agent.proposing.questions import (
    CONSTANT,
    Question,
    code_question,
    date_question,
    end_question,
    field_question,
    likened_question,
    unit_question,
)
from oversight_agent.proposing.showing import is_code_list
from oversight_protocol.specification import SpecField, SpecTableSchema

ASKED_BELOW = 0.5
"""The confidence below which a person is asked, and below which no answer is suggested."""

_WORTH_ASKING = 0.3


_Place = tuple[tuple[Code, ...] | None, str, str]


class Asker(Protocol):
    """Whoever answers."""

    def __call__(self, question: Question) -> str | None:
        """The value of the option chosen; `""` for none of them; None if nobody can say."""


class Proposing(Protocol):
    """Whoever proposes anew."""

    def table(self, table: SpecTableSchema, source: SourceProfile) -> TableProposal:
        """A table from another source than the one proposed."""

    def field(
        self, table: SpecTableSchema, source: SourceProfile, spec: SpecField, column: ColumnProfile
    ) -> FieldProposal:
        """A field from another column than the one proposed."""


class FieldInterview:
    """The questions about the fields of one interview.

    Args:
        proposer: proposes anew.
        ask: whoever answers.
        asked_below: the confidence below which they are asked.
        answered: is added to with each answer.
    """

    def __init__(
        self, proposer: Proposing, ask: Asker, asked_below: float, answered: Answers
    ) -> None:
        self._proposer, self._ask, self._below = proposer, ask, asked_below
        self._answered = answered
        self._meanings: dict[_Place, Code | None] = {}

    def decide(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> tuple[FieldProposal, bool]:
        """The field as it is decided, and whether it is sure what fills it."""
        sure = True
        if given.fills:
            one = self._given(table, one, given)
        elif one.confidence < self._below and _is_worth_asking(one):
            one, sure = self._fill(table, one)
        if one.column is not None:
            one, dated = self._dated(table, one, given)
            one, counted = self._counted(table, one, given)
            one = self._ended(table, one, given) if sure else one
            one = self._coded(table, one, given)
            sure = sure and dated and counted
        return one, sure

    def _answers(self, table: TableProposal, one: FieldProposal) -> FieldAnswers:
        return self._answered.table(table.table.name).field(one.spec.name)

    # ---------------------------------------------------------------- what fills it

    def _given(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> FieldProposal:
        if given.column is not None:
            return self._with_column(table, one, given.column)
        nothing = FieldProposal(one.spec, candidates=one.candidates, confidence=1.0)
        return replace(nothing, constant=given.constant)

    def _with_column(self, table: TableProposal, one: FieldProposal, name: str) -> FieldProposal:
        column = table.source.column(name)
        if one.column == name or column is None:
            return replace(one, column=name, constant=None, confidence=1.0)
        again = self._proposer.field(table.table, table.source, one.spec, column)
        return replace(again, candidates=one.candidates, confidence=1.0)

    def _fill(self, table: TableProposal, one: FieldProposal) -> tuple[FieldProposal, bool]:
        chosen = self._ask(field_question(table, one, suggests=one.confidence >= ASKED_BELOW))
        if chosen is None:
            return one, False
        answers = self._answers(table, one)
        if not chosen:
            answers.leave_out = True
            return FieldProposal(one.spec, candidates=one.candidates), True
        if chosen == CONSTANT:
            answers.constant = one.constant
            return replace(one, confidence=1.0), True
        answers.column = chosen
        return self._with_column(table, one, chosen), True

    # ---------------------------------------------------------------- how it is read

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
        self._answers(table, one).date_format = chosen
        return replace(one, date_format=chosen, date_formats=()), True

    def _counted(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> tuple[FieldProposal, bool]:
        """In which unit the column's numbers are."""
        if given.multiply_by is not None:
            unit = Unit(one.unit.name, one.unit.mark)
            return replace(one, unit=unit, multiply_by=given.multiply_by), True
        if not one.unit.doubts:
            return one, True
        chosen = self._ask(unit_question(table, one))
        if not chosen:
            return one, False
        self._answers(table, one).multiply_by = int(chosen)
        unit = Unit(one.unit.name, one.unit.mark)
        return replace(one, unit=unit, multiply_by=int(chosen)), True

    def _ended(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> FieldProposal:
        """Whether an end is the last day, or the first on which it no longer holds."""
        if given.add_days is not None:
            return replace(one, add_days=given.add_days)
        if not is_end(table.table.name, one.spec.name):
            return one
        chosen = self._ask(end_question(table, one, last_day_first=is_last_day(table, one)))
        if not chosen:
            return one
        self._answers(table, one).add_days = int(chosen)
        return replace(one, add_days=int(chosen))

    # ---------------------------------------------------------------- what its values mean

    def _coded(
        self, table: TableProposal, one: FieldProposal, given: FieldAnswers
    ) -> FieldProposal:
        codes: dict[str, Code | None] = {**(one.codes or {}), **given.codes}
        column = table.source.column(one.column or "")
        if column is None or not (codes or one.open):
            return one
        likened = {value: codes[value] for value in one.likened if value not in given.codes}
        unknown = [value for value in one.open if value not in codes]
        if is_code_list(column, known=_known(column, codes)):
            told = self._confirmed(table, one, likened) | self._meant(table, one, unknown)
            said = {value: code for value, code in told.items() if code is not None}
            if said:
                self._answers(table, one).codes.update(said)
            codes |= told
            likened = {value: code for value, code in likened.items() if value not in told}
        known = {value: code for value, code in codes.items() if code is not None}
        left = tuple(value for value in (*one.open, *one.likened) if value not in known)
        return replace(one, codes=known, open=left, likened=tuple(likened))

    def _confirmed(
        self, table: TableProposal, one: FieldProposal, likened: Mapping[str, Code | None]
    ) -> dict[str, Code | None]:
        """The codes of values that were likened to one, as a person sees them; none unseen."""
        known: dict[str, Code | None] = {
            value: code for value in likened
            for place in self._places(table, one, value)
            if (code := self._meanings.get(place)) is not None
        }  # fmt: skip
        new = {value: code for value, code in likened.items() if value not in known}
        chosen = self._ask(likened_question(table, one, new)) if new else None
        if chosen is None:
            return known
        if not chosen:
            return known | self._meant(table, one, new)
        for value, code in new.items():
            self._meanings |= dict.fromkeys(self._places(table, one, value), code)
        return known | new

    def _meant(
        self, table: TableProposal, one: FieldProposal, values: Iterable[str]
    ) -> dict[str, Code | None]:
        return {value: self._code(table, one, value) for value in values}

    def _code(self, table: TableProposal, one: FieldProposal, value: str) -> Code | None:
        """The code of a value."""
        places = self._places(table, one, value)
        for place in places:
            if place in self._meanings:
                return self._meanings[place]
        chosen = self._ask(code_question(table, one, value))
        code = _listed(one.spec, chosen) if chosen else None
        self._meanings |= dict.fromkeys(places, code)
        return code

    @staticmethod
    def _places(table: TableProposal, one: FieldProposal, value: str) -> list[_Place]:
        """Where a value means the same: in fields of one name, and in one source."""
        return [(one.spec.codes, place, value) for place in (one.spec.name, table.source.name)]


def _is_worth_asking(one: FieldProposal) -> bool:
    best = max((each.worth for each in one.candidates), default=0.0)
    return one.spec.required or one.filled or best >= _WORTH_ASKING


def _listed(spec: SpecField, chosen: str) -> Code:
    return next((code for code in spec.codes or () if str(code) == chosen), chosen)


def _known(column: ColumnProfile, codes: Mapping[str, object]) -> float:
    rows = sum(times for value, times in column.values.items() if value in codes)
    return rows / column.filled if column.filled else 0.0


def _formats_beside(table: TableProposal, one: FieldProposal) -> set[str]:
    """Of the formats that a column may have, those that other columns of the source surely have."""
    sure = {each.date_format for each in table.fields
            if each.date_format is not None and not each.date_formats}  # fmt: skip
    return {form for form in (one.date_format, *one.date_formats) if form in sure and form}
