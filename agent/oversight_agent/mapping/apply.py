"""A source's rows to a table of the specification.

Rules kept here:

1. A row with a problem is rejected. A table with rejected rows would bias its figures, so there is
   then no table: what it feeds is unavailable at this authority, and the rest answers.
2. Every problem is found in one pass, so that a person need not correct one to learn of the next.
   At most 100 of a field are listed; one more says how many others there are.
3. Columns that the mapping does not name are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from oversight_agent.mapping.convert import Flags, advice, convert, expected, filled
from oversight_agent.mapping.pseudonyms import Pseudonymiser
from oversight_agent.mapping.rules import suggestion
from oversight_agent.mapping.settings import FieldMapping, TableMapping
from oversight_agent.problems import Problem, shape
from oversight_agent.tables import MAPPING, RawTable, SpecTable
from oversight_protocol.errors import InputError

MAX_PROBLEMS = 100
"""Problems listed of one field; more would not help a person to correct them."""


@dataclass(frozen=True)
class Mapped:
    """What became of a source.

    Attributes:
        table: the table, or None if any row was rejected.
        problems: of all fields, in the specification's order; with row 0, the number of those of a
            field that are not listed.
        rows_read: rows of the source.
        rows_rejected: those with at least one problem.
    """

    table: SpecTable | None
    problems: tuple[Problem, ...] = field(repr=False)
    rows_read: int
    rows_rejected: int


@dataclass(frozen=True)
class _Column:
    """A field of all rows: its values, its distinct texts, the text of each row, what is wrong."""

    mapping: FieldMapping
    values: ExtensionArray
    texts: list[str]
    text_of_row: npt.NDArray[np.intp]
    bad: Flags


def map_table(mapping: TableMapping, raw: RawTable, pseudonyms: Pseudonymiser) -> Mapped:
    """Map a source to its table.

    Raises:
        InputError: the source lacks a column that the mapping names.
    """
    _check_columns(mapping, raw)
    columns = [_column(field_mapping, raw, pseudonyms) for field_mapping in mapping.fields]
    rejected = np.zeros(len(raw.frame), dtype=np.bool_)
    for column in columns:
        rejected |= column.bad
    return Mapped(
        table=None if rejected.any() else _table(mapping, columns),
        problems=tuple(problem for column in columns for problem in _problems(column, raw)),
        rows_read=len(raw.frame),
        rows_rejected=int(rejected.sum()),
    )


def _check_columns(mapping: TableMapping, raw: RawTable) -> None:
    headers = [str(header) for header in raw.frame.columns]
    for each in mapping.fields:
        if each.column is not None and each.column not in headers:
            raise InputError(
                f"the file has no column '{each.column}', which {each.field.name} needs",
                where=raw.source,
                advice=suggestion(each.column, headers)
                or "compare the mapping with the file's header line",
            )


def _column(mapping: FieldMapping, raw: RawTable, pseudonyms: Pseudonymiser) -> _Column:
    if mapping.column is None:
        return _without_source(mapping, len(raw.frame))
    text_of_row, uniques = pd.factorize(raw.frame[mapping.column])
    texts = [str(text).strip() for text in uniques]
    converted = convert(mapping, texts, pseudonyms)
    bad = converted.bad | _missing(mapping, converted.values)
    return _Column(
        mapping, converted.values.take(text_of_row), texts, text_of_row, bad[text_of_row]
    )


def _missing(mapping: FieldMapping, values: ExtensionArray) -> Flags:
    """Where a required value is missing."""
    if mapping.field.required:
        return np.asarray(values.isna(), dtype=np.bool_)
    return np.zeros(len(values), dtype=np.bool_)


def _without_source(mapping: FieldMapping, rows: int) -> _Column:
    none = np.zeros(rows, dtype=np.intp)
    values = filled(mapping.field, mapping.constant, rows)
    return _Column(mapping, values, [], none, np.zeros(rows, dtype=np.bool_))


def _table(mapping: TableMapping, columns: list[_Column]) -> SpecTable:
    frame = pd.DataFrame({column.mapping.field.name: column.values for column in columns})
    return SpecTable(name=mapping.name, frame=frame, seal=MAPPING)


def _problems(column: _Column, raw: RawTable) -> Iterator[Problem]:
    rows = np.flatnonzero(column.bad)
    for row in rows[:MAX_PROBLEMS]:
        text = column.texts[column.text_of_row[row]]
        yield _problem(column.mapping, raw.source, int(raw.frame.index[row]), text)
    if len(rows) > MAX_PROBLEMS:
        name = column.mapping.field.name
        more = f"{len(rows) - MAX_PROBLEMS:,} rows more with a problem in this field"
        yield Problem(raw.source, 0, name, more, "no such rows", "correct those listed first")


def _problem(mapping: FieldMapping, source: str, line: int, text: str) -> Problem:
    name = mapping.field.name
    if text:
        return Problem(source, line, name, shape(text), expected(mapping), advice(mapping))
    return Problem(
        source, line, name, shape(text), "a value in every row", "fill it in at the source"
    )
