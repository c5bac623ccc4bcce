"""An authority's `mapping.toml`, from the same description as its files.

A mapping is TOML; every text in it is a basic string, whose escapes are JSON's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from oversight_coordinator.demo.layouts.columns import Column
from oversight_coordinator.demo.layouts.dates import ISO
from oversight_coordinator.demo.layouts.wide import Wide

if TYPE_CHECKING:
    from oversight_coordinator.demo.layouts.layout import Layout

_QUESTION, _ANSWER = "question", "answer"
"""Names of the columns that a reader makes of a survey's questions."""


def mapping_file(
    name: str,
    layouts: Sequence[Layout],
    *,
    case_system: str | None = None,
    returns: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The whole `mapping.toml` of an authority.

    Args:
        name: the authority's.
        layouts: of the tables that are mapped by hand.
        case_system: the code of its case-management system.
        returns: the settings of each statutory return that needs no mapping.
    """
    head = f"# From the exports of {name} to the common specification. Synthetic.\n\n"
    lines = ['specification = "1.0"']
    if case_system is not None:
        lines.append(f"case_system = {_toml(case_system)}")
    for one in returns:
        lines += ["", "[[returns]]", *(f"{key} = {_toml(value)}" for key, value in one.items())]
    return head + "\n".join([*lines, "", *(table_mapping(one) for one in layouts)])


def table_mapping(layout: Layout) -> str:
    """A table's part of it."""
    table = f"tables.{layout.table}"
    lines = [f"[{table}]", *_settings(layout.source.settings)]
    if layout.date_format != ISO:
        lines.append(f"date_format = {_toml(layout.date_format)}")
    if layout.unwanted is not None:
        kept = [layout.unwanted.kept]
        lines += ["", f"[[{table}.where]]", f"column = {_toml(layout.unwanted.header)}"]
        lines.append(f"is = {_toml(kept)}")
    if layout.wide is not None:
        lines += ["", f"[{table}.wide.question]"]
        lines += [f"{_toml(name)} = {_toml(code)}" for name, code in layout.wide.names.items()]
    lines += ["", f"[{table}.fields]", *_fields(layout)]
    return "\n".join(lines) + "\n"


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    return (f"{name} = {_toml(value)}" for name, value in settings.items())


def _fields(layout: Layout) -> Iterator[str]:
    for column in layout.columns:
        if column.field is not None:
            yield f"{column.field} = {_inline(dict(_column(column, layout)))}"
    if layout.wide is not None:
        yield from _wide(layout.wide)
    for name, constant in layout.constants.items():
        yield f"{name} = {_inline({'constant': constant})}"


def _wide(wide: Wide) -> Iterator[str]:
    codes = {word: code for code, word in wide.words.items()}
    yield f"question_id = {_inline({'column': _QUESTION})}"
    yield f"response = {_inline({'column': _ANSWER, 'codes': codes})}"


def _column(column: Column, layout: Layout) -> Iterator[tuple[str, Any]]:
    yield from _place(column)
    if column.bare and column.prefix:
        yield "prefix", column.prefix
    if column.also:
        yield "date_format", [column.date_format or layout.date_format, column.also]
    elif column.date_format is not None:
        yield "date_format", column.date_format
    if column.inside:
        yield "add_days", 1
    if column.percent:
        yield "number_format", {"divide_by": 100}
    if column.patterns:
        yield "patterns", {pattern: code for code, pattern in column.patterns.items()}
    elif column.codes:
        yield "codes", {word: code for code, word in column.codes.items()}
    if column.loose:
        yield "match", "loose"
    if column.blank is not None:
        yield "blank", column.blank


def _place(column: Column) -> Iterator[tuple[str, Any]]:
    if column.lookup is not None:
        lookup = column.lookup
        names = {"from": column.name, "key": lookup.key, "value": lookup.value}
        yield "lookup", {**lookup.source.settings, **names}
    elif column.second:
        yield "first_of", [column.name, column.second]
    else:
        yield "column", column.name


def _inline(table: Mapping[Any, Any]) -> str:
    return f"{{ {', '.join(f'{_key(key)} = {_toml(value)}' for key, value in table.items())} }}"


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else _toml(key)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return _inline(value)
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
