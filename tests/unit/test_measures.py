"""The first study's SQL gives exactly what its definitions in plain Python give.

Two laws over small authorities full of edges. The rows of each base table's SQL are those of the
plain reference; and what the agent counts of them, by the whole authority and by each category,
before any protection, gives the reference's counts, sums and figures. A measure of one category,
and a part, are figures of the whole authority alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import given, settings

from oversight_agent.evaluate.run import evaluate
from oversight_agent.limits import QueryLimits
from oversight_agent.tables import SpecTable, UnsafeRow, UnsafeTable
from oversight_protocol.release import row_keys
from oversight_protocol.study import TOTAL, BaseTable, Measure, Period
from reference import figures, sample, worlds
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


def test_the_small_authorities_show_every_outcome_of_every_base_table() -> None:
    for table in STUDY.base_tables:
        shown = {row.outcome for rows in sample.rows(table.name) for row in rows}

        assert shown == (set(table.outcome_codes) or {None}), table.name


# ---------------------------------------------------------------------------------------- the rows


def _counter(rows: list[Plain]) -> Counter[tuple[tuple[str, str | None], ...]]:
    return Counter(tuple(row.items()) for row in rows)


@settings(max_examples=100, deadline=None)
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
    return {
        "cells": {code: vars(cell) for code, cell in row.cells.items()},
        "complements": {code: vars(cell) for code, cell in row.complements.items()},
        "total": vars(row.total),
        "sums": {name: vars(each) for name, each in row.sums.items()},
    }


def _expected_line(rows: Sequence[Row], table: BaseTable) -> dict[str, Any]:
    line = figures.line(rows, table.outcome_codes)
    return {
        "cells": {code: vars(cell) for code, cell in line["cells"].items()},
        "complements": {code: vars(cell) for code, cell in line["complements"].items()},
        "total": vars(line["total"]),
        "sums": {
            one.name: vars(figures.summed(rows, one.name, one.decimals)) for one in table.magnitudes
        },
    }


def _of(rows: Sequence[Row], dimension: str, category: str) -> list[Row]:
    return [row for row in rows if not dimension or row.by[dimension] == category]


Places = dict[tuple[str, str], UnsafeRow]
"""What the agent counted of the whole authority and of each category."""

WHOLE = ("", "")


def _share(row: UnsafeRow, numerator: Sequence[str], denominator: Sequence[str]) -> Fraction | None:
    asked = sum(row.cells[code].count for code in denominator)
    part = sum(row.cells[code].count for code in numerator)
    return Fraction(part, asked) if asked else None


def _difference(row: UnsafeRow, measure: Measure) -> Fraction | None:
    first = _share(row, measure.numerator, measure.denominator)
    second = _share(row, measure.less, measure.less_of)
    return None if first is None or second is None else first - second


def _middle_bins(row: UnsafeRow, measure: Measure) -> tuple[str, str] | None:
    gaps = [code for code in measure.denominator for _ in range(row.cells[code].count)]
    return (gaps[(len(gaps) - 1) // 2], gaps[len(gaps) // 2]) if gaps else None


def _sum(row: UnsafeRow, table: BaseTable, name: str) -> Fraction:
    decimals = {magnitude.name: magnitude.decimals for magnitude in table.magnitudes}
    if name == TOTAL:
        return Fraction(row.total.count)
    return Fraction(row.sums[name].value, 10 ** decimals[name])


def _ratio(part: UnsafeRow, of: UnsafeRow, table: BaseTable, measure: Measure) -> Fraction | None:
    below = _sum(of, table, measure.denominator[0])
    return _sum(part, table, measure.numerator[0]) / below if below else None


def _figure(found: Places, place: tuple[str, str], table: BaseTable, measure: Measure) -> object:
    row = found[(measure.place.dimension, measure.place.code) if measure.place else place]
    match measure.kind:
        case "part":
            return _ratio(row, found[place], table, measure)
        case "ratio":
            return _ratio(row, row, table, measure)
        case "median":
            return _middle_bins(row, measure)
        case "difference":
            return _difference(row, measure)
        case "share":
            return _share(row, measure.numerator, measure.denominator)


def _expected_figure(rows: Sequence[Row], measure: Measure) -> object:
    if measure.kind == "median":
        return figures.middle_bins(rows)
    return figures.FIGURES[measure.id](rows)


def _measures(table: BaseTable, place: tuple[str, str]) -> list[Measure]:
    """Those that the place has a figure of."""
    own = [measure for measure in STUDY.measures if measure.table == table.name]
    return [measure for measure in own if place == WHOLE or measure.place is None]


@settings(max_examples=6, deadline=None)
@given(tables=worlds.tables(crowded=True))
def test_the_agent_counts_of_every_base_table_what_its_definition_counts(tables: Tables) -> None:
    for table, period, found in evaluate(STUDY.base_tables, PERIODS, _data(tables), LIMITS):
        assert isinstance(found, UnsafeTable), table.name
        rows = _expected(table, tables, period)
        counted = {(row.dimension, row.category): row for row in found.rows}
        assert list(counted) == list(row_keys(table))
        for place, row in counted.items():
            mine = _of(rows, *place)
            assert _line(row) == _expected_line(mine, table), (table.name, *place)
            for measure in _measures(table, place):
                figure = _figure(counted, place, table, measure)
                assert figure == _expected_figure(mine, measure), measure.id
