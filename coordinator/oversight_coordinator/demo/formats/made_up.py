"""What every real export also holds and no mapping may take, here made up and saying so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from oversight_coordinator.demo.layouts import Cell
from oversight_coordinator.demo.records import Allocation, Event, Post, Record, Team

_OLDEST = date(2008, 5, 1).toordinal()
_SPREAD_DAYS = 6000


def of_child(make: Callable[[str], str]) -> Cell:
    """What to write of a record's child, from its number; empty where it has none."""

    def text(record: Record) -> str:
        if not isinstance(record, Allocation | Event) or record.child_id is None:
            return ""
        return make(record.child_id)

    return text


def of_worker(make: Callable[[str], str]) -> Cell:
    """What to write of a worker, from their number."""
    return lambda record: make(record.worker_id) if isinstance(record, Post) else ""


def of_team(make: Callable[[str], str]) -> Cell:
    """What to write of a team, from its number."""
    return lambda record: make(record.team_id) if isinstance(record, Team) else ""


def note(*texts: str) -> Cell:
    """Free text of an event: these texts in turn."""

    def text(record: Record) -> str:
        number = int(record.event_id) if isinstance(record, Event) else 0
        return texts[number % len(texts)]

    return text


def born(style: Callable[[date], str]) -> Cell:
    """A child's date of birth, in this style."""
    return of_child(lambda child: style(date.fromordinal(_OLDEST + int(child) * 37 % _SPREAD_DAYS)))


CHILD_NAME = of_child("Child {} Example".format)
CHILD_SORTED = of_child("Example, Child {}".format)
WORKER_NAME = of_worker("Worker {} Example".format)
WORKER_MAIL = of_worker("worker{}@authority.example".format)
TEAM_NAME = of_team("Example team {}".format)


def slashed(day: date) -> str:
    """Day, month and year with slashes."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
