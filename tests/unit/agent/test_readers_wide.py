"""A survey's export becomes a row for each answer, whatever kind of source it is."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.problems import Part
from oversight_agent.readers import read, wide
from oversight_agent.sources import LIMITS, SourceLimits, SourceSettings, WideSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError

PERSON = "Ottoline"
OFTEN, TIME = "How often do you have supervision?", "I have protected time"
QUESTION = {OFTEN: "Q01", TIME: "Q02"}
FORMS = [
    ["ID", "Start time", "Email", "Name", OFTEN, "Points - x", TIME],
    ["1", "7/4/26 10:30", "anonymous", PERSON, "Weekly", "0", "Agree"],
    ["2", "7/4/26 10:31", "anonymous", PERSON, "", "0", " "],
    ["3", "7/4/26 10:32", "anonymous", PERSON, "Monthly", "0", ""],
]
Rows = list[list[str]]


def text(folder: Path, rows: Rows) -> SourceSettings:
    with (folder / "s.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return SourceSettings(file="s.csv")


def workbook(folder: Path, rows: Rows) -> SourceSettings:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "s.xlsx")
    return SourceSettings(file="s.xlsx")


def database(folder: Path, rows: Rows) -> SourceSettings:
    with closing(sqlite3.connect(folder / "s.db")) as connection:
        columns = ", ".join(f'"{name}"' for name in rows[0])
        connection.execute(f"CREATE TABLE s({columns})")
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO s VALUES ({marks})", rows[1:])
        connection.commit()
    return SourceSettings(file="s.db", table="s")


def server(folder: Path, rows: Rows) -> SourceSettings:
    database(folder, rows)
    (folder / "databases.toml").write_text('[cases]\nurl = "sqlite:///s.db"\n')
    (folder / "databases.toml").chmod(0o600)
    return SourceSettings(database="cases", table="s")


def parquet(folder: Path, rows: Rows) -> SourceSettings:
    text(folder, rows)
    with closing(duckdb.connect()) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{folder}/s.csv', all_varchar = true, header = true))"
            f" TO '{folder}/s.parquet' (FORMAT parquet)"
        )
    return SourceSettings(file="s.parquet")


def answers(
    folder: Path, source: SourceSettings, columns: Any = ("ID", "question", "answer"),
    limits: SourceLimits = LIMITS, **options: Any,
) -> RawTable:  # fmt: skip
    settings = WideSettings.model_validate({"question": QUESTION} | options)
    chosen = source.model_copy(update={"wide": settings})
    return read(chosen, folder, columns, limits, folder / "databases.toml")


def refusal(folder: Path, rows: Rows, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        answers(folder, text(folder, rows), **options)
    assert PERSON not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", [text, workbook, database, server, parquet])
def test_each_answer_becomes_a_row_with_its_question(
    tmp_path: Path, kind: Callable[[Path, Rows], SourceSettings]
) -> None:
    raw = answers(tmp_path, kind(tmp_path, FORMS))

    assert raw.frame.to_dict("list") == {
        "ID": ["1", "1", "3"],
        "question": ["Q01", "Q02", "Q01"],
        "answer": ["Weekly", "Agree", "Monthly"],
    }
    first = 1 if raw.parts[0].unit == "record" else 2
    assert raw.frame.index.tolist() == [first, first, first + 2]
    assert raw.parts[0].rows == 3
    assert {"question", "answer", "ID"} <= set(raw.parts[0].columns)


def test_only_what_is_wanted_stands_beside_the_answers(tmp_path: Path) -> None:
    some = answers(tmp_path, text(tmp_path, FORMS), ("ID", "question"))
    all_of_them = answers(tmp_path, text(tmp_path, FORMS), None)

    assert list(some.frame.columns) == ["ID", "question", "answer"]
    assert list(all_of_them.frame.columns) == [
        "ID", "Start time", "Email", "Name", "Points - x", "question", "answer",
    ]  # fmt: skip


def test_an_export_with_two_header_rows_is_read_by_question_and_sub_question(
    tmp_path: Path,
) -> None:
    rows = [
        ["UserID", "IP Address", "Started", "Ended", "2. How far do you agree?", "", "Other"],
        ["", "", "", "", "I have time", "It helps", ""],
        ["77", "0.0.0.0", "01/07/2026", "01/07/2026", "5", "", "x"],
        ["78", "0.0.0.0", "01/07/2026", "01/07/2026", "4", "3", ""],
    ]
    source = text(tmp_path, rows).model_copy(update={"header_rows": 2})
    question = {
        "How far do you agree?: I have time": "Q01",
        "how far do you agree?: It  helps": "Q02",
    }

    raw = answers(tmp_path, source, ("UserID", "question", "answer"), question=question)

    assert list(raw.frame.itertuples(name=None)) == [
        (3, "77", "Q01", "5"), (4, "78", "Q01", "4"), (4, "78", "Q02", "3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        f"  {OFTEN.upper()} ", OFTEN.replace(" ", "\u00a0"), f"3. {OFTEN}", f"Q3) {OFTEN}",
        f"Question 12: {OFTEN}", f"{OFTEN} (required)", f"{OFTEN} *", f"{OFTEN}*",
        OFTEN.replace(" ", "&nbsp;", 1), OFTEN.replace(" ", "\n"), f"3.\u00a0{OFTEN} (Required)",
    ],
)  # fmt: skip
def test_a_question_is_found_by_its_text_whatever_stands_around_it(
    tmp_path: Path, header: str
) -> None:
    rows = [[header if name == OFTEN else name for name in FORMS[0]], *FORMS[1:]]

    raw = answers(tmp_path, text(tmp_path, rows))

    assert raw.frame["question"].tolist() == ["Q01", "Q02", "Q01"]


def test_of_questions_that_differ_in_their_number_alone_the_very_text_counts(
    tmp_path: Path,
) -> None:
    rows = [["ID", "3. Why?", "5. Why?"], ["1", "a", "b"]]

    raw = answers(tmp_path, text(tmp_path, rows), question={"5. Why?": "Q05", "3. Why?": "Q03"})

    assert raw.frame["question"].tolist() == ["Q05", "Q03"]
    assert raw.frame["answer"].tolist() == ["b", "a"]


def test_the_new_columns_have_the_names_that_are_set(tmp_path: Path) -> None:
    rows = [["ID", "question", OFTEN, TIME], ["1", "x", "Weekly", "Agree"]]
    options = {"question_column": "item", "answer_column": "score"}

    raw = answers(tmp_path, text(tmp_path, rows), ("item", "score", "question"), **options)

    assert raw.frame.to_dict("list") == {
        "question": ["x", "x"], "item": ["Q01", "Q02"], "score": ["Weekly", "Agree"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        ([["ID", OFTEN], ["1", "x"]], {}, "s.csv: the question 'Q02' has not one column. Found: 0"),
        (
            [["ID", OFTEN, f"3. {TIME}", f"4. {TIME}"], ["1", "x", "y", "z"]], {},
            "the question 'Q02' has not one column. Found: 2",
        ),
        (
            [["ID", OFTEN, f"{TIME} now"], ["1", "x", "y"]], {},
            f"write '{TIME} now', if that is meant",
        ),
        (
            [["ID", OFTEN, TIME], ["1", "x", "y"]],
            {"question": {OFTEN: "Q01", f"1. {OFTEN}": "Q02"}},
            "the question 'Q02' has not one column",
        ),
        (
            [["answer", OFTEN, TIME], [PERSON, "x", "y"]], {},
            "the file has a column 'answer' of its own. Expected: another name for the new column."
            " What to do: set 'answer_column'",
        ),
        ([["ID", OFTEN, TIME], [PERSON, "", " "]], {}, "none of the questions has an answer"),
        (
            [["ID", OFTEN, TIME], ["1", "x", "y"], ["2", "x", "y"]],
            {"limits": SourceLimits(rows=3)}, "too many rows once its columns are rows",
        ),
        (
            [[PERSON], ["ID", OFTEN, TIME], ["1", "x", "y"]], {}, "set header_row = 2",
        ),
        (
            [["ID", OFTEN, TIME], ["1", "x", ""], ["2", "x", "y"]],
            {"question": {OFTEN: "Q01", TIME: "Q01"}},
            "s.csv, line 3: the mapping makes 2 columns the question 'Q01', and a row has an answer"
            " in more than one of them",
        ),
    ],
)  # fmt: skip
def test_an_export_that_does_not_fit_is_refused(
    tmp_path: Path, rows: Rows, options: dict[str, Any], says: str
) -> None:
    assert says in refusal(tmp_path, rows, **options)


def test_a_form_may_ask_a_question_in_two_branches(tmp_path: Path) -> None:
    rows = [["ID", OFTEN, TIME], ["1", "x", ""], ["2", " ", "y"]]

    raw = answers(tmp_path, text(tmp_path, rows), question={OFTEN: "Q01", TIME: "Q01"})

    assert raw.frame["answer"].tolist() == ["x", "y"]
    assert raw.frame["question"].tolist() == ["Q01", "Q01"]


def test_several_exports_become_one_with_the_rows_of_each(tmp_path: Path) -> None:
    text(tmp_path, FORMS)
    (tmp_path / "s.csv").rename(tmp_path / "r.csv")
    text(tmp_path, [["ID", TIME, OFTEN], ["9", "Agree", "Never"]])

    raw = answers(tmp_path, SourceSettings(files="?.csv"))

    assert raw.frame["ID"].tolist() == ["1", "1", "3", "9", "9"]
    assert raw.frame["question"].tolist() == ["Q01", "Q02", "Q01", "Q01", "Q02"]
    assert raw.origin.places([2, 3]) == "r.csv, line 4; s.csv, line 2"


cell = st.sampled_from(["", " ", "a", "b"])


@given(table=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8))
def test_as_many_rows_as_answers_and_each_answer_where_it_stood(
    table: list[tuple[str, str, str]],
) -> None:
    import pandas as pd

    index = pd.Index(range(2, len(table) + 2))
    frame = pd.DataFrame(table, columns=["id", "x", "y"], index=index, dtype="str")
    raw = RawTable(frame, (Part("s", len(table), ("id", "x", "y")),))
    want = [
        (line, row[0], code, answer)
        for line, row in zip(index, table, strict=True)
        for code, answer in (("X", row[1]), ("Y", row[2]))
        if answer.strip()
    ]

    try:
        long = wide.long(raw, WideSettings(question={"x": "X", "y": "Y"}), LIMITS)
    except InputError:
        assert not want
        return

    assert list(long.frame.itertuples(name=None)) == want
    assert long.parts[0].rows == len(want)
