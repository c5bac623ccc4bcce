"""Code lists and tables' headers as delimited text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from oversight_protocol.specification import Specification, SpecTableSchema

CODES_HEADER = ("table", "field", "code", "label", "standard")


def codes_csv(specification: Specification) -> str:
    """Every code of every field with its label, one row each."""
    return _csv(
        CODES_HEADER,
        (
            (
                table.name,
                field.name,
                code,
                field.label(code),
                field.standard.title if field.standard else "",
            )
            for table in specification.resources
            for field in table.fields
            for code in field.codes or ()
        ),
    )


def header_csv(table: SpecTableSchema) -> str:
    """A table without a row: its header only."""
    return _csv([field.name for field in table.fields], ())


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
