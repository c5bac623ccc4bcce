"""Nineteen exports of one small world, read back without the code that wrote or will read them.

The files are opened with `csv`, `openpyxl` and `sqlite3`, and undone by what their mapping says.
"""

from __future__ import annotations

import csv
import sqlite3
import tomllib
from contextlib import closing
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from openpyxl import load_workbook

from oversight_coordinator.authorities import authority
from oversight_coordinator.demo.formats import FORMATS
from oversight_coordinator.demo.layouts import mapping_file, write_all
from oversight_coordinator.demo.records import (
    Allocation,
    Audit,
    Event,
    Plan,
    Post,
    Referral,
    Standard,
    Team,
    World,
)
from oversight_protocol.specification import load

SPECIFICATION = load("1.0")
TABLES = {table.name: table for table in SPECIFICATION.resources}


def codes(table, field):
    return TABLES[table].field(field).codes


def pick(values, number):
    return values[number % len(values)]


def some(values, number):
    """One of the values, or none."""
    return pick((*values, None), number)


def day(number):
    """Days in each quarter on which formats differ: ends of months, of a year, days below 13."""
    days = ((2025, 12, 31), (2026, 2, 28), (2026, 3, 4), (2026, 5, 12), (2026, 7, 4), (2026, 10, 1))
    return date(*pick(days, number))


