"""`oversight-agent coverage show` says in plain words what would leave."""

from __future__ import annotations

import pytest

from oversight_agent import config
from oversight_agent.cli.main import main
from support import plain_sources
from support.commands import call
from support.plain_sources import records
from support.requests import Home


def test_a_measure_that_lacks_nothing_names_no_data_point_and_no_reason(
    home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = records()
    del rows["survey_response"]
    plain_sources.write(home, rows)
    monkeypatch.setenv(config.HOME_VARIABLE, str(home.folder))

    shown = call(main, monkeypatch, capfd, "oversight-agent", "coverage", "show")

    lines = [line.split() for line in shown.out.splitlines()]
    assert shown.status == 0
    assert ["MEASURE", "AVAILABILITY", "LACKS", "WHY"] in lines
    assert ["1", "Available", "nothing"] in lines
    assert "No reason" not in shown.out
    assert any(line[:1] == ["32"] and line[-1:] != ["nothing"] for line in lines)
    assert "Nothing was recorded, and nothing has left." in shown.out
