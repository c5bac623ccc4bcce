"""An agent's folder as `init` makes it, or goes on with it.

Rules kept here:

1. Nothing is written until all that was given is known to be good (`plan`, then `make`).
2. What makes a folder an agent's, `agent.toml`, is written last: whatever was made before it can be
   made again.
3. Settings can be corrected as long as nobody else has written into them and nothing was mapped.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oversight_agent import files
from oversight_protocol.errors import InputError

if TYPE_CHECKING:
    from oversight_agent.config import Settings

_POLICY = """\
# What this authority allows. See 'oversight-agent study list' and 'oversight-agent release list'.

[studies]
# Studies that are accepted as soon as they come validly signed; others wait for a person.
accept = []

[tables]
# Base tables that are never answered, whichever study asks.
block = []

[release]
# "hold": a person approves each release. "automatic": what keeps all rules leaves by itself.
mode = "hold"

[coverage]
# true: people here may share with Kent which measures the data can answer, as codes.
share = false

[rules]
# Any rule may be tightened, none loosened below its floor.
# minimum_persons = 15
# two_largest_percent = 90   # no sum of which two people contribute more than this percentage
# low_high_below = 0   # no markers [low] and [high], whatever a study declares
"""

_OPTIONS = {"la": "--la", "name": "--name", "data": "--data"}


@dataclass(frozen=True)
class Plan:
    """What becomes of a folder.

    Attributes:
        settings: the agent's, as they will be.
        is_new: whether there is no agent yet.
        written: the content of `agent.toml`; None if it stays as it is.
        mapping: a mapping to copy into the folder, if one was given.
    """

    settings: Settings
    is_new: bool
    written: bytes | None
    mapping: bytes | None = field(repr=False)

    def make(self) -> None:
        """Write what the folder lacks."""
        from oversight_agent import keys

        home = self.settings.home
        if self.is_new:
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o700)
            if not self.settings.policy.exists():
                files.write(self.settings.policy, _POLICY.encode())
            (home / "data").mkdir(exist_ok=True)
            keys.make(home)
        if self.mapping is not None:
            write_mapping(self.settings.mapping, self.mapping)
        if self.written is not None:
            files.write(home / "agent.toml", self.written)


def plan(
    home: Path, la: str | None, name: str | None, data: Path | None, mapping: Path | None, *,
    replace: bool,
) -> Plan:  # fmt: skip
    """What is to be made of what was given; nothing is written.

    Raises:
        InputError: it cannot be used; or it is not what stands in the folder already.
    """
    given = {"la": la, "name": name, "data": None if data is None else str(data.resolve())}
    chosen = {key: value for key, value in given.items() if value is not None}
    content = None
    if mapping is not None:
        content = files.read(mapping, "the mapping", "name the mapping's file")
        check_no_mapping(home / "mapping.toml", replace=replace)
    if (home / "agent.toml").exists():
        settings, written = _corrected(home, chosen)
        return Plan(settings, False, written, content)
    return Plan(_new(home, chosen), True, _text(chosen), content)


def _new(home: Path, chosen: Mapping[str, str]) -> Settings:
    if "la" not in chosen or "name" not in chosen:
        raise InputError(
            "a new agent needs its authority's code and name",
            where=str(home),
            expected="--la with the ONS code, and --name",
            advice="name both; for an agent that is here already, name its own folder",
        )
    return _settings(home, chosen)


def _settings(home: Path, chosen: Mapping[str, str]) -> Settings:
    from oversight_agent import config

    try:
        return config.load(home, **chosen)
    except InputError as error:
        advice = "correct the option; --la takes an ONS code such as E10000016"
        raise InputError(error.what, where=error.where, advice=advice) from None


def _corrected(home: Path, chosen: Mapping[str, str]) -> tuple[Settings, bytes | None]:
    """The settings of an agent that is here, and what to write if they are to be other ones."""
    from oversight_agent import config

    place = home / "agent.toml"
    settings = config.load(home)
    now = {"la": settings.la, "name": settings.name, "data": str(settings.data_folder.resolve())}
    other = [_OPTIONS[key] for key, value in chosen.items() if now[key] != value]
    if not other:
        return settings, None
    raw = files.read(place, "the agent's settings", "give the agent's account the right to read it")
    own = tomllib.loads(raw.decode("utf-8"))
    if _text(own) != raw or (home / "mapping.toml").exists():
        raise InputError(
            "an agent is here already, with other settings",
            where=str(place),
            found=f"another value than {' and '.join(other)}",
            advice="choose another folder, leave the option out, or change the setting in this"
            " file; nothing was changed",
        )
    corrected = {**own, **chosen}
    return _settings(home, corrected), _text(corrected)


def _text(settings: Mapping[str, object]) -> bytes:
    """The content of `agent.toml` as it is written here; a person's own never is the same."""
    lines = [
        f"{key} = {json.dumps(str(settings[key]), ensure_ascii=False)}\n"
        for key in _OPTIONS if key in settings
    ]  # fmt: skip
    return "".join(lines).encode()


# -------------------------------------------------------------------- the mapping's file


def check_no_mapping(place: Path, *, replace: bool) -> None:
    """That a mapping may be written.

    Raises:
        InputError: there is one, and it is not to be replaced; or it is a link.
    """
    if place.is_symlink():
        raise InputError(
            "the mapping is a link, and the file that it leads to is not the agent's to write",
            where=str(place),
            advice="remove the link, give the command again, and put the new file where it led",
        )
    if place.exists() and not replace:
        raise InputError(
            "this agent has a mapping already",
            where=str(place),
            advice="--replace draws up a new one and keeps this one beside it; nothing was changed",
        )


def write_mapping(place: Path, content: bytes) -> Path | None:
    """Write the mapping; an old one is kept as `mapping.toml.1` and so on, and is never away.

    Returns:
        Where the old one is kept, if there was one.
    """
    check_no_mapping(place, replace=True)
    if not place.exists():
        files.write(place, content)
        return None
    private = not place.stat().st_mode & 0o077
    number = 1
    while (kept := place.with_name(f"{place.name}.{number}")).exists():
        number += 1
    old = files.read(place, "the old mapping", "give the agent's account the right to read it")
    files.write(kept, old, private=private)
    files.write(place, content, private=private)
    return kept
