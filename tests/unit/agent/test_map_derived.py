"""Fields that are derived from several columns of a row."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oversight_agent.mapping.checked import WorkingDays
from oversight_agent.mapping.derive import TO, working_days
from oversight_protocol import specification
from support.mapped import PSEUDONYMS, mapped, raw, standard, values

HOLIDAYS = specification.load("1.0").bank_holidays.days
YEARS = (HOLIDAYS[0].year, HOLIDAYS[-1].year)
TEAM = """\
specification = "1.0"
[tables.team]
file = "t.csv"
[tables.team.fields]
team_id = {team}
service = {{ constant = "other" }}
"""


def test_the_first_column_that_holds_something_counts(tmp_path: Path) -> None:
    cohort = '{ first_of = ["A", "B", "C"], codes = { "x" = "cin", "y" = "cp", "z" = "cla" } }'
    source = raw({"A": ["x", " ", ""], "B": ["y", "y ", ""], "C": ["", "z", "z"]})

    found = standard(tmp_path, source, cohort=cohort)

    assert values(found, "cohort") == ["cin", "cp", "cla"]


def test_a_required_field_whose_columns_are_all_empty_is_a_problem(tmp_path: Path) -> None:
    cohort = '{ first_of = ["A", "B"], codes = { "x" = "cin" } }'

    found = standard(tmp_path, raw({"A": ["x", " "], "B": ["", "\t"]}), cohort=cohort)

    assert [(problem.row, problem.found) for problem in found.problems] == [(3, "nothing")]


def test_an_identifier_is_joined_from_columns_without_the_white_space_around(
    tmp_path: Path,
) -> None:
    text = TEAM.format(team='{ join_text = ["A", "B"], separator = "-" }')

    found = mapped(tmp_path, text, raw({"A": [" 1"], "B": ["23 "]}, "t.csv"))

    assert values(found, "team_id") == [PSEUDONYMS.pseudonym("team", "1-23")]


def test_joined_identifiers_of_other_parts_are_others(tmp_path: Path) -> None:
    text = TEAM.format(team='{ join_text = ["A", "B"] }')

    found = mapped(tmp_path, text, raw({"A": ["1", "12"], "B": ["23", "3"]}, "t.csv"))

    first, second = values(found, "team_id")
    assert first != second


def test_half_an_identifier_is_none(tmp_path: Path) -> None:
    text = TEAM.format(team='{ join_text = ["A", "B"] }')

    found = mapped(tmp_path, text, raw({"A": ["1", ""], "B": ["", "2"]}, "t.csv"))

    assert [problem.row for problem in found.problems] == [2, 3]


def test_a_prefix_makes_one_identifier_of_two_ways_to_write_it(tmp_path: Path) -> None:
    text = TEAM.format(team='{ column = "A", prefix = "T" }')

    found = mapped(tmp_path, text, raw({"A": ["7"]}, "t.csv"))

    assert values(found, "team_id") == [PSEUDONYMS.pseudonym("team", "T7")]


def test_a_prefix_makes_nobody_of_nothing(tmp_path: Path) -> None:
    text = TEAM.format(team='{ column = "A", prefix = "T" }')

    assert mapped(tmp_path, text, raw({"A": [" "]}, "t.csv")).rows_rejected == 1


def interval(folder: Path, first: str, last: str):
    how = '{ working_days = { from = "A", to = "B" }, date_format = "%d/%m/%Y" }'
    return standard(folder, raw({"A": [first], "B": [last]}), interval=how)


@pytest.mark.parametrize(
    ("first", "last", "number"),
    [
        ("02/04/2026", "07/04/2026", 1),  # Good Friday and Easter Monday lie between
        ("03/07/2026", "06/07/2026", 1),  # from Friday to Monday
        ("04/07/2026", "06/07/2026", 1),
        ("06/07/2026", "13/07/2026 09:00", 5),
    ],
)
def test_working_days_are_counted_after_the_first_day_up_to_the_last(
    tmp_path: Path, first: str, last: str, number: int
) -> None:
    assert values(interval(tmp_path, first, last), "max_interval_days") == [number]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("01/01/2018", "31/12/2026", "99/99/9999 > 99/99/9…"),
        ("01/01/2026", "31/12/2060", "99/99/9999 > 99/99/9…"),
        ("01/01/2026", "then", "99/99/9999 > aaaa"),
        ("13/07/2026", "06/07/2026", "99/99/9999 > 99/99/9…"),
        ("13/07/2026", "", "nothing"),
    ],
)
def test_days_that_cannot_be_counted_are_a_problem(
    tmp_path: Path, first: str, last: str, found: str
) -> None:
    (problem,) = interval(tmp_path, first, last).problems

    assert problem.found.startswith(found[:19])


days = st.dates(date(YEARS[0], 1, 1), date(YEARS[1], 12, 31))


@given(days, st.integers(0, 400))
@example(date(2023, 12, 31), 2)
def test_working_days_are_those_of_counting_each_day(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), date(YEARS[1], 12, 31))
    between = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    want = sum(day.weekday() < 5 and day not in HOLIDAYS for day in between)

    found, bad = working_days(
        [f"{first}{TO}{last}"], WorkingDays(("a", "b"), HOLIDAYS, YEARS), ("%Y-%m-%d",)
    )

    assert (found, bad.tolist()) == ([want], [False])
