"""A file that is made to do harm is refused, before time and memory are spent on it."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.readers import binary, read, sheets
from oversight_agent.readers.calm import calm
from oversight_agent.sources import SourceSettings
from oversight_protocol.errors import InputError

PERSON = "Ottoline"
MOST_MIB = 160
"""Memory that a refusal may take on top of a small workbook's reading. The bombs below would take
gigabytes."""

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STYLES, BOOK = "xl/styles.xml", "xl/workbook.xml"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"

READ = """
import json, resource, sys
from pathlib import Path
from oversight_agent.readers import read
from oversight_agent.sources import SourceSettings
from oversight_protocol.errors import InputError

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

folder = Path(sys.argv[1])
read(SourceSettings(file="small.xlsx"), folder)
before, said = peak(), "read"
try:
    read(SourceSettings(file=sys.argv[2]), folder)
except InputError as error:
    said = str(error)
print(json.dumps([said, peak() - before]))
"""

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def small(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([PERSON, 1])
    book.save(folder / "small.xlsx")
    return folder / "small.xlsx"


def refused(folder: Path, name: str) -> tuple[str, float]:
    """What a process of its own says of a file, and the memory that it took, in MiB."""
    small(folder)
    done = subprocess.run(
        [sys.executable, "-c", READ, folder, name], capture_output=True, check=True, timeout=120
    )
    said, taken = json.loads(done.stdout)
    assert said != "read"
    assert PERSON not in said + done.stderr.decode()
    return said, taken


def xlsx(folder: Path, **parts: bytes) -> None:
    """A sound workbook but for these parts, named without what is before and after a dot."""
    named = {"sheet": SHEET, "strings": STRINGS, "styles": STYLES, "book": BOOK}
    changed = {named.get(name, name): content for name, content in parts.items()}
    with (
        zipfile.ZipFile(small(folder)) as source,
        zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for one in source.infolist():
            target.writestr(one.filename, changed.pop(one.filename, None) or source.read(one))
        for name, content in changed.items():
            target.writestr(name, content)


def declared(folder: Path, entities: bytes) -> bytes:
    """A workbook's part that is sound but for a document type."""
    with zipfile.ZipFile(small(folder)) as source:
        content = source.read(BOOK)
    assert b"<workbook" in content
    return content.replace(b"<workbook", b"<!DOCTYPE x [" + entities + b"]><workbook", 1)


def sheet(data: str) -> bytes:
    return f"<worksheet {MAIN}><sheetData>{data}</sheetData></worksheet>".encode()


