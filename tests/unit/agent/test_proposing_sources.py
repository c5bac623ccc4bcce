"""What lies in a data folder: its tables, whatever their form, and what is no table."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent import readers
from oversight_agent.pipeline import profiling
from oversight_agent.pipeline.profiling import Found, SourceProfile, profile_folder
from oversight_agent.proposing.drafting import Drafter
from oversight_agent.proposing.propose import propose
from oversight_protocol import specification
from oversight_protocol.errors import InputError

ROWS = [f"{n};W{n % 5};23/0{1 + n % 9}/2026" for n in range(30)]


def text(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))


def only(folder: Path) -> SourceProfile:
    found = profile_folder(folder)
    assert found.problems == ()
    return found.sources[0]


def names(found: Found) -> list[str]:
    return [one.name for one in found.sources]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^", "~"])
def test_a_text_is_known_in_any_encoding_and_with_any_delimiter(
    encoding: str, mark: str, tmp_path: Path
) -> None:
    lines = [line.replace(";", mark) for line in ("Nº;Worker;Date", *ROWS)]
    text(tmp_path, "supervision.dat", *lines, encoding=encoding)

    source = only(tmp_path)

    assert [one.name for one in source.columns] == ["Nº", "Worker", "Date"]
    assert source.rows == len(readers.read(source.settings, tmp_path).frame) == 30


def test_titles_above_a_header_are_passed_over(tmp_path: Path) -> None:
    text(tmp_path, "a.csv", "Supervision report", "Run on 01/10/2026", "", "no;who;when", *ROWS)

    source = only(tmp_path)

    assert source.settings.header_row == 4
    assert list(readers.read(source.settings, tmp_path).frame) == ["no", "who", "when"]


def test_a_header_of_two_rows_is_known_as_the_reader_names_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Report"],
        [],
        ["Child", "Dates", None, None],
        [None, "Held", "Written", "Agreed"],
    ):
        sheet.append(row)
    for n in range(20):
        sheet.append([f"C{n}", "01/02/2026", "02/02/2026", "03/02/2026"])
    sheet.merge_cells("B3:D3")
    book.save(tmp_path / "log.xlsx")

    source = only(tmp_path)

    frame = readers.read(source.settings, tmp_path).frame
    assert [one.name for one in source.columns] == list(frame)
    assert list(frame) == ["Child", "Dates: Held", "Dates: Written", "Dates: Agreed"]
    assert source.rows == len(frame) == 20


def test_sheets_and_database_tables_are_sources_of_their_own(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Teams", "Staff"):
        sheet = book.create_sheet(name)
        for row in (["code", "what"], *(["T" + str(n), "x"] for n in range(3))):
            sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database:
        database.execute("CREATE TABLE plans (child, start)")
        database.execute("INSERT INTO plans VALUES ('C1', '2026-01-02'), ('C2', NULL)")
        database.execute("CREATE TABLE empty_one (child)")
        database.commit()

    found = profile_folder(tmp_path)

    assert names(found) == [
        "book.xlsx, sheet Teams",
        "book.xlsx, sheet Staff",
        "cases.db, table plans",
    ]
    for source in found.sources:
        assert len(readers.read(source.settings, tmp_path).frame) == source.rows


def test_a_parquet_file_is_a_source(tmp_path: Path) -> None:
    file = tmp_path / "plans.parquet"
    duckdb.sql(
        "COPY (SELECT 'C' || i AS child, DATE '2026-01-01' AS start FROM range(9) t(i))"
        f" TO '{file}'"
    )

    source = only(tmp_path)

    assert [one.name for one in source.columns] == ["child", "start"]
    assert source.rows == 9


def test_files_of_one_form_and_header_are_one_source(tmp_path: Path) -> None:
    for month in ("Jan", "Feb", "Mar"):
        text(tmp_path, f"supervision {month} 2026.csv", "no;who;when", *ROWS)
    text(tmp_path, "supervision archive.csv", "no;who;when", *ROWS)

    found = profile_folder(tmp_path)

    together = next(one for one in found.sources if one.rows == 90)
    assert len(found.sources) == 2
    assert len(readers.read(together.settings, tmp_path).frame) == 90


def test_a_pattern_fits_no_file_but_its_own(tmp_path: Path) -> None:
    for name in ("2026-Q1.csv", "2026-Q2.csv", "2025-Q4.csv"):
        text(tmp_path, name, "no;who;when", *ROWS)
    text(tmp_path, "2026-Q1 revised.csv", "other;columns", "1;2", "3;4")

    found = profile_folder(tmp_path)

    together = next(one for one in found.sources if one.rows == 90)
    assert together.settings.files == "202?-Q?.csv"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("words.txt", b"just some words\nand more words\n"),
        ("half.xlsx", b"PK\x03\x04 and nothing"),
        ("half.db", b"SQLite format 3\x00 and nothing"),
        ("half.parquet", b"PAR1 and nothing"),
        ("return.xml", b"<Message><Header/></Message>"),
        ("binary.dat", b"\x00\x01\x02" * 100),
        ("headless.csv", b"\n".join(b"W%d,open,North" % (n % 3) for n in range(30))),
    ],
)
def test_what_is_no_table_is_told_and_the_rest_is_looked_at(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    text(tmp_path, "good.csv", "no;who;when", *ROWS)

    found = profile_folder(tmp_path)

    assert names(found) == ["good.csv"]
    assert [one.file.split(",")[0] for one in found.problems] == [name]


def test_documents_and_hidden_files_are_no_sources(tmp_path: Path) -> None:
    for name in ("minutes.docx", "~$book.xlsx", ".hidden.csv", "readme.md", "a.pdf"):
        text(tmp_path, name, "no;who;when", *ROWS)

    found = profile_folder(tmp_path)

    assert (found.sources, found.problems) == ((), ())


def test_no_more_is_looked_at_than_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oversight_agent.readers.outline_text.LOOKED_AT", 100)
    monkeypatch.setattr("oversight_agent.readers.outline_text.SNIFFED", 20)
    text(tmp_path, "long.csv", "no;who;when", *(ROWS * 40))

    source = only(tmp_path)

    assert source.rows == 100
    assert not source.whole


def test_the_start_of_a_long_text_ends_with_a_whole_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oversight_agent.readers.outline_text.TEXT_BYTES", 200)
    text(tmp_path, "long.csv", "no;who;when", *ROWS)

    source = only(tmp_path)

    assert 0 < source.rows < 30
    assert {len(value) for value in source.column("when").values} == {10}


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such data folder"):
        profile_folder(tmp_path / "nowhere")


def test_a_folder_with_far_too_many_files_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiling, "MOST_FILES", 2)
    for n in range(3):
        text(tmp_path, f"{n}.csv", "no;who;when", *ROWS)

    with pytest.raises(InputError, match="too many files"):
        profile_folder(tmp_path)


# -------------------------------------------------------------------- statutory returns


@pytest.mark.parametrize(
    ("collection", "kind"), [("CIN", "cin-census"), ("CSWW", "workforce-census")]
)
def test_a_census_return_is_known_by_its_header(collection: str, kind: str, tmp_path: Path) -> None:
    header = f"<CollectionDetails><Collection>{collection}</Collection></CollectionDetails>"
    text(
        tmp_path,
        "anything.xml",
        "<?xml version='1.0'?>",
        f"<Message><Header>{header}</Header></Message>",
    )

    assert profile_folder(tmp_path).returns == ((kind, ("anything.xml",)),)


def test_annex_a_is_known_by_its_lists(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for number in (1, 3, 6):
        sheet = book.create_sheet(f"List {number}")
        for row in (["Child Unique ID", "Date of Contact"], ["C1", "01/02/2026"]):
            sheet.append(row)
    book.save(tmp_path / "annex.xlsx")

    found = profile_folder(tmp_path)

    assert found.returns == (("annex-a", ("annex.xlsx",)),)
    assert found.sources == ()


def test_the_standard_dataset_is_known_by_its_tables(tmp_path: Path) -> None:
    for name in ("ssd_cin_episodes", "ssd_cin_plans", "ssd_involvements"):
        text(tmp_path, f"ssd/{name}.csv", "no;who;when", *ROWS)
    text(tmp_path, "own.csv", "no;who;when", *ROWS)

    found = profile_folder(tmp_path)

    assert [kind for kind, _ in found.returns] == ["ssd"]
    assert names(found) == ["own.csv"]


# -------------------------------------------------------------------- hostile files

STARTS = (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"SQLite format 3\x00", b"PAR1", b"\xff\xfe",
          b"a,b\n", b"sep=;\n", b'"')  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(STARTS), rest=st.binary(max_size=300),
    suffix=st.sampled_from((".csv", ".xlsx", ".db", "")),
)  # fmt: skip
def test_any_bytes_are_a_source_or_a_problem(
    start: bytes, rest: bytes, suffix: str, tmp_path: Path
) -> None:
    (tmp_path / f"file{suffix}").write_bytes(start + rest)

    found = profile_folder(tmp_path)

    propose(found, specification.load("1.0"))
    assert len(found.sources) + len(found.problems) + len(found.returns) >= 1
    for path in tmp_path.iterdir():
        path.unlink()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=6), min_size=1, max_size=8)
)
def test_any_rows_of_text_are_a_source_or_a_problem(rows: list[list[str]], tmp_path: Path) -> None:
    out = StringIO()
    csv.writer(out).writerows(rows)
    (tmp_path / "rows.csv").write_bytes(out.getvalue().encode("utf-8", "replace"))

    found = profile_folder(tmp_path)

    propose(found, specification.load("1.0"))
    assert len(found.sources) + len(found.problems) == 1


@pytest.mark.parametrize("name", ["a\nb.csv", "a\\..\\b.csv", "caf\udce9.csv"])
def test_a_file_that_no_mapping_can_name_is_a_problem(name: str, tmp_path: Path) -> None:
    text(tmp_path, name, "no;who;when", *ROWS)

    found = profile_folder(tmp_path)

    assert len(found.problems) == 1
    assert "cannot name" in found.problems[0].found
    assert found.problems[0].file.isprintable()


WRITABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.text(WRITABLE, max_size=15), value=st.text(WRITABLE, max_size=15))
def test_whatever_headers_and_codes_hold_the_mapping_loads(
    odd: str, value: str, tmp_path: Path
) -> None:
    out = StringIO()
    rows = [[f"T{n}", ("MASH", "CIN", value)[n % 3]] for n in range(12)]
    csv.writer(out).writerows([["team id", f"service {odd}"], *rows])
    (tmp_path / "teams.csv").write_bytes(out.getvalue().encode("utf-8", "replace"))

    draft = Drafter(tmp_path).draft(lambda question: question.options[0].value, asked_below=1.01)

    # The draft is loaded before it is given out.
    assert "[tables.team]" in draft.text
