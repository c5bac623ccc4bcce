"""A source's rows to a table of the specification.

Rules kept here:

1. A row with a problem is rejected. A table with rejected rows would bias its figures, so there is
   then no table: what it feeds is unavailable at this authority, and the rest answers.
2. Every problem is found in one pass, so that a person need not correct one to learn of the next.
   At most 100 of a field are listed; one more says how many others there are.
3. Columns that the mapping does not name are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from oversight_agent.mapping.convert import Flags, advice, convert, expected, filled
from oversight_agent.mapping.pseudonyms import Pseudonymiser
from oversight_agent.mapping.rules import suggestion
from oversight_agent.mapping.settings import FieldMapping, TableMapping
from oversight_agent.problems import Origin, Part, Problem, SourceError, shape
from oversight_agent.tables import MAPPING, RawTable, SpecTable
from oversight_protocol.specification import Specification, SpecTableSchema

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
        origin: where each row of the table stands.
    """

    table: SpecTable | None
    problems: tuple[Problem, ...] = field(repr=False)
    rows_read: int
    rows_rejected: int
    origin: Origin = field(repr=False)


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
        InputError: a file of the source lacks a column that the mapping names.
    """
    for part in raw.parts:
        _check_columns(mapping, part)
    columns = [_column(field_mapping, raw, pseudonyms) for field_mapping in mapping.fields]
    rejected = np.zeros(len(raw.frame), dtype=np.bool_)
    for column in columns:
        rejected |= column.bad
    return Mapped(
        table=None if rejected.any() else _table(mapping, columns),
        problems=tuple(problem for column in columns for problem in _problems(column, raw)),
        rows_read=len(raw.frame),
        rows_rejected=int(rejected.sum()),
        origin=raw.origin,
    )


def rank_workers(
    tables: Mapping[str, SpecTable], specification: Specification, pseudonyms: Pseudonymiser
) -> dict[str, SpecTable]:
    """The same tables with ranked pseudonyms of workers; call it when all are mapped."""
    ranked = pseudonyms.ranked("worker")
    return {
        schema.name: replace(table, frame=_ranked(table.frame, schema, ranked))
        for schema in specification.resources
        if (table := tables.get(schema.name))
    }


def _ranked(
    frame: pd.DataFrame, schema: SpecTableSchema, ranked: Mapping[str, str]
) -> pd.DataFrame:
    names = [each.name for each in schema.fields if each.pseudonym == "worker"]
    return frame.assign(
        **{name: frame[name].map(ranked).astype(frame[name].dtype) for name in names}
    )


def _check_columns(mapping: TableMapping, part: Part) -> None:
    missing = [each for each in mapping.fields if each.column not in (None, *part.columns)]
    for each in missing[:1]:
        column = str(each.column)
        more = f" (and {len(missing) - 1} more are missing)" if len(missing) > 1 else ""
        raise SourceError(
            f"the file has no column '{column}', which {each.field.name} needs{more}",
            file=part.file,
            field=each.field.name,
            expected="all columns that the mapping names",
            advice=part.hint
            or suggestion(column, part.columns)
            or "compare the mapping with the file's header; if titles stand above it, set"
            " header_row",
        )


def _column(mapping: FieldMapping, raw: RawTable, pseudonyms: Pseudonymiser) -> _Column:
    if mapping.column is None:
        return _without_source(mapping, len(raw.frame))
    text_of_row, uniques = pd.factorize(raw.frame[mapping.column])
    texts = [str(text).strip() for text in np.asarray(uniques, dtype=object).tolist()]
    converted = convert(mapping, texts, pseudonyms, date_cells=raw.parts[-1].unit == "row")
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
    origin = raw.origin
    for row in rows[:MAX_PROBLEMS].tolist():
        text = column.texts[column.text_of_row[row]]
        yield _problem(column.mapping, origin.part(row), int(origin.numbers[row]), text)
    if len(rows) > MAX_PROBLEMS:
        name = column.mapping.field.name
        more = f"{len(rows) - MAX_PROBLEMS:,} rows more with a problem in this field"
        file = ", ".join(dict.fromkeys(part.file for part in raw.parts))
        yield Problem(file, 0, name, more, "no such rows", "correct those listed first")


def _problem(mapping: FieldMapping, part: Part, row: int, text: str) -> Problem:
    name, found = mapping.field.name, shape(text)
    if text:
        want, what_to_do = expected(mapping), advice(mapping)
    else:
        want, what_to_do = "a value in every row", "fill it in at the source"
    return Problem(part.file, row, name, found, want, what_to_do, part.unit)
