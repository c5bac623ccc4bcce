"""The worked examples of docs/figures.md are what the pool makes of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from oversight_coordinator.pool import AUTHORITY_COLUMNS, COLUMNS, pool
from oversight_protocol.release import Cell, Row, TableAnswer
from oversight_protocol.study import Dimension, Magnitude, Outcome, Place, Subject, Wave
from support import protocol

TEXT = (Path(__file__).parents[3] / "docs" / "figures.md").read_text(encoding="utf-8")
QUARTER = protocol.quarter(2026, 2)
COMPARED = ("both_good", "both_below", "other_good", "other_below")
BOUNDS = {"d0_14": (0, 14), "d15_28": (15, 28), "d29_42": (29, 42), "d43_more": (43, None)}


def bins():
    return tuple(Outcome(code=c, label=c, low=a, high=b) for c, (a, b) in BOUNDS.items())


TABLES = {
    "share": protocol.base_table(
        dimensions=(),
        outcomes=tuple(Outcome(code=c, label=c) for c in ("neither", "both", "unknown")),
    ),
    "ratio": protocol.base_table(
        dimensions=(),
        outcomes=(),
        subjects=(Subject(kind="workers", column="worker"),),
        magnitudes=(
            Magnitude(name="children", label="Children", unit="children", maximum=500),
            Magnitude(name="fte", label="Working time", unit="workers", maximum=1, decimals=2),
        ),
    ),
    "median": protocol.base_table(dimensions=(), outcomes=bins()),
    "part": protocol.base_table(
        dimensions=(
            Dimension(
                name="agency",
                label="Agency",
                categories=tuple(Outcome(code=c, label=c) for c in ("agency", "employed")),
            ),
        ),
        outcomes=(),
        subjects=(Subject(kind="workers", column="worker"),),
        magnitudes=(
            Magnitude(name="fte", label="Working time", unit="workers", maximum=1, decimals=2),
        ),
    ),
    "difference": protocol.base_table(
        dimensions=(), outcomes=tuple(Outcome(code=c, label=c) for c in COMPARED)
    ),
}
MEASURES = {
    "share": protocol.measure(numerator=("neither",), denominator=("neither", "both")),
    "ratio": protocol.measure(
        kind="ratio", unit="children", numerator=("children",), denominator=("fte",)
    ),
    "median": protocol.measure(
        kind="median", unit="days", numerator=(), denominator=tuple(BOUNDS)
    ),
    "part": protocol.measure(
        kind="part", numerator=("fte",), denominator=("fte",),
        place=Place(dimension="agency", code="agency"),
    ),
    "difference": protocol.measure(
        kind="difference", unit="percentage points", numerator=COMPARED[:1],
        denominator=COMPARED[:2], less=COMPARED[2:3], less_of=COMPARED[2:],
    ),
}  # fmt: skip


def example(kind):
    (found,) = re.findall(rf"```json example-{kind}\n(.*?)```", TEXT, re.DOTALL)
    return json.loads(found)


def release(table, la, shown):
    def cells(names):
        return tuple(
            Cell(outcome=name, value=shown[name], marker="" if shown[name] is not None else "[c]")
            for name in names
        )

    (total,) = cells(["all"])
    whole = Row(
        dimension="", category="", cells=cells(table.outcome_codes), total=total,
        sums=cells(table.magnitude_names),
    )  # fmt: skip
    nobody = Cell(outcome="all", value=None, marker="[c]")
    rows = [whole] + [
        Row(
            dimension=one.name, category=code, cells=(), total=nobody,
            sums=tuple(Cell(outcome=name, value=shown[code]) for name in table.magnitude_names),
        )
        for one in table.dimensions
        for code in one.codes
    ]  # fmt: skip
    answer = TableAnswer(table=table.name, period=QUARTER.id, status="released", rows=tuple(rows))
    return protocol.release(la=la, tables=(answer,))


@pytest.mark.parametrize("kind", TABLES)
def test_a_worked_example_comes_out_as_it_is_written(kind):
    table, written = TABLES[kind], example(kind)
    study = protocol.study(
        base_tables=(table,),
        measures=(MEASURES[kind],),
        waves=(Wave(id="wave-1", periods=(QUARTER,)),),
    )
    shown = dict(zip(protocol.LAS, written.pop("authorities"), strict=False))

    (row,) = pool(
        study, study.waves[0], protocol.LAS,
        {la: release(table, la, figures) for la, figures in shown.items()},
    )  # fmt: skip

    assert {name: getattr(row, name) for name in written} == written


def test_every_column_is_explained():
    assert all(re.search(rf"\b{column}\b", TEXT) for column in (*COLUMNS, *AUTHORITY_COLUMNS))
