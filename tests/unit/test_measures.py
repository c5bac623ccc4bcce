"""The first study's SQL gives exactly what its definitions in plain Python give.

Two laws over small authorities full of edges. The rows of each base table's SQL are those of the
plain reference; and what the agent counts of them, by the whole authority and by each category,
before any protection, gives the reference's counts, sums and figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import given, settings

from oversight_agent.evaluate import QueryLimits, evaluate
from oversight_agent.tables import SpecTable, UnsafeRow, UnsafeTable
from oversight_protocol.release import row_keys
from oversight_protocol.study import BaseTable, Measure, Period
from reference import figures, worlds
from reference.in_duckdb import STUDY, Plain, by_definition, by_sql, database
from reference.measures import TABLES, Row, Tables
from support.spec_tables import Q2, Q3, spec_table

LIMITS = QueryLimits(memory_mib=256, threads=1)
PERIODS = (Q2, Q3)


def _data(tables: Tables) -> dict[str, SpecTable]:
    return {name: spec_table(name, records) for name, records in tables.items()}


def _expected(table: BaseTable, tables: Tables, period: Period) -> list[Row]:
    return TABLES[table.name](tables, period.start, period.end)


def test_the_reference_has_every_base_table_and_every_measure_of_the_study() -> None:
    medians = {measure.id for measure in STUDY.measures if measure.kind == "median"}

    assert set(TABLES) == {table.name for table in STUDY.base_tables}
    assert {*figures.FIGURES, *medians} == {measure.id for measure in STUDY.measures}


# ---------------------------------------------------------------------------------------- the rows


def _counter(rows: list[Plain]) -> Counter[tuple[tuple[str, str | None], ...]]:
    return Counter(tuple(row.items()) for row in rows)


@settings(max_examples=60, deadline=None)
@given(tables=worlds.tables())
def test_every_base_table_has_the_rows_of_its_definition(tables: Tables) -> None:
    with database(tables) as connection:
        for table in STUDY.base_tables:
            for period in PERIODS:
                found = by_sql(connection, table, period)

                expected = by_definition(tables, table, period)
                assert _counter(found) == _counter(expected), (table.name, period.id)


# -------------------------------------------------------------------------------------- the counts


def _line(row: UnsafeRow) -> dict[str, Any]:
    parts = {"cells": row.cells, "complements": row.complements}
    return {
        part: {code: vars(cell) for code, cell in cells.items()} for part, cells in parts.items()
    } | {"total": vars(row.total)}


def _expected_line(rows: Sequence[Row], table: BaseTable) -> dict[str, Any]:
    line = figures.line(rows, table.outcome_codes)
    return {
        part: {code: vars(cell) for code, cell in line[part].items()}
        for part in ("cells", "complements")
    } | {"total": vars(line["total"])}


def _of(rows: Sequence[Row], dimension: str, category: str) -> list[Row]:
    return [row for row in rows if not dimension or row.by[dimension] == category]


def _share(row: UnsafeRow, measure: Measure) -> Fraction | None:
    asked = sum(row.cells[code].count for code in measure.denominator)
    part = sum(row.cells[code].count for code in measure.numerator)
    return Fraction(part, asked) if asked else None


def _middle_bins(row: UnsafeRow, measure: Measure) -> tuple[str, str] | None:
    gaps = [code for code in measure.denominator for _ in range(row.cells[code].count)]
    return (gaps[(len(gaps) - 1) // 2], gaps[len(gaps) // 2]) if gaps else None


def _check_figures(row: UnsafeRow, table: BaseTable, mine: Sequence[Row]) -> None:
    for measure in STUDY.measures:
        if measure.table == table.name and measure.kind == "share":
            assert _share(row, measure) == figures.FIGURES[measure.id](mine), measure.id
        elif measure.table == table.name and measure.kind == "median":
            assert _middle_bins(row, measure) == figures.middle_bins(mine), measure.id


@settings(max_examples=12, deadline=None)
@given(tables=worlds.tables())
def test_the_agent_counts_of_every_base_table_what_its_definition_counts(tables: Tables) -> None:
    counted = [table for table in STUDY.base_tables if table.outcomes]

    for table, period, found in evaluate(counted, PERIODS, _data(tables), LIMITS):
        assert isinstance(found, UnsafeTable), table.name
        rows = _expected(table, tables, period)
        for (dimension, category), row in zip(row_keys(table), found.rows, strict=True):
            mine = _of(rows, dimension, category)
            assert (row.dimension, row.category) == (dimension, category)
            assert _line(row) == _expected_line(mine, table), (table.name, dimension, category)
            _check_figures(row, table, mine)
