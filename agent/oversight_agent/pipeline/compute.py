"""The way of the data inside the worker, from sources to protected answers.

No other module sees readers, mapping, evaluation and `disclosure.protect` together. Its steps:

    1. Read the mapping and the secret of the pseudonyms.
    2. Read and map each source that a question needs.
    3. Validate keys between rows and tables.
    4. Evaluate each base table whose sources are all usable.
    5. Protect everything that was evaluated, jointly.
    6. Answer every question, in the job's order.

Rules kept here:

1. A source that cannot be used refuses the base tables that read it, and no others. A table whose
   keys do not hold is such a source: its figures would be wrong.
2. Exact counts live in this process only and end with it.
3. Run as a program, it reads one job as a line of standard input, writes one result to standard
   output and is silent otherwise. It confines itself before it reads the job.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from oversight_agent import disclosure, files, readers
from oversight_agent.durability import reached
from oversight_agent.evaluate import evaluate
from oversight_agent.mapping import (
    Mapping,
    Pseudonymiser,
    TableMapping,
    load,
    map_table,
    rank_workers,
)
from oversight_agent.pipeline.confine import (
    MEMORY_STATUS,
    Confinement,
    end_with_input,
    end_with_parent,
    limit,
)
from oversight_agent.pipeline.job import Job, JobResult, Question, TableResult
from oversight_agent.problems import Origin, Problem, problem_of
from oversight_agent.tables import SafeTable, SpecTable, UnsafeTable
from oversight_agent.validate import validate
from oversight_protocol.durability import Step
from oversight_protocol.errors import InputError, Reason, Refused

Key = tuple[str, str]


@dataclass
class _Sources:
    """What could be read: usable tables by name, where their rows stand, and what was wrong."""

    tables: dict[str, SpecTable] = field(default_factory=dict, repr=False)
    origins: dict[str, Origin] = field(default_factory=dict, repr=False)
    problems: list[Problem] = field(default_factory=list, repr=False)


def compute(job: Job) -> JobResult:
    """Answer a job.

    Every question gets its protected answer or a reason: `source`, `sql-not-allowed`,
    `query-limits` or `result-undeclared`.
    """
    # 1. to 3. From sources to usable tables of the specification.
    sources = _sources(job)
    # 4. Evaluate.
    reasons: dict[Key, Reason] = {}
    exact: list[UnsafeTable] = []
    for key, outcome in _evaluated(job, sources.tables):
        if isinstance(outcome, UnsafeTable):
            exact.append(outcome)
        else:
            reasons[key] = outcome.reason
    # 5. Protect jointly.
    protected = disclosure.protect(exact, job.rules, job.spec_version)
    safe = {
        (unsafe.table.name, unsafe.period.id): table
        for unsafe, table in zip(exact, protected.tables, strict=True)
    }
    # 6. Answer.
    return JobResult(
        tables=tuple(_results(job, safe, reasons)),
        problems=tuple(asdict(problem) for problem in sources.problems),
        disclosure=tuple(report.model_dump(mode="json") for report in protected.report),
    )


def _sources(job: Job) -> _Sources:
    sources = _Sources()
    try:
        # 1. Mapping and secret.
        mapping = _mapping(job)
        secret = files.read(
            job.secret, "the secret of the pseudonyms", "restore it from its backup"
        )
        pseudonyms = Pseudonymiser(secret)
    except InputError as error:
        sources.problems.append(problem_of(error))
        return sources
    # 2. Each source that a question needs.
    for name in sorted({name for table in job.base_tables for name in table.reads}):
        _add(sources, name, mapping.tables.get(name), job, pseudonyms)
    sources.tables = rank_workers(sources.tables, mapping.specification, pseudonyms)
    # 3. Keys.
    _drop_invalid(sources, mapping)
    return sources


def _mapping(job: Job) -> Mapping:
    mapping = load(job.mapping)
    if mapping.specification.version != job.spec_version:
        raise InputError(
            "the mapping is for another version of the specification than the study",
            where=job.mapping.name,
            found=mapping.specification.version,
            expected=job.spec_version,
            advice="map the data to the study's version",
        )
    return mapping


def _add(
    sources: _Sources, name: str, mapping: TableMapping | None, job: Job, pseudonyms: Pseudonymiser
) -> None:
    if mapping is None:
        advice = "add the table to the mapping"
        sources.problems.append(Problem(name, 0, "", "a table without a mapping", "one", advice))
        return
    try:
        raw = readers.read(mapping.source, job.data, mapping.columns)
        mapped = map_table(mapping, raw, pseudonyms)
    except InputError as error:
        sources.problems.append(problem_of(error))
        return
    sources.problems.extend(mapped.problems)
    if mapped.table is not None:
        sources.tables[name], sources.origins[name] = mapped.table, mapped.origin


def _drop_invalid(sources: _Sources, mapping: Mapping) -> None:
    problems = validate(sources.tables, mapping.specification, sources.origins)
    sources.problems.extend(problems)
    for name in {problem.file for problem in problems}:
        del sources.tables[name]


def _evaluated(
    job: Job, tables: dict[str, SpecTable]
) -> Iterator[tuple[Key, UnsafeTable | Refused]]:
    for base_table in job.base_tables:
        periods = job.periods(base_table)
        for table, period, outcome in evaluate([base_table], periods, tables, job.limits):
            yield (table.name, period.id), outcome


def _results(
    job: Job, safe: dict[Key, SafeTable], reasons: dict[Key, Reason]
) -> Iterator[TableResult]:
    for question in job.questions:
        if question.key in safe:
            yield _answered(question, safe[question.key])
        else:
            yield question.refuse(reasons[question.key], job.spec_version)


def _answered(question: Question, table: SafeTable) -> TableResult:
    name, period = question.key
    return TableResult(
        table=name,
        period=period,
        question=table.question,
        answer=table.answer,
        rules=table.rules,
    )


def main() -> None:
    """Confine this process, then answer the job on standard input."""
    confinement = Confinement.model_validate_json(sys.argv[1])
    end_with_parent(confinement.parent)
    reached(Step.JOB_STARTED)  # a confined process could not even report this
    limit(confinement.limits)
    job = Job.model_validate_json(sys.stdin.buffer.readline())
    end_with_input(sys.stdin.fileno())
    try:
        result = compute(job)
    except MemoryError:
        os._exit(MEMORY_STATUS)
    sys.stdout.buffer.write(result.model_dump_json().encode())
    sys.stdout.flush()


if __name__ == "__main__":
    main()
