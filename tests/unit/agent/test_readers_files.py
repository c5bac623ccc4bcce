"""Several files are one source, odd exports are read, and a likely wrong setting is named."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.problems import Origin, Part, SourceError, problem_of
from oversight_agent.readers import read
from oversight_agent.readers.layout import scan
from oversight_agent.readers.request import Request
from oversight_agent.sources import LIMITS, SourceLimits, SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError

PERSON = "Ottoline"

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name.replace('_', ' ')}.csv").write_text(text, encoding="utf-8")


def read_text(folder: Path, content: str | bytes, columns: Any = None, **options: Any) -> RawTable:
    data = content.encode() if isinstance(content, str) else content
    (folder / "log.csv").write_bytes(data)
    return read(SourceSettings(file="log.csv", **options), folder, columns)


def refusal(folder: Path, content: str | bytes, columns: Any = None, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_text(folder, content, columns, **options)
    return str(caught.value)


# ---------------------------------------------------------------------- several files


def test_several_files_are_one_source_in_the_order_of_the_mapping(tmp_path: Path) -> None:
    write(tmp_path, Q1="a,b\n1,x\n\n2,y\n", Q2="c,b,a\n.,z,3\n")

    raw = read(SourceSettings(files=["Q2.csv", "Q1.csv"]), tmp_path)

    assert raw.frame.to_dict("list") == {"b": ["z", "x", "y"], "a": ["3", "1", "2"]}
    assert raw.frame.index.tolist() == [2, 2, 4]
    assert raw.origin.places([0, 1, 2]) == "Q2.csv, line 2; Q1.csv, line 2; Q1.csv, line 4"


def test_a_pattern_finds_files_by_name_and_leaves_out_what_programs_leave_behind(
    tmp_path: Path,
) -> None:
    write(tmp_path, sup_2="a\n2\n", sup_1="a\n1\n", other="a\n9\n")
    for name in ("~$sup 3.csv", ".~lock.sup 1.csv", ".sup.csv"):
        (tmp_path / name).write_text("a\n9\n")
    (tmp_path / "sup 4.csv").mkdir()

    raw = read(SourceSettings(files="*sup*.csv"), tmp_path)

    assert [part.file for part in raw.parts] == ["sup 1.csv", "sup 2.csv"]
    assert raw.frame["a"].tolist() == ["1", "2"]


def test_a_pattern_may_name_a_folder(tmp_path: Path) -> None:
    for year in ("2025", "2026"):
        (tmp_path / year).mkdir()
        write(tmp_path / year, log=f"a\n{year}\n")

    raw = read(SourceSettings(files="*/log.csv"), tmp_path)

    assert [part.file for part in raw.parts] == ["2025/log.csv", "2026/log.csv"]


def locked(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Folders that this process may not look into, even if it may do anything else."""
    access, stat, scan = os.access, Path.stat, Path.iterdir

    def inside(path: Any) -> bool:
        return any(Path(path).is_relative_to(one) for one in folders)

    def allowed(path: Any, mode: int, **options: Any) -> bool:
        return not inside(path) and access(path, mode, **options)

    def stat_of(path: Path, **options: Any) -> os.stat_result:
        if inside(path.parent):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    def listed(path: Path) -> Any:
        if inside(path):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "access", allowed)
    monkeypatch.setattr(Path, "stat", stat_of)
    monkeypatch.setattr(Path, "iterdir", listed)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"folder": "logs"}, "logs"),
        ({"files": "logs/*.csv"}, "logs"),
        ({"files": "l*/*.csv"}, "logs"),
        ({"files": "logs/more/*.csv"}, "logs"),
        ({"file": "logs/Q1.csv"}, "logs/Q1.csv"),
    ],
)
def test_a_folder_that_may_not_be_opened_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], name: str
) -> None:
    (tmp_path / "logs" / "more").mkdir(parents=True)
    (tmp_path / "logs" / "Q1.csv").write_text("a\n1\n")
    locked(monkeypatch, tmp_path / "logs")

    with pytest.raises(InputError) as caught:
        read(SourceSettings(**options), tmp_path)

    assert str(caught.value).startswith(f"{name}: ")
    assert "may not be opened" in str(caught.value)
    assert "the right to open" in caught.value.advice
    assert str(tmp_path) not in str(caught.value)


def test_a_data_folder_that_may_not_be_opened_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    locked(monkeypatch, tmp_path / "data")

    with pytest.raises(InputError, match=r"^the data folder: the folder may not be opened"):
        read(SourceSettings(files="*.csv"), tmp_path / "data")


