"""Pooled figures of every way beside the truth, and how many figures each way hid.

Rules kept here:

1. One truth for all ways: over every authority that has the data, whether or not its figures were
   released. So an authority that a way leaves out counts as that way's error.
2. An interval is held to what it says: the truth over the authorities that released the table.
3. Errors of shares, parts and differences are in percentage points, of ratios in percent of the
   truth, of medians in days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import utility_others as others
from utility_world import RowKey, World

from oversight_protocol.release import (
    row_keys,
)
from oversight_protocol.study import BaseTable, Measure

Scale = Literal["points", "percent of the truth", "days"]
WHOLE: RowKey = ("", "")

OTHERS: Mapping[str, others.Way] = {
    "exact": others.exact,
    "whole-table refusal": others.refused,
    "primary alone": others.primary,
    "rounding to 10": others.rounded,
}


@dataclass(frozen=True)
class Asked:
    """One figure to be pooled.

    Attributes:
        las: the authorities that have the data.
        truth: over all of them.
    """

    measure: Measure
    period: str
    row: RowKey
    las: tuple[str, ...]
    truth: float

    @property
    def scale(self) -> Scale:
        """What its error is in."""
        scales: dict[str, Scale] = {"ratio": "percent of the truth", "median": "days"}
        return scales.get(self.measure.kind, "points")

    @property
    def is_whole(self) -> bool:
        """Whether it is of whole authorities."""
        return self.row == WHOLE

    def error(self, estimate: float) -> float:
        """How far off an estimate is, in its scale."""
        off = abs(estimate - self.truth)
        return 100 * off / self.truth if self.scale == "percent of the truth" else off


@dataclass(frozen=True)
class Figure:
    """What a way makes of it.

    Attributes:
        error: None if there is no estimate.
        complete: whether every authority that has the data is in the estimate.
        denominator: of the estimate.
        interval: None if none is stated.
        holds: whether the interval holds the truth of those it is about.
    """

    asked: Asked
    error: float | None
    complete: bool = False
    denominator: int = 0
    interval: tuple[float, float] | None = None
    holds: bool = False

    @property
    def width(self) -> float | None:
        """Of the interval."""
        return None if self.interval is None else self.interval[1] - self.interval[0]


@dataclass(frozen=True)
class Hidden:
    """Figures of all released tables: how many there are, and how many were hidden by what."""

    figures: int
    primary: int
    secondary: int

    @property
    def published(self) -> float:
        """Percent."""
        return 100 * (self.figures - self.primary - self.secondary) / self.figures


@dataclass(frozen=True)
class Result:
    """What one way gives.

    Attributes:
        unbounded: by measure and period, authorities whose own figure may be anything.
    """

    name: str
    figures: tuple[Figure, ...]
    whole: Hidden
    categories: Hidden
    unbounded: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)


def asked(world: World) -> Iterator[Asked]:
    """Every figure that could be pooled from exact tables."""
    for measure in world.study.measures:
        rows = (WHOLE,) if measure.place else row_keys(world.study.table(measure.table))
        for period in world.wave.periods:
            for row in rows:
                las = tuple(_having(world, measure, period.id, row))
                truth = world.truth.figure(las, measure, period.id, *row) if las else None
                if truth is not None:
                    yield Asked(measure, period.id, row, las, truth)


def _having(world: World, measure: Measure, period: str, row: RowKey) -> Iterator[str]:
    place = (measure.place.dimension, measure.place.code) if measure.place else row
    for la, one in world.answered.items():
        if place in one.exact.get((measure.table, period), {}):
            yield la


# ---------------------------------------------------------------------- the three others


def of_other(world: World, name: str, questions: Sequence[Asked]) -> Result:
    """What another way gives."""
    declared = {table.name: table for table in world.study.base_tables}
    given = {
        (la, *where): OTHERS[name](table, declared[where[0]])
        for la, one in world.answered.items()
        for where, table in one.exact.items()
    }
    figures = tuple(_plain(each, declared[each.measure.table], given) for each in questions)
    whole, categories = (_hidden(given, whole=one) for one in (True, False))
    return Result(name, figures, whole, categories)


def _plain(
    each: Asked, declared: BaseTable, given: Mapping[tuple[str, str, str], others.Given]
) -> Figure:
    tables = [given[la, each.measure.table, each.period].rows for la in each.las]
    estimate = others.pooled(each.measure, declared, each.row, tables)
    return Figure(each, None if estimate is None else each.error(estimate))


def _hidden(given: Mapping[tuple[str, str, str], others.Given], *, whole: bool) -> Hidden:
    counted = [tuple(others.hidden(one, whole=whole)) for one in given.values()]
    figures = sum(
        len(line)
        for one in given.values()
        for row, line in one.rows.items()
        if (row == WHOLE) == whole
    )
    return Hidden(figures, sum(one for one, _ in counted), sum(one for _, one in counted))
