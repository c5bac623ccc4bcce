"""Which rows of a source a table is made of, with what is joined to them.

Rules kept here:

1. First the conditions on the source's own columns, then the joins in their order, then the
   conditions on joined columns. Rows that are left out are counted.
2. A row of which nobody can tell whether it is to be taken is kept and is a problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from oversight_agent.mapping import dates
from oversight_agent.mapping.checked import Join, RowTest, TableMapping
from oversight_agent.mapping.distinct import distinct
from oversight_agent.mapping.joins import Joined, joined
from oversight_agent.mapping.settings import ISO_DATE
from oversight_agent.problems import Part, Problem, Unit, shape
from oversight_agent.tables import RawTable

MAX_PROBLEMS = 100
"""Problems listed of one field; more would not help a person to correct them."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The rows that are taken.

    Attributes:
        raw: their texts, joined columns too.
        bad: for each, whether a join or a condition has a problem with it.
        problems: those of joins and conditions.
        left_out: how many rows the conditions left out.
        units: of each join's alias, what its source's rows are called.
    """

    raw: RawTable
    bad: Flags = field(repr=False)
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    left_out: int = 0
    units: Mapping[str, Unit] = field(default_factory=dict)

    def has_date_cells(self, column: str) -> bool:
        """Whether the source of a column has cells that hold dates."""
        alias, point, _ = column.partition(".")
        own = self.raw.parts[-1].unit
        return (self.units.get(alias, own) if point else own) == "row"


def rows_of(mapping: TableMapping, raw: RawTable, extras: Mapping[str, RawTable]) -> Rows:
    """The rows of a source that a table is made of."""
    units = {one.alias: extras[one.alias].parts[-1].unit for one in mapping.joins}
    rows = Rows(raw, np.zeros(len(raw.frame), dtype=np.bool_), units=units)
    late = [test for test in mapping.where if mapping.join_of(test.column) is not None]
    rows = _tested(rows, [test for test in mapping.where if test not in late])
    for join in mapping.joins:
        rows = _with(rows, join, extras[join.alias], mapping)
    return _tested(rows, late)


def _tested(rows: Rows, tests: list[RowTest]) -> Rows:
    """The rows that keep all tests; one that has a problem already is kept to be told of."""
    may_stay = np.ones(len(rows.raw.frame), dtype=np.bool_)
    doubts: list[tuple[RowTest, Flags]] = []
    for test in tests:
        text_of_row, found = distinct(rows.raw.frame[test.column])
        texts = [one.strip() for one in found]
        keep, unclear = _judged(test, texts, date_cells=rows.has_date_cells(test.column))
        may_stay &= (keep | unclear)[text_of_row]
        doubts.append((test, unclear[text_of_row]))
    bad, problems = rows.bad.copy(), list(rows.problems)
    for test, unclear in doubts:
        bad |= unclear & may_stay
        problems += _doubtful(rows, test, np.flatnonzero(unclear & may_stay))
    return _only(replace(rows, bad=bad, problems=tuple(problems)), may_stay | rows.bad)


def _doubtful(rows: Rows, test: RowTest, unclear: npt.NDArray[np.intp]) -> Iterator[Problem]:
    for row in unclear[:MAX_PROBLEMS].tolist():
        found = shape(str(rows.raw.frame[test.column].iloc[row]).strip())
        yield problem_at(
            rows.raw, row, "", f"{found} in the column '{test.column}', which a condition tests",
            f"a date, written as {dates.example(test.date_formats)}",
            "correct the date, or the condition's date format in the mapping",
        )  # fmt: skip
    yield from more_problems(rows.raw, len(unclear), "")


def _judged(test: RowTest, texts: list[str], *, date_cells: bool) -> tuple[Flags, Flags]:
    """For each distinct text, whether its rows are taken, and whether nobody can tell."""
    sure = np.zeros(len(texts), dtype=np.bool_)
    if test.values is not None:
        listed = [test.values.code(one) is not None for one in texts]
        return np.array(listed, dtype=np.bool_) != test.negated, sure
    if test.empty is not None:
        return np.array([(one == "") == test.empty for one in texts], dtype=np.bool_), sure
    found, bad = dates.days(texts, (*test.date_formats, *[ISO_DATE] * date_cells))
    inside = found.notna()
    if test.start is not None:
        inside &= found >= pd.Timestamp(test.start)
    if test.end is not None:
        inside &= found <= pd.Timestamp(test.end)
    return inside.to_numpy(dtype=np.bool_), bad


def _only(rows: Rows, keep: Flags) -> Rows:
    if keep.all():
        return rows
    raw = RawTable(rows.raw.frame[keep], tuple(_parts(rows.raw.parts, keep)))
    left_out = rows.left_out + int((~keep).sum())
    return replace(rows, raw=raw, bad=rows.bad[keep], left_out=left_out)


def _parts(parts: tuple[Part, ...], keep: Flags) -> Iterator[Part]:
    start = 0
    for part in parts:
        yield replace(part, rows=int(keep[start : start + part.rows].sum()))
        start += part.rows


def _with(rows: Rows, join: Join, other: RawTable, mapping: TableMapping) -> Rows:
    found = joined(join, rows.raw.frame, other)
    unmatched = found.unmatched & (not join.may_miss)
    fields = ", ".join(
        each.field.name for each in mapping.fields
        if any(mapping.join_of(column) == join for column in each.columns)
    )  # fmt: skip
    problems = (
        *_nowhere(rows, join, np.flatnonzero(unmatched), fields, other),
        *_in_several(other, found, fields),
    )
    frame = rows.raw.frame.assign(**found.columns)
    return replace(
        rows, raw=replace(rows.raw, frame=frame), bad=rows.bad | unmatched | found.ambiguous,
        problems=(*rows.problems, *problems),
    )  # fmt: skip


def _nowhere(
    rows: Rows, join: Join, unmatched: npt.NDArray[np.intp], fields: str, other: RawTable
) -> Iterator[Problem]:
    file = other.parts[0].file
    for row in unmatched[:MAX_PROBLEMS].tolist():
        key = " ".join(str(rows.raw.frame[ours].iloc[row]).strip() for ours, _ in join.on)
        yield problem_at(
            rows.raw, row, fields, f"{shape(key)}, which is not in {file}",
            f"a value of its column {', '.join(join.keys)}",
            "add the row there, correct the key, or set unmatched = \"empty\" in the mapping",
        )  # fmt: skip
    yield from more_problems(rows.raw, len(unmatched), fields)


def _in_several(other: RawTable, found: Joined, fields: str) -> Iterator[Problem]:
    for row in found.several[:MAX_PROBLEMS]:
        yield problem_at(
            other, row, fields, "a key that stands in another row too, with other values",
            "each key once", "remove the rows that do not hold any more, or join on more columns",
        )  # fmt: skip
    yield from more_problems(other, len(found.several), fields)


def problem_at(
    raw: RawTable, row: int, field: str, found: str, expected: str, advice: str
) -> Problem:
    """A problem of a row, given by its position."""
    part, number = raw.origin.part(row), int(raw.origin.numbers[row])
    return Problem(part.file, number, field, found, expected, advice, part.unit)


def more_problems(raw: RawTable, count: int, field: str) -> Iterator[Problem]:
    """The number of problems beyond those that are listed, as one, if there are any."""
    if count > MAX_PROBLEMS:
        more = f"{count - MAX_PROBLEMS:,} rows more with a problem in this field"
        file = ", ".join(dict.fromkeys(part.file for part in raw.parts))
        yield Problem(file, 0, field, more, "no such rows", "correct those listed first")
