"""The exact figures of synthetic authorities, counted from the records themselves.

Only the demonstration and the tests may read them: nobody has such figures of a real authority.
The definitions are the study's, in plain loops and comparisons, so that an error in the SQL, the
mapping or the pooling cannot hide here as well: `asof` says who is open, in post and on which plan
on a quarter's last day; the modules `truth_rows…` have the rows of the base tables; `truth_tables`
says what is counted of them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from oversight_coordinator import files
from oversight_coordinator.demo.asof import AsOf
from oversight_coordinator.demo.records import World
from oversight_coordinator.demo.truth_rows import Row
from oversight_coordinator.demo.truth_tables import TABLES, Table, gap_bin
from oversight_protocol.study import TOTAL, Measure, Period


class Place(NamedTuple):
    """A line of a base table; dimension and category are `""` for a whole authority."""

    la: str
    table: str
    period: str
    dimension: str
    category: str


class Key(NamedTuple):
    """What is counted or summed: a line's outcome, magnitude, or `all` of its rows."""

    la: str
    table: str
    period: str
    dimension: str
    category: str
    outcome: str


_Where = tuple[str, str, str, str]
"""Table, period, dimension, category."""


@dataclass(frozen=True)
class Truth:
    """Exact figures, zeros among them.

    Attributes:
        counts: rows by outcome, of the tables that have outcomes.
        sums: of the tables with magnitudes, each magnitude's sum; under `all` the number of rows.
        days: of supervision_gap, how many pairs lie how many days apart.
    """

    counts: Mapping[Key, int] = field(repr=False)
    sums: Mapping[Key, Decimal] = field(repr=False, default_factory=dict)
    days: Mapping[Place, Mapping[int, int]] = field(repr=False, default_factory=dict)

    def figure(
        self, las: Iterable[str], measure: Measure, period: str, dimension: str, category: str
    ) -> float | None:
        """A measure's exact figure over several authorities, in the measure's unit.

        Args:
            las: ONS codes.
            measure: of any kind; of one category only, it has a figure for the whole alone.
            period: its identifier.
            dimension: `""`, with category `""`, for the whole.
            category: of the dimension.

        Returns:
            None where there is nothing to divide by, or nothing to take a median of.

        Raises:
            KeyError: such a cell is not counted.
        """
        codes, place = tuple(las), (measure.table, period, dimension, category)
        of = measure.place
        if of is not None and measure.kind != "part":
            place = (measure.table, period, of.dimension, of.code)
        match measure.kind:
            case "share":
                return self.percent(codes, place, measure.numerator, measure.denominator)
            case "difference":
                return self._difference(codes, place, measure)
            case "ratio":
                return self._ratio(codes, place, measure)
            case "part":
                return self._part(codes, place, measure)
            case "median":
                return self._median(codes, place)

    def value(
        self,
        la: str,
        table: str,
        period: str,
        dimension: str,
        category: str,
        outcomes: Iterable[str],
    ) -> int:
        """The rows of one authority with any of these outcomes.

        Raises:
            KeyError: such a cell is not counted.
        """
        place = (la, table, period, dimension, category)
        return sum(self.counts[Key(*place, outcome)] for outcome in outcomes)

    def percent(
        self,
        las: Iterable[str],
        place: _Where,
        numerator: Iterable[str],
        denominator: Iterable[str],
    ) -> float | None:
        """The exact percentage over several authorities, or None where there is nothing to share.

        Args:
            las: ONS codes.
            place: table, period, dimension, category.
            numerator: outcomes.
            denominator: outcomes, the numerator's among them.

        Raises:
            KeyError: such a cell is not counted.
        """
        codes, above, below = tuple(las), tuple(numerator), tuple(denominator)
        total = sum(self.value(la, *place, below) for la in codes)
        return 100 * sum(self.value(la, *place, above) for la in codes) / total if total else None

    def _sum(self, las: Sequence[str], place: _Where, name: str) -> Decimal:
        return sum((self.sums[Key(la, *place, name)] for la in las), Decimal(0))

    def _difference(self, las: Sequence[str], place: _Where, measure: Measure) -> float | None:
        first = self.percent(las, place, measure.numerator, measure.denominator)
        second = self.percent(las, place, measure.less, measure.less_of)
        return None if first is None or second is None else first - second

    def _ratio(self, las: Sequence[str], place: _Where, measure: Measure) -> float | None:
        below = self._sum(las, place, measure.denominator[0])
        return float(self._sum(las, place, measure.numerator[0]) / below) if below else None

    def _part(self, las: Sequence[str], place: _Where, measure: Measure) -> float | None:
        of, name = measure.place, measure.numerator[0]
        whole = self._sum(las, place, name)
        if of is None or not whole:
            return None
        return float(100 * self._sum(las, (*place[:2], of.dimension, of.code), name) / whole)

    def _median(self, las: Sequence[str], place: _Where) -> float | None:
        numbers: Counter[int] = Counter()
        for la in las:
            numbers.update(self.days[Place(la, *place)])
        return _middle(sorted(numbers.items()))

    # ------------------------------------------------------------------ as a document

    @classmethod
    def joined(cls, truths: Iterable[Truth]) -> Truth:
        """What is true of several authorities, each counted apart."""
        counts: dict[Key, int] = {}
        sums: dict[Key, Decimal] = {}
        days: dict[Place, Mapping[int, int]] = {}
        for truth in truths:
            counts.update(truth.counts)
            sums.update(truth.sums)
            days.update(truth.days)
        return cls(counts, sums, days)

    def to_json(self) -> str:
        """All figures as a JSON document with one form, a line for each."""
        parts: dict[str, Iterable[dict[str, Any]]] = {
            "counts": ({**key._asdict(), "count": n} for key, n in sorted(self.counts.items())),
            "sums": ({**key._asdict(), "sum": str(n)} for key, n in sorted(self.sums.items())),
            "days": (
                {**place._asdict(), "pairs": sorted(pairs.items())}
                for place, pairs in sorted(self.days.items())
            ),
        }
        return "{" + ",\n".join(f'"{name}": {_lines(rows)}' for name, rows in parts.items()) + "}\n"

    @classmethod
    def read(cls, path: Path) -> Truth:
        """Read what `write` wrote.

        Raises:
            OSError: there is no such file.
        """
        found = json.loads(path.read_text("utf-8"))
        return cls(
            {Key(*_fields(row, Key)): row["count"] for row in found["counts"]},
            {Key(*_fields(row, Key)): Decimal(row["sum"]) for row in found["sums"]},
            {Place(*_fields(row, Place)): dict(row["pairs"]) for row in found["days"]},
        )

    def write(self, path: Path) -> None:
        """Write `truth.json`."""
        files.write(path, self.to_json().encode())


