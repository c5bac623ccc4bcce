"""The signals that ask the demo to end, and when they may."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterator

ENDING = [
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
]
"""Ctrl-C, a request to end, a closed terminal; Windows has not all of them."""


_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent is killed; elsewhere nothing can be asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def interrupt() -> None:
    """Have each of them go the way of Ctrl-C, once."""
    for number in ENDING:
        signal.signal(number, _interrupt)


def ignore() -> None:
    """Ignore them from here on: a second Ctrl-C must not leave half of the processes behind."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Put them off until the end of the block: what is started in it is in the list by then."""
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda got, _frame: received.append(got)) for number in ENDING
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        os.kill(os.getpid(), received[0])


def _interrupt(_number: int, _frame: object) -> None:
    ignore()
    raise KeyboardInterrupt
