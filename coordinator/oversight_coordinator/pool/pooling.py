"""One figure for each measure, period and row over all authorities; and one for each authority."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from oversight_coordinator.pool.answers import ONE_MOMENT, Answered, Answers, Moments, read
from oversight_coordinator.pool.differences import Difference
from oversight_coordinator.pool.figures import (
    UNBOUNDED,
    Bounds,
    Estimate,
    Kind,
    Parts,
    RowKey,
    add_parts,
)
from oversight_coordinator.pool.medians import Median
from oversight_coordinator.pool.parts import Part
from oversight_coordinator.pool.ratios import Ratio
from oversight_coordinator.pool.rows import AuthorityRow, Marker, PooledRow
from oversight_coordinator.pool.shares import Share
from oversight_protocol.model import LaCode
from oversight_protocol.release import CONFIDENTIAL, row_keys
from oversight_protocol.study import BaseTable, Measure, Period, Study, Wave

_WHOLE: RowKey = ("", "")


@dataclass(frozen=True)
class _Figure:
    """A figure of one row, over some authorities.

    Attributes:
        estimate: None if none of them published all that it needs.
        published: how many did.
        answered: how many released the table.
    """

    estimate: Estimate | None
    bounds: Bounds
    published: int
    answered: int

    @property
    def value(self) -> float | None:
        return self.estimate.value if self.estimate else None

    @property
    def numerator(self) -> int | None:
        return self.estimate.numerator if self.estimate else None

    @property
    def denominator(self) -> int | None:
        return self.estimate.denominator if self.estimate else None

    @property
    def marker(self) -> Marker:
        """Why there is no estimate."""
        if not self.answered:
            return "[x]"
        if self.estimate is None:
            return CONFIDENTIAL
        return "[z]" if self.estimate.value is None else ""


@dataclass(frozen=True)
class _Question:
    """One measure in one period, and who answered its table."""

    measure: Measure
    table: BaseTable
    period: Period
    answered: Mapping[LaCode, Answered]

    @cached_property
    def kind(self) -> Kind:
        return _kind(self.measure, self.table)

    @property
    def rows(self) -> tuple[RowKey, ...]:
        """Those with a figure: all of the table's, or for one of a category the whole alone."""
        return (_WHOLE,) if self.measure.place else row_keys(self.table)

    def _source(self, row: RowKey) -> RowKey:
        """Where in the table the values of a row's figure stand."""
        place = self.measure.place
        if place is None or self.measure.kind == "part":
            return row
        return place.dimension, place.code

    @cached_property
    def parts(self) -> dict[LaCode, dict[RowKey, Parts]]:
        return {la: self.kind.parts(one.cells) for la, one in self.answered.items()}

    def figure(self, row: RowKey, las: Sequence[LaCode]) -> _Figure:
        """A row's figure over those of some authorities that answered, and have data for it."""
        dimension = self.measure.place.dimension if self.measure.place else row[0]
        answered = [
            la for la in las
            if la in self.answered and dimension not in self.answered[la].unavailable
        ]  # fmt: skip
        row = self._source(row)
        found = [self.kind.published(self.answered[la].values, row) for la in answered]
        full = [one for one in found if one is not None]
        sums = [sum(each) for each in zip(*full, strict=True)]
        parts = [self.parts[la][row] for la in answered]
        return _Figure(
            estimate=self.kind.estimate(sums) if full else None,
            bounds=self.kind.bounds(add_parts(parts)) if parts else UNBOUNDED,
            published=len(full),
            answered=len(answered),
        )


def _kind(measure: Measure, table: BaseTable) -> Kind:
    match measure.kind:
        case "share":
            return Share(table, measure.numerator, measure.denominator)
        case "difference":
            return Difference(
                Share(table, measure.numerator, measure.denominator),
                Share(table, measure.less, measure.less_of),
            )
        case "ratio":
            return Ratio(measure, table)
        case "median":
            return Median(measure, table)
        case "part":
            return Part(measure, table)


def pool(
    study: Study, wave: Wave, asked: Sequence[LaCode], answers: Answers,
    moments: Moments = ONE_MOMENT,
) -> tuple[PooledRow, ...]:  # fmt: skip
    """Pool a wave: measures in the study's order, their periods, then the whole and each category.

    Args:
        study: the question.
        wave: one of its waves.
        asked: the cohort.
        answers: by authority, what it answered. Each release has passed
            `oversight_protocol.release.check_release`.
        moments: of the tables that an authority had answered before.

    Raises:
        ValueError: an answer is of an authority that was not asked.
    """
    las = sorted(set(asked))
    return tuple(
        _pooled_row(study, wave, question, row, las)
        for question in _questions(study, wave, las, answers, moments)
        for row in question.rows
    )


def authority_rows(
    study: Study, wave: Wave, asked: Sequence[LaCode], answers: Answers,
    moments: Moments = ONE_MOMENT,
) -> tuple[AuthorityRow, ...]:  # fmt: skip
    """Every asked authority's own figures: measures in the study's order, periods, authorities.

    Authorities stand in the order of their codes. Arguments are those of `pool`.

    Raises:
        ValueError: an answer is of an authority that was not asked.
    """
    las = sorted(set(asked))
    return tuple(
        _authority_row(question, la)
        for question in _questions(study, wave, las, answers, moments)
        for la in las
    )


def _questions(
    study: Study, wave: Wave, asked: Sequence[LaCode], answers: Answers, moments: Moments
) -> Iterator[_Question]:
    answered = read(study, wave, asked, answers, moments)
    for measure in study.measures:
        table = study.table(measure.table)
        for period in wave.periods:
            yield _Question(measure, table, period, answered[table.name, period.id])


def _pooled_row(
    study: Study, wave: Wave, question: _Question, row: RowKey, las: Sequence[LaCode]
) -> PooledRow:
    figure = question.figure(row, las)
    return PooledRow(
        study=study.name,
        wave=wave.id,
        table=question.table.name,
        measure=question.measure.id,
        period=question.period.id,
        dimension=row[0],
        category=row[1],
        estimate=figure.value,
        lower=figure.bounds.lower,
        upper=figure.bounds.upper,
        numerator=figure.numerator,
        denominator=figure.denominator,
        unit=question.measure.unit,
        las_published=figure.published,
        las_answered=figure.answered,
        las_asked=len(las),
        marker=figure.marker,
    )


def _authority_row(question: _Question, la: LaCode) -> AuthorityRow:
    figure = question.figure(_WHOLE, [la])
    return AuthorityRow(
        la=la,
        measure=question.measure.id,
        period=question.period.id,
        estimate=figure.value,
        lower=figure.bounds.lower,
        upper=figure.bounds.upper,
        numerator=figure.numerator,
        denominator=figure.denominator,
        marker=figure.marker,
    )
