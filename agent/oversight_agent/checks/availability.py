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
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from oversight_agent.checks.expected import (
    EMPTY_SAYS_SOMETHING,
    ENDS,
    FLOWS,
    MANY_ROWS,
    ROUNDS,
)
from oversight_agent.checks.statistics import DateCheck, FieldCheck
from oversight_protocol.coverage import Availability, Lack
from oversight_protocol.dictionary import needs
from oversight_protocol.specification import CALENDAR
from oversight_protocol.study import BaseTable, Measure, Period, Study, Wave

MOSTLY = 0.5
"""A needed field with a known value in less than this share of its rows is mostly missing."""

BUSY_ROWS = 30
"""Rows in the first two months of a quarter; with as many, a third month without one is a gap."""


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
    study: Study, wave: Wave, states: Mapping[str, TableState], today: date
) -> tuple[MeasureCheck, ...]:
    """Each measure of the study, in its order.

    Args:
        study: the study.
        wave: the quarters that it asks.
        states: the tables that are mapped, by the specification's name.
        today: the day of the check.
    """
    return tuple(_measure(study, one, wave.periods, states, today) for one in study.measures)


def _measure(
    study: Study,
    measure: Measure,
    periods: Sequence[Period],
    states: Mapping[str, TableState],
    today: date,
) -> MeasureCheck:
    table = study.table(measure.table)
    due = [one for one in periods if one.start <= today]
    lacks: dict[str, Lacking] = {}
    for one in _lacks(table, needs(study, measure).figure, due, states):
        known = lacks.get(one.data_point)
        if known is None or (one.blocks and not known.blocks):
            lacks[one.data_point] = one
    found = tuple(lacks[point] for point in sorted(lacks))
    return MeasureCheck(measure.number, measure.title, _state(found), found)


def _state(lacks: Sequence[Lacking]) -> Availability:
    if not lacks:
        return "available"
    return "not_available" if any(one.blocks for one in lacks) else "partly"


def _lacks(
    table: BaseTable,
    needed: Sequence[str],
    due: Sequence[Period],
    states: Mapping[str, TableState],
) -> Iterator[Lacking]:
    read = [name for name in table.reads if name != CALENDAR]
    for name in read:
        yield from _of_table(name, states.get(name), needed=name in _needed(table))
    told = {name: state for name in read if (state := states.get(name)) and _can_tell(state)}
    for point in needed:
        yield from _of_field(point, told, blocks=True)
    for one in table.dimension_needs:
        for point in one.fields:
            yield from _of_field(point, told, blocks=False)
    for name in (*FLOWS, *ROUNDS):
        if name in _needed(table) and name in told:
            yield from _of_periods(name, table, told[name], due)


def _can_tell(state: TableState) -> bool:
    """Whether a table's fields can be looked at one by one."""
    return state.problem is None and state.rows > 0


def _needed(table: BaseTable) -> frozenset[str]:
    """The tables that the figures are made of; all that are read if nothing finer is said."""
    return frozenset(point.split(".")[0] for point in table.needs) or frozenset(table.reads)


def _of_table(name: str, state: TableState | None, *, needed: bool) -> Iterator[Lacking]:
    if state is None:
        yield Lacking(name, "table_not_mapped", blocks=True, detail="")
    elif state.problem is not None:
        yield Lacking(name, state.problem, blocks=True, detail="")
    elif not state.rows:
        yield Lacking(name, "mostly_missing", blocks=needed, detail="the table has no rows")


def _of_field(point: str, told: Mapping[str, TableState], *, blocks: bool) -> Iterator[Lacking]:
    table, name = point.split(".")
    field = told[table].fields.get(name) if table in told else None
    if field is None:
        return
    if field.filling == "absent":
        yield Lacking(point, "field_not_mapped", blocks, "")
    elif not field.rows:
        yield Lacking(point, "mostly_missing", blocks, f"there are no {field.among}")
    elif field.filling == "constant":
        yield Lacking(point, "constant", blocks=False, detail="")
    elif _is_mostly_missing(field):
        detail = f"{field.known:,} of {field.rows:,} rows have a known value"
        nothing_left = not field.known and point not in ENDS
        yield Lacking(point, "mostly_missing", blocks and nothing_left, detail)


def _is_mostly_missing(field: FieldCheck) -> bool:
    rows = field.rows or 0
    if field.point in ENDS:
        return not field.known and rows >= MANY_ROWS
    if field.point in EMPTY_SAYS_SOMETHING:
        return not field.known
    return field.known < MOSTLY * rows


def _of_periods(
    name: str, table: BaseTable, state: TableState, due: Sequence[Period]
) -> Iterator[Lacking]:
    flows = FLOWS.get(name, ())
    fields = [one for one in flows if f"{name}.{one}" in table.needs] or [*flows, *_rounds(name)]
    dates = [state.dates[one] for one in fields]
    shares = [max(_covered(one, period) for one in dates) for period in due]
    if not shares or min(shares) == 1 or (name in ROUNDS and any(shares)):
        return
    missing = [
        f"{'no rows' if share == 0 else 'no rows in the last month'} in {period.label}"
        for period, share in zip(due, shares, strict=True)
        if share < 1
    ]
    reason: Lack = "period_partly_covered" if any(shares) else "period_not_covered"
    yield Lacking(f"{name}.{fields[0]}", reason, not any(shares), "; ".join(missing))


def _rounds(name: str) -> tuple[str, ...]:
    return (ROUNDS[name],) if name in ROUNDS else ()


def _covered(dates: DateCheck, period: Period) -> float:
    """How much of a quarter has rows: none of it, all, or all but its last month."""
    rows = [
        dates.months.get((period.start.year, period.start.month + number), 0) for number in range(3)
    ]
    if not any(rows):
        return 0
    return 0.5 if rows[2] == 0 and rows[0] + rows[1] >= BUSY_ROWS else 1
