"""Logs for people: one line per event, on standard error. No event carries data of an authority."""

from __future__ import annotations

import logging
import sys

import structlog

WARNING = logging.WARNING


def to_stream(level: int = logging.INFO) -> None:
    """Write events as `time level event key=value` to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Request lines of the HTTP client name paths and times only, but fill a log within a day.
    logging.getLogger("httpx").setLevel(logging.WARNING)
