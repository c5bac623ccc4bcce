"""Asks which question of the study's survey each column of a survey sheet is.

Rules kept here:

1. An answer that was given beforehand counts, also for a column whose wording tells another
   question; the rest is asked as if nothing had been given.
2. A column about which nobody can say stays open: it is neither its guess nor none of them.
3. No question is offered for a second column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from oversight_agent.proposing.answers import Answers
from oversight_agent.proposing.field_interview import Asker
from oversight_agent.proposing.proposal import TableProposal
from oversight_agent.proposing.questions import guess_question, wide_question

NONE = ""
"""Of a column that is known to be no question, and the guess for one whose guess is taken."""


class QuestionInterview:
    """The questions about the columns of survey sheets.

    Args:
        ask: whoever answers.
        answered: is added to with each answer.
    """

    def __init__(self, ask: Asker, answered: Answers) -> None:
        self._ask, self._answered = ask, answered

    def decide(self, proposal: TableProposal, given: Mapping[str, str]) -> TableProposal:
        """The sheet with the columns that are questions; those still open are guessed."""
        proposed = proposal.wide or {}
        sure = {column: number for column, number in proposed.items()
                if column not in proposal.guessed}  # fmt: skip
        known = {**sure, **given}
        guesses = _guesses(proposal, known)
        told = self._told(proposal, guesses, known) if guesses else {}
        known |= told
        still_open = _guesses(proposal, known)
        wide = {column: known.get(column, still_open.get(column, NONE)) for column in proposed}
        return replace(
            proposal,
            wide={one: number for one, number in wide.items() if number or one in still_open},
            guessed=tuple(still_open),
        )

    def _told(
        self, proposal: TableProposal, guesses: Mapping[str, str], known: Mapping[str, str]
    ) -> dict[str, str]:
        """What a person says of the columns whose question is a guess."""
        said = self._answered.table(proposal.table.name).questions
        likely = {column: number for column, number in guesses.items() if number}
        chosen = self._ask(wide_question(proposal, likely)) if likely else NONE
        if chosen is None:
            return {}
        if chosen:
            said.update(likely)
            return likely
        told: dict[str, str] = {}
        for column in guesses:
            taken = {*known.values(), *told.values()}
            answer = self._ask(guess_question(proposal, column, taken))
            if answer is not None:
                said[column] = told[column] = answer
        return told


def _guesses(proposal: TableProposal, known: Mapping[str, str]) -> dict[str, str]:
    """The guess for each column that is not known; none where another column is that question."""
    taken = set(known.values())
    wide = proposal.wide or {}
    return {
        column: NONE if wide[column] in taken else wide[column]
        for column in proposal.guessed
        if column not in known
    }
