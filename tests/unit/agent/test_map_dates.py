"""Dates as Excel and databases hold them: serial numbers, moments, cells beside texts."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import FieldMapping, Mapped, Pseudonymiser, TableMapping, map_table
from oversight_agent.mapping.settings import EXCEL_DATE, ISO_DATE
from oversight_agent.problems import Part, Unit
from oversight_agent.sources import SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol import specification

STANDARD = specification.load("1.0").table("standard")
DAYS = [date(1900, 1, 1) + timedelta(days=n) for n in range(73_414)]
"""Every day that a table may hold."""


def map_days(*texts: str, date_format: str = ISO_DATE, unit: Unit = "line") -> Mapped:
    assert STANDARD is not None
    fields = tuple(
        FieldMapping(one, column="day", date_formats=(date_format,))
        if one.name == "policy_date"
        else FieldMapping(one, constant={"cohort": "all"}.get(one.name, 31))
        for one in STANDARD.fields
    )
    mapping = TableMapping(STANDARD, SourceSettings(file="s.csv"), fields)
    frame = pd.DataFrame({"day": list(texts)}, dtype="str")
    raw = RawTable(frame, (Part("s.csv", len(frame), ("day",), unit),))
    return map_table(mapping, raw, Pseudonymiser(bytes(32)))


def days(mapped: Mapped) -> list[date]:
    assert mapped.table is not None, mapped.problems
    return [one.date() for one in mapped.table.frame["policy_date"]]


def test_every_day_has_the_serial_number_that_excel_gives_it() -> None:
    serials = [str(n if n < 60 else n + 1) for n in range(1, len(DAYS) + 1)]

    assert days(map_days(*serials, date_format=EXCEL_DATE)) == DAYS


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        ("1", date(1900, 1, 1)),
        ("59", date(1900, 2, 28)),
        ("61", date(1900, 3, 1)),
        ("46207", date(2026, 7, 4)),
        ("46207.9999", date(2026, 7, 4)),
        (" 46207 ", date(2026, 7, 4)),
    ],
)
def test_a_serial_number_is_a_day(serial: str, day: date) -> None:
    assert days(map_days(serial, date_format=EXCEL_DATE)) == [day]


@pytest.mark.parametrize(
    "text",
    ["0", "0.5", "60", "60.5", "-1", "1e4", "46207,5", "2026-07-04", "73500", "1234567", "x"],
)
def test_what_is_no_serial_number_of_a_day_is_a_problem(text: str) -> None:
    mapped = map_days("46207", text, date_format=EXCEL_DATE)

    assert mapped.rows_rejected == 1
    assert mapped.problems[0].expected.endswith("written as 46349, Excel's day number")


@pytest.mark.parametrize(
    "text", ["31/02/2026", "31/2/2026", "12/31/2026", "29/02/2025 10:15", "00/01/2026"]
)
def test_a_day_that_never_was_is_told_as_such(text: str) -> None:
    [problem] = map_days(text, date_format="%d/%m/%Y").problems

    assert "read as %d/%m/%Y there is no such day" in problem.advice


@pytest.mark.parametrize("text", ["04/07/1066", "31/02/26", "4 July 2026", "2026-07-04", "x"])
def test_a_day_beyond_all_reason_or_of_another_form_is_not(text: str) -> None:
    [problem] = map_days(text, date_format="%d/%m/%Y").problems

    assert "no such day" not in problem.advice


@pytest.mark.parametrize(
    "text",
    ["2026-07-04", "2026-07-04 10:30:00", "2026-07-04T23:59", "2026-07-04 00:00:00.123456"],
)
def test_the_default_format_reads_a_day_with_a_time(text: str) -> None:
    assert days(map_days(text)) == [date(2026, 7, 4)]


@pytest.mark.parametrize(
    "text",
    [
        *["2026-07-04 24:00:00", "2026-07-04 10:60", "2026-02-30 10:00:00", "2026-07-04 10"],
        *["2026-07-04T10:00:00Z", "2026-07-04 10:00:00 +01:00", "2026-07-04 x", "04/07/2026 10:00"],
    ],
)
def test_a_moment_that_never_was_or_has_a_zone_is_a_problem(text: str) -> None:
    assert map_days(text).rows_rejected == 1


@pytest.mark.parametrize(
    ("text", "likely"),
    [("29999", False), ("30000", True), ("45123", True), ("45123.5", True), ("60000", True),
     ("60001", False), ("99999", False), ("20260704", False), ("4 July", False)],
)  # fmt: skip
def test_excels_format_is_advised_for_numbers_that_are_days_of_our_time(
    text: str, likely: bool
) -> None:
    (problem,) = map_days("2026-07-04", text).problems

    assert ('date_format = "excel"' in problem.advice) is likely


def test_date_cells_are_dates_beside_texts_of_any_format() -> None:
    texts = ["04/07/2026", "2026-07-05", "2026-07-06 09:00:00"]

    mapped = map_days(*texts, date_format="%d/%m/%Y", unit="row")

    assert days(mapped) == [date(2026, 7, 4), date(2026, 7, 5), date(2026, 7, 6)]


def test_delimited_text_has_no_date_cells() -> None:
    assert map_days("04/07/2026", "2026-07-05", date_format="%d/%m/%Y").rows_rejected == 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(DAYS), max_size=5), st.sampled_from([ISO_DATE, "%d.%m.%y"]))
def test_days_read_back(some: list[date], date_format: str) -> None:
    some = [day for day in some if date_format == ISO_DATE or 1970 <= day.year < 2068]

    assert days(map_days(*(d.strftime(date_format) for d in some), date_format=date_format)) == some
