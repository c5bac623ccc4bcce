"""Columns that become rows: a survey's export, as Microsoft Forms and SmartSurvey write it.

Such an export has a row for each respondent and a column for each question. Its settings name the
columns; each answer becomes a row of its own, with the question's code beside it.

Rules kept here:

1. A question's column is found by its text. If no column has the very text, upper and lower case,
   a number before it ("3."), a mark that it must be answered ("(required)", "*") and entities of
   HTML ("&nbsp;") do not matter. It has to be one column, not none and not two.
2. An empty answer gives no row. The other columns stand beside each answer as they are.
3. A row keeps the number of the respondent's row in the file.
4. Two columns may be one question, as in a form that asks it in two branches; but nobody may have
   answered it twice.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

import pandas as pd

from oversight_agent.problems import Part, SourceError
from oversight_agent.sources import SourceLimits, WideSettings, tidy
from oversight_agent.tables import RawTable

_NUMBER = re.compile(r"^(q(uestion)?\s?)?\d{1,3}\s?[.):]\s")
_REQUIRED = re.compile(r"\s?(\(required\)|\[required\]|\*)$")


def plain(heading: str) -> str:
    """A heading without what does not matter to find it."""
    text = tidy(html.unescape(html.unescape(heading))).casefold()
    return _REQUIRED.sub("", _NUMBER.sub("", text)).strip()


class Wanted(Collection[str]):
    """The columns to read so that `long` can make of them what is asked for."""

    def __init__(self, settings: WideSettings, columns: Collection[str]) -> None:
        made = {tidy(settings.question_column), tidy(settings.answer_column)}
        self._kept = frozenset(columns) - made
        self._questions = tuple(map(tidy, settings.question))
        self._plain = frozenset(map(plain, settings.question))

    def __contains__(self, name: object) -> bool:
        """Whether a column is to be read; of a question, whatever could be its column."""
        return name in self._kept or (isinstance(name, str) and plain(name) in self._plain)

    def __iter__(self) -> Iterator[str]:
        """All names, the questions' as the settings give them."""
        return iter((*self._kept, *self._questions))

    def __len__(self) -> int:
        """How many columns."""
        return len(self._kept) + len(self._questions)


def long(table: RawTable, settings: WideSettings, limits: SourceLimits) -> RawTable:
    """One file's answers as rows.

    Raises:
        InputError: a question has not one column, nobody answered, somebody answered it in two, a
            new column has the name of an old one, or there are too many answers.
    """
    [part] = table.parts
    codes = _codes(part, settings)
    made = tidy(settings.question_column), tidy(settings.answer_column)
    _check_names(part, codes, made)
    frame = table.frame
    _check_once(part, codes, frame)
    kept = [name for name in frame.columns if name not in codes]
    pieces = []
    rows = 0
    for column, code in codes.items():
        answers = frame[column]
        held = answers.str.strip() != ""
        rows += int(held.sum())
        if rows > limits.rows:
            raise _too_many(part, limits)
        piece = frame.loc[held, kept]
        piece[made[0]], piece[made[1]] = code, answers[held]
        pieces.append(piece)
    if not rows:
        raise _no_answer(part)
    answered = pd.concat(pieces).sort_index(kind="stable").astype("str")
    return RawTable(answered, (replace(part, rows=rows, columns=(*part.columns, *made)),))


def _codes(part: Part, settings: WideSettings) -> dict[str, str]:
    """The code of each question by its column's name, in the settings' order."""
    plains = [plain(name) for name in part.columns]
    codes: dict[str, str] = {}
    for heading, code in settings.question.items():
        fitting = [name for name in part.columns if name == tidy(heading)] or [
            name for name, one in zip(part.columns, plains, strict=True) if one == plain(heading)
        ]
        if len(fitting) != 1 or fitting[0] in codes:
            raise _not_one(part, heading, code, fitting)
        codes[fitting[0]] = code
    return codes


def _check_once(part: Part, codes: dict[str, str], frame: pd.DataFrame) -> None:
    """That nobody answered a question in two columns."""
    for code in {*codes.values()}:
        columns = [name for name, one in codes.items() if one == code]
        held = frame[columns].apply(lambda answers: answers.str.strip() != "")
        several = frame.index[held.sum(axis="columns") > 1]
        if len(several):
            raise SourceError(
                f"the mapping makes {len(columns)} columns the question '{code}', and a row has an"
                " answer in more than one of them",
                file=part.file,
                row=int(several[0]),
                unit=part.unit,
                found=f"such rows: {len(several)}",
                expected="one answer to each question in a row",
                advice="say in the mapping, under 'wide', which question each column is",
            )


def _check_names(part: Part, codes: Collection[str], made: Sequence[str]) -> None:
    for name, setting in zip(made, ("question_column", "answer_column"), strict=True):
        if name in set(part.columns).difference(codes):
            raise SourceError(
                f"the file has a column '{name}' of its own",
                file=part.file,
                expected="another name for the new column",
                advice=f"set '{setting}' beside the questions to a name that no column has",
            )


def _not_one(part: Part, heading: str, code: str, fitting: list[str]) -> SourceError:
    near = get_close_matches(tidy(heading), part.columns, n=1)
    advice = part.hint or (f"write '{near[0]}', if that is meant" if near else "")
    return SourceError(
        f"the question '{code}' has not one column",
        file=part.file,
        found=f"{len(fitting)} columns with its text, number and marks aside",
        expected="one, whose text the mapping gives",
        advice=advice or "compare the text in the mapping with the file's header",
    )


def _no_answer(part: Part) -> SourceError:
    return SourceError(
        "none of the questions has an answer",
        file=part.file,
        expected="at least one",
        advice="export it again; if nobody answered, leave its table out of the mapping",
    )


def _too_many(part: Part, limits: SourceLimits) -> SourceError:
    return SourceError(
        "the file gives too many rows once its columns are rows",
        file=part.file,
        expected=f"at most {limits.rows:,}",
        advice="export only the years that are needed",
    )
