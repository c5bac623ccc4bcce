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

from oversight_agent.mapping.checked import FieldMapping, TableMapping
from oversight_agent.mapping.convert import Flags, advice, convert, expected, filled
from oversight_agent.mapping.derive import derived
from oversight_agent.mapping.distinct import distinct
from oversight_agent.mapping.needs import check_columns
from oversight_agent.mapping.pseudonyms import Pseudonymiser
from oversight_agent.mapping.rows import MAX_PROBLEMS, Rows, more_problems, problem_at, rows_of
from oversight_agent.problems import Origin, Problem, shape
from oversight_agent.tables import MAPPING, RawTable, SpecTable
from oversight_protocol.specification import Specification, SpecTableSchema

_NO_EXTRAS: Mapping[str, RawTable] = {}


@dataclass(frozen=True)
class Mapped:
    """What became of a source.

    Attributes:
        table: the table, or None if any row was rejected.
        problems: of joins and conditions, then of all fields in the specification's order; with
            row 0, the number of those of a field that are not listed.
        rows_read: rows of the source.
        rows_rejected: those with at least one problem.
        origin: where each row of the table stands.
        rows_filtered: rows that the mapping's conditions left out.
    """

    table: SpecTable | None
    problems: tuple[Problem, ...] = field(repr=False)
    rows_read: int
    rows_rejected: int
    origin: Origin = field(repr=False)
    rows_filtered: int = 0


@dataclass(frozen=True)
class _Column:
    """A field of all rows: its values, its distinct texts, the text of each row, what is wrong."""

    mapping: FieldMapping
    values: ExtensionArray
    texts: list[str]
    text_of_row: npt.NDArray[np.intp]
    bad: Flags


def map_table(
    mapping: TableMapping,
    raw: RawTable,
    pseudonyms: Pseudonymiser,
    extras: Mapping[str, RawTable] = _NO_EXTRAS,
) -> Mapped:
    """Map a source to its table.

    Args:
        mapping: the table's.
        raw: the table's own source.
        pseudonyms: for identifiers.
        extras: the sources that are joined to it, by the aliases of `mapping.sources`.

    Raises:
        InputError: a file of a source lacks a column that the mapping names.
    """
    check_columns(mapping, raw, extras)
    rows = rows_of(mapping, raw, extras)
    columns = [_column(field_mapping, rows, pseudonyms) for field_mapping in mapping.fields]
    rejected = rows.bad.copy()
    for column in columns:
        rejected |= column.bad
    of_fields = (problem for column in columns for problem in _problems(column, rows.raw))
    return Mapped(
        table=None if rejected.any() else _table(mapping, columns),
        problems=(*rows.problems, *of_fields),
        rows_read=len(raw.frame),
        rows_rejected=int(rejected.sum()),
        origin=rows.raw.origin,
        rows_filtered=rows.left_out,
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


def _column(mapping: FieldMapping, rows: Rows, pseudonyms: Pseudonymiser) -> _Column:
    if not mapping.columns:
        return _without_source(mapping, len(rows.raw.frame))
    text_of_row, found = distinct(_texts(mapping, rows.raw.frame))
    texts = [text.strip() for text in found]
    date_cells = any(map(rows.has_date_cells, mapping.columns))
    converted = convert(mapping, texts, pseudonyms, date_cells=date_cells)
    bad = converted.bad | _missing(mapping, converted.values)
    return _Column(
        mapping, converted.values.take(text_of_row), texts, text_of_row, bad[text_of_row]
    )


def _texts(mapping: FieldMapping, frame: pd.DataFrame) -> pd.Series[str]:
    if mapping.derived is not None:
        return derived(frame, mapping.derived)
    return frame[mapping.columns[0]]


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
    # The values are ours alone, so that no copy is needed.
    frame = pd.DataFrame(
        {column.mapping.field.name: column.values for column in columns}, copy=False
    )
    return SpecTable(name=mapping.name, frame=frame, seal=MAPPING)


def _problems(column: _Column, raw: RawTable) -> Iterator[Problem]:
    rows = np.flatnonzero(column.bad)
    for row in rows[:MAX_PROBLEMS].tolist():
        text = column.texts[column.text_of_row[row]] if column.texts else ""
        yield _problem(column.mapping, raw, row, text)
    yield from more_problems(raw, len(rows), column.mapping.field.name)


def _problem(mapping: FieldMapping, raw: RawTable, row: int, text: str) -> Problem:
    found = shape(text) + (f" in {mapping.called}" if mapping.called else "")
    want, what_to_do = expected(mapping, text), advice(mapping, text)
    return problem_at(raw, row, mapping.field.name, found, want, what_to_do)
