"""Each measure of a study: available, partly or not, and which data point is lacking.

Rules kept here:

1. What a measure needs is what its base table says: the tables that it reads, the fields that its
   figures are made of, and those of its dimensions. It is judged by nothing else.
2. A lack that leaves no figure makes a measure not available: a table that cannot be read, a
   needed field that nothing fills, no row in any quarter. One that leaves a figure for a part only
   makes it partly available: no breakdown, a value that the mapping gives to all rows, most values
   missing, a quarter without rows.
3. A measure of one category (the agency workers' share) needs that dimension's fields like its own.
4. Where an end is missing in all of many rows, what has ended was left out; what goes on is there.
5. What is not there is told once: a table that is not mapped stands for all its fields.
6. A quarter that has not begun by the day of the check is no fault of the data.
7. The authority sees it exactly. Of what may be shared with others, nothing depends on a count of
   fewer than ten: few rows count as none, and a table or field of few rows is judged by its mapping
   and its faults alone (`SHARED`). So whether there is one row or none, it says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from oversight_agent.checks.expected import (
    CONSTANT_IS_RIGHT,
    EMPTY_SAYS_SOMETHING,
    ENDS,
    FLOWS,
    MANY_ROWS,
    ROUNDS,
)
from oversight_agent.checks.statistics import DateCheck, FieldCheck
from oversight_protocol.coverage import Availability, Lack
from oversight_protocol.dictionary import needs
from oversight_protocol.policy import FLOORS
from oversight_protocol.specification import CALENDAR
from oversight_protocol.study import BaseTable, Measure, Period, Study, Wave

MOSTLY = 0.5
"""A needed field with a known value in less than this share of its rows is mostly missing."""

BUSY_ROWS = 30
"""Rows in the first two months of a quarter; with as many, a third month without one is a gap."""


@dataclass(frozen=True)
class Sight:
    """How closely counts are looked at.

    Attributes:
        least: fewer rows than that count as none.
        spoken_of: of fewer rows than that, nothing is said that depends on their number; of the
            quarters of a wave neither, unless one of them has as many or none counts.
        busy: rows in the first two months of a quarter from which on a third month without one is a
            gap.
    """

    least: int
    spoken_of: int
    busy: int


EXACT = Sight(least=1, spoken_of=0, busy=BUSY_ROWS)
"""For the authority itself."""

SHARED = Sight(least=FLOORS["minimum_persons"].value, spoken_of=30, busy=2 * BUSY_ROWS)
"""For others: the minimum cell, and three times it where something is said to be lacking."""


@dataclass(frozen=True)
class TableState:
    """What can be said of a mapped table.

    Attributes:
        problem: why it cannot be used; None if it can.
        rows: how many it has.
        fields: by name, as `statistics` found them.
        dates: by name.
    """

    problem: Lack | None
    rows: int
    fields: Mapping[str, FieldCheck]
    dates: Mapping[str, DateCheck]


@dataclass(frozen=True)
class Lacking:
    """A data point that a measure lacks.

    Attributes:
        blocks: whether no figure is left.
        detail: what it comes to here, in words, where the reason does not say it all; it stays in
            the authority.
    """

    data_point: str
    reason: Lack
    blocks: bool
    detail: str


@dataclass(frozen=True)
class MeasureCheck:
    """A measure, and what it lacks, by data point."""

    number: str
    title: str
    availability: Availability
    lacks: tuple[Lacking, ...]


def availability(
    study: Study,
    wave: Wave,
    states: Mapping[str, TableState],
    today: date,
    sight: Sight = EXACT,
) -> tuple[MeasureCheck, ...]:
    """Each measure of the study, in its order.

    Args:
        study: the study.
        wave: the quarters that it asks.
        states: the tables that are mapped, by the specification's name.
        today: the day of the check.
        sight: how closely counts are looked at.
    """
    due = [one for one in wave.periods if one.start <= today]
    return tuple(
        _measure(one, needs(study, one).figure, _View(study.table(one.table), states, due, sight))
        for one in study.measures
    )


@dataclass(frozen=True)
class _View:
    """What a measure's base table reads, as it is seen.

    Attributes:
        due: the quarters that have begun.
    """

    table: BaseTable
    states: Mapping[str, TableState]
    due: Sequence[Period]
    sight: Sight

    @property
    def read(self) -> tuple[str, ...]:
        """The tables that a mapping may fill."""
        return tuple(name for name in self.table.reads if name != CALENDAR)

    @property
    def needed(self) -> frozenset[str]:
        """The tables that the figures are made of; all if nothing finer is said."""
        of_fields = frozenset(point.split(".")[0] for point in self.table.needs)
        return of_fields or frozenset(self.table.reads)

    @property
    def told(self) -> dict[str, TableState]:
        """The tables whose fields can be looked at one by one."""
        found = {name: self.states[name] for name in self.read if name in self.states}
        return {
            name: one for name, one in found.items()
            if one.problem is None and (one.rows or self.sight.spoken_of)
        }  # fmt: skip


def _measure(measure: Measure, needed: Sequence[str], view: _View) -> MeasureCheck:
    lacks: dict[str, Lacking] = {}
    for one in _lacks(needed, view):
        known = lacks.get(one.data_point)
        if known is None or (one.blocks and not known.blocks):
            lacks[one.data_point] = one
    found = tuple(lacks[point] for point in sorted(lacks))
    return MeasureCheck(measure.number, measure.title, _state(found), found)


def _state(lacks: Sequence[Lacking]) -> Availability:
    if not lacks:
        return "available"
    return "not_available" if any(one.blocks for one in lacks) else "partly"


def _lacks(needed: Sequence[str], view: _View) -> Iterator[Lacking]:
    for name in view.read:
        yield from _of_table(name, view)
    told = view.told
    for point in needed:
        yield from _of_field(point, told, view.sight, blocks=True)
    for one in view.table.dimension_needs:
        for point in one.fields:
            yield from _of_field(point, told, view.sight, blocks=False)
    for name in (*FLOWS, *ROUNDS):
        if name in view.needed and name in told and told[name].rows >= view.sight.spoken_of:
            yield from _of_periods(name, told[name], view)


def _of_table(name: str, view: _View) -> Iterator[Lacking]:
    state = view.states.get(name)
    if state is None:
        yield Lacking(name, "table_not_mapped", blocks=True, detail="")
    elif state.problem is not None:
        yield Lacking(name, state.problem, blocks=True, detail="")
    elif not state.rows and not view.sight.spoken_of:
        detail = "the table has no rows"
        yield Lacking(name, "mostly_missing", blocks=name in view.needed, detail=detail)


def _of_field(
    point: str, told: Mapping[str, TableState], sight: Sight, *, blocks: bool
) -> Iterator[Lacking]:
    table, name = point.split(".")
    field = told[table].fields.get(name) if table in told else None
    if field is None:
        return
    rows, known = field.rows or 0, field.known if field.known >= sight.least else 0
    if field.filling == "absent":
        yield Lacking(point, "field_not_mapped", blocks, "")
    elif not rows and not sight.spoken_of:
        yield Lacking(point, "mostly_missing", blocks, f"there are no {field.among}")
    elif field.filling == "constant":
        if point not in CONSTANT_IS_RIGHT:
            yield Lacking(point, "constant", blocks=False, detail="")
    elif rows >= sight.spoken_of and _is_mostly_missing(point, rows, known):
        detail = f"{field.known:,} of {rows:,} rows have a known value"
        nothing_left = not known and point not in ENDS
        yield Lacking(point, "mostly_missing", blocks and nothing_left, detail)


def _is_mostly_missing(point: str, rows: int, known: int) -> bool:
    if point in ENDS:
        return not known and rows >= MANY_ROWS
    if point in EMPTY_SAYS_SOMETHING:
        return not known
    return known < MOSTLY * rows


def _of_periods(name: str, state: TableState, view: _View) -> Iterator[Lacking]:
    flows, sight = FLOWS.get(name, ()), view.sight
    needed = [one for one in flows if f"{name}.{one}" in view.table.needs]
    fields = needed or [*flows, *_rounds(name)]
    dates = [state.dates[one] for one in fields]
    shares = [max(_covered(one, period, sight) for one in dates) for period in view.due]
    if not shares or min(shares) == 1 or (name in ROUNDS and any(shares)):
        return
    fullest = max(sum(_rows(one, period)) for one in dates for period in view.due)
    if any(shares) and fullest < sight.spoken_of:
        return
    missing = [
        f"{'no rows' if share == 0 else 'no rows in the last month'} in {period.label}"
        for period, share in zip(view.due, shares, strict=True)
        if share < 1
    ]
    reason: Lack = "period_partly_covered" if any(shares) else "period_not_covered"
    yield Lacking(f"{name}.{fields[0]}", reason, not any(shares), "; ".join(missing))


def _rounds(name: str) -> tuple[str, ...]:
    return (ROUNDS[name],) if name in ROUNDS else ()


def _covered(dates: DateCheck, period: Period, sight: Sight) -> float:
    """How much of a quarter has rows: none of it, all, or all but its last month."""
    rows = _rows(dates, period)
    if sum(rows) < sight.least:
        return 0
    return 0.5 if rows[2] < sight.least and rows[0] + rows[1] >= sight.busy else 1


def _rows(dates: DateCheck, period: Period) -> list[int]:
    """Rows in each month of a quarter."""
    return [
        dates.months.get((period.start.year, period.start.month + number), 0) for number in range(3)
    ]
