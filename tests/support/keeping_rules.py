"""What of a row of true figures no release shows, for tests that make releases by hand.

Each counted row is taken to be a person, so that the minimum of persons is one of counts.
"""

from __future__ import annotations

from collections.abc import Mapping

TOTAL = "all"


def not_shown(counts: Mapping[str, int], least: int, *, zeros: bool = False) -> set[str]:
    """The outcomes of a row, and its total, that its rules hide; all if they hide the total.

    Args:
        counts: by outcome; no total.
        least: the least number of persons.
        zeros: whether zeros may be shown.
    """
    total = sum(counts.values())
    few = {
        code
        for code, count in counts.items()
        if _is_few(count, least, zeros=zeros) or _is_few(total - count, least, zeros=zeros)
    }
    return {*counts, TOTAL} if _is_few(total, least, zeros=zeros) else few


def sums_not_shown(sums: Mapping[str, object], persons: int, least: int) -> set[str]:
    """The sums of a row, and the number of its persons, that its rules hide."""
    nothing = not all(sums.values())
    return {*sums, TOTAL} if persons < least else set(sums) if nothing else set()


def _is_few(count: int, least: int, *, zeros: bool) -> bool:
    return count < least and not (zeros and not count)
