"""The first study as it is installed: what it says of itself holds against its own SQL and data."""

from __future__ import annotations

from functools import cache

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from oversight_protocol.errors import InputError
from oversight_protocol.specification import CALENDAR, load
from oversight_protocol.study import BaseTable, Outcome
from oversight_protocol.study_package import installed, load_package

STUDY = installed()
SPECIFICATION = load(STUDY.spec_version)
TABLES = pytest.mark.parametrize("table", STUDY.base_tables, ids=lambda one: one.name)

NUMBERS = {str(number) for number in range(1, 37)}
SPLIT = {"10": "abc", "34": "abcde"}
"""Measures of several figures that have no figure under their own number."""


def test_it_has_every_base_table_and_every_measure_of_the_programme() -> None:
    found = {measure.number for measure in STUDY.measures}

    assert len(STUDY.base_tables) == 24
    for number in NUMBERS:
        assert {f"{number}{letter}" for letter in SPLIT.get(number, [""])} <= found
    assert {number.rstrip("abcde") for number in found} == NUMBERS


def test_every_base_table_is_used_and_every_measure_says_what_it_would_show() -> None:
    assert {one.table for one in STUDY.measures} == {one.name for one in STUDY.base_tables}
    assert all(one.hypothesis and one.definition for one in STUDY.measures)


@cache
def _columns() -> dict[str, dict[str, str]]:
    known = {
        table.name: {field.name: "text" for field in table.fields}
        for table in SPECIFICATION.resources
    }
    return {**known, CALENDAR: {"day": "date"}}


def _used(table: BaseTable) -> set[str]:
    """The specification's fields that reach the result of a table's SQL."""
    tree = qualify(sqlglot.parse_one(table.sql, "duckdb"), schema=_columns(), dialect="duckdb")
    return {
        f"{source.name}.{column.name}"
        for scope in traverse_scope(pushdown_projections(tree))
        for column in scope.columns
        if isinstance(source := scope.sources.get(column.table), exp.Table)
        and source.name != CALENDAR
    }


@TABLES
def test_a_table_needs_exactly_the_fields_that_its_sql_uses(table: BaseTable) -> None:
    named = {*table.needs, *(field for one in table.dimension_needs for field in one.fields)}

    assert named == _used(table)


@TABLES
def test_a_table_reads_exactly_the_tables_that_it_needs(table: BaseTable) -> None:
    named = {*table.needs, *(field for one in table.dimension_needs for field in one.fields)}

    assert {field.split(".")[0] for field in named} == {*table.reads} - {CALENDAR}


@TABLES
def test_a_table_may_become_coarser_without_losing_its_bins(table: BaseTable) -> None:
    bins = [one for one in table.outcomes if one.low is not None]
    for step in table.collapse:
        if step.merge is None or not bins:
            continue
        first, *_, last = (one for one in bins if one.code in step.merge.outcomes)
        into: Outcome = step.merge.into
        assert (into.low, into.high) == (first.low, last.high)
        bins = [one for one in bins if one.code not in step.merge.outcomes]


def test_the_questions_of_the_survey_are_those_that_are_counted() -> None:
    survey, table = STUDY.survey, STUDY.table("survey")
    assert survey is not None
    (question,) = table.dimensions

    asked = tuple(one.id for one in survey.questions)

    assert question.codes == asked
    assert {one.code: one.label for one in question.categories} == {
        one.id: one.text for one in survey.questions
    }
    literals = sqlglot.parse_one(table.sql, "duckdb").find_all(exp.Literal)
    assert tuple(sorted(one.this for one in literals)) == asked
    assert tuple(one.label for one in table.outcomes) == survey.scale


def test_codes_of_survey_and_themes_have_the_form_that_the_specification_asks() -> None:
    survey = STUDY.survey
    assert survey is not None
    for name, codes in (
        ("survey_response.question_id", [one.id for one in survey.questions]),
        ("theme.theme_code", [one.code for one in STUDY.themes]),
    ):
        table, field = name.split(".")
        pattern = SPECIFICATION.table(table).field(field).pattern  # type: ignore[union-attr]
        assert codes
        assert pattern is not None
        assert all(pattern.fullmatch(code) for code in codes)


def test_no_package_of_another_name_is_installed() -> None:
    with pytest.raises(InputError, match="could not be read"):
        installed("no_such_study")


def test_a_part_of_a_study_that_is_no_toml_is_told_with_its_file() -> None:
    def read(file: str) -> str:
        return {"study.toml": 'survey = "survey.toml"\n[[base_tables]]\nname = "one"\n',
                "one.sql": "SELECT 1", "survey.toml": "="}[file]  # fmt: skip

    with pytest.raises(InputError, match=r"survey\.toml"):
        load_package(read, issued=STUDY.issued, expires=STUDY.expires)
