"""A sheet is read as a person reads it, at the rows that the program shows, or refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from oversight_agent.readers import read
from oversight_agent.readers.values import as_text
from oversight_agent.sources import SourceLimits, SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError

PERSON = "Ottoline"
MORNING = datetime(2026, 7, 4, 10, 30)
Fill = Callable[[Worksheet], None]

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def rows(*lines: list[Any]) -> Fill:
    def fill(sheet: Worksheet) -> None:
        for line in lines:
            sheet.append(line)

    return fill


def write(folder: Path, **sheets: Fill) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, fill in sheets.items():
        fill(book.create_sheet(name.replace("_", " ")))
    path = folder / "audits.xlsx"
    book.save(path)
    return path


def read_book(folder: Path, **options: Any) -> RawTable:
    columns = options.pop("columns", None)
    limits = options.pop("limits", SourceLimits())
    return read(SourceSettings(file="audits.xlsx", **options), folder, columns, limits)


def refusal(folder: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_book(folder, **options)
    return str(caught.value)


def test_every_cell_is_the_text_that_a_person_reads(tmp_path: Path) -> None:
    values = [
        *[7, 0.25, 0.1 + 0.2, 100000000001, True, "007", " x ", None],
        *[date(2026, 7, 4), MORNING, time(9, 5)],
    ]
    write(tmp_path, A=rows([f"c{n}" for n in range(len(values))], values))

    raw = read_book(tmp_path)

    assert raw.frame.iloc[0].tolist() == [
        *["7", "0.25", "0.3", "100000000001", "TRUE", "007", " x ", ""],
        *["2026-07-04", "2026-07-04 10:30:00", "09:05:00"],
    ]


def test_how_the_sheet_shows_a_date_does_not_matter(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(["day"], [date(2026, 7, 4)])(sheet)
        sheet["A2"].number_format = 'dddd, d "of" mmmm yy'

    write(tmp_path, A=fill)

    assert read_book(tmp_path).frame["day"].tolist() == ["2026-07-04"]


def test_titles_and_blank_rows_do_not_move_the_row_numbers(tmp_path: Path) -> None:
    sheet = rows(
        [], ["Audits of 2026"], [], [None, "Child\n id ", "Grade", None],
        [], [None, "1", "Good"], ["", " ", None], [None, "2", "Poor"], [], [" "],
    )  # fmt: skip
    write(tmp_path, A=sheet)

    raw = read_book(tmp_path, header_row=4)

    assert raw.frame.to_dict("list") == {"Child id": ["1", "2"], "Grade": ["Good", "Poor"]}
    assert raw.frame.index.tolist() == [6, 8]
    assert [(part.file, part.unit) for part in raw.parts] == [("audits.xlsx, sheet A", "row")]


def test_only_the_columns_that_are_wanted_are_read(tmp_path: Path) -> None:
    write(tmp_path, A=rows(["id", "note", "note"], ["1", PERSON, PERSON]))

    raw = read_book(tmp_path, columns=["id", "grade"])

    assert list(raw.frame.columns) == ["id"]
    assert raw.parts[0].columns == ("id", "note", "note")


def test_a_merged_cell_has_its_value_in_its_first_cell_only(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(["a", "b"], ["x", None], ["y", "z"])(sheet)
        sheet.merge_cells("A2:A3")

    write(tmp_path, A=fill)

    assert read_book(tmp_path).frame["a"].tolist() == ["x", ""]


def test_an_error_cell_is_a_value_like_any_other_text(tmp_path: Path) -> None:
    write(tmp_path, Other=rows(["#REF!"]), A_1=rows(["a", "b"], ["#N/A", 1], [2, "#DIV/0!"]))

    raw = read_book(tmp_path, sheet="A 1")

    assert raw.frame.to_dict("list") == {"a": ["#N/A", "2"], "b": ["1", "#DIV/0!"]}


def test_a_formula_has_the_value_last_computed(tmp_path: Path) -> None:
    path = write(tmp_path, A=rows(["a"], ["=1+1"]))
    parts = {}
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b"<v/>" in sheet or b"<v></v>" in sheet or b"<v />" in sheet
    for empty in (b"<v/>", b"<v></v>", b"<v />"):
        sheet = sheet.replace(empty, b"<v>2</v>")
    with zipfile.ZipFile(path, "w") as book:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            book.writestr(name, content)

    assert read_book(tmp_path).frame["a"].tolist() == ["2"]


def test_the_only_visible_sheet_needs_no_name_and_a_hidden_one_can_be_named(
    tmp_path: Path,
) -> None:
    def hide(sheet: Worksheet) -> None:
        rows(["a"], ["hidden"])(sheet)
        sheet.sheet_state = "hidden"

    write(tmp_path, Lists=hide, Data=rows(["a"], ["seen"]))

    seen, hidden = read_book(tmp_path), read_book(tmp_path, sheet="Lists")

    assert (seen.frame["a"].tolist(), hidden.frame["a"].tolist()) == (["seen"], ["hidden"])


def test_of_several_sheets_the_reader_chooses_none_and_lists_them(tmp_path: Path) -> None:
    write(tmp_path, Q1=rows(["a"], [1]), Q2=rows(["a"], [1]))

    unnamed, misnamed = refusal(tmp_path), refusal(tmp_path, sheet="Q3")

    assert "Found: Q1, Q2" in unnamed
    assert "'sheet' in the mapping" in unnamed
    assert misnamed.startswith("audits.xlsx, sheet Q3: there is no such sheet. Found: Q1, Q2")


@pytest.mark.parametrize(
    ("sheet", "options", "says"),
    [
        (rows(), {}, "sheet A: the sheet is empty"),
        (rows([PERSON]), {}, "sheet A: the sheet has a header but no rows"),
        (rows(["a"], [1]), {"header_row": 9}, "row 9: there is no header in the row"),
        (rows(["a"], [], ["b"]), {"header_row": 2}, "row 2: there is no header in the row"),
        (rows(["a", "a "], [1, 2]), {}, "row 1: columns 1 and 2 have the same name"),
        (rows(["a", "b"], [1]), {"limits": SourceLimits(columns=1)}, "too many columns. Found: 2"),
        (rows(["a"], [1], [2]), {"limits": SourceLimits(rows=1)}, "the sheet has too many rows"),
    ],
)
def test_a_sheet_that_is_no_table_is_refused_by_its_row(
    tmp_path: Path, sheet: Fill, options: dict[str, Any], says: str
) -> None:
    write(tmp_path, A=sheet)

    message = refusal(tmp_path, **options)

    assert says in message
    assert PERSON not in message


def test_a_stray_cell_far_away_is_refused_before_room_is_made_for_it(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(["a"], [1])(sheet)
        sheet["XFD1048576"] = 1

    write(tmp_path, A=fill)

    assert "1,048,576 rows by 16,384 columns, gaps included" in refusal(tmp_path)


def test_a_package_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, A=rows(["a"], *[["x" * 1000]] * 200))

    assert "too large" in refusal(tmp_path, limits=SourceLimits(bytes=path.stat().st_size + 100))


@pytest.mark.parametrize(
    ("content", "says", "advice"),
    [
        (b"", "the file is empty", "export it again"),
        (b"a,b\n1,2\n", "the file is not a workbook", "set format = 'delimited'"),
        (b"<html><table>", "the file is not a workbook", "save it as .xlsx"),
        (b"SQLite format 3\0\0", "the file is not a workbook", "set format = 'sqlite'"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "cut off or damaged", "see that it opens"),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "locked by a password",
            "save it without a password",
        ),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_with_what_it_is(
    tmp_path: Path, content: bytes, says: str, advice: str
) -> None:
    (tmp_path / "audits.xlsx").write_bytes(content)

    message = refusal(tmp_path)

    assert message.startswith("audits.xlsx: ")
    assert says in message
    assert advice in message


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_workbook_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, A=rows(["a"], *[[n] for n in range(500)]))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    assert "audits.xlsx: the workbook is cut off or damaged" in refusal(tmp_path)


@same_folder
@given(at=st.integers(0, 10**9), put=st.binary(min_size=1, max_size=8))
def test_a_workbook_with_damaged_bytes_is_read_or_refused(
    tmp_path: Path, at: int, put: bytes
) -> None:
    path = tmp_path / "audits.xlsx"
    if not (tmp_path / "sound").exists():
        write(tmp_path, A=rows(["a", "b"], *[[n, "#N/A"] for n in range(9)])).rename(
            tmp_path / "sound"
        )
    data = bytearray((tmp_path / "sound").read_bytes())
    at %= len(data)
    data[at : at + len(put)] = put
    path.write_bytes(data)

    try:
        raw = read_book(tmp_path)
    except InputError:
        return

    assert not raw.frame.isna().to_numpy().any()


def test_a_spreadsheet_of_opendocument_is_read(tmp_path: Path) -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    cells = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>day</text:p>'
        "</table:table-cell></table:table-row><table:table-row>"
        '<table:table-cell office:value-type="date" office:date-value="2026-07-04">'
        "<text:p>04/07/26</text:p></table:table-cell></table:table-row>"
    )
    content = (
        f'<office:document-content xmlns:office="{office}office:1.0" xmlns:table="{office}'
        f'table:1.0" xmlns:text="{office}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        book.writestr("content.xml", content)
    (tmp_path / "audits.ods").write_bytes(file.getvalue())

    raw = read(SourceSettings(file="audits.ods"), tmp_path)

    assert [value[:10] for value in raw.frame["day"]] == ["2026-07-04"]


@given(number=st.floats(-1e14, 1e14, allow_nan=False) | st.integers(-(10**12), 10**12))
def test_a_number_is_written_without_exponent_and_reads_back(number: float) -> None:
    text = as_text(number)

    assert "e" not in text.lower()
    assert float(text) == pytest.approx(number, rel=1e-14)
    assert not text.endswith(".0")


def test_a_duration_of_more_than_a_day_is_text() -> None:
    assert as_text(timedelta(hours=30)) == "1 day, 6:00:00"
