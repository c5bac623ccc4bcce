"""From an admitted ticket to a release at the gate.

1. A table that the authority's policy blocks is refused (family `policy`).
2. A table and period that was answered before is taken as it was (frozen), whichever study asks.
   If it was made under looser rules than this study demands, it is refused instead; but what was
   marked `[low]` or `[high]` is `[c]` to a study that declares no such markers.
3. The rest goes to the worker as one job: all at once, because they are protected jointly. It is
   answered from the wave's snapshot (`keeping`), which is noted before anything else comes of it,
   and is kept in the history.
4. The answers are put in the ticket's order into one release, and held to ticket and study.
5. The policy lets it pass, or leaves it to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from oversight_agent import disclosure, gate, local_policy
from oversight_agent.config import Settings
from oversight_agent.gate import ApprovedRelease, Candidate, Key
from oversight_agent.local_policy import Policy
from oversight_agent.pipeline.admission import Admitted
from oversight_agent.pipeline.job import AskedWave, Job, JobResult, SnapshotUsed, TableResult
from oversight_agent.pipeline.remembering import Remembering
from oversight_agent.records import FrozenAnswer
from oversight_agent.tables import SafeTable
from oversight_protocol.errors import REASONS, InputError, OversightError, Reason
from oversight_protocol.policy import Rules
from oversight_protocol.release import Release, TableAnswer, row_keys, unmarked
from oversight_protocol.study import BaseTable, Link, Period, PublicFigure, Study

_log = structlog.get_logger("oversight_agent.work")

Asked = tuple[BaseTable, Period]
RunJob = Callable[[Job], JobResult]
NewJob = Callable[
    [list[Asked], Rules, str, AskedWave, tuple[Link, ...], tuple[PublicFigure, ...]], Job
]
Note = Callable[[AskedWave, tuple[SnapshotUsed, ...]], None]


@dataclass
class _Answers:
    """What is known so far about each table and period that was asked for.

    Attributes:
        rules: those that every table of `safe` keeps.
        safe: released and withheld tables.
        reasons: why each other table is refused.
    """

    rules: Rules
    safe: dict[Key, SafeTable] = field(default_factory=dict, repr=False)
    reasons: dict[Key, Reason] = field(default_factory=dict)

    @property
    def coarsest_base(self) -> int:
        """The largest base of rounding, where it is not that of the rules; else 0."""
        coarsest = max((one.rules.rounding_base for one in self.safe.values()), default=0)
        return coarsest if coarsest > self.rules.rounding_base else 0

    def open(self, asked: list[Asked]) -> list[Asked]:
        """What is still without an answer."""
        return [one for one in asked if _key(one) not in self.safe.keys() | self.reasons.keys()]

    def answer(self, key: Key) -> TableAnswer:
        """What is sent about a table and period."""
        return self.safe[key].answer if key in self.safe else refusal(*key, self.reasons[key])


class Work:
    """Makes releases.

    Args:
        run_job: runs a job in a worker process.
        new_job: makes a job of this agent from tables, periods, rules, specification version, wave
            and the study's links and public figures.
        note: is told of the snapshots that a wave was answered from.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], run_job: RunJob, new_job: NewJob,
        note: Note = lambda _wave, _used: None,
    ) -> None:  # fmt: skip
        self._settings, self._clock = settings, clock
        self._run_job, self._new_job, self._note = run_job, new_job, note
        self.history = Remembering(settings)

    def answer(
        self, admitted: Admitted, frozen: dict[str, FrozenAnswer]
    ) -> ApprovedRelease | Candidate:
        """The release that answers a ticket: approved, or a candidate for a person's decision.

        Raises:
            Refused: nothing of the ticket can be answered.
            InputError: the authority's policy cannot be read, or a snapshot or the history cannot
                be used.
            HistoryMovedError: something was released meanwhile; the ticket has to be taken up anew.
        """
        policy = local_policy.load(self._settings.policy)
        ticket, study = admitted.ticket, admitted.study
        answers = _Answers(study.rules.tighten(policy.rules))
        asked = [
            (study.table(name), period)
            for name in ticket.tables for period in study.wave(ticket.wave).periods
        ]  # fmt: skip
        # 1.
        _refuse_blocked(answers, asked, policy)
        # 2.
        new_rules = answers.rules
        _take_frozen(answers, asked, frozen, study)
        # 3.
        wave = AskedWave.of(study, ticket.study, ticket.wave)
        self._compute(answers, asked, new_rules, admitted, wave)
        # 4.
        release = self._release(admitted, answers, asked)
        what = gate.candidate(
            release, answers.safe, answers.reasons, ticket, admitted.digest, study
        )
        # 5.
        return gate.decide(what, policy) or what

    def _compute(
        self, answers: _Answers, asked: list[Asked], rules: Rules, admitted: Admitted,
        wave: AskedWave,
    ) -> None:  # fmt: skip
        new = answers.open(asked)
        for result in self._results(new, rules, admitted, wave) if new else ():
            key = (result.table, result.period)
            if result.answer is not None:
                answers.safe[key] = disclosure.restore(result.question, result.answer, rules)
            else:
                answers.reasons[key] = result.reason or Reason.SOURCE

    def _results(
        self, new: list[Asked], rules: Rules, admitted: Admitted, wave: AskedWave
    ) -> tuple[TableResult, ...]:
        study = admitted.study
        version = study.spec_version
        job = self._new_job(new, rules, version, wave, study.links, study.public)
        try:
            result = self._run_job(job)
        except OversightError as error:
            # A worker that fails is an answer too: asking the same again would fail again.
            _log.error("worker-failed", problem=str(error))
            return tuple(question.refuse(Reason.SOURCE, version) for question in job.questions)
        require_nothing_to_mend(result)
        self._note(wave, result.snapshots)
        self.history.keep(result.memories, admitted.ticket.id, self._clock(), result.seen)
        _log.info("worked", tables=len(result.tables), problems=len(result.problems))
        return result.tables

    def _release(self, admitted: Admitted, answers: _Answers, asked: list[Asked]) -> Release:
        ticket = admitted.ticket
        return Release(
            ticket=ticket.id, ticket_digest=admitted.digest, study=ticket.study,
            wave=ticket.wave, la=self._settings.la,
            answered=self._clock().replace(microsecond=0), rules=answers.rules,
            coarsest_base=answers.coarsest_base,
            tables=tuple(answers.answer(_key(one)) for one in asked),
        )  # fmt: skip


