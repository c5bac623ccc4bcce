"""What one check found: its name, how serious it is, what was found, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from oversight_protocol.errors import InputError, OversightError


class State(StrEnum):
    """How serious a finding is. A warning stops nothing today."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One line of the examination.

    Attributes:
        check: what was looked at.
        state: how serious it is.
        found: what was found, in plain English.
        advice: what to do; empty where nothing is to be done.
    """

    check: str
    state: State
    found: str
    advice: str = ""


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, found)


def warning(check: str, found: str, advice: str) -> Finding:
    """It works, and a person should look at it."""
    return Finding(check, State.WARNING, found, advice)


def failed(check: str, found: str, advice: str) -> Finding:
    """The agent does not work, or not wholly, before a person mends this."""
    return Finding(check, State.FAILED, found, advice)


def from_error(check: str, error: OversightError) -> Finding:
    """What an error says, as a failure."""
    if not isinstance(error, InputError):
        return failed(check, str(error), "")
    parts = [f"{error.where}: {error.what}" if error.where else error.what]
    parts += [f"found {error.found}"] if error.found else []
    parts += [f"expected {error.expected}"] if error.expected else []
    return failed(check, "; ".join(parts), error.advice)


def until(
    check: str, what: str, end: datetime, now: datetime, *, warn: timedelta, advice: str
) -> Finding:
    """Whether something is in force, and for how long yet."""
    left = end - now
    if left <= timedelta(0):
        return failed(check, f"{what} expired on {end:%d %B %Y}", advice)
    days = f"{left.days} {'day' if left.days == 1 else 'days'}"
    found = f"{what} until {end:%d %B %Y}, {days} left"
    return ok(check, found) if left > warn else warning(check, found, advice)
