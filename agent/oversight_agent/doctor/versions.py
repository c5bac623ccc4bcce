"""What is installed: our own distributions, Flower at the version that is pinned, and the rest."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib import metadata

from oversight_agent.doctor.finding import Finding, failed, ok

FLOWER = "1.41"
"""Node and SuperLink speak the same protocol only within one minor version."""
_SHOWN = ("oversight-agent", "oversight-protocol", "flwr", "duckdb", "pandas")
_REINSTALL = "install the agent again, with its constraints.txt"


def check() -> Iterator[Finding]:
    """That everything the agent needs is here, and Flower at its version."""
    missing = [name for name in _needed() if _version(name) is None]
    if missing:
        yield failed("versions", f"not installed: {', '.join(missing)}", _REINSTALL)
        return
    flower = str(_version("flwr"))
    if not flower.startswith(f"{FLOWER}."):
        yield failed("versions", f"flwr {flower}, where {FLOWER} is needed", _REINSTALL)
        return
    shown = [f"{name} {_version(name)}" for name in _SHOWN]
    yield ok("versions", ", ".join([*shown, f"Python {platform.python_version()}"]))


def _needed() -> list[str]:
    own = metadata.requires("oversight-agent") or []
    return [re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in own if "extra ==" not in one]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