def ods(folder: Path, rows: str) -> None:
    content = (
        f'<office:document-content xmlns:office="{OFFICE}office:1.0" xmlns:table="{OFFICE}'
        f'table:1.0" xmlns:text="{OFFICE}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(folder / "bomb.ods", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        book.writestr("content.xml", content)


def compound(folder: Path, *, cycle: str, length: int = 600) -> None:
    """An old workbook of three sectors, with a chain that never ends or a stream without end."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<5H", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<2I", header, 44, 1, 1)
    struct.pack_into("<2I", header, 56, 4096, 0xFFFFFFFE)
    struct.pack_into("<I", header, 68, 0 if cycle == "more" else 0xFFFFFFFE)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    after = {"directory": [1, 0xFFFFFFFE], "stream": [0xFFFFFFFE, 2]}
    table = [0xFFFFFFFD, *after.get(cycle, [0xFFFFFFFE, 0xFFFFFFFE])]
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB3I", 2 * len(name) + 2, kind, 1, *[0xFFFFFFFF] * 2, 1).ljust(52, b"\0")
        + struct.pack("<IQ", start, size)
        for name, kind, start, size in (
            ("Root Entry", 5, 0xFFFFFFFE, 0),
            ("Workbook", 2, 2, length),
        )
    )
    sectors = [struct.pack("<128I", *table, *[0] * 125), entries.ljust(512, b"\0"), bytes(512)]
    (folder / "bomb.xls").write_bytes(bytes(header) + b"".join(sectors))


def lying(folder: Path) -> None:
    """A package whose directory says that its sheet is small, with the check sum of that."""
    xlsx(folder, sheet=sheet("<row><c><v>1</v></c></row>" * 12_000_000))
    data = bytearray((folder / "bomb.xlsx").read_bytes())
    with zipfile.ZipFile(BytesIO(data)) as package:
        start = package.open(SHEET).read(1000)
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(SHEET)] != SHEET.encode():
        at = data.index(b"PK\x01\x02", at + 1)
    struct.pack_into("<I", data, at + 16, zlib.crc32(start))
    struct.pack_into("<I", data, at + 24, len(start))
    (folder / "bomb.xlsx").write_bytes(data)


def many_parts(folder: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.xlsx", "w") as package:
        for number in range(60_000):
            package.writestr(f"xl/worksheets/sheet{number}.xml", b"")


def overlapping(folder: Path) -> None:
    """A package that names one large part again and again."""
    with zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet0.xml", bytes(200_000_000))
        one = package.infolist()[0]
        for number in range(1, 300):
            again = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml")
            again.header_offset, again.CRC = one.header_offset, one.CRC
            again.compress_size, again.file_size = one.compress_size, one.file_size
            again.compress_type = one.compress_type
            package.filelist.append(again)


def old(folder: Path, rows: int) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    for row in range(rows):
        for column, value in enumerate((PERSON, row) if row else ("a", "b")):
            sheet.write(row, column, value)
    book.save(folder / "old.xls")
    return folder / "old.xls"


def far_cells(folder: Path, sheets: int) -> None:
    book = xlwt.Workbook()
    for number in range(sheets):
        sheet = book.add_sheet(f"A{number}")
        sheet.write(0, 0, PERSON)
        sheet.write(65_535, 255, 1)
    book.save(folder / "bomb.xls")


def altered(folder: Path, kind: int, put: bytes, at: int = 0) -> None:
    """A sound old workbook but for the start of its first record of a kind."""
    data = bytearray(old(folder, 9).read_bytes())
    place, found = 512, -1
    while found != kind:
        found, size = struct.unpack_from("<2H", data, place)
        place += 4 + size if found != kind else 4
    data[place + at : place + at + len(put)] = put
    (folder / "bomb.xls").write_bytes(data)


CELL = '<table:table-cell office:value-type="float" office:value="1"'
LARGE, DAMAGED = "is too large", "the workbook is cut off or damaged"

BOMBS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "nothing but zeros": (
        lambda folder: xlsx(folder, sheet=bytes(600_000_000)), "bomb.xlsx", "too large",
    ),
    "a directory that lies": (lying, "bomb.xlsx", DAMAGED),
    "parts on top of each other": (overlapping, "bomb.xlsx", LARGE),
    "too many parts": (many_parts, "bomb.xlsx", LARGE),
    "millions of sheets": (
        lambda folder: xlsx(folder, book=(
            f"<workbook {MAIN}><sheets>{'<sheet/>' * 5_000_000}</sheets></workbook>".encode()
        )),
        "bomb.xlsx", DAMAGED,
    ),
    "millions of formats": (
        lambda folder: xlsx(folder, styles=(
            f"<styleSheet {MAIN}><cellXfs>{'<xf/>' * 9_000_000}</cellXfs></styleSheet>".encode()
        )),
        "bomb.xlsx", DAMAGED,
    ),
    "millions of shared texts": (
        lambda folder: xlsx(folder, strings=f"<sst {MAIN}>{'<si/>' * 60_000_000}</sst>".encode()),
        "bomb.xlsx", LARGE,
    ),
    "shared texts under another prefix": (
        lambda folder: xlsx(folder, strings=(
            f'<x:sst xmlns:x="{MAIN[7:-1]}">{"<x:si/>" * 21_000_000}</x:sst>'.encode()
        )),
        "bomb.xlsx", LARGE,
    ),
    "one far cell": (
        lambda folder: xlsx(folder, sheet=sheet('<row><c r="XFD1048576"><v>1</v></c></row>')),
        "bomb.xlsx", "1,048,576 rows by 16,384 columns, gaps included",
    ),
    "one far cell behind another attribute": (
        lambda folder: xlsx(folder, sheet=sheet(
            "<row><c s='1' r = 'XFD1048576'><v>1</v></c></row>"
        )),
        "bomb.xlsx", "1,048,576 rows by 16,384 columns, gaps included",
    ),
    "one far cell behind a row's number": (
        lambda folder: xlsx(folder, sheet=sheet(
            f"<row>{'<c/>' * 16_000}</row><row r='1048576'><c><v>1</v></c></row>"
        )),
        "bomb.xlsx", "1,048,576 rows by 16,000 columns, gaps included",
    ),
    "cells that do not say where they are": (
        lambda folder: xlsx(folder, sheet=sheet(
            f"<row>{'<c><v>1</v></c>' * 9_000}</row>{'<row><c><v>1</v></c></row>' * 9_000}"
        )),
        "bomb.xlsx", "9,001 rows by 9,000 columns, gaps included",
    ),
    "millions of cells": (
        lambda folder: xlsx(folder, sheet=sheet("<row>" + '<c r="A1"/>' * 21_000_000 + "</row>")),
        "bomb.xlsx", "21,000,000 cells",
    ),
    "entities in a workbook": (
        lambda folder: xlsx(folder, book=declared(
            folder, b'<!ENTITY a "' + b"a" * 9 + b'"><!ENTITY b "' + b"&a;" * 9 + b'">'
        )),
        "bomb.xlsx", DAMAGED,
    ),
    "another file in a sheet": (
        lambda folder: xlsx(folder, sheet=(
            f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{folder}/small.xlsx">]>'.encode()
            + sheet('<row><c r="A1" t="e"><v>&a;</v></c></row>')
        )),
        "bomb.xlsx", DAMAGED,
    ),
    "rows repeated by number": (
        lambda folder: ods(folder, (
            f'<table:table-row table:number-rows-repeated="1048576">{CELL}'
            ' table:number-columns-repeated="16384"/></table:table-row>'
        )),
        "bomb.ods", "17,179,869,184 texts or cells",
    ),
    "a gap of a million rows": (
        lambda folder: ods(folder, (
            f'<table:table-row>{CELL} table:number-columns-repeated="900"/></table:table-row>'
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/>'
            f"</table:table-row><table:table-row>{CELL}/></table:table-row>"
        )),
        "bomb.ods", "900,001,800 texts or cells",
    ),
    "blanks repeated by number": (
        lambda folder: ods(folder, (
            '<table:table-row><table:table-cell office:value-type="string"><text:p>'
            + '<text:s text:c="65000"/>' * 9_000
            + "</text:p></table:table-cell></table:table-row>"
        )),
        "bomb.ods", DAMAGED,
    ),
    "a directory without end": (
        lambda folder: compound(folder, cycle="directory"), "bomb.xls", DAMAGED,
    ),
    "a stream without end": (
        lambda folder: compound(folder, cycle="stream", length=4096), "bomb.xls", DAMAGED,
    ),
    "a stream longer than its file": (
        lambda folder: compound(folder, cycle="", length=1 << 31), "bomb.xls", DAMAGED,
    ),
    "far cells in two old sheets": (
        lambda folder: far_cells(folder, 2), "bomb.xls", "33,554,432 cells, gaps included",
    ),
    "an old sheet that ends before it starts": (
        lambda folder: altered(folder, 0x0200, struct.pack("<2I2H", 9, 5, 3, 1)),
        "bomb.xls", LARGE,
    ),
    "an old sheet that claims to be large": (
        lambda folder: altered(folder, 0x0200, struct.pack("<2I2H", 0, 65_536, 0, 65_535)),
        "bomb.xls", "4,294,901,760 cells, gaps included",
    ),
    "an old workbook that claims many texts": (
        lambda folder: altered(folder, 0x00FC, struct.pack("<I", 0x7FFFFFFF), at=4),
        "bomb.xls", DAMAGED,
    ),
    "a table of sectors without end": (
        lambda folder: compound(folder, cycle="more"), "bomb.xls", DAMAGED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, name: str) -> None:
    make, file, says = BOMBS[name]
    make(tmp_path)

    said, taken = refused(tmp_path, file)

    assert said.startswith(file)
    assert says in said
    assert taken < MOST_MIB


def test_what_is_no_cell_is_left_out_of_what_is_unpacked(tmp_path: Path) -> None:
    xlsx(tmp_path, **{"xl/media/film.mp4": bytes(50_000_000), "xl/calcChain.xml": b"<calcChain"})

    raw = read(SourceSettings(file="bomb.xlsx"), tmp_path)

    assert raw.frame["b"].tolist() == ["1"]


def test_a_sheet_whose_cells_do_not_say_where_they_are_is_read(tmp_path: Path) -> None:
    rows = (
        '<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
        '<row r="4"><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>'
        '<row><c r="B5"><v>3</v></c></row>'
    )
    xlsx(tmp_path, sheet=sheet(rows))

    raw = read(SourceSettings(file="bomb.xlsx"), tmp_path)

    assert raw.frame.to_dict("list") == {"a": ["1", ""], "b": ["#N/A", "3"]}
    assert raw.frame.index.tolist() == [4, 5]


def test_empty_rows_and_cells_that_a_program_writes_to_the_end_do_not_count(tmp_path: Path) -> None:
    empty = '<table:table-cell table:style-name="x" table:number-columns-repeated="16380"/>'
    ods(
        tmp_path,
        '<table:table-row><table:table-cell office:value-type="string"><text:p>a</text:p>'
        f"</table:table-cell>{empty}</table:table-row><table:table-row>{CELL}/>{empty}"
        f'</table:table-row><table:table-row table:number-rows-repeated="1048570">{empty}'
        "</table:table-row>",
    )

    raw = read(SourceSettings(file="bomb.ods"), tmp_path)

    assert raw.frame["a"].tolist() == ["1"]


def read_or_refused(source: SourceSettings, folder: Path) -> str:
    """What a source is refused with; nothing if it is read, and then every cell holds text."""
    try:
        raw = read(source, folder)
    except InputError as error:
        return str(error)
    assert not raw.frame.isna().to_numpy().any()
    return ""


SUFFIXES = ("csv", "xlsx", "xls", "xlsb", "ods", "parquet", "db")


@same_folder
@given(
    suffix=st.sampled_from(SUFFIXES), header_rows=st.integers(1, 3),
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"SQLite format 3\0",
         b"\xff\xfe", b"sep=;\n", b"<?xml"]
    ),
    content=st.binary(max_size=700) | st.text(max_size=80).map(str.encode),
)  # fmt: skip
def test_any_bytes_under_any_name_are_read_or_refused(
    tmp_path: Path, suffix: str, header_rows: int, start: bytes, content: bytes
) -> None:
    (tmp_path / f"x.{suffix}").write_bytes(start + content)
    source = SourceSettings(
        file=f"x.{suffix}", table="t" if suffix == "db" else None, header_rows=header_rows
    )

    read_or_refused(source, tmp_path)


@same_folder
@given(
    part=st.sampled_from([SHEET, STRINGS, STYLES, BOOK, "xl/_rels/workbook.xml.rels"]),
    at=st.integers(0, 10**6), gone=st.integers(0, 40),
    put=st.sampled_from([b"", b"<c>", b'r="A0"', b"</row>", b"&a;", b"<!--", b'"', b"<v>9"])
    | st.binary(max_size=6),
)  # fmt: skip
def test_a_workbook_with_damaged_parts_is_read_or_refused(
    tmp_path: Path, part: str, at: int, gone: int, put: bytes
) -> None:
    with zipfile.ZipFile(small(tmp_path)) as source:
        content = source.read(part) if part in source.namelist() else b""
    at %= len(content) + 1
    xlsx(tmp_path, **{part: content[:at] + put + content[at + gone :] or b" "})

    assert PERSON not in read_or_refused(SourceSettings(file="bomb.xlsx", header_rows=2), tmp_path)


def _panicking(_: object) -> None:
    """As a library in Rust does: it prints past Python, and raises what is no `Exception`."""
    os.write(2, f"thread panicked: byte index 3 of `{PERSON}`\n".encode())
    raise type("PanicException", (BaseException,), {})


def test_a_workbook_on_which_the_library_panics_is_refused_and_nothing_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    old(tmp_path, 9)
    monkeypatch.setattr(sheets.CalamineWorkbook, "from_object", _panicking, raising=False)

    with pytest.raises(InputError, match="cut off or damaged"):
        read(SourceSettings(file="old.xls"), tmp_path)
    os.write(2, b"afterwards")

    assert capfd.readouterr() == ("", "afterwards")


@settings(max_examples=20, deadline=None)
@given(threads=st.integers(2, 6))
def test_calls_at_the_same_time_leave_standard_error_as_it_was(threads: int) -> None:
    before = os.fstat(2)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: calm(lambda: sum(range(1000))), range(40)))

    after = os.fstat(2)
    assert (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino)


def test_a_call_is_made_even_where_standard_error_is_closed() -> None:
    code = "import os; os.close(2); from oversight_agent.readers.calm import calm; print(calm(int))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "0\n"


@pytest.mark.parametrize("rows", [2, 20_000])
def test_an_old_workbook_is_read(tmp_path: Path, rows: int) -> None:
    old(tmp_path, rows)

    raw = read(SourceSettings(file="old.xls"), tmp_path)

    assert raw.frame["b"].tolist() == [str(n) for n in range(1, rows)]


@same_folder
@given(at=st.integers(0, 10**6), head=st.booleans(), put=st.binary(min_size=1, max_size=8))
def test_an_old_workbook_with_damaged_bytes_is_read_or_refused(
    tmp_path: Path, at: int, head: bool, put: bytes
) -> None:
    path = tmp_path / "sound"
    if not path.exists():
        old(tmp_path, 9).rename(path)
    data = bytearray(path.read_bytes())
    at %= 1024 if head else len(data)
    data[at : at + len(put)] = put
    (tmp_path / "old.xls").write_bytes(data)

    assert PERSON not in read_or_refused(SourceSettings(file="old.xls"), tmp_path)


REPEATED = "table:number-columns-repeated"
pieces = st.sampled_from([
    "<table:table-row>", "</table:table-row>", f"{CELL}/>", "<text:p>x</text:p>",
    '<table:table-row table:number-rows-repeated="3">', f'{CELL} {REPEATED}="0"/>',
    '<table:table-row table:number-rows-repeated="-1">', "</table:table>", "<table:table-cell/>",
    '<text:s text:c="x"/>', f'<table:covered-table-cell {REPEATED}="9"/>',
])  # fmt: skip


@same_folder
@given(rows=st.lists(pieces, max_size=12).map("".join))
def test_a_sheet_of_opendocument_of_any_elements_is_read_or_refused(
    tmp_path: Path, rows: str
) -> None:
    ods(tmp_path, rows)

    read_or_refused(SourceSettings(file="bomb.ods"), tmp_path)


def record(kind: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([kind]) + (bytes([size | 0x80, 1]) if size > 127 else bytes([size])) + content


def test_a_sheet_of_records_is_as_large_as_its_farthest_cell() -> None:
    cells = [record(1, struct.pack("<2I", column, 0)) for column in (0, 16_383)]
    rows = [record(0, struct.pack("<I", row) + bytes(200)) for row in (0, 1_048_575)]

    assert binary.extent(b"".join([rows[0], *cells, rows[1]])) == (1_048_576, 16_384)
    assert binary.extent(b"") == (0, 0)


@given(st.binary(max_size=60))
def test_any_records_are_measured_or_refused(data: bytes) -> None:
    try:
        height, width = binary.extent(data)
    except binary.Damaged:
        return

    assert min(height, width) >= 0
