"""Surveys as their tools export them: a row for each person, a column for each question."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oversight_coordinator.demo.layouts.columns import Column
from oversight_coordinator.demo.records import Response

_OF_PERSON = ("respondent_id", "wave", "role", "team_id")


@dataclass(frozen=True)
class Wide:
    """The questions' columns of a survey's export.

    Attributes:
        headings: by a question's number, the header of its column.
        words: by an answer's number, what this system writes for it.
        over: the name above the questions' headers, where a header has two rows.
        native: the words are numbers, and stand in a workbook as such.
    """

    headings: Mapping[str, str]
    words: Mapping[str | int, str]
    over: str = ""
    native: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """A column for each question."""
        return tuple(
            Column(heading, question, codes=self.words, over=self.over, native=self.native)
            for question, heading in self.headings.items()
        )

    @property
    def names(self) -> dict[str, str]:
        """By the columns' whole names, the questions' numbers."""
        return {column.name: column.field or "" for column in self.columns}

    def persons(self, responses: Sequence[Response]) -> list[Any]:
        """A record for each person in each round, with a field for each question."""
        person = namedtuple("person", (*_OF_PERSON, *self.headings))  # type: ignore[misc]
        return [
            person(*(getattr(answers[0], name) for name in _OF_PERSON), *self._said(answers))
            for answers in _by_person(responses)
        ]

    def _said(self, answers: Sequence[Response]) -> Iterator[int | None]:
        said = {answer.question_id: answer.response for answer in answers}
        return (said.get(question) for question in self.headings)


def _by_person(responses: Sequence[Response]) -> list[list[Response]]:
    found: dict[tuple[object, ...], list[Response]] = {}
    for response in responses:
        found.setdefault((response.respondent_id, response.wave), []).append(response)
    return list(found.values())
