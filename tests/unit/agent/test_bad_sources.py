"""A bad source is told to its authority by file, row and field; what it feeds is refused, the rest
is answered, and the agent lives.

The teams' source is spoilt in every way that sources are: `kinds` reads it, `posts` does not.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import duckdb
import openpyxl
import pytest

from oversight_agent.cli import main
from oversight_agent.pipeline.compute import compute
from oversight_protocol.errors import Family, Reason
from support.commands import call
from support.requests import SERVICES, Agent, Asker, Home, released

PERSON = "Ottoline"
"""Stands in spoilt places; never to be seen again."""

TEAMS = [["team", "service"], *([f"t{n}", SERVICES[n // 4]] for n in range(8))]

Spoil = Callable[[Path, ExitStack], None]


@dataclass(frozen=True)
class Bad:
    """A spoilt source.

    Attributes:
        spoil: writes it into the data folder.
        source: its settings in the mapping.
        place: the problem's file, row and field.
        found: how the problem's finding starts.
        advice: a part of what to do.
        counts: rows read and rows rejected.
    """

    spoil: Spoil
    source: str
    place: tuple[str, int, str]
    found: str
    advice: str
    counts: tuple[int, int] = (0, 0)


def text(
    *lines: str, name: str = "t.csv", encoding: str = "utf-8", cut: int | None = None
) -> Spoil:
    def spoil(data: Path, _: ExitStack) -> None:
        (data / name).write_bytes("\n".join([*lines, ""]).encode(encoding)[:cut])

    return spoil


def teams(*lines: str, **options: Any) -> Spoil:
    """The teams, all but the last as they should be."""
    return text(*(",".join(row) for row in TEAMS[:-1]), *lines, **options)


def workbook(*sheets: str, rows: list[list[Any]] = TEAMS, share: float = 1.0) -> Spoil:
    def spoil(data: Path, _: ExitStack) -> None:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name in sheets:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(data / "t.xlsx")
        timeless(data / "t.xlsx")
        whole = (data / "t.xlsx").read_bytes()
        (data / "t.xlsx").write_bytes(whole[: int(len(whole) * share)])

    return spoil


def timeless(path: Path) -> None:
    """Pack an archive anew without the time of day, whose bytes may be the end of a line."""
    with ZipFile(path) as old:
        parts = [(name, old.read(name)) for name in old.namelist()]
    with ZipFile(path, "w") as new:
        for name, content in parts:
            new.writestr(ZipInfo(name), content, ZIP_DEFLATED)


def database(*, lock: bool = False, share: float = 1.0, table: str = "TEAMS") -> Spoil:
    def spoil(data: Path, held: ExitStack) -> None:
        connection = sqlite3.connect(data / "t.db", isolation_level=None)
        held.enter_context(closing(connection))
        connection.execute(f"CREATE TABLE {table}(team, service, notes)")
        rows = [(*row, PERSON * 500) for row in TEAMS[1:]]
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
        if lock:
            connection.execute("BEGIN EXCLUSIVE")
        whole = (data / "t.db").read_bytes()
        if share < 1:
            (data / "t.db").write_bytes(whole[: int(len(whole) * share)])

    return spoil


def special(make: Callable[[Path], object]) -> Spoil:
    def spoil(data: Path, _: ExitStack) -> None:
        make(data / "t.csv")

    return spoil


def nothing(_data: Path, _held: ExitStack) -> None:
    """The file is not there."""


def reached(data: Path, held: ExitStack) -> None:
    """A database that the agent's own file says how to reach."""
    database()(data, held)
    file = data.parent / "databases.toml"
    file.write_text('[cases]\nurl = "sqlite:///data/t.db"\n', encoding="utf-8")
    file.chmod(0o600)


def parquet(data: Path, _: ExitStack) -> None:
    rows = ", ".join(f"('{team}', '{service}')" for team, service in TEAMS[1:])
    with closing(duckdb.connect()) as connection:
        connection.execute(
            f"COPY (SELECT * FROM (VALUES {rows}) t(team, service)) TO '{data}/t.parquet'"
            " (FORMAT parquet)"
        )


def in_a_folder(data: Path, held: ExitStack) -> None:
    (data / "teams").mkdir()
    for name, rows in (("a.csv", TEAMS[1:5]), ("b.csv", TEAMS[5:])):
        text(*(",".join(row) for row in [TEAMS[0], *rows]), name=name)(data / "teams", held)


CSV, XLSX = 'file = "t.csv"', 'file = "t.xlsx"'
DB = 'file = "t.db"\ntable = "TEAMS"'
HEADER = "team,service"

