"""Logs for people: one line per event. No event carries data of an authority."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TextIO

import structlog


def to_file(path: Path, level: int = logging.INFO) -> None:
    """Write events to the end of a file, for a process whose standard error goes nowhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    to_stream(level, path.open("a", encoding="utf-8", buffering=1))


def to_stream(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Write events as `time level event key=value` to a stream, standard error if none is given."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
    )
    # Request lines of the HTTP client name paths and times only, but fill a log within a day.
    logging.getLogger("httpx").setLevel(logging.WARNING)
