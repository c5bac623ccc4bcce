"""Protecting what a job evaluated beside everything that was released before.

Rules kept here:

1. A table that is too close to a released one, without a tie that the attack audit looks after, is
   withheld whole, and that is remembered like any other answer.
2. Of tables in which a row is a person, figures are compared by who stands behind them. Of events
   they are not: the same few people are behind figures that are far apart.
3. Who stands behind a table is known to this process only, and leaves it sealed.
4. Without a history, as for a look beforehand at an agent that has never answered, there is nothing
   to look at and nothing to remember.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oversight_agent import disclosure
from oversight_agent.disclosure import PUBLIC, TableReport
from oversight_agent.history import Answered, Head, History, Memory, Sealing
from oversight_agent.pipeline.job import Job
from oversight_agent.tables import SafeTable, UnsafeTable
from oversight_protocol.study import BaseTable, Period

if TYPE_CHECKING:
    from oversight_agent.history.stage import Judged, New

Rows = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Answers:
    """Protected tables, and what is to be remembered of them.

    Attributes:
        tables: in the order in which they came.
        report: on each that was not withheld because of what was released before.
        memories: of each table, sealed.
        seen: how far the history had come; None without one.
    """

    tables: tuple[SafeTable, ...]
    report: tuple[TableReport, ...] = field(repr=False)
    memories: tuple[Memory, ...] = field(default=(), repr=False)
    seen: Head | None = None


class LookingBack:
    """A job's look at what was released before."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._rows: dict[tuple[str, str], Rows] = {}

    def keep(self, table: BaseTable, period: Period, rows: Rows) -> None:
        """Take in the rows behind a table."""
        if self._job.history is not None:
            self._rows[table.name, period.id] = rows

    def protect(self, exact: Sequence[UnsafeTable]) -> Answers:
        """Protect tables together.

        Raises:
            HistoryError: something of the history was altered.
        """
        job = self._job
        if job.history is None:
            # Without its secret an agent may look beforehand, though it will answer nothing.
            key = Sealing(job.secret.read_bytes()).lot if job.secret.exists() else PUBLIC
            done = disclosure.protect(
                exact, job.rules, job.spec_version, job.links, public=job.public, key=key
            )
            return Answers(done.tables, done.report)
        secret = job.secret.read_bytes()
        with closing(History.open(job.history, secret, read_only=True)) as history:
            return self._beside(history, exact)

    def _beside(self, history: History, exact: Sequence[UnsafeTable]) -> Answers:
        # Comparing who stands behind figures takes numpy.
        from oversight_agent.history import stage  # noqa: PLC0415

        job, sealing = self._job, history.sealing
        new = [
            # Nearly the same people behind events do not make nearly the same figures.
            stage.New(one, stage.sets_of(one.table, sealing, self._of(one)))
            if one.table.unit in {str(subject.kind) for subject in one.table.subjects}
            else stage.New(one)
            for one in exact
        ]
        judged = stage.judge(history, new, job.rules, job.links)
        tables, reports = self._judged(judged, new, sealing.lot)
        memories = tuple(
            stage.remember(
                one, Answered(answer=safe.answer, rules=job.rules), sealing, job.spec_version
            )
            for one, safe in zip(new, tables, strict=True)
        )
        return Answers(tables, reports, memories, judged.seen)

    def _judged(
        self, judged: Judged, new: Sequence[New], key: bytes
    ) -> tuple[tuple[SafeTable, ...], tuple[TableReport, ...]]:
        from oversight_agent.history import stage  # noqa: PLC0415

        job = self._job
        done = disclosure.protect(
            [new[number].unsafe for number in judged.kept], job.rules, job.spec_version,
            ties=judged.ties, public=job.public, past=judged.past, key=key,
            unmerged=judged.unmerged,
        )  # fmt: skip
        kept = dict(zip(judged.kept, done.tables, strict=True))
        every = []
        for number, one in enumerate(new):
            question = one.unsafe.table.question(one.unsafe.period, job.spec_version)
            gone = stage.withheld(one.unsafe)
            every.append(kept.get(number) or disclosure.restore(question, gone, job.rules))
        return tuple(every), done.report

    def _of(self, unsafe: UnsafeTable) -> dict[str, Sequence[str | None]]:
        """The rows behind a table, but for dimensions for which there is no data."""
        rows = self._rows[unsafe.table.name, unsafe.period.id]
        return {name: each for name, each in rows.items() if name not in unsafe.lacking}
