"""The demo's smaller parts: what goes wrong on purpose, what is shown, how agents are told."""

from __future__ import annotations

import re
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest

from oversight_coordinator.demo import coverage, incidents, outcome, policies
from oversight_coordinator.demo.board import Lines, Table, board
from oversight_coordinator.demo.generate import SYNTHETIC
from oversight_coordinator.demo.hands import Hands
from oversight_coordinator.demo.processes import DemoError
from oversight_coordinator.outcomes import LaOutcome
from oversight_protocol.errors import Family

CODES = [one.authority.code for one in SYNTHETIC]


@pytest.mark.parametrize("number", range(2, incidents.FEWEST))
def test_nothing_goes_wrong_in_a_small_demo(number):
    assert incidents.staged(CODES[:number]) == {}
    assert set(incidents.endings(CODES[:number]).values()) == {"released"}


@pytest.mark.parametrize("number", range(incidents.FEWEST, len(CODES) + 1))
def test_from_six_on_the_last_four_each_have_a_difficulty_of_their_own(number):
    codes = CODES[:number]

    planned = incidents.staged(codes)

    assert list(planned) == codes[-4:]
    assert {one.kind for one in planned.values()} == {"off", "blocks", "spoilt", "holds"}
    endings = incidents.endings(codes)
    assert list(endings) == codes
    assert [endings[code] for code in codes[:-4]] == ["released"] * (number - 4)
    assert len(set(endings.values())) == 5


def test_how_the_run_ended_says_what_was_on_purpose_and_fits_on_a_line():
    tables = ["audit_grade", "audit_completion", "audit_relative", "audit_actions"]
    las = [
        LaOutcome("E1", "Windsor and Maidenhead", "released",
                  refused=tuple((table, "data") for table in tables)),
        LaOutcome("E2", "Bracknell Forest", "released",
                  refused=(("grade_by_recording", "disclosure"), ("survey", "data"))),
        LaOutcome("E3", "Reading", "refused", Family.POLICY),
        LaOutcome("E4", "Wokingham", "held"),
        LaOutcome("E5", "Kent", "released"),
        LaOutcome("E6", "Medway", "released"),
    ]  # fmt: skip
    codes = ["", "", "E3", "E4", "E1", "E9"]

    lines = outcome.endings(las, incidents.staged(codes))

    assert lines == [
        ("Windsor and Maidenhead", "released", "its file of audits has bad rows",
         "audit_grade, audit_completion and 2 more (data)"),
        ("Bracknell Forest", "released", "", "grade_by_recording (disclosure), survey (data)"),
        ("Reading", "refused (policy)", "its agent is switched off", ""),
        ("Wokingham", "held", "its policy blocks the table caseload", ""),
        ("all others (2)", "released", "", ""),
    ]  # fmt: skip
    assert max(sum(map(len, line)) for line in lines) < 120


def test_progress_is_lines_where_there_is_no_terminal(capsys):
    shown = board()

    with shown:
        shown.expect(["Kent"])
        shown.step("Making keys")
        shown.show("Kent", "at work", "on purpose: something")

    printed = capsys.readouterr()
    assert type(shown) is Lines
    assert printed.out == ""
    assert [line.split("] ")[1] for line in printed.err.splitlines()] == [
        "Making keys",
        "  Kent: at work (on purpose: something)",
    ]


