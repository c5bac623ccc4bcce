"""Where the coordinator keeps what, and its settings with units.

Everything of one coordinator lives below its *home*:

    coordinator.toml   settings (each can also come from the environment as OVERSIGHT_<NAME>)
    keys/service.key   the key that signs tickets and receipts
    tls/               the gateway's certificate, key and the CA that agents pin
    trust/             root.json, roles.json, roster.json as signed files
    store.sqlite       questions and answers (or PostgreSQL by `database_url`)
    ledger.jsonl       what was asked and received, tamper-evident
    superlink/         Flower's own files; nothing of Flower's lies outside
    logs/              one file per process
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from oversight_protocol.errors import InputError

HOME_VARIABLE = "OVERSIGHT_HOME"
DEMO_HOME = Path("demo/coordinator")
ORIGIN = "coordinator/kent"
"""The name that the ledger's checkpoints carry."""


class Settings(BaseSettings):
    """The coordinator's settings. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="OVERSIGHT_", extra="ignore", frozen=True)

    home: Path
    database_url: str = ""
    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=8443, ge=1, le=65535)
    gateway_url: str = "https://127.0.0.1:8443"
    gateway_certificate: Path | None = None
    gateway_key: Path | None = None
    gateway_ca: Path | None = None
    superlink_port: int = Field(default=9091, ge=1, le=65535)
    tick_seconds: float = Field(default=0.2, gt=0, le=60)
    idle_seconds: float = Field(default=1.0, gt=0, le=60)
    collect_seconds: float = Field(default=0.5, gt=0, le=3600)
    held_seconds: float = Field(default=60, gt=0, le=86400)
    reply_seconds: float = Field(default=15, gt=0, le=3600)
    answer_seconds: float = Field(default=7 * 86400, gt=0)
    lease_seconds: float = Field(default=3, gt=0, le=600)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - given by keyword
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - given by keyword
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then coordinator.toml."""
        home = init_settings().get("home")
        toml = TomlConfigSettingsSource(settings_cls, Path(str(home)) / "coordinator.toml")
        return init_settings, env_settings, toml

    @property
    def database(self) -> str:
        """The store's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'store.sqlite'}"

    @property
    def service_key(self) -> Path:
        """The service's private key."""
        return self.home / "keys" / "service.key"

    @property
    def trust(self) -> Path:
        """The folder of root, roles and roster."""
        return self.home / "trust"

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.home / "ledger.jsonl"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.home / "logs"

    @property
    def superlink(self) -> Path:
        """Flower's home."""
        return self.home / "superlink"

    @property
    def certificate(self) -> Path:
        """The gateway's certificate chain."""
        return self.gateway_certificate or self.home / "tls" / "gateway.pem"

    @property
    def certificate_key(self) -> Path:
        """The gateway's private TLS key."""
        return self.gateway_key or self.home / "tls" / "gateway.key"

    @property
    def ca(self) -> Path:
        """The CA certificate that agents pin."""
        return self.gateway_ca or self.home / "tls" / "ca.pem"


def find_home(given: Path | None) -> Path:
    """The coordinator's home: as given, from the environment, or the demo's.

    Raises:
        InputError: none of them is there.
    """
    home = given or (Path(named) if (named := os.environ.get(HOME_VARIABLE)) else None)
    if home is None and DEMO_HOME.is_dir():
        home = DEMO_HOME
    if home is None:
        raise InputError(
            "it is not said which coordinator is meant",
            expected=f"--home DIR, or {HOME_VARIABLE} in the environment",
            advice="name the folder, or make one with 'oversight init DIR'",
        )
    if not home.is_dir():
        raise InputError(
            "there is no such folder", where=str(home), advice="make it with 'oversight init DIR'"
        )
    return home


def load(home: Path, **overrides: Any) -> Settings:
    """The settings of a home.

    Raises:
        InputError: a setting cannot be used; the message names it.
    """
    try:
        return Settings(home=home, **overrides)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"setting '{name}': {first['msg']}", where=str(home / "coordinator.toml")
        ) from None
    except ValueError as error:
        raise InputError(
            f"this file is not valid TOML ({error})", where=str(home / "coordinator.toml")
        ) from None
