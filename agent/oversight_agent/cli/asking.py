"""The interview's questions in a terminal, and nobody to answer where there is none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from oversight_agent.cli.common import say

if TYPE_CHECKING:
    from oversight_agent.proposing.questions import Question

_SHOWN = 8
_LATER = "?"
_MORE = "+"


def has_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def nobody(question: Question) -> str | None:  # noqa: ARG001 (an answer to any question)
    """Answers no question."""
    return None


class Terminal:
    """Asks in the terminal."""

    def __init__(self) -> None:
        self._about = ""

    def __call__(self, question: Question) -> str | None:
        """Ask a question: an option's number, 0 for none, ? to leave it open."""
        if question.about != self._about:
            say(f"\n{question.about}")
            self._about = question.about
        say(f"\n{question.text}")
        shown = min(_SHOWN, len(question.options))
        self._show(question, 0, shown)
        while True:
            given = typer.prompt("Your answer", default="1" if question.proposed else _LATER)
            if given == _MORE and shown < len(question.options):
                self._show(question, shown, len(question.options))
                shown = len(question.options)
            elif given == _LATER:
                return None
            elif given == "0" and question.none:
                return ""
            elif given.isdecimal() and 0 < int(given) <= len(question.options):
                return question.options[int(given) - 1].value
            else:
                say(f"Please type one of the numbers, or {_LATER}.")

    def _show(self, question: Question, first: int, last: int) -> None:
        for number, option in enumerate(question.options[first:last], start=first + 1):
            say(f"  {number:>2}  {option.label}")
        if last < len(question.options):
            say(f"   {_MORE}  show {len(question.options) - last} more")
        if question.none:
            say(f"   0  {question.none}")
        say(f"   {_LATER}  leave it open, and go on")
