"""What every real export also holds and no mapping may take, here made up and saying so.

Each function makes a column whose text follows from an identifier of the record alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from oversight_coordinator.demo.layouts import ISO, Column
from oversight_coordinator.demo.layouts.dates import WRITERS

_OLDEST = date(2008, 5, 1).toordinal()
_SPREAD_DAYS = 6000


def made(header: str, of: str, text: Callable[[str], str]) -> Column:
    """A column that no mapping takes, from the identifier in the field `of`."""
    return Column(header, made_of=of, text=text)


def child_name(header: str, pattern: str = "Child {} Example") -> Column:
    """A child's name; empty where there is no child."""
    return made(header, "child_id", pattern.format)


def born(header: str, date_format: str = ISO) -> Column:
    """A child's date of birth."""
    write = WRITERS[date_format]
    return made(
        header,
        "child_id",
        lambda child: write(date.fromordinal(_OLDEST + int(child) * 37 % _SPREAD_DAYS)),
    )


def worker_name(header: str, pattern: str = "Worker {} Example") -> Column:
    """A worker's name."""
    return made(header, "worker_id", pattern.format)


def worker_mail(header: str) -> Column:
    """A worker's address."""
    return made(header, "worker_id", "worker{}@authority.example".format)


def team_name(header: str, pattern: str = "Example team {}") -> Column:
    """A team's name."""
    return made(header, "team_id", pattern.format)


def note(header: str, of: str, *texts: str) -> Column:
    """Free text: these texts in turn."""
    return made(header, of, lambda number: texts[int(number) % len(texts)])


def same(header: str, of: str, text: str) -> Column:
    """The same text in every row."""
    return made(header, of, lambda _: text)


def forms_head(of: str, *, day_first: bool = True) -> tuple[Column, ...]:
    """What Microsoft Forms puts before the answers, but for the number of the answer."""
    begun, done = ("04/07/2026 10:{:02d}", "04/07/2026 10:{:02d}")
    if not day_first:
        begun, done = ("7/4/26 10:{:02d}:00", "7/4/26 10:{:02d}:30")
    return (
        made("Start time", of, lambda number: begun.format(int(number) % 30)),
        made("Completion time", of, lambda number: done.format(30 + int(number) % 30)),
        same("Email", of, "anonymous"),
        same("Name", of, "Auditor Example"),
    )