BAD = {
    "missing": Bad(nothing, CSV, ("t.csv", 0, ""), "there is no such file", "put the file"),
    "a pattern that fits nothing": Bad(
        nothing, 'files = "t *.csv"', ("t *.csv", 0, ""), "no file fits this name", "pattern",
    ),
    "one of two files missing": Bad(
        teams(), 'files = ["t.csv", "u.csv"]', ("u.csv", 0, ""), "there is no such file", "put",
    ),
    "a folder": Bad(special(Path.mkdir), CSV, ("t.csv", 0, ""), "this is not a file: a f", "name"),
    "a pipe": Bad(special(os.mkfifo), CSV, ("t.csv", 0, ""), "this is not a file: a d", "name"),
    "empty": Bad(text(cut=0), CSV, ("t.csv", 0, ""), "the file is empty", "export it again"),
    "a header alone": Bad(
        text(HEADER), CSV, ("t.csv", 0, ""), "the file has a header but no rows", "export it again",
    ),
    "cut in a row": Bad(
        teams(PERSON, cut=-1), CSV, ("t.csv", 9, ""), "the row has too few values: 1", "cut off",
    ),
    "cut in a quoted value": Bad(
        teams(f'"{PERSON}', cut=-1), CSV, ("t.csv", 9, ""), "a quoted value that st", "cut off",
    ),
    "the wrong encoding": Bad(
        teams(f"Zoë {PERSON},other", encoding="cp1252"), CSV, ("t.csv", 9, ""),
        "the file is not in the encoding utf-8", "likely cp1252",
    ),
    "another wrong encoding": Bad(
        teams(f"Zoë {PERSON},other"), f'{CSV}\nencoding = "cp1252"', ("t.csv", 0, ""),
        "the file is not in the encoding cp1252", "likely utf-8",
    ),
    "the wrong delimiter": Bad(
        text("team;service;x", f"{PERSON};other;y"), f'{CSV}\ndelimiter = ","',
        ("t.csv", 0, "team_id"),
        "the file has no column 'team'", "the header holds ; 2 times: is the delimiter ';'?",
    ),
    "a delimiter in doubt": Bad(
        text("team,a;service,b", f"{PERSON},x;other,y"), CSV, ("t.csv", 0, ""),
        "it is in doubt which character stands between the values", "write 'delimiter = ','",
    ),
    "titles above the header": Bad(
        text(f"Teams of {PERSON}", "", HEADER, "t0,other"), CSV, ("t.csv", 3, ""),
        "the row has too many values: 2", "set header_row = 3",
    ),
    "without a mapped column": Bad(
        text("team,servise", f"{PERSON},other"), CSV, ("t.csv", 0, "service"),
        "the file has no column 'service'", "write 'servise', if that is meant",
    ),
    "without a mapped column in one of two files": Bad(
        lambda data, held: (teams()(data, held), text("team,x", "a,b", name="u.csv")(data, held)),
        'files = "?.csv"', ("u.csv", 0, "service"), "the file has no column 'service'", "compare",
    ),
    "an unknown code": Bad(
        teams(f"t7,{PERSON}"), CSV, ("t.csv", 9, "service"), "aaaaaaaa", "add the value", (8, 1),
    ),
    "an unknown code in one of two files": Bad(
        lambda data, held: (
            teams()(data, held), text(HEADER, "t7,other", f"t8,{PERSON}", name="u.csv")(data, held),
        ),
        'files = ["t.csv", "u.csv"]', ("u.csv", 3, "service"), "aaaaaaaa", "add the value", (9, 1),
    ),
    "a missing identifier": Bad(
        teams(",other"), CSV, ("t.csv", 9, "team_id"), "nothing", "fill it in", (8, 1),
    ),
    "duplicate keys": Bad(
        teams("t7,other", "t7,looked_after"), CSV, ("team", 0, "team_id"),
        "2 rows that share their key with another row: t.csv, line 9; t.csv, line 10",
        "remove repeated rows", (9, 0),
    ),
    "a workbook cut off": Bad(
        workbook("A", share=0.6), XLSX, ("t.xlsx", 0, ""), "the workbook is cut off", "see that it",
    ),
    "a workbook with several sheets": Bad(
        workbook("A", "B"), XLSX, ("t.xlsx", 0, ""), "the workbook has not one visible sheet al",
        "'sheet' in the mapping",
    ),
    "a workbook without the sheet": Bad(
        workbook("A", "B"), f'{XLSX}\nsheet = "C"', ("t.xlsx, sheet C", 0, ""),
        "there is no such sheet: A, B", "write one of these names",
    ),
    "a workbook with titles": Bad(
        workbook("A", rows=[["Teams", PERSON], [], *TEAMS]), XLSX,
        ("t.xlsx, sheet A", 0, "team_id"), "the file has no column 'team'", "set header_row = 3",
    ),
    "a workbook with an error cell": Bad(
        workbook("A", rows=[*TEAMS[:-1], ["t7", "#N/A"]]), XLSX, ("t.xlsx, sheet A", 9, "service"),
        "#a/a", "add the value to the codes", (8, 1),
    ),
    "text with the name of a workbook": Bad(
        text(HEADER, f"{PERSON},other", name="t.xlsx"), XLSX, ("t.xlsx", 0, ""),
        "the file is not a workbook", "set format = 'delimited'",
    ),
    "a workbook with the name of text": Bad(
        lambda data, held: (
            workbook("A")(data, held), (data / "t.xlsx").rename(data / "t.csv"),
        ),
        CSV, ("t.csv", 1, ""), "the file", "set format = 'workbook'",
    ),
    "a locked database": Bad(
        database(lock=True), DB, ("t.db", 0, ""), "the database is locked by another", "close that",
    ),
    "a database cut off": Bad(
        database(share=0.5), DB, ("t.db", 0, ""), "the database is cut off or damaged", "copy it",
    ),
    "a database without the table": Bad(
        database(table="CREW"), DB, ("t.db, table TEAMS", 0, ""),
        "the database has no such table: CREW", "write one of these names",
    ),
    "text with the name of a database": Bad(
        text(HEADER, f"{PERSON},other", name="t.db"), DB, ("t.db", 0, ""),
        "the file is not an SQLite database", "set format = 'delimited'",
    ),
}  # fmt: skip


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """What stays open while a test runs."""
    with ExitStack() as stack:
        yield stack


