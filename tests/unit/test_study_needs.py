"""What a base table says it needs is what its definition takes: no more, and no less.

A field is *emptied* when no row has a value of it any longer, and *turned* when each row has the
value of the one before it; a field that must have a value can only be turned. What a table does not
name may be emptied and turned in every world, and its rows stay as they are. Each field that it
names changes them in some world. The rows are those of the plain reference, so both are said of the
definitions, not of the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice

import pytest

from oversight_protocol.specification import SpecField, load
from oversight_protocol.study import BaseTable
from reference import sample
from reference.measures import Row, Tables
from reference.sample import STUDY

SPECIFICATION = load(STUDY.spec_version)
TABLES = pytest.mark.parametrize("name", [table.name for table in STUDY.base_tables])

IDENTIFIERS = {
    ("grade_by_recording", "audit.audit_id"),
    ("caseload", "allocation.team_id"),
}
"""Fields that a query may take to tell rows apart or to put them in an order, and no definition
does. Every authority has them: the specification requires them of each row."""

Change = Callable[[list[object]], list[object]]


def _emptied(values: list[object]) -> list[object]:
    return [None] * len(values)


def _turned(values: list[object]) -> list[object]:
    return [*values[-1:], *values[:-1]]


def _changes(field: SpecField) -> list[Change]:
    return [_turned] if field.required else [_emptied, _turned]


def _with(tables: Tables, table: str, field: str, change: Change) -> Tables:
    """The world with one field changed."""
    values = change([record.get(field) for record in tables[table]])
    changed = [
        {**record, field: value} for record, value in zip(tables[table], values, strict=True)
    ]
    return {**tables, table: changed}


def _field(name: str) -> tuple[str, SpecField]:
    table, field = name.split(".")
    return table, SPECIFICATION.table(table).field(field)  # type: ignore[union-attr,return-value]


def _all_fields(base: BaseTable) -> list[str]:
    read = [table for table in SPECIFICATION.mapped if table.name in base.reads]
    return [f"{table.name}.{field.name}" for table in read for field in table.fields]


def _by_dimension(base: BaseTable) -> dict[str, tuple[str, ...]]:
    return {one.dimension: one.fields for one in base.dimension_needs}


@cache
def _without(base_name: str, dimensions: frozenset[str]) -> tuple[list[tuple[object, ...]], ...]:
    base = STUDY.table(base_name)
    return tuple(_figures(base, list(rows), dimensions) for rows in sample.rows(base_name))


def _figures(
    base: BaseTable, rows: list[Row], dimensions: frozenset[str]
) -> list[tuple[object, ...]]:
    """What figures are made of, in any order: by these dimensions beside those without own needs.

    The team counts where enough teams must stand behind a figure of staff, and elsewhere with the
    breakdown by service.
    """
    kept = dimensions | ({one.name for one in base.dimensions} - set(_by_dimension(base)))
    team = base.about_staff or "service" in dimensions
    return sorted(
        (
            repr((row.child, row.worker, row.team if team else None)),
            repr((row.outcome, sorted(row.magnitudes.items()))),
            repr(sorted((name, code) for name, code in row.by.items() if name in kept)),
        )
        for row in rows
    )


def _differences(base: BaseTable, name: str, dimensions: frozenset[str]) -> Iterator[int]:
    """The numbers of the worlds in which the field changes something."""
    table, field = _field(name)
    before = _without(base.name, dimensions)
    for number, (tables, period) in enumerate(sample.asked()):
        for change in _changes(field):
            changed = _with(tables, table, field.name, change)
            rows = sample.rows_of(base.name, changed, period)
            if _figures(base, rows, dimensions) != before[number]:
                yield number
                break


def _matters(base: BaseTable, name: str, dimensions: frozenset[str]) -> bool:
    return any(True for _ in islice(_differences(base, name, dimensions), 1))


@TABLES
def test_no_field_that_a_table_does_not_need_changes_its_figures(name: str) -> None:
    table = STUDY.table(name)
    others = [field for field in _all_fields(table) if field not in table.needs]

    assert [field for field in others if _matters(table, field, frozenset())] == []


@TABLES
def test_no_field_that_a_breakdown_does_not_need_changes_it(name: str) -> None:
    table = STUDY.table(name)
    for dimension, fields in _by_dimension(table).items():
        others = [field for field in _all_fields(table) if field not in {*table.needs, *fields}]

        found = [field for field in others if _matters(table, field, frozenset({dimension}))]

        assert (dimension, found) == (dimension, [])


@TABLES
def test_each_field_that_a_table_needs_changes_its_rows_somewhere(name: str) -> None:
    table = STUDY.table(name)
    every = frozenset(one.name for one in table.dimensions)

    idle = {(name, field) for field in table.needs if not _matters(table, field, every)}

    assert idle == {one for one in IDENTIFIERS if one[0] == name}


@TABLES
def test_each_field_that_a_breakdown_needs_changes_it_somewhere(name: str) -> None:
    table = STUDY.table(name)
    for dimension, fields in _by_dimension(table).items():
        idle = [field for field in fields if not _matters(table, field, frozenset({dimension}))]

        assert (dimension, idle) == (dimension, [])


def test_a_field_by_which_a_query_only_tells_rows_apart_is_one_that_every_authority_has() -> None:
    for _, name in IDENTIFIERS:
        _, field = _field(name)

        assert field.required, name