def require_nothing_to_mend(result: JobResult) -> None:
    """Check that no file of the agent's own stood in the way of a job.

    Raises:
        InputError: one did, and a person must mend it before the same is tried again.
    """
    if result.to_mend:
        raise InputError(result.to_mend)


def refusal(table: str, period: str, reason: Reason) -> TableAnswer:
    """The answer for a table that is refused: its family, never the reason."""
    _log.info("table-refused", table=table, period=period, reason=str(reason))
    family = REASONS[reason].family
    return TableAnswer(table=table, period=period, status="refused", family=family)


def _refuse_blocked(answers: _Answers, asked: list[Asked], policy: Policy) -> None:
    for table, period in asked:
        if table.name in policy.tables.block:
            answers.reasons[table.name, period.id] = Reason.TABLE_BLOCKED


def _take_frozen(
    answers: _Answers, asked: list[Asked], frozen: dict[str, FrozenAnswer], study: Study
) -> None:
    for one in answers.open(asked):
        past = frozen.get(one[0].question(one[1], study.spec_version))
        if past is None:
            continue
        answer, made_under = _as_declared(past, study)
        kept = answers.rules.loosen(made_under)
        if kept.tighten(study.rules) != kept:
            answers.reasons[_key(one)] = Reason.FLOOR
            continue
        answers.rules = kept
        safe = disclosure.restore(past.question, _as_asked(answer, *one), made_under)
        answers.safe[_key(one)] = safe


def _as_declared(past: FrozenAnswer, study: Study) -> tuple[TableAnswer, Rules]:
    """A frozen answer, and the rules it keeps, without markers if the study declares none.

    That says less, so it tells nothing new.
    """
    made_under = Rules.model_validate(past.rules)
    if study.rules.low_high_below or not made_under.low_high_below:
        return past.answer, made_under
    return unmarked(past.answer), made_under.model_copy(update={"low_high_below": 0})


def _as_asked(answer: TableAnswer, table: BaseTable, period: Period) -> TableAnswer:
    """A frozen answer under this study's name of the period and in its order of dimensions.

    Both may differ in another study that asks the same question.
    """
    rows = {(row.dimension, row.category): row for row in answer.rows}
    in_order = tuple(rows[key] for key in row_keys(table) if key in rows)
    return answer.model_copy(update={"period": period.id, "rows": in_order})


def _key(asked: Asked) -> Key:
    return asked[0].name, asked[1].id
