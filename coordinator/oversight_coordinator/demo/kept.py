"""What goes on after the demo (`--keep`), and its end: `--stop`, or a keeper after some time.

Rules kept here:

1. The keeper ends only what stood in the file when it began: a later demo in the same folder is not
   its own.
2. A demo under way is asked to end first; it stops its own parts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from oversight_coordinator.demo.folder import check_folder
from oversight_coordinator.demo.processes import (
    STATE,
    STOP_SECONDS,
    Processes,
    read_state,
    stop_pids,
)
from oversight_protocol.errors import InputError

_LOOK_SECONDS = 1


def hand_over(processes: Processes, seconds: int) -> None:
    """Leave the processes running, and a keeper that stops them after some time."""
    processes.note(demo=None)
    subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", __name__, str(processes.out), str(seconds)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def require_free(out: Path) -> None:
    """Check that a folder may be used for a demo and that none is under way in it.

    Raises:
        InputError: it may not, or one is.
    """
    check_folder(out)
    if "demo" in read_state(out):
        raise InputError(
            "a demo is under way in this folder",
            where=str(out),
            advice="wait for its end, stop it with --stop, or name another folder with --out",
        )


def stop_kept(out: Path) -> int:
    """Stop what runs in a demo's folder; how many processes that were."""
    running = read_state(out)
    if "demo" in running:
        stop_pids([running["demo"][0]], 3 * STOP_SECONDS)
    stop_pids([pid for pid, _ in reversed(read_state(out).values())])
    if running:
        (out / STATE).unlink(missing_ok=True)
    return len(running)


def keep(out: Path, seconds: float) -> None:
    """Wait, then stop what runs; end at once when it is stopped or another demo begins."""
    deadline, mine = time.monotonic() + seconds, _content(out)
    while time.monotonic() < deadline:
        if _content(out) != mine:
            return
        time.sleep(_LOOK_SECONDS)
    stop_kept(out)


def _content(out: Path) -> bytes:
    try:
        return (out / STATE).read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    keep(Path(sys.argv[1]), float(sys.argv[2]))