def test_a_folder_on_a_disk_that_fails_is_told_as_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()

    def fails(_: Path) -> None:
        raise OSError(5, "Input/output error", str(tmp_path))

    monkeypatch.setattr(Path, "iterdir", fails)

    with pytest.raises(InputError, match=r"^logs: the folder could not be read") as caught:
        read(SourceSettings(folder="logs"), tmp_path)

    assert str(tmp_path) not in str(caught.value)


def test_files_of_different_formats_are_one_source(tmp_path: Path) -> None:
    write(tmp_path, Q1="a\n1\n")
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append([2])
    book.save(tmp_path / "Q2.xlsx")

    raw = read(SourceSettings(files=["Q1.csv", "Q2.xlsx"]), tmp_path)

    assert raw.frame["a"].tolist() == ["1", "2"]
    assert [part.unit for part in raw.parts] == ["line", "row"]


@pytest.mark.parametrize(
    ("options", "limits", "says"),
    [
        ({"files": "none *.csv"}, LIMITS, "none *.csv: no file fits this name. Found: none"),
        ({"files": ["Q1.csv", "Q9.csv"]}, LIMITS, "Q9.csv: there is no such file"),
        ({"files": "*.csv"}, SourceLimits(files=1), "*.csv: these are too many files. Found: 2"),
        ({"files": "*.csv"}, SourceLimits(rows=2), "Q2.csv: the files have too many rows together"),
    ],
)
def test_files_that_cannot_be_one_source_are_refused(
    tmp_path: Path, options: dict[str, Any], limits: SourceLimits, says: str
) -> None:
    write(tmp_path, Q1="a\n1\n2\n", Q2="a\n1\n")

    with pytest.raises(InputError) as caught:
        read(SourceSettings(**options), tmp_path, limits=limits)

    assert str(caught.value).startswith(says)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_each_row_knows_its_file_and_number(sizes: list[int]) -> None:
    parts = tuple(Part(f"{n}", size, ()) for n, size in enumerate(sizes))
    want = [(f"{n}", 10 * n + row) for n, size in enumerate(sizes) for row in range(size)]

    origin = Origin(parts, [number for _, number in want])

    assert [
        (origin.part(position).file, origin.numbers[position]) for position in range(len(want))
    ] == want


# ---------------------------------------------------------------------- odd exports


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("\ufeffid;day\r\n1;x\r\n".encode(), {"delimiter": ";"}),
        ("id\tday\r\n1\tx\r\n".encode("utf-16"), {"delimiter": "\t", "encoding": "utf-16"}),
        (b"sep=;\r\nid;day\r\n1;x\r\n", {"delimiter": ";"}),
        (b'"sep=;"\nid;day\n1;x\n', {"delimiter": ";", "header_row": 2}),
        (b'\xef\xbb\xbfsep=,\n"id",day\n1,x\n', {}),
        (b"Report, of \"all\n\n,,,\nid,day\n1,x\n", {"header_row": 4}),
        (b'" id\n","day "\n1,x\n', {}),
    ],
)  # fmt: skip
def test_an_odd_export_is_read(tmp_path: Path, content: bytes, options: dict[str, Any]) -> None:
    raw = read_text(tmp_path, content, **options)

    assert raw.frame.to_dict("list") == {"id": ["1"], "day": ["x"]}
    assert raw.frame.index.tolist() == [content.count(b"\n")]


def test_names_are_matched_after_trimming_and_collapsing_white_space(tmp_path: Path) -> None:
    raw = read_text(tmp_path, '"Child\n  ID ",x\u00a0 y\n1,2\n', ["Child ID", "x y"])

    assert raw.frame.to_dict("list") == {"Child ID": ["1"], "x y": ["2"]}


def test_only_the_columns_that_are_wanted_are_read(tmp_path: Path) -> None:
    raw = read_text(tmp_path, f'a,note,b\n1,"{PERSON}, {PERSON}",2\n\n3,,4\n', ["b", "c"])

    assert raw.frame.to_dict("list") == {"b": ["2", "4"]}
    assert raw.frame.index.tolist() == [2, 4]
    assert raw.parts[0].columns == ("a", "note", "b")


def test_a_source_without_any_wanted_column_still_has_its_rows(tmp_path: Path) -> None:
    assert read_text(tmp_path, "a\n1\n\n2\n", ["b"]).frame.index.tolist() == [2, 4]