def world():
    """Each code of each field, and each field empty, in some record."""
    events = range(60)
    return World(
        teams=tuple(
            Team(f"{n:02d}", None if n == 1 else "01", pick(codes("team", "service"), n))
            for n in range(1, 10)
        ),
        posts=tuple(
            Post(
                f"{n:04d}", pick(codes("worker", "role"), n), n % 2,
                pick((1.0, 0.37, 0.0, 0.8), n), some(codes("worker", "kss"), n),
                date(2018, 1, 31) + timedelta(days=n), some((date(2026, 6, 30),), n),
                some(("0001",), n), some(("02", "09"), n),
            )
            for n in range(1, 13)
        ),
        allocations=tuple(
            Allocation(
                f"{n:05d}", f"{1 + n % 12:04d}", f"{1 + n % 9:02d}",
                pick(codes("allocation", "role"), n), day(n), some((date(2026, 10, 1),), n),
                some(codes("allocation", "change_reason"), n),
            )
            for n in range(1, 21)
        ),
        events=tuple(
            sorted(
                (
                    Event(
                        f"{n + 1:06d}", some(("00007", "00011"), n), f"{1 + n % 12:04d}",
                        some(("0003",), n), day(n),
                        some((day(n),), n // 2), some((day(n),), n // 3),
                        pick(codes("oversight_event", "type"), n),
                        some(codes("oversight_event", "part1_location"), n),
                        some(codes("oversight_event", "part2_location"), n // 2),
                        some(codes("oversight_event", "reflects_family"), n),
                        some(codes("oversight_event", "reflects_practitioner"), n // 2),
                        pick(codes("oversight_event", "actions_set"), n),
                        pick(codes("oversight_event", "evidence"), n),
                    )
                    for n in events
                ),
                key=lambda event: event.held_date,
            )
        ),
        referrals=tuple(
            Referral(
                f"{n:06d}", f"{n % 7:05d}", day(n), some(codes("episode", "source"), n),
                some(codes("episode", "need"), n), some((0, 1), n), some((day(n + 1),), n),
                some(codes("episode", "reason"), n),
            )
            for n in range(1, 40)
        ),
        plans=tuple(
            Plan(
                f"{n:05d}", pick(codes("plan", "type"), n), day(n), some((date(2026, 12, 3),), n),
                some(codes("plan", "abuse_category"), n), some((0, 2, 11), n),
            )
            for n in range(1, 25)
        ),
        standards=tuple(
            Standard(cohort, 20 + n, day(n)) for n, cohort in enumerate(codes("standard", "cohort"))
        ),
        audits=tuple(
            Audit(
                f"{n:05d}", f"{n % 7:05d}", some((day(n),), n), some((day(n + 1),), n // 2),
                pick(codes("audit", "type"), n), some(codes("audit", "overall_grade"), n),
                some(codes("audit", "oversight_grade"), n + 1), some(("Y", "N"), n),
                some(codes("audit", "moderated_grade"), n + 2), some((day(n + 2),), n),
                some((day(n + 3),), n // 3),
            )
            for n in range(1, 37)
        ),
    )  # fmt: skip


WORLD = world()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """By ONS code, a folder with `data` and the mapping."""
    made = {}
    for code, layouts in FORMATS.items():
        made[code] = folder = tmp_path_factory.mktemp(code)
        write_all(folder / "data", layouts, WORLD)
        text = mapping_file(authority(code).name, layouts)
        (folder / "mapping.toml").write_text(text, encoding="utf-8")
    return made


def mapping_of(folder):
    return tomllib.loads((folder / "mapping.toml").read_text(encoding="utf-8"))


# ---------------------------------------------------------------------- files to text


def rows_of(folder, table):
    """The source's rows, each a text by header."""
    files = table.get("files", [table.get("file")])
    if isinstance(files, str):
        files = sorted(str(path.relative_to(folder)) for path in folder.glob(files))
    return [row for file in files for row in read_file(folder / file, table)]


def read_file(path, table):
    kinds = {".xlsx": "workbook", ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite"}
    kind = table.get("format", kinds.get(path.suffix, "delimited"))
    return {"workbook": read_sheet, "sqlite": read_table, "delimited": read_text}[kind](path, table)


def read_text(path, table):
    with path.open(encoding=table.get("encoding", "utf-8-sig"), newline="") as file:
        lines = iter(file)
        above = list(islice(lines, table.get("header_row", 1) - 1))
        assert all(line.strip() for line in above)
        reader = csv.reader(lines, delimiter=table.get("delimiter", ","), strict=True)
        header = next(reader)
        if header[0].startswith("sep="):
            header = next(reader)
        return [dict(zip(header, row, strict=True)) for row in reader]


def read_sheet(path, table):
    book = load_workbook(path)
    sheet = book[table["sheet"]]
    assert sheet.sheet_state == "visible"
    first = table.get("header_row", 1)
    header, *rows = sheet.iter_rows(min_row=first, values_only=True)
    return [dict(zip(header, map(shown, row), strict=True)) for row in rows]


def shown(cell):
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def read_table(path, table):
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(f'SELECT * FROM "{table["table"]}"').fetchall()
    return [dict(zip(row.keys(), map(shown, row), strict=True)) for row in rows]


# ---------------------------------------------------------------------- text to values


def undone(text, name, table, field):
    """The value that a mapping makes of a text; identifiers are left as they are."""
    settings = table["fields"][name]
    if "constant" in settings:
        return settings["constant"]
    if text == "":
        return settings.get("blank")
    if field.codes is not None:
        own = {str(code): code for code in field.codes}
        return settings.get("codes", own)[text]
    if field.type == "date":
        return undone_day(text, settings.get("date_format", table.get("date_format", "%Y-%m-%d")))
    if field.type == "string":
        return text
    return float(text) if field.type == "number" else int(text)


def undone_day(text, date_format):
    if date_format == "excel":
        return date(1899, 12, 30) + timedelta(days=int(text))
    return datetime.strptime(text, date_format).date()


def expected(value, settings):
    """What should come of a record's value: a blank may stand for a code and for nothing."""
    if settings is None:
        return None
    if "constant" in settings:
        return settings["constant"]
    return settings.get("blank") if value is None else value


@pytest.mark.parametrize("code", FORMATS)
def test_files_undone_by_their_mapping_are_the_records(folders, code):
    folder = folders[code]
    tables = mapping_of(folder)["tables"]
    prefixes = {}

    for name in TABLES.keys() & tables.keys():
        table = tables[name]
        rows, records = rows_of(folder / "data", table), WORLD.table(name)
        assert len(rows) == len(records), name
        for field in TABLES[name].fields:
            settings = table["fields"].get(field.name)
            column = settings.get("column") if settings else None
            found = [
                undone(row[column] if column else "", field.name, table, field)
                if settings
                else None
                for row in rows
            ]
            wanted = [expected(getattr(record, field.name), settings) for record in records]
            if field.pseudonym and settings:
                pairs = zip(found, wanted, strict=True)
                prefix = next(f.removesuffix(w) for f, w in pairs if w is not None)
                assert prefixes.setdefault(field.pseudonym, prefix) == prefix
                found = [one and one.removeprefix(prefix) for one in found]
            assert found == wanted, f"{name}.{field.name}"
    assert tables.keys() == {
        "team", "worker", "allocation", "oversight_event", "episode", "plan", "standard", "audit",
    }  # fmt: skip


@pytest.mark.parametrize("code", FORMATS)
def test_the_agent_reads_every_table_whole(folders, code):
    from oversight_agent import readers
    from oversight_agent.mapping import Pseudonymiser, load, map_table

    folder = folders[code]
    pseudonyms = Pseudonymiser(bytes(32))

    for name, table in load(Path(folder / "mapping.toml")).tables.items():
        raw = readers.read(table.source, folder / "data", table.columns)
        mapped = map_table(table, raw, pseudonyms)

        assert mapped.problems == ()
        assert mapped.rows_read == len(WORLD.table(name))
