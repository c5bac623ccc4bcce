"""The benchmark's hand-written pandas counts what the agent counts: else the comparison is void.

It is also one more independent reading of the definitions, on data of another make.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import base_tables
import by_hand

from oversight_agent import readers
from oversight_agent.evaluate.run import evaluate
from oversight_agent.limits import QueryLimits
from oversight_agent.mapping import Pseudonymiser, load, map_table

KINDS = {"child_id": "children", "worker_id": "workers", "respondent_id": "workers"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    base_tables.prepare(folder, 0.01)
    return folder


@pytest.fixture(scope="module")
def tables(folder):
    """What the agent counts, by base table and period."""
    secret = Pseudonymiser((folder / "pseudonym.secret").read_bytes())
    data = {
        name: map_table(one, readers.read(one.source, folder), secret).table
        for name, one in load(folder / "mapping.toml").tables.items()
    }
    study = base_tables.study()
    periods = study.wave(base_tables.WAVE).periods
    found = evaluate(study.base_tables, periods, data, QueryLimits())
    return {f"{table.name} {period.id}": unsafe for table, period, unsafe in found}


def counted(unsafe):
    """The counts in the form of `by_hand.counts`."""
    name = unsafe.table.name
    persons = [KINDS[column] for column in by_hand.TABLES[name][2]]
    found = {}
    for row in unsafe.rows:
        place = f"{row.dimension}/{row.category}" if row.dimension else ""
        if row.sums and row.total.count:
            scales = {one.name: 10**one.decimals for one in unsafe.table.magnitudes}
            sums = [n / scales[m] for m, s in row.sums.items() for n in (s.value, s.largest)]
            found[place or "/all"] = [row.total.count, *sums]
        for code, cell in row.cells.items():
            if cell.count:
                behind = [getattr(cell, kind) for kind in persons]
                found[f"{place or ''}/{code}"] = [cell.count, *behind, cell.teams]
    return found


@pytest.mark.parametrize("name", by_hand.TABLES)
def test_pandas_by_hand_and_the_agent_count_the_same(name, folder, tables):
    data = by_hand.read(folder)
    make = by_hand.TABLES[name][0]

    for period, days in by_hand.QUARTERS.items():
        expected = by_hand.counts(make(by_hand.Quarter(data, *days)), name)

        found = counted(tables[f"{name} {period}"])
        assert found == pytest.approx(expected, abs=1e-9)
        assert sum(numbers[0] for numbers in expected.values()) > 0


def test_both_ways_answer_every_base_table_of_the_study():
    assert set(by_hand.TABLES) == {table.name for table in base_tables.study().base_tables}
