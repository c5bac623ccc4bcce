"""`oversight-agent init` over a survey's sheet: no answer about a column is lost or made up."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.conversation import conversation
from support.interviews import Init, exports, new

SCALE = ("Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree")
COLUMNS = [f"Q{number}" for number in range(1, 7)]
GUESSED = {column: f"S0{column[1:]}" for column in COLUMNS}
WAVE = "wave = { constant = 2026-05-01 }\n"


def _sheet(folder: Path) -> None:
    """Columns that are called as the survey's numbers are, and so only guessed to be them."""
    with (folder / "Staff survey.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Respondent", "Completed on", *COLUMNS])
        for one in range(30):
            day = f"{1 + one % 28:02}/05/2026"
            rows.writerow([f"R{one}", day, *(SCALE[(one * 7 + n * 3) % 5] for n in range(6))])


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """An authority whose survey is all that it has."""
    return exports(tmp_path / "exports", _sheet)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the agent's folder will be."""
    return tmp_path / "agent"


def told(questions: Mapping[str, str], *, wave: bool = True) -> str:
    """A file of answers about the sheet."""
    pairs = ", ".join(f'{column} = "{number}"' for column, number in questions.items())
    said = f"[tables.survey_response]\nquestions = {{ {pairs} }}\n"
    return said + f"[tables.survey_response.fields]\n{WAVE}" * wave


def drawn(home: Path) -> tuple[dict[str, Any], list[str]]:
    """The mapping, and what it says is open of the sheet's columns."""
    text = (home / "mapping.toml").read_text("utf-8")
    wanted = [line for line in text.splitlines() if "question" in line and "open:" in line]
    return tomllib.loads(text), wanted


def answering(columns: Mapping[str, str], then: str = "?") -> Callable[[str], str]:
    """Answers, column by column, which question it is; the round is its day, the rest stays open.

    Args:
        columns: what is typed for a column.
        then: what is typed for any other column.
    """

    def answer(question: str) -> str:
        if "Is all of it right?" in question:
            return "0"
        for column in COLUMNS:
            if f"Which question is column '{column}'?" in question:
                return columns.get(column, then)
        return "1" if "Which column is wave?" in question else "?"

    return answer


# -------------------------------------------------------------------- in a terminal


def test_a_column_about_which_nobody_can_say_stays_open(home: Path, sheet: Path) -> None:
    columns = {"Q1": "1", "Q2": "0", "Q3": "1"}

    status, said = conversation(["init", *new(home, sheet)], answering(columns))

    mapping, still_open = drawn(home)
    assert status == 0, said
    # What Q1 is said to be is not offered for Q3: the first that is left is S02.
    assert mapping["tables"]["survey_response"]["wide"]["question"] == {"Q1": "S01", "Q3": "S02"}
    assert [line.split("? ")[1] for line in still_open] == [
        'Q4 = "S04"', 'Q5 = "S05"', 'Q6 = "S06"',
    ]  # fmt: skip


def test_a_column_whose_guess_is_taken_is_open_without_a_guess(home: Path, sheet: Path) -> None:
    status, said = conversation(["init", *new(home, sheet)], answering({"Q1": "4"}))

    mapping, still_open = drawn(home)
    assert status == 0, said
    assert mapping["tables"]["survey_response"]["wide"]["question"] == {"Q1": "S04"}
    assert '# open: which question is it? Q4 = ""' in still_open
    assert len(still_open) == 5


def test_a_sheet_about_which_nothing_is_said_waits_for_a_person(
    init: Init, home: Path, sheet: Path, tmp_path: Path
) -> None:
    (sheet / "teams.csv").write_text("Team code,Service\nT1,Assessment\nT2,Care leavers\n")

    result = init(*new(home, sheet), "--propose")

    mapping, still_open = drawn(home)
    assert result.status == 0
    assert "survey_response" not in mapping["tables"]
    assert len(still_open) == 7
    assert "say which columns are questions of the survey" in still_open[0]


