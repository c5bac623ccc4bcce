"""Kills every process after every durable step and compares with a deployment that nobody disturbed.

The table is `oversight_protocol.durability.STEPS`. For each step its own process is held there and
killed with SIGKILL; at the steps that a network sees, every other part is killed as well. Each
scenario asks a wave of its own, so that nothing is answered from an earlier one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from oversight_protocol.durability import STEPS, Step
from support.deployment import Deployment
from support.quarters import QUARTERS
from support.step_table import DOCUMENT, documented_table, step_table

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("durability")]

PARTS = ("gateway", "superlink", "dispatcher", "agent")
SEEN_BY_THE_NETWORK = (
    Step.TICKET_ACCEPTED, Step.ASK_ACCEPTED, Step.JOB_STARTED, Step.ANSWER_RECORDED,
    Step.ANSWER_RECEIVED,
)  # fmt: skip
OFFERING = (Step.STUDY_OFFERED, Step.STUDY_ACCEPTED)
ONCE_EACH = Counter(["ticket-accepted", "answered", "answer-received", "receipt"])
ONE_OF_EACH = Counter(["gateway", "superlink", "dispatcher"])


@dataclass(frozen=True)
class Kill:
    """A step, and what is killed while a process waits right after it."""

    step: Step
    victim: str

    def __str__(self) -> str:
        return f"the {self.victim} is killed after {self.step}"


KILLS = [
    *(Kill(step, facts.process) for step, facts in STEPS.items()),
    *(Kill(step, part) for step in SEEN_BY_THE_NETWORK for part in PARTS
      if part != STEPS[step].process),
]  # fmt: skip
WAVES = {kill: quarter.wave for kill, quarter in zip(KILLS, QUARTERS, strict=False)}
SERVE_WAVE, EVERYTHING_WAVE = (quarter.wave for quarter in QUARTERS[-2:])


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The deployment whose processes are killed."""
    yield from _deployment(tmp_path_factory.mktemp("walked"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment over the same data that is left alone."""
    yield from _deployment(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def expected(undisturbed: Deployment) -> dict[str, str]:
    """The undisturbed deployment's run of each wave; all are asked at once and answered meanwhile."""
    waves = [*WAVES.values(), SERVE_WAVE, EVERYTHING_WAVE]
    return {wave: undisturbed.ask(wave) for wave in waves}


def _deployment(folder: Path) -> Iterator[Deployment]:
    deployment = Deployment(folder)
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.stop()


def _ask_and_kill(walked: Deployment, kill: Kill) -> str:
    """Bring a wave's question to a step, kill there, restart what systemd would; the run."""
    with walked.holding(kill.step) as holds:
        if kill.step is Step.RUN_CREATED:
            return walked.ask_in_a_process(WAVES[kill], holds[kill.step])
        run = None if kill.step in OFFERING else walked.ask(WAVES[kill])
        if run is None:
            walked.publish()
        held = walked.wait_at(holds[kill.step])
        assert walked.part(held) == STEPS[kill.step].process
        walked.kill(held if kill.victim == STEPS[kill.step].process else walked.pid(kill.victim))
    walked.restart_what_systemd_would()
    return run or walked.ask(WAVES[kill])


def _assert_recorded_once(walked: Deployment, run: str) -> None:
    assert walked.repeated() == []
    assert set(map(_frozen, walked.kinds_by_ticket(run).values())) == {_frozen(ONCE_EACH)}
    walked.verify_ledgers()


def _frozen(kinds: Counter[str]) -> frozenset[tuple[str, int]]:
    return frozenset(kinds.items())


@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_the_same_figures_come_and_nothing_is_recorded_twice_when(
    kill: Kill, walked: Deployment, undisturbed: Deployment, expected: dict[str, str]
):
    run = _ask_and_kill(walked, kill)
    figures = walked.finish(run)

    assert figures == undisturbed.finish(expected[WAVES[kill]])
    _assert_recorded_once(walked, run)


def test_the_same_figures_come_when_the_supervisor_is_killed_and_it_stops_what_it_left(
    walked: Deployment, undisturbed: Deployment, expected: dict[str, str]
):
    with walked.holding(Step.ANSWER_RECORDED) as holds:
        run = walked.ask(SERVE_WAVE)
        walked.wait_at(holds[Step.ANSWER_RECORDED])
        left = [walked.pid(part) for part in ONE_OF_EACH]
        walked.kill(walked.pid("serve"))
        walked.restart_what_systemd_would()
    figures = walked.finish(run)

    assert figures == undisturbed.finish(expected[SERVE_WAVE])
    assert walked.running() == ONE_OF_EACH
    assert [pid for pid in left if walked.part(pid)] == []
    _assert_recorded_once(walked, run)


def test_the_same_figures_come_when_everything_is_killed_at_once_and_then_again(
    walked: Deployment, undisturbed: Deployment, expected: dict[str, str]
):
    with walked.holding(Step.JOB_STARTED, Step.ANSWER_RECORDED) as holds:
        run = walked.ask(EVERYTHING_WAVE)
        for step in (Step.JOB_STARTED, Step.ANSWER_RECORDED):
            walked.wait_at(holds[step])
            walked.kill_everything()
            holds[step].release()
            walked.restart_what_systemd_would()
    figures = walked.finish(run)

    assert figures == undisturbed.finish(expected[EVERYTHING_WAVE])
    assert walked.running() == ONE_OF_EACH
    _assert_recorded_once(walked, run)


def test_every_step_is_in_the_table_and_every_process_is_killed_somewhere():
    killed = {kill.step for kill in KILLS if kill.victim == STEPS[kill.step].process}

    assert killed == set(Step)
    assert {kill.victim for kill in KILLS} == {*PARTS, "worker", "oversight"}
    assert len(set(WAVES.values()) | {SERVE_WAVE, EVERYTHING_WAVE}) == len(KILLS) + 2


def test_the_document_lists_the_steps_as_the_table_does():
    assert documented_table(DOCUMENT.read_text(encoding="utf-8")) == step_table(STEPS)