# ---------------------------------------------------------------------- likely settings


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (
            "a;b;c\n1;2,5;3\n",
            {"delimiter": ","},
            "the header holds ; 2 times: is the delimiter ';'?",
        ),
        (
            "a\tb\n1\t2,5\n",
            {"delimiter": ","},
            'the header holds tabs once: is the delimiter "\\t"?',
        ),
        (f"{PERSON}\n\nid,day\n1,2\n", {}, "row 3 holds the mapping's columns: set header_row = 3"),
        (f"{PERSON}, x\n\nid;day\n1;2\n", {}, "row 3 holds the mapping's columns"),
        (f"{PERSON},\n\nid,day\n1,2\n", {}, "row 3 holds the mapping's columns"),
        ("x,y\n1,2\n3", {}, "the file was cut off in this row: export it again"),
        ("id,day\n1,2\n", {"header_row": 7}, "correct header_row in the mapping, or leave it out"),
        ("a\n\nb\n1\n", {"header_row": 2}, "line 2: there is no header in the row that the map"),
        (
            "sep=;\na;b\n1;2\n",
            {"delimiter": ","},
            "set the delimiter in the mapping to the one that the first",
        ),
        ("a\n\u00e9\n".encode("cp1252"), {}, "line 2: the file is not in the encoding utf-8."),
        ("a\n\u00e9\n".encode("cp1252"), {}, "it is likely cp1252"),
        ("a\n\u00e9\n".encode("utf-16"), {"encoding": "utf-8"}, "it is likely utf-16"),
        ("a\n\u00e9\n".encode("utf-32"), {"encoding": "utf-8"}, "it is likely utf-32"),
        (f"a,b\n1,2,3\n{'x' * 200_000}\n", {}, "check the delimiter in the mapping"),
        (b"PAR1\0", {}, "set format = 'parquet'"),
        ("a\n\u00e9\n".encode("utf-16"), {"encoding": "cp1252"}, "it is likely utf-16"),
        ("a\n\u00e9\n".encode(), {"encoding": "cp1252"}, "it is likely utf-8"),
        ("\ufeffa\n1\n".encode(), {"encoding": "cp1252"}, "it is likely utf-8"),
        (b"PK\x03\x04\0\0", {}, "set format = 'workbook'"),
        (b"SQLite format 3\0", {}, "set format = 'sqlite'"),
        (b"\xd0\xcf\x11\xe0\0", {}, "set format = 'workbook'"),
    ],
)
def test_a_setting_that_is_likely_wrong_is_named(
    tmp_path: Path, content: str | bytes, options: dict[str, Any], says: str
) -> None:
    message = refusal(tmp_path, content, ["id", "day"], **options)

    assert says in message
    assert PERSON not in message


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("a^b,c\n1^2,3\n", ""),
        ("sep=^\na;b;c\n1;2;3\n", "the header holds ; 2 times: is the delimiter ';'?"),
        (f"x,{PERSON}\nid,day\n1,2\n", "row 2 holds the mapping's columns: set header_row = 2"),
        ("id,date\n1,2\n", ""),
        ("id,day\n1,2\nid,day\n", ""),
    ],
)
def test_a_missing_column_comes_with_a_hint_if_a_setting_is_likely_wrong(
    tmp_path: Path, content: str, hint: str
) -> None:
    raw = read_text(tmp_path, content, ["id", "day"])

    assert raw.parts[0].hint == hint


def test_an_error_becomes_a_problem_with_its_place() -> None:
    error = SourceError("cut off", file="a.db, table t", row=3, unit="record", found="x")

    problem = problem_of(error)

    assert (problem.place, problem.found) == ("a.db, table t, record 3", "cut off: x")
    assert problem.expected == "a source that can be read"
    assert problem_of(InputError("too short", where="secret")).place == "secret"


# ---------------------------------------------------------------------- the form, counted


def plain_form(text: str) -> list[tuple[int, int, bool]] | None:
    """Each record's line, width and whether it holds anything, by the library alone."""
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    records, line = [], 1
    try:
        for record in reader:
            records.append((line, len(record), any(map(str.strip, record))))
            line = reader.line_num + 1
    except csv.Error:
        return None
    return records


texts = st.lists(
    st.sampled_from(
        ["a", "b,", ",", '"', '""', "\n", " ", "\u00a0", '"x"', '"\n"', "\x1c", "\u2028"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(body=texts)
def test_counting_delimiters_proves_the_same_form_as_the_library(body: str) -> None:
    text = "a,b\n" + body
    request = Request(SourceSettings(file="x"), "x", Path("x"), None, LIMITS)
    form = plain_form(text)
    want = form and [line for line, _, held in form[1:] if held]
    sound = form is not None and all(
        width == 2 or (not held and width < 2) for _, width, held in form
    )

    try:
        layout = scan(text.encode(), request)
    except InputError:
        assert not sound or not want
        return

    assert sound
    assert list(layout.lines) == want
    assert layout.is_row == [held for _, _, held in (form or [])[1:]]
