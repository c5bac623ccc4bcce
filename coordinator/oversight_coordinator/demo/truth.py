"""The exact figures of synthetic authorities, counted from the records themselves.

Only the demonstration and the tests may read them: nobody has such figures of a real authority.
The definitions are the study's, in plain loops and comparisons, so that an error in the SQL, the
mapping or the pooling cannot hide here as well:

1. A quarter holds the events whose held_date lies in it, both ends inside.
2. A child is open as of the quarter's last day when a case-holder allocation is
   (start <= day < end); of several the latest start decides.
3. An event's service is that of its child's team as of the last day; without an open child, that
   of the worker's team in the post in force on held_date; otherwise `unknown`.
4. `recording` counts case, personal and combined events; `authorised` those of type case or
   combined with a child.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from oversight_coordinator import files
from oversight_coordinator.demo.profiles import SERVICES
from oversight_coordinator.demo.records import Allocation, Event, Post, World
from oversight_protocol.study import Period

RECORDING = ("both", "part1_only", "part2_only", "misplaced", "neither", "unknown")
AUTHORISED = ("authorised", "not_authorised")
OUTCOMES = {"recording": RECORDING, "authorised": AUTHORISED}
CATEGORIES = (("", ""), *(("service", service) for service in (*SERVICES, "unknown")))

_PART1_IN_PLACE = ("child_file", "both")
_PART2_IN_PLACE = ("supervision_record", "both")


class Key(NamedTuple):
    """What is counted; dimension and category are `""` for a whole authority."""

    la: str
    table: str
    period: str
    dimension: str
    category: str
    outcome: str


@dataclass(frozen=True)
class Truth:
    """Exact counts, zeros among them.

    Attributes:
        counts: events by key.
    """

    counts: Mapping[Key, int] = field(repr=False)

    def value(
        self,
        la: str,
        table: str,
        period: str,
        dimension: str,
        category: str,
        outcomes: Iterable[str],
    ) -> int:
        """The events of one authority with any of these outcomes.

        Raises:
            KeyError: such a cell is not counted.
        """
        place = (la, table, period, dimension, category)
        return sum(self.counts[Key(*place, outcome)] for outcome in outcomes)

    def percent(
        self,
        las: Iterable[str],
        place: tuple[str, str, str, str],
        numerator: Iterable[str],
        denominator: Iterable[str],
    ) -> float | None:
        """The exact percentage over several authorities, or None where there is nothing to share.

        Args:
            las: ONS codes.
            place: table, period, dimension, category.
            numerator: outcomes.
            denominator: outcomes, the numerator's among them.

        Raises:
            KeyError: such a cell is not counted.
        """
        codes, above, below = tuple(las), tuple(numerator), tuple(denominator)
        total = sum(self.value(la, *place, below) for la in codes)
        return 100 * sum(self.value(la, *place, above) for la in codes) / total if total else None

    def to_json(self) -> str:
        """The counts as a JSON document with one form."""
        rows = [{**key._asdict(), "count": count} for key, count in sorted(self.counts.items())]
        return json.dumps({"counts": rows}, indent=1) + "\n"

    def write(self, path: Path) -> None:
        """Write `truth.json`."""
        files.write(path, self.to_json().encode())


def count(la: str, world: World, periods: Sequence[Period]) -> dict[Key, int]:
    """The exact counts of one authority."""
    counts = dict.fromkeys(_keys(la, periods), 0)
    for period in periods:
        for (table, service, outcome), number in _count_quarter(world, period).items():
            counts[Key(la, table, period.id, "", "", outcome)] += number
            counts[Key(la, table, period.id, "service", service, outcome)] += number
    return counts


def _keys(la: str, periods: Sequence[Period]) -> Iterator[Key]:
    for table, outcomes in OUTCOMES.items():
        for period in periods:
            for dimension, category in CATEGORIES:
                for outcome in outcomes:
                    yield Key(la, table, period.id, dimension, category, outcome)


def _count_quarter(world: World, period: Period) -> Counter[tuple[str, str, str]]:
    services = _Services(world, period.end)
    counts: Counter[tuple[str, str, str]] = Counter()
    for event in world.events:
        if not period.start <= event.held_date <= period.end:
            continue
        if event.type in ("case", "personal", "combined"):
            counts["recording", services.of(event), _recording(event)] += 1
        if event.type in ("case", "combined") and event.child_id is not None:
            counts["authorised", services.of(event), _authorised(event, period.end)] += 1
    return counts


def _recording(event: Event) -> str:
    first, second = event.part1_location, event.part2_location
    if first in (None, "unknown") or second in (None, "unknown"):
        return "unknown"
    if first in _PART1_IN_PLACE:
        return "both" if second in _PART2_IN_PLACE else "part1_only"
    if second in _PART2_IN_PLACE:
        return "part2_only"
    return "neither" if first == second == "neither" else "misplaced"


def _authorised(event: Event, last_day: date) -> str:
    when = event.authorised_date
    return "authorised" if when is not None and when <= last_day else "not_authorised"


class _Services:
    """Which service an event belongs to, as of a quarter's last day."""

    def __init__(self, world: World, last_day: date) -> None:
        self._of_team = {team.team_id: team.service for team in world.teams}
        self._holding = _holding(world.allocations, last_day)
        self._posts: dict[str, list[Post]] = {}
        for post in world.posts:
            self._posts.setdefault(post.worker_id, []).append(post)

    def of(self, event: Event) -> str:
        if event.child_id is not None and event.child_id in self._holding:
            return self._of_team[self._holding[event.child_id].team_id]
        for post in self._posts.get(event.worker_id, ()):
            if post.team_id is not None and _runs(post.role_start, post.role_end, event.held_date):
                return self._of_team[post.team_id]
        return "unknown"


def _holding(allocations: Iterable[Allocation], day: date) -> dict[str, Allocation]:
    """Of each child open on a day, the case-holder allocation that counts."""
    latest: dict[str, Allocation] = {}
    for one in allocations:
        if one.role == "case_holder" and _runs(one.start, one.end, day):
            known = latest.get(one.child_id)
            if known is None or one.start > known.start:
                latest[one.child_id] = one
    return latest


def _runs(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or day < end)
