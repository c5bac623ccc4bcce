"""Problems of one kind, told once with their number and their first places.

A hundred lines that each say `99/99/9999` in the same field are one thing to mend, not a hundred.
So is a column in which each value looks different: a kind is a field and what was expected there,
and holds the forms in which something else was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from oversight_agent.problems import FIRST_ROWS, Problem

_MORE = re.compile(r"(?P<rows>[0-9,]+) rows more with a problem in this field")
"""How the mapping tells of rows that it does not list (`mapping.apply`)."""


@dataclass(frozen=True)
class Form:
    """One thing that was found in place of what was expected.

    Attributes:
        found: a value's shape, or a sentence.
        rows: how many of the listed rows; 0 if it is about a whole file or table.
        places: the first of them, as "line 3, line 9 and others"; empty for the whole file.
    """

    found: str
    rows: int
    places: str


@dataclass(frozen=True)
class Group:
    """Problems with the same cause.

    Attributes:
        file: the source's file, or the name of a table.
        field: the specification's field; empty for the whole file.
        rows: how many rows; 0 if it is about a whole file or table.
        listed: those of them that the mapping listed one by one; the forms are theirs.
        more: rows with a problem in the same field that are not listed, where the field has
            problems of several kinds, so that nobody can tell of which kind these are.
        forms: the most frequent first.
        places: the first rows of all forms.
    """

    file: str
    field: str
    rows: int
    listed: int
    more: int
    forms: tuple[Form, ...]
    expected: str
    advice: str
    places: str


def grouped(problems: Iterable[Problem]) -> tuple[Group, ...]:
    """Problems of one table by what is wrong, in the order in which they were first found."""
    kinds: dict[tuple[str, ...], list[Problem]] = {}
    last: list[Problem] = []
    for one in problems:
        # The mapping tells of rows that it does not list right after the last one that it lists.
        if not (last and unlisted(one)):
            kind = (one.file, one.field, one.expected, one.advice)
            last = kinds.setdefault(kind, [])
        last.append(one)
    return tuple(_group(members, kinds) for members in kinds.values())


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


def _group(members: Sequence[Problem], kinds: Iterable[tuple[str, ...]]) -> Group:
    first, listed = members[0], sum(one.row > 0 for one in members)
    more = sum(map(unlisted, members))
    # Of several files that are read as one, the rows that are not listed may be in any.
    files = " ".join(one.file for one in members)
    alone = sum(field == first.field and file in files for file, field, *_ in kinds) == 1
    return Group(
        file=first.file,
        field=first.field,
        rows=listed + (more if alone else 0),
        listed=listed,
        more=0 if alone else more,
        forms=tuple(sorted(_forms(members), key=lambda one: -one.rows)),
        expected=first.expected,
        advice=first.advice,
        places=_places(members),
    )


def _forms(members: Sequence[Problem]) -> Iterator[Form]:
    found: dict[str, list[Problem]] = {}
    for one in members:
        if not unlisted(one):
            found.setdefault(one.found, []).append(one)
    for form, rows in found.items():
        yield Form(form, sum(one.row > 0 for one in rows), _places(rows))


def _places(members: Sequence[Problem]) -> str:
    listed = [f"{one.unit} {one.row:,}" for one in members if one.row]
    more = " and others" if len(listed) > FIRST_ROWS else ""
    return ", ".join(listed[:FIRST_ROWS]) + more
