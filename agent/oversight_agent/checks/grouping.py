"""Problems of one kind, told once with their number and their first places.

A hundred lines that each say `99/99/9999` in the same field are one thing to mend, not a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oversight_agent.problems import FIRST_ROWS, Problem

_MORE = re.compile(r"(?P<rows>[0-9,]+) rows more with a problem in this field")
"""How the mapping tells of rows that it does not list (`mapping.apply`)."""


@dataclass(frozen=True)
class Group:
    """Problems with the same cause.

    Attributes:
        file: the source's file, or the name of a table.
        field: the specification's field; empty for the whole file.
        rows: how many rows; 0 if it is about a whole file or table.
        more: rows with a problem in the same field that the mapping counts and does not list.
        found: a value's shape, or a sentence.
        places: the first rows, as "line 3, line 9 and others"; empty for the whole file.
    """

    file: str
    field: str
    rows: int
    more: int
    found: str
    expected: str
    advice: str
    places: str


def grouped(problems: Iterable[Problem]) -> tuple[Group, ...]:
    """Problems by what is wrong, in the order in which they were first found."""
    kinds: dict[tuple[str, ...], list[Problem]] = {}
    for one in problems:
        if kinds and unlisted(one):
            # The mapping tells this right after the last one of the field that it lists.
            kinds[next(reversed(kinds))].append(one)
        else:
            kind = (one.file, one.field, one.found, one.expected, one.advice)
            kinds.setdefault(kind, []).append(one)
    return tuple(_group(members) for members in kinds.values())


def unlisted(problem: Problem) -> int:
    """How many rows a problem stands for that are not listed one by one; 0 for any other."""
    told = _MORE.fullmatch(problem.found)
    return int(told["rows"].replace(",", "")) if told else 0


def rejected_by_field(problems: Iterable[Problem]) -> dict[str, int]:
    """How many rows have a problem in a field, by field; those of one table only."""
    counted: dict[str, int] = {}
    for one in problems:
        rows = unlisted(one) or int(one.row > 0)
        if one.field and rows:
            counted[one.field] = counted.get(one.field, 0) + rows
    return counted


def _group(members: Sequence[Problem]) -> Group:
    first = members[0]
    return Group(
        file=first.file,
        field=first.field,
        rows=sum(one.row > 0 for one in members),
        more=sum(map(unlisted, members)),
        found=first.found,
        expected=first.expected,
        advice=first.advice,
        places=_places(members),
    )


def _places(members: Sequence[Problem]) -> str:
    listed = [f"{one.unit} {one.row:,}" for one in members if one.row]
    more = " and others" if len(listed) > FIRST_ROWS else ""
    return ", ".join(listed[:FIRST_ROWS]) + more