def test_the_count_of_what_is_open_counts_the_columns(
    init: Init, home: Path, sheet: Path, tmp_path: Path
) -> None:
    (tmp_path / "said.toml").write_text(told({"Q1": "S01", "Q2": "S02"}))

    result = init(*new(home, sheet), "--answers", tmp_path / "said.toml")

    [row] = [line for line in result.out.splitlines() if line.startswith("survey_response")]
    assert row.split()[-1] == "4"


# -------------------------------------------------------------------- from a file


def test_each_answer_of_a_file_counts_and_the_rest_is_open(
    init: Init, home: Path, sheet: Path, tmp_path: Path
) -> None:
    (tmp_path / "said.toml").write_text(told({"Q1": "S01", "Q2": "S05", "Q3": ""}))

    result = init(*new(home, sheet), "--answers", tmp_path / "said.toml")

    mapping, still_open = drawn(home)
    assert result.status == 0, result.err
    assert mapping["tables"]["survey_response"]["wide"]["question"] == {"Q1": "S01", "Q2": "S05"}
    assert [line.split("? ")[1] for line in still_open] == [
        'Q4 = "S04"', 'Q5 = ""', 'Q6 = "S06"',
    ]  # fmt: skip


def test_a_sheet_without_any_question_is_no_survey(
    init: Init, home: Path, sheet: Path, tmp_path: Path
) -> None:
    (tmp_path / "said.toml").write_text(told(dict.fromkeys(COLUMNS, "")))

    result = init(*new(home, sheet), "--answers", tmp_path / "said.toml")

    assert result.status == 0, result.err
    assert "No table can be used yet" in result.out
    assert not (home / "mapping.toml").exists()


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        ({"Q1": "S03", "Q2": "S03"}, "'Q1' and 'Q2' as S03"),
        ({"Q1": "S99"}, "no such question of the survey"),
        ({"Q11": "S01"}, "no such question among the columns"),
    ],
)
def test_answers_about_columns_that_cannot_be_leave_nothing_behind(
    questions: dict[str, str], says: str, init: Init, home: Path, sheet: Path, tmp_path: Path
) -> None:
    (tmp_path / "said.toml").write_text(told(questions))

    result = init(*new(home, sheet), "--answers", tmp_path / "said.toml")

    assert result.status == 2
    assert says in result.err
    assert "write 'S0" not in result.err
    assert not home.exists()


def test_a_wrong_kind_of_answer_is_told_in_words(
    init: Init, home: Path, sheet: Path, tmp_path: Path
) -> None:
    (tmp_path / "said.toml").write_text('[tables.plan.fields.end]\nadd_days = "x"\n')

    result = init(*new(home, sheet), "--answers", tmp_path / "said.toml")

    assert result.status == 2
    assert "1 if the column holds the last day, else 0" in result.err


def test_answers_about_the_columns_of_no_survey_say_so(
    init: Init, home: Path, tmp_path: Path
) -> None:
    data = tmp_path / "exports"
    data.mkdir()
    (data / "teams.csv").write_text("Team code,Service\nT1,Assessment\nT2,Care leavers\n")
    (tmp_path / "said.toml").write_text(
        '[tables.survey_response]\nsource = "teams.csv"\nquestions = { Service = "S01" }\n'
    )

    result = init(*new(home, data), "--answers", tmp_path / "said.toml")

    assert result.status == 2
    assert "no column of the source looks like a question" in result.err
    assert "one of ." not in result.err


def test_a_mapping_that_cannot_be_is_told_before_anything_is_made(
    init: Init, home: Path, sheet: Path, tmp_path: Path
) -> None:
    said = told({"Q1": "S01"}).replace("2026-05-01", '"May"')
    (tmp_path / "said.toml").write_text(said)

    result = init(*new(home, sheet), "--answers", tmp_path / "said.toml")

    assert result.status == 2
    assert "the part [tables.survey_response.fields] that comes of them" in result.err
    assert "line " not in result.err
    assert "Made the agent's folder" not in result.out
    assert not home.exists()
