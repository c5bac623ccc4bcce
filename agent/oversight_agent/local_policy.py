"""What this authority allows: `policy.toml`, written by people, read at every question.

    [studies]
    accept = ["management-oversight-2026"]  # accepted once validly signed; others wait for a person
    [tables]
    block = ["caseload"]                    # never answered, whichever study asks
    [release]
    mode = "hold"                           # "automatic", or "hold" for a person's approval
    [coverage]
    share = false                           # whether it may be told which measures the data answers
    [rules]
    minimum_persons = 15                    # any rule may be tightened, none loosened
    low_high_below = 0                      # no [low] and [high], whatever a study declares

Rules kept here: a rule below its floor does not load, and a file that does not load stops answers
rather than falling back to a default.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, ValidationError, model_validator

from oversight_agent.plain_words import settings_at
from oversight_protocol.errors import InputError
from oversight_protocol.model import Document, Name
from oversight_protocol.policy import FLOORS, LOW_HIGH_FLOOR, Rules


class _Lenient(Document):
    model_config = ConfigDict(strict=False)


class Studies(_Lenient):
    """Studies that are accepted as soon as they come validly signed, by name."""

    accept: tuple[Name, ...] = ()


class Tables(_Lenient):
    """Base tables that are never answered, by name."""

    block: tuple[Name, ...] = ()


class ReleaseMode(_Lenient):
    """Whether a person looks at each release."""

    mode: Literal["automatic", "hold"] = "hold"


class Sharing(_Lenient):
    """Whether people may share with Kent which measures the data can answer, as codes."""

    share: bool = False


class OwnRules(Rules):
    """The rules as an authority has them: where it says nothing, a study's holds.

    `[low]` and `[high]` are used where a study declares them, unless `low_high_below` is 0 here.
    """

    @model_validator(mode="before")
    @classmethod
    def _say_nothing_of_markers(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "low_high_below" in given:
            return given
        least = given.get("minimum_persons", LOW_HIGH_FLOOR.value)
        is_number = isinstance(least, int) and least >= LOW_HIGH_FLOOR.value
        return {**given, "low_high_below": least if is_number else LOW_HIGH_FLOOR.value}


class Policy(_Lenient):
    """The whole file."""

    studies: Studies = Studies()
    tables: Tables = Tables()
    release: ReleaseMode = ReleaseMode()
    coverage: Sharing = Sharing()
    rules: OwnRules = OwnRules()


def load(path: Path) -> Policy:
    """Read the policy; without a file, nothing is accepted by itself and every release is held.

    Raises:
        InputError: the file cannot be used; the message names the setting.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the policy cannot be read ({type(error).__name__})", where=str(path)
        ) from None
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this file is not valid TOML ({error})", where=str(path)) from None
    except ValidationError as error:
        raise _unusable(error, path) from None


def _unusable(error: ValidationError, path: Path) -> InputError:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = settings_at(Policy, first["loc"][:-1])
        return InputError(
            f"there is no setting '{name}'",
            where=str(path),
            expected=f"one of {', '.join(known)}",
            advice="correct its name, or take it out; an agent with this file answers nothing",
        )
    problem = first["msg"].removeprefix("Value error, ")
    floors = (floor for rule, floor in FLOORS.items() if problem.startswith(rule))
    expected = "".join(f"at least {floor.value} ({floor.unit})" for floor in floors)
    return InputError(
        f"setting '{name}': {problem}",
        where=str(path),
        expected=expected,
        advice="correct the setting; an agent with this file answers nothing",
    )
