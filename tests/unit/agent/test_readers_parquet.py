"""A Parquet file is read as text, only as far as it is wanted, or refused without a value."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.readers import read
from oversight_agent.sources import SourceLimits, SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError

PERSON = "Ottoline"

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def write(folder: Path, query: str, name: str = "log.parquet", options: str = "") -> Path:
    path = folder / name
    with closing(duckdb.connect()) as database:
        database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{options})")
    return path


def read_file(folder: Path, columns: Any = None, **options: Any) -> RawTable:
    limits = options.pop("limits", SourceLimits())
    return read(SourceSettings(file="log.parquet", **options), folder, columns, limits)


def refusal(folder: Path, columns: Any = None, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_file(folder, columns, **options)
    message = str(caught.value)
    assert PERSON not in message
    assert str(folder) not in message
    assert "What to do:" in message
    return message


def test_values_of_all_kinds_are_plain_text(tmp_path: Path) -> None:
    write(
        tmp_path,
        "SELECT 9007199254740993::BIGINT a, '007' b, DATE '2026-07-04' c, 1.50::DECIMAL(9,2) d,"
        " true e, 0.1::DOUBLE + 0.2 f, TIME '10:30' g, TIMESTAMP '2026-07-04 10:30:00' h, NULL i,"
        " TIMESTAMPTZ '2026-07-04 23:30:00+00' j, '' k, 7::UTINYINT l,"
        " '00000000-0000-0000-0000-000000000001'::UUID m",
    )

    [row] = read_file(tmp_path).frame.to_dict("records")

    assert list(row.values()) == [
        "9007199254740993", "007", "2026-07-04", "1.5", "TRUE", "0.3", "10:30:00",
        "2026-07-04 10:30:00", "", "2026-07-05 00:30:00", "", "7",
        "00000000-0000-0000-0000-000000000001",
    ]  # fmt: skip


def test_rows_come_in_their_order_and_only_wanted_columns_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        "SELECT n::VARCHAR AS \"Child  id\", [n] AS list, '\\x00'::BLOB AS raw, n AS \"a\"\"b\""
        " FROM range(300000) t(n)",
        options=", ROW_GROUP_SIZE 2048",
    )  # fmt: skip

    raw = read_file(tmp_path, ["Child id", 'a"b', "none"])

    assert list(raw.frame.columns) == ["Child id", 'a"b']
    assert raw.frame["Child id"].tolist() == [str(n) for n in range(300_000)]
    assert raw.frame.index[[0, -1]].tolist() == [1, 300_000]
    [part] = raw.parts
    assert (part.file, part.unit) == ("log.parquet", "record")
    assert part.columns == ("Child id", "list", "raw", 'a"b')


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (f"['{PERSON}']", "the column 'a' is not of a plain type"),
        (f"{{'name': '{PERSON}'}}", "the column 'a' is not of a plain type"),
        (f"MAP {{'name': '{PERSON}'}}", "the column 'a' is not of a plain type"),
        (f"'{PERSON}'::BLOB", "the column 'a' is not of a plain type"),
        (f"repeat('{PERSON}', 20000)", "a value is far too long"),
        ("DATE 'infinity'", ""),
        ("DATE '20000-01-01'", ""),
    ],
)
def test_a_column_without_one_form_as_text_is_refused_if_it_is_wanted(
    tmp_path: Path, value: str, says: str
) -> None:
    write(tmp_path, f"SELECT {value} AS a, 1 AS b")

    message = refusal(tmp_path, ["a", "b"]) if says else ""

    assert says in message
    assert read_file(tmp_path, ["b"]).frame["b"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("query", "limits", "says"),
    [
        ("SELECT n FROM range(9) t(n)", SourceLimits(rows=8), "the table has too many rows"),
        ("SELECT 1 AS a, 2 AS b", SourceLimits(columns=1), "too many columns. Found: 2"),
        ("SELECT 1 AS a", SourceLimits(bytes=20), "log.parquet: the file is too large"),
        ("SELECT repeat('x', 90000) AS a FROM range(99)", SourceLimits(bytes=90_000), "too large"),
        ("SELECT 1 AS a WHERE false", SourceLimits(), "log.parquet: the table is empty"),
        ('SELECT 1 AS a, 2 AS " a"', SourceLimits(), "columns 1 and 2 have the same name"),
    ],
)
def test_a_file_beyond_a_limit_or_without_rows_is_refused(
    tmp_path: Path, query: str, limits: SourceLimits, says: str
) -> None:
    write(tmp_path, query)

    assert says in refusal(tmp_path, limits=limits)


def test_a_name_with_a_quotation_mark_is_a_name(tmp_path: Path) -> None:
    write(tmp_path, "SELECT 1 AS a").rename(tmp_path / "it's.parquet")

    raw = read(SourceSettings(file="it's.parquet"), tmp_path)

    assert raw.frame["a"].tolist() == ["1"]


@pytest.mark.parametrize("name", ["a[1].parquet", "a*.parquet", "a?.parquet"])
def test_a_name_that_could_stand_for_others_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, "SELECT 1 AS a").rename(tmp_path / name)
    write(tmp_path, "SELECT 9 AS a", "a1.parquet")

    with pytest.raises(InputError, match="a character that stands for others"):
        read(SourceSettings(file=name), tmp_path)


@pytest.mark.parametrize(
    ("content", "says", "advice"),
    [
        (b"", "the file is empty", "export it again"),
        (b"a,b\n1,2\n", "the file is not a Parquet file", "set format = 'delimited'"),
        (b"PK\x03\x04", "the file is not a Parquet file", "set format = 'workbook'"),
        (b"PAR1", "cut off, damaged", "export it again"),
        (b"PAR1" + bytes(100) + b"PAR1", "cut off, damaged", "export it again"),
        (b"PARE" + bytes(100) + b"PARE", "the file is not a Parquet file", ""),
    ],
)
def test_a_file_that_is_no_sound_parquet_is_refused(
    tmp_path: Path, content: bytes, says: str, advice: str
) -> None:
    (tmp_path / "log.parquet").write_bytes(content)

    message = refusal(tmp_path)

    assert message.startswith("log.parquet: ")
    assert says in message
    assert advice in message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, f"SELECT '{PERSON}' || n AS a FROM range(5000) t(n)")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    assert "cut off, damaged" in refusal(tmp_path)


@same_folder
@given(
    at=st.integers(0, 10**9), put=st.binary(min_size=1, max_size=8), end=st.booleans(),
    codec=st.sampled_from(["uncompressed", "snappy", "zstd"]),
)  # fmt: skip
def test_a_file_with_damaged_bytes_is_read_or_refused(
    tmp_path: Path, at: int, put: bytes, end: bool, codec: str
) -> None:
    sound = tmp_path / codec
    if not sound.exists():
        query = f"SELECT n AS a, '{PERSON}' || n AS b, DATE '2026-01-01' AS c FROM range(99) t(n)"
        write(tmp_path, query, codec, f", COMPRESSION {codec}")
    data = bytearray(sound.read_bytes())
    at = len(data) - 1 - at % 300 if end else at % len(data)
    data[at : at + len(put)] = put
    (tmp_path / "log.parquet").write_bytes(data)

    message, raw = "", None
    try:
        raw = read_file(tmp_path)
    except InputError as error:
        message = str(error)

    assert PERSON not in message
    assert raw is None or not raw.frame.isna().to_numpy().any()


@same_folder
@given(content=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.parquet").write_bytes(b"PAR1" + content + b"PAR1")

    refusal(tmp_path)