def set_source(home: Home, source: str) -> None:
    mapping = home.folder / "mapping.toml"
    old = mapping.read_text(encoding="utf-8")
    assert 'file = "teams.csv"' in old
    mapping.write_text(old.replace('file = "teams.csv"', source), encoding="utf-8")


def check(
    home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """The status and output of `oversight-agent check`."""
    done = call(
        main, monkeypatch, capfd, "oversight-agent", "check", "--home", home.folder, "--json"
    )
    return done.status, done.out


@pytest.mark.parametrize("name", BAD)
def test_a_bad_source_is_reported_inside_and_refuses_what_it_feeds(
    name: str, home: Home, agent: Agent, asker: Asker, held: ExitStack,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    bad = BAD[name]
    set_source(home, bad.source)
    bad.spoil(home.data, held)

    status, out = check(home, monkeypatch, capfd)
    release = released(agent.settle(asker.ask(asker.study())))

    checked = json.loads(out)
    [problem] = checked["problems"]
    assert status == 1
    assert {each["table"]: each["usable"] for each in checked["tables"]} == {
        "team": False, "worker": True,
    }  # fmt: skip
    assert [
        (each["rows_read"], each["rows_rejected"])
        for each in checked["tables"] if each["table"] == "team"
    ] == [bad.counts]  # fmt: skip
    assert (problem["file"], problem["row"], problem["field"]) == bad.place
    assert problem["found"].startswith(bad.found)
    assert problem["expected"]
    assert bad.advice in problem["advice"]
    assert {(each.table, each.family) for each in release.tables} == {
        ("posts", None), ("kinds", Family.DATA),
    }  # fmt: skip
    assert PERSON not in out + release.model_dump_json()


@pytest.mark.parametrize(
    "name", ["missing", "an unknown code in one of two files", "duplicate keys"]
)
def test_the_worker_gives_the_same_problems_as_the_check(
    name: str, home: Home, agent: Agent, asker: Asker, held: ExitStack,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    set_source(home, BAD[name].source)
    BAD[name].spoil(home.data, held)
    agent.settle(asker.ask(asker.study()))

    result = compute(agent.jobs[0])

    assert list(result.problems) == json.loads(check(home, monkeypatch, capfd)[1])["problems"]
    assert {each.table: each.reason for each in result.tables} == {
        "posts": None, "kinds": Reason.SOURCE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "spoil"),
    [
        (XLSX, workbook("A")),
        (f'{XLSX}\nsheet = "B"\nheader_row = 3', workbook("A", "B", rows=[["Teams"], [], *TEAMS])),
        (DB, database()),
        ('database = "cases"\ntable = "teams"', reached),
        ('file = "t.parquet"', parquet),
        ('folder = "teams"', in_a_folder),
        ('files = "t.*"', teams("t7,looked_after")),
        (
            f'{CSV}\ndelimiter = ";"\nencoding = "utf-16"',
            text("sep=;", *(";".join(row) for row in TEAMS), encoding="utf-16"),
        ),
    ],
    ids=[
        "a workbook",
        "a sheet below titles",
        "a database",
        "a database by its URL",
        "a Parquet file",
        "a folder",
        "a pattern",
        "an odd export",
    ],
)
def test_a_source_of_any_kind_gives_the_answer_that_the_plain_one_gives(
    source: str, spoil: Spoil, home: Home, agent: Agent, asker: Asker, held: ExitStack
) -> None:
    plain = compute(_job(agent, asker))
    set_source(home, source)
    spoil(home.data, held)

    result = compute(agent.jobs[0])

    assert result.problems == ()
    assert result.tables == plain.tables


def _job(agent: Agent, asker: Asker) -> Any:
    agent.settle(asker.ask(asker.study()))
    return agent.jobs[0]


def test_after_a_bad_source_is_mended_the_next_ticket_is_answered(
    home: Home, agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    good = (home.data / "teams.csv").read_text(encoding="utf-8")
    home.write("teams.csv", good + f"{PERSON}\n")
    first = released(agent.settle(asker.ask(study)))

    home.write("teams.csv", good)
    second = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert {each.family for each in first.tables} == {None, Family.DATA}
    assert {each.family for each in second.tables} == {None}
