"""Kills processes after every durable step and compares with a deployment that nobody disturbed.

The table is `oversight_protocol.durability.STEPS`. For each step its own process is held there and
killed with SIGKILL. At the steps between ask and answer every other part is killed as well, one by
one; at the rest, all of them at once. Each scenario asks a wave of its own, so that nothing is
answered from an earlier one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from oversight_protocol.durability import STEPS, Step
from support.deployment import Deployment
from support.quarters import ALL, QUARTERS
from support.step_table import DOCUMENT, documented_table, step_table

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("durability")]

PARTS = ("gateway", "superlink", "dispatcher", "agent")
BETWEEN_ASK_AND_ANSWER = (
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
    victims: tuple[str, ...]

    def __str__(self) -> str:
        what = "everything" if len(self.victims) > 1 else f"the {self.victims[0]}"
        return f"{what} is killed after {self.step}"


KILLS = [
    *(Kill(step, (facts.process,)) for step, facts in STEPS.items()),
    *(Kill(step, (part,)) for step in BETWEEN_ASK_AND_ANSWER for part in PARTS
      if part != STEPS[step].process),
    *(Kill(step, PARTS) for step in STEPS if step not in BETWEEN_ASK_AND_ANSWER),
]  # fmt: skip
WAVES = {kill: quarter.wave for kill, quarter in zip(KILLS, QUARTERS, strict=False)}
ALONE, SERVE_WAVE, EVERYTHING_WAVE = (quarter.wave for quarter in QUARTERS[-3:])


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """`pooled.csv` of some waves, of a deployment over the same data that is left alone."""
    with _deployment(tmp_path_factory.mktemp("undisturbed")) as deployment:
        runs = {wave: deployment.ask(wave) for wave in (ALONE, ALL)}
        return {wave: deployment.finish(run) for wave, run in runs.items()}


def _expected(undisturbed: dict[str, bytes], wave: str) -> bytes:
    """A wave's `pooled.csv`: the header and its quarter's line, of the wave that asks all quarters.

    One job for all quarters spares a job for each. That both come to the same is a test below.
    """
    header, *lines = undisturbed[ALL].splitlines(keepends=True)
    period = next(quarter.period for quarter in QUARTERS if quarter.wave == wave)
    (line,) = (line for line in lines if f",{period}," in line.decode())
    return header + line.replace(ALL.encode(), wave.encode())


@pytest.fixture(scope="module")
def walked(
    undisturbed: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """The deployment whose processes are killed."""
    with _deployment(tmp_path_factory.mktemp("walked")) as deployment:
        yield deployment


@contextmanager
def _deployment(folder: Path) -> Iterator[Deployment]:
    deployment = Deployment(folder)
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.stop()


def _ask_and_kill(walked: Deployment, kill: Kill) -> str:
    """Bring a wave's question to a step, kill there, restart what systemd would; the run."""
    wave, own = WAVES[kill], STEPS[kill.step].process
    with walked.holding(kill.step) as holds:
        _bring_to(kill.step, walked, wave)
        held = walked.wait_at(holds[kill.step])
        assert walked.part(held) == own
        walked.kill(*(held if part == own else walked.pid(part) for part in kill.victims))
    walked.restart_what_systemd_would()
    return walked.ask(wave) if kill.step in OFFERING else walked.run_of(wave)


def _bring_to(step: Step, walked: Deployment, wave: str) -> None:
    if step is Step.RUN_CREATED:
        walked.ask_in_a_process(wave)
    elif step in OFFERING:
        walked.publish()
    else:
        walked.ask(wave)


def _assert_recorded_once(walked: Deployment, run: str) -> None:
    assert walked.repeated() == []
    assert set(map(_frozen, walked.kinds_by_ticket(run).values())) == {_frozen(ONCE_EACH)}
    walked.verify_ledgers()


def _frozen(kinds: Counter[str]) -> frozenset[tuple[str, int]]:
    return frozenset(kinds.items())


def test_quarters_asked_together_and_alone_come_to_the_same_figures(
    undisturbed: dict[str, bytes],
):
    assert undisturbed[ALONE] == _expected(undisturbed, ALONE)
    assert b",[c]" not in undisturbed[ALL]


@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_the_same_figures_come_and_nothing_is_recorded_twice_when(
    kill: Kill, walked: Deployment, undisturbed: dict[str, bytes]
):
    run = _ask_and_kill(walked, kill)
    figures = walked.finish(run)

    assert figures == _expected(undisturbed, WAVES[kill])
    _assert_recorded_once(walked, run)


def test_the_same_figures_come_when_the_supervisor_is_killed_and_it_stops_what_it_left(
    walked: Deployment, undisturbed: dict[str, bytes]
):
    with walked.holding(Step.ANSWER_RECORDED) as holds:
        run = walked.ask(SERVE_WAVE)
        walked.wait_at(holds[Step.ANSWER_RECORDED])
        left = [walked.pid(part) for part in ONE_OF_EACH]
        walked.kill(walked.pid("serve"))
        walked.restart_what_systemd_would()
        walked.wait_until_gone(left)
    figures = walked.finish(run)

    assert figures == _expected(undisturbed, SERVE_WAVE)
    assert walked.running() == ONE_OF_EACH
    _assert_recorded_once(walked, run)


def test_the_same_figures_come_when_everything_is_killed_at_once_and_then_again(
    walked: Deployment, undisturbed: dict[str, bytes]
):
    with walked.holding(Step.JOB_STARTED, Step.ANSWER_RECORDED) as holds:
        run = walked.ask(EVERYTHING_WAVE)
        for step in (Step.JOB_STARTED, Step.ANSWER_RECORDED):
            walked.wait_at(holds[step])
            walked.kill_everything()
            holds[step].release()
            walked.restart_what_systemd_would()
    figures = walked.finish(run)

    assert figures == _expected(undisturbed, EVERYTHING_WAVE)
    assert walked.running() == ONE_OF_EACH
    _assert_recorded_once(walked, run)


def test_every_part_is_killed_after_every_step_and_a_worker_while_there_is_one():
    own = {kill.step for kill in KILLS if kill.victims == (STEPS[kill.step].process,)}
    killed = {(kill.step, part) for kill in KILLS for part in kill.victims}

    assert own == set(Step)
    assert killed >= {(step, part) for step in Step for part in PARTS}
    assert (Step.JOB_STARTED, "worker") in killed
    assert len({*WAVES.values(), ALONE, SERVE_WAVE, EVERYTHING_WAVE}) == len(KILLS) + 3


def test_the_document_lists_the_steps_as_the_table_does():
    assert documented_table(DOCUMENT.read_text(encoding="utf-8")) == step_table(STEPS)
