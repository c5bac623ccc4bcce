"""Whether the mapped tables keep the specification's keys.

Rules kept here:

1. A primary key stands once. Pseudonyms keep equality, so this can be asked after mapping.
2. A foreign key that is filled names a row of its table. If that table is not there, nobody can
   tell, and nothing is said.
3. A problem names table and fields, counts rows and names the first of them by file and number;
   identifiers and pseudonyms stay out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from oversight_agent.problems import Origin, Problem
from oversight_agent.tables import SpecTable
from oversight_protocol.specification import ForeignKey, Specification, SpecTableSchema


def validate(
    tables: Mapping[str, SpecTable],
    specification: Specification,
    origins: Mapping[str, Origin] | None = None,
) -> tuple[Problem, ...]:
    """The problems between rows and between tables, by the specification's order of tables.

    Args:
        tables: those that are available, by the specification's name.
        specification: the version that they were mapped to.
        origins: where the tables' rows stand; without it, rows are counted but not named.
    """
    known = origins or {}
    return tuple(
        problem
        for schema in specification.resources
        if schema.name in tables
        for problem in _table_problems(schema, tables, known.get(schema.name))
    )


def _table_problems(
    schema: SpecTableSchema, tables: Mapping[str, SpecTable], origin: Origin | None
) -> Iterator[Problem]:
    frame = tables[schema.name].frame
    yield from _duplicates(schema, frame, origin)
    for key in schema.table.foreign_keys:
        if key.reference.resource in tables:
            yield from _orphans(
                schema.name, frame, key, tables[key.reference.resource].frame, origin
            )


def _duplicates(
    schema: SpecTableSchema, frame: pd.DataFrame, origin: Origin | None
) -> Iterator[Problem]:
    key = list(schema.table.primary_key)
    # Whether there are any is known sooner than which; mostly there are none.
    if frame.duplicated(key).any():
        rows = _positions(frame.duplicated(key, keep=False))
        yield Problem(
            file=schema.name,
            row=0,
            field=", ".join(key),
            found=f"{len(rows):,} rows that share their key with another row{_named(rows, origin)}",
            expected="a key of its own in every row",
            advice="remove repeated rows from the export, or map the columns that tell them apart",
        )


def _orphans(
    table: str,
    frame: pd.DataFrame,
    key: ForeignKey,
    referenced: pd.DataFrame,
    origin: Origin | None,
) -> Iterator[Problem]:
    own = frame[list(key.fields)]
    there = _is_there(own, referenced[list(key.reference.fields)])
    rows = _positions(~there & own.notna().all(axis="columns"))
    if rows:
        yield Problem(
            file=table,
            row=0,
            field=", ".join(key.fields),
            found=f"{_rows_that_name(len(rows))} a {key.reference.resource} which is not there"
            + _named(rows, origin),
            expected=f"a row of {key.reference.resource} for each of them",
            advice=f"export {key.reference.resource} for the same time, closed ones included",
        )


def _rows_that_name(count: int) -> str:
    return "1 row that names" if count == 1 else f"{count:,} rows that name"


def _is_there(own: pd.DataFrame, known: pd.DataFrame) -> pd.Series[bool]:
    """For each row, whether its values stand in a row of another table's columns."""
    if own.shape[1] == 1:
        return own.iloc[:, 0].isin(known.iloc[:, 0])
    found = pd.MultiIndex.from_frame(own).isin(pd.MultiIndex.from_frame(known))
    return pd.Series(found, index=own.index)


def _positions(marked: pd.Series[bool]) -> list[int]:
    """The positions of the marked rows, from 0."""
    return [int(position) for position in marked.to_numpy().nonzero()[0]]


def _named(rows: list[int], origin: Origin | None) -> str:
    return f": {origin.places(rows)}" if origin else ""
