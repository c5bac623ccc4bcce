"""Figures, tables and bars as the page's template needs them: words and lengths, no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import PooledRow
from oversight_protocol.errors import FAMILY_TEXT
from oversight_protocol.study import Measure, Period, Study, Wave

Place = tuple[str, str, str, str]
"""Measure, period, dimension, category."""

LEAD = "neither_part_recorded"
"""The measure that answers the study's hypothesis, if the study has it; else its first one does."""

_LONGEST_BAR = 82.0
"""Percent of the chart's width, so that the longest bar leaves room for its number."""

_ENDINGS = {
    "released": ("Released", "Its figures are in this report."),
    "held": ("Held", "A person at the authority has yet to decide on the release."),
    "unreachable": ("Not reached", "It did not answer in time."),
}


@dataclass(frozen=True)
class Line:
    """A table's line: its heading and one figure per period."""

    heading: str
    figures: tuple[PooledRow, ...]


@dataclass(frozen=True)
class Group:
    """Lines under a heading of their own: the whole, or a dimension's categories."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Section:
    """A measure with its table."""

    measure: Measure
    unit: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Bar:
    """A bar of the chart; `length` is in percent of its width."""

    label: str
    figure: PooledRow
    length: float
    leads: bool


@dataclass(frozen=True)
class Ending:
    """How the run ended for an authority, in words."""

    name: str
    outcome: str
    sentence: str


def by_place(rows: Sequence[PooledRow]) -> dict[Place, PooledRow]:
    """The figures by where they stand."""
    return {(row.measure, row.period, row.dimension, row.category): row for row in rows}


def lead(study: Study) -> Measure:
    """The measure that the page opens with."""
    return next((one for one in study.measures if one.id == LEAD), study.measures[0])


def section(
    study: Study, wave: Wave, measure: Measure, figures: Mapping[Place, PooledRow]
) -> Section:
    """A measure's table: the whole first, then each dimension."""

    def line(heading: str, dimension: str, category: str) -> Line:
        places = [(measure.id, period.id, dimension, category) for period in wave.periods]
        return Line(heading, tuple(figures[place] for place in places))

    table = study.table(measure.table)
    whole = Group("", (line("All together", "", ""),))
    parts = (
        Group(d.label, tuple(line(one.label, d.name, one.code) for one in d.categories))
        for d in table.dimensions
    )
    return Section(measure, table.unit, (whole, *parts))


def shares(study: Study) -> tuple[Measure, ...]:
    """The measures that split the same whole as the lead does, one outcome each."""
    first = lead(study)
    return tuple(
        one
        for one in study.measures
        if one.table == first.table
        and set(one.denominator) == set(first.denominator)
        and len(one.numerator) == 1
    )


def bars(study: Study, period: Period, figures: Mapping[Place, PooledRow]) -> tuple[Bar, ...]:
    """The chart of one period; a figure that is not there has a bar without length."""
    found = [(one, figures[one.id, period.id, "", ""]) for one in shares(study)]
    most = max((row.estimate or 0.0 for _, row in found), default=0.0) or 1.0
    return tuple(
        Bar(
            one.title,
            row,
            round(_LONGEST_BAR * (row.estimate or 0.0) / most, 1),
            one.id == lead(study).id,
        )
        for one, row in found
    )


def endings(las: Sequence[LaOutcome]) -> tuple[Ending, ...]:
    """Every authority by name, with what became of it; a refusal with its family's sentence."""
    return tuple(_ending(one) for one in sorted(las, key=lambda one: (one.name, one.la)))


def _ending(one: LaOutcome) -> Ending:
    if one.family is not None:
        return Ending(one.name, "Refused", FAMILY_TEXT[one.family])
    return Ending(one.name, *_ENDINGS[one.outcome])
