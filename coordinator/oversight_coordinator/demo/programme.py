"""The demo's programme: the coordinator's folder, the people's keys, the files of trust."""

from __future__ import annotations

from pathlib import Path

from oversight_coordinator.demo.commands import oversight
from oversight_coordinator.demo.loopback import free_ports

_ROOTS = ("root-1", "root-2", "root-3")
_PEOPLE = {
    "root-1": "Kent Analytics",
    "root-2": "SESLIP",
    "root-3": "University",
    "analyst": "Kent Analytics",
    "approver": "SESLIP",
    "registrar": "SESLIP",
}
"""Everybody with a key, and their organisation. All of them are made up."""


def key(out: Path, name: str, kind: str = "") -> str:
    """The path of a person's key: `kind` is "key" or "pub"."""
    path = out / "people" / name
    return str(path.with_suffix(f".{kind}") if kind else path)


def make(home: Path, out: Path) -> None:
    """Make all of it: the coordinator in `home`, the people's keys in the demo's folder `out`."""
    gateway, superlink = free_ports(2)
    oversight(
        "init", str(home), "--gateway-url", f"https://127.0.0.1:{gateway}",
        "--gateway-port", str(gateway), "--superlink-port", str(superlink),
    )  # fmt: skip
    with (home / "coordinator.toml").open("a", encoding="utf-8") as file:
        file.write("idle_seconds = 0.2\ncollect_seconds = 2.0\n")
    for name, organisation in _PEOPLE.items():
        oversight("key", "new", key(out, name), "--holder", f"Demo {name}",
                  "--organisation", organisation)  # fmt: skip
    _make_trust(home, out)


def _make_trust(home: Path, out: Path) -> None:
    at_home = ("--home", str(home))
    members = [part for name in _ROOTS for part in ("--member", key(out, name, "pub"))]
    signers = ("--key", key(out, "root-1", "key"), "--key", key(out, "root-2", "key"))
    oversight("trust", "root", *members, *signers, *at_home)
    oversight(
        "trust", "roles", "--analyst", key(out, "analyst", "pub"),
        "--approver", key(out, "approver", "pub"),
        "--registrar", key(out, "registrar", "pub"), *signers, *at_home,
    )  # fmt: skip
    oversight("trust", "roster", "--key", key(out, "registrar", "key"), *at_home)
