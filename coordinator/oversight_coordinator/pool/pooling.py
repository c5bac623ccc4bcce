"""One figure for each measure, period and row, over all authorities.

Of a share N / (N + R), where R is what the denominator counts beyond the numerator, the least value
is N low with R high, and the greatest is N high with R low. Where nothing bounds N or R from above,
the interval is 0 to 100.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from oversight_coordinator.pool.intervals import Interval, Key, add, collapse, of_table
from oversight_coordinator.pool.rows import Marker, PooledRow
from oversight_protocol.model import LaCode
from oversight_protocol.release import CONFIDENTIAL, Refusal, Release, Row, TableAnswer, row_keys
from oversight_protocol.study import BaseTable, Measure, Period, Study, Wave

_NUMERATOR, _REST, _OUTSIDE = "numerator", "rest of the denominator", "outside the denominator"


@dataclass(frozen=True)
class _Answered:
    """One authority's released table in one period."""

    rows: Mapping[tuple[str, str], Row]
    cells: Mapping[Key, Interval]

    @classmethod
    def of(cls, answer: TableAnswer, rounding_base: int) -> _Answered:
        rows = {(row.dimension, row.category): row for row in answer.rows}
        return cls(rows, of_table(answer.rows, rounding_base))

    def counts(self, row: tuple[str, str]) -> dict[str, int | None]:
        return {cell.outcome: cell.value for cell in self.rows[row].cells}


@dataclass(frozen=True)
class _Question:
    """What is pooled: one measure in one period."""

    study: Study
    wave: Wave
    measure: Measure
    period: Period
    asked: int

    @property
    def table(self) -> BaseTable:
        return self.study.table(self.measure.table)


def pool(
    study: Study,
    wave: Wave,
    asked: Sequence[LaCode],
    answers: Mapping[LaCode, Release | Refusal],
) -> tuple[PooledRow, ...]:
    """Pool a wave: measures in the study's order, their periods, then the whole and each category.

    Args:
        study: the question.
        wave: one of its waves.
        asked: the cohort.
        answers: by authority, what it answered. Each release has passed
            `oversight_protocol.release.check_release`.

    Raises:
        ValueError: an answer is of an authority that was not asked.
    """
    if not set(answers) <= set(asked):
        raise ValueError("an answer is of an authority that was not asked")
    releases = [answer for answer in answers.values() if isinstance(answer, Release)]
    answered = {
        (table.name, period.id): _answered(releases, table.name, period)
        for table in study.base_tables
        for period in wave.periods
    }
    return tuple(
        row
        for measure in study.measures
        for period in wave.periods
        for row in _rows(
            _Question(study, wave, measure, period, len(set(asked))),
            answered[measure.table, period.id],
        )
    )


def _answered(releases: Sequence[Release], table: str, period: Period) -> list[_Answered]:
    return [
        _Answered.of(answer, release.rules.rounding_base)
        for release in releases
        for answer in release.tables
        if (answer.table, answer.period, answer.status) == (table, period.id, "released")
    ]


def _rows(question: _Question, answered: Sequence[_Answered]) -> list[PooledRow]:
    groups = _groups(question.measure, question.table.outcome_codes)
    known = [collapse(one.cells, groups) for one in answered]
    return [_row(question, row, answered, known) for row in row_keys(question.table)]


def _groups(measure: Measure, outcomes: Sequence[str]) -> dict[str, str]:
    groups = dict.fromkeys(outcomes, _OUTSIDE)
    groups |= dict.fromkeys(measure.denominator, _REST)
    return groups | dict.fromkeys(measure.numerator, _NUMERATOR)


def _row(
    question: _Question,
    row: tuple[str, str],
    answered: Sequence[_Answered],
    known: Sequence[Mapping[Key, Interval]],
) -> PooledRow:
    measure = question.measure
    counts = [one.counts(row) for one in answered]
    published = [one for one in counts if all(one[o] is not None for o in measure.denominator)]
    numerator = _sum(published, measure.numerator)
    denominator = _sum(published, measure.denominator)
    lower, upper = _interval(row, known)
    return PooledRow(
        study=question.study.name,
        wave=question.wave.id,
        table=measure.table,
        measure=measure.id,
        period=question.period.id,
        dimension=row[0],
        category=row[1],
        estimate=_percent(numerator, denominator) if denominator else None,
        lower=lower,
        upper=upper,
        numerator=numerator if published else None,
        denominator=denominator if published else None,
        unit=measure.unit,
        las_published=len(published),
        las_answered=len(answered),
        las_asked=question.asked,
        marker=_marker(len(answered), len(published), denominator),
    )


def _sum(rows: Sequence[Mapping[str, int | None]], outcomes: Collection[str]) -> int:
    return sum(row[outcome] or 0 for row in rows for outcome in outcomes)


def _percent(numerator: int, denominator: int) -> float:
    """To one decimal, half up; in whole numbers, so that it is the same everywhere."""
    return (2000 * numerator + denominator) // (2 * denominator) / 10


def _marker(answered: int, published: int, denominator: int) -> Marker:
    if not answered:
        return "[x]"
    if not published:
        return CONFIDENTIAL
    return "" if denominator else "[z]"


def _interval(
    row: tuple[str, str], known: Sequence[Mapping[Key, Interval]]
) -> tuple[float | None, float | None]:
    if not known:
        return None, None
    numerator = add(one[*row, _NUMERATOR] for one in known)
    rest = add(one[*row, _REST] for one in known)
    if inf in (numerator.upper, rest.upper):
        return 0.0, 100.0
    return _bounds(numerator, rest)


def _bounds(numerator: Interval, rest: Interval) -> tuple[float, float]:
    """Percentages rounded outwards to one decimal."""
    most, least = numerator.lower + int(rest.upper), int(numerator.upper) + rest.lower
    lower = 1000 * numerator.lower // most / 10 if most else 0.0
    upper = -(-1000 * int(numerator.upper) // least) / 10 if least else 100.0
    return lower, upper
