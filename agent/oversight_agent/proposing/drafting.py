"""A mapping from a data folder: look, propose, ask, write down, and see that it loads."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from oversight_agent.mapping import load
from oversight_agent.pipeline.profiling import Found, profile_folder
from oversight_agent.proposing.answers import Answers, read_answers
from oversight_agent.proposing.decision import Decision
from oversight_agent.proposing.fitting import check_answers
from oversight_agent.proposing.interview import ASKED_BELOW, Asker, Interview
from oversight_agent.proposing.proposal import Proposal
from oversight_agent.proposing.propose import Proposer
from oversight_agent.proposing.returns import filled_by, without_better
from oversight_agent.proposing.writing import mapping_text, open_places
from oversight_protocol import specification as specifications
from oversight_protocol.errors import InputError

VERSION = "1.0"
"""The version of the specification that is mapped to."""


@dataclass(frozen=True)
class Draft:
    """A mapping that was drawn up.

    Attributes:
        text: the mapping's file; it loads.
        open: how many of its places wait for a person.
        usable: whether anything in it can be used.
        answered: every answer, also those given beforehand.
    """

    found: Found
    proposal: Proposal
    decision: Decision
    text: str = field(repr=False)
    open: int
    usable: bool
    answered: Answers = field(repr=False)


class Drafter:
    """Draws up the mapping of a data folder.

    Args:
        data: the data folder.
        say: is told what is being done.

    Raises:
        InputError: the folder cannot be looked at.
    """

    def __init__(self, data: Path, say: Callable[[str], None] = lambda _: None) -> None:
        say(f"Looking at the files in {data} …")
        self.found = profile_folder(data)
        self._specification = specifications.load(VERSION)
        self._proposer = Proposer(self.found, self._specification)
        proposal = self._proposer.propose(filled_by(self.found.returns))
        self.proposal = without_better(proposal)

    @property
    def anything(self) -> bool:
        """Whether there is anything that a mapping could be made of."""
        return bool(self.found.sources or self.found.returns)

    def draft(
        self, ask: Asker, answers: Path | None = None, asked_below: float = ASKED_BELOW
    ) -> Draft:
        """Ask what is to be asked, and write down what comes of it.

        Args:
            ask: whoever answers.
            answers: a file of answers given beforehand.
            asked_below: the confidence below which is asked.

        Raises:
            InputError: the answers cannot be used.
        """
        given = Answers()
        if answers is not None:
            given = read_answers(answers)
            check_answers(given, self.proposal, self._specification, answers)
        interview = Interview(
            self._specification, self.proposal, self._proposer.table, given, ask, asked_below
        )
        decision = interview.hold()
        text = mapping_text(decision)
        usable = bool(self.found.returns) or any(one.usable for one in decision.tables)
        if usable:
            _check(text)
        return Draft(self.found, self.proposal, decision, text, open_places(text), usable,
                     interview.answered)  # fmt: skip


def _check(text: str) -> None:
    """That the mapping loads: whoever gave an answer learns at once if it cannot be."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mapping.toml"
        file.write_text(text, encoding="utf-8")
        try:
            load(file)
        except InputError as error:
            raise InputError(
                f"the mapping that comes of these answers cannot be: {error.what}",
                where=error.where.replace("mapping.toml", "the mapping"),
                found=error.found,
                expected=error.expected,
                advice=error.advice or "answer otherwise",
            ) from None
