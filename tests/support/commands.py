"""Our commands, called as a shell would but in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
import structlog

Capture = pytest.CaptureFixture[str]


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


def call(
    main: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
    capture: Capture,
    *arguments: object,
) -> Ended:
    """Run a program's `main` with its name and arguments; what was said before does not count.

    No command may end with a traceback, nor leave a log behind that writes to this test's streams.
    """
    monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
    capture.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    structlog.reset_defaults()
    out, err = capture.readouterr()
    assert "Traceback" not in err
    return Ended(int(ended.value.code or 0), out, err)
