"""What is wrong with a source, a row or a table, described for the authority's own people.

Rules kept here:

1. A problem stays inside the authority.
2. Even there it never quotes a value: `found` is a value's shape, which says enough to find the
   mistake (`99/99/9999`) and nothing of a person.
3. A problem names the very file, of several that are read as one, and the row as a person who
   opens that file counts it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from oversight_protocol.errors import InputError

MAX_SHAPE = 20
"""Characters of a shape; a longer one ends in an ellipsis."""

FIRST_ROWS = 5
"""Rows that a problem of a whole table names."""

_PUNCTUATION = frozenset(" !#$%&'()*+,-./:;<=>?@[]^_{|}~")

Unit = Literal["line", "row", "record"]
"""What a row is called: a line of text, a row of a sheet, a record of a database; each from 1."""


@dataclass(frozen=True)
class Problem:
    """One problem in a source or in a mapped table.

    Attributes:
        file: the source's file as the mapping names it, with its sheet or table if it has such; or
            the name of a table of the specification.
        row: the row in the file, counted from 1; 0 for a problem of the whole file or table.
        field: the specification's field, or several separated by commas; empty for all.
        found: a shape, a count or a sentence, never a value.
        expected: what would have been right.
        advice: what to do about it.
        unit: what the row is called.
    """

    file: str
    row: int
    field: str
    found: str
    expected: str
    advice: str
    unit: Unit = "line"

    @property
    def place(self) -> str:
        """File and row, as "posts.csv, line 3"."""
        return _place(self.file, self.row, self.unit)


class SourceError(InputError):
    """A source that cannot be used at all, as a problem.

    Args:
        what: what is wrong, in words.
        file: as in `Problem`, and so are the others.
    """

    def __init__(
        self, what: str, *, file: str, row: int = 0, unit: Unit = "line", field: str = "",
        found: str = "", expected: str = "", advice: str = "",
    ) -> None:  # fmt: skip
        where = _place(file, row, unit)
        super().__init__(what, where=where, found=found, expected=expected, advice=advice)
        self.file, self.row, self.unit, self.field = file, row, unit, field


def problem_of(error: InputError) -> Problem:
    """An error as a problem."""
    found = f"{error.what}: {error.found}" if error.found else error.what
    expected = error.expected or "a source that can be read"
    if isinstance(error, SourceError):
        return Problem(
            error.file, error.row, error.field, found, expected, error.advice, error.unit
        )
    return Problem(error.where, 0, "", found, expected, error.advice)


@dataclass(frozen=True)
class Part:
    """The stretch of a source's rows that comes from one file.

    Attributes:
        file: as a problem names it.
        rows: how many rows it gave.
        columns: all names in its header.
        unit: what its rows are called.
        hint: what may be set wrong, as advice, if a column is missing; or empty.
    """

    file: str
    rows: int
    columns: tuple[str, ...] = field(repr=False)
    unit: Unit = "line"
    hint: str = ""


@dataclass(frozen=True)
class Origin:
    """Where the rows of a table stand in its files.

    Attributes:
        parts: in the order of the rows; their rows add up to the table's.
        numbers: for each row of the table, its number in its file.
    """

    parts: tuple[Part, ...]
    numbers: Sequence[int] = field(repr=False)

    def part(self, position: int) -> Part:
        """The file of a row, by its position from 0."""
        return self.parts[bisect_right(list(accumulate(p.rows for p in self.parts)), position)]

    def places(self, positions: Sequence[int]) -> str:
        """The first rows of these positions, as "a.csv, line 2; b.csv, line 9 and others"."""
        shown = [
            _place(self.part(one).file, int(self.numbers[one]), self.part(one).unit)
            for one in positions[:FIRST_ROWS]
        ]
        return "; ".join(shown) + (" and others" if len(positions) > FIRST_ROWS else "")


def shape(value: str) -> str:
    """A value's shape, at most 20 characters.

    Digits become `9`, letters `a`, most punctuation stays, anything else becomes `?`; an empty
    value is `nothing`.
    """
    masked = "".join(map(_mask, value[: MAX_SHAPE + 1]))
    if len(masked) > MAX_SHAPE:
        return masked[: MAX_SHAPE - 1] + "…"
    return masked or "nothing"


def _mask(character: str) -> str:
    if character.isnumeric():
        return "9"
    if character.isalpha():
        return "a"
    return character if character in _PUNCTUATION else "?"


def _place(file: str, row: int, unit: Unit) -> str:
    return f"{file}, {unit} {row}" if row else file
