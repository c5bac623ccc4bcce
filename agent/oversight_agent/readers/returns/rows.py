"""The rows that a return gives for one table, and several returns of one kind as one.

Rules kept here:

1. A row keeps its place: the line of its element, its row in the sheet, its record.
2. Of rows with the same primary key, those of the latest return count: orders are the return's
   reference date and, where it has none or the same, the order in which the mapping names them.
3. What an earlier return says still lasts, and the latest no longer mentions, is left out: it ended
   on a day that nobody told.
4. A row that is told twice in one return counts once. Two rows of one return that have the same key
   and say different things both stay, for validation to tell.
5. A row without a whole key stays, for mapping to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count

import pandas as pd

from oversight_agent.problems import Part, SourceError, Unit
from oversight_agent.sources import SourceLimits
from oversight_agent.tables import RawTable

_PART = "part"
_TURN = "turn"
_NUMBER = "number"


@dataclass(frozen=True)
class Table:
    """What merging needs to know of a table of the specification.

    Attributes:
        key: the fields of its primary key.
        end: the field that is empty while what a row tells lasts, or none. A return without that
            field tells only what lasts.
    """

    name: str
    key: tuple[str, ...]
    end: str = ""


@dataclass
class Rows:
    """Rows of one file, sheet or table.

    Attributes:
        file: as a problem names it.
        unit: what its rows are called.
        numbers: each row's number.
        columns: by the specification's field, each row's text.
    """

    file: str
    unit: Unit
    names: tuple[str, ...]
    limits: SourceLimits
    numbers: list[int] = field(default_factory=list, repr=False)
    columns: dict[str, list[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make room for the columns."""
        self.columns = {name: [] for name in self.names}

    def add(self, number: int, **values: str) -> None:
        """Add a row; a field that is not named is empty.

        Raises:
            InputError: there are too many.
        """
        if len(self.numbers) >= self.limits.rows:
            raise SourceError(
                "the return has too many rows",
                file=self.file,
                expected=f"at most {self.limits.rows:,}",
                advice="see whether the return was written right; none has as many",
            )
        self.numbers.append(number)
        for name, column in self.columns.items():
            column.append(values.get(name, ""))


@dataclass(frozen=True)
class Extract:
    """What one return gives for one table.

    Attributes:
        parts: its rows, by file, sheet or table.
        when: the return's reference date, as YYYY-MM-DD; or empty.
    """

    parts: tuple[Rows, ...]
    when: str = ""


def in_order(extracts: Iterable[Extract]) -> tuple[Extract, ...]:
    """Several returns, given in the mapping's order, the earliest first."""
    return tuple(sorted(extracts, key=lambda extract: extract.when))


def merged(extracts: Sequence[Extract], table: Table) -> RawTable:
    """Several returns, at least one, the earliest first, as one table.

    Raises:
        InputError: no return has a row for this table.
    """
    parts = [part for extract in extracts for part in extract.parts]
    turns = [turn for turn, extract in enumerate(extracts) for _ in extract.parts]
    frames = list(map(_frame, parts, count(), turns))
    if not any(map(len, frames)):
        raise _nothing(parts, table.name)
    frame = pd.concat(frames, ignore_index=True)
    frame = frame[_counts(frame, table, len(extracts) - 1)]
    rows = frame[_PART].value_counts()
    kept = tuple(_part(part, int(rows.get(at, 0))) for at, part in enumerate(parts))
    index = pd.Index(frame[_NUMBER].to_numpy(), dtype="int64")
    return RawTable(frame.drop(columns=[_PART, _TURN, _NUMBER]).set_axis(index), kept)


def _frame(rows: Rows, at: int, turn: int) -> pd.DataFrame:
    frame = pd.DataFrame(rows.columns, dtype="str")
    frame[_PART], frame[_TURN], frame[_NUMBER] = at, turn, rows.numbers
    return frame


def _counts(frame: pd.DataFrame, table: Table, last: int) -> pd.Series[bool]:
    """For each row whether it counts."""
    key, turn = list(table.key), frame[_TURN]
    whole = (frame[key] != "").all(axis="columns")
    latest = turn.groupby([frame[name] for name in key], sort=False).transform("max") == turn
    again = frame.drop(columns=[_PART, _NUMBER]).duplicated()
    newest = turn == last
    if table.end:
        newest |= frame[table.end] != "" if table.end in frame else False
        latest &= newest
    return ~whole | (latest & ~again)


def _part(rows: Rows, count: int) -> Part:
    return Part(rows.file, count, rows.names, rows.unit)


def _nothing(parts: Iterable[Rows], table: str) -> SourceError:
    return SourceError(
        f"nothing in this return fills {table}",
        file=", ".join(dict.fromkeys(part.file for part in parts)),
        expected="at least one row",
        advice="see that it is the right return and whole; or map the table by hand",
    )
