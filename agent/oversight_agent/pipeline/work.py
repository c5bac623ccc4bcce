"""From an admitted ticket to a release at the gate.

1. A table that the authority's policy blocks is refused (family `policy`).
2. A table and period that was answered before is taken as it was (frozen).
3. The rest goes to the worker as one job: all at once, because they are protected jointly.
4. The answers are put in the ticket's order into one release, and held to ticket and study.
5. The policy lets it pass, or leaves it to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from oversight_agent import disclosure, gate, local_policy
from oversight_agent.config import Settings
from oversight_agent.gate import ApprovedRelease, Candidate
from oversight_agent.pipeline.admission import Admitted
from oversight_agent.pipeline.job import Job, JobResult, TableResult
from oversight_agent.records import FrozenAnswer
from oversight_agent.tables import SafeTable
from oversight_protocol.errors import REASONS, Family, Reason
from oversight_protocol.policy import Rules
from oversight_protocol.release import Release, TableAnswer
from oversight_protocol.study import BaseTable, Period

_log = structlog.get_logger("oversight_agent.work")

RunJob = Callable[[Job], JobResult]
Key = tuple[str, str]


class Work:
    """Makes releases.

    Args:
        run_job: runs a job in a worker process.
        new_job: makes a job of this agent from tables, periods, rules and specification version.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        run_job: RunJob,
        new_job: Callable[[list[tuple[BaseTable, Period]], Rules, str], Job],
    ) -> None:
        self._settings, self._clock = settings, clock
        self._run_job, self._new_job = run_job, new_job

    def answer(
        self, admitted: Admitted, frozen: dict[str, FrozenAnswer]
    ) -> ApprovedRelease | Candidate:
        """The release that answers a ticket: approved, or a candidate for a person's decision.

        Raises:
            Refused: nothing of the ticket can be answered.
            InputError: the authority's policy cannot be read.
        """
        policy = local_policy.load(self._settings.policy)
        ticket, study = admitted.ticket, admitted.study
        rules = study.rules.tighten(policy.rules)
        asked = [
            (study.table(name), period)
            for name in ticket.tables for period in study.wave(ticket.wave).periods
        ]  # fmt: skip
        # 1.
        refused: dict[Key, TableAnswer] = {
            (table.name, period.id): refusal(table.name, period.id, Reason.TABLE_BLOCKED)
            for table, period in asked if table.name in policy.tables.block
        }  # fmt: skip
        open_questions = [(t, p) for t, p in asked if (t.name, p.id) not in refused]
        # 2.
        safe = self._from_ledger(open_questions, frozen, study.spec_version)
        # 3.
        new = [(t, p) for t, p in open_questions if (t.name, p.id) not in safe]
        for result in self._compute(new, rules, study.spec_version):
            key = (result.table, result.period)
            if result.answer is not None:
                safe[key] = disclosure.restore(result.question, result.answer, rules)
            else:
                refused[key] = refusal(*key, result.reason or Reason.SOURCE)
        # 4.
        answers = {key: table.answer for key, table in safe.items()} | refused
        release = Release(
            ticket=ticket.id, ticket_digest=admitted.digest, study=ticket.study,
            wave=ticket.wave, la=self._settings.la, answered=self._clock().replace(microsecond=0),
            rules=_loosest([rules, *(table.rules for table in safe.values())]),
            tables=tuple(answers[table.name, period.id] for table, period in asked),
        )  # fmt: skip
        what = gate.candidate(release, safe, ticket, admitted.digest, study)
        # 5.
        return gate.decide(what, policy) or what

    def _from_ledger(
        self, asked: list[tuple[BaseTable, Period]], frozen: dict[str, FrozenAnswer], version: str
    ) -> dict[Key, SafeTable]:
        found = {}
        for table, period in asked:
            past = frozen.get(table.question(period, version))
            if past is not None:
                rules = Rules.model_validate(past.rules)
                # The period may bear another name in another study.
                answer = past.answer.model_copy(update={"period": period.id})
                safe = disclosure.restore(past.question, answer, rules)
                found[table.name, period.id] = safe
        return found

    def _compute(
        self, new: list[tuple[BaseTable, Period]], rules: Rules, version: str
    ) -> tuple[TableResult, ...]:
        if not new:
            return ()
        result = self._run_job(self._new_job(new, rules, version))
        _log.info("worked", tables=len(result.tables), problems=len(result.problems))
        return result.tables


def refusal(table: str, period: str, reason: Reason) -> TableAnswer:
    """The answer for a table that is refused: its family, never the reason."""
    _log.info("table-refused", table=table, period=period, reason=str(reason))
    family: Family = REASONS[reason].family
    return TableAnswer(table=table, period=period, status="refused", family=family)


def _loosest(applied: list[Rules]) -> Rules:
    """The rules that every table of a release keeps; frozen ones may have been made under others."""
    loosest = applied[0]
    for rules in applied[1:]:
        loosest = loosest.loosen(rules)
    return loosest
