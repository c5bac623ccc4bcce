"""The demo's smaller parts: what goes wrong on purpose, what is shown, how agents are told."""

from __future__ import annotations

import re

import pytest

from oversight_coordinator.demo import incidents
from oversight_coordinator.demo.board import Lines, Table, board
from oversight_coordinator.demo.generate import SYNTHETIC
from oversight_coordinator.demo.hands import Hands
from oversight_coordinator.demo.processes import DemoError

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
