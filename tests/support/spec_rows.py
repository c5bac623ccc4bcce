"""One valid row of each table of a specification, made from its schema alone."""

from __future__ import annotations

import csv
import io

from oversight_protocol.specification import SpecField, Specification, SpecTableSchema

_SHORT_CODES = {
    "^[A-Z][0-9]{2}$": "S01",
    "^T[0-9]{2}$": "T01",
    "^[EWSN][0-9]{8}$": "E10000016",
    "^[0-9]{1,2}[.][0-9]{1,2}$": "1.0",
    "^[0-9]{1,2}[a-z]?$": "6a",
    "^[a-z_]{1,30}([.][a-z0-9_]{1,30})?$": "worker.role",
}
_OF_TYPE = {"date": "2026-05-01", "number": "1", "integer": "1"}

Rows = dict[str, dict[str, str]]
"""By table, a row by field."""


def rows(specification: Specification) -> Rows:
    """A row for each table; identifiers of one kind are the same, so that references hold."""
    return {
        table.name: {field.name: _value(field) for field in table.fields}
        for table in specification.resources
    }


def as_csv(table: SpecTableSchema, row: dict[str, str]) -> str:
    """A table's file with one row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in table.fields])
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue()


def _value(field: SpecField) -> str:
    if field.codes:
        return str(field.codes[-1])
    if field.pseudonym:
        return f"{field.pseudonym}-1"
    if field.pattern:
        return _SHORT_CODES[field.pattern.pattern]
    return _OF_TYPE[field.type]
