"""`policy.toml`: what it may say, and what becomes of an agent when it says something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent import local_policy
from oversight_protocol.errors import InputError
from oversight_protocol.policy import FLOORS, Rules


def _load(folder: Path, text: str) -> local_policy.Policy:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return local_policy.load(path)


def test_without_a_file_nothing_is_accepted_and_everything_waits(tmp_path: Path) -> None:
    policy = local_policy.load(tmp_path / "policy.toml")

    assert (policy.studies.accept, policy.tables.block) == ((), ())
    assert policy.release.mode == "hold"


def test_a_policy_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = """
    [studies]
    accept = ["one", "two"]
    [tables]
    block = ["caseload"]
    [release]
    mode = "automatic"
    [rules]
    minimum_persons = 15
    """

    policy = _load(tmp_path, text)

    assert policy.studies.accept == ("one", "two")
    assert policy.tables.block == ("caseload",)
    assert (policy.release.mode, policy.rules.minimum_persons) == ("automatic", 15)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", 12),
        ("minimum_persons = 15", 15),
        ("low_high_below = 0", 0),
        ("low_high_below = 20", 20),
    ],
)
def test_markers_are_used_as_a_study_declares_them_unless_the_policy_says_otherwise(
    tmp_path: Path, said: str, expected: int
) -> None:
    policy = _load(tmp_path, f"[rules]\n{said}\n")

    assert Rules(low_high_below=12).tighten(policy.rules).low_high_below == expected
    assert Rules().tighten(policy.rules).low_high_below == 0


def test_without_a_policy_markers_are_used_as_a_study_declares_them(tmp_path: Path) -> None:
    policy = local_policy.load(tmp_path / "policy.toml")

    assert Rules(low_high_below=12).tighten(policy.rules) == Rules(low_high_below=12)


@pytest.mark.parametrize("number", [-1, 1, 9])
def test_a_number_of_markers_below_its_floor_does_not_load(tmp_path: Path, number: int) -> None:
    with pytest.raises(InputError):
        _load(tmp_path, f"[rules]\nlow_high_below = {number}\n")


@pytest.mark.parametrize("rule", sorted(FLOORS))
@given(below=st.integers(min_value=1, max_value=1000))
def test_no_rule_loads_below_its_floor(
    tmp_path_factory: pytest.TempPathFactory, rule: str, below: int
) -> None:
    value = FLOORS[rule].value - below

    with pytest.raises(InputError):
        _load(tmp_path_factory.mktemp("policy"), f"[rules]\n{rule} = {value}\n")


@pytest.mark.parametrize("text", [
    "[rules]\nworker_share_percent = 60\n",
    '[rules]\nminimum_persons = "15"\n',
    "[rules]\nminimum_person = 15\n",
    "[release]\nmode = 'open'\n",
    "[studies]\naccept = 'all'\n",
    "[studies]\naccept = ['Not a name']\n",
    "accept_all = true\n",
    "[rules\n",
])  # fmt: skip
def test_a_policy_that_does_not_load_names_its_file(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _load(tmp_path, text)

    assert "policy.toml" in str(caught.value)


def test_a_floor_is_named_with_its_number_and_unit(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _load(tmp_path, "[rules]\nminimum_persons = 9\n")

    assert "minimum_persons" in str(caught.value)
    assert "at least 10 (distinct persons" in str(caught.value)
    assert "answers nothing" in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_policy_that_cannot_be_read_is_no_missing_policy(
    content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    with pytest.raises(InputError):
        local_policy.load(path)
