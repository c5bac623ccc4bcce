"""A run's answers, read back from the store for pooling and reporting."""

from __future__ import annotations

from dataclasses import dataclass

from oversight_coordinator.authorities import authority
from oversight_coordinator.moments import moments
from oversight_coordinator.outcomes import Ending, LaOutcome
from oversight_coordinator.pool import (
    AuthorityRow,
    NoData,
    PooledRow,
    authority_rows,
    pool,
    without_data,
)
from oversight_coordinator.store import Ask, AskState, Run, Store
from oversight_coordinator.stored_answers import read_answer
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family
from oversight_protocol.release import Refusal, Release
from oversight_protocol.study import Study


@dataclass(frozen=True)
class RunResult:
    """What a run gave.

    Attributes:
        las: how it ended, or stands, for each authority that was asked.
        rows: the pooled figures.
        authorities: each authority's own figures.
        no_data: who released a table and has no data for one of its dimensions.
        finished: whether nothing more is expected, unless a person at an authority decides.
    """

    run: Run
    study: Study
    las: tuple[LaOutcome, ...]
    rows: tuple[PooledRow, ...]
    authorities: tuple[AuthorityRow, ...]
    finished: bool
    no_data: NoData = frozenset()


def load(store: Store, run: Run) -> RunResult:
    """A run's result as it stands; it can grow until the run is finished."""
    study = Study.parse(Envelope.from_bytes(store.study(run.study).envelope).payload)
    asks = store.asks(run.id)
    wave = study.wave(run.wave)
    answers = {ask.la: read_answer(ask.answer) for ask in asks if ask.answer is not None}
    question = study, wave, [ask.la for ask in asks], answers, moments(store, run, wave)
    return RunResult(
        run=run,
        study=study,
        las=tuple(outcome(ask, answers.get(ask.la)) for ask in asks),
        rows=pool(*question),
        authorities=authority_rows(*question),
        finished=all(map(is_finished, asks)),
        no_data=without_data(answers),
    )


def is_finished(ask: Ask) -> bool:
    """Whether nothing more is expected of an authority, unless a person there decides."""
    return ask.state not in (AskState.QUEUED, AskState.ACCEPTED)


def outcome(ask: Ask, answer: Release | Refusal | None) -> LaOutcome:
    """How a run ended, or stands, for one authority, whose answer is `answer` if one is here."""
    ending: Ending = "unreachable"
    family = Family(ask.family) if ask.family else None
    if ask.state is AskState.HELD:
        ending, family = "held", None
    elif answer is not None or ask.state is AskState.REJECTED:
        ending = "refused" if family else "released"
    refused = _refused_tables(answer) if ending == "released" else ()
    return LaOutcome(ask.la, authority(ask.la).name, ending, family, refused)


def _refused_tables(answer: Release | Refusal | None) -> tuple[tuple[str, str], ...]:
    if not isinstance(answer, Release):
        return ()
    families: dict[str, set[str]] = {}
    for table in answer.tables:
        if table.family is not None:
            families.setdefault(table.table, set()).add(str(table.family))
    return tuple((table, ", ".join(sorted(found))) for table, found in families.items())
