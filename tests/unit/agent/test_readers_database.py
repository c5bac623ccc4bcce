"""A table of a database is read in place as text, or refused with file, table and record."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.readers import read
from oversight_agent.sources import SourceLimits, SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError

PERSON = "Ottoline"
QUICK = SourceLimits(lock_seconds=0.05)

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def write(folder: Path, script: str, rows: list[tuple[Any, ...]] | None = None) -> Path:
    path = folder / "case.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
        for row in rows or []:
            database.execute(f"INSERT INTO t VALUES ({','.join('?' * len(row))})", row)
        database.commit()
    return path


def read_table(folder: Path, table: str = "t", **options: Any) -> RawTable:
    columns, limits = options.get("columns"), options.get("limits", QUICK)
    return read(SourceSettings(file="case.db", table=table), folder, columns, limits)


def refusal(folder: Path, table: str = "t", **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_table(folder, table, **options)
    return str(caught.value)


def test_every_value_is_text_and_null_is_empty(tmp_path: Path) -> None:
    write(tmp_path, "CREATE TABLE t(a, b, c, d)", [("007", 7, 0.5, None), (" x ", 1.0, -2, "")])

    raw = read_table(tmp_path)

    assert raw.frame.to_dict("list") == {
        "a": ["007", " x "], "b": ["7", "1"], "c": ["0.5", "-2"], "d": ["", ""],
    }  # fmt: skip
    assert raw.frame.index.tolist() == [1, 2]
    assert [(part.file, part.unit) for part in raw.parts] == [("case.db, table t", "record")]


def test_a_view_is_read_and_names_with_odd_characters_are_matched_tidied(tmp_path: Path) -> None:
    script = """
        CREATE TABLE base("the ""id""  no" TEXT, note TEXT);
        INSERT INTO base VALUES ('1', 'x');
        CREATE VIEW "Super  vision" AS SELECT * FROM base;
    """
    write(tmp_path, script)

    raw = read_table(tmp_path, "SUPER VISION", columns=['the "id" no'])

    assert raw.frame.to_dict("list") == {'the "id" no': ["1"]}


def test_a_table_without_any_wanted_column_still_has_its_rows(tmp_path: Path) -> None:
    write(tmp_path, "CREATE TABLE t(a)", [(1,), (2,)])

    raw = read_table(tmp_path, columns=["b"])

    assert raw.frame.shape == (2, 0)
    assert raw.parts[0].columns == ("a",)


def test_a_table_of_many_rows_is_read_whole_and_in_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        "CREATE TABLE t(a); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n"
        " WHERE x < 45000) INSERT INTO t SELECT x FROM n",
    )

    raw = read_table(tmp_path)

    assert (
        raw.frame["a"].tolist()
        == [str(n) for n in raw.frame.index]
        == [str(n) for n in range(1, 45001)]
    )


def test_the_database_is_not_changed(tmp_path: Path) -> None:
    path = write(tmp_path, "CREATE TABLE t(a)", [(1,)])
    before = path.read_bytes()

    read_table(tmp_path)

    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["case.db"]


def test_a_lock_of_another_program_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "CREATE TABLE t(a)", [(PERSON,)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        message = refusal(tmp_path)

    assert message.startswith("case.db: the database is locked by another program")
    assert "What to do: close that program" in message


def test_a_writer_that_has_not_written_yet_keeps_nobody_out(tmp_path: Path) -> None:
    path = write(tmp_path, "CREATE TABLE t(a)", [(1,)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        raw = read_table(tmp_path)

    assert len(raw.frame) == 1


def test_a_database_with_a_write_ahead_log_is_read_with_what_the_log_holds(tmp_path: Path) -> None:
    path = write(tmp_path, "PRAGMA journal_mode=WAL; CREATE TABLE t(a)", [(1,)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("INSERT INTO t VALUES (2)")

        raw = read_table(tmp_path)

    assert raw.frame["a"].tolist() == ["1", "2"]


def test_a_write_ahead_log_that_no_program_has_open_is_refused_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    write(tmp_path, "PRAGMA journal_mode=WAL; CREATE TABLE t(a)", [(1,)])

    assert "VACUUM INTO" in refusal(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["case.db"]


@pytest.mark.parametrize(
    ("script", "rows", "table", "says"),
    [
        ("CREATE TABLE t(a)", [], "t", "case.db, table t: the table is empty"),
        ("CREATE TABLE t(a)", [(1,)], "u", "table u: the database has no such table. Found: t"),
        ("", [], "t", "the file is empty"),
        ("CREATE TABLE t(a, b)", [(1, 2), (3, b"\xff")], "t", "record 2: the column 'b' holds bin"),
        ("CREATE TABLE x(a); CREATE VIEW t AS SELECT a, a AS ' a ' FROM x", [], "t", "same name"),
        ("CREATE VIEW t AS SELECT * FROM gone", [], "t", "case.db: the table cannot be read"),
        (
            f"CREATE TABLE t(a); INSERT INTO t VALUES (CAST(x'{PERSON.encode().hex()}ff' AS TEXT))",
            [],
            "t",
            "case.db: the table cannot be read",
        ),
        ("CREATE TABLE t(a)", [(n,) for n in range(9)], "t", "the table has too many rows"),
    ],
)
def test_a_table_that_gives_no_rows_of_text_is_refused_without_a_value(
    tmp_path: Path, script: str, rows: list[tuple[Any, ...]], table: str, says: str
) -> None:
    write(tmp_path, script, rows)

    message = refusal(tmp_path, table, limits=SourceLimits(rows=8, lock_seconds=0.05))

    assert says in message
    assert "Expected:" in message
    assert "What to do:" in message
    assert PERSON not in message


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"SQLite", bytes(5000), b"PK\x03\x04"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "case.db").write_bytes(content)

    assert "case.db: the file is not an SQLite database" in refusal(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_database_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, "CREATE TABLE t(a)", [("x" * 200,) for _ in range(500)])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    assert "case.db: the database is cut off or damaged" in refusal(tmp_path)


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    assert "case.db: there is no such file" in refusal(tmp_path)
    assert list(tmp_path.iterdir()) == []


@same_folder
@given(at=st.integers(0, 10**9), put=st.binary(min_size=1, max_size=8))
def test_a_database_with_damaged_bytes_is_read_or_refused(
    tmp_path: Path, at: int, put: bytes
) -> None:
    sound = tmp_path / "sound"
    if not sound.exists():
        write(tmp_path, "CREATE TABLE t(a, b)", [(n, "x") for n in range(300)]).rename(sound)
    data = bytearray(sound.read_bytes())
    at %= len(data)
    data[at : at + len(put)] = put
    (tmp_path / "case.db").write_bytes(data)

    try:
        raw = read_table(tmp_path)
    except InputError:
        return

    assert not raw.frame.isna().to_numpy().any()
