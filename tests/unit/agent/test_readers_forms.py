"""What the mapping leaves open is decided by the file alone, or refused; headers may have rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from oversight_agent.readers import read
from oversight_agent.readers.headings import one_header
from oversight_agent.sources import SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError

PERSON = "Ottoline"

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def read_text(folder: Path, content: str | bytes, columns: Any = None, **options: Any) -> RawTable:
    data = content.encode() if isinstance(content, str) else content
    (folder / "log.csv").write_bytes(data)
    return read(SourceSettings(file="log.csv", **options), folder, columns)


def refusal(folder: Path, source: SourceSettings) -> str:
    with pytest.raises(InputError) as caught:
        read(source, folder)
    assert PERSON not in str(caught.value)
    return str(caught.value)


# ---------------------------------------------------------------------- delimiter and encoding


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_any_common_text_is_read_without_a_word_in_the_mapping(
    tmp_path: Path, mark: str, encoding: str
) -> None:
    text = mark.join(["id", "Größe"]) + "\r\n" + mark.join(["1", f'"a{mark}b\nc"']) + "\r\n"

    raw = read_text(tmp_path, text.encode(encoding))

    assert raw.frame.to_dict("list") == {"id": ["1"], "Größe": [f"a{mark}b\nc"]}


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("id;name, first;day\n1;x;y\n2;a, b;c\n", ("id", "name, first", "day")),
        ("name, first;role|kind\nx;y\nz;w\n", ("name, first", "role|kind")),
        ('"a;b";c;d\n1;2;3\n', ("a;b", "c", "d")),
        ("sep=;\na,b;c\n1;2\n", ("a,b", "c")),
        ("sep=^\na,b^c\n1^2\n", ("a,b", "c")),
        ("word\n1,2 words\n".replace("1,2", "12"), ("word",)),
    ],
)
def test_the_delimiter_is_the_one_that_the_header_can_only_mean(
    tmp_path: Path, text: str, columns: tuple[str, ...]
) -> None:
    assert read_text(tmp_path, text).parts[0].columns == columns


@pytest.mark.parametrize(
    "text",
    ["a,b;c\n1,2;3\n", f"a,b;c,d\n{PERSON},x;y,z\n", "a,b;c\n1;2;3,4,5\n"],
)
def test_a_delimiter_in_doubt_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.csv").write_text(text)

    message = refusal(tmp_path, SourceSettings(file="log.csv"))

    assert "it is in doubt which character stands between the values" in message
    assert "write 'delimiter = " in message


def test_what_the_mapping_says_wins_over_the_header(tmp_path: Path) -> None:
    raw = read_text(tmp_path, "a,b;c\n1,2;3\n", delimiter=";")

    assert raw.frame.to_dict("list") == {"a,b": ["1,2"], "c": ["3"]}


cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=5)


@same_folder
@given(
    header=st.lists(cell.filter(str.strip), min_size=2, max_size=3),
    rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=5),
    mark=st.sampled_from(",;\t|"),
)
def test_a_delimiter_that_is_decided_is_the_one_that_was_written(
    tmp_path: Path, header: list[str], rows: list[tuple[str, str, str]], mark: str
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=mark, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([("k", *row[1:])[: len(header)] for row in rows])
    assume(not file.getvalue().lower().lstrip('"').startswith("sep="))

    try:
        raw = read_text(tmp_path, file.getvalue())
    except InputError:
        return

    assert raw.parts[0].columns == tuple(" ".join(name.split()) for name in header)
    assert [list(row) for row in raw.frame.itertuples(index=False)] == [
        list(("k", *row[1:])[: len(header)]) for row in rows
    ]


# ---------------------------------------------------------------------- headers of several rows


def test_a_name_above_stands_for_the_empty_cells_to_its_right(tmp_path: Path) -> None:
    text = (
        "UserID,Started,How often?,,,Grade,\n"
        ',,Weekly,Monthly,"Less\n often",Grade,Why\n'
        "1,2,3,4,5,6,7\n\n8,9,,,,,\n"
    )

    raw = read_text(tmp_path, text, header_rows=2)

    assert raw.parts[0].columns == (
        "UserID", "Started", "How often?: Weekly", "How often?: Monthly",
        "How often?: Less often", "Grade", "Grade: Why",
    )  # fmt: skip
    assert raw.frame.index.tolist() == [4, 6]
    assert raw.frame["Grade: Why"].tolist() == ["7", ""]


def write(folder: Path, rows: list[list[Any]], *merged: str) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for one in merged:
        book.active.merge_cells(one)
    book.save(folder / "audit.xlsx")


def test_a_merged_cell_above_names_its_columns_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        [
            ["Audits of 2026"],
            ["Case", "Grade", None, None, None],
            ["id", "File", "Outcome", "By", "On"],
            [None, None, None, None, None],
            [1, "Good", "Poor", "x", "y"],
        ],
        "A1:E1", "B2:C2", "A5:B5",
    )  # fmt: skip

    raw = read(SourceSettings(file="audit.xlsx", header_row=2, header_rows=2), tmp_path)

    assert raw.parts[0].columns == ("Case: id", "Grade: File", "Grade: Outcome", "By", "On")
    assert raw.frame.index.tolist() == [5]
    assert raw.frame["Grade: Outcome"].tolist() == ["Poor"]


def test_a_workbook_without_merged_cells_is_read_as_text_is(tmp_path: Path) -> None:
    write(tmp_path, [["Id", "Grade", None], [None, "File", "Outcome"], [1, 2, 3]])

    raw = read(SourceSettings(file="audit.xlsx", header_rows=2), tmp_path)

    assert raw.parts[0].columns == ("Id", "Grade: File", "Grade: Outcome")


def test_cells_merged_downwards_and_across_three_rows_are_named_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        [["Id", "Audit", None], [None, "Grade", None], [None, "File", "Outcome"], [1, 2, 3]],
        "A1:A3", "B1:C1", "B2:C2",
    )  # fmt: skip

    raw = read(SourceSettings(file="audit.xlsx", header_rows=3), tmp_path)

    assert raw.parts[0].columns == ("Id", "Audit: Grade: File", "Audit: Grade: Outcome")


def test_a_header_of_several_rows_that_leaves_no_rows_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [["a", "b"], [PERSON, "2"]])
    (tmp_path / "log.csv").write_text(f"a,b\n{PERSON},2\n")

    for name in ("audit.xlsx", "log.csv"):
        message = refusal(tmp_path, SourceSettings(file=name, header_rows=2))
        assert "has a header but no rows" in message


@given(
    rows=st.lists(st.lists(cell, max_size=5), min_size=1, max_size=3),
    merged=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 9)), max_size=2),
)
def test_any_header_gives_a_name_for_each_column(
    rows: list[list[str]], merged: list[tuple[int, int, int]]
) -> None:
    width = max(map(len, rows))
    spans = [one for one in merged if one[0] < len(rows) and one[1] <= one[2] and one[1] < width]

    names = one_header(rows, spans)

    assert len(names) == width


# ---------------------------------------------------------------------- a folder


def fill(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        (folder / name).write_text(f"a\n{number}\n")


def test_all_files_of_a_folder_are_one_source_and_what_programs_leave_is_passed_over(
    tmp_path: Path,
) -> None:
    left = ("~$b.csv", ".b.csv", "b.tmp", ".~lock.b.csv#", "Thumbs.db", "b.csv~", "desktop.ini")
    fill(tmp_path / "log", "b.csv", "a.TXT", *left)
    fill(tmp_path / "log" / "old", "c.csv")

    raw = read(SourceSettings(folder="log"), tmp_path)

    assert [part.file for part in raw.parts] == ["log/a.TXT", "log/b.csv"]
    assert raw.frame["a"].tolist() == ["1", "0"]


def test_a_format_that_is_stated_holds_for_all_files_of_a_folder(tmp_path: Path) -> None:
    fill(tmp_path / "log", "a.out", "b.csv")

    raw = read(SourceSettings(folder="log", format="delimited"), tmp_path)

    assert [part.file for part in raw.parts] == ["log/a.out", "log/b.csv"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (
            ("a.csv", "b.xlsx"),
            "log: the folder mixes formats. Found: log/a.csv (delimited), log/b.",
        ),
        (("a.csv", "b.pdf"), "log: the folder holds files of an unknown format. Found: log/b.pdf."),
        (("~$a.xlsx", "b.tmp"), "log: the folder holds no source. Found: b.tmp, ~$a.xlsx."),
        ((), "log: the folder holds no source. Found: no file; folders inside it are not looked"),
    ],
)
def test_a_folder_that_is_no_one_source_is_refused(
    tmp_path: Path, names: tuple[str, ...], says: str
) -> None:
    fill(tmp_path / "log", *names)

    message = refusal(tmp_path, SourceSettings(folder="log"))

    assert message.startswith(says)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, "log")

    assert refusal(tmp_path, SourceSettings(folder="log")).startswith(
        "log: there is no such folder"
    )
