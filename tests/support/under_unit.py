"""Runs a command under what a systemd unit lets it call, without systemd.

    python under_unit.py UNIT COMMAND [ARGUMENT…]

Rules kept here:

1. The unit's own lines decide: its `SystemCallFilter`, `RestrictAddressFamilies`, `UMask`, and that
   it sets `NoNewPrivileges` and `MemoryDenyWriteExecute`. systemd says what its sets (`@…`) hold.
2. A call that the unit forbids fails with EPERM, as `SystemCallErrorNumber` says there.
3. Nothing is installed that this Python does not have: libseccomp comes with systemd.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

LIBRARY = "libseccomp.so.2"
_ALLOW, _EPERM = 0x7FFF0000, 0x00050000 | 1
_EQ, _MASKED_EQ = 4, 7
_WRITE, _EXEC, _SHM_EXEC = 2, 4, 0o100000
_PR_SET_NO_NEW_PRIVS = 38


def is_possible() -> bool:
    """Whether this machine has what is needed."""
    if sys.platform != "linux" or shutil.which("systemd-analyze") is None:
        return False
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return True


class _Compare(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint), ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64), ("second", ctypes.c_uint64),
    )  # fmt: skip


def settings(unit: Path) -> dict[str, list[str]]:
    """A unit's settings; each with its values in their order."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in unit.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith(("#", ";", "[")):
            name, _, value = line.partition("=")
            found[name.strip()].append(value.strip())
    return found


@cache
def calls(name: str) -> frozenset[str]:
    """The system calls of a set, or the one that is named."""
    if not name.startswith("@"):
        return frozenset({name})
    said = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", name],
        capture_output=True, text=True, check=True, timeout=30,
    ).stdout  # fmt: skip
    members = [line.strip() for line in said.splitlines()[1:]]
    named = [one for one in members if one and not one.startswith("#")]
    return frozenset().union(*map(calls, named))


def allowed(filters: list[str]) -> frozenset[str]:
    """The calls that several `SystemCallFilter=` leave, the first of which is a list of those."""
    left: frozenset[str] = frozenset()
    for line in filters:
        named = frozenset().union(*map(calls, line.lstrip("~").split()))
        left = left - named if line.startswith("~") else left | named
    # systemd lets every filtered service start and end.
    return left | calls("@default") | {"execve"}


class _Filter:
    """One seccomp filter under way."""

    def __init__(self, default: int) -> None:
        self._library = ctypes.CDLL(LIBRARY)
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(default))

    def rule(self, action: int, call: str, *compares: _Compare) -> None:
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # not of this machine's architecture
        array = (_Compare * len(compares))(*compares)
        status = self._library.seccomp_rule_add_array(
            self._context, ctypes.c_uint32(action), number, len(compares), array
        )
        if status != 0:
            raise OSError(-status, f"no rule for {call}")

    def load(self) -> None:
        status = self._library.seccomp_load(self._context)
        if status != 0:
            raise OSError(-status, "the filter does not load")


def _deny_write_execute() -> None:
    both, execute = _WRITE | _EXEC, _EXEC
    denied = _Filter(_ALLOW)
    denied.rule(_EPERM, "mmap", _Compare(2, _MASKED_EQ, both, both))
    for call in ("mprotect", "pkey_mprotect"):
        denied.rule(_EPERM, call, _Compare(2, _MASKED_EQ, execute, execute))
    denied.rule(_EPERM, "shmat", _Compare(2, _MASKED_EQ, _SHM_EXEC, _SHM_EXEC))
    denied.load()


def confine(unit: Path) -> None:
    """Put this process under what the unit lets it call."""
    lines = settings(unit)
    os.umask(int(lines["UMask"][-1], 8))
    if lines["NoNewPrivileges"] != ["yes"] or lines["MemoryDenyWriteExecute"] != ["yes"]:
        raise ValueError(f"{unit.name} does not confine")
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _deny_write_execute()
    families = {int(getattr(socket, one)) for one in lines["RestrictAddressFamilies"][-1].split()}
    filtered = _Filter(_EPERM)
    for call in sorted(allowed(lines["SystemCallFilter"]) - {"socket"}):
        filtered.rule(_ALLOW, call)
    for family in sorted(families):
        filtered.rule(_ALLOW, "socket", _Compare(0, _EQ, family, 0))
    filtered.load()


if __name__ == "__main__":
    confine(Path(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
