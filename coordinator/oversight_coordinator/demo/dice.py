"""Chance that is the same on every machine and Python version for the same seed.

Only `Random.random` is used: of all that the standard library's generator has, it alone is promised
never to change its sequence for a seed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import log
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with the weights that they come up with."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values = tuple(weights)
        self.steps = tuple(accumulate(weights.values()))


class Dice:
    """A sequence of chances that its seed alone fixes."""

    def __init__(self, seed: str) -> None:
        self._next = Random(seed).random  # noqa: S311 - synthetic data, nothing secret

    def happens(self, share: float) -> bool:
        """True in this share (0 to 1) of throws."""
        return self._next() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both inside, each as likely."""
        return low + int(self._next() * (high - low + 1))

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, each as likely."""
        return values[int(self._next() * len(values))]

    def weighted(self, weighted: Weighted[T]) -> T:
        """One of the values by weight."""
        return weighted.values[bisect(weighted.steps, self._next() * weighted.steps[-1])]

    def lasting(self, mean: float) -> int:
        """Days until something that may happen on any day alike; the mean is about `mean`."""
        return int(-log(1 - self._next()) * mean)