def test_on_a_terminal_the_last_picture_has_every_authority_with_its_last_state(
    capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = board()

    with shown:
        shown.expect(["Kent", "Medway"])
        shown.step("Making keys")
        shown.show("Kent", "at work")
        shown.show("Kent", "answered")

    printed = capsys.readouterr()
    last = printed.err.split("Authority")[-1]
    assert type(shown) is Table
    assert printed.out == ""
    assert "answered" in last
    assert "at work" not in last
    assert re.search(r"Medway +waiting", last)


def test_the_agents_commands_are_run_one_after_another(tmp_path):
    hands = Hands(tmp_path / "logs" / "hands.log")

    said = [
        hands.run("init", str(tmp_path / name), "--la", "E10000016", "--name", "Kent")
        for name in ("one", "two")
    ]
    hands.close()

    assert all("Made the agent's folder" in words for words in said)
    assert (tmp_path / "two" / "agent.toml").is_file()


def test_a_command_that_fails_says_why(tmp_path):
    hands = Hands(tmp_path / "hands.log")

    with pytest.raises(DemoError, match=r"'oversight-agent status' failed: .*holds no agent"):
        hands.run("status", "--home", str(tmp_path))

    hands.close()


def test_agents_commands_that_cannot_be_run_any_more_name_their_log(tmp_path):
    hands = Hands(tmp_path / "hands.log")
    hands.close()

    with pytest.raises(DemoError, match=r"hands\.log"):
        hands.run("status")


# ---------------------------------------------------------------------- policies


@pytest.mark.parametrize(
    ("kind", "blocked", "mode"),
    [
        ("", [], "automatic"),
        ("spoilt", [], "automatic"),
        ("blocks", [incidents.BLOCKED_TABLE], "automatic"),
        ("holds", [], "hold"),
    ],
)
def test_a_policy_accepts_the_study_and_shares_coverage_whatever_the_incident(
    tmp_path, kind, blocked, mode
):
    (tmp_path / "agent.toml").write_text('la = "E10000016"\n')

    policies.settle(tmp_path, "some-study", kind)

    policy = tomllib.loads((tmp_path / "policy.toml").read_text())
    settings = tomllib.loads((tmp_path / "agent.toml").read_text())
    assert policy["studies"]["accept"] == ["some-study"]
    assert policy["coverage"] == {"share": True}
    assert policy["tables"]["block"] == blocked
    assert policy["release"]["mode"] == mode
    assert settings["la"] == "E10000016"
    assert settings["tick_seconds"] == 1.0


# ---------------------------------------------------------------------- coverage


class Noted:
    """Notes what it is asked to run; a home named "wrong" fails, one named "slow" waits."""

    def __init__(self):
        self.ran, self.closed = [], 0
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self, _log):
        return self

    def run(self, *arguments):
        self.ran.append(arguments)
        if "wrong" in arguments[-1]:
            raise DemoError("it failed")
        if "slow" in arguments[-1]:
            self.begun.set()
            self.may_end.wait(30)

    def close(self):
        self.closed += 1


@pytest.fixture
def noted(monkeypatch):
    found = Noted()
    monkeypatch.setattr(coverage, "Hands", found)
    monkeypatch.setattr(coverage.os, "cpu_count", lambda: 1)
    return found


def test_each_agent_writes_its_own_file(noted, tmp_path):
    homes = {name: tmp_path / "agents" / name for name in ("kent", "medway", "reading")}

    with coverage.Sharing(homes, tmp_path / "coverage", tmp_path / "log") as shared:
        files = shared.files()

    assert [file.name for file in files] == [f"{name}.coverage.json" for name in homes]
    assert (tmp_path / "coverage").is_dir()
    assert noted.ran == [
        ("coverage", "share", "--out", str(file), "--home", str(home))
        for file, home in zip(files, homes.values(), strict=True)
    ]
    assert noted.closed == 1


def test_an_agent_that_cannot_share_is_told(noted, tmp_path):
    homes = {"kent": tmp_path / "kent", "medway": tmp_path / "wrong"}

    with (
        coverage.Sharing(homes, tmp_path, tmp_path / "log") as shared,
        pytest.raises(DemoError, match="it failed"),
    ):
        shared.files()

    assert noted.closed == 1


def test_no_further_agent_begins_once_the_demo_is_interrupted(noted, tmp_path, monkeypatch):
    class Pool(ThreadPoolExecutor):
        def shutdown(self, *arguments, **settings):
            noted.may_end.set()
            super().shutdown(*arguments, **settings)

    monkeypatch.setattr(coverage, "ThreadPoolExecutor", Pool)
    homes = {name: tmp_path / name for name in ("slow", "kent", "medway")}

    def interrupted():
        with coverage.Sharing(homes, tmp_path, tmp_path / "log"):
            assert noted.begun.wait(30)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert len(noted.ran) == 1
    assert noted.closed == 1
