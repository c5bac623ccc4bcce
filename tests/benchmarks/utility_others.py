"""Three other ways of disclosure control on the same exact tables, and plain pooled figures.

    refused   a table with a cell below the threshold is refused as a whole (as DataSHIELD does; its
              empty cells are no reason). A breakdown is a table by itself, as is the whole line.
    primary   cells below the threshold, empty ones too, and dominated sums are gone; margins are
              recomputed from the cells that are left (as ACRO does). Nothing else is hidden.
    rounded   every figure is rounded to the nearest 10; nothing else is hidden.

These tools count rows, not persons, so the threshold is of rows here. Exact figures are given out
by the first two. Nothing of the defence or of the pool is used; none of them states an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from utility_world import Exact, ExactTable, RowKey

from oversight_protocol.release import TOTAL
from oversight_protocol.study import BaseTable, Measure

THRESHOLD, BASE, DOMINANCE_PERCENT = 10, 10, 10
WHOLE: RowKey = ("", "")

Rows = Mapping[RowKey, Mapping[str, int | None]]
"""What is given out of a table: a figure, or None where it is hidden."""


@dataclass(frozen=True)
class Given:
    """What a way gives out of a table, and what it hid.

    Attributes:
        primary: figures that a rule of it hides by themselves.
        secondary: figures that go with them.
    """

    rows: Rows
    primary: frozenset[tuple[RowKey, str]]
    secondary: frozenset[tuple[RowKey, str]]


Way = Callable[[ExactTable, BaseTable], Given]


def exact(table: ExactTable, _declared: BaseTable) -> Given:
    """Everything as it is: what no way can be better than."""
    return Given(_values(table), frozenset(), frozenset())


def refused(table: ExactTable, _declared: BaseTable) -> Given:
    """Whole-table refusal."""
    rows = {place: dict(line) for place, line in _values(table).items()}
    primary: set[tuple[RowKey, str]] = set()
    secondary: set[tuple[RowKey, str]] = set()
    for _, places in groupby(table, key=lambda place: place[0]):
        every = [(place, code) for place in places for code in table[place]]
        small = {at for at in every if 0 < table[at[0]][at[1]].behind < THRESHOLD}
        if small:
            primary |= small
            secondary |= set(every) - small
            for place, code in every:
                rows[place][code] = None
    return Given(rows, frozenset(primary), frozenset(secondary))


def primary(table: ExactTable, declared: BaseTable) -> Given:
    """Primary suppression alone, margins recomputed from the surviving cells."""
    gone = {
        (place, code)
        for place, line in table.items()
        for code, figure in line.items()
        if code != TOTAL or declared.magnitudes
        if figure.behind < THRESHOLD or _dominated(figure)
    }
    rows = {
        place: {code: None if (place, code) in gone else one.value for code, one in line.items()}
        for place, line in table.items()
    }
    if not declared.magnitudes:
        for line in rows.values():
            left = [value for code in declared.outcome_codes if (value := line[code]) is not None]
            line[TOTAL] = sum(left) if left else None
    lost = {(place, TOTAL) for place, line in rows.items() if line[TOTAL] is None} - gone
    return Given(rows, frozenset(gone | lost), frozenset())


def rounded(table: ExactTable, declared: BaseTable) -> Given:
    """Rounding to base 10; what was somebody and became nobody counts as hidden."""
    units = {one.name: 10**one.decimals for one in declared.magnitudes}
    rows = {
        place: {
            code: _nearest(figure.value, BASE * units.get(code, 1)) for code, figure in line.items()
        }
        for place, line in table.items()
    }
    vanished = {
        (place, code)
        for place, line in table.items()
        for code, figure in line.items()
        if figure.value and not rows[place][code]
    }
    return Given(rows, frozenset(vanished), frozenset())


def _values(table: ExactTable) -> Rows:
    return {place: {code: one.value for code, one in line.items()} for place, line in table.items()}


def _dominated(figure: Exact) -> bool:
    """The p% rule: who contributes second most finds the largest to within p percent."""
    rest = figure.value - figure.largest - figure.second
    return bool(figure.largest) and 100 * rest < DOMINANCE_PERCENT * figure.largest


def _nearest(value: int, base: int) -> int:
    return (value + base // 2) // base * base


# ---------------------------------------------------------------------- plain pooled figures


def pooled(
    measure: Measure, declared: BaseTable, row: RowKey, tables: Sequence[Rows]
) -> float | None:
    """A measure over authorities from what they gave out, as an analyst would add it up.

    An authority counts if all of the numerator was given out; its denominator is what is left of it
    (a margin that was recomputed). Of a median, all bins that were given out count.

    Returns:
        The figure in the measure's unit; None if nobody's cells allow one.
    """
    place = measure.place
    at = row if place is None or measure.kind == "part" else (place.dimension, place.code)
    match measure.kind:
        case "share":
            return _percent(tables, at, measure.numerator, measure.denominator)
        case "difference":
            first = _percent(tables, at, measure.numerator, measure.denominator)
            less = _percent(tables, at, measure.less, measure.less_of)
            return None if first is None or less is None else first - less
        case "ratio":
            return _ratio(tables, at, measure, declared)
        case "part":
            return _part(tables, measure, declared)
        case "median":
            return _median(tables, at, measure, declared)


def _percent(
    tables: Sequence[Rows], at: RowKey, numerator: Sequence[str], denominator: Sequence[str]
) -> float | None:
    above = below = 0
    for rows in tables:
        line = rows[at]
        counts = [line[code] for code in numerator]
        if None not in counts:
            above += sum(count or 0 for count in counts)
            below += sum(line[code] or 0 for code in denominator)
    return 100 * above / below if below else None


def _ratio(
    tables: Sequence[Rows], at: RowKey, measure: Measure, declared: BaseTable
) -> float | None:
    units = {one.name: 10**one.decimals for one in declared.magnitudes}
    (name,), (of,) = measure.numerator, measure.denominator
    lines = [rows[at] for rows in tables]
    both = [(line[name], line[of]) for line in lines if None not in (line[name], line[of])]
    above, below = sum(one or 0 for one, _ in both), sum(one or 0 for _, one in both)
    return above * units.get(of, 1) / below / units.get(name, 1) if below else None


def _part(tables: Sequence[Rows], measure: Measure, declared: BaseTable) -> float | None:
    if measure.place is None:
        return None
    (name,), (dimension, code) = measure.numerator, (measure.place.dimension, measure.place.code)
    [codes] = [one.codes for one in declared.dimensions if one.name == dimension]
    above = below = 0
    for rows in tables:
        part = rows[dimension, code][name]
        if part is not None:
            above += part
            below += sum(rows[dimension, one][name] or 0 for one in codes)
    return 100 * above / below if below else None


def _median(
    tables: Sequence[Rows], at: RowKey, measure: Measure, declared: BaseTable
) -> float | None:
    """The middle of the bins, each taken as spread evenly over its days."""
    bins = [one for one in declared.outcomes if one.code in measure.denominator]
    counts = [sum(rows[at][one.code] or 0 for rows in tables) for one in bins]
    half, below = sum(counts) / 2, 0
    for one, count in zip(bins, counts, strict=True):
        if count and below + count >= half:
            low = one.low or 0
            width = 0 if one.high is None else one.high + 1 - low
            return low + width * (half - below) / count
        below += count
    return None


def hidden(given: Given, *, whole: bool) -> Iterator[int]:
    """Figures that a way hid by its rule, then besides; of whole authorities or of categories."""
    for figures in (given.primary, given.secondary):
        yield sum((place == WHOLE) == whole for place, _ in figures)
