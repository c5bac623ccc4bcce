"""The way of the data inside the worker, from sources to protected answers.

No other module sees readers, mapping, evaluation and disclosure control together. Its steps:

    1. Look for the wave's snapshot (`keeping`).
    2. Where there is none, read, map and validate the sources (`sourcing`).
    3. Keep what can be used as the wave's snapshot.
    4. Evaluate each base table whose sources are all usable.
    5. Protect everything that was evaluated, jointly and beside what was released (`looking_back`).
    6. Answer every question, in the job's order.

Rules kept here:

1. A source that cannot be used refuses the base tables that read it, and no others. A table whose
   keys do not hold is such a source: its figures would be wrong.
2. Exact counts live in this process only and end with it.
3. Run as a program, it reads one job as a line of standard input, writes one result to standard
   output and is silent otherwise. It confines itself before it reads the job.
4. Signed SQL runs in a process that has given up writing files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from oversight_agent.durability import reached
from oversight_agent.evaluate.run import evaluate
from oversight_agent.pipeline.confine import (
    MEMORY_STATUS,
    Confinement,
    end_with_input,
    end_with_parent,
    end_writing,
    limit,
)
from oversight_agent.pipeline.job import Job, JobResult, Question, TableResult
from oversight_agent.pipeline.keeping import Material, material
from oversight_agent.pipeline.looking_back import LookingBack
from oversight_agent.tables import SafeTable, UnsafeTable
from oversight_protocol.durability import Step
from oversight_protocol.errors import InputError, Reason, Refused
from oversight_protocol.study import BaseTable, Period

Key = tuple[str, str]
Periods = tuple[Period, ...]


def compute(job: Job) -> JobResult:
    """Answer a job.

    Every question gets its protected answer or a reason: `source`, `sql-not-allowed`,
    `query-limits` or `result-undeclared`.
    """
    try:
        # 1. to 3. What there is to answer from.
        found = material(job)
    except InputError as error:
        refused = tuple(each.refuse(Reason.SOURCE, job.spec_version) for each in job.questions)
        return JobResult(tables=refused, to_mend=str(error))
    end_writing()
    # 4. Evaluate.
    past = LookingBack(job)
    outcomes = _evaluated(job, found, past)
    exact = [
        replace(one, lacking=one.table.lacking(found.lacking[one.table.name]))
        for one in outcomes.values() if isinstance(one, UnsafeTable)
    ]  # fmt: skip
    reasons = {key: one.reason for key, one in outcomes.items() if isinstance(one, Refused)}
    # 5. Protect jointly, beside what was released before.
    protected = past.protect(exact)
    safe = {
        (unsafe.table.name, unsafe.period.id): table
        for unsafe, table in zip(exact, protected.tables, strict=True)
    }
    # 6. Answer.
    return JobResult(
        tables=tuple(_results(job, safe, reasons)),
        problems=tuple(asdict(problem) for problem in found.problems),
        disclosure=tuple(report.model_dump(mode="json") for report in protected.report),
        snapshots=found.used,
        memories=protected.memories,
        seen=protected.seen,
    )


def _evaluated(job: Job, found: Material, past: LookingBack) -> dict[Key, UnsafeTable | Refused]:
    """What each question comes to, in the order of the base tables."""
    outcomes: dict[Key, UnsafeTable | Refused] = {}
    for (periods, _), tables in _groups(job, found).items():
        data = found.data[tables[0].name]
        every = evaluate(tables, periods, data, job.limits, job.spec_version, past.keep)
        for table, period, outcome in every:
            outcomes[table.name, period.id] = outcome
    order = [(table.name, each.id) for table in job.base_tables for each in job.periods(table)]
    return {key: outcomes[key] for key in order}


def _groups(job: Job, found: Material) -> dict[tuple[Periods, object], list[BaseTable]]:
    """The base tables that are asked in the same periods of the same data, together."""
    groups: dict[tuple[Periods, object], list[BaseTable]] = {}
    for table in job.base_tables:
        data = found.data[table.name]
        where = data if isinstance(data, Path) else id(data)
        groups.setdefault((job.periods(table), where), []).append(table)
    return groups


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
