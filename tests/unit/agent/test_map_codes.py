"""Values become codes exactly, loosely, by patterns, or as what is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oversight_agent.mapping.codes import fits, fold
from support.mapped import STANDARD, loaded, mapped, raw, standard, values

THEME = """\
specification = "1.0"
[tables.theme]
file = "t.csv"
[tables.theme.fields]
session_id = {{ column = "S" }}
kind = {{ constant = "focus_group" }}
theme_code = {theme}
mentions = {{ constant = 1 }}
"""


def themes(folder: Path, theme: str, *texts: str):
    source = raw({"S": ["1"] * len(texts), "T": list(texts)}, "t.csv")
    return mapped(folder, THEME.format(theme=theme), source)


@pytest.mark.parametrize(
    "text", ["child in need", " CHILD  IN\tNEED", "ChildIn\u00a0Need", "child in\u200b need"]
)
def test_loosely_case_and_white_space_do_not_count(tmp_path: Path, text: str) -> None:
    cohort = '{ column = "C", match = "loose", codes = { "Child in Need" = "cin" } }'

    assert values(standard(tmp_path, raw({"C": [text]}), cohort=cohort), "cohort") == ["cin"]


@pytest.mark.parametrize("text", ["1 - 1", "1–1", "1\u20111", "1—1"])
def test_loosely_all_dashes_are_one(tmp_path: Path, text: str) -> None:
    cohort = '{ column = "C", codes = { "1-1" = "worker" } }'

    found = standard(tmp_path, raw({"C": [text]}), cohort=cohort, table='match = "loose"')

    assert values(found, "cohort") == ["worker"]


def test_exactly_case_does_count(tmp_path: Path) -> None:
    cohort = '{ column = "C", match = "exact", codes = { "CIN" = "cin" } }'

    found = standard(tmp_path, raw({"C": ["cin"]}), cohort=cohort, table='match = "loose"')

    assert [problem.found for problem in found.problems] == ["aaa"]


def test_the_specifications_own_codes_are_found_loosely(tmp_path: Path) -> None:
    cohort = '{ column = "C", match = "loose" }'

    found = standard(tmp_path, raw({"C": ["CARE_LEAVER", "Cp "]}), cohort=cohort)

    assert values(found, "cohort") == ["care_leaver", "cp"]


def test_codes_come_before_patterns_patterns_in_their_order_and_else_last(tmp_path: Path) -> None:
    cohort = (
        '{ column = "C", codes = { "Plan X" = "cla" },'
        ' patterns = { "Plan*" = "cp", "*X" = "cin" }, else = "all", blank = "worker" }'
    )
    texts = ["Plan X", "Plan Y X", "Y X", "plan", ""]

    found = standard(tmp_path, raw({"C": texts}), cohort=cohort)

    assert values(found, "cohort") == ["cla", "cp", "cin", "all", "worker"]


def test_an_empty_value_is_not_what_is_left(tmp_path: Path) -> None:
    cohort = '{ column = "C", else = "all", codes = { "x" = "cp" } }'

    found = standard(tmp_path, raw({"C": ["x", " "]}), cohort=cohort)

    assert [(problem.row, problem.found) for problem in found.problems] == [(3, "nothing")]


def test_a_short_code_of_the_form_stands_for_itself(tmp_path: Path) -> None:
    found = themes(tmp_path, '{ column = "T", else = "T99" }', "T01", " T02 ", "T1", "Ottoline")

    assert values(found, "theme_code") == ["T01", "T02", "T99", "T99"]


def test_what_is_not_of_the_form_of_a_short_code_is_a_problem(tmp_path: Path) -> None:
    found = themes(tmp_path, '{ column = "T" }', "T01", "t01", "T001", "T01\n2")

    assert [problem.row for problem in found.problems] == [3, 4, 5]
    assert found.problems[0].expected.startswith("a code of the form ^T[0-9]{2}$")


def test_with_codes_of_their_own_short_codes_are_those_alone(tmp_path: Path) -> None:
    theme = '{ column = "T", match = "loose", codes = { "time" = "T01" } }'

    found = themes(tmp_path, theme, "Time", "T02")

    assert [problem.row for problem in found.problems] == [3]
    assert found.problems[0].expected == "a value that the mapping gives a code"


def test_a_short_code_may_be_a_constant(tmp_path: Path) -> None:
    assert values(themes(tmp_path, '{ constant = "T07" }', "x"), "theme_code") == ["T07"]


def test_the_codes_that_nothing_becomes_are_known(tmp_path: Path) -> None:
    cohort = '{ column = "C", codes = { "x" = "cin" }, patterns = { "y*" = "cp" }, else = "all" }'
    text = STANDARD.format(
        table="", cohort=cohort, interval="{ column = 'I' }", date="{ column = 'D' }"
    )

    field, *others = loaded(tmp_path, text).tables["standard"].fields

    assert field.unused_codes == ("cla", "care_leaver", "worker")
    assert [one.unused_codes for one in others] == [(), ()]


pieces = st.lists(st.sampled_from(["a", "b", "*", "ab", "?", "[a]", "."]), max_size=7).map("".join)
words = st.lists(st.sampled_from(["a", "b", "ab", "?", "[a]", "."]), max_size=9).map("".join)


@given(pattern=pieces, text=words)
@example(pattern="a*a", text="a")
@example(pattern="*", text="")
@example(pattern="ab*ba", text="aba")
@example(pattern="a*b*c*d", text="abcd")
def test_a_pattern_fits_as_the_same_expression_does(pattern: str, text: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*")))

    assert fits(pattern, text) == bool(re.fullmatch(expression, text, re.DOTALL))


def test_the_worst_pattern_takes_little_time_on_a_long_text() -> None:
    pattern, text = "*a" * 100 + "b", "a" * 200_000
    work = 0

    class Counted(str):
        def find(self, *arguments: object) -> int:
            nonlocal work
            work += 1
            return str.find(self, *arguments)  # type: ignore[arg-type]

    assert not fits(pattern, text)
    assert not fits(pattern, Counted(text))
    assert work <= 100


@given(st.text(max_size=8), st.sampled_from([" ", "\t", "\u00a0", "\u200b", "\u00ad"]))
def test_white_space_anywhere_does_not_count_loosely(text: str, space: str) -> None:
    assert fold(f"{space}{text}{space}") == fold(text)
    assert not re.search(r"\s", fold(text))
