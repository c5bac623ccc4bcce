"""What staff are asked, and how what they say in focus groups is coded."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from oversight_protocol.model import Document, Text, require_unique


class Question(Document):
    """A question of the survey of staff.

    Attributes:
        text: its wording.
        topic: the heading under which it stands.
        source: where the wording or its topic comes from.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}$")]
    text: Text
    topic: Text
    source: Text


class Survey(Document):
    """What staff are asked.

    Attributes:
        scale: the answers to each question, from 1.
    """

    title: Text
    introduction: Text
    scale: tuple[Text, ...] = Field(min_length=2, max_length=10)
    questions: tuple[Question, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _asks_each_once(self) -> Self:
        require_unique("question", [one.id for one in self.questions])
        return self


class Theme(Document):
    """A theme of the code frame by which what was said in focus groups is coded.

    Attributes:
        belongs: what is coded with it, and what is not.
    """

    code: Annotated[str, StringConstraints(pattern=r"^T[0-9]{2}$")]
    label: Text
    belongs: Text
