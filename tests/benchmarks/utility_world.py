"""The demo's authorities for the benchmark of utility: exact tables, and what is released of them.

Each authority's files go the agent's own way, from its exports to exact tables, and these, compared
by who stands behind them, through `protect` once for each variant of the rules. The truth comes
from the generator, which counts it without files and SQL. All of it is synthetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import utility_heuristics

from oversight_agent.disclosure import TableReport
from oversight_agent.evaluate.run import evaluate
from oversight_agent.history import History
from oversight_agent.pipeline.job import Job, Question
from oversight_agent.pipeline.keeping import material
from oversight_agent.pipeline.looking_back import LookingBack
from oversight_agent.tables import UnsafeRow, UnsafeTable
from oversight_coordinator.authorities import authority
from oversight_coordinator.demo.generate import SYNTHETIC, generate
from oversight_coordinator.demo.truth import Truth
from oversight_protocol import study_package
from oversight_protocol.errors import Family
from oversight_protocol.policy import Rules
from oversight_protocol.release import TOTAL, TableAnswer
from oversight_protocol.study import BaseTable, Period, Study, Wave

PROCESSES, EVERY = 2, 6
"""Of every sixth authority, the latest quarter goes through other heuristics, which is slow."""

Where = tuple[str, str]
"""A base table and a period."""

RowKey = tuple[str, str]
"""A dimension and a category; both empty for the whole authority."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Exact:
    """One exact figure.

    Attributes:
        value: a count, or a sum in units of its magnitude's last decimal place.
        behind: the rows behind it.
        largest: of a sum, the largest contribution; `second` the second largest.
    """

    value: int
    behind: int
    largest: int = 0
    second: int = 0


ExactTable = Mapping[RowKey, Mapping[str, Exact]]
"""Figures by row, then by outcome, magnitude or `all`; no row of a dimension without data."""


@dataclass(frozen=True)
class Variant:
    """A set of rules under which everything is protected once."""

    name: str
    rules: Rules


@dataclass(frozen=True)
class Protected:
    """What an authority releases under a variant, and its own report on it."""

    answers: tuple[TableAnswer, ...]
    reports: tuple[TableReport, ...]


@dataclass(frozen=True)
class Answered:
    """One authority.

    Attributes:
        exact: its tables as they are.
        released: what it releases, by variant.
        compared: other heuristics on its tables; empty if it is not one of those looked at.
    """

    la: str
    exact: Mapping[Where, ExactTable]
    released: Mapping[str, Protected]
    compared: tuple[utility_heuristics.Compared, ...] = ()


@dataclass(frozen=True)
class World:
    """All authorities and the truth about them."""

    study: Study
    variants: tuple[Variant, ...]
    answered: Mapping[str, Answered]
    truth: Truth

    @property
    def wave(self) -> Wave:
        """The one that is asked."""
        return self.study.waves[0]


def study() -> Study:
    """The demo's study."""
    return study_package.installed()


def make(folder: Path, las: int, variants: Sequence[Variant], say: Say) -> World:
    """Generate the authorities' files in an empty folder, and evaluate and protect them."""
    truth = generate(folder, las, periods=study().waves[0].periods, say=say)
    secret = folder / "pseudonym.secret"
    secret.write_bytes(b"only for the benchmark, of synthetic data")
    codes = [one.code for one in SYNTHETIC[:las]]
    tasks = [
        _Task(folder, code, secret, tuple(variants), compare=number % EVERY == 0)
        for number, code in enumerate(codes)
    ]
    found: dict[str, Answered] = {}
    for number, one in enumerate(_worked(tasks), 1):
        found[one.la] = one
        say(f"{authority(one.la).name}: counted and protected ({number} of {las})")
    return World(study(), tuple(variants), {code: found[code] for code in codes}, truth)


@dataclass(frozen=True)
class _Task:
    folder: Path
    la: str
    secret: Path
    variants: tuple[Variant, ...]
    compare: bool = False

    def job(self, asked: Study) -> Job:
        home = self.folder / "las" / authority(self.la).slug
        return Job(
            mapping=home / "mapping.toml", data=home / "data", secret=self.secret,
            rules=asked.rules, spec_version=asked.spec_version, links=asked.links,
            questions=tuple(
                Question(table=table, period=period)
                for table in asked.base_tables for period in asked.waves[0].periods
            ),
        )  # fmt: skip


def _worked(tasks: Sequence[_Task]) -> Iterator[Answered]:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(_work, task) for task in tasks]):
            yield done.result()


def _work(task: _Task) -> Answered:
    asked = study()
    job = task.job(asked)
    unsafe, rows = evaluated(job)
    released = {
        one.name: _protected(job.model_copy(update={"rules": one.rules}), unsafe, rows)
        for one in task.variants
    }
    exact = {(one.table.name, one.period.id): _exact(one) for one in unsafe}
    latest = asked.waves[0].periods[-1]
    looked_at = [one for one in unsafe if task.compare and one.period == latest]
    compared = utility_heuristics.compare(looked_at, asked.rules, asked.spec_version)
    return Answered(task.la, exact, released, tuple(compared))


Kept = tuple[BaseTable, Period, Mapping[str, Sequence[str | None]]]
"""The rows behind a table in a period."""


def evaluated(job: Job) -> tuple[list[UnsafeTable], list[Kept]]:
    """The exact tables of all questions that can be answered, as the agent's worker has them."""
    found, tables, rows = material(job), [], list[Kept]()
    for table in job.base_tables:
        data, lacking = found.data[table.name], table.lacking(found.lacking[table.name])
        for _, _, one in evaluate(
            [table], job.periods(table), data, job.limits, job.spec_version,
            lambda *kept: rows.append(kept),
        ):  # fmt: skip
            if isinstance(one, UnsafeTable):
                tables.append(replace(one, lacking=lacking))
    return tables, rows


def beginning(job: Job) -> Job:
    """The same job of an agent that has just begun its history."""
    history = job.secret.with_name(f"{uuid4().hex}.db")
    History.begin(history, job.secret.read_bytes(), "2026-01-01T00:00:00Z").close()
    return job.model_copy(update={"history": history})


def _protected(job: Job, unsafe: Sequence[UnsafeTable], rows: Sequence[Kept]) -> Protected:
    looking_back = LookingBack(beginning(job))
    for kept in rows:
        looking_back.keep(*kept)
    done = looking_back.protect(unsafe)
    answers = {(one.answer.table, one.answer.period): one.answer for one in done.tables}
    every = tuple(
        answers.get(question.key) or _without_data(*question.key) for question in job.questions
    )
    return Protected(every, done.report)


def _without_data(table: str, period: str) -> TableAnswer:
    return TableAnswer(table=table, period=period, status="refused", family=Family.DATA)


def _exact(unsafe: UnsafeTable) -> ExactTable:
    return {
        (row.dimension, row.category): dict(_figures(row))
        for row in unsafe.rows
        if row.dimension not in unsafe.lacking
    }


def _figures(row: UnsafeRow) -> Iterator[tuple[str, Exact]]:
    for code, cell in row.cells.items():
        yield code, Exact(cell.count, cell.count)
    yield TOTAL, Exact(row.total.count, row.total.count)
    for name, one in row.sums.items():
        yield name, Exact(one.value, row.total.count, one.largest, one.second)
