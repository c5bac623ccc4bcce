"""Survey sheets with a column for each question, as they will be once their columns are rows.

Rules kept here:

1. A sheet is one of these if at least three of its columns are questions of the study's survey, by
   number or wording.
2. What becomes of the columns is the reader's work (`wide` in the mapping); here is only what its
   profile will be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.proposing.instruments import question_of
from oversight_agent.sources import WideSettings

_LEAST = 3


def questions_in(source: SourceProfile) -> Mapping[str, str]:
    """From a source's columns to the numbers of the questions that they are, each question once."""
    found: dict[str, str] = {}
    for column in source.columns:
        number = _question(column.name)
        if number is not None and number not in found.values():
            found[column.name] = number
    return found if len(found) >= _LEAST else {}


@cache
def _question(header: str) -> str | None:
    return question_of(header)


def long(source: SourceProfile) -> SourceProfile:
    """A source with its questions as rows; unchanged if it is no such sheet."""
    found = questions_in(source)
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
