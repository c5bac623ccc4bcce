"""A mapping from a data folder: look, propose, ask, write down, and see that it loads."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from oversight_agent.mapping import load
from oversight_agent.pipeline.profiling import Found, profile_folder
from oversight_agent.pipeline.recognising import check_return
from oversight_agent.proposing.answers import Answers, read_answers
from oversight_agent.proposing.decision import Decision
from oversight_agent.proposing.fitting import check_answers
from oversight_agent.proposing.interview import ASKED_BELOW, Asker, Interview
from oversight_agent.proposing.proposal import Proposal
from oversight_agent.proposing.propose import Proposer
from oversight_agent.proposing.returns import VERSION, filled_by, without_better
from oversight_agent.proposing.systems import named_system
from oversight_agent.proposing.writing import mapping_text, open_places
from oversight_protocol import specification as specifications
from oversight_protocol.errors import InputError


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
        databases: names of databases to look at too.
        home: the agent's folder, where `databases.toml` says how they are reached.

    Raises:
        InputError: the folder or a database cannot be looked at.
    """

    def __init__(
        self, data: Path, say: Callable[[str], None] = lambda _: None,
        databases: Sequence[str] = (), home: Path | None = None,
    ) -> None:  # fmt: skip
        say(" and ".join((f"Looking at the files in {data}", *databases)) + " …")
        self._data = data
        self.found = profile_folder(data, databases, home)
        self._specification = specifications.load(VERSION)
        self._proposer = Proposer(self.found, self._specification)
        proposal = self._proposer.propose(filled_by(self.found.returns, self._specification))
        self.proposal = replace(without_better(proposal), case_system=self._named_system())

    def _named_system(self) -> str | None:
        submission = self._specification.table("submission")
        spec = submission.field("case_system") if submission is not None else None
        return None if spec is None else named_system(spec, self.found)

    @property
    def anything(self) -> bool:
        """Whether there is anything that a mapping could be made of."""
        return bool(self.found.sources or self.found.returns)

    def check_return(self, place: Path) -> None:
        """That a file or folder of the data folder was found to be a statutory return.

        Raises:
            InputError: it was not, or cannot be read.
        """
        name = place.resolve().relative_to(self._data.resolve()).as_posix()
        for kind, names in self.found.returns:
            # The dataset's tables are a return only together.
            if any(one.startswith(f"{name}/") or (kind, one) == ("ssd", name) for one in names):
                return
        check_return(place)

    def given(self, file: Path) -> Answers:
        """A file of answers, which fit what was found.

        Raises:
            InputError: it cannot be read, or one of them fits nothing.
        """
        answers = read_answers(file)
        check_answers(answers, self.proposal, self._specification, file)
        return answers

    def draft(
        self, ask: Asker, given: Answers | None = None, asked_below: float = ASKED_BELOW,
        answered: Answers | None = None,
    ) -> Draft:  # fmt: skip
        """Ask what is to be asked, and write down what comes of it.

        Args:
            ask: whoever answers.
            given: answers given beforehand.
            asked_below: the confidence below which is asked.
            answered: is added to with each answer; by default it begins with those given.

        Raises:
            InputError: the answers cannot be used.
        """
        given = given or Answers()
        answered = given.model_copy(deep=True) if answered is None else answered
        interview = Interview(
            self._specification, self.proposal, self._proposer, given, ask, asked_below, answered
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
                where=_part(text, error.where),
                found=error.found,
                expected=error.expected,
                advice=error.advice or "answer otherwise",
            ) from None


def _part(text: str, where: str) -> str:
    """The part of a mapping that nobody can open, for it was not written, by its heading."""
    line = re.search(r"line (\d+)$", where)
    above = text.splitlines()[: int(line[1])] if line else []
    headings = [one.partition("#")[0].strip() for one in above if one.startswith("[")]
    return f"the part {headings[-1]} that comes of them" if headings else "the whole of it"
