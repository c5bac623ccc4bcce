"""How far a command is that may take long, for the person who waits.

Rules kept here:

1. Progress goes to standard error, as lines; standard output is for the results alone.
2. What is done within a few seconds says nothing.
"""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self

QUIET_SECONDS = 5.0
"""Until then, nothing is said."""

EVERY_SECONDS = 15.0
"""Afterwards it is said again that the command is at work."""


class Progress:
    """Says at which step a command is, and from time to time that it still is.

    Args:
        advice: what to do where that is too long; said once.
    """

    def __init__(self, advice: str) -> None:
        self._advice, self._step, self._shown = advice, "", False
        self._started = time.monotonic()
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._remind, daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say nothing more."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def step(self, text: str) -> None:
        """The command comes to its next step."""
        with self._lock:
            self._step = text
            if self._shown:
                self._say(text)
        if self._thread.ident is None:
            self._thread.start()

    def _remind(self) -> None:
        if self._ended.wait(QUIET_SECONDS):
            return
        with self._lock:
            self._shown = True
            self._say(f"{self._step} ({self._advice})")
        while not self._ended.wait(EVERY_SECONDS):
            with self._lock:
                self._say(f"{self._step}: still at work")

    def _say(self, text: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - self._started:5.1f} s] {text}\n")
        sys.stderr.flush()
