"""A source becomes a table, or every problem in it is told by line and without a value."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import (
    FieldMapping,
    Mapped,
    Pseudonymiser,
    TableMapping,
    load,
    map_table,
)
from oversight_agent.mapping.codes import Codes
from oversight_agent.mapping.settings import Code
from oversight_agent.problems import Part, Problem
from oversight_agent.sources import SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol import specification
from oversight_protocol.errors import InputError

SECRET = bytes(31) + b"\x01"
PSEUDONYMS = Pseudonymiser(SECRET)
SPECIFICATION = specification.load("1.0")
ROLES: dict[str, Code] = {"SW": 5, "TM": 3}
FORMAT = "%d/%m/%Y"


def worker_mapping(**changes: dict[str, Any]) -> TableMapping:
    settings_of: dict[str, dict[str, Any]] = {
        "worker_id": {"column": "No"},
        "role": {"column": "Job", "codes": Codes(dict(ROLES))},
        "agency": {"column": "Agency", "codes": Codes({"0": 0, "1": 1, "": 0})},
        "fte": {"column": "FTE"},
        "role_start": {"column": "From", "date_formats": (FORMAT,)},
        "role_end": {"column": "To", "date_formats": (FORMAT,)},
        "team_id": {"column": "Team"},
    } | changes
    table = SPECIFICATION.table("worker")
    assert table is not None
    fields = tuple(FieldMapping(each, **settings_of.get(each.name, {})) for each in table.fields)
    return TableMapping(table, SourceSettings(file="staff.csv"), fields)


GOOD_ROW = {
    "No": " W1 ",
    "Job": "SW",
    "Agency": "",
    "FTE": "0.50",
    "From": "01/02/2020 ",
    "To": "",
    "Team": "T",
    "Notes": "free text",
}


def raw_table(*rows: dict[str, str]) -> RawTable:
    frame = pd.DataFrame([GOOD_ROW | row for row in rows], columns=list(GOOD_ROW), dtype="str")
    frame.index = pd.Index([2 + 3 * number for number in range(len(rows))], dtype="int64")
    return raw(frame, "staff.csv")


def raw(frame: pd.DataFrame, file: str) -> RawTable:
    return RawTable(frame, (Part(file, len(frame), tuple(map(str, frame.columns))),))


def map_rows(*rows: dict[str, str]) -> Mapped:
    return map_table(worker_mapping(), raw_table(*rows), PSEUDONYMS)


def test_a_table_has_all_fields_of_the_specification_in_its_types() -> None:
    mapped = map_rows({})

    assert mapped.table is not None
    assert mapped.table.name == "worker"
    assert [(name, str(dtype)) for name, dtype in mapped.table.frame.dtypes.items()] == [
        ("worker_id", "str"),
        ("role", "Int64"),
        ("agency", "Int64"),
        ("fte", "Float64"),
        ("kss", "Int64"),
        ("role_start", "datetime64[s]"),
        ("role_end", "datetime64[s]"),
        ("supervisor_id", "str"),
        ("team_id", "str"),
    ]


def test_a_row_is_converted_field_by_field() -> None:
    mapped = map_rows({})

    assert mapped.table is not None
    assert mapped.problems == ()
    row = mapped.table.frame.iloc[0]
    assert row["worker_id"] == PSEUDONYMS.pseudonym("worker", "W1")
    assert (row["role"], row["agency"], row["fte"]) == (5, 0, 0.5)
    assert row["role_start"] == pd.Timestamp(2020, 2, 1)
    assert row[["kss", "role_end", "supervisor_id"]].isna().all()


def test_a_constant_stands_in_every_row() -> None:
    mapping = worker_mapping(
        kss={"constant": 2}, fte={"constant": 1}, role_end={"constant": date(2026, 1, 31)}
    )

    mapped = map_table(mapping, raw_table({}, {}), PSEUDONYMS)

    assert mapped.table is not None
    frame = mapped.table.frame
    assert frame["kss"].tolist() == [2, 2]
    assert frame["fte"].tolist() == [1.0, 1.0]
    assert frame["role_end"].tolist() == [pd.Timestamp(2026, 1, 31)] * 2
    assert str(frame["role_end"].dtype) == "datetime64[s]"


def test_a_source_without_rows_becomes_a_table_without_rows() -> None:
    mapped = map_rows()

    assert mapped.table is not None
    assert len(mapped.table.frame) == 0
    assert str(mapped.table.frame["role_start"].dtype) == "datetime64[s]"
    assert (mapped.rows_read, mapped.rows_rejected) == (0, 0)


@pytest.mark.parametrize(
    ("row", "field", "found", "expected"),
    [
        ({"Job": "Zoë Ottoline"}, "role", "aaa aaaaaaaa", "a value that the mapping gives a code"),
        ({"Job": "sw"}, "role", "aa", "a value that the mapping gives a code"),
        ({"Job": ""}, "role", "nothing", "a value in every row"),
        ({"No": " "}, "worker_id", "nothing", "a value in every row"),
        ({"FTE": "1,5"}, "fte", "9,9", "a number at least 0 and at most 1"),
        ({"FTE": "1.01"}, "fte", "9.99", "a number at least 0 and at most 1"),
        ({"FTE": "-0.1"}, "fte", "-9.9", "a number at least 0 and at most 1"),
        ({"FTE": "inf"}, "fte", "aaa", "a number at least 0 and at most 1"),
        ({"From": ""}, "role_start", "nothing", "a value in every row"),
        (
            {"To": "31/02/2020"},
            "role_end",
            "99/99/9999",
            "a date from 1900 to 2100, written as 23/11/2026",
        ),
        ({"To": "31/12/1899"}, "role_end", "99/99/9999", "a date from 1900 to 2100"),
        ({"To": "01/01/2101"}, "role_end", "99/99/9999", "a date from 1900 to 2100"),
        ({"To": "2020-02-01"}, "role_end", "9999-99-99", "a date from 1900 to 2100"),
        ({"To": "today"}, "role_end", "aaaaa", "a date from 1900 to 2100"),
        ({"To": "NaT"}, "role_end", "aaa", "a date from 1900 to 2100"),
    ],
)
def test_a_row_with_a_problem_is_told_and_there_is_no_table(
    row: dict[str, str], field: str, found: str, expected: str
) -> None:
    mapped = map_rows({}, row, {})

    assert mapped.table is None
    assert (mapped.rows_read, mapped.rows_rejected) == (3, 1)
    (problem,) = mapped.problems
    assert (problem.file, problem.row, problem.field) == ("staff.csv", 5, field)
    assert problem.found == found
    assert problem.expected.startswith(expected)
    assert problem.advice


@pytest.mark.parametrize(
    ("day", "want"),
    [
        ("01/01/1900", (1900, 1, 1)),
        ("31/12/2100", (2100, 12, 31)),
        ("29/02/2024", (2024, 2, 29)),
        ("1/2/2020", (2020, 2, 1)),
    ],
)
def test_dates_at_the_ends_of_the_range_and_leap_days_are_read(
    day: str, want: tuple[int, int, int]
) -> None:
    mapped = map_rows({"To": day})

    assert mapped.table is not None
    assert mapped.table.frame["role_end"][0] == pd.Timestamp(*want)


def test_a_time_of_day_is_dropped() -> None:
    mapping = worker_mapping(role_end={"column": "To", "date_formats": ("%d/%m/%Y %H:%M",)})

    mapped = map_table(mapping, raw_table({"To": "01/03/2020 23:59"}), PSEUDONYMS)

    assert mapped.table is not None
    assert mapped.table.frame["role_end"][0] == pd.Timestamp(2020, 3, 1)


def test_a_row_with_several_problems_is_rejected_once() -> None:
    mapped = map_rows({"Job": "x", "FTE": "x"}, {})

    assert [problem.field for problem in mapped.problems] == ["role", "fte"]
    assert mapped.rows_rejected == 1


def test_the_problems_of_a_field_are_listed_up_to_a_hundred_with_the_number_of_the_rest() -> None:
    mapped = map_rows(*[{"Job": "x"}] * 103, {"FTE": "x"})

    assert [problem.field for problem in mapped.problems] == ["role"] * 101 + ["fte"]
    assert mapped.problems[100].row == 0
    assert mapped.problems[100].found == "3 rows more with a problem in this field"
    assert mapped.rows_rejected == 104


def test_a_column_that_the_source_lacks_is_refused_with_the_nearest() -> None:
    mapping = worker_mapping(role_start={"column": "Form"})

    with pytest.raises(InputError, match=r"^staff\.csv: the file has no column 'Form'.*'From'"):
        map_table(mapping, raw_table({}), PSEUDONYMS)


def test_a_source_without_a_header_does_not_show_its_first_row() -> None:
    source = raw(pd.DataFrame({"Ottoline": ["x"]}, dtype="str"), "staff.csv")

    with pytest.raises(InputError) as caught:
        map_table(worker_mapping(), source, PSEUDONYMS)

    assert "Ottoline" not in str(caught.value)


def test_a_mapping_file_and_a_source_come_together(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(
        'specification = "1.0"\n[tables.team]\nfile = "t.csv"\n[tables.team.fields]\n'
        'team_id.column = "T"\nservice = { column = "S", blank = "other" }\n'
    )
    frame = pd.DataFrame({"T": ["1", "2"], "S": ["assessment", " "]}, dtype="str")

    mapping = load(tmp_path / "mapping.toml").tables["team"]
    mapped = map_table(mapping, raw(frame, "t.csv"), PSEUDONYMS)

    assert mapped.table is not None
    assert mapped.table.frame["service"].tolist() == ["assessment", "other"]


# The reference: one value at a time, from the rules' text.


def reference(field: str, text: str) -> tuple[object, bool]:
    """A value and whether it is a problem."""
    text = text.strip()
    if field == "agency" and not text:
        return 0, False
    if not text:
        return None, field in ("worker_id", "role", "role_start")
    value = READ[field](text)
    return value, value is None


def reference_pseudonym(kind: str, text: str) -> str:
    return hmac.new(SECRET, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()[:32]


def reference_number(text: str) -> float | None:
    plain = re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", text, re.ASCII)
    return float(text) if plain and len(text) < 10 and 0 <= float(text) <= 1 else None


def reference_date(text: str) -> datetime | None:
    try:
        day = datetime.strptime(text.removesuffix(" 00:00"), FORMAT)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2100 else None


READ: dict[str, Any] = {
    "worker_id": lambda text: reference_pseudonym("worker", text),
    "team_id": lambda text: reference_pseudonym("team", text),
    "role": ROLES.get,
    "agency": {"0": 0, "1": 1}.get,
    "fte": reference_number,
    "role_start": reference_date,
    "role_end": reference_date,
}
COLUMNS = {
    each.field.name: each.column for each in worker_mapping().fields if each.column is not None
}
good_dates = st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: day.strftime(FORMAT))
GOOD_VALUES: dict[str, st.SearchStrategy[str]] = {
    "No": st.text(min_size=1, max_size=3).filter(lambda text: text.strip() != ""),
    "Job": st.sampled_from(["SW", " TM ", "TM"]),
    "Agency": st.sampled_from(["0", "1", "", " "]),
    "FTE": st.sampled_from(["", "0", "1", ".5", "1.", "+0.25", "0.333", "-0"]),
    "From": good_dates | st.sampled_from(["1/2/2020", " 29/02/2024"]),
    "To": good_dates | st.just(""),
    "Team": st.sampled_from(["", "T1", "T2 "]),
}
odd = st.sampled_from(
    [
        *["", " ", "today", "now", "NaT", "nan", "None", "<NA>", "31/02/2020", "29/02/2023"],
        *["31/12/1899", "01/01/2101", "2020-01-01", "1e0", "0x1", "1_0", "-1", "2", "1.0.0", "٣"],
        *["SW", "sw", "0", "1", "0.5", "01/01/20", "01/01/2020 00:00", "1/1/0001", "\ud7ff"],
    ]
) | st.text(max_size=4)
good_rows = st.fixed_dictionaries(GOOD_VALUES)
any_rows = st.fixed_dictionaries({name: good | odd for name, good in GOOD_VALUES.items()})


@settings(deadline=None)
@given(rows=st.lists(good_rows, max_size=6) | st.lists(any_rows, max_size=6))
@example(rows=[])
def test_mapping_is_the_same_as_value_by_value(rows: list[dict[str, str]]) -> None:
    want = [
        {field: reference(field, row[column]) for field, column in COLUMNS.items()} for row in rows
    ]
    problems = {
        (2 + 3 * number, field)
        for number, row in enumerate(want)
        for field, (_, is_problem) in row.items()
        if is_problem
    }

    mapped = map_rows(*rows)

    assert {(problem.row, problem.field) for problem in mapped.problems} == problems
    assert mapped.rows_rejected == len({line for line, _ in problems})
    assert (mapped.table is None) == bool(problems)
    if mapped.table is not None:
        got = mapped.table.frame[list(COLUMNS)].astype(object)
        assert got.where(got.notna(), None).to_dict("records") == [
            {field: value for field, (value, _) in row.items()} for row in want
        ]


def test_neither_result_nor_problem_shows_a_value() -> None:
    mapped = map_rows({"Job": "Ottoline"}, {})

    assert "Ottoline" not in repr(mapped) + repr(mapped.problems)
    assert isinstance(mapped.problems[0], Problem)
