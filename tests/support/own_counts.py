"""Exact tables written down as an authority would, for `oversight-agent protect`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from oversight_agent.tables import UnsafeCell, UnsafeRow, UnsafeTable
from oversight_protocol.study import BaseTable

Json = dict[str, Any]


def file_of(tables: Iterable[UnsafeTable], **more: Any) -> Json:
    """All that is known of some tables, in the form that the command reads."""
    return {"form": "true-counts", "version": 1, "tables": [table_of(one) for one in tables]} | more


def write(folder: Path, content: Json, name: str = "counts.json") -> Path:
    """The file of some content."""
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def table_of(unsafe: UnsafeTable) -> Json:
    """A table with every cell and every number behind it."""
    table = unsafe.table
    return {
        "name": table.name,
        "period": {
            "id": unsafe.period.id,
            "start": unsafe.period.start.isoformat(),
            "end": unsafe.period.end.isoformat(),
        },
        "unit": table.unit,
        "about_staff": table.about_staff,
        "subjects": [one.kind for one in table.subjects],
        "optional": [one.kind for one in table.subjects if one.optional],
        "outcomes": list(table.outcome_codes),
        "magnitudes": [one.model_dump(mode="json") for one in table.magnitudes],
        "merges": [
            {"code": step.merge.into.code, "of": list(step.merge.outcomes)}
            for step in table.collapse
            if step.merge is not None
        ],
        "dimensions": [
            {
                "name": one.name,
                "codes": list(one.codes),
                "groups": [{"code": each.code, "of": list(each.of)} for each in one.groups],
            }
            for one in table.dimensions
        ],
        "crossings": [one.model_dump(mode="json") for one in table.crossings],
        "cells": [cell for row in unsafe.rows for cell in _cells(table, row)],
    }


def _cells(table: BaseTable, row: UnsafeRow) -> Iterable[Json]:
    at = _at(table, row)
    total = {"at": at, **_numbers(table, row.total)}
    if table.magnitudes:
        yield total | {
            "sums": {
                each.name: {
                    name: float(Decimal(number) / 10**each.decimals)
                    for name, number in zip(
                        ("sum", "largest", "second"),
                        (behind.value, behind.largest, behind.second),
                        strict=True,
                    )
                }
                for each in table.magnitudes
                for behind in [row.sums[each.name]]
            }
        }
        return
    yield total
    for code, cell in row.cells.items():
        rest = _numbers(table, row.complements[code])
        yield {"at": at, "outcome": code, **_numbers(table, cell), "rest": rest}


def _at(table: BaseTable, row: UnsafeRow) -> Json:
    if not row.dimension:
        return {}
    crossing = next((one for one in table.crossings if one.name == row.dimension), None)
    if crossing is None:
        return {row.dimension: row.category}
    codes = table.members(row.dimension)[row.category]
    return dict(zip(crossing.dimensions, codes, strict=True))


def _numbers(table: BaseTable, cell: UnsafeCell) -> Json:
    first = table.subjects[0].kind
    persons = cell.children if first == "children" else cell.workers
    numbers = {"count": cell.count, "persons": persons, "teams": cell.teams}
    if any(one.kind == "workers" for one in table.subjects):
        numbers |= {"workers": cell.workers, "largest_worker": cell.top_worker}
    return numbers
