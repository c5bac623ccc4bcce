"""Answers to the interview's questions in a file, in TOML or JSON.

    case_system = "lcs"

    [tables.worker]
    source = "Worker Details.csv"        # as the interview calls it; false: no source holds it
    leave_out_rows = true                # whether the rows that look like no records are left out
    questions = { "Q1" = "S01" }         # of a survey sheet: which question a column is; "": none

    [tables.worker.fields.role]
    column = "Job Title"                 # or constant = 5, or leave_out = true
    codes = { "QA Officer" = 6 }
    date_format = "%d/%m/%Y"             # of a date field
    add_days = 1                         # of an end: the column holds the last day; 0: it does not
    multiply_by = 7                      # of a number of days: the column is in weeks

What is not answered stays as it is proposed, or open. Rules kept here:

1. An answer counts also where nobody would have been asked.
2. An answer that fits nothing (a table, field, source or column that is not there) is an error: it
   would be silently lost.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oversight_agent import files
from oversight_agent.plain_words import expected
from oversight_agent.proposing import toml
from oversight_protocol.errors import InputError

_EXPECTED = {
    "add_days": "a whole number of days: 1 if the column holds the last day, else 0",
    "multiply_by": "a number, such as 7 for a column in weeks",
    "leave_out": "true",
    "leave_out_rows": "true or false",
    "source": "a source's name in quotation marks, or false",
}

_STRICT = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class FieldAnswers(BaseModel):
    """Answers about one field."""

    model_config = _STRICT

    column: str | None = None
    constant: str | int | float | date | None = None
    leave_out: Literal[True] | None = None
    codes: dict[str, str | int] = {}
    date_format: str | None = None
    add_days: int | None = Field(default=None, ge=-366, le=366)
    multiply_by: int | float | None = Field(default=None, gt=0, le=1_000_000)

    @property
    def fills(self) -> bool:
        """Whether it says what fills the field."""
        return self.column is not None or self.constant is not None or bool(self.leave_out)


class TableAnswers(BaseModel):
    """Answers about one table."""

    model_config = _STRICT

    source: str | Literal[False] | None = None
    leave_out_rows: bool | None = None
    questions: dict[str, str] = Field(default_factory=dict)
    fields: dict[str, FieldAnswers] = Field(default_factory=dict)

    def of(self, name: str) -> FieldAnswers:
        """The answers about a field; none if there are none."""
        return self.fields.get(name, FieldAnswers())

    def field(self, name: str) -> FieldAnswers:
        """The answers about a field, for adding to them."""
        return self.fields.setdefault(name, FieldAnswers())


class Answers(BaseModel):
    """All answers."""

    model_config = _STRICT

    case_system: str | None = None
    tables: dict[str, TableAnswers] = Field(default_factory=dict)

    def of(self, name: str) -> TableAnswers:
        """The answers about a table; none if there are none."""
        return self.tables.get(name, TableAnswers())

    def table(self, name: str) -> TableAnswers:
        """The answers about a table, for adding to them."""
        return self.tables.setdefault(name, TableAnswers())

    def as_data(self) -> dict[str, Any]:
        """Only what is answered."""
        return self.model_dump(exclude_none=True, exclude_defaults=True)


def read_answers(path: Path) -> Answers:
    """Read a file of answers.

    Raises:
        InputError: it cannot be read, is neither TOML nor JSON, or is not of this form.
    """
    text = files.read(path, "the file of answers", "name the file's place")
    try:
        content = _parsed(path, text)
        return Answers.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise InputError(
            "the answers are not of the form that is expected",
            where=f"{path}, {'.'.join(map(str, first['loc']))}",
            expected=_EXPECTED.get(str(first["loc"][-1]), expected(first)),
            advice="compare them with docs/runbooks/agent.md",
        ) from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
        at = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(
            f"the answers are not valid {kind}",
            where=f"{path}{at}",
            advice="correct the file; often a quotation mark or bracket is missing",
        ) from None


def _parsed(path: Path, content: bytes) -> Any:
    text = content.decode("utf-8-sig")
    return json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)


def answers_text(answers: Answers, path: Path) -> str:
    """Answers as a file: JSON if its name ends so, else TOML."""
    if path.suffix.lower() == ".json":
        return json.dumps(answers.model_dump(mode="json", exclude_defaults=True), indent=2,
                          ensure_ascii=False) + "\n"  # fmt: skip
    lines = [
        "# Answers to the interview of 'oversight-agent init'; see docs/runbooks/agent.md.",
        "",
    ]
    if answers.case_system is not None:
        lines.append(f"case_system = {toml.value(answers.case_system)}")
    for name, table in answers.tables.items():
        lines += ["", f"[tables.{name}]"]
        own = table.model_dump(exclude_defaults=True, exclude={"fields"})
        lines += [f"{setting} = {toml.value(given)}" for setting, given in own.items()]
        for field, said in table.fields.items():
            lines += ["", f"[tables.{name}.fields.{field}]"]
            given = said.model_dump(exclude_defaults=True)
            lines += [f"{setting} = {toml.value(one)}" for setting, one in given.items()]
    return "\n".join(lines) + "\n"
