"""The exact numbers of a table as JSON, and back.

Rule kept here: only what this module wrote is read, and only once its seal has opened. So nothing
is checked anew, and the history may hold the seal of evaluation to make the type again.
"""

from __future__ import annotations

import json
from typing import Any

from oversight_agent.history.memory import Span
from oversight_agent.tables import (
    EVALUATE,
    UnsafeCell,
    UnsafeMerge,
    UnsafeRow,
    UnsafeSum,
    UnsafeTable,
)
from oversight_protocol.canonical import canonical_json
from oversight_protocol.study import AnyPeriod, BaseTable


def write(unsafe: UnsafeTable) -> bytes:
    """A table with its exact numbers, in one form of bytes."""
    return canonical_json(
        {
            "table": unsafe.table.model_dump(mode="json"),
            "span": Span.of(unsafe.period).model_dump(mode="json"),
            "lacking": sorted(unsafe.lacking),
            "rows": [_write_row(row) for row in unsafe.rows],
        }
    )


def read(content: bytes) -> UnsafeTable:
    """The table that `write` wrote."""
    found = json.loads(content)
    span = Span.model_validate_json(json.dumps(found["span"]))
    period = AnyPeriod(id=span.id, label=span.label, start=span.start, end=span.end)
    return UnsafeTable(
        BaseTable.model_validate_json(json.dumps(found["table"])),
        period,
        tuple(_read_row(row) for row in found["rows"]),
        EVALUATE,
        frozenset(found["lacking"]),
    )


def _write_row(row: UnsafeRow) -> list[Any]:
    merged = {code: [*map(_numbers, (each.own, each.rest))] for code, each in row.merged.items()}
    return [
        row.dimension,
        row.category,
        {code: _numbers(cell) for code, cell in row.cells.items()},
        {code: _numbers(cell) for code, cell in row.complements.items()},
        _numbers(row.total),
        {name: [one.value, one.largest, one.second] for name, one in row.sums.items()},
        # A row without merges is written as it ever was.
        *([merged] if merged else []),
    ]


def _read_row(row: list[Any]) -> UnsafeRow:
    dimension, category, cells, complements, total, sums, *more = row
    merged = more[0] if more else {}
    return UnsafeRow(
        dimension,
        category,
        {code: UnsafeCell(*numbers) for code, numbers in cells.items()},
        {code: UnsafeCell(*numbers) for code, numbers in complements.items()},
        UnsafeCell(*total),
        {name: UnsafeSum(*numbers) for name, numbers in sums.items()},
        {
            code: UnsafeMerge(UnsafeCell(*own), UnsafeCell(*rest))
            for code, (own, rest) in merged.items()
        },
    )


def _numbers(cell: UnsafeCell) -> list[int]:
    return [cell.count, cell.children, cell.workers, cell.teams, cell.top_worker]
