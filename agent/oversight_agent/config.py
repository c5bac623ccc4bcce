"""Where the agent keeps what, and its settings with units.

Everything of one agent lives below its *home*:

    agent.toml       settings (each can also come from the environment as OVERSIGHT_AGENT_<NAME>)
    policy.toml      what this authority allows (see `gate`)
    mapping.toml     how its data becomes the common specification (for a study of another version,
                     mapping-<version>.toml beside it)
    keys/            signing key, node key and pseudonym secret; they never leave
    trust/           root, roles and roster as signed files
    studies/         the signed studies that were offered
    snapshots/       the tables that answers were computed from, one file for each moment
    ledger.jsonl     everything that was asked, decided and sent
    state/           the node identifier, the answers held for a person
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from oversight_agent.plain_words import expected
from oversight_protocol.errors import InputError
from oversight_protocol.model import LaCode

HOME_VARIABLE = "OVERSIGHT_AGENT_HOME"

_FORMS = {
    "la": "the authority's ONS code, as E10000016",
    "root_digest": "the 64 digits that enrolment wrote",
}
"""What a setting of a form of its own holds."""


class Settings(BaseSettings):
    """The agent's settings. Times in seconds unless their name says days, memory in MiB."""

    model_config = SettingsConfigDict(env_prefix="OVERSIGHT_AGENT_", extra="ignore", frozen=True)

    home: Path
    la: LaCode
    name: str
    data: Path = Path("data")
    coordinator_url: str = ""
    root_digest: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    poll_fast_seconds: float = Field(default=0.2, gt=0, le=60)
    poll_idle_seconds: float = Field(default=15, gt=0, le=60)
    poll_fast_for_seconds: float = Field(default=60, ge=0, le=3600)
    backoff_most_seconds: float = Field(default=60, gt=0, le=3600)
    tick_seconds: float = Field(default=1, gt=0, le=86400)
    worker_memory_mib: int = Field(default=4096, ge=256, le=1_048_576)
    worker_seconds: float = Field(default=600, gt=0, le=86400)
    query_memory_mib: int = Field(default=1024, ge=64, le=1_048_576)
    query_threads: int = Field(default=2, ge=1, le=64)
    snapshot_days: int = Field(default=180, ge=1, le=3650)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is fixed
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then agent.toml."""
        home = init_settings().get("home")
        toml = TomlConfigSettingsSource(settings_cls, Path(str(home)) / "agent.toml")
        return init_settings, env_settings, toml

    def path(self, *parts: str) -> Path:
        """A path below the home."""
        return self.home.joinpath(*parts)

    @property
    def data_folder(self) -> Path:
        """The folder of the source files."""
        return self.home / self.data

    @property
    def mapping(self) -> Path:
        """The mapping's file."""
        return self.path("mapping.toml")

    @property
    def policy(self) -> Path:
        """The policy's file."""
        return self.path("policy.toml")

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots."""
        return self.path("snapshots")

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.path("ledger.jsonl")

    @property
    def origin(self) -> str:
        """The name that the ledger's checkpoints carry."""
        return f"agent/{self.la}"


def find_home(given: Path | None) -> Path:
    """The agent's home: as given, or from the environment.

    Raises:
        InputError: neither is there.
    """
    home = given or (Path(named) if (named := os.environ.get(HOME_VARIABLE)) else None)
    if home is None:
        raise InputError(
            "it is not said which agent is meant",
            expected=f"--home DIR, or {HOME_VARIABLE} in the environment",
            advice="name the folder, or make one with 'oversight-agent init DIR'",
        )
    if not (home / "agent.toml").is_file():
        raise InputError(
            "this folder holds no agent",
            where=str(home),
            expected="a file agent.toml in it",
            advice="make one with 'oversight-agent init DIR'",
        )
    return home


def load(home: Path, **overrides: Any) -> Settings:
    """The settings of a home.

    Raises:
        InputError: a setting cannot be used; the message names it.
    """
    where = str(home / "agent.toml")
    try:
        return Settings(home=home, **overrides)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        missing = first["type"] == "missing"
        raise InputError(
            f"the setting '{name}' {'is missing' if missing else 'does not fit'}",
            where=where,
            expected=_FORMS.get(name, "" if missing else expected(first)),
            advice="add it" if missing else "correct it",
        ) from None
    except ValueError as error:
        raise InputError(f"this file is not valid TOML ({error})", where=where) from None
