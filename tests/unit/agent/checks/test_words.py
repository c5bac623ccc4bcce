"""The words that page and terminal share."""

from __future__ import annotations

import pytest

from oversight_agent.checks import words
from oversight_agent.checks.grouping import Form, grouped
from oversight_agent.checks.keys import UncheckedKey
from oversight_agent.problems import Problem


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("a.csv, line 2", "a.csv, line 2"),
        ("a.csv, line 2; a.csv, line 9 and others", "a.csv, lines 2, 9 and others"),
        ("a.csv, line 2; b.csv, line 3; b.csv, line 4; a.csv, line 9",
         "a.csv, line 2; b.csv, lines 3, 4; a.csv, line 9"),
        ("Log, v2.xlsx, sheet A, row 2; Log, v2.xlsx, sheet A, row 1,003",
         "Log, v2.xlsx, sheet A, rows 2, 1,003"),
        ("2 rows that share their key: a.csv, line 2; a.csv, line 5",
         "2 rows that share their key: a.csv, lines 2, 5"),
        ("there is no such file", "there is no such file"),
        ("ba.csv, line 2; a.csv, line 3", "ba.csv, line 2; a.csv, line 3"),
    ],
)  # fmt: skip
def test_a_file_is_named_once_for_the_rows_that_follow_each_other(given: str, told: str):
    assert words.places(given) == told


def test_data_points_are_told_by_table():
    fields = ("worker.worker_id", "worker.fte", "allocation.role")

    assert words.points(fields) == "worker: worker_id, fte; allocation: role"


@pytest.mark.parametrize(
    ("fields", "names", "told"),
    [
        (("event_id",), "", "no two rows share event_id"),
        (("worker_id", "role_start"), "", "no two rows share worker_id and role_start"),
        (("child_id", "type", "start"), "", "no two rows share child_id, type and start"),
        (("team_id",), "team", "each team_id is in team"),
    ],
)
def test_a_key_is_told_by_what_it_must_keep(fields: tuple[str, ...], names: str, told: str):
    assert words.key(UncheckedKey("any", fields, names, ())) == told


def found(*shapes: str, more: int = 0):
    problems = [
        Problem("a.csv", row, "start", one, "a date", "mend it")
        for row, one in enumerate(shapes, start=2)
    ]
    if more:
        told = f"{more:,} rows more with a problem in this field"
        problems.append(Problem("a.csv", 0, "start", told, "", ""))
    (group,) = grouped(problems)
    return group


def test_what_was_found_is_told_with_its_rows_and_the_rest_in_number():
    group = found("9", "9", "a", "aa", "aaa", "aaa")

    assert words.extent(group) == "6 rows"
    assert words.forms(group, 2) == [
        ("9", "2 rows: lines 2, 3"), ("aaa", "2 rows: lines 6, 7"), ("2 other forms", "2 rows"),
    ]  # fmt: skip
    assert words.forms(found("9"), 2) == [("9", "line 2")]


def test_of_rows_that_are_not_listed_no_form_is_said():
    group = found(*["9"] * 99, "a", more=2900)

    assert words.extent(group) == "3,000 rows"
    assert words.forms(group, 2) == [
        ("9", "99 of the first 100 rows: lines 2, 3, 4, 5, 6 and others"),
        ("a", "1 of the first 100 rows: line 101"),
    ]
    assert words.forms(found(*["9"] * 100, more=1), 2) == [
        ("9", "all of the first 100 rows: lines 2, 3, 4, 5, 6 and others")
    ]


def test_what_is_wrong_with_a_whole_file_is_told_as_it_is():
    (group,) = grouped([Problem("a.csv", 0, "", "there is no such file", "a file", "put it there")])

    assert words.forms(group, 2) == [("there is no such file", "")]
    assert group.forms == (Form("there is no such file", 0, ""),)
