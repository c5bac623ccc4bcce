"""Where an agent lives, and its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversight_agent import config
from oversight_protocol.errors import InputError

GOOD = 'la = "E10000016"\nname = "Kent"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(config.HOME_VARIABLE, raising=False)
    (tmp_path / "agent.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_settings_come_from_the_file_and_the_environment_comes_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "agent.toml").write_text(GOOD + "worker_seconds = 5\ntick_seconds = 2\n", "utf-8")
    monkeypatch.setenv("OVERSIGHT_AGENT_TICK_SECONDS", "3")

    settings = config.load(folder)

    assert (settings.la, settings.worker_seconds, settings.tick_seconds) == ("E10000016", 5, 3)


def test_everything_lies_below_the_home(folder: Path) -> None:
    settings = config.load(folder)

    places = (settings.data_folder, settings.mapping, settings.policy, settings.ledger)
    assert all(place.is_relative_to(folder) for place in places)


@pytest.mark.parametrize(("line", "setting"), [
    ("tick_seconds = 0", "tick_seconds"), ("worker_memory_mib = 1", "worker_memory_mib"),
    ('root_digest = "abc"', "root_digest"), ('poll_idle_seconds = "often"', "poll_idle_seconds"),
])  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(line: str, setting: str, folder: Path) -> None:
    (folder / "agent.toml").write_text(GOOD + line + "\n", "utf-8")

    with pytest.raises(InputError, match=setting):
        config.load(folder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("E10000016", "Kent"),
         "the setting 'la' does not fit. Expected: the authority's ONS code, as E10000016."),
        ('name = "Kent"\n', "the setting 'la' is missing. Expected: the authority's ONS code"),
        ('la = "E10000016"\n', "the setting 'name' is missing. What to do: add it."),
        (GOOD + "tick_seconds = 0\n",
         "the setting 'tick_seconds' does not fit. Expected: greater than 0. What to do: correct"),
        (GOOD + 'query_threads = "x"\n', "does not fit. Expected: a whole number."),
        (GOOD + 'tick_seconds = "x"\n', "does not fit. Expected: a number."),
        (GOOD + "query_threads = 1.5\n", "does not fit. Expected: a whole number."),
        (GOOD + "coordinator_url = 3\n", "text in quotation marks."),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_told_in_plain_words(
    text: str, says: str, folder: Path
) -> None:
    (folder / "agent.toml").write_text(text, "utf-8")

    with pytest.raises(InputError) as caught:
        config.load(folder)

    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["la = ", 'la = "Kent"\nname = "Kent"\n', 'name = "Kent"\n'])
def test_a_file_that_is_no_agents_is_an_input_error(text: str, folder: Path) -> None:
    (folder / "agent.toml").write_text(text, "utf-8")

    with pytest.raises(InputError, match=r"agent\.toml"):
        config.load(folder)


def test_the_home_is_the_one_given_or_the_environments(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.HOME_VARIABLE, str(folder))

    assert config.find_home(None) == folder


def test_without_a_home_it_is_said_what_to_do(folder: Path) -> None:
    with pytest.raises(InputError, match="--home"):
        config.find_home(None)
    with pytest.raises(InputError, match="oversight-agent init"):
        config.find_home(folder / "elsewhere")
