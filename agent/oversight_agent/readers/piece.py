"""A table as it lies in a file, before anybody has said how it is to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from oversight_agent.problems import SourceError
from oversight_agent.sources import SourceSettings

LOOKED_AT = 50_000
"""Rows of a piece that are looked at."""

LONGEST_NAME = 500
"""Characters of a column's name in a mapping."""

SNIFFED = 300
"""Rows from which the form of a piece is told."""


@dataclass(frozen=True)
class Piece:
    """A table as it lies in a file.

    Attributes:
        settings: what reads it.
        name: what people call it: "QA.xlsx, sheet Audits".
        columns: the names in its header, tidied, of the columns that have one.
        rows: its first rows as text, a value for each column.
        whole: whether these are all of its rows.
    """

    settings: SourceSettings
    name: str
    columns: tuple[str, ...]
    rows: list[list[str]] = field(repr=False)
    whole: bool


def settings_of(**given: Any) -> SourceSettings:
    """Settings without those that are None.

    Raises:
        InputError: a name is none that a mapping can write.
    """
    try:
        return SourceSettings.model_validate({k: v for k, v in given.items() if v is not None})
    except ValidationError:
        raise cannot_be_named(str(given.get("file"))) from None


def cannot_be_named(name: str) -> SourceError:
    """The error of a file that no mapping can name."""
    return SourceError(
        "a mapping cannot name this file, or its sheet or table",
        file="".join(one if one.isprintable() else "?" for one in name[:80]),
        expected="names of printable characters, at most 255",
        advice="give it another name",
    )


def piece_of(
    settings: SourceSettings, name: str, columns: tuple[str, ...], rows: Iterable[list[str]], *,
    whole: bool,
) -> Piece:  # fmt: skip
    """A piece of the columns that a mapping can name, every row as wide as its header."""
    kept = [
        n for n, column in enumerate(columns)
        if column and len(column) <= LONGEST_NAME and column not in columns[:n]
    ]  # fmt: skip
    table = [[row[n].strip() if n < len(row) else "" for n in kept] for row in rows]
    return Piece(settings, name, tuple(columns[n] for n in kept), table, whole)


def no_table(name: str, file: str) -> SourceError:
    """The error of a file that holds no table."""
    return SourceError(
        "this does not look like a table",
        file=file,
        expected=f"a header and rows in {name}",
        advice="if it is one, write its table into the mapping by hand; if not, it does no harm",
    )
