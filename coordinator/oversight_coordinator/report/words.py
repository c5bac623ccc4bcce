"""Figures, intervals and coverage in plain words. No markup.

Rules kept here:

1. A number never stands without its unit, nor a figure without "n of N authorities".
2. The same words on every machine: no locale is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from oversight_coordinator.pool import AuthorityRow, PooledRow
from oversight_protocol.study import BaseTable, Measure

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

MARKERS = {
    "[c]": "confidential: a count that the figure needs was withheld, because it could identify a "
    "person",
    "[x]": "unavailable: not answered, whether by choice, by lack of data or by lack of time",
    "[z]": "not applicable: there was nothing to take a figure of",
}
"""What each marker in the place of a figure means."""

_OPEN = {
    "share": "0% to 100%: nothing is known",
    "part": "0% to 100%: nothing is known",
    "difference": "\N{MINUS SIGN}100 to 100 points: nothing is known",
}
"""The interval of a figure of which nothing is known."""

Figure = PooledRow | AuthorityRow


def number(value: float, measure: Measure) -> str:
    """A value of a measure: one decimal with a percent sign, days as they are, else one decimal.

    A difference is in points, with the sign of a minus that is as long as a plus.
    """
    if measure.kind in ("share", "part"):
        return f"{value:.1f}%"
    if measure.kind == "difference":
        return f"{value:.1f} points".replace("-", "\N{MINUS SIGN}")
    if measure.kind == "median":
        return f"{value:g} {measure.unit}"
    return f"{value:.1f}"


def with_unit(value: float, measure: Measure) -> str:
    """A value in running text: a ratio says what it counts."""
    text = number(value, measure)
    return f"{text} {measure.unit}" if measure.kind == "ratio" else text


def unit(measure: Measure, table: BaseTable) -> str:
    """What a measure's figures are in, at the head of a caption's second line."""
    if measure.kind == "share":
        return f"Percent of {table.unit}"
    if measure.kind == "part":
        labels = {one.name: lowered(one.label) for one in table.magnitudes}
        return f"Percent of all {labels[measure.denominator[0]]}"
    return measure.unit[:1].upper() + measure.unit[1:]


def value(row: Figure, measure: Measure) -> str:
    """The estimate, or the marker in its place."""
    return row.marker if row.estimate is None else number(row.estimate, measure)


def interval(row: Figure, measure: Measure) -> str:
    """What the true figure lies between, or that nothing is known of it."""
    if row.lower is None or row.upper is None:
        return "no interval"
    if measure.kind in _OPEN and not is_bounded(row):
        return _OPEN[measure.kind]
    if measure.kind == "median":
        return f"{row.lower:g} to {number(row.upper, measure)}"
    return f"{number(row.lower, measure)} to {number(row.upper, measure)}"


def is_bounded(row: Figure) -> bool:
    """Whether the interval says anything at all."""
    known = row.lower is not None and row.upper is not None
    return known and (row.lower, row.upper) not in ((0, 100), (-100, 100))


def authorities(row: PooledRow) -> str:
    """Of how many authorities, of all that were asked, the figure is made."""
    return f"{row.las_published} of {row.las_asked} authorities"


def lies_outside(row: Figure) -> bool:
    """Whether the figure is not within its interval.

    A figure is of those who published all that it needs, its interval of all that answered. Where
    the two are not the same authorities, and these differ, the one may lie outside the other.
    """
    if row.estimate is None or row.lower is None or row.upper is None:
        return False
    return not row.lower <= row.estimate <= row.upper


def coverage(row: PooledRow) -> str:
    """The same, and whom the interval covers where these are others."""
    if row.las_published == row.las_answered:
        return f"from {authorities(row)}"
    answered = f"all {row.las_answered}" if row.las_answered > 1 else "the 1"
    outside = ", and the figure, of fewer, lies outside it" if lies_outside(row) else ""
    return f"from {authorities(row)}; the interval covers {answered} that answered{outside}"


def evidence(row: PooledRow, measure: Measure) -> str:
    """What stands in brackets behind a figure in running text."""
    if row.lower is None:
        return coverage(row)
    return f"interval {interval(row, measure)}; {coverage(row)}"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def lowered(text: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def day(made: datetime) -> str:
    """A date in words."""
    return f"{made.day} {MONTHS[made.month - 1]} {made.year}"