def count(la: str, world: World, periods: Sequence[Period]) -> Truth:
    """The exact figures of one authority."""
    counts: dict[Key, int] = {}
    sums: dict[Key, Decimal] = {}
    days: dict[Place, dict[int, int]] = {}
    for period in periods:
        asof = AsOf(world, period)
        for name, table in TABLES.items():
            places = {where: Place(la, name, period.id, *where) for where in table.places()}
            # Few rows differ: each different one is counted once, and then placed.
            rows = Counter(table.rows(asof))
            if table.magnitudes:
                sums |= _summed(table, rows, places)
                continue
            if table.in_days:
                days |= _spread(table, rows, places)
                rows = _binned(rows)
            counts |= _counted(table, rows, places)
    return Truth(counts, sums, days)


_Places = Mapping[tuple[str, str], Place]


def _counted(table: Table, rows: Counter[Row], places: _Places) -> dict[Key, int]:
    counts = {Key(*place, outcome): 0 for place in places.values() for outcome in table.outcomes}
    for row, number in rows.items():
        for where in table.places_of(row):
            counts[Key(*places[where], str(row[0]))] += number
    return counts


def _summed(table: Table, rows: Counter[Row], places: _Places) -> dict[Key, Decimal]:
    names = (TOTAL, *table.magnitudes)
    sums = {Key(*place, name): Decimal(0) for place in places.values() for name in names}
    for row, number in rows.items():
        values = (Decimal(1), *row[0])  # type: ignore[misc]
        for where in table.places_of(row):
            for name, value in zip(names, values, strict=True):
                sums[Key(*places[where], name)] += number * value
    return sums


def _spread(table: Table, rows: Counter[Row], places: _Places) -> dict[Place, dict[int, int]]:
    spread: dict[Place, Counter[int]] = {place: Counter() for place in places.values()}
    for row, number in rows.items():
        for where in table.places_of(row):
            spread[places[where]][int(row[0])] += number  # type: ignore[call-overload]
    return {place: dict(numbers) for place, numbers in spread.items()}


def _binned(rows: Counter[Row]) -> Counter[Row]:
    binned: Counter[Row] = Counter()
    for row, number in rows.items():
        binned[gap_bin(int(row[0])), *row[1:]] += number  # type: ignore[call-overload]
    return binned


def _middle(numbers: Sequence[tuple[int, int]]) -> float | None:
    """The median of values with how often each occurs, in rising order."""
    total = sum(number for _, number in numbers)
    if not total:
        return None
    return (_nth(numbers, (total - 1) // 2) + _nth(numbers, total // 2)) / 2


def _nth(numbers: Sequence[tuple[int, int]], place: int) -> int:
    for value, number in numbers:
        if place < number:
            return value
        place -= number
    raise AssertionError("the place is below the total")


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"


def _fields(row: dict[str, Any], kind: type[Key] | type[Place]) -> tuple[str, ...]:
    return tuple(row[name] for name in kind._fields)
