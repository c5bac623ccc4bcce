"""What a worker is to do, and what it gives back: both JSON, on its standard input and output.

Rules kept here:

1. A job holds questions and paths, no data and no secret.
2. A result holds, for each question in the job's order, the protected answer or the reason why
   there is none; exact counts have no place in it.
3. The rest of a result is for the authority's own people and is never sent to the coordinator.
4. Nothing here imports a data library: the lasting process handles jobs and results too.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from oversight_agent.history import Head, Memory
from oversight_agent.limits import QueryLimits
from oversight_protocol.errors import Reason
from oversight_protocol.model import Code, Digest, Name
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable, Link, Period, PublicFigure, Study


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Question(_Form):
    """A base table in one period."""

    table: BaseTable
    period: Period

    @property
    def key(self) -> tuple[str, str]:
        """The names of table and period."""
        return self.table.name, self.period.id

    def refuse(self, reason: Reason, spec_version: str) -> TableResult:
        """This question answered with a reason."""
        return TableResult(
            table=self.table.name,
            period=self.period.id,
            question=self.table.question(self.period, spec_version),
            reason=reason,
        )


class AskedWave(_Form):
    """A wave of a study, of which all answers are of one moment.

    Attributes:
        study: the study's digest.
        name: its name, for people.
        version: its version, for people.
        wave: the wave's identifier.
    """

    study: Digest
    name: Name
    version: int
    wave: Name

    @classmethod
    def of(cls, study: Study, digest: str, wave: str) -> Self:
        """A wave of a study that is known by its digest."""
        return cls(study=digest, name=study.name, version=study.version, wave=wave)


class SnapshotUse(_Form):
    """That a job is answered from a wave's snapshot.

    Attributes:
        folder: where snapshots lie.
        wave: whose snapshot is read.
        make: whether it is made if it is not there; else the sources are read as they are.
    """

    folder: Path
    wave: AskedWave
    make: bool


class SnapshotUsed(_Form):
    """A snapshot that answers were computed from.

    Attributes:
        id: its identifier.
        digest: its file's, as verified before it was read.
        rows: how many it holds.
    """

    id: str
    digest: Digest
    rows: int


class Job(_Form):
    """Questions to answer together, because they are protected jointly.

    Attributes:
        mapping: the mapping's file.
        data: the folder of the source files.
        secret: the file of the pseudonyms' secret.
        questions: at least one; none twice.
        rules: the disclosure rules to apply.
        spec_version: the version of the specification that the study needs.
        limits: for each base table's query.
        snapshot: whose snapshot to read; without it, the sources are read as they are.
        links: what the study says of its base tables together.
        public: figures that the study lists as public.
        history: the file of what was released before; without it, nothing is remembered.
    """

    mapping: Path
    data: Path
    secret: Path
    questions: tuple[Question, ...] = Field(min_length=1)
    rules: Rules
    spec_version: Code
    limits: QueryLimits = QueryLimits()
    snapshot: SnapshotUse | None = None
    links: tuple[Link, ...] = ()
    public: tuple[PublicFigure, ...] = ()
    history: Path | None = None

    @model_validator(mode="after")
    def _asks_nothing_twice(self) -> Self:
        if len({question.key for question in self.questions}) != len(self.questions):
            raise ValueError("a question is asked twice")
        return self

    @property
    def base_tables(self) -> tuple[BaseTable, ...]:
        """The tables that are asked for, each once, in the order of their first questions."""
        return tuple({each.table.name: each.table for each in self.questions}.values())

    def periods(self, table: BaseTable) -> tuple[Period, ...]:
        """The periods in which a table is asked for."""
        return tuple(each.period for each in self.questions if each.table == table)

    def only(self, tables: Iterable[str]) -> Job:
        """The same job for the tables of these names; at least one must be the job's."""
        names = frozenset(tables)
        kept = tuple(each for each in self.questions if each.table.name in names)
        return self.model_copy(update={"questions": kept})


class TableResult(_Form):
    """What became of a question.

    Attributes:
        table: the base table's name.
        period: the period's identifier.
        question: the digest of the canonical question, under which an answer is frozen.
        answer: the protected answer, which `disclosure.restore` makes a `SafeTable` of.
        rules: those applied to the answer.
        reason: why there is no answer; for the authority itself, outside it is only a family.
    """

    table: Name
    period: Code
    question: Digest
    answer: TableAnswer | None = None
    rules: Rules | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _has_an_answer_or_a_reason(self) -> Self:
        answered = self.answer is not None
        if answered != (self.rules is not None) or answered == (self.reason is not None):
            raise ValueError("a question has an answer with its rules, or a reason")
        return self


class JobResult(_Form):
    """What a worker gives back.

    Attributes:
        tables: one for each question, in the job's order.
        problems: what is wrong with the sources (`problems.Problem` as a dictionary).
        disclosure: what disclosure control did (`disclosure.TableReport` as a dictionary).
        snapshots: those that the answers were computed from.
        to_mend: what a person must mend before anything can be answered, as a sentence; every
            question is refused then.
        memories: each table that was answered or withheld, sealed for the history.
        seen: how far the history had come that they were protected by.
    """

    tables: tuple[TableResult, ...]
    problems: tuple[dict[str, Any], ...] = Field(default=(), repr=False)
    disclosure: tuple[dict[str, Any], ...] = Field(default=(), repr=False)
    snapshots: tuple[SnapshotUsed, ...] = ()
    to_mend: str = ""
    memories: tuple[Memory, ...] = Field(default=(), repr=False)
    seen: Head | None = None
