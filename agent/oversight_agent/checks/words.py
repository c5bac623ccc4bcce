"""The words that page and terminal share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from string import ascii_lowercase
from types import MappingProxyType
from typing import get_args

from oversight_agent.checks.availability import Lacking, MeasureCheck
from oversight_agent.checks.findings import Check, TableCheck
from oversight_agent.checks.grouping import Form, Group
from oversight_agent.checks.keys import UncheckedKey
from oversight_agent.checks.rules_of_surveys import QUESTION
from oversight_protocol import coverage, specification
from oversight_protocol.coverage import Availability, Lack

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


_MENDED_BY: Mapping[Lack, str] = MappingProxyType(
    {
        "table_not_mapped": "the table is not mapped: add it to the mapping if you keep such data",
        "field_not_mapped": "nothing fills the field: name a column for it in the mapping",
        "keys_broken": "rows share a key, or name rows that are not there: mend this first",
        "constant": "the mapping gives all rows the same value: name a column if there is one",
    }
)
"""Lacks of which nothing more is known, for those who can mend them."""


def lacking(one: Lacking, check: Check) -> str:
    """Why a data point is lacking, and what to do where that is not plain.

    What is shared of it is the reason's `label`.
    """
    if one.reason == "source_unusable":
        return _unusable(check.table(one.data_point))
    if one.data_point == QUESTION and one.detail:
        return f"{one.detail}: a question number of the study"
    known = one.detail or _MENDED_BY.get(one.reason)
    return known or lowered(label(check.specification, "reason", one.reason))


def _unusable(table: TableCheck | None) -> str:
    if table is None or not table.rows_read:
        return "its source could not be read: mend the problem told of it"
    rejected = f"{table.rows_rejected:,} of its {counted(table.rows_read, 'row', 'rows')}"
    were = "was" if table.rows_rejected == 1 else "were"
    return f"{rejected} {were} rejected, so the table is not used: mend these first"


def lowered(text: str) -> str:
    """A label inside a sentence."""
    return text[:1].lower() + text[1:]


def summary(check: Check) -> str:
    """How many of the measures can be answered, and what is counted as one."""
    whole = len(check.measures)
    partly, none = check.count("partly"), check.count("not_available")
    said = f"{check.count('available')} of {counted(whole, 'measure', 'measures')} can be answered"
    return f"{said} in full, {partly} in part, {none} not.{_several(check.measures)}"


def _several(measures: Iterable[MeasureCheck]) -> str:
    """That a measure may have several figures, with one that has as an example."""
    figures: dict[str, list[str]] = {}
    for one in measures:
        figures.setdefault(one.number.rstrip(ascii_lowercase), []).append(one.number)
    several = [one for one in figures.values() if len(one) > 1]
    if not several:
        return ""
    # 10a, 10b and 10c say it more plainly than 6 and 6a.
    like = min(several, key=lambda one: one[0].isdigit())
    return f" Some measures have several figures ({_listed(like)}); each figure is counted here."


def extent(group: Group) -> str:
    """How many rows a group of problems is about."""
    if not group.rows:
        return "" if group.field else "the whole of it"
    more = f"; {group.more:,} more rows have a problem in this field" if group.more else ""
    return f"{counted(group.rows, 'row', 'rows')}{more}"


def forms(group: Group, most: int) -> list[tuple[str, str]]:
    """The most frequent things that were found, each with its rows; the others in number."""
    told = [(places(one.found), _rows(one, group)) for one in group.forms[:most]]
    others = group.forms[most:]
    if others:
        rows = counted(sum(one.rows for one in others), "row", "rows")
        told.append((counted(len(others), "other form", "other forms"), rows))
    return told


def _rows(one: Form, group: Group) -> str:
    """How many rows a form has, and where the first are."""
    where = numbers(one.places)
    if group.rows + group.more > group.listed:
        part = "all" if one.rows == group.listed else f"{one.rows:,}"
        return f"{part} of the first {group.listed:,} rows: {where}"
    return where if one.rows < 2 else f"{one.rows:,} rows: {where}"


def key(one: UncheckedKey) -> str:
    """What a key that was not looked at would have to keep."""
    fields = " and ".join(one.fields) if len(one.fields) < 3 else _listed(one.fields)
    return f"each {fields} is in {one.names}" if one.names else f"no two rows share {fields}"


def _listed(fields: Sequence[str]) -> str:
    return f"{', '.join(fields[:-1])} and {fields[-1]}"


def points(fields: Sequence[str]) -> str:
    """Data points, each table named once: "worker: worker_id, fte; allocation: role"."""
    tables: dict[str, list[str]] = {}
    for one in fields:
        table, name = one.split(".")
        tables.setdefault(table, []).append(name)
    return "; ".join(f"{table}: {', '.join(names)}" for table, names in tables.items())


_PLACE = re.compile(r"(?P<file>.+), (?P<row>(line|row|record) [0-9,]+( and others)?)")
_FURTHER = re.compile(r"(?<=, )(line|row|record) (?=[0-9])")


def numbers(rows: str) -> str:
    """Rows of one kind, which is named once: "lines 2, 9 and others"."""
    kind, space, first = rows.partition(" ")
    if f", {kind} " not in first:
        return rows
    return f"{kind}s{space}{_FURTHER.sub('', first)}"


def places(text: str) -> str:
    """Places in files, each file named once: "a.csv, lines 2, 9; b.csv, line 3"."""
    kept: list[list[str]] = []
    last = ""
    for one in text.split("; "):
        place = _PLACE.fullmatch(one)
        # Before the first file may stand what was found there.
        if place and f": {last}".endswith(f": {place['file']}"):
            kept[-1].append(place["row"])
        else:
            last = place["file"] if place else ""
            kept.append([last, place["row"]] if place else [one])
    return "; ".join(
        one[0] if len(one) == 1 else f"{one[0]}, {numbers(', '.join(one[1:]))}" for one in kept
    )


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


def by_availability(
    measures: Sequence[MeasureCheck],
) -> list[tuple[Availability, tuple[MeasureCheck, ...]]]:
    """Measures of the same availability together; those that can be answered last."""
    groups = {code: tuple(one for one in measures if one.availability == code)
              for code in get_args(Availability)}  # fmt: skip
    return [(code, groups[code]) for code in reversed(groups) if groups[code]]


@dataclass(frozen=True)
class Waited:
    """A data point that is lacking, why, and what it concerns.

    Attributes:
        whole: numbers of the measures that have no figure without it.
        partly: numbers of those that lack a part of theirs.
    """

    data_point: str
    why: str
    whole: tuple[str, ...]
    partly: tuple[str, ...]


def lacks(check: Check) -> list[Waited]:
    """All that is lacking, each once; what most measures wait for comes first."""
    waiting: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for measure in check.measures:
        for one in measure.lacks:
            told = waiting.setdefault((one.data_point, lacking(one, check)), ([], []))
            told[not one.blocks].append(measure.number)
    found = [Waited(*told, tuple(whole), tuple(part)) for told, (whole, part) in waiting.items()]
    return sorted(found, key=lambda one: (-len(one.whole), -len(one.partly), one.data_point))
