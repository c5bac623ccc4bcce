"""The benchmark's three other ways give out what they are said to: else the comparison is void."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oversight_protocol.study import Measure
from support.exact_tables import base_table

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import utility_others as others
from utility_world import Exact

CODES = ("both", "neither", "unknown")
DECLARED = base_table(CODES, {"service": ["cin", "cla"]})
SHARE = Measure(
    id="both", number="1", title="T", definition="D", table="recording",
    numerator=("both",), denominator=CODES,
)  # fmt: skip


def exact_table(cin, cla):
    whole = [one + other for one, other in zip(cin, cla, strict=True)]
    rows = {("", ""): whole, ("service", "cin"): cin, ("service", "cla"): cla}
    return {
        row: {
            code: Exact(number, number)
            for code, number in zip((*CODES, "all"), (*counts, sum(counts)), strict=True)
        }
        for row, counts in rows.items()
    }


TABLE = exact_table([60, 30, 9], [40, 26, 0])


def test_one_small_cell_refuses_its_breakdown_and_an_empty_one_or_a_whole_line_does_not():
    with_nine = others.refused(exact_table([60, 30, 9], [40, 20, 10]), DECLARED)
    with_none = others.refused(exact_table([60, 30, 20], [40, 20, 0]), DECLARED)

    assert set(with_nine.rows["service", "cla"].values()) == {None}
    assert with_nine.rows["", ""]["unknown"] == 19
    assert with_nine.primary == {(("service", "cin"), "unknown")}
    assert len(with_nine.secondary) == 7
    assert with_none.rows["service", "cla"] == {"both": 40, "neither": 20, "unknown": 0, "all": 60}


def test_primary_alone_recomputes_the_margin_from_the_cells_that_are_left():
    given = others.primary(TABLE, DECLARED)

    assert given.rows["service", "cin"] == {
        "both": 60, "neither": 30, "unknown": None, "all": 90,
    }  # fmt: skip
    assert given.rows["", ""] == {"both": 100, "neither": 56, "unknown": None, "all": 156}


def test_rounding_hides_only_somebody_who_becomes_nobody():
    given = others.rounded(exact_table([60, 35, 4], [40, 26, 0]), DECLARED)

    assert given.rows["service", "cin"] == {"both": 60, "neither": 40, "unknown": 0, "all": 100}
    assert given.primary == {(("service", "cin"), "unknown"), (("", ""), "unknown")}


def test_an_authority_whose_numerator_is_hidden_is_in_no_half_of_the_pool():
    tables = [
        others.primary(exact_table([60, 30, 9], [40, 26, 0]), DECLARED).rows,
        others.primary(exact_table([5, 50, 50], [40, 26, 0]), DECLARED).rows,
    ]

    figure = others.pooled(SHARE, DECLARED, ("service", "cin"), tables)

    assert figure == pytest.approx(100 * 60 / 90)
