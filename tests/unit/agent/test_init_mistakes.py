"""`oversight-agent init` given something wrong, or broken off: nothing is half made or lost."""

from __future__ import annotations

import json
import stat
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from oversight_agent import files
from oversight_agent.cli.answering import Keeper
from oversight_agent.proposing.answers import Answers, read_answers
from oversight_agent.proposing.drafting import Drafter
from oversight_agent.proposing.questions import Question
from support.conversation import END_OF_INPUT, INTERRUPT, conversation
from support.held_out_exports import FORMS, LIQUID
from support.interviews import Init, exports, new
from support.protocol import KENT


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An authority's exports, of which all can be told."""
    return exports(tmp_path / "exports", LIQUID.write)


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    """An authority's exports about which a person is asked."""
    return exports(tmp_path / "forms", FORMS.write)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the agent's folder will be."""
    return tmp_path / "agent"


# -------------------------------------------------------------------- given something wrong


def test_a_data_folder_that_is_not_there_leaves_nothing_behind(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    result = init(*new(home, tmp_path / "exprots"), "--propose")

    assert result.status == 2
    assert "--data" in result.err
    assert not home.exists()
    assert init(*new(home, data), "--propose").status == 0


@pytest.mark.parametrize(
    "answers", ['[tables.worker]\nsource = "Nobody.csv"', "[tables.worker", "colour = 1"]
)
def test_answers_that_do_not_fit_leave_nothing_behind(
    answers: str, init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "answers.toml").write_text(answers)

    result = init(*new(home, data), "--answers", tmp_path / "answers.toml")

    assert result.status == 2
    assert not home.exists()


def test_a_mapping_that_cannot_be_read_leaves_nothing_behind(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    result = init(*new(home, data), "--mapping", tmp_path / "nowhere.toml")

    assert result.status == 2
    assert not home.exists()


def test_a_folder_without_a_mapping_is_made_again_with_corrected_options(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    init(home, "--la", KENT, "--name", "Knet", "--data", tmp_path / "not yet")
    key = (home / "keys" / "signing.key").read_bytes()

    result = init(*new(home, data), "--propose")

    settings = tomllib.loads((home / "agent.toml").read_text("utf-8"))
    assert result.status == 0
    assert settings == {"la": KENT, "name": "Kent", "data": str(data)}
    assert (home / "keys" / "signing.key").read_bytes() == key
    assert (home / "mapping.toml").exists()


def test_settings_that_somebody_wrote_are_never_corrected(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    init(*new(home, tmp_path / "not yet"))
    with (home / "agent.toml").open("a") as file:
        file.write('coordinator_url = "https://kent.example"\n')
    before = (home / "agent.toml").read_bytes()

    result = init(*new(home, data), "--propose")

    assert result.status == 2
    assert "agent.toml" in result.err
    assert (home / "agent.toml").read_bytes() == before


def test_the_same_command_again_goes_on(init: Init, home: Path, data: Path) -> None:
    init(*new(home, data))

    assert init(*new(home, data), "--propose").status == 0
    assert (home / "mapping.toml").exists()


def test_a_policy_that_is_there_already_is_kept(init: Init, home: Path, data: Path) -> None:
    home.mkdir()
    (home / "policy.toml").write_text("# ours\n")

    init(*new(home, data), "--propose")

    assert (home / "policy.toml").read_text() == "# ours\n"


def test_a_mapping_in_a_folder_without_an_agent_is_not_touched_either(
    init: Init, home: Path, data: Path
) -> None:
    home.mkdir()
    (home / "mapping.toml").write_text("# ours\n")

    result = init(*new(home, data), "--propose")

    assert result.status == 2
    assert "--replace" in result.err
    assert sorted(path.name for path in home.iterdir()) == ["mapping.toml"]


# -------------------------------------------------------------------- nobody to ask


def test_where_nobody_can_be_asked_an_agent_that_is_here_gets_advice(
    init: Init, home: Path, data: Path
) -> None:
    made = init(*new(home, data))

    again = init(home)

    assert made.status == 0
    assert "--propose" in made.out
    assert "--answers" in made.out
    assert again.status == 2
    assert "--propose" in again.err
    assert "--answers" in again.err


# -------------------------------------------------------------------- statutory returns

WRONG_RETURNS = {
    "school.xml": b"<?xml version='1.0'?><Message><Header><CollectionDetails>"
                  b"<Collection>SLASC</Collection></CollectionDetails></Header></Message>",
    "cut.xml": b"<?xml version='1.0'?><Message><Header><CollectionDetails>"
               b"<Collection>CIN</Collection></CollectionDetails></Header><Children><Child>",
    "list.csv": b"no,who,when\n1,W1,01/02/2026\n2,W2,03/02/2026\n",
    "nothing.xlsx": b"PK\x03\x04 and nothing",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_RETURNS)
@pytest.mark.parametrize("inside", [False, True])
def test_a_return_that_cannot_be_used_is_an_error_that_says_why(
    name: str, inside: bool, init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    place = (data if inside else tmp_path) / name
    place.write_bytes(WRONG_RETURNS[name])
    options = new(home, data) if inside else new(home, data)[:5]

    result = init(*options, "--from", place)

    assert result.status == 2
    assert name in result.err
    assert "return" in result.err or "workbook" in result.err
    assert not home.exists()


def test_a_return_that_is_not_there_leaves_nothing_behind(
    init: Init, home: Path, tmp_path: Path
) -> None:
    result = init(home, "--la", KENT, "--name", "Kent", "--from", tmp_path / "cin.xml")

    assert result.status == 2
    assert not home.exists()


# -------------------------------------------------------------------- an old mapping


def test_an_old_mapping_is_never_away_even_if_the_disk_is_full(
    init: Init, home: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(*new(home, data))
    (home / "mapping.toml").write_text("# ours\n")
    write = files.write
    seen: list[bool] = []

    def full(path: Path, content: bytes, *, private: bool = False) -> None:
        seen.append((home / "mapping.toml").read_text() == "# ours\n")
        if path.name == "mapping.toml":
            raise OSError(28, "No space left on device")
        write(path, content, private=private)

    monkeypatch.setattr(files, "write", full)
    result = init(home, "--propose", "--replace")

    assert result.status == 1
    assert seen[-1]
    assert (home / "mapping.toml").read_text() == "# ours\n"


def test_a_replaced_mapping_is_as_private_as_it_was(init: Init, home: Path, data: Path) -> None:
    init(*new(home, data))
    (home / "mapping.toml").write_text("# ours\n")
    (home / "mapping.toml").chmod(0o600)

    init(home, "--propose", "--replace")

    modes = [stat.S_IMODE((home / f"mapping.toml{end}").stat().st_mode) for end in ("", ".1")]
    assert modes == [0o600, 0o600]


def test_json_is_all_that_is_printed_when_a_mapping_is_replaced(
    init: Init, home: Path, data: Path
) -> None:
    init(*new(home, data))
    (home / "mapping.toml").write_text("# ours\n")

    result = init(home, "--propose", "--replace", "--json")

    shown = json.loads(result.out)
    assert shown["kept"] == str(home / "mapping.toml.1")
    assert shown["mapping"] == str(home / "mapping.toml")


# -------------------------------------------------------------------- broken off


def answering(first: int, then: str) -> tuple[Callable[[str], str], list[str]]:
    """Takes the first option of some questions, then breaks off."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "1" if len(asked) <= first else then

    return answer, asked


def texts(questions: Sequence[str]) -> list[str]:
    """The questions without their answers."""
    return [question.split("\r\n")[0] for question in questions]


@pytest.mark.parametrize("key", [END_OF_INPUT, INTERRUPT])
def test_whoever_breaks_off_keeps_the_answers_and_learns_how_to_go_on(
    key: str, home: Path, forms: Path
) -> None:
    answer, _ = answering(3, key)

    status, said = conversation(["init", *new(home, forms)], answer)

    kept = home / "answers.toml"
    assert status != 0
    assert not (home / "mapping.toml").exists()
    assert tomllib.loads(kept.read_text("utf-8"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert f"oversight-agent init {home}" in said
    assert str(kept) in said


def test_whoever_breaks_off_at_once_learns_how_to_begin_again(home: Path, forms: Path) -> None:
    status, said = conversation(["init", *new(home, forms)], lambda _: END_OF_INPUT)

    assert status != 0
    assert f"'oversight-agent init {home}' begins again" in said
    assert not (home / "answers.toml").exists()


def test_no_question_is_asked_before_the_last_answer_is_on_the_disk(
    home: Path, forms: Path
) -> None:
    answered, place = Answers(), home / "answers.toml"
    lost: list[str] = []

    def ask(question: Question) -> str | None:
        if answered.as_data() and read_answers(place) != answered:
            lost.append(question.text)
        return question.options[0].value

    Drafter(forms).draft(Keeper(ask, answered, place), asked_below=1.0, answered=answered)

    assert len(answered.tables) >= 3
    assert not lost


def test_an_interview_that_was_broken_off_goes_on_where_it_stopped(home: Path, forms: Path) -> None:
    first, asked = answering(3, END_OF_INPUT)
    conversation(["init", *new(home, forms)], first)
    then, again = answering(1000, END_OF_INPUT)

    status, said = conversation(["init", str(home)], then)

    assert status == 0, said
    assert texts(asked[3:]) == texts(again[:1])
    assert not set(texts(asked[:3])) & set(texts(again))
    assert (home / "mapping.toml").exists()
    assert not (home / "answers.toml").exists()


def test_answers_that_are_saved_are_for_the_account_alone(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    init(*new(home, data), "--propose", "--save-answers", tmp_path / "said.toml")

    assert stat.S_IMODE((tmp_path / "said.toml").stat().st_mode) == 0o600


def test_answers_of_which_no_mapping_comes_are_kept_too(home: Path, tmp_path: Path) -> None:
    data = tmp_path / "exports"
    data.mkdir()
    (data / "teams.csv").write_text("Team code,What\nT1,Alpha\nT2,Beta\nT1,Gamma\n")

    status, said = conversation(
        ["init", *new(home, data)], lambda question: "1" if "cases kept" in question else "0"
    )

    assert not (home / "mapping.toml").exists(), said
    assert tomllib.loads((home / "answers.toml").read_text())["case_system"] == "lcs"
    assert str(home / "answers.toml") in said
    assert status == 0
