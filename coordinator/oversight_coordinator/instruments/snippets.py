"""The lines of `mapping.toml` by which an authority's agent reads what the instruments gather."""

from __future__ import annotations

import json
from collections.abc import Iterable

from oversight_protocol.specification import SpecField
from oversight_protocol.study import Survey

RESPONDENT, ROLE, TEAM = "ID", "What is your role?", "Which team do you work in?"
"""The headings of what a form's export says of a person."""

CODING = ("session_id", "kind", "theme_code", "mentions")
"""The headings of the sheet in which sessions are coded."""


def survey_mapping(survey: Survey, role: SpecField) -> str:
    """How the export of a form made from this survey fills `survey_response`.

    Args:
        survey: the study's.
        role: the specification's field of a person's role, whose labels are the form's answers.
    """
    questions = (f"{_quoted(one.text)} = {_quoted(one.id)}" for one in survey.questions)
    answers = ((answer, number) for number, answer in enumerate(survey.scale, 1))
    roles = ((role.label(code), code) for code in role.codes or ())
    return _lines(
        "[tables.survey_response]",
        'file = "survey.xlsx"  # the form\'s export, in the data folder',
        "",
        "[tables.survey_response.wide]",
        'question_column = "question"',
        'answer_column = "answer"',
        "",
        "[tables.survey_response.wide.question]",
        *questions,
        "",
        "[tables.survey_response.fields]",
        f"respondent_id = {{ column = {_quoted(RESPONDENT)} }}",
        "wave = { constant = 2026-05-01 }  # the day on which this round was opened",
        'question_id = { column = "question" }',
        f'response = {{ column = "answer", codes = {_codes(answers)} }}',
        f"role = {{ column = {_quoted(ROLE)}, codes = {_codes(roles)} }}",
        f"team_id = {{ column = {_quoted(TEAM)} }}",
    )


def theme_mapping() -> str:
    """How the sheet in which sessions are coded fills `theme`."""
    return _lines(
        "[tables.theme]",
        'file = "themes.xlsx"  # this workbook, in the data folder',
        'sheet = "Coding"',
        "",
        "[tables.theme.fields]",
        *(f'{name} = {{ column = "{name}" }}' for name in CODING),
    )


def _codes(pairs: Iterable[tuple[str, str | int]]) -> str:
    each = (f"{_quoted(text)} = {json.dumps(code)}" for text, code in pairs)
    return "{ " + ", ".join(each) + " }"


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"
