"""The words that page and terminal share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from oversight_agent.checks.availability import Lacking, MeasureCheck
from oversight_agent.checks.findings import Check
from oversight_agent.checks.grouping import Group
from oversight_protocol import coverage, specification

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

SIGNS = {"available": "●", "partly": "◐", "not_available": "○"}
"""A sign for each availability; it never stands without its word."""

FILLED_BY = {"column": "a column", "constant": "one value", "absent": "nothing"}


@cache
def label(version: str, field: str, code: str) -> str:
    """What a code of the table `submission` means."""
    schema = specification.load(version).table(coverage.TABLE)
    known = schema.field(field) if schema else None
    return known.label(code) if known else code


def day(one: date | None) -> str:
    """A date in words."""
    return f"{one.day} {MONTHS[one.month - 1]} {one.year}" if one else "no date"


def capital(text: str) -> str:
    """A sentence's beginning."""
    return text[:1].upper() + text[1:]


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def percent(part: int | None, whole: int | None) -> str:
    """A share for people: what is not all is never said to be 100%, nor what is not none 0%."""
    if part is None or whole is None:
        return "not known"
    if not whole:
        return "no rows"
    share = 100 * part / whole
    if 0 < share < 1:
        return "under 1%"
    if 99 < share < 100:
        return "over 99%"
    return f"{share:.0f}%"


def lacking(one: Lacking, version: str) -> str:
    """A data point that is lacking, and why."""
    detail = f" ({one.detail})" if one.detail else ""
    return f"{one.data_point}: {lowered(label(version, 'reason', one.reason))}{detail}"


def lowered(text: str) -> str:
    """A label inside a sentence."""
    return text[:1].lower() + text[1:]


def summary(check: Check) -> str:
    """One sentence: how many of the measures can be answered."""
    whole = len(check.measures)
    partly, none = check.count("partly"), check.count("not_available")
    said = f"{check.count('available')} of {counted(whole, 'measure', 'measures')} can be answered"
    return f"{said} in full, {partly} in part, {none} not."


def where(group: Group) -> str:
    """The rows of a group of problems: how many, and where the first are."""
    if not group.rows:
        return "the whole of it"
    more = f"; {group.more:,} more rows have a problem in this field" if group.more else ""
    return f"{counted(group.rows, 'row', 'rows')}: {group.places}{more}"


def months(gaps: Iterable[str]) -> str:
    """Months without rows, as stretches: "March 2025; June to August 2025"."""
    numbers = [int(one[:4]) * 12 + int(one[5:]) - 1 for one in gaps]
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][-1] + 1:
            stretches[-1].append(number)
        else:
            stretches.append([number])
    return "; ".join(_stretch(one[0], one[-1]) for one in stretches)


def _stretch(first: int, last: int) -> str:
    if first == last:
        return _month(first)
    same_year = first // 12 == last // 12
    begins = MONTHS[first % 12] if same_year else _month(first)
    return f"{begins} to {_month(last)}"


def _month(number: int) -> str:
    return f"{MONTHS[number % 12]} {number // 12}"


def alike(measures: Iterable[MeasureCheck]) -> list[tuple[list[MeasureCheck], MeasureCheck]]:
    """Measures that lack something, those that lack the same together, with the first of them."""
    groups: dict[tuple[Lacking, ...], list[MeasureCheck]] = {}
    for one in measures:
        if one.lacks:
            groups.setdefault(one.lacks, []).append(one)
    return [(group, group[0]) for group in groups.values()]


def unlocking(measures: Iterable[MeasureCheck]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Data points by how many measures wait for them: point, reason, the measures' numbers.

    A measure waits for a point that leaves it without a figure; those that lack only a part of
    theirs are not counted.
    """
    waiting: dict[tuple[str, str], list[str]] = {}
    for measure in measures:
        for one in measure.lacks:
            if one.blocks:
                waiting.setdefault((one.data_point, one.reason), []).append(measure.number)
    ordered = sorted(waiting.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(point, reason, tuple(numbers)) for (point, reason), numbers in ordered]
