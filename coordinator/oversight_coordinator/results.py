"""A run's answers, read back from the store for pooling and reporting."""

from __future__ import annotations

from dataclasses import dataclass

from oversight_coordinator.authorities import authority
from oversight_coordinator.outcomes import Ending, LaOutcome
from oversight_coordinator.pool import PooledRow, pool
from oversight_coordinator.store import Ask, AskState, Run, Store
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family
from oversight_protocol.release import Refusal, Release
from oversight_protocol.study import Study


@dataclass(frozen=True)
class RunResult:
    """What a run gave: its study, how it ended for each authority, the pooled figures."""

    run: Run
    study: Study
    las: tuple[LaOutcome, ...]
    rows: tuple[PooledRow, ...]
    finished: bool


def load(store: Store, run: Run) -> RunResult:
    """A run's result as it stands; it can grow until the run is finished."""
    study = Study.parse(Envelope.from_bytes(store.study(run.study).envelope).payload)
    asks = store.asks(run.id)
    answers = {ask.la: _answer(ask.answer) for ask in asks if ask.answer is not None}
    rows = pool(study, study.wave(run.wave), [ask.la for ask in asks], answers)
    return RunResult(
        run, study, tuple(map(outcome, asks)), rows, finished=all(map(is_finished, asks))
    )


def is_finished(ask: Ask) -> bool:
    """Whether nothing more is expected of an authority, unless a person there decides."""
    return ask.state not in (AskState.QUEUED, AskState.ACCEPTED)


def outcome(ask: Ask) -> LaOutcome:
    """How a run ended, or stands, for one authority."""
    ending: Ending = "unreachable"
    family = Family(ask.family) if ask.family else None
    if ask.state is AskState.HELD:
        ending, family = "held", None
    elif ask.answer is not None or ask.state is AskState.REJECTED:
        ending = "refused" if family else "released"
    return LaOutcome(ask.la, authority(ask.la).name, ending, family)


def _answer(raw: bytes) -> Release | Refusal:
    envelope = Envelope.from_bytes(raw)
    if envelope.kind == "release":
        return Release.parse(envelope.payload)
    return Refusal.parse(envelope.payload)
