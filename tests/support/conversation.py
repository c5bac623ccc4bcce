"""Our agent's command in a terminal of its own, and somebody who answers it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable, Sequence

_SCRIPT = """\
import fcntl, signal, termios
# Tests that were started in the background ignore it, and what is ignored is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C reaches it
from oversight_agent.cli import main
main()
"""

END_OF_INPUT, INTERRUPT = "\x04", "\x03"
"""What Ctrl-D and Ctrl-C send."""


def conversation(arguments: Sequence[object], answers: Callable[[str], str]) -> tuple[int, str]:
    """Run the command in a terminal of its own, and answer each prompt by what stands above it.

    Returns:
        The status, and all that was said.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, *map(str, arguments)],
        stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said, answered = "", 0
    try:
        while True:
            ready, _, _ = select.select([ours], [], [], 60)
            assert ready, said
            try:
                said += os.read(ours, 65536).decode(errors="replace")
            except OSError:
                break
            if said.count("Your answer [") > answered and said.rstrip().endswith("]:"):
                answered += 1
                assert answered < 200, said
                # The line's end wakes a reader that Ctrl-C met just before it began to wait.
                os.write(ours, answers(said.rpartition("\r\n\r\n")[2]).encode() + b"\n")
    finally:
        os.close(ours)
    return process.wait(timeout=60), said
