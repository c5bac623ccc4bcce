"""The demonstration's truth, the study's SQL and the plain reference: three ways, one count.

The truth of the synthetic authorities is written apart from both, over records in place of tables.
Here the study's SQL is run over a small authority's records and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pytest

from oversight_coordinator.demo.generate import QUARTERS, Synthetic, make_world
from oversight_coordinator.demo.records import World
from oversight_coordinator.demo.truth import Key, Truth, count
from oversight_protocol.release import row_keys
from oversight_protocol.specification import CALENDAR
from oversight_protocol.study import TOTAL, BaseTable
from reference.conventions import Tables
from reference.in_duckdb import STUDY, Plain, by_sql, database

MEDWAY = "E06000035"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(Synthetic(MEDWAY), seed=3, scale=0.2)


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    return count(MEDWAY, world, QUARTERS)


def _tables(world: World, table: BaseTable) -> Tables:
    return {
        name: [record._asdict() for record in world.table(name)]
        for name in table.reads
        if name != CALENDAR
    }


def _in(rows: Sequence[Plain], dimension: str, category: str) -> list[Plain]:
    return [row for row in rows if not dimension or row[dimension] == category]


@pytest.mark.parametrize("table", STUDY.base_tables, ids=lambda table: table.name)
def test_the_truth_counts_what_the_sql_yields(table: BaseTable, world: World, truth: Truth) -> None:
    with database(_tables(world, table)) as connection:
        for period in QUARTERS:
            rows = by_sql(connection, table, period)

            assert rows
            for place in row_keys(table):
                mine, key = _in(rows, *place), (MEDWAY, table.name, period.id, *place)
                outcomes = Counter(row.get("outcome") for row in mine)
                for code in table.outcome_codes:
                    assert outcomes[code] == truth.counts[Key(*key, code)], (*key, code)
                for name in table.magnitude_names:
                    total = sum(Decimal(str(row[name])) for row in mine)
                    assert total == truth.sums[Key(*key, name)], (*key, name)
                if table.magnitudes:
                    assert len(mine) == truth.sums[Key(*key, TOTAL)], key
