"""The answers of an interview in a file of the agent's folder until a mapping has come of them.

Rules kept here:

1. They are written before each question: whoever loses the line loses one answer at most.
2. They are for the agent's account alone: they may name codes of the authority's own.
3. The file goes when the mapping is written. Until then the next interview goes on with it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from oversight_agent import files

if TYPE_CHECKING:
    from oversight_agent.proposing.answers import Answers
    from oversight_agent.proposing.interview import Asker
    from oversight_agent.proposing.questions import Question

NAME = "answers.toml"


class Keeper:
    """Asks, and keeps what was answered so far.

    Args:
        ask: whoever answers.
        answered: all answers so far; others add to it.
        place: the file.
    """

    def __init__(self, ask: Asker, answered: Answers, place: Path) -> None:
        self.answered = answered
        self._ask, self._place = ask, place
        self._written = answered.as_data()

    def __call__(self, question: Question) -> str | None:
        """Ask a question."""
        self.save()
        return self._ask(question)

    def save(self) -> None:
        """Write what is not written yet."""
        now = self.answered.as_data()
        if now != self._written:
            save(self._place, self.answered)
            self._written = now

    @contextmanager
    def keeping(self, home: Path) -> Iterator[None]:
        """Whatever ends the interview before its mapping is written, say where the answers are."""
        try:
            yield
        except BaseException as error:
            self.save()
            if self._place.exists():
                sys.stderr.write(f"\n{kept(self._place, home)}\n")
            elif isinstance(error, typer.Abort | KeyboardInterrupt):
                sys.stderr.write(f"\nNo mapping was written. {_begin(home)} begins again.\n")
            raise


def _begin(home: Path) -> str:
    return f"'oversight-agent init {home}'"


def kept(place: Path, home: Path) -> str:
    """Where answers are kept, and how to go on with them."""
    return (
        f"Your answers so far are kept in {place}.\n"
        f"{_begin(home)} in a terminal goes on with them; where nobody can be asked,"
        f"\n'oversight-agent init {home} --answers {place}' takes them. Delete the file to begin"
        " anew."
    )


def save(place: Path, answers: Answers) -> None:
    """Write answers as a file that only this account reads."""
    from oversight_agent.proposing.answers import answers_text

    files.write(place, answers_text(answers, place).encode(), private=True)
