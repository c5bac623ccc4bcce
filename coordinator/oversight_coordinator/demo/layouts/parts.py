"""What is written for a table: its own source, and those in which its values are looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from oversight_coordinator.demo.layouts.columns import Column, Lookup
from oversight_coordinator.demo.layouts.sources import Source

if TYPE_CHECKING:
    from oversight_coordinator.demo.layouts.layout import Layout


class Part(NamedTuple):
    """One source with its rows.

    Attributes:
        records: named tuples of one kind, in whose fields the columns' values stand.
    """

    source: Source
    columns: tuple[Column, ...]
    records: Sequence[Any]
    date_format: str


class _Entry(NamedTuple):
    key: str
    value: Any


def parts(layout: Layout, records: Sequence[Any]) -> Iterator[Part]:
    """The parts that a table's export is written in."""
    rows, columns = records, layout.columns
    if layout.wide is not None:
        rows, columns = layout.wide.persons(records), (*columns, *layout.wide.columns)
    if layout.unwanted is not None:
        rows, columns = layout.unwanted.among(rows), (*columns, layout.unwanted.column)
    yield Part(layout.source, columns, rows, layout.date_format)
    for column in layout.columns:
        if column.lookup is not None and not column.lookup.has_it_anyway:
            yield _looked_up(column, column.lookup, records, layout.date_format)


def _looked_up(column: Column, lookup: Lookup, records: Sequence[Any], date_format: str) -> Part:
    """The second file of a column: each of its values by what stands in its place."""
    values = {getattr(record, column.field or "") for record in records} - {None}
    entries = [_Entry(lookup.text(value), value) for value in sorted(values)]
    value = Column(
        lookup.value, "value", codes=column.codes, prefix=column.prefix, bare=column.bare
    )
    return Part(lookup.source, (Column(lookup.key, "key"), value), entries, date_format)
