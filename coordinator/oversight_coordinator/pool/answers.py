"""What authorities answered, as pooling reads it: released tables, their figures and intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oversight_coordinator.pool.figures import RowKey
from oversight_coordinator.pool.intervals import Interval, Key, of_table
from oversight_protocol.model import LaCode
from oversight_protocol.policy import Rules
from oversight_protocol.release import Refusal, Release, TableAnswer, unavailable
from oversight_protocol.study import BaseTable, Study, Wave

NoData = frozenset[tuple[LaCode, str, str, str]]
"""Authority, base table, period and dimension that it has no data for."""

Answers = Mapping[LaCode, Release | Refusal]
"""What each authority answered; who did not answer is absent."""


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
    def of(cls, answer: TableAnswer, table: BaseTable, rules: Rules) -> Answered:
        """What a released table says."""
        values = {
            (row.dimension, row.category): {cell.outcome: cell.value for cell in row.figures}
            for row in answer.rows
        }
        cells = of_table(answer.rows, rules, table.magnitudes, table.merges)
        return cls(values, cells, unavailable(answer))


def read(
    study: Study, wave: Wave, asked: Sequence[LaCode], answers: Answers
) -> dict[tuple[str, str], dict[LaCode, Answered]]:
    """Who answered each base table in each period, and what; authorities in the order of codes.

    Raises:
        ValueError: an answer is of an authority that was not asked.
    """
    if not set(answers) <= set(asked):
        raise ValueError("an answer is of an authority that was not asked")
    tables = {table.name: table for table in study.base_tables}
    found: dict[tuple[str, str], dict[LaCode, Answered]] = {
        (name, period.id): {} for name in tables for period in wave.periods
    }
    for la, release in sorted(answers.items()):
        if not isinstance(release, Release):
            continue
        for answer in release.tables:
            if answer.status == "released":
                found[answer.table, answer.period][la] = Answered.of(
                    answer, tables[answer.table], release.rules
                )
    return found


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
