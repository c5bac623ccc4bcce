"""Delimited text is read as it stands, or refused with file, line and advice, never a value."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from oversight_agent.readers import read
from oversight_agent.sources import SourceLimits, SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError

SOURCE = SourceSettings(file="log.csv")
PERSON = "Ottoline"

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def read_text(folder: Path, content: str | bytes, **options: str) -> RawTable:
    data = content.encode() if isinstance(content, str) else content
    (folder / "log.csv").write_bytes(data)
    return read(SourceSettings(file="log.csv", **options), folder)


def refusal(folder: Path, content: str | bytes, **options: str) -> str:
    with pytest.raises(InputError) as caught:
        read_text(folder, content, **options)
    return str(caught.value)


def test_every_value_is_text_as_it_stands(tmp_path: Path) -> None:
    raw = read_text(tmp_path, "a,b,c\n007,NA, x \n,1.0,null\n")

    assert raw.frame.to_dict("list") == {"a": ["007", ""], "b": ["NA", "1.0"], "c": [" x ", "null"]}
    assert [(part.file, part.rows, part.unit) for part in raw.parts] == [("log.csv", 2, "line")]


def test_the_index_is_the_line_on_which_a_record_starts(tmp_path: Path) -> None:
    text = '\na,b\n1,"two\nlines"\n\n2,x\n ,\n3,"three\n\nlines"\n4,y'

    raw = read_text(tmp_path, text)

    assert raw.frame.index.tolist() == [3, 6, 8, 11]
    assert raw.frame["a"].tolist() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_kind_of_line_end_does_not_matter(tmp_path: Path, line_end: str) -> None:
    raw = read_text(tmp_path, f'a,b{line_end}1,"x{line_end}y"{line_end}2,z{line_end}')

    assert raw.frame.index.tolist() == [2, 4]
    assert raw.frame["b"].tolist() == ["x\ny", "z"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "latin-1"])
def test_the_declared_encoding_is_used(tmp_path: Path, encoding: str) -> None:
    raw = read_text(tmp_path, "Größe;é\n1;ü\n".encode(encoding), encoding=encoding, delimiter=";")

    assert raw.frame.to_dict("list") == {"Größe": ["1"], "é": ["ü"]}


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    raw = read_text(tmp_path, b'\xef\xbb\xbf"a",b\n1,2\n', encoding="utf-8")

    assert list(raw.frame.columns) == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "log.csv: the file is empty"),
        ("\n \n,,\n", "log.csv: the file is empty"),
        ("a,b\n", "log.csv: the file has a header but no rows"),
        (f"a,b\n1,{PERSON},3\n", "log.csv, line 2: the row has too many values. Found: 3"),
        (f'a,b\n"\n",1\n{PERSON}\n', "log.csv, line 4: the row has too few values. Found: 1"),
        (f"{PERSON},x,{PERSON}\n1,2,3\n", "line 1: columns 1 and 3 have the same name"),
        (f"{PERSON}, \n1,2\n", "line 1: column 2 has no name"),
        (f'a,b\n1,2\n1,"{PERSON}\n3,4\n', "line 3: a quoted value that starts here"),
        (f'a,b\n1,"{PERSON}" x\n', "line 2: a quoted value that starts here"),
        (f'a,b\n1,"{"x" * 200_000}"\n', "line 2: a quoted value that starts here"),
        (f"a,b\n1,{PERSON}\0\n", "line 2: the file holds a zero byte"),
        (f"a,b\n1,{PERSON}\n2,\xe9\n".encode("cp1252"), "line 3: the file is not in the encoding"),
        ("a,b\n1,2\n".encode("utf-16-le"), "line 1: the file holds a zero byte"),
    ],
)
def test_a_malformed_file_is_refused_by_line_without_a_value(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    message = refusal(tmp_path, content)

    assert says in message
    assert "What to do:" in message
    assert PERSON not in message


def test_a_missing_file_is_refused_by_its_name_alone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^log\.csv: there is no such file") as caught:
        read(SOURCE, tmp_path)

    assert str(tmp_path) not in str(caught.value)


def test_a_folder_is_not_a_source(tmp_path: Path) -> None:
    (tmp_path / "log.csv").mkdir()

    with pytest.raises(InputError, match=r"this is not a file. Found: a folder"):
        read(SOURCE, tmp_path)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log.csv")

    with pytest.raises(InputError, match="this is not a file"):
        read(SOURCE, tmp_path)


def test_a_file_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log.csv").write_text("a\n1\n")

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(Path, "open", denied)

    with pytest.raises(InputError, match=r"^log\.csv: the file may not be read") as caught:
        read(SOURCE, tmp_path)

    assert "close the program that has it open" in caught.value.advice


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (SourceLimits(bytes=11), "too large"),
        (SourceLimits(rows=1), "too many rows"),
        (SourceLimits(columns=1), "too many columns"),
    ],
)
def test_a_source_over_a_limit_is_refused(tmp_path: Path, limits: SourceLimits, says: str) -> None:
    (tmp_path / "log.csv").write_text("a,b\n1,2\n3,4\n")

    with pytest.raises(InputError, match=says):
        read(SOURCE, tmp_path, limits=limits)


def test_blank_lines_count_towards_the_limit_of_rows(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("a,b\n1,2\n\n\n")

    with pytest.raises(InputError, match="too many rows"):
        read(SOURCE, tmp_path, limits=SourceLimits(rows=2))


def test_wide_lines_without_values_before_the_header_are_passed_over(tmp_path: Path) -> None:
    raw = read_text(tmp_path, ',,,\n"\n"\na,b\n1,2\n')

    assert raw.frame.to_dict("list") == {"a": ["1"], "b": ["2"]}
    assert raw.frame.index.tolist() == [5]


def test_a_source_at_its_limits_is_read(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("a,b\n1,2\n3,4\n")

    raw = read(SOURCE, tmp_path, limits=SourceLimits(bytes=12, rows=2, columns=2))

    assert len(raw.frame) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"file": ""},
        {"file": "/etc/log.csv"},
        {"file": "../log.csv"},
        {"file": "a\\..\\..\\log.csv"},
        {"file": "C:\\log.csv"},
        {"file": "log\0.csv"},
        {"file": "log.csv", "encoding": "no-such-encoding"},
        {"file": "log.csv", "encoding": "hex"},
        {"file": "log.csv", "delimiter": ";;"},
        {"file": "log.csv", "delimiter": '"'},
        {"file": "log.csv", "delimiter": "\n"},
        {"file": "log.csv", "quote": "'"},
    ],
)
def test_settings_that_name_no_text_inside_the_folder_do_not_load(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SourceSettings.model_validate(options)


def test_a_raw_table_shows_no_content(tmp_path: Path) -> None:
    raw = read_text(tmp_path, f"a\n{PERSON}\n")

    assert PERSON not in repr(raw)


cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=6)


@same_folder
@given(rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=6), quote=st.booleans())
@example(rows=[("\ufeff", '"', "\n"), (" ", "a", ",")], quote=False)
def test_what_was_written_is_read_at_its_lines(
    tmp_path: Path, rows: list[tuple[str, str, str]], quote: bool
) -> None:
    rows = [("k", *row[1:]) for row in rows]
    file = io.StringIO(newline="")
    writer = csv.writer(
        file, lineterminator="\n", quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    )
    writer.writerow(["a", "b", "c"])
    starts = []
    for row in rows:
        starts.append(file.getvalue().count("\n") + 1)
        writer.writerow(row)

    raw = read_text(tmp_path, file.getvalue())

    assert list(raw.frame.itertuples(index=False, name=None)) == rows
    assert raw.frame.index.tolist() == starts


pieces = st.lists(
    st.sampled_from([b"a", b"b,", b",", b'"', b'""', b"\n", b"\r\n", b"\r", b" ", b"\xff", b"\0"]),
    max_size=30,
).map(b"".join)


@same_folder
@given(
    content=pieces | st.binary(max_size=60), encoding=st.sampled_from(["utf-8", "utf-16", "utf-7"])
)
@example(content=b'a\n""\n', encoding="utf-8")
@example(content=b"+2AA-,b\n1,2\n", encoding="utf-7")
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes, encoding: str) -> None:
    try:
        raw = read_text(tmp_path, content, encoding=encoding)
    except InputError:
        return

    assert not raw.frame.isna().to_numpy().any()
    assert raw.frame.index.is_monotonic_increasing
    assert (raw.frame != "").to_numpy().any(axis=1).all()
