"""Periods of care out of episodes of care, which change with each placement and legal status."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from oversight_agent.readers.returns.ssd_dataset import Record
from oversight_agent.readers.returns.texts import day, is_day


@dataclass
class Period:
    """A period of care.

    Attributes:
        first: the record of its first episode.
        start, end: days; the end is empty while the period lasts.
    """

    first: Record
    start: str = field(repr=False)
    end: str = field(repr=False)


def periods(episodes: Iterable[Record]) -> Iterator[Period]:
    """The periods of all children; an episode whose days cannot be read is one of its own."""
    of_child: dict[str, list[Period]] = defaultdict(list)
    for episode in episodes:
        one = Period(episode, day(episode["start"]), day(episode["end"]))
        if not is_day(one.start) or not (is_day(one.end) or not one.end) or not episode["child"]:
            yield one
        else:
            of_child[episode["child"]].append(one)
    for found in of_child.values():
        yield from _joined(sorted(found, key=lambda one: one.start))


def _joined(episodes: list[Period]) -> Iterator[Period]:
    current: Period | None = None
    for one in episodes:
        if current is not None and (not current.end or one.start <= current.end):
            current.end = max(current.end, one.end) if current.end and one.end else ""
            continue
        if current is not None:
            yield current
        current = Period(one.first, _entered(one), one.end)
    if current is not None:
        yield current


def _entered(episode: Period) -> str:
    """The day on which the child entered care, if the dataset tells one before the episode."""
    entered = day(episode.first["entered"])
    return entered if is_day(entered) and entered < episode.start else episode.start
