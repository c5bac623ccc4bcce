"""An agent's folder and an agent over it, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import structlog

from oversight_agent.cli import main
from support.commands import call
from support.interviews import Init
from support.requests import Agent, Asker, Home


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Leave no log behind that writes to a stream which only one test had."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An agent's folder to be copied, made once by the command."""
    return Home.make(tmp_path_factory.mktemp("agent") / "home")


@pytest.fixture
def home(template: Home, tmp_path: Path) -> Home:
    """An agent's folder of this test's own."""
    return template.copy(tmp_path / "home")


@pytest.fixture
def agent(home: Home) -> Agent:
    """The agent of that folder, in this process, on a clock that stands."""
    return Agent(home)


@pytest.fixture
def asker(agent: Agent) -> Asker:
    """A coordinator on the same clock."""
    return Asker(agent.clock)


@pytest.fixture
def init(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Init:
    """`oversight-agent init`, run in this process."""
    return partial(call, main, monkeypatch, capfd, "oversight-agent", "init")
