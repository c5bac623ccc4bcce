"""Survey sheets with a column for each question, as they will be once their columns are rows.

Rules kept here:

1. A sheet is one of these if at least three of its columns are questions of the study's survey, by
   number or wording.
2. It may be one if at least three columns are numbered like questions (`Q1`, `1.`) or resemble
   their wording, and hold answers on the survey's scale, in words or in a source that is called a
   survey. Which questions they are is then a guess, and a person is asked.
3. What becomes of the columns is the reader's work (`wide` in the mapping); here is only what its
   profile will be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.proposing.codes import coded
from oversight_agent.proposing.instruments import question_like, question_of
from oversight_agent.proposing.scoring import source_name_score
from oversight_agent.sources import WideSettings
from oversight_protocol.specification import SpecTableSchema

LEAST_QUESTIONS = 3
"""Columns of a sheet that have to be questions."""

_ON_SCALE, _IN_WORDS, _CALLED = 0.8, 0.5, 0.5
_MOST_ANSWERS = 12


def questions_in(source: SourceProfile, table: SpecTableSchema | None = None) -> Mapping[str, str]:
    """From a source's columns to the numbers of the questions that they are, each question once.

    Args:
        source: any source.
        table: the answers' table; without it nothing is guessed.
    """
    found: dict[str, str] = {}
    _add(found, source, _question)
    left = [one for one in source.columns if one.name not in found]
    answers = [] if table is None else _answers(replace(source, columns=tuple(left)), table)
    if len(answers) + len(found) >= LEAST_QUESTIONS:
        _add(found, replace(source, columns=tuple(answers)), _guess)
    return found if len(found) >= LEAST_QUESTIONS else {}


def guessed_in(wide: WideSettings | None) -> tuple[str, ...]:
    """The columns of a sheet whose question is a guess."""
    questions = {} if wide is None else wide.question
    return tuple(column for column, number in questions.items() if _question(column) != number)


def _add(
    found: dict[str, str], source: SourceProfile, question: Callable[[str], str | None]
) -> None:
    for column in source.columns:
        number = question(column.name)
        if number is not None and number not in found.values():
            found[column.name] = number


def _answers(source: SourceProfile, table: SpecTableSchema) -> list[ColumnProfile]:
    """The columns that hold answers on the survey's scale."""
    spec = table.field("response")
    few = [one for one in source.columns if 0 < len(one.values) <= _MOST_ANSWERS]
    found = [
        one for one in few
        if spec is not None and coded(table.name, spec, one.values).share >= _ON_SCALE
    ]  # fmt: skip
    together: Counter[str] = Counter()
    for one in found:
        together.update(one.values)
    in_words = spec is not None and coded(table.name, spec, together).telling >= _IN_WORDS
    return found if in_words or source_name_score(source, table) >= _CALLED else []


@cache
def _question(header: str) -> str | None:
    return question_of(header)


@cache
def _guess(header: str) -> str | None:
    return question_like(header)


def long(source: SourceProfile, table: SpecTableSchema | None = None) -> SourceProfile:
    """A source with its questions as rows; unchanged if it is no such sheet.

    Args:
        source: any source.
        table: the answers' table; without it nothing is guessed.
    """
    found = questions_in(source, table)
    if not found:
        return source
    wide = WideSettings(question=dict(found))
    answers: Counter[str] = Counter()
    for column in source.columns:
        if column.name in found:
            answers.update(column.values)
    rows = source.rows * len(found)
    kept = tuple(column for column in source.columns if column.name not in found)
    numbers = dict.fromkeys(found.values(), source.rows)
    question = ColumnProfile(wide.question_column, rows, numbers, tuple(found.values()))
    answer = ColumnProfile(wide.answer_column, rows, answers, ())
    return replace(
        source,
        settings=source.settings.model_copy(update={"wide": wide}),
        columns=(*(_repeated(one, len(found)) for one in kept), question, answer),
        rows=rows,
    )


def _repeated(one: ColumnProfile, times: int) -> ColumnProfile:
    values = {value: count * times for value, count in one.values.items()}
    return ColumnProfile(one.name, one.rows * times, values, one.sample)
