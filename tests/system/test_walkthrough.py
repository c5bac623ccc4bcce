"""The section "By hand" of README.md, typed line by line into a shell, with what each line gives.

Exactly the lines of the blocks marked `sh walk` are run; only a port that another program has is
exchanged. Where README says "again, until …", the line is typed again, for a minute at most.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
import pytest

from oversight_coordinator.demo.loopback import free_ports
from oversight_coordinator.processes import is_free

README = Path(__file__).parents[2] / "README.md"
PORTS = ("8443", "9091")
AGAIN, AGAIN_SECONDS = "again, until", 60.0
LINE_SECONDS = 120
_END = "--- end of line"

NAMED_BY_THE_PROGRAMME = (
    "oversight key new", "oversight serve", "oversight agents invite", "oversight-agent init",
    "oversight-agent enrol", "oversight agents approve", "oversight-agent doctor",
    "oversight-agent check", "oversight-agent preview", "oversight-agent run",
    "oversight-agent status", "oversight study sign", "oversight study approve",
    "oversight study publish", "oversight-agent study accept", "oversight run ",
    "oversight-agent release approve", "oversight report",
)  # fmt: skip

EXPECTED = {
    "oversight demo": "Wrote the synthetic files of 2 authorities",
    "oversight init": "Made the coordinator's folder programme",
    "for name": r"(Made keys/[\w-]+\.key(.|\n)*){6}",
    "oversight trust root": "Made the root of trust",
    "oversight trust roles": "Published roles, version 1",
    "oversight trust roster": "Published roster, version 1",
    "oversight-agent init agents/kent": "Made the agent's folder agents/kent",
    "oversight-agent init agents/medway": "Made the agent's folder agents/medway",
    "oversight agents approve kent": "Kent is on the roster",
    "oversight agents approve medway": "Medway is on the roster",
    "oversight-agent doctor": r"(?s)gateway +https://127.*\d+ ok, 2 warnings, 0 failed",
    "oversight-agent check": r"(?s)TABLE +ROWS.*team .*yes",
    "oversight-agent status": "Connection: connected",
    "oversight agents list": r"(?s)(?=.*Kent +active)(?=.*Medway +active)",
    "oversight study new": "Wrote study.json",
    "oversight study sign": r"as its analyst, Holder of analyst.*1 signature\.",
    "oversight study approve": r"as its approver, Holder of approver.*2 signatures",
    "oversight study publish": "Published 'management-oversight-2026', version 1",
    "oversight-agent study show": r"(?s)Base table 'recording'.*SELECT",
    "oversight-agent preview": "Nothing was recorded or sent",
    "oversight-agent study accept": "Accepted 'management-oversight-2026'",
    "oversight run ": r"(?s)2 authorities are asked.*Medway: (held|holds its answer)",
    "oversight-agent release show": r"recording, 2026-Q3: released",
    "oversight-agent release approve": "Approved",
    "oversight runs show": r"(?s)(?=.*Kent +released)(?=.*Medway +released)",
    "oversight report": r"Wrote results/pooled\.csv.* and results/report/index\.html",
    "oversight ledger verify": r"\d+ entries verify",
    "oversight-agent ledger verify": r"\d+ entries verify",
}
"""What a line prints, by its beginning. Lines that are not here print nothing."""
SILENT = r"[A-Z_]+=|(cd|export|sed|kill|oversight serve|oversight-agent run)\b"

pytestmark = [
    pytest.mark.system,
    pytest.mark.xdist_group("walk"),
    pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash (apt-get install bash)"),
]


def lines() -> list[str]:
    """README's lines, those of one command together."""
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh walk\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    found: list[str] = []
    open_loop = False
    for line in "".join(blocks).splitlines():
        if open_loop:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
        open_loop = (open_loop or line.startswith("for ")) and line != "done"
    return found


LINES = lines()


def with_free_ports(line: str, ports: dict[str, str]) -> str:
    """A line, its documented ports exchanged."""
    for documented, free in ports.items():
        line = re.sub(rf"\b{documented}\b", free, line)
    return line


