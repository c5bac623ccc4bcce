"""One entry of a history: a released or withheld table, as its file holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from oversight_agent.history.memory import About, Answered


@dataclass(frozen=True)
class Entry:
    """A released or withheld table as it is kept.

    Attributes:
        number: its place, counted from 1.
        recorded: when, in ISO form.
        ticket: the ticket that it answered, or `memory.OWN`.
        said: an `About` as JSON.
        text: an `Answered` as JSON.
    """

    number: int
    recorded: str
    ticket: str
    said: str = field(repr=False)
    text: str = field(repr=False)
    tags: bytes = field(repr=False)

    @cached_property
    def about(self) -> About:
        """What is said of it."""
        return About.model_validate_json(self.said)

    @cached_property
    def answered(self) -> Answered:
        """What was answered."""
        return Answered.model_validate_json(self.text)

    def marked(self) -> bytes:
        """What its mark is made of."""
        clear = (str(self.number), self.recorded, self.ticket, self.said, self.text)
        return "\0".join(clear).encode() + b"\0" + self.tags
