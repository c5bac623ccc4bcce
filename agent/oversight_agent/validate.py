"""Whether the mapped tables keep the specification's keys.

Rules kept here:

1. A primary key stands once. Pseudonyms keep equality, so this can be asked after mapping.
2. A foreign key that is filled names a row of its table. If that table is not there, nobody can
   tell, and nothing is said.
3. A problem names table and fields and counts rows; identifiers and pseudonyms stay out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from oversight_agent.problems import Problem
from oversight_agent.tables import SpecTable
from oversight_protocol.specification import ForeignKey, Specification, SpecTableSchema


def validate(tables: Mapping[str, SpecTable], specification: Specification) -> tuple[Problem, ...]:
    """The problems between rows and between tables, by the specification's order of tables.

    Args:
        tables: those that are available, by the specification's name.
        specification: the version that they were mapped to.
    """
    return tuple(
        problem
        for schema in specification.resources
        if schema.name in tables
        for problem in _table_problems(schema, tables)
    )


def _table_problems(schema: SpecTableSchema, tables: Mapping[str, SpecTable]) -> Iterator[Problem]:
    frame = tables[schema.name].frame
    yield from _duplicates(schema, frame)
    for key in schema.table.foreign_keys:
        if key.reference.resource in tables:
            yield from _orphans(schema.name, frame, key, tables[key.reference.resource].frame)


def _duplicates(schema: SpecTableSchema, frame: pd.DataFrame) -> Iterator[Problem]:
    key = list(schema.table.primary_key)
    count = int(frame.duplicated(key, keep=False).sum())
    if count:
        yield Problem(
            file=schema.name,
            row=0,
            field=", ".join(key),
            found=f"{count:,} rows that share their key with another row",
            expected="a key of its own in every row",
            advice="remove repeated rows from the export, or map the columns that tell them apart",
        )


def _orphans(
    table: str, frame: pd.DataFrame, key: ForeignKey, referenced: pd.DataFrame
) -> Iterator[Problem]:
    filled = frame[list(key.fields)].dropna()
    known = pd.MultiIndex.from_frame(referenced[list(key.reference.fields)])
    count = int((~pd.MultiIndex.from_frame(filled).isin(known)).sum())
    if count:
        yield Problem(
            file=table,
            row=0,
            field=", ".join(key.fields),
            found=f"{count:,} rows that name a {key.reference.resource} which is not there",
            expected=f"a row of {key.reference.resource} for each of them",
            advice=f"export {key.reference.resource} for the same time, closed ones included",
        )