@dataclass
class Shell:
    """A shell that is typed into, one line after another."""

    process: subprocess.Popen[str]
    typed: IO[str]
    printed: IO[str]

    def type(self, line: str) -> tuple[int, str]:
        """Type a line and wait for its end: its status, and what it printed."""
        self.typed.write(f"{line}\necho '{_END}' $?\n")
        self.typed.flush()
        said: list[str] = []
        deadline = time.monotonic() + LINE_SECONDS
        for one in self.printed:
            if one.startswith(_END):
                return int(one.removeprefix(_END)), "".join(said)
            said.append(one)
            assert time.monotonic() < deadline, line
        raise AssertionError(f"the shell ended at: {line}\n{''.join(said)}")

    def type_until(self, line: str, expected: str) -> tuple[int, str]:
        """Type a line as often as README says, until it gives what is expected."""
        deadline = time.monotonic() + (AGAIN_SECONDS if AGAIN in line else 0)
        while True:
            status, said = self.type(line)
            if (status == 0 and re.search(expected, said)) or time.monotonic() > deadline:
                return status, said
            time.sleep(0.5)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell in an empty folder, with this environment's commands; nothing of it is left."""
    foreign = ("OVERSIGHT_", "FLWR_", "HTTP_", "HTTPS_", "ALL_")
    kept = {name: os.environ[name] for name in os.environ if not name.upper().startswith(foreign)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        ["bash", "--norc", "-s"], cwd=tmp_path_factory.mktemp("walk"), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**kept, "PATH": path}, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Shell(process, process.stdin, process.stdout)
    finally:
        process.stdin.write("kill $(jobs -p); wait; exit\n")
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _session(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except (ProcessLookupError, PermissionError):
        return -1


@dataclass
class Walk:
    """What every line gave, and the folder in which it was typed."""

    folder: Path
    said: dict[str, tuple[int, str]]


@pytest.fixture(scope="module")
def walk(shell: Shell) -> Walk:
    """The whole walk."""
    ports = {one: str(free) for one, free in zip(PORTS, free_ports(len(PORTS)), strict=True)
             if not is_free("127.0.0.1", int(one))}  # fmt: skip
    said: dict[str, tuple[int, str]] = {}
    for line in LINES:
        said[line] = shell.type_until(with_free_ports(line, ports), expected(line))
        assert said[line][0] == 0, f"{line}\n{said[line][1]}"
    return Walk(Path(shell.type("pwd")[1].strip()), said)


def expected(line: str) -> str:
    """What a line prints."""
    beginnings = [one for one in EXPECTED if line.startswith(one)]
    return EXPECTED[max(beginnings, key=len)] if beginnings else r"\A\Z"


def test_every_line_is_expected_to_print_something_or_nothing() -> None:
    unknown = [line for line in LINES if expected(line) == r"\A\Z" and not re.match(SILENT, line)]

    assert unknown == []
    assert len(LINES) > 30


@pytest.mark.parametrize("command", NAMED_BY_THE_PROGRAMME)
def test_the_walk_leads_past_every_command_of_the_programme(command: str) -> None:
    assert any(command in line for line in LINES)


@pytest.mark.parametrize("line", LINES)
def test_a_line_prints_what_a_newcomer_expects(line: str, walk: Walk) -> None:
    status, said = walk.said[line]

    assert status == 0
    assert re.search(expected(line), said), said
    assert "Traceback" not in said


def test_at_the_end_both_authorities_are_in_the_figures(walk: Walk) -> None:
    header, *rows = (walk.folder / "results/pooled.csv").read_text("utf-8").splitlines()
    page = (walk.folder / "results/report/index.html").read_text("utf-8")

    names = header.split(",")
    figures = [dict(zip(names, row.split(","), strict=True)) for row in rows]
    recording = [row for row in figures if row["table"] == "recording" and not row["dimension"]]
    assert {row["las_asked"] for row in figures} == {"2"}
    assert {(row["las_published"], row["las_answered"]) for row in recording} == {("2", "2")}
    assert len({row["measure"] for row in recording}) >= 8
    assert "2 of 2" in page


def test_nothing_that_was_started_is_left(walk: Walk, shell: Shell) -> None:
    status, said = shell.type("wait; jobs -r")

    session = os.getsid(shell.process.pid)
    left = [one for one in psutil.process_iter() if _session(one) == session]
    assert (status, said) == (0, "")
    assert [one.pid for one in left] == [shell.process.pid]
    for log in ("serve.log", "kent.log", "medway.log"):
        assert "Traceback" not in (walk.folder / log).read_text("utf-8")
