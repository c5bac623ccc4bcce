"""The agents' commands, run as an administrator would type them, in one process for all of them.

Nothing here may import the agent, and starting an interpreter for each of some forty commands would
take longer than all else. So one process with the agent's command line takes one command after
another: the same entry point as that of the console script, with its output and exit status.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from oversight_coordinator.demo.processes import DemoError

_COMMAND_LINE = """
import contextlib, io, json, sys
from oversight_agent.cli import main
for line in sys.stdin:
    sys.argv = ["oversight-agent", *json.loads(line)]
    said, wrong, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
        try:
            main()
        except SystemExit as ended:
            status = ended.code or 0
    sys.stdout.write(json.dumps([status, said.getvalue(), wrong.getvalue()]) + "\\n")
    sys.stdout.flush()
"""


class Hands:
    """Runs the agents' commands.

    Args:
        log: where an error that is no answer of a command goes.
    """

    def __init__(self, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-c", _COMMAND_LINE], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip

    def run(self, *arguments: str) -> str:
        """One command; what it printed.

        Raises:
            DemoError: it failed.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise DemoError("the agents' commands cannot be run")
        try:
            self._process.stdin.write(json.dumps(arguments) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except (BrokenPipeError, ValueError):  # it has ended, or was closed
            answer = ""
        if not answer:
            raise DemoError(f"'oversight-agent {arguments[0]}' failed; its log is {self._log}")
        status, said, wrong = json.loads(answer)
        if status:
            problem = wrong.strip().removeprefix("oversight-agent: ")
            raise DemoError(f"'oversight-agent {arguments[0]}' failed: {problem}")
        return str(said)

    def close(self) -> None:
        """End the process: without further commands it ends by itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
