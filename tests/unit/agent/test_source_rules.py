"""A source that the mapping describes wrongly is refused by line, with what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversight_agent.mapping import load
from oversight_protocol.errors import InputError

GOOD = """specification = "1.0"

[tables.team]
file = "teams.csv"

[tables.team.fields]
team_id = { column = "team" }
service = { constant = "other" }
"""
WIDE = '[tables.team.wide]\nquestion = { "How?" = "Q01" }\n'


def load_text(folder: Path, text: str) -> None:
    (folder / "mapping.toml").write_text(text, encoding="utf-8")
    load(folder / "mapping.toml")


@pytest.mark.parametrize(
    "source",
    [
        'file = "t.csv"\nheader_rows = 2', 'file = "t.xlsx"\nheader_row = 3\nheader_rows = 2',
        'folder = "teams"', 'folder = "teams"\nsheet = "A"',
        'folder = "."\nformat = "sqlite"\ntable = "t"',
        'file = "t.parquet"', 'database = "cases"\ntable = "t"\ndatabase_schema = "oversight"',
        f'database = "cases"\ntable = "t"\n\n{WIDE}',
        f'file = "t.csv"\n\n{WIDE}answer_column = "said"',
    ],
)  # fmt: skip
def test_a_source_of_any_kind_is_allowed(tmp_path: Path, source: str) -> None:
    load_text(tmp_path, GOOD.replace('file = "teams.csv"', source))


@pytest.mark.parametrize(
    ("source", "line", "what", "hint"),
    [
        ("", 3, "'file' is missing", "'folder' for all in one, or 'database'"),
        ('folder = "a"\ndatabase = "b"', 5, "'folder' and 'database' exclude each other", "drop"),
        ('folder = "../a"', 4, "this setting does not fit", "without '..'"),
        ('folder = "a"\nformat = "parquet"\nsheet = "A"', 6, "'sheet' goes with a workb", "drop"),
        ('file = "a.csv"\ntable = "t"', 5, "'table' goes with an SQLite file or a dat", "form"),
        (
            'file = "a.db"\ntable = "t"\ndatabase_schema = "s"', 6,
            "'database_schema' goes with a database", "or name a 'database' of databases.toml",
        ),
        ('database = "a"', 3, "'table' is missing", "the name of a table or view of the database"),
        (
            'database = "a"\ntable = "t"\nformat = "sqlite"', 6,
            "'format' goes with a file", "drop 'format'",
        ),
        (
            'database = "a"\ntable = "t"\nheader_rows = 2', 6,
            "'header_rows' goes with delimited text or a workbook", "drop 'header_rows'",
        ),
        ('file = "a.parquet"\nencoding = "cp1252"', 5, "'encoding' goes with delimited", "a Pa"),
        ('file = "a.csv"\nheader_rows = 9', 5, "this setting does not fit", "less than or equal"),
        ('file = "a.csv"\ndatabse = "x"', 5, "there is no such setting", "write 'database'"),
        ('file = "a.csv"\n[tables.team.wide]\nquestions = 1', 5, "'question' is missing", "add it"),
        (f'file = "a.csv"\n{WIDE}answer = "x"', 7, "there is no such setting", "'answer_column'"),
        (
            'file = "a.csv"\n[tables.team.wide]\nquestion = { "A b" = "1", "A  b" = "2" }', 6,
            "two questions are the same but for white space", "keep one",
        ),
        (f'file = "a.csv"\n{WIDE}answer_column = "question"', 7, "both new columns have", "chan"),
        (
            'file = "a.csv"\n[tables.team.wide]\nquestion = {}', 6,
            "this setting does not fit", "at least 1 item",
        ),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_is_refused_by_line(
    tmp_path: Path, source: str, line: int, what: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_text(tmp_path, GOOD.replace('file = "teams.csv"', source))

    message = str(caught.value)
    assert message.startswith(f"mapping.toml, line {line}: ")
    assert what in message
    assert hint in message
