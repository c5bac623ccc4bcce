"""Chance that is the same on every machine and Python version for the same seed.

Only `Random.random` is used: of all that the standard library's generator has, it alone is promised
never to change its sequence for a seed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from itertools import accumulate
from math import log
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def secret(seed: int, code: str) -> bytes:
    """The secret of a synthetic authority: 32 bytes, so that its seed fixes what it publishes.

    What is hidden besides depends on an authority's secret. Nobody real stands behind this one.
    """
    return sha256(f"demo {seed} {code}".encode()).digest()


class Weighted(Generic[T]):
    """Values with the weights that they come up with."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values = tuple(weights)
        self.steps = tuple(accumulate(weights.values()))


class Dice:
    """A sequence of chances that its seed alone fixes.

    Attributes:
        chance: throws once; at least 0 and below 1. For loops that cannot afford a method's call.
    """

    def __init__(self, seed: str) -> None:
        self.chance: Callable[[], float] = Random(seed).random  # noqa: S311 - nothing secret

    def happens(self, share: float) -> bool:
        """True in this share (0 to 1) of throws."""
        return self.chance() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both inside, each as likely."""
        return low + int(self.chance() * (high - low + 1))

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, each as likely."""
        return values[int(self.chance() * len(values))]

    def weighted(self, weighted: Weighted[T]) -> T:
        """One of the values by weight."""
        return weighted.values[bisect(weighted.steps, self.chance() * weighted.steps[-1])]

    def lasting(self, mean: float) -> int:
        """Days until something that may happen on any day alike; the mean is about `mean`."""
        return int(-log(1 - self.chance()) * mean)

    def number(self, expected: float) -> int:
        """A whole number of about `expected`: the one below or the one above, by chance."""
        return int(expected + self.chance())
