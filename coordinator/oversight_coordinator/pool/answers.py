"""What authorities answered, as pooling reads it: released tables, their figures and intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from oversight_coordinator.pool import links
from oversight_coordinator.pool.figures import RowKey
from oversight_coordinator.pool.intervals import Interval, Key
from oversight_coordinator.pool.published import Published
from oversight_protocol.model import LaCode
from oversight_protocol.release import Refusal, Release, TableAnswer, unavailable
from oversight_protocol.study import Study, Wave

NoData = frozenset[tuple[LaCode, str, str, str]]
"""Authority, base table, period and dimension that it has no data for."""

Answers = Mapping[LaCode, Release | Refusal]
"""What each authority answered; who did not answer is absent."""


Moment = frozenset[str]
"""What an authority answered before it answered a table anew: tables with the same are of one."""

Moments = Mapping[tuple[LaCode, str, str], Moment]
"""By authority, base table and period, where anything was answered before."""

ONE_MOMENT: Moments = {}


@dataclass(frozen=True)
class Answered:
    """One authority's released table in one period.

    Attributes:
        values: the published figures of each row by outcome, magnitude or `TOTAL`; None where one
            was suppressed. Of merges, only published ones are there.
        cells: the interval of each of them.
        unavailable: dimensions that the authority has no data for.
    """

    values: Mapping[RowKey, Mapping[str, int | None]]
    cells: Mapping[Key, Interval]
    unavailable: frozenset[str] = frozenset()

    @classmethod
    def of(cls, answer: TableAnswer, cells: Mapping[Key, Interval]) -> Answered:
        """What a released table says, narrowed by others."""
        values = {
            (row.dimension, row.category): {cell.outcome: cell.value for cell in row.figures}
            for row in answer.rows
        }
        return cls(values, cells, unavailable(answer))


def read(
    study: Study, wave: Wave, asked: Sequence[LaCode], answers: Answers,
    moments: Moments = ONE_MOMENT,
) -> dict[tuple[str, str], dict[LaCode, Answered]]:  # fmt: skip
    """Who answered each base table in each period, and what; authorities in the order of codes.

    Raises:
        ValueError: an answer is of an authority that was not asked.
    """
    if not set(answers) <= set(asked):
        raise ValueError("an answer is of an authority that was not asked")
    found: dict[tuple[str, str], dict[LaCode, Answered]] = {
        (table.name, period.id): {} for table in study.base_tables for period in wave.periods
    }
    for la, release in sorted(answers.items()):
        if isinstance(release, Release):
            for tables in _linked(study, release, moments):
                cells = links.narrowed(tables, study.links)
                for one in tables:
                    place = one.answer.table, one.answer.period
                    found[place][la] = Answered.of(one.answer, cells[one.table.name])
    return found


def _linked(study: Study, release: Release, moments: Moments) -> Iterable[list[Published]]:
    """The released tables of one period and one moment, together."""
    found: dict[tuple[str, Moment], list[Published]] = {}
    for answer in release.tables:
        if answer.status == "released":
            moment = moments.get((release.la, answer.table, answer.period), frozenset())
            found.setdefault((answer.period, moment), []).append(
                Published(answer, study.table(answer.table), release.read_by)
            )
    return found.values()


def without_data(answers: Answers) -> NoData:
    """The dimensions of released tables that authorities have no data for."""
    return frozenset(
        (la, table.table, table.period, dimension)
        for la, release in answers.items()
        if isinstance(release, Release)
        for table in release.tables
        if table.status == "released"
        for dimension in unavailable(table)
    )
