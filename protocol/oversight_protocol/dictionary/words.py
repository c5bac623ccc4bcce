"""Words that several forms of the dictionary share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from oversight_protocol.dictionary.uses import FieldUse


def use_in_words(use: FieldUse) -> Iterator[str]:
    """What a study uses a field for: base tables with their measures, then breakdowns."""
    for table, numbers in use.figures.items():
        yield f"{table} ({in_runs(numbers)})" if numbers else table
    for label, numbers in use.breakdowns.items():
        yield f"by {lowered(label)} ({in_runs(numbers)})"


def in_runs(numbers: Sequence[str]) -> str:
    """Numbers of measures, three or more in a row as a run: 1–6, 6a, 7–9."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), key=lambda pair: _offset(*pair))
    ]
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def by_table(points: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Fields, given as `table.field`, by their table in the order of their first mention."""
    found: dict[str, list[str]] = {}
    for table, _, field in (point.partition(".") for point in points):
        found.setdefault(table, []).append(field)
    return list(found.items())


def lowered(label: str) -> str:
    """A label as it stands within a sentence."""
    return label[:1].lower() + label[1:]


def _offset(place: int, number: str) -> object:
    """The same for all numbers of a run; of its own for one with a letter."""
    return int(number) - place if number.isdigit() else number
