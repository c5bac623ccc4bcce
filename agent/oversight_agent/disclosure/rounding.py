"""Stage 2: rounding to the nearest multiple of a base, and what a rounded figure still tells.

A tie (possible only with an even base) goes up. Each figure is rounded on its own, totals too: a
total made of rounded cells would be no more than they tell, and a cell less would show the truth.
So the cells of a row need not sum to its total. A sum is rounded to the base in whole units of its
magnitude: to `base * 10 ** decimals` in units of its last decimal place.
"""

from __future__ import annotations


def to_nearest(count: int, base: int) -> int:
    """The multiple of `base` (1 or more) nearest to a count (0 or more), ties upwards."""
    return (count + base // 2) // base * base


def interval(rounded: int, base: int) -> tuple[int, int]:
    """The least and the largest count that round to this number."""
    low = rounded - base // 2
    return max(low, 0), low + base - 1
