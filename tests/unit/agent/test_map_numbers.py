"""Numbers as authorities write them become numbers, or a problem: never another number."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.mapping.numbers import number
from oversight_agent.mapping.settings import NumberFormat
from oversight_protocol import specification
from oversight_protocol.specification import Constraints, SpecField
from support.mapped import mapped, raw, standard, values

ANY = SpecField(name="n", type="number", title="", description="")
WHOLE = SpecField(name="n", type="integer", title="", description="")
GERMAN = NumberFormat(decimal=",", thousands=".")
WORKER = """\
specification = "1.0"
[tables.worker]
file = "w.csv"
{table}
[tables.worker.fields]
worker_id = {{ column = "W" }}
role = {{ constant = 5 }}
agency = {{ constant = 0 }}
fte = {{ column = "F"{fte} }}
role_start = {{ constant = 2020-01-01 }}
"""


def shares(folder: Path, texts: list[str], fte: str = "", table: str = ""):
    source = raw({"W": [str(n) for n in range(len(texts))], "F": texts}, "w.csv")
    return mapped(folder, WORKER.format(fte=fte, table=table), source)


@pytest.mark.parametrize(
    ("text", "written", "want"),
    [
        ("1.234,5", GERMAN, 1234.5),
        ("1234,5", GERMAN, 1234.5),
        ("-1.234.567", GERMAN, -1234567.0),
        ("1,234.5", NumberFormat(thousands=","), 1234.5),
        ("1 234", NumberFormat(thousands=" "), 1234.0),
        ("1\u00a0234", NumberFormat(thousands=" "), 1234.0),
        ("1\u202f234", NumberFormat(thousands=" "), 1234.0),
        ("50 %", NumberFormat(unit="%", divide_by=100), 0.5),
        ("50%", NumberFormat(unit="%", divide_by=100), 0.5),
        ("50", NumberFormat(unit="%", divide_by=100), 0.5),
        ("7 Weeks", NumberFormat(unit="weeks", multiply_by=7), 49.0),
        ("37", NumberFormat(divide_by=37), 1.0),
        ("0.1", NumberFormat(multiply_by=3), 0.3),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, written: NumberFormat, want: float) -> None:
    assert number(ANY, text, written) == want


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1.5", GERMAN),
        ("12.34", GERMAN),
        ("1.2345", GERMAN),
        ("1234.567", GERMAN),
        (".234", GERMAN),
        ("1..234", GERMAN),
        ("1,234", NumberFormat()),
        ("1e3", NumberFormat()),
        ("50 %", NumberFormat()),
        ("50 % of", NumberFormat(unit="%")),
        ("%", NumberFormat(unit="%")),
        ("٣", NumberFormat()),
        ("", NumberFormat()),
        ("- 5", NumberFormat()),
    ],
)
def test_what_is_not_written_so_is_no_number(text: str, written: NumberFormat) -> None:
    assert number(ANY, text, written) is None


@pytest.mark.parametrize(
    ("text", "want"), [("3", 3), ("3.0", 3), ("3.", 3), ("3.5", None), ("-0", 0), ("x", None)]
)
def test_a_whole_number_may_have_an_empty_fraction(text: str, want: int | None) -> None:
    found = number(WHOLE, text, NumberFormat())

    assert (found, type(found)) == (want, type(want))


def test_a_factor_that_leaves_no_whole_number_is_a_problem(tmp_path: Path) -> None:
    interval = '{ column = "N", number_format = { divide_by = 2 } }'

    found = standard(tmp_path, raw({"N": ["60", "61"]}), interval=interval)

    assert [problem.row for problem in found.problems] == [3]


def test_a_tables_number_format_holds_for_its_fields_and_a_fields_own_comes_first(
    tmp_path: Path,
) -> None:
    table = 'number_format = { decimal = "," }'

    by_table = shares(tmp_path, ["0,5", ""], table=table)
    by_field = shares(tmp_path, ["50"], ", number_format = { divide_by = 100 }", table)

    assert values(by_table, "fte") == [0.5, None]
    assert values(by_field, "fte") == [0.5]


def test_a_number_that_is_written_otherwise_is_told_how_it_should_be(tmp_path: Path) -> None:
    fte = ', number_format = { decimal = ",", thousands = ".", unit = "%", divide_by = 100 }'

    (problem,) = shares(tmp_path, ["1.5"], fte).problems

    assert problem.expected == "a number at least 0 and at most 1, written as 1.234,5 %"
    assert "number format" in problem.advice


@given(
    value=st.decimals(-(10**11), 10**11, places=3),
    decimal=st.sampled_from([".", ","]),
    thousands=st.sampled_from(["", ".", ",", " ", "'"]),
    unit=st.sampled_from(["", "%", "days"]),
)
def test_what_is_written_is_read_back(
    value: Decimal, decimal: str, thousands: str, unit: str
) -> None:
    if decimal == thousands:
        return
    text = f"{value:,}".replace(".", "D").replace(",", thousands).replace("D", decimal)
    written = NumberFormat(decimal=decimal, thousands=thousands, unit=unit)

    assert number(ANY, f"{text} {unit}".strip(), written) == float(value)


@given(st.text(max_size=6), st.sampled_from([GERMAN, NumberFormat(unit="%", divide_by=100)]))
def test_any_text_is_a_number_within_the_fields_bounds_or_none(
    text: str, written: NumberFormat
) -> None:
    fte = specification.load("1.0").table("worker")
    assert fte is not None
    field = SpecField(
        name="n", type="number", title="", description="",
        constraints=Constraints(minimum=0, maximum=1),
    )  # fmt: skip

    found = number(field, text, written)

    assert found is None or 0 <= found <= 1
