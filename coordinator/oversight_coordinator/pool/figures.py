"""What every kind of figure has in common: its two halves, and how numbers are rounded.

Rules kept here:

1. An estimate is rounded half up to one decimal, a lower bound down, an upper bound up.
2. Rounding is done in whole numbers, so that it is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from oversight_coordinator.pool.intervals import Interval, Key

RowKey = tuple[str, str]
"""(dimension, category); both empty for the whole authority."""

Values = Mapping[str, int | None]
"""The published figures of a row by outcome, magnitude or `TOTAL`; None where suppressed."""

Parts = tuple[Interval, ...]
"""What a kind needs to know of one row: intervals that may be added up over authorities."""


class Estimate(NamedTuple):
    """A figure from rounded sums.

    Attributes:
        value: one decimal; None where there is nothing to take a figure of.
        numerator: None for a median and a difference.
        denominator: of a difference, of both its shares together.
    """

    value: float | None
    numerator: int | None
    denominator: int


class Bounds(NamedTuple):
    """The least and the greatest value that the true figure can have; both or neither."""

    lower: float | None
    upper: float | None


UNBOUNDED = Bounds(None, None)


class Kind(Protocol):
    """A measure's arithmetic."""

    def published(self, rows: Mapping[RowKey, Values], row: RowKey) -> tuple[int, ...] | None:
        """The rounded sums that a row's figure is made of, of one authority.

        They may be added up over authorities. None if not all of them are known.
        """

    def estimate(self, sums: Sequence[int]) -> Estimate:
        """The figure from such sums."""

    def parts(self, cells: Mapping[Key, Interval]) -> dict[RowKey, Parts]:
        """What one authority's narrowed table says, row by row."""

    def bounds(self, parts: Parts) -> Bounds:
        """The interval of the figure from parts that were added up over authorities."""


def add_parts(parts: Sequence[Parts]) -> Parts:
    """The parts of several authorities together; at least one."""
    first, *others = parts
    for other in others:
        first = tuple(one + another for one, another in zip(first, other, strict=True))
    return first


def all_of(values: Values, names: Sequence[str]) -> tuple[int, ...] | None:
    """Published figures in the order of their names; None if one of them was suppressed."""
    found = tuple(value for name in names if (value := values[name]) is not None)
    return found if len(found) == len(names) else None


def rounded(above: int, below: int) -> float:
    """A quotient to one decimal, half up (towards the greater)."""
    return (20 * above + below) // (2 * below) / 10


def rounded_down(above: int, below: int) -> float:
    """A quotient to one decimal, downwards."""
    return 10 * above // below / 10


def rounded_up(above: int, below: int) -> float:
    """A quotient to one decimal, upwards."""
    return -(-10 * above // below) / 10
